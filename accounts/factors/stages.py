"""The step of signing in that asks for a mailed code: after the passphrase, where nothing stronger is asked."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import uuid4

from allauth.account.stages import LoginStage
from django.shortcuts import redirect

from accounts.act import Refused
from accounts.factors import actions, codes


class MailedCodeStage(LoginStage):
    """One attempt to sign in, which has codes of its own. The page that asks says so when no more are sent."""

    key = "mailed_code"
    urlname = "mailed_code"

    def handle(self) -> tuple[Any, bool]:
        person = self.login.user
        if person is None or not codes.is_asked(self.request, person):
            return None, True
        if "attempt" not in self.state:
            self.state["attempt"] = str(uuid4())
            with suppress(Refused):
                actions.send_code(person=person, attempt=self.state["attempt"], by=person)
        return redirect("mailed_code"), True
