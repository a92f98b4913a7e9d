"""What follows here when a person has new keys or another address: who is told, who confirms, whose rows change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.act import Refused, act, person_of
from accounts.changes import actions as accounts
from accounts.models import Link, User
from clients import keys
from clients.models import Client, Coach, Engagement, SponsorContact, joined
from vault import ledger
from vault.models import DataKey
from vault.unlocked import Unlocked, public_keys


def _rows_of(person: User) -> list[Client | SponsorContact]:
    """Every row that a person joined as, held until the transaction ends."""
    mine = Client.objects.select_for_update(of=("self",)).select_related("coach").filter(person=person).order_by("pk")
    theirs = (
        SponsorContact.objects.select_for_update(of=("self",), no_key=True)
        .select_related("sponsor__coach")
        .filter(person=person)
        .order_by("pk")
    )
    return sorted([*mine, *theirs], key=lambda row: keys.coach_of(row).practice_id)


@act
def confirm_keys(*, row: Client | SponsorContact, shown: str, vault: Unlocked, by: Coach, at: datetime | None = None) -> None:
    """This function will keep that the coach knows somebody's new keys, having asked them by voice, and give a client what they share again.

    `shown` is the SHA-256 of the keys, in hex, that the coach compared. Refuses others, and another coach's client or contact.
    """
    now, kind = at or timezone.now(), "client" if isinstance(row, Client) else "contact"
    rows: Any = Client.objects.for_coach(by) if isinstance(row, Client) else SponsorContact.objects.for_coach(by)
    row = rows.select_for_update(of=("self",)).filter(pk=row.pk).first()
    person = joined(row) if row is not None else None
    if person is None:
        raise Refused(code="not_hers")
    public = public_keys(person)
    if public is None or public.fingerprint().hex() != shown:
        raise Refused(_("The key has changed again since you opened this page. Please compare the figures once more."), code="other_keys")
    row.details = {**row.details, "keys": shown}
    row.save(update_fields=["details"])
    if isinstance(row, Client):
        living = DataKey.objects.filter(shredded_at__isnull=True, kind=DataKey.Kind.SHARED, maker=by.person_id).values("series")
        for engagement in Engagement.objects.for_coach(by).filter(client=row, shared_key__in=living).select_related("client"):
            keys.give(engagement, vault, now)
    ledger.record("keys.confirmed", chain=by.practice_id, by=person_of(by), kind=kind, about=row.id, other=person, at=at)


@act
def change_address(*, person: User, link: Link, by: User, at: datetime | None = None) -> None:
    """This function will make the address that a link went to this person's, and keep it where a coach had written down the one before."""
    rows = _rows_of(person)
    before = accounts.change_address(person=person, link=link, by=by, at=at).strip().casefold()
    for row in rows:
        if row.address.strip().casefold() == before and joined(row) == person.pk:
            row.details = {**row.details, "address": link.address}
            row.save(update_fields=["details"])
    for row in rows:
        kind = "client" if isinstance(row, Client) else "contact"
        ledger.record("address.changed", chain=keys.coach_of(row).practice_id, by=person_of(by), kind=kind, about=row.id, at=at)
