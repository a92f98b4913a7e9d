"""A contact's question to a client: asked, answered between client and coach, over on its day. To its contact nothing is said of an answer.

No letter goes to the contact from here, whatever the answer: a text that the client authorises is told as every text is.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.act import Refused, act, person_of
from accounts.jobs import write_to
from clients.models import Client, Coach, Engagement, SponsorContact
from consent import listing, policies, states
from consent.models import InformationRequest
from vault import ledger

SOONEST: Final = timedelta(days=7)
LATEST: Final = timedelta(days=60)
By = Client | Coach | SponsorContact | None


@act
def ask_for_information(
    *, engagement: Engagement, question: str, purpose: str, deadline: date, by: SponsorContact, at: datetime | None = None
) -> InformationRequest:
    """This function will pass a contact's question on to the client. Refuses an engagement that this contact does not see at this moment."""
    now = at or timezone.now()
    contact = SponsorContact.objects.select_for_update(of=("self",), no_key=True).select_related("sponsor__coach").get(pk=by.pk)
    found = listing.find([contact], engagement.pk, now)
    if found is None:
        raise Refused(code="not_seen")
    policies.check_may_request(contact, found.engagement, InformationRequest.objects.filter(contact=contact, engagement=engagement), now)
    today = timezone.localdate(now)
    if not today + SOONEST <= deadline <= today + LATEST:
        raise Refused(_("Please choose a day between seven and sixty days from today."), code="another_day")
    row = InformationRequest(engagement=found.engagement, contact=contact, asked_at=now, deadline_date=deadline)
    row.details = {"question": question.strip(), "purpose": purpose.strip()}
    row.save(force_insert=True)
    write_to.defer(person=str(found.engagement.client.person_id), letter="something_new")
    _record("request.asked", row, contact, at)
    return row


@act
def want_text(*, request: InformationRequest, by: Client, at: datetime | None = None) -> None:
    """This function will ask the coach, for the client, to write a text. Nothing goes to the contact before the client authorises it."""
    row = _answered(request, "want", states.CLIENT, at)
    write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    _record("request.wanted", row, by, at)


@act
def refuse_request(*, request: InformationRequest, by: Client, at: datetime | None = None) -> None:
    """This function will write the client's no, for client and coach. Its contact sees what they would see without an answer."""
    row = _answered(request, "refuse", states.CLIENT, at)
    write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    _record("request.refused", row, by, at)


@act
def decline_request(*, request: InformationRequest, by: Coach, at: datetime | None = None) -> None:
    """This function will write that the coach writes no text on it, and tell the client that something awaits. Its contact does not learn it."""
    row = _answered(request, "decline", states.COACH, at)
    write_to.defer(person=str(row.engagement.client.person_id), letter="something_new")
    _record("request.declined", row, by, at)


@act
def end_request(*, request: InformationRequest, by: Coach, at: datetime | None = None) -> None:
    """This function will end a question whose contact has left or may ask no more."""
    row = _answered(request, "end", states.INSTANCE, at)
    _record("request.ended", row, by, at)


def _answered(request: InformationRequest, event: str, who: str, at: datetime | None) -> InformationRequest:
    """The question, locked, in the state that follows. Refuses after its last day, and what the table does not know."""
    now = at or timezone.now()
    rows = InformationRequest.objects.select_for_update(of=("self",)).select_related("engagement__coach", "engagement__client", "contact")
    row = rows.get(pk=request.pk)
    if row.is_over(now) or not states.allows(states.REQUEST, row.state, event, who):
        raise Refused(_("This is no longer possible: the question is over, or has been answered meanwhile."), code=f"request_{row.state}")
    row.state, row.answered_at = states.after(states.REQUEST, row.state, event, who), now
    row.save(update_fields=["state", "answered_at"])
    return row


def _record(event: str, row: InformationRequest, by: By, at: datetime | None) -> None:
    ledger.record(
        event,
        chain=row.engagement.coach.practice_id,
        by=person_of(by),
        kind="request",
        about=row.id,
        subject=row.engagement_id,
        other=row.contact.person_id,
        at=at,
    )
