"""Find a one-time link by its token. Making and mailing one stands in actions.py and jobs.py."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.http import Http404

from accounts.models import Link

LIFETIMES: Final = {
    Link.Kind.SIGN_UP: timedelta(hours=24),
    Link.Kind.JOIN: timedelta(days=14),
    Link.Kind.SIGN_IN: timedelta(minutes=15),
    Link.Kind.SIGN: timedelta(days=30),
    Link.Kind.ADMIN: timedelta(hours=24),
    Link.Kind.ADDRESS: timedelta(hours=24),
}
PREFIXES: Final = {Link.Kind.SIGN: "sign"}  # every other kind leads to /link/


def digest(token: str) -> str:
    """What is stored of a token: SHA-256 in hex."""
    return hashlib.sha256(b"link:" + token.encode()).hexdigest()


def new_token() -> str:
    """32 random bytes, as they stand in an address."""
    return secrets.token_urlsafe(32)


def find(token: str, at: datetime) -> Link:
    """The living link of this token: neither used nor expired. Raises Http404 for any other, all alike."""
    link = Link.objects.filter(token=digest(token), used_at__isnull=True, expires_at__gt=at).first()
    if link is None:
        raise Http404
    return link


def newest(kind: Link.Kind, *, about: Iterable[UUID]) -> dict[UUID, Link]:
    """The newest link of this kind about each of these, whether it lives or not."""
    rows = Link.objects.filter(kind=kind, about__in=[*about]).order_by("made_at")
    return {row.about: row for row in rows if row.about is not None}


def end_all_to(address: str, at: datetime) -> None:
    """Let every link that was mailed to this address lead nowhere from now on, whatever it was for. Addresses are encrypted: each is read."""
    living = Link.objects.filter(used_at__isnull=True, expires_at__gt=at)
    to = address.strip().casefold()
    Link.objects.filter(pk__in=[link.pk for link in living if link.address.strip().casefold() == to]).update(expires_at=at)
