"""When what was written in an engagement is destroyed: what the agreement promises, what was announced, what holds it back.

The time runs from the last session held, at the latest from the end: the agreement says "at most … after our last session".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final

from django.db.models import Q, QuerySet
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


@dataclass(frozen=True)
class Schedule:
    """What awaits one engagement, as of one moment. Needs engagement.coach."""

    engagement: Engagement
    at: datetime

    @property
    def today(self) -> date:
        """The day of this moment, where the practice is."""
        return timezone.localdate(self.at)

    @cached_property
    def years(self) -> int | None:
        """For how many years texts are kept, as the agreement says."""
        return promises.retention_years(self.engagement)

    @cached_property
    def holds(self) -> list[Hold]:
        """Everything that holds or held it back."""
        return list(Hold.objects.filter(engagement=self.engagement))

    @property
    def hold(self) -> Hold | None:
        """What holds it back now."""
        return next((one for one in self.holds if one.ended_at is None and one.until_date >= self.today), None)

    @cached_property
    def destroyed(self) -> Destruction | None:
        """What is left of it, if it is destroyed."""
        rows = Destruction.objects.filter(engagement=self.engagement, scope=Destruction.Scope.ENGAGEMENT)
        return rows.without_documents().first()

    @cached_property
    def last_date(self) -> date | None:
        """The day from which the time runs; None while the engagement goes on."""
        ended = self.engagement.ended_at
        if ended is None:
            return None
        held = (
            Attendance.objects.filter(engagement=self.engagement, was_held=True).order_by("-starts_at").values_list("starts_at", flat=True)
        )
        return min(timezone.localdate(ended), timezone.localdate(held[0])) if held[:1] else timezone.localdate(ended)

    @cached_property
    def due_date(self) -> date | None:
        """The day after which nothing may be kept: the agreement's, or a week after the last hold that outlasted it."""
        if self.years is None or self.last_date is None:
            return None
        due = months_after(self.last_date, 12 * self.years)
        ends = [timezone.localdate(one.ended_at) if one.ended_at else one.until_date for one in self.holds]
        return max([due, *(end + LEAST for end in ends if end >= due)])

    @property
    def _notices(self) -> QuerySet[RetentionNotice]:
        """The announcements of this day."""
        rows = RetentionNotice.objects.filter(engagement=self.engagement)
        return rows.filter(due_date=self.due_date) if self.due_date is not None else rows.none()

    @cached_property
    def noticed_at(self) -> datetime | None:
        """When this day was first announced. What is dated later than now was written while the clock went wrong, and counts for nothing."""
        rows = self._notices.filter(made_at__lte=self.at)
        return rows.order_by("made_at").values_list("made_at", flat=True).first()

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
        made = set(self._notices.values_list("days", flat=True))
        return min(reached) if reached and min(reached) not in made else None

    @cached_property
    def erasure(self) -> RightsAnswer | None:
        """The first answer that promises to erase this engagement's texts."""
        about = Q(request__engagement=self.engagement) | Q(
            request__covers_all=True,
            request__engagement__client=self.engagement.client_id,
            request__engagement__coach=self.engagement.coach_id,
            made_at__gte=self.engagement.opened_at,
        )
        rows = RightsAnswer.objects.filter(about, request__kind=RightsRequest.Kind.ERASURE, carry_out_date__isnull=False)
        return rows.select_related("request").defer("body", "request__text", "request__reason").order_by("carry_out_date").first()

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


def schedule(engagement: Engagement, at: datetime) -> Schedule:
    """What awaits this engagement."""
    return Schedule(engagement, at)


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
