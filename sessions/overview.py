"""What the pages show together: found in few statements, and never a note's text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, Q, QuerySet, Subquery
from django.utils import timezone

from clients.models import Client, Coach, Engagement
from consent import law_pages, readers, retention
from consent.models import Agreement, Consent, Proposal, Wish
from sessions.models import Note, Session, SharedEntry, Tally
from sessions.notebook.reading import unread_by

SOON: Final = timedelta(days=14)
LATELY: Final = timedelta(days=30)
AROUND: Final = timedelta(hours=2)
MOST: Final = 25


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session with its notes, their texts left where they are."""

    session: Session
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Day:
    """What a coach looks at first."""

    today: list[Session]
    next: list[Session]
    to_confirm: list[Session]
    current: Session | None
    unfinished: list[Note]
    agreements: list[Agreement]
    answers: list[Proposal]
    wishes: list[Wish]
    renewals: list[Consent]
    keys_differ: list[Proposal]  # whose contact's keys did not hold
    shared: list[SharedEntry]
    begun: dict[str, Any]  # of the engagement its key, of the rest whether there is one
    now: datetime

    @property
    def under_way(self) -> UUID | None:
        """Which session is going on."""
        return self.current.pk if self.current is not None and self.current.is_under_way(self.now) else None

    @property
    def is_new(self) -> bool:
        """Whether the practice has not been used all the way through yet."""
        return not all(self.begun[step] for step in ("client", "engagement", "session", "note"))


def day_of(coach: Coach, now: datetime) -> Day:
    """Sessions, unfinished notes, signatures and answers that wait, and how far a new practice has come."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    around = list(_sessions_around(coach, midnight, tomorrow))
    today = [one for one in around if midnight <= one.starts_at < tomorrow]
    return Day(
        today=today,
        next=[one for one in around if one.starts_at >= tomorrow],
        to_confirm=[one for one in around if one.ends_at < now and one.state == Session.State.PLANNED],
        current=nearest([one for one in today if one.starts_at - AROUND <= now <= one.ends_at + AROUND], now),
        unfinished=list(unfinished_notes(coach)),
        agreements=list(_awaiting_signature(coach)),
        answers=list(_answered(coach, now)),
        wishes=readers.waiting_wishes(coach, MOST),
        renewals=readers.to_renew(coach, timezone.localdate(now), timezone.localdate(now + LATELY))[:MOST],
        keys_differ=readers.keys_that_differ(coach, now - LATELY),
        shared=unread_by(coach),
        begun=_begun(coach),
        now=now,
    )


def _sessions_around(coach: Coach, midnight: datetime, tomorrow: datetime) -> QuerySet[Session]:
    planned = Q(state=Session.State.PLANNED, starts_at__gte=midnight - LATELY, starts_at__lt=tomorrow + SOON)
    today = Q(state=Session.State.HELD, starts_at__gte=midnight, starts_at__lt=tomorrow)
    found = Session.objects.for_coach(coach).filter(planned | today).select_related("engagement__client")
    return found.defer("details").order_by("starts_at")[: 4 * MOST]


def nearest(sessions: list[Session], now: datetime) -> Session | None:
    """The session under way, else the one whose middle is nearest."""
    return min(
        sessions, key=lambda one: (not one.is_under_way(now), abs(one.starts_at + (one.ends_at - one.starts_at) / 2 - now)), default=None
    )


def unfinished_notes(coach: Coach) -> QuerySet[Note]:
    """Notes that are not finished, the latest first."""
    notes = Note.objects.for_coach(coach).without_text().filter(finished_at__isnull=True)
    return notes.select_related("session__engagement__client").order_by("-saved_at")[:MOST]


def _awaiting_signature(coach: Coach) -> QuerySet[Agreement]:
    waiting = Agreement.objects.for_coach(coach).filter(state__in=[Agreement.State.SENT, Agreement.State.SIGNED])
    return waiting.select_related("engagement__client").defer("document", "signed_document", "details").order_by("sent_at")[:MOST]


def _answered(coach: Coach, now: datetime) -> QuerySet[Proposal]:
    states = Proposal.State
    answered = Q(state__in=[states.APPROVED, states.REFUSED], answered_at__gte=now - timedelta(days=7)) | Q(state=states.CHANGES_ASKED)
    found = Proposal.objects.for_coach(coach).filter(answered, summary__deleted_at__isnull=True)
    return found.select_related("summary__engagement__client").defer("body", "answer", "summary__body").order_by("-answered_at")[:MOST]


def _begun(coach: Coach) -> dict[str, Any]:
    """Which first things exist already, in one statement."""
    first: dict[str, Any] = {
        "client": Client.objects.for_coach(coach),
        "session": Session.objects.for_coach(coach),
        "note": Note.objects.for_coach(coach),
        "agreement": Agreement.objects.for_coach(coach),
    }
    engagement = Subquery(Engagement.objects.for_coach(coach).order_by("-opened_at").values("pk")[:1])
    return Coach.objects.filter(pk=coach.pk).values(engagement=engagement, **{name: Exists(rows) for name, rows in first.items()})[0]


def meetings_of(engagement: Engagement) -> list[Meeting]:
    """The sessions of an engagement with their notes, the latest session first."""
    meetings = {
        one.pk: Meeting(one) for one in Session.objects.filter(engagement=engagement).defer("details").order_by("-starts_at", "-number")
    }
    for note in Note.objects.without_text().filter(session__engagement=engagement):
        meetings[note.session_id].notes.append(note)
    return list(meetings.values())


def notes_of(session: Session) -> list[Note]:
    """The notes of one session and their additions, in the order of their writing."""
    return list(Note.objects.without_text().filter(session=session))


def note_before(note: Note) -> Note | None:
    """The note to have beside this one: for an addition the note it adds to, else the engagement's latest other note."""
    others = Note.objects.select_related("session__engagement__coach").filter(session__engagement=note.session.engagement_id)
    if note.adds_to_id is not None:
        return others.get(pk=note.adds_to_id)
    return others.filter(adds_to__isnull=True).exclude(pk=note.pk).order_by("-session__starts_at", "-made_at").first()


def sessions_to_note(coach: Coach, now: datetime) -> list[Session]:
    """The sessions that a note is most likely to be about, the nearest first."""
    around = Session.objects.for_coach(coach).filter(starts_at__gte=now - LATELY, starts_at__lt=now + timedelta(days=1))
    found = around.exclude(state=Session.State.CANCELLED).select_related("engagement__client").defer("details")
    return list(found.order_by("-starts_at")[:MOST])


@dataclass(frozen=True, slots=True)
class Followed:
    """What exists about a client in one engagement."""

    engagement: Engagement
    sessions: list[Session]
    notes: Tally | None
    awaits: retention.Schedule

    @property
    def held(self) -> int:
        return sum(one.state == Session.State.HELD for one in self.sessions)


def followed_by(clients: list[Client]) -> list[Followed]:
    """The engagements of a client with their sessions, and how many notes there are."""
    engagements = Engagement.objects.for_client(clients).select_related("coach__person", "client").annotate(told=law_pages.told())
    tallies = Note.objects.for_client(clients)
    sessions: dict[UUID, list[Session]] = {}
    for one in Session.objects.for_client(clients).order_by("-starts_at", "-number"):
        sessions.setdefault(one.engagement_id, []).append(one)
    awaited = retention.schedules(engagements, timezone.now())
    return [Followed(each.engagement, sessions.get(each.engagement.pk, []), tallies.get(each.engagement.pk), each) for each in awaited]
