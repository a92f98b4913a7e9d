"""The facts of sessions, written down here by the room above, so that what was agreed of them can be shown without reading that room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.act import act, person_of
from clients.models import Coach, Engagement
from consent.models import Attendance
from vault import ledger


@act
def note_session(
    *, engagement: Engagement, session: UUID, starts_at: datetime, minutes: int, was_held: bool, by: Coach, at: datetime | None = None
) -> Attendance:
    """This function will keep when a session begins, how long it takes and whether it was held."""
    row = Attendance.objects.select_for_update().filter(about=session).first()
    is_new = row is None
    row = row or Attendance(engagement=engagement, about=session)
    row.starts_at, row.minutes, row.was_held = starts_at, minutes, was_held
    row.save()
    event = "attendance.noted" if is_new else "attendance.changed"
    ledger.record(
        event, chain=by.practice_id, by=person_of(by), kind="attendance", about=row.id, subject=engagement.id, other=session, at=at
    )
    return row


@act
def forget_session(*, engagement: Engagement, session: UUID, by: Coach, at: datetime | None = None) -> None:
    """This function will drop what is kept of a session that does not take place. Of none, nothing is dropped."""
    row = Attendance.objects.select_for_update().filter(about=session).first()
    if row is None:
        return
    about = row.id
    row.delete()
    ledger.record(
        "attendance.forgotten",
        chain=by.practice_id,
        by=person_of(by),
        kind="attendance",
        about=about,
        subject=engagement.id,
        other=session,
        at=at,
    )
