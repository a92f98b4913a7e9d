"""What may not be done with a session or a note, each with its sentence."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from accounts.act import Refused
from clients.models import Coach, Engagement
from sessions.models import Note, Session

PLANNED, HELD, CANCELLED = Session.State.PLANNED, Session.State.HELD, Session.State.CANCELLED
STATES: Final = {  # (state, what the coach does) → state
    (PLANNED, "hold"): HELD,
    (PLANNED, "cancel"): CANCELLED,
    (HELD, "reopen"): PLANNED,
    (CANCELLED, "reopen"): PLANNED,
}


def check_hers(engagement: Engagement, by: Coach) -> None:
    """Refuses whoever is not this engagement's coach."""
    if engagement.coach_id != by.id:
        raise Refused(code="not_hers")


def check_open(engagement: Engagement) -> None:
    """Refuses an engagement that has ended."""
    if engagement.ended_at is not None:
        raise Refused(_("This engagement has ended: no session can be added to it."), code="engagement_ended")


def check_changeable(session: Session) -> None:
    """Refuses a cancelled session."""
    if session.state == CANCELLED:
        raise Refused(_("This session is cancelled. Plan it again before changing it."), code="session_cancelled")


def state_after(session: Session, event: str) -> str:
    """The state that follows, by the table above. Refuses what the table does not name."""
    after = STATES.get((Session.State(session.state), event))
    if after is None:
        raise Refused(_("This session has changed meanwhile. Please look at it again."), code="session_state")
    return after


def events_of(session: Session) -> list[str]:
    """What the coach may do with a session now."""
    return [event for state, event in STATES if state == session.state]


def check_unfinished(note: Note) -> None:
    """Refuses a finished note."""
    if note.finished_at is not None:
        raise Refused(_("This note is finished: it no longer changes. You can add to it."), code="note_finished")


def check_finished(note: Note) -> None:
    """Refuses an unfinished note."""
    if note.finished_at is None:
        raise Refused(_("This note is not finished: write in it directly."), code="note_unfinished")


def check_not_empty(text: str) -> None:
    """Refuses a text without a word."""
    if not text.strip():
        raise Refused(_("An empty note cannot be finished. Write something, or delete it."), code="note_empty")


def check_empty(text: str) -> None:
    """Refuses a text with words in it."""
    if text.strip():
        raise Refused(_("Only an empty note can be deleted."), code="note_not_empty")
