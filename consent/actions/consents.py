"""A consent's way: asked, then given or refused by the client; withdrawn in one step, expired, ended, replaced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.act import Refused, act, person_of
from accounts.jobs import write_to
from clients.models import Client, Coach, Engagement, SponsorContact
from consent import policies, states
from consent.actions.tasks import add_task
from consent.facts import facts_of, request_of
from consent.models import Consent, ConsentEvent, Proposal, Task
from consent.policies import Request
from consent.purposes import PURPOSES
from consent.standing import add_event, begin, end, end_all, end_proposal, hold_all, locked, of_engagement, record, sign
from vault import ledger
from vault.unlocked import Unlocked

LAPSES_AFTER: Final = timedelta(days=30)
NOTICE: Final = "2026-11"  # version of the sentences that stand beside a question
Kind = ConsentEvent.Kind


@act
def ask(
    *,
    engagement: Engagement,
    purpose: str,
    contact: SponsorContact | None = None,
    terms: Mapping[str, Any],
    until: date | None = None,
    by: Coach | Client,
    at: datetime | None = None,
) -> Consent:
    """This function will put a question to the client: one purpose, one recipient. Refuses what even a yes would not permit, and what comes too soon.

    `terms`: `data` (a list of what the purpose offers), `recipient`, `places` (where it would stand), `use`, `reason`, as the purpose needs. Its client may start it
    too: then nothing is too soon.
    """
    now = at or timezone.now()
    row = PURPOSES[purpose]
    asked_by = "coach" if isinstance(by, Coach) else "client"
    recipient = str(contact.pk) if contact else str(terms.get("recipient", ""))
    wanted = Request(purpose, row.kind, recipient, data=frozenset(terms.get("data", ())))
    Engagement.objects.select_for_update(of=("self",)).get(pk=engagement.pk)
    policies.check_may_ask(engagement, wanted, facts_of(engagement, contact=contact), now)
    if asked_by == "coach":
        policies.check_is_not_too_soon(list(of_engagement(engagement)), purpose, recipient, now)
    consent = Consent(engagement=engagement, purpose=purpose, contact=contact, until_date=until)
    consent.terms = {**terms, "asked_by": asked_by, "notice": NOTICE}
    begin(consent, who=asked_by, now=now, lapses_at=now + LAPSES_AFTER)
    if asked_by == "coach":
        write_to.defer(person=str(engagement.client.person_id), letter="something_new")
    record("requested", consent, by, at)
    return consent


@act
def give(
    *,
    consent: Consent,
    data: frozenset[str],
    until: date | None,
    evidence: Mapping[str, Any],
    vault: Unlocked,
    by: Client,
    at: datetime | None = None,
) -> Consent:
    """This function will write the client's yes, signed by their key over every field, with the data and the last day that they chose.

    For a text use `summaries.approve`. Raises `Changed` where the question is no longer open, `Refused` where a yes permits nothing.
    """
    row, now = locked(consent), at or timezone.now()
    if "text" in row.about.must_name:
        raise Refused(code="approved_with_its_text")
    row.terms, row.until_date = {**row.terms, "data": sorted(data)}, until
    if "until" in row.about.must_name and until is None:
        raise Refused(_("Please choose until when."), code="no_period")
    policies.check_could_be_given(request_of(row), facts_of(row.engagement, contact=row.contact), now)
    sign(row, evidence=evidence, vault=vault, now=now)
    write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    record("given", row, by, at)
    return row


@act
def attest(
    *,
    engagement: Engagement,
    purpose: str,
    contact: SponsorContact | None = None,
    terms: Mapping[str, Any],
    until: date | None = None,
    way: str,
    page: bytes | None = None,
    by: Coach,
    at: datetime | None = None,
) -> Consent:
    """This function will keep a yes that the client gave on paper (`page`, the PDF of it) or orally, as the coach attests. The client is told.

    Marked so for ever, it counts only where the purpose allows this way: never for a text. The client withdraws it like any other.
    """
    now, row = at or timezone.now(), PURPOSES[purpose]
    if way not in row.ways or way == Consent.Way.SPACE:
        raise Refused(code="not_in_this_way")
    wanted = Request(
        purpose, row.kind, str(contact.pk) if contact else str(terms.get("recipient", "")), data=frozenset(terms.get("data", ()))
    )
    Engagement.objects.select_for_update(of=("self",)).get(pk=engagement.pk)
    policies.check_could_be_given(wanted, facts_of(engagement, contact=contact), now)
    policies.check_has_cooled_off(list(of_engagement(engagement)), purpose, wanted.recipient, now)
    consent = Consent(engagement=engagement, purpose=purpose, contact=contact, until_date=until, way=way, given_at=now, page=page)
    consent.terms = {**terms, "asked_by": states.COACH, "notice": NOTICE}
    if "until" in row.must_name and until is None:
        raise Refused(_("Please choose until when."), code="no_period")
    begin(consent, who=states.COACH, now=now, lapses_at=now, evidence={"attested": consent.attested()})
    add_event(consent, Kind.GIVEN, states.COACH, now)
    if engagement.client.person_id is not None:
        write_to.defer(person=str(engagement.client.person_id), letter="something_new")
    record("requested", consent, by, at)
    record("given", consent, by, at, code=way)
    return consent


@act
def refuse(*, consent: Consent, by: Client, at: datetime | None = None) -> None:
    """This function will write the client's no. No reason, and nothing else follows."""
    row, now = locked(consent), at or timezone.now()
    if row.proposal_id is not None:
        raise Refused(code="refused_with_its_text")
    add_event(row, Kind.REFUSED, states.CLIENT, now)
    write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    record("refused", row, by, at)


@act
def withdraw(*, consent: Consent, by: Client, at: datetime | None = None) -> None:
    """This function will take a consent back: no reason, no open vault. The next request finds nothing. Doing it again changes nothing."""
    row = locked(consent)
    write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    _close(row, Kind.WITHDRAWN, states.CLIENT, at, by=by)


def _close(row: Consent, kind: str, who: str, at: datetime | None, *, by: Any) -> None:
    """End a locked consent; what already stands somewhere in public cannot be recalled from here, so the coach gets a task for it."""
    places, was_given = row.terms.get("places", []), row.state == "given"
    end(row, kind, who, at, by=by)
    if places and was_given:
        coach, engagement = row.engagement.coach, row.engagement
        details = {"place": " · ".join(places)}
        add_task(coach=coach, engagement=engagement, kind=Task.Kind.RECALL, about=row.id, details=details, by=by, at=at)


@act
def take_back(*, consent: Consent, by: Coach, at: datetime | None = None) -> None:
    """This function will take the coach's own question back while nobody has answered it."""
    row = locked(consent)
    if row.proposal_id is not None:
        raise Refused(code="taken_back_with_its_text")
    add_event(row, Kind.SUPERSEDED, states.COACH, at or timezone.now())
    record("superseded", row, by, at)


@act
def reconsider(*, engagement: Engagement, by: Any, at: datetime | None = None) -> int:
    """This function will end what the agreements in force, the engagement or its contacts no longer permit, open questions too; how many.

    To be called in the transaction of whatever changed that.
    """
    now, ended = at or timezone.now(), 0
    hold_all(engagement)
    engagement = Engagement.objects.select_related("client", "coach").get(pk=engagement.pk)
    rows = Consent.objects.filter(engagement=engagement)
    for consent in [*rows.waiting(), *rows.standing()]:  # questions first: whoever answers one locks it before the consents it replaces
        row = locked(consent)
        try:
            policies.check_engagement_open(engagement)
            policies.check_could_be_given(request_of(row), facts_of(engagement, contact=row.contact), now)
        except Refused:
            ended += 1
            _close(row, Kind.ENDED, states.INSTANCE, at, by=by)
            end_proposal(row, now)
    ledger.record(
        "consents.reconsidered",
        chain=engagement.coach.practice_id,
        by=person_of(by),
        kind="engagement",
        about=engagement.id,
        subject=engagement.id,
        version=ended,
        at=at,
    )
    return ended


@act
def expire(*, by: None, at: datetime | None = None) -> int:
    """This function will end the consents whose last day is over and let unanswered questions lapse; how many. Run by the worker."""
    now = at or timezone.now()
    today = timezone.localdate(now)
    free = Consent.objects.select_for_update(of=("self",), skip_locked=True)
    over = list(free.standing().filter(until_date__lt=today))
    unanswered = list(free.waiting().filter(lapses_at__lte=now))
    texts = [row.proposal_id for row in unanswered if row.proposal_id]
    Proposal.objects.filter(pk__in=texts, state=Proposal.State.PROPOSED).update(state=Proposal.State.LAPSED, answered_at=now)
    for consent in over:
        _close(locked(consent), Kind.EXPIRED, states.INSTANCE, at, by=None)
    end_all(unanswered, Kind.LAPSED, states.INSTANCE, at, by=None)
    done = len(over) + len(unanswered)
    if done:
        ledger.record("consents.expired", chain=ledger.INSTANCE, by=None, version=done, at=at)
    return done
