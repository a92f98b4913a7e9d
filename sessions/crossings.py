"""Two people who must not learn of each other would cross at a door: said to their coach while she plans, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from clients.barriers import Barriers
from clients.models import Coach
from sessions.models import Session, SessionQuerySet

APART: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)  # no session is longer
AHEAD: Final = timedelta(days=60)
DOORS: Final = frozenset({Session.At.OFFICE, Session.At.COMPANY, Session.At.HOME})


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two sessions between which two people who are walled from one another would meet, and when."""

    session: Session
    other: Session

    @property
    def at(self) -> datetime:
        """When the later one comes."""
        return max(self.session.starts_at, self.other.starts_at)

    @property
    def key(self) -> str:
        """By what the page says which crossings it has shown."""
        return f"{self.other.pk} {self.at.isoformat()}"


def would_cross(one: Session, other: Session, barriers: Barriers) -> bool:
    """Whether the two clients are walled, the door is the same, and less than half an hour lies between the sessions."""
    if Session.State.CANCELLED in (one.state, other.state) or one.place != other.place or one.place not in DOORS:
        return False
    if max(one.starts_at, other.starts_at) - min(one.ends_at, other.ends_at) >= APART:
        return False
    payers = {barriers.circles.get(each.engagement.sponsor_id) for each in (one, other)} - {None}  # type: ignore[arg-type]
    if one.place == Session.At.COMPANY and len(payers) == 2:  # two companies have two doors
        return False
    return barriers.stand_between(one.engagement.client_id, other.engagement.client_id)


def _at_doors(coach: Coach, since: datetime, until: datetime) -> SessionQuerySet:
    """The sessions at a door that touch a time, with whom they are."""
    there = Session.objects.for_coach(coach).filter(place__in=DOORS, starts_at__gt=since - LONGEST, starts_at__lt=until)
    return there.select_related("engagement__client").defer("details").order_by("starts_at")


def of(session: Session, coach: Coach, now: datetime) -> list[Crossing]:
    """Whom the client of a session, saved or not yet, would cross. Nobody, if it is over."""
    if session.place not in DOORS or session.ends_at < now:
        return []
    around = _at_doors(coach, session.starts_at - APART, session.ends_at + APART)
    return _found(session, around, Barriers(coach.pk)) if around else []


def ahead(coach: Coach, now: datetime) -> list[Crossing]:
    """Every crossing of the next sixty days."""
    planned = [one for one in _at_doors(coach, now, now + AHEAD) if one.ends_at > now]
    barriers = Barriers(coach.pk)
    return [
        crossing
        for place, one in enumerate(planned)
        for crossing in _found(one, (other for other in planned[place + 1 :] if other.starts_at < one.ends_at + APART), barriers)
    ]


def _found(session: Session, others: Iterable[Session], barriers: Barriers) -> list[Crossing]:
    return [Crossing(session, other) for other in others if would_cross(session, other, barriers)]
