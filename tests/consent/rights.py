"""Requests about data in as few words as possible, for tests and the house's world."""

from __future__ import annotations

from typing import Any

from clients.models import Client, Engagement
from consent import rights
from consent.actions import rights as actions
from consent.models import RightsAnswer, RightsRequest
from consent.rights import Part, Reply, Wish
from sessions.rights.sources import Source, sources_of, text_of
from vault.unlocked import Unlocked


def asked(engagement: Engagement, client: Client, vault: Unlocked, kind: str = "access", *, covers_all: bool = False, **wish: str) -> Any:
    """A request of this client."""
    facts = {"engagement": engagement, "covers_all": covers_all, "kind": kind, "wish": Wish(**wish)}
    row = actions.ask(**facts, vault=vault, by=client)
    return fresh(row)


def fresh(row: RightsRequest) -> RightsRequest:
    """The request as it stands in the database now."""
    return RightsRequest.objects.select_related("engagement__client", "engagement__coach__person").get(pk=row.pk)


def part_of(source: Source, text: str, outcome: str = "given", *, reason: str = "", explained: str = "", **more: Any) -> Part:
    """A decision about a text."""
    facts = {"what": source.what, "at": source.at.isoformat(), "session": source.session, "version": source.version, **more}
    return Part(outcome=outcome, text=text, reason=reason, explained=explained, **facts)


def gone_through(row: RightsRequest, vault: Unlocked, other: dict[str, dict[str, str]] | None = None) -> list[Source]:
    """Each text given as it stands; `other` says by text what else: outcome, text, reason, explained."""
    row, coach = fresh(row), row.engagement.coach
    sources = sources_of(row)
    for source in sources:
        original = text_of(source, vault, coach)
        facts: dict[str, str] = {"text": original} | (other or {}).get(original, {})
        part = part_of(source, **facts)
        actions.decide(request=row, engagement=source.engagement, source=source.id, part=part, vault=vault, by=coach)
    return sources


def handed_over(row: RightsRequest, vault: Unlocked, text: str = "") -> RightsAnswer:
    """The copy handed over."""
    row = fresh(row)
    sources = {source.id: source.version for source in sources_of(row)}
    return actions.hand_over(request=row, sources=sources, text=text, vault=vault, by=row.engagement.coach)


def answered(row: RightsRequest, vault: Unlocked, outcome: str = "done", **reply: Any) -> RightsAnswer:
    """A correction or an erasure answered."""
    return actions.answer(request=row, outcome=outcome, reply=Reply(**reply), vault=vault, by=row.engagement.coach)


def texts_read(row: RightsRequest, vault: Unlocked) -> list[str]:
    """What the client reads of the copy."""
    return [part.text for part in rights.copies_of(fresh(row), vault)]


def put_off(row: RightsRequest, vault: Unlocked, reason: str = "Beaucoup de notes") -> None:
    """Put off by its coach."""
    actions.put_off(request=row, reason=reason, vault=vault, by=row.engagement.coach)
