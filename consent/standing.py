"""What every act on a consent does with its row: lock it, add an event that the table of states allows, tell the ledger, carry out what follows.

Ending a consent closes what was shown under it and destroys the copy's key, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.act import Refused, person_of
from clients.models import Engagement
from consent import states
from consent.models import Consent, ConsentEvent, Disclosure, Proposal
from vault import ledger, shredding
from vault.unlocked import Unlocked

Kind = ConsentEvent.Kind


class Changed(Refused):
    """What was shown is not what stands there now: nothing was done."""


def locked(consent: Consent) -> Consent:
    """The row, nobody else's until the transaction ends, with what a decision needs."""
    rows = Consent.objects.select_for_update(of=("self",)).select_related("engagement__coach", "engagement__client", "contact__sponsor")
    return rows.get(pk=consent.pk)


def hold_all(engagement: Engagement) -> None:
    """Hold every consent of an engagement before the first word goes to the ledger: whoever withdraws one holds it first, then the ledger."""
    list(Consent.objects.select_for_update(of=("self",)).filter(engagement=engagement).order_by("pk").values_list("pk"))


def of_engagement(engagement: Engagement) -> Iterable[Consent]:
    """Every consent of an engagement with its events."""
    return Consent.objects.filter(engagement=engagement).prefetch_related("events")


def record(event: str, consent: Consent, by: Any, at: datetime | None, *, code: str = "") -> None:
    """Write to the ledger what happened to a consent, under the event's own name."""
    engagement, other = consent.engagement, consent.contact.person_id if consent.contact else None
    ledger.record(
        f"consent.{event}",
        chain=engagement.coach.practice_id,
        by=person_of(by),
        kind="consent",
        about=consent.id,
        subject=engagement.id,
        other=other,
        code=code or consent.purpose,
        at=at,
    )


def may_become(row: Consent, kind: str, who: str) -> bool:
    """Whether the table of states allows this event, to this person, from where the consent stands."""
    kinds = ConsentEvent.objects.filter(consent=row).values_list("kind", flat=True)
    return states.allows(states.CONSENT, states.fold(kinds), kind, who)


def add_event(row: Consent, kind: str, who: str, now: datetime) -> None:
    """Add an event to a locked consent. Raises `Changed` where the table of states knows no such step."""
    if not may_become(row, kind, who):
        raise Changed(code="other_state")
    ConsentEvent.objects.create(consent=row, number=row.events.count() + 1, kind=kind, at=now)


def begin(consent: Consent, *, who: str, now: datetime, lapses_at: datetime, evidence: Mapping[str, Any] | None = None) -> None:
    """Save a new question, or what was answered on paper or orally with its evidence, and its first event."""
    consent.requested_at, consent.lapses_at, consent.evidence = now, lapses_at, dict(evidence or {})
    consent.save(force_insert=True)
    add_event(consent, Kind.REQUESTED, who, now)


def sign(row: Consent, *, evidence: Mapping[str, Any], vault: Unlocked, now: datetime) -> None:
    """Make a locked question a consent: the client's signature over all its fields, and the event. Raises `Changed`."""
    if row.lapses_at <= now:
        raise Changed(code="not_waiting")
    row.given_at, row.way, row.evidence = now, Consent.Way.SPACE, dict(evidence)
    row.signature = vault.sign("consent", *row.signed_fields())
    add_event(row, Kind.GIVEN, states.CLIENT, now)
    row.save()


def end(row: Consent, kind: str, who: str, at: datetime | None, *, by: Any) -> None:
    """End a locked consent or question, close its disclosure and shred the copy. What has ended stays as it is.

    The copy's keys are destroyed again even then: whoever writes to the database may have put something back.
    """
    now, is_open = at or timezone.now(), may_become(row, kind, who)
    if is_open:
        add_event(row, kind, who, now)
    disclosures = Disclosure.objects.filter(consent=row)
    series = {series for disclosure in disclosures.defer("body") for series in disclosure.every_series()}
    disclosures.filter(closed_at__isnull=True).update(closed_at=now)
    shredding.shred(series, now)
    if is_open:
        record(kind, row, by, at)


def end_all(rows: Iterable[Consent], kind: str, who: str, at: datetime | None, *, by: Any) -> None:
    """End each of these."""
    for row in rows:
        end(locked(row), kind, who, at, by=by)


def end_proposal(row: Consent, now: datetime) -> None:
    """A text that waited for this answer waits no more."""
    if row.proposal_id is None:
        return
    waiting = [Proposal.State.PROPOSED, Proposal.State.CHANGES_ASKED]
    Proposal.objects.filter(pk=row.proposal_id, state__in=waiting).update(state=Proposal.State.SUPERSEDED, answered_at=now)
