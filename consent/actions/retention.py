"""What keeps texts for longer, announces that they go, and attests that they went."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Final

from django.utils import timezone

from accounts.act import Refused, act, person_of
from accounts.jobs import write_to
from clients.models import Coach, Engagement, joined
from consent import retention
from consent.actions.tasks import add_task
from consent.models import Destruction, Hold, RetentionNotice, Task
from vault import ledger

MIDDAY: Final = time(12)


def _locked(engagement: Engagement) -> Engagement:
    """The engagement, on which nobody else holds back or destroys anything until the transaction ends."""
    rows = Engagement.objects.select_for_update(of=("self",), no_key=True).select_related("coach", "client")
    return rows.get(pk=engagement.pk)


def _record(event: str, row: Any, engagement: Engagement, by: Any, at: datetime | None, *, code: str, stored: bytes | None = None) -> None:
    ledger.record(
        event,
        chain=engagement.coach.practice_id,
        by=person_of(by),
        kind=type(row).__name__.lower(),
        about=row.pk,
        subject=engagement.pk,
        code=code,
        stored=stored,
        at=at,
    )


def _tell_client(engagement: Engagement) -> None:
    person = joined(engagement.client)
    if person is not None:
        write_to.defer(person=str(person), letter="something_new")


@act
def put_hold(*, engagement: Engagement, ground: str, reason: str, until: date, by: Coach, at: datetime | None = None) -> Hold:
    """This function will keep an engagement's texts until a day, and let the client know that it does and on which ground."""
    now, row = at or timezone.now(), _locked(engagement)
    retention.check_may_hold(retention.schedule(row, now), until, by)
    if ground not in Hold.Ground.values or not reason.strip():
        raise Refused(code="no_ground")
    hold = Hold.objects.create(engagement=row, ground=ground, details={"reason": reason.strip()}, until_date=until, made_at=now)
    _tell_client(row)
    _record("hold.put", hold, row, by, at, code=ground)
    return hold


@act
def end_hold(*, hold: Hold, by: Coach, at: datetime | None = None) -> Hold:
    """This function will end a hold before its day. Doing it again changes nothing."""
    row = _locked(hold.engagement)
    one = Hold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    if row.coach_id != by.pk:
        raise Refused(code="not_hers")
    if one.ended_at is not None:
        return one
    one.ended_at = at or timezone.now()
    one.save(update_fields=["ended_at"])
    _tell_client(row)
    _record("hold.ended", one, row, by, at, code=one.ground)
    return one


@act
def give_notice(*, engagement: Engagement, by: None, at: datetime | None = None) -> RetentionNotice:
    """This function will announce to coach and client, without a word of content, that an engagement's texts are about to go. Refuses it twice."""
    now, row = at or timezone.now(), _locked(engagement)
    found = retention.schedule(row, now)
    days = found.notice
    if days is None or found.due_date is None:
        raise Refused(code="nothing_to_announce")
    notice = RetentionNotice.objects.create(engagement=row, days=days, due_date=found.due_date, made_at=now)
    last = timezone.make_aware(datetime.combine(found.due_date, MIDDAY))
    write_to.defer(person=str(row.coach.person_id), letter="will_be_destroyed")
    person = joined(row.client)
    if person is not None:
        write_to.defer(person=str(person), letter="will_be_destroyed")
    add_task(coach=row.coach, engagement=row, kind=Task.Kind.RETENTION, about=row.pk, due_at=last, by=None, at=at)
    _record("retention.noticed", notice, row, None, at, code=str(days))
    return notice


@act
def keep_attestation(
    *, destruction: Destruction, record: bytes, sha256: str, document: bytes, by: None, at: datetime | None = None
) -> None:
    """This function will keep the attestation of a destruction, once, and tell coach and client that it awaits them."""
    row = (
        Destruction.objects.select_for_update(of=("self",)).select_related("engagement__coach", "engagement__client").get(pk=destruction.pk)
    )
    if row.attested_at is not None or row.shredded_at is None:
        raise Refused(code="attested_already")
    row.record, row.document, row.attested_at = record, document, at or timezone.now()
    row.details = {**row.details, "record_sha256": sha256}
    row.save(update_fields=["record", "document", "attested_at", "details"])
    write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    _tell_client(row.engagement)
    stored = Destruction.objects.filter(pk=row.pk).values_list("document", flat=True).get()
    _record("destruction.attested", row, row.engagement, None, at, code=row.scope, stored=bytes(stored or b""))
