"""What the coach's page of a summary shows of each contact: the last question, what was answered, what happened since, and whether to ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from clients.models import Coach
from consent import differences, overview, permitting, policies, readers
from consent.actions.summaries import unsalted
from consent.differences import Piece
from consent.models import Proposal, Summary
from consent.overview import Happened
from consent.readers import Asked, Standing
from consent.wanted import Wanted
from vault.unlocked import Unlocked

RENEW: Final = timedelta(days=30)  # before its last day a text may be proposed to the same contact again


@dataclass(frozen=True, slots=True)
class Reader:
    """One contact. `pieces` lead from the text that was proposed to the one the client would have."""

    standing: Standing
    why_not: str
    may_ask: bool
    wanted: Wanted | None = None
    pieces: list[Piece] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)

    @property
    def may_hold(self) -> bool:
        """Whether an approval can still be held back."""
        return self.standing.state == "approved"


@dataclass(frozen=True, slots=True)
class Readership:
    """Everybody who could read it, and every question so far."""

    readers: list[Reader]
    asked: list[Asked]

    def is_open_at(self, version: int) -> bool:
        """Whether this version waits for an answer, or somebody may read it: changing it is then an act of its own."""
        return any(one.standing.is_open and one.standing.proposal and one.standing.proposal.version == version for one in self.readers)

    @property
    def askable(self) -> list[Reader]:
        """Whom the client could be asked about now."""
        return [one for one in self.readers if one.may_ask]

    def for_another_text(self, summary: Summary) -> list[Reader]:
        """Whom the client could be asked about once the text is changed."""
        return [one for one in self.readers if not policies.allows(policies.check_may_propose, summary, one.standing.contact)]


@sensitive_variables()
def readership(summary: Summary, vault: Unlocked, by: Coach, now: datetime) -> Readership:
    """Read it for the coach, whose vault opens what the client would have."""
    proposals = Proposal.objects.for_coach(by).filter(summary=summary)
    asked = readers.history(readers.with_answers(proposals), now)
    standings = readers.with_each(permitting.contacts_of(summary.engagement), asked)
    return Readership([_reader(one, summary, vault, now) for one in standings], asked)


@sensitive_variables()
def _reader(standing: Standing, summary: Summary, vault: Unlocked, now: datetime) -> Reader:
    contact = standing.contact
    why_not = policies.allows(policies.check_may_propose, summary, contact)
    why_not = why_not or policies.allows(policies.check_text_is_not_too_soon, summary, contact, now)
    wanted, pieces = _wanted(standing, summary, vault)
    return Reader(
        standing=standing,
        why_not=why_not,
        may_ask=not why_not and _is_worth_asking(standing, summary, now),
        wanted=wanted,
        pieces=pieces,
        happened=overview.what_happened(standing.consent),
    )


def _is_worth_asking(standing: Standing, summary: Summary, now: datetime) -> bool:
    """Whether this version has no open question about this contact, no wish for another text, and no yes that stands for long."""
    if standing.state == "changes_asked" and standing.proposal and standing.proposal.version == summary.version:
        return False
    if not standing.is_open or standing.proposal is None or standing.proposal.version != summary.version:
        return True
    last = standing.consent.until_date if standing.consent else None
    return last is not None and last <= timezone.localdate(now + RENEW)


@sensitive_variables()
def _wanted(standing: Standing, summary: Summary, vault: Unlocked) -> tuple[Wanted | None, list[Piece]]:
    proposal = standing.proposal
    if proposal is None or standing.state != "changes_asked" or proposal.answer is None:
        return None, []
    proposal.summary = summary
    wanted = Wanted.read(vault.open(proposal.answer, proposal.place("proposal.answer")))
    text, _fingerprint = unsalted(vault.open(proposal.body, proposal.place()))
    return wanted, differences.words(text, wanted.text)
