"""A client's wish that a contact be told something: made by the client, taken up or declined by the coach. It opens nothing by itself."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.act import Refused, act, person_of
from accounts.jobs import write_to
from clients.models import Client, Coach, Engagement, SponsorContact
from consent import permitting, policies, states
from consent.actions.summaries import start_summary
from consent.models import Summary, Wish
from consent.standing import Changed
from vault import ledger
from vault.unlocked import Unlocked


@act
@sensitive_variables()
def make_wish(
    *, engagement: Engagement, contact: SponsorContact | None, text: str, vault: Unlocked, by: Client, at: datetime | None = None
) -> Wish:
    """This function will tell the coach what the client would like one contact to know, sealed in their shared space.

    Without a contact the text says who, and the coach finds them. Refuses where the agreement in force lets nothing go, and a second one for the same contact while the first waits.
    """
    policies.check_may_write_summary(engagement)
    if engagement.client_id != by.pk or engagement.details.get("parties") != engagement.parties:
        raise Refused(code="other_parties")
    if contact is not None and contact not in permitting.contacts_known(engagement):
        raise Refused(code="contact_of_another")
    if not text.strip():
        raise Refused(code="empty")
    Engagement.objects.select_for_update(of=("self",)).get(pk=engagement.pk)
    if Wish.objects.waiting().filter(engagement=engagement, contact=contact).exists():
        raise Refused(
            _("Another request of yours for the same person waits still. Your coach will answer; you can also take it back."), code="waits"
        )
    wish = Wish(engagement=engagement, contact=contact, made_at=at or timezone.now())
    wish.body = vault.seal(text, wish.place())
    wish.save(force_insert=True)
    write_to.defer(person=str(engagement.coach.person_id), letter="something_new")
    _write("wish.made", wish, by, at, stored=wish.body.stored())
    return wish


@act
@sensitive_variables()
def take_wish(*, wish: Wish, contact: SponsorContact | None = None, vault: Unlocked, by: Coach, at: datetime | None = None) -> Summary:
    """This function will begin a summary whose draft is the client's own text, word for word, for the contact they named.

    `contact` is whom the coach found where only the text says who. Refuses another than the one who was named.
    """
    row = _step(wish, "take", states.COACH)
    reader = row.contact or contact
    if reader is None or (contact is not None and contact.pk != reader.pk):
        raise Refused(_("Please choose who would read it."), code="another_contact")
    text = vault.open(row.body, row.place())
    summary = start_summary(engagement=row.engagement, contact=reader, text=text, vault=vault, by=by, at=at)
    row.summary = summary
    _answered(row, at)
    write_to.defer(person=str(row.engagement.client.person_id), letter="something_new")
    _write("wish.taken", row, by, at)
    return summary


@act
@sensitive_variables()
def decline_wish(*, wish: Wish, sentence: str, vault: Unlocked, by: Coach, at: datetime | None = None) -> None:
    """This function will decline a wish, with a sentence that the client reads."""
    if not sentence.strip():
        raise Refused(code="empty")
    row = _step(wish, "decline", states.COACH)
    row.answer = vault.seal(sentence, row.place("wish.answer"))
    _answered(row, at)
    write_to.defer(person=str(row.engagement.client.person_id), letter="something_new")
    _write("wish.declined", row, by, at, stored=row.answer.stored())


@act
def take_back_wish(*, wish: Wish, by: Client, at: datetime | None = None) -> None:
    """This function will take a wish back while the coach has not answered it."""
    row = _step(wish, "take_back", states.CLIENT)
    _answered(row, at)
    _write("wish.taken_back", row, by, at)


def _step(wish: Wish, event: str, who: str) -> Wish:
    """The wish, locked, in the state to which this event leads. Raises `Changed` where the table of states knows no such step."""
    rows = Wish.objects.select_for_update(of=("self",)).select_related("engagement__coach", "engagement__client", "contact")
    row = rows.get(pk=wish.pk)
    if not states.allows(states.WISH, row.state, event, who):
        raise Changed(code="other_state")
    row.state = states.after(states.WISH, row.state, event, who)
    return row


def _answered(row: Wish, at: datetime | None) -> None:
    row.answered_at = at or timezone.now()
    row.save(update_fields=["state", "answer", "summary", "answered_at"])


def _write(event: str, wish: Wish, by: Client | Coach, at: datetime | None, stored: bytes | None = None) -> None:
    engagement, other = wish.engagement, wish.contact.person_id if wish.contact else None
    ledger.record(
        event,
        chain=engagement.coach.practice_id,
        by=person_of(by),
        kind="wish",
        about=wish.id,
        subject=engagement.id,
        other=other,
        stored=stored,
        at=at,
    )
