"""What pages show of agreements and summaries, found once for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clients.models import Client, Engagement
from consent.models import Agreement, AgreementEvent, Consent, Disclosure, Signatory
from consent.models.consents import ConsentQuerySet
from vault.models import LedgerEntry


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


def given() -> ConsentQuerySet:
    """The consents that were given, whatever became of them, with their disclosures and events; no text is fetched."""
    rows = Consent.objects.filter(given_at__isnull=False).select_related("disclosure").defer("disclosure__body")
    return rows.prefetch_related("events")


LOOKS: Final = {"summary.viewed": "opened", "summary.downloaded": "downloaded"}


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a consent: one of its events, or `opened` or `downloaded` by its contact."""

    at: datetime
    kind: str
    label: str


def what_happened(consent: Consent | None) -> list[Happened]:
    """A consent's events and the looks at its text, oldest first."""
    if consent is None:
        return []
    events = [Happened(event.at, event.kind, event.get_kind_display()) for event in consent.events.all() if event.kind != "requested"]
    rows = LedgerEntry.objects.filter(event__in=LOOKS, about__in=Disclosure.objects.filter(consent=consent).values("pk"))
    looks = [Happened(row.at, LOOKS[row.event], "") for row in rows]
    return sorted([*events, *looks], key=lambda one: one.at)


@dataclass(frozen=True, slots=True)
class Line:
    """One question of a signatory, or an answer of the coach."""

    kind: str
    text: str
    at: datetime


def conversation(agreement: Agreement, signatory: Signatory) -> list[Line]:
    """What a signatory asked and the coach answered, oldest first."""
    rows = AgreementEvent.objects.filter(agreement=agreement, signatory=signatory, kind__in=["question", "answer"]).order_by("number")
    return [Line(row.kind, row.details.get("text", ""), row.at) for row in rows]


@dataclass(frozen=True, slots=True)
class Thread:
    """What one signatory asked, and what was answered."""

    signatory: Signatory
    lines: list[Line]
    is_open: bool


def open_questions(agreement: Agreement, signatories: list[Signatory]) -> list[Thread]:
    """The conversations of an agreement, for its coach. Open: the last word is a question."""
    threads = [Thread(one, lines, lines[-1].kind == "question") for one in signatories if (lines := conversation(agreement, one))]
    return sorted(threads, key=lambda thread: not thread.is_open)
