"""What happens each time a person's vault opens, and before it is locked by hand. Rooms above add their part, in their AppConfig's `ready`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from accounts.models import User
from vault.unlocked import Unlocked

Part = Callable[[HttpRequest, User, Unlocked], None]
AFTER: list[Part] = []
BEFORE_LOCK: list[Part] = []


def opened(request: HttpRequest, user: User, vault: Unlocked) -> None:
    """Let each room do what only an open vault can: give awaiting keys, sign the ledger's heads."""
    for then in AFTER:
        then(request, user, vault)


def locking(request: HttpRequest, user: User, vault: Unlocked) -> None:
    """Let each room do what it does with the vault for the last time: sign the ledger's heads."""
    for then in BEFORE_LOCK:
        then(request, user, vault)
