"""When what was written in an engagement is destroyed: what the agreement promises, what was announced, what holds it back.

The time runs from the last session held, at the latest from the end: the agreement says "at most … after our last session".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.act import Refused
from clients.models import Coach, Engagement
from consent import promises
from consent.models import Attendance, Destruction, Hold, RetentionNotice, RightsAnswer, RightsRequest
from consent.rights import months_after

NOTICES: Final = (30, 7)  # days before
LEAST: Final = timedelta(days=7)  # between the first notice and the destruction, whatever the clock did
LONGEST_HOLD: Final = timedelta(days=366)
HALF_STAYS: Final = timedelta(days=7)  # at most, in old files and backups of the keyring's server (the operator's duty: docs/adr/0016)

Row = TypeVar("Row", Hold, RetentionNotice)


class _Rows:
    """What schedules are made from, each kind fetched for all their engagements at once when it is first asked for."""

    def __init__(self, engagements: Collection[Engagement]) -> None:
        self.engagements = engagements

    @cached_property
    def years(self) -> dict[UUID, int]:
        return promises.retention_years(self.engagements)

    @cached_property
    def holds(self) -> dict[UUID, list[Hold]]:
        return _by_engagement(Hold.objects.filter(engagement__in=self.engagements))

    @cached_property
    def notices(self) -> dict[UUID, list[RetentionNotice]]:
        return _by_engagement(RetentionNotice.objects.filter(engagement__in=self.engagements).order_by("made_at"))

    @cached_property
    def destroyed(self) -> dict[UUID, Destruction]:
        rows = Destruction.objects.filter(engagement__in=self.engagements, scope=Destruction.Scope.ENGAGEMENT)
        return {row.engagement_id: row for row in rows.without_documents()}

    @cached_property
    def last_held(self) -> dict[UUID, datetime]:
        rows = Attendance.objects.filter(engagement__in=self.engagements, was_held=True)
        return dict(rows.order_by("engagement_id").values_list("engagement_id").annotate(last=Max("starts_at")))

    @cached_property
    def erasures(self) -> list[RightsAnswer]:
        """The answers that promise to erase something of these clients, the earliest day first."""
        rows = RightsAnswer.objects.filter(
            request__kind=RightsRequest.Kind.ERASURE,
            request__engagement__client__in=[each.client_id for each in self.engagements],
            carry_out_date__isnull=False,
        )
        return list(rows.select_related("request__engagement").defer("body", "request__text", "request__reason").order_by("carry_out_date"))


def _by_engagement(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row.engagement_id, []).append(row)
    return found


@dataclass(frozen=True)
class Schedule:
    """What awaits one engagement, as of one moment. Needs engagement.coach."""

    engagement: Engagement
    at: datetime
    _rows: _Rows

    @property
    def today(self) -> date:
        """The day of this moment, where the practice is."""
        return timezone.localdate(self.at)

    @property
    def years(self) -> int | None:
        """For how many years texts are kept, as the agreement says."""
        return self._rows.years.get(self.engagement.pk)

    @property
    def holds(self) -> list[Hold]:
        """Everything that holds or held it back."""
        return self._rows.holds.get(self.engagement.pk, [])

    @property
    def hold(self) -> Hold | None:
        """What holds it back now."""
        return next((one for one in self.holds if one.ended_at is None and one.until_date >= self.today), None)

    @property
    def destroyed(self) -> Destruction | None:
        """What is left of it, if it is destroyed."""
        return self._rows.destroyed.get(self.engagement.pk)

    @cached_property
    def last_date(self) -> date | None:
        """The day from which the time runs; None while the engagement goes on."""
        ended = self.engagement.ended_at
        if ended is None:
            return None
        held = self._rows.last_held.get(self.engagement.pk)
        return min(timezone.localdate(ended), timezone.localdate(held)) if held else timezone.localdate(ended)

    @cached_property
    def due_date(self) -> date | None:
        """The day after which nothing may be kept: the agreement's, or a week after the last hold that outlasted it."""
        if self.years is None or self.last_date is None:
            return None
        due = months_after(self.last_date, 12 * self.years)
        ends = [timezone.localdate(one.ended_at) if one.ended_at else one.until_date for one in self.holds]
        return max([due, *(end + LEAST for end in ends if end >= due)])

    @property
    def _notices(self) -> list[RetentionNotice]:
        """The announcements of this day, in their order."""
        return [one for one in self._rows.notices.get(self.engagement.pk, []) if one.due_date == self.due_date]

    @cached_property
    def noticed_at(self) -> datetime | None:
        """When this day was first announced. What is dated later than now was written while the clock went wrong, and counts for nothing."""
        return next((one.made_at for one in self._notices if one.made_at <= self.at), None)

    @property
    def day(self) -> date | None:
        """The day on which it is destroyed by itself, as far as it is known now."""
        if self.due_date is None:
            return None
        return max(self.due_date, timezone.localdate((self.noticed_at or self.at) + LEAST))

    @property
    def notice(self) -> int | None:
        """How many days before its day it is to be announced now; None where it is not, or has been already."""
        if self.due_date is None or self.destroyed or self.hold:
            return None
        reached = [days for days in NOTICES if self.today >= self.due_date - timedelta(days=days)]
        made = {one.days for one in self._notices}
        return min(reached) if reached and min(reached) not in made else None

    @cached_property
    def erasure(self) -> RightsAnswer | None:
        """The first answer that promises to erase this engagement's texts."""
        return next((one for one in self._rows.erasures if self._is_about(one)), None)

    def _is_about(self, answer: RightsAnswer) -> bool:
        asked, mine = answer.request, self.engagement
        if asked.engagement_id == mine.pk:
            return True
        is_of_both = (asked.engagement.client_id, asked.engagement.coach_id) == (mine.client_id, mine.coach_id)
        return asked.covers_all and is_of_both and answer.made_at >= mine.opened_at

    @property
    def ground(self) -> str | None:
        """On which ground everything is destroyed now, without anybody's hand; None where it is not."""
        if self.destroyed or self.hold:
            return None
        if self.erasure is not None and self.erasure.carry_out_date is not None and self.erasure.carry_out_date <= self.today:
            return Destruction.Ground.ERASURE
        if self.due_date is None or self.today < self.due_date or self.noticed_at is None or self.noticed_at > self.at - LEAST:
            return None
        return Destruction.Ground.RETENTION


def schedules(engagements: Iterable[Engagement], at: datetime) -> list[Schedule]:
    """What awaits each of these engagements: a statement for each kind of fact, however many they are."""
    rows = _Rows(list(engagements))
    return [Schedule(each, at, rows) for each in rows.engagements]


def schedule(engagement: Engagement, at: datetime) -> Schedule:
    """What awaits this engagement."""
    return schedules([engagement], at)[0]


def check_not_destroyed(found: Schedule) -> None:
    """Refuses what is destroyed already."""
    if found.destroyed is not None:
        raise Refused(_("Everything written in this engagement is destroyed already."), code="destroyed_already")


def check_not_held(found: Schedule) -> None:
    """Refuses what is held back."""
    if found.hold is not None:
        raise Refused(_("A hold keeps these texts for now. End it first: nothing was destroyed."), code="held")


def check_may_hold(found: Schedule, until: date, by: Coach) -> None:
    """Refuses another coach's engagement, a second hold, and one that ends too late or before it begins."""
    if found.engagement.coach_id != by.pk:
        raise Refused(code="not_hers")
    check_not_destroyed(found)
    if found.hold is not None:
        raise Refused(_("A hold stands already. End it before you put another one."), code="held_already")
    if not found.today <= until <= found.today + LONGEST_HOLD:
        raise Refused(_("Choose a last day from today on, and within a year: a hold can be put again."), code="hold_day")
