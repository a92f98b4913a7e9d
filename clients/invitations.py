"""How far an invitation has come. One that went to an address of before counts for nothing: its link leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts import links
from accounts.models import Link
from clients.models import Client, SponsorContact


@dataclass(frozen=True, slots=True)
class Invitation:
    """The newest invitation of somebody who has not joined. `sent_at` is None until the mail has left."""

    sent_at: datetime | None
    expires_at: datetime
    is_over: bool


def standing(invited: Iterable[Client | SponsorContact], at: datetime) -> dict[UUID, Invitation]:
    """The invitation of each who was invited and has not joined, in one statement."""
    waiting = {row.id: row for row in invited if row.person_id is None}
    newest = links.newest(Link.Kind.JOIN, about=waiting) if waiting else {}
    return {
        about: Invitation(link.sent_at, link.expires_at, is_over=link.expires_at <= at)
        for about, link in newest.items()
        if link.address.strip().casefold() == waiting[about].address.strip().casefold()
    }
