"""Recourse to the law, as rules: what may be entered in the register and what is still missing. No consent is forged here.

Wording B does not stand against it: both wordings except what the law requires. Whether an entry was confirmed, the ledger says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.act import Refused
from clients.models import Coach, Engagement
from consent.models import LegalAddition, LegalDisclosure
from vault.epochs import RESEALED
from vault.models import LedgerEntry
from vault.sealed import Place, Sealed
from vault.unlocked import Unlocked

Way, Ground = LegalDisclosure.Way, LegalDisclosure.Ground

PAPERS_WITHIN: Final = timedelta(hours=72)
REVIEWED_WITHIN: Final = timedelta(days=365)
RECORDED: Final = "law.recorded"
NOW, LATER = "now", "later"

GROUNDS: Final[Mapping[str, tuple[str, ...]]] = {
    Way.REQUISITION: tuple(Ground.values),
    Way.DANGER: (Ground.DANGER, Ground.REPORT),
}
STATEMENTS: Final[Mapping[str, Any]] = {  # what the coach says on the second page, by ground
    Ground.AUTHORITY: _("I have checked that this authority may ask for it, and I give nothing that it does not ask for."),
    Ground.REPORT: _("The law obliges me to report this, and I report nothing else."),
    Ground.DANGER: _("Somebody is in serious danger, and I say only what protects them."),
    Ground.DEFENCE: _("I give the least possible: what my defence cannot do without, and nothing else."),
    Ground.PRIVACY: _("The authority asks for it in writing, and I give nothing that it does not ask for."),
    Ground.TAX: _("I give invoices only: nothing that was said or written in the coaching."),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry says, as it is sealed."""

    way: str
    ground: str
    authority: str = ""
    reference: str = ""
    called: str = ""  # immediate danger: whom
    given: str = ""  # exactly what was given or said
    given_at: datetime | None = None
    less: str = ""  # why less would not do
    told: str = ""  # now or later
    why: str = ""  # told now: why, in words for the client
    why_not: str = ""  # told later: why not now
    review_on: date | None = None
    statement: str = ""
    document: str = ""  # the document received, a PDF, as base64

    def kept(self) -> dict[str, Any]:
        """The entry as JSON keeps it."""
        return _kept(asdict(self))

    @property
    def whom(self) -> str:
        """To whom it was given."""
        return " · ".join(part for part in (self.called, self.authority) if part)


@dataclass(frozen=True, slots=True)
class Papers:
    """What completes an immediate danger."""

    authority: str = ""
    reference: str = ""
    written: str = ""  # what was sent in writing
    less: str = ""
    document: str = ""

    def kept(self) -> dict[str, Any]:
        return _kept(asdict(self))


@dataclass(frozen=True, slots=True)
class Review:
    """Why the client is not told yet, and when to look again."""

    why_not: str = ""
    review_on: date | None = None

    def kept(self) -> dict[str, Any]:
        return _kept(asdict(self))


@dataclass(frozen=True, slots=True)
class Notice:
    """What the client is told: what was given, to whom, when, on which ground, and why."""

    way: str
    ground: str
    whom: str
    what: str
    when: datetime | None
    why: str = ""

    def kept(self) -> dict[str, Any]:
        return _kept(asdict(self))


def _kept(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, (date, datetime)) else value for name, value in facts.items()}


def entry_of(kept: Mapping[str, Any]) -> Entry:
    """An entry, read back."""
    return Entry(**{**kept, "given_at": _moment(kept["given_at"]), "review_on": _day(kept["review_on"])})


def review_of(kept: Mapping[str, Any]) -> Review:
    """A later day to look again, read back."""
    return Review(**{**kept, "review_on": _day(kept["review_on"])})


def notice_of(kept: Mapping[str, Any]) -> Notice:
    """A notice, read back."""
    return Notice(**{**kept, "when": _moment(kept["when"])})


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def notice_from(entry: Entry, *, why: str, papers: Papers | None = None) -> Notice:
    """What the client is told of an entry: word for word what was given."""
    authority = papers.authority if papers and papers.authority != entry.authority else ""
    whom = " · ".join(part for part in (entry.whom, authority) if part)
    written = papers.written if papers else ""
    return Notice(entry.way, entry.ground, whom, "\n\n".join(part for part in (entry.given, written) if part), entry.given_at, why)


def opened(body: Sealed, place: Place, vault: Unlocked) -> dict[str, Any]:
    """What was sealed as JSON. Raises `Closed`."""
    kept: dict[str, Any] = json.loads(vault.open(body, place))
    return kept


def open_notice(addition: LegalAddition, vault: Unlocked) -> Notice:
    """What a client was told. Raises `Closed`."""
    return notice_of(opened(addition.body, addition.place(), vault))


def end_of(day: date) -> datetime:
    """The last minute of a day, where the practice is."""
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


# What is missing


def problems(entry: Entry, at: datetime) -> dict[str, Any]:
    """What stands against an entry, by field; nothing when it may be confirmed."""
    if entry.way not in Way.values:
        return {"way": _("Choose how the law came in.")}
    found: dict[str, Any] = {}
    if entry.ground not in GROUNDS[entry.way]:
        found["ground"] = _("Choose the legal ground.")
    for name, sentence in _required(entry.way).items():
        if not str(getattr(entry, name)).strip():
            found[name] = sentence
    if entry.given_at is None:
        found["day"] = _("Say when it was given.")
    elif entry.given_at > at + timedelta(minutes=1):
        found["day"] = _("This moment is still to come. Enter it once it has been given.")
    return found | _problems_of_telling(entry, at)


def _required(way: str) -> dict[str, Any]:
    """What must be filled in for a way, with what to say where it is not."""
    given = {"given": _("Write exactly what is given, word for word.")}
    if way == Way.DANGER:
        return {"called": _("Say whom you called."), **given}
    return {
        "authority": _("Name the authority that asks."),
        "reference": _("Write the reference of the request; if it has none, say how it reached you."),
        **given,
        "less": _("Say why less would not have been enough."),
    }


def _problems_of_telling(entry: Entry, at: datetime) -> dict[str, Any]:
    if entry.told == NOW:
        return {} if entry.why.strip() else {"why": _("Tell your client why, in your own words.")}
    if entry.told != LATER:
        return {"told": _("Say whether your client is told now.")}
    return problems_of_review(Review(entry.why_not, entry.review_on), at)


def problems_of_review(review: Review, at: datetime) -> dict[str, Any]:
    """What stands against telling the client later."""
    found: dict[str, Any] = {}
    today = timezone.localdate(at)
    if not review.why_not.strip():
        found["why_not"] = _("Say why your client cannot be told yet.")
    if review.review_on is None or not today < review.review_on <= today + REVIEWED_WITHIN:
        found["review_on"] = _("Choose a day after today and within twelve months.")
    return found


def problems_of_papers(papers: Papers, entry: Entry) -> dict[str, Any]:
    """What stands against completing an immediate danger."""
    found: dict[str, Any] = {}
    if not papers.authority.strip():
        found["authority"] = _("Name the authority that was told.")
    if not papers.reference.strip():
        found["reference"] = _("Write the reference of the request; if it has none, say how it reached you.")
    if not papers.less.strip() and not entry.less.strip():
        found["less"] = _("Say why less would not have been enough.")
    if not papers.written.strip() and not papers.document:
        found["written"] = _("Add what was sent or received: its words, or the document.")
    return found


def check_may_disclose_by_law(*, entry: Entry, engagement: Engagement, by: Coach, at: datetime) -> None:
    """Raise `Refused`, with the first sentence, unless this coach may enter this. An engagement that is over, and wording B, do not stand against it."""
    if engagement.coach_id != by.pk:
        raise Refused(code="not_your_engagement")
    for name, sentence in problems(entry, at).items():
        raise Refused(sentence, code=f"law_{name}")
    if entry.statement != str(STATEMENTS[entry.ground]):
        raise Refused(_("Confirm what stands beside the ground that you chose."), code="law_statement")


# What a decision may rest on


@dataclass(frozen=True, slots=True)
class LegalGround:
    """A register entry as a fact for the decision: the law permits only where it `is_confirmed`."""

    entry: UUID
    engagement: UUID
    way: str
    ground: str
    is_confirmed: bool


def ground_of(entry: LegalDisclosure) -> LegalGround:
    """What a decision rests on, read now."""
    return LegalGround(entry.pk, entry.engagement_id, entry.way, entry.ground, is_confirmed(entry))


def is_confirmed(entry: LegalDisclosure) -> bool:
    """Whether the ledger tells of exactly these bytes under this ground: a row put into the table by hand counts as none."""
    told = LedgerEntry.objects.filter(chain=entry.engagement.coach.practice_id, about=entry.pk, digest__isnull=False)
    recorded = told.filter(event=RECORDED, code=entry.ground)
    resealed = told.filter(event=RESEALED, kind=entry._meta.db_table, code="body")
    last = resealed.order_by("-position").first() or recorded.first()
    return last is not None and bytes(last.digest or b"") == entry.body.digest() and recorded.exists()
