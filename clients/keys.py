"""Whose keys a coach knows. A first key is known by itself; one that has changed only after the coach asked the person by voice.

Nothing of a practice is given to keys that are not known: `give` is the only way by which a shared space is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from clients.models import Client, Coach, Engagement, SponsorContact, joined
from vault.holders import keys_on_file
from vault.primitives import PublicKeys
from vault.unlocked import Unlocked, public_keys

GROUPS: Final = 5


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody's keys that are not those that the coach knows: both as figures to say aloud; `before` is empty where none were kept."""

    before: str
    now: str
    keys: str  # SHA-256 of the new ones in hex: what the coach confirms


def coach_of(row: Client | SponsorContact) -> Coach:
    """Whose client or contact this is."""
    return row.coach if isinstance(row, Client) else row.sponsor.coach


def spoken(fingerprint: str) -> str:
    """A fingerprint (SHA-256, in hex) as five groups of four figures, to be said aloud: 66 bits of it."""
    figures = str(int(fingerprint, 16) % 10 ** (4 * GROUPS)).zfill(4 * GROUPS) if fingerprint else ""
    return " ".join(figures[i : i + 4] for i in range(0, len(figures), 4))


def is_known(row: Client | SponsorContact, public: PublicKeys) -> bool:
    """Whether these keys, of whoever joined as this row, are those that the coach knows."""
    kept = row.details.get("keys")
    return kept == public.fingerprint().hex() if kept else public.is_first


def known(row: Client | SponsorContact) -> PublicKeys | None:
    """The keys of whoever joined as this row, if the coach knows them. None for others, and where there are none. Raises `Closed`."""
    person = joined(row)
    public = public_keys(person) if person else None
    return public if public is not None and is_known(row, public) else None


def changed(rows: Sequence[Client | SponsorContact]) -> dict[UUID, Changed]:
    """The keys to ask by voice about, by row: of each who joined and has others than the coach knows. One statement."""
    people = {row.pk: person for row in rows if (person := joined(row)) is not None}
    files, found = keys_on_file(people.values()), {}
    for row in rows:
        public = files.get(people[row.pk]) if row.pk in people else None
        if public is not None and not is_known(row, public):
            now = public.fingerprint().hex()
            found[row.pk] = Changed(before=spoken(row.details.get("keys", "")), now=spoken(now), keys=now)
    return found


def give(engagement: Engagement, vault: Unlocked, at: datetime) -> bool:
    """Give the shared space to its client; whether they hold it now. Not where their keys are not known, or client and keys are others than it was opened with."""
    public, person = known(engagement.client), joined(engagement.client)
    if public is None or person is None or engagement.details.get("parties") != engagement.parties:
        return False
    vault.grant(engagement.shared_key, to=person, known=public, at=at)
    return True
