"""A six-digit code by mail for whoever has neither an app nor a passkey: whether one is asked, and the only form in which it is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from accounts.models import User
from vault import instance

LASTS: Final = timedelta(minutes=10)
PAUSE: Final = timedelta(seconds=30)
TRIES: Final = 5
AN_HOUR: Final = 5
STRONGER: Final = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
DEMANDED: list[Callable[[User], bool]] = []  # rooms above say for whom the instance asks one, in their AppConfig's `ready`


def is_demanded(person: User) -> bool:
    """Whether this instance asks this person for a code, chosen or not."""
    return any(asks(person) for asks in DEMANDED)


def is_asked(request: HttpRequest, person: User) -> bool:
    """Whether this sign-in needs a mailed code. An app or a passkey is asked instead; whoever came by a mailed link has shown as much already."""
    if is_mfa_enabled(person, STRONGER) or any(one["method"] == "link" for one in get_authentication_records(request, person)):
        return False
    return person.has_mailed_code or is_demanded(person)


def digest(link: UUID, code: str) -> str:
    """What is kept of a code: its keyed digest, good for the row alone that it was mailed for."""
    return instance.digest(f"{link}:{code}", "sign-in code")
