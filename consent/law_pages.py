"""What the pages of the register show of an entry: where it stands, and its parts in the order of their coming."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from clients.models import Client, Engagement
from consent import law
from consent.models import LegalAddition, LegalDisclosure

Kind = LegalAddition.Kind


@dataclass(frozen=True, slots=True)
class Line:
    """One entry and where it stands, told from its columns alone."""

    row: LegalDisclosure
    at: datetime

    @property
    def reference(self) -> str:
        """What the entry and its files are called: it tells nobody's name."""
        return f"CV-{self.row.pk.hex[:8].upper()}"

    @property
    def told_at(self) -> datetime | None:
        return next((one.at for one in self.row.additions.all() if one.kind == Kind.TOLD), None)

    @property
    def completed_at(self) -> datetime | None:
        return next((one.at for one in self.row.additions.all() if one.kind == Kind.PAPERS), None)

    @property
    def needs_papers(self) -> bool:
        """Whether this was an immediate danger whose papers are still to come."""
        return self.row.way == LegalDisclosure.Way.DANGER and self.completed_at is None

    @property
    def review_on(self) -> date | None:
        """When to look again whether the client can be told; None once they were."""
        if self.told_at is not None:
            return None
        later = [one.review_on for one in self.row.additions.all() if one.kind == Kind.REVIEW]
        return later[-1] if later else self.row.review_on


def facts(row: LegalDisclosure, entry: law.Entry, added: Sequence[tuple[LegalAddition, Any]], at: datetime) -> dict[str, Any]:
    """An open entry as its page and its PDF show it."""
    papers = next((said for one, said in added if one.kind == Kind.PAPERS), None)
    papers_due = entry.given_at + law.PAPERS_WITHIN if entry.given_at else None
    line = Line(row, at)
    return {
        "line": line,
        "row": row,
        "engagement": row.engagement,
        "entry": entry,
        "added": added,
        "papers": papers,
        "papers_due": papers_due if line.needs_papers else None,
        "is_late": bool(line.needs_papers and papers_due and papers_due < at),
        "is_confirmed": law.is_confirmed(row),
    }


def by_client(engagements: Iterable[Engagement]) -> list[Engagement]:
    """The engagements by their client's name, for a choice; ended ones too."""
    return sorted(engagements, key=lambda one: (one.client.name.casefold(), one.opened_at))


def told() -> ArraySubquery:
    """The entries that the client of an engagement was told of, the newest first, to be asked for together with the engagement."""
    parts = LegalAddition.objects.filter(kind=Kind.TOLD, entry__engagement=OuterRef("pk"))
    return ArraySubquery(parts.order_by("-at").values("entry"))


def seen_by_coach(engagement: Engagement) -> set[UUID]:
    """The entries about an engagement and their parts, whose events its coach sees in the log."""
    rows = LegalDisclosure.objects.filter(engagement=engagement)
    parts = LegalAddition.objects.filter(entry__in=rows)
    return set(rows.values_list("pk", flat=True)) | set(parts.values_list("pk", flat=True))


def seen_by_client(clients: list[Client], engagement: Engagement) -> set[UUID]:
    """The same for its client: only the entries that they were told of, and their parts."""
    told = list(LegalAddition.objects.for_client(clients).filter(entry__engagement=engagement).values_list("entry", flat=True))
    return set(told) | set(LegalAddition.objects.filter(entry__in=told).values_list("pk", flat=True))
