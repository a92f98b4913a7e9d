"""An engagement of Camille's with Anaïs, with a session, for the tests of this room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clients.models import Engagement
from sessions import actions
from sessions.models import Note, Session
from tests.cast import Cast
from tests.sessions.book import Book

FIRST_NAME = "Camille Aubry"


class Room:
    """What Camille does in these tests, in as few words as possible."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.camille = cast, cast.camille
        self.engagement: Engagement = cast.engagement(cast.anais)
        self.vault = cast.vault(FIRST_NAME)

    def session(self, engagement: Engagement | None = None, *, hours: float = -0.5, **more: Any) -> Session:
        """A session that begins in so many hours."""
        facts = {"minutes": 60, "place": "office", "agenda": "Le comité de jeudi", **more}
        starts_at = timezone.now() + timedelta(hours=hours)
        return actions.plan_session(engagement=engagement or self.engagement, starts_at=starts_at, by=self.camille, **facts)

    def note(self, text: str = "", session: Session | None = None) -> Note:
        """A note with this text, not finished."""
        note = actions.start_note(session=session or self.session(), vault=self.vault, by=self.camille)
        return self.write(note, text) if text else note

    def write(self, note: Note, text: str, *, version: int | None = None, keep: bool = False, **more: Any) -> Note:
        """Save a text over the version given, or over the present one."""
        held = self.fresh(note).version if version is None else version
        return actions.write_note(note=note, text=text, expected_version=held, keep=keep, vault=self.vault, by=self.camille, **more)

    def finish(self, note: Note, text: str | None = None) -> Note:
        """Finish a note with its text, or with another."""
        now = self.fresh(note)
        return actions.finish_note(
            note=now, text=self.text(now) if text is None else text, expected_version=now.version, vault=self.vault, by=self.camille
        )

    def fresh(self, note: Note) -> Note:
        """The note as it stands in the database now."""
        return Note.objects.select_related("session__engagement__coach").get(pk=note.pk)

    def text(self, note: Note) -> str:
        """What the note says now, without a trace."""
        now = self.fresh(note)
        return self.vault.open(now.body, now.place())


@pytest.fixture
def room(cast: Cast) -> Room:
    """Camille at work with Anaïs."""
    return Room(cast)


@pytest.fixture
def book(cast: Cast) -> Book:
    """Anaïs's notebook."""
    return Book(cast)
