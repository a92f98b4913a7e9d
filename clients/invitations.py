"""How far an invitation has come. One that went to an address of before counts for nothing: its link leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts import links
from accounts.models import Link, User
from clients.actions import invited_by
from clients.models import Client, SponsorContact

SENT_AGAIN_FOR: Final = timedelta(days=60)  # an invitation found in a mailbox years later brings nobody another one


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


def to_send_again(token: str, at: datetime) -> Link | None:
    """The link of this token, used or over, if another like it may go to the same address; None for any other.

    Not an invitation that was accepted, changed or is long past, and not a change of address: those are asked for anew, with the passphrase.
    """
    link = Link.objects.filter(token=links.digest(token)).first()
    if link is None:
        return None
    if link.kind == Link.Kind.SIGN_IN:
        person = User.objects.filter(pk=link.about, is_active=True).first()
        return link if person is not None and person.address.casefold() == link.address.casefold() else None
    if (
        link.kind not in (Link.Kind.JOIN, Link.Kind.SIGN_UP, Link.Kind.ADMIN)
        or link.used_at is not None
        or link.made_at < at - SENT_AGAIN_FOR
    ):
        return None
    return link if link.kind != Link.Kind.JOIN or invited_by(link) is not None else None
