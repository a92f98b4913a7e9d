"""What pages show of agreements and summaries, found once for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch

from clients.models import Client, Engagement
from consent.models import Agreement, Consent, Disclosure, Proposal, Summary
from vault.models import LedgerEntry


@dataclass(frozen=True, slots=True)
class Opening:
    """A contact opened a text."""

    disclosure: UUID
    at: datetime


def agreements_of(engagement: Engagement) -> list[Agreement]:
    """The agreements of an engagement for its coach, newest first; drafts that were dropped are left out and no document is fetched."""
    rows = Agreement.objects.filter(engagement=engagement).exclude(state=Agreement.State.CANCELLED, sent_at__isnull=True)
    return list(rows.without_documents())


def agreements_for(clients: list[Client]) -> list[Agreement]:
    """The agreements that were sent to a client, newest first; no document is fetched."""
    rows = Agreement.objects.for_client(clients).select_related("engagement__coach__person")
    return list(rows.without_documents().order_by("-sent_at"))


def agreement_in_force(engagement: Engagement) -> Agreement | None:
    """The agreement whose wording decides, or None: then nothing may leave."""
    return Agreement.objects.in_force().filter(engagement=engagement).without_documents().first()


def summaries_of(engagement: Engagement) -> list[Summary]:
    """The summaries of an engagement with their proposals and what became of them; no text is fetched."""
    consents = Prefetch("consents", Consent.objects.select_related("disclosure").defer("disclosure__body").prefetch_related("events"))
    proposals = Prefetch("proposals", Proposal.objects.defer("body", "answer").prefetch_related(consents))
    rows = Summary.objects.filter(engagement=engagement, deleted_at__isnull=True).select_related("contact").defer("body")
    return list(rows.prefetch_related(proposals))


def proposals_for(clients: list[Client]) -> list[Proposal]:
    """What was proposed to a client, newest first; no text is fetched."""
    rows = Proposal.objects.for_client(clients).select_related("contact__sponsor", "summary__engagement")
    rows = rows.defer("body", "answer", "summary__body")
    consents = Prefetch("consents", Consent.objects.select_related("disclosure").defer("disclosure__body").prefetch_related("events"))
    return list(rows.prefetch_related(consents))


def openings_of(disclosures: Iterable[Disclosure]) -> list[Opening]:
    """When contacts opened these texts, newest first."""
    ids = [disclosure.pk for disclosure in disclosures]
    rows = LedgerEntry.objects.filter(about__in=ids, event="summary.viewed").order_by("-at")
    return [Opening(row.about, row.at) for row in rows if row.about is not None]
