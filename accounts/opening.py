"""What happens each time a person's vault opens. Rooms above add their part here, in their AppConfig's `ready`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from accounts.models import User
from vault.unlocked import Unlocked

AFTER: list[Callable[[HttpRequest, User, Unlocked], None]] = []


def opened(request: HttpRequest, user: User, vault: Unlocked) -> None:
    """Let each room do what only an open vault can: give awaiting keys, sign the ledger's heads."""
    for then in AFTER:
        then(request, user, vault)
