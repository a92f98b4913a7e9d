"""What the agreements in force of an engagement promise, as rules. Policies read this and never an agreement's prose.

The base (confidentiality, coaching or signed elsewhere) promises; an amendment in force changes its wording, and without a base it
amends nothing; a three-way agreement stands beside and adds. A wording that the column and the encrypted text do not agree on counts as none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from clients.models import Engagement
from consent import wordings
from consent.models import Agreement

Kind = Agreement.Kind
TOLD_TO_CONTACTS: Final = frozenset({"wording", "sponsor_text", "attendance", "listing", "law"})
ORDER: Final = (Kind.THREE_WAY, *Agreement.BASES, Kind.AMENDMENT)  # a later one's effects stand over an earlier one's


@dataclass(frozen=True, slots=True)
class Promise:
    """What holds between coach, client and organisation. `wording` None: nothing is promised yet, and nothing may leave."""

    wording: str | None = None
    effects: Mapping[str, str] = field(default_factory=dict)
    agreements: tuple[UUID, ...] = ()
    kinds: frozenset[str] = frozenset()


def in_force(engagement: Engagement) -> Promise:
    """The promise that the agreements in force make together."""
    rows = list(Agreement.objects.filter(engagement=engagement).in_force().only("kind", "wording", "details"))
    return together(rows)


def together(agreements: list[Agreement]) -> Promise:
    """The promise that these agreements make together. One whose column was written over, its state too, counts for nothing."""
    if any(
        (one.details["wording"], one.details["kind"]) != (one.wording, one.kind) or "in_force_at" not in one.details for one in agreements
    ):
        return Promise()
    has_base = any(one.kind in Agreement.BASES for one in agreements)
    standing = [one for one in agreements if has_base or one.kind != Kind.AMENDMENT]
    wording: str | None = None
    effects: dict[str, str] = {}
    for one in sorted(standing, key=lambda row: ORDER.index(Kind(row.kind))):
        wording = one.wording
        effects |= one.details.get("effects", {})
    if wording is None:
        return Promise()
    return Promise(wording, effects | {"wording": wording}, tuple(one.pk for one in standing), frozenset(one.kind for one in standing))


def retention_years(engagements: Collection[Engagement]) -> dict[UUID, int]:
    """For how many years at most texts of each are kept after the last session: the shortest time promised. What has ended still promises it.

    Where no agreement says so, an engagement is left out.
    """
    ever: dict[UUID, list[Agreement]] = {}
    rows = Agreement.objects.filter(engagement__in=engagements, in_force_at__isnull=False)
    for row in rows.only("engagement_id", "state", "kind", "wording", "details"):
        ever.setdefault(row.engagement_id, []).append(row)
    found = {}
    for engagement, all_of_it in ever.items():
        standing = [row for row in all_of_it if row.state == Agreement.State.IN_FORCE] or all_of_it
        said = [str(row.details.get("effects", {}).get("retention", "")) for row in standing]
        years = [int(years) for years in said if years.isascii() and years.isdigit()]
        if years:
            found[engagement] = min(years)
    return found


def base(engagement: Engagement) -> Agreement | None:
    """The agreement in force that an amendment would amend, or None."""
    return Agreement.objects.filter(engagement=engagement, kind__in=Agreement.BASES).in_force().without_documents().first()


def sentences(promise: Promise, language: str) -> list[str]:
    """What a promise means, one sentence an effect, for the people it is made to."""
    effects = {key: "years" if key == "retention" else value for key, value in promise.effects.items()}
    return wordings.effect_sentences(effects, language)


def sentences_for_contacts(promise: Promise, language: str) -> list[str]:
    """The same, of what an organisation may know that it was promised: for a contact who sees the engagement by such an agreement."""
    effects = {key: value for key, value in promise.effects.items() if key in TOLD_TO_CONTACTS}
    return sentences(Promise(promise.wording, effects), language)
