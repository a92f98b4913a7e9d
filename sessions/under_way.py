"""While a session is under way, the coach's vault does not lock by idleness."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest

from accounts import unlocking
from accounts.doors import look
from sessions.models import Session

AFTERWARDS: Final = timedelta(minutes=30)


def keep_vault_open(request: HttpRequest, session: Session, now: datetime) -> None:
    """Keep the vault of whoever asks open until half an hour after the planned end, if the session is under way."""
    until = session.ends_at + AFTERWARDS
    if session.is_under_way(now) and request.vault_locks_at < until:  # type: ignore[attr-defined]
        unlocking.keep_open(request.user.pk, until)
        look(request)
