"""What an organisation's contact may do, and their leaving: what rested on it ends in the same transaction, for every client at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.act import Refused, act, person_of
from accounts.models import Link
from clients import actions as clients
from clients.models import Coach, Engagement, SponsorContact
from consent.actions.agreements import cancel_agreement
from consent.actions.consents import reconsider
from consent.actions.requests import end_request
from consent.actions.tasks import finish_task
from consent.models import Agreement, Consent, InformationRequest, Signatory, Task
from vault import ledger

Right = SponsorContact.Right


@act
def change(
    *,
    contact: SponsorContact,
    name: str,
    address: str,
    role: str,
    language: str,
    rights: Iterable[str],
    by: Coach,
    at: datetime | None = None,
) -> SponsorContact:
    """This function will keep a contact's details and rights. What a right that is taken away had opened is closed, its copies shredded."""
    row = _held(contact, by)
    clients.change_contact(contact=row, name=name, address=address, role=role, language=language, rights=frozenset(rights), by=by, at=at)
    _close_what_is_over(row, by, at)
    ledger.record("contact.rights", chain=by.practice_id, by=person_of(by), kind="contact", about=row.id, subject=row.sponsor_id, at=at)
    return row


@act
def leave(*, contact: SponsorContact, by: Coach, at: datetime | None = None) -> SponsorContact:
    """This function will write that a contact has left. From this moment they find nothing here, and their links lead nowhere. For good."""
    row, now = _held(contact, by), at or timezone.now()
    row.left_at = now
    row.save(update_fields=["left_at"])
    signing = list(Signatory.objects.filter(contact=row).values_list("pk", flat=True))
    Link.objects.filter(about__in=[row.pk, *signing], used_at__isnull=True).update(used_at=now)
    _close_what_is_over(row, by, at)
    for task in Task.objects.open().filter(kind=Task.Kind.OTHER_KEY, about=row.pk):
        finish_task(task=task, by=by, at=at)
    ledger.record("contact.left", chain=by.practice_id, by=person_of(by), kind="contact", about=row.id, subject=row.sponsor_id, at=at)
    return row


def _held(contact: SponsorContact, by: Coach) -> SponsorContact:
    """The contact's row, nobody else's until the transaction ends. Refuses another coach's, and one who has left."""
    row = SponsorContact.objects.select_for_update(of=("self",), no_key=True).select_related("sponsor").get(pk=contact.pk)
    if row.sponsor.coach_id != by.pk:
        raise Refused(code="not_hers")
    if row.left_at is not None:
        raise Refused(_("This contact has left already."), code="has_left")
    return row


def _hold_what_may_end(row: SponsorContact) -> None:
    """Hold every row that may end before the first word goes to the ledger, whose end everybody waits for: else two could wait for each other."""
    waiting = Agreement.objects.filter(signatories__contact=row, signatories__signed_at__isnull=True)
    engagements = Consent.objects.filter(contact=row).values("engagement")
    for rows in (
        Agreement.objects.filter(pk__in=waiting.order_by().values("pk")).without_documents(),
        InformationRequest.objects.filter(contact=row),
        Consent.objects.filter(engagement__in=engagements),
    ):
        list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def _close_what_is_over(row: SponsorContact, by: Coach, at: datetime | None) -> None:
    """End what this contact's rights no longer permit: agreements that wait for them, questions of theirs, consents and copies."""
    _hold_what_may_end(row)
    if not row.may(Right.SIGN):
        waiting = [Agreement.State.DRAFT, Agreement.State.SENT]
        theirs = Signatory.objects.filter(contact=row, signed_at__isnull=True, agreement__state__in=waiting)
        for one in theirs.select_related("agreement"):
            cancel_agreement(agreement=one.agreement, by=by, at=at)
    if not row.may(Right.ASK):
        today = timezone.localdate(at or timezone.now())
        asked = InformationRequest.objects.filter(contact=row, deadline_date__gte=today)
        for request in asked.exclude(state=InformationRequest.State.ENDED):
            end_request(request=request, by=by, at=at)
    if not row.may(Right.RECEIVE):
        for engagement in Engagement.objects.filter(pk__in=Consent.objects.filter(contact=row).values("engagement")):
            reconsider(engagement=engagement, by=by, at=at)
