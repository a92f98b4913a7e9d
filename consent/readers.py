"""Where a summary stands with each contact, which versions were proposed and what was answered; for the coach's pages and the client's. No text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from clients.models import Client, Coach, Engagement, SponsorContact
from consent import overview
from consent.actions.copies import KEYS_DIFFER
from consent.models import Consent, Proposal, Summary, Wish
from consent.models.summaries import ProposalQuerySet
from vault.models import LedgerEntry

LABELS: Final[Mapping[str, Any]] = {
    "not_asked": pgettext_lazy("summary and contact", "Not asked"),
    "waiting": pgettext_lazy("summary and contact", "Waits for the client’s answer"),
    "changes_asked": pgettext_lazy("summary and contact", "Changes asked"),
    "overtaken": pgettext_lazy("summary and contact", "Changes asked, text replaced since"),
    "refused": pgettext_lazy("summary and contact", "Refused"),
    "lapsed": pgettext_lazy("summary and contact", "Not answered in time"),
    "void": pgettext_lazy("summary and contact", "Void: the text was changed"),
    "keys_differ": pgettext_lazy("summary and contact", "Void: this person’s key does not hold"),
    "approved": pgettext_lazy("summary and contact", "Authorised, not readable yet"),
    "authorised": pgettext_lazy("summary and contact", "Authorised, not opened yet"),
    "read": pgettext_lazy("summary and contact", "Authorised and read"),
    "withdrawn": pgettext_lazy("summary and contact", "Withdrawn"),
    "expired": pgettext_lazy("summary and contact", "Period over"),
    "superseded": pgettext_lazy("summary and contact", "Replaced by a newer text"),
    "ended": pgettext_lazy("summary and contact", "Ended"),
    "left": pgettext_lazy("summary and contact", "Has left the organisation"),
}
KINDS: Final = {"waiting": "wait", "changes_asked": "wait", "keys_differ": "warn", "approved": "ok", "authorised": "ok", "read": "ok"}
OPEN: Final = frozenset({"waiting", "approved", "authorised", "read"})


@dataclass(frozen=True, slots=True)
class Standing:
    """One contact and the last question about them: in which state, and how often they opened the text."""

    contact: SponsorContact
    state: str
    proposal: Proposal | None = None
    consent: Consent | None = None
    looks: int = 0

    @property
    def label(self) -> Any:
        """The state in words."""
        return LABELS[self.state]

    @property
    def kind(self) -> str:
        """The kind of badge it wears."""
        return KINDS.get(self.state, "off")

    @property
    def is_open(self) -> bool:
        """Whether the client has this question before them, or said yes and it stands."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a summary's history: which version, by its number among those proposed."""

    proposal: Proposal
    number: int
    standing: Standing


def with_answers(proposals: ProposalQuerySet) -> ProposalQuerySet:
    """These proposals with their contacts and what became of them; no text is fetched."""
    rows = proposals.select_related("contact__sponsor", "summary__engagement").defer("body", "answer", "summary__body")
    return rows.annotate(has_answer=Q(answer__isnull=False)).prefetch_related(Prefetch("consents", overview.given()))


def history(proposals: Iterable[Proposal], now: datetime) -> list[Asked]:
    """What was proposed of one summary, newest first."""
    rows = list(proposals)
    numbers = {version: number for number, version in enumerate(sorted({row.version for row in rows}), start=1)}
    looks, voided = _looks(rows), _voided(rows)
    return [Asked(row, numbers[row.version], _standing(row, looks, voided, now)) for row in rows]


def with_each(contacts: Iterable[SponsorContact], asked: list[Asked]) -> list[Standing]:
    """Where a summary stands with each of these contacts, and with whoever was asked about before: those who left come last."""
    last: dict[UUID, Standing] = {}
    for one in asked:
        last.setdefault(one.standing.contact.pk, one.standing)
    here = [last.pop(contact.pk, Standing(contact, "not_asked")) for contact in contacts]
    return here + list(last.values())


def latest(proposals: Iterable[Proposal], now: datetime) -> list[Standing]:
    """The last question of each summary to each contact, newest first."""
    rows = list(proposals)
    looks, voided, seen = _looks(rows), _voided(rows), set()
    found = []
    for row in rows:
        if (row.summary_id, row.contact_id) not in seen:
            seen.add((row.summary_id, row.contact_id))
            found.append(_standing(row, looks, voided, now))
    return found


def summaries_of(engagement: Engagement, now: datetime) -> list[tuple[Summary, list[Standing]]]:
    """The summaries of an engagement, newest first, each with the last question to each contact; no text is fetched."""
    last: dict[UUID, list[Standing]] = {}
    for one in latest(with_answers(Proposal.objects.filter(summary__engagement=engagement)), now):
        if one.proposal is not None:
            last.setdefault(one.proposal.summary_id, []).append(one)
    rows = Summary.objects.filter(engagement=engagement, deleted_at__isnull=True).select_related("contact").defer("body")
    return [(row, last.get(row.pk, [])) for row in rows]


def proposals_for(clients: list[Client], now: datetime) -> list[Standing]:
    """The last question of each summary to each contact, for the client, newest first; no text is fetched."""
    return latest(with_answers(Proposal.objects.for_client(clients)), now)


def before(proposal: Proposal, proposals: ProposalQuerySet) -> Proposal | None:
    """The last proposal of the same summary's version before this one, or None."""
    return proposals.filter(summary=proposal.summary_id, version__lt=proposal.version).order_by("-version", "-proposed_at").first()


def _standing(row: Proposal, looks: Mapping[UUID | None, int], voided: set[UUID | None], now: datetime) -> Standing:
    consent = next(iter(row.consents.all()), None)
    if consent is None:
        return Standing(row.contact, _unanswered(row, voided, now), row)
    count = looks.get(consent.disclosure.pk, 0)
    return Standing(row.contact, _given(consent, count, now), row, consent, count)


def _unanswered(row: Proposal, voided: set[UUID | None], now: datetime) -> str:
    states = Proposal.State
    if row.state == states.PROPOSED:
        return "lapsed" if row.lapses_at <= now else "waiting"
    if row.state == states.SUPERSEDED:
        return "keys_differ" if row.pk in voided else "overtaken" if getattr(row, "has_answer", False) else "void"
    return str(row.state)


def _given(consent: Consent, looks: int, now: datetime) -> str:
    if consent.state != "given":
        return consent.state if consent.state in LABELS else "ended"
    if consent.is_over(timezone.localdate(now)):
        return "expired"
    if consent.contact is not None and consent.contact.left_at is not None:
        return "left"
    if consent.disclosure.opens_at > now:
        return "approved"
    return "read" if looks else "authorised"


def _looks(rows: Iterable[Proposal]) -> dict[UUID | None, int]:
    """How often each disclosure of these proposals was opened or kept as a file by its contact."""
    disclosures = [consent.disclosure.pk for row in rows for consent in row.consents.all()]
    counts: dict[UUID | None, int] = {}
    if disclosures:
        for about in LedgerEntry.objects.filter(event__in=overview.LOOKS, about__in=disclosures).values_list("about", flat=True):
            counts[about] = counts.get(about, 0) + 1
    return counts


def _voided(rows: Iterable[Proposal]) -> set[UUID | None]:
    """Which of these proposals ended because the contact's keys did not hold."""
    ended = [row.pk for row in rows if row.state == Proposal.State.SUPERSEDED]
    if not ended:
        return set()
    return set(LedgerEntry.objects.filter(event=KEYS_DIFFER, about__in=ended).values_list("about", flat=True))


def to_renew(coach: Coach, first: date, last: date) -> list[Consent]:
    """The consents of a coach's clients that stand and end between these days, the first to end first."""
    rows = Consent.objects.for_coach(coach).standing().filter(until_date__gte=first, until_date__lte=last)
    return list(
        rows.select_related("engagement__client", "contact", "proposal").defer("proposal__body", "proposal__answer").order_by("until_date")
    )


def keys_that_differ(coach: Coach, since: datetime) -> list[Proposal]:
    """The questions that ended lately because a contact's keys did not hold, and were not asked again."""
    ended = LedgerEntry.objects.filter(event=KEYS_DIFFER, chain=coach.practice_id, at__gte=since).values_list("about", flat=True)
    rows = Proposal.objects.for_coach(coach).filter(pk__in=list(ended)).select_related("summary__engagement__client", "contact")
    found = rows.defer("body", "answer", "summary__body")
    return [
        row
        for row in found
        if not Proposal.objects.filter(summary=row.summary_id, contact=row.contact_id, proposed_at__gt=row.proposed_at).exists()
    ]


def wishes_of(engagement: Engagement) -> list[Wish]:
    """What the client of an engagement would like to be said, for the coach, newest first; no text is fetched."""
    return list(Wish.objects.filter(engagement=engagement).select_related("contact").defer("body", "answer"))


def wishes_for(clients: list[Client]) -> list[Wish]:
    """What a client would like to be said, newest first; no text is fetched."""
    return list(Wish.objects.for_client(clients).select_related("contact").defer("body", "answer"))


def waiting_wishes(coach: Coach, most: int) -> list[Wish]:
    """The wishes that wait for this coach, the oldest first; no text is fetched."""
    rows = Wish.objects.for_coach(coach).waiting().select_related("contact", "engagement__client").defer("body", "answer")
    return list(rows.order_by("made_at")[:most])
