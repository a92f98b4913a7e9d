"""Where allauth's steps meet the vault: the passphrase opens it, the last step makes it count."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts import actions, opening, rates, sign_ins, turnstile, unlocking
from accounts.act import Refused
from vault import instance, slots
from vault.primitives import context
from vault.ration import Busy
from vault.unlocked import Unlocked

SEED = context("second factor")


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up here (clients/views/enrol.py has it), no mail, and the vault opens with the sign-in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The address and the passphrase do not go together."),
        "too_many_login_attempts": _("Too many tries from your network. Please wait a minute, then try again."),
    }

    @sensitive_variables()
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        rates.wait(credentials["username"])

    @sensitive_variables()
    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            rates.right(credentials["username"])
            self._keep_up(user, credentials["password"])
        return user

    @sensitive_variables()
    def _keep_up(self, user: Any, passphrase: str) -> None:
        """Close the slot anew where it was closed at a lower cost than this program's; when many wait, or somebody just did, not now."""
        if slots.cost_is_old(user.pk):
            with suppress(Busy, Refused):
                actions.raise_cost(person=user, vault=Unlocked(user.pk, user.opened), new=slots.stretched(passphrase), by=user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        rates.wrong(credentials["username"])
        turnstile.wrong_passphrase(credentials["username"])

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        if user.opened is not None and user.is_active:
            unlocking.begin(request, Unlocked(user.pk, user.opened), pending=True)
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        turnstile.signed_in(request, user)
        unlocking.confirm(request, user.pk)
        sign_ins.seen(request, timezone.now())
        if vault := Unlocked(user.pk, user.opened) if user.opened is not None else getattr(unlocking.find(request), "vault", None):
            opening.opened(request, user, vault)

    def get_login_stages(self) -> list[str]:
        return [*super().get_login_stages(), "accounts.factors.stages.MailedCodeStage"]

    def logout(self, request: HttpRequest) -> None:
        unlocking.lock(request)
        turnstile.tell("signed out person", request.user.pk)
        super().logout(request)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """allauth sends no mail of its own."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise TypeError("mail goes through support.mail")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened; allauth's messages name the address."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seeds and codes are encrypted. allauth's hook sees no row, so they are bound to their use, not to their row."""

    def encrypt(self, text: str) -> str:
        return instance.encrypt(text.encode(), SEED).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return instance.decrypt(bytes.fromhex(encrypted_text), SEED).decode()

    def get_totp_label(self, user: Any) -> str:
        return "CoachVault"
