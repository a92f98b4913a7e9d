"""What stands around a summary's way: each side's own copy of what was proposed, and what follows when a contact's keys do not hold."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.act import Refused, act, person_of
from accounts.jobs import write_to
from clients.models import Client, Coach
from consent import policies, states
from consent.actions.summaries import unsalted
from consent.facts import facts_of
from consent.models import Consent, ConsentEvent, Proposal
from consent.policies import Request
from consent.purposes import Kind
from consent.standing import end_all, end_proposal, locked
from vault import ledger
from vault.unlocked import Unlocked

OWN_COPY: Final = "own_copy"
KEYS_DIFFER: Final = "summary.keys_differ"


@act
@sensitive_variables()
def keep_copy(*, proposal: Proposal, vault: Unlocked, by: Client | Coach, at: datetime | None = None) -> str:
    """This function will open a proposed text for a file of the client's, whose copy is always theirs, or of the coach who wrote it. Refuses others."""
    engagement = proposal.summary.engagement
    if isinstance(by, Client):
        request = Request(OWN_COPY, Kind.CLIENT, str(by.pk))
        if not policies.decide(request, facts_of(engagement), at or timezone.now()).is_permitted:
            raise Refused(code="not_the_client")
    elif engagement.coach_id != by.pk:
        raise Refused(code="not_the_coach")
    text, fingerprint = unsalted(vault.open(proposal.body, proposal.place()))
    if fingerprint != bytes(proposal.fingerprint):
        raise Refused(code="another_text")
    ledger.record(
        "summary.copied",
        chain=engagement.coach.practice_id,
        by=person_of(by),
        kind="proposal",
        about=proposal.id,
        subject=engagement.id,
        at=at,
    )
    return text


@act
def void_for_keys(*, proposal: Proposal, by: Client, at: datetime | None = None) -> None:
    """This function will void a question whose contact's keys on file are not those that were shown, or do not hold, and tell the coach.

    The coach asks the person by voice; only a new proposal shows the client the new keys.
    """
    now = at or timezone.now()
    question = locked(Consent.objects.get(proposal=proposal))
    engagement = question.engagement
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if row.state != Proposal.State.PROPOSED:
        raise Refused(code="not_waiting")
    end_all([question], ConsentEvent.Kind.SUPERSEDED, states.CLIENT, at, by=by)
    end_proposal(question, now)
    write_to.defer(person=str(engagement.coach.person_id), letter="something_new")
    other = question.contact.person_id if question.contact else None
    ledger.record(
        KEYS_DIFFER,
        chain=engagement.coach.practice_id,
        by=person_of(by),
        kind="proposal",
        about=row.id,
        subject=engagement.id,
        other=other,
        at=at,
    )
