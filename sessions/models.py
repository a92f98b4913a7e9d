"""What was said: sessions, and the notes that only the coach's key opens. Nothing below this room can reach it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import Client, Coach, Engagement, coached_by
from sessions.notebook.models import Notebook, PrivateEntry, SharedEntry
from vault.encrypted import EncryptedDetails
from vault.fields import SealedField
from vault.sealed import Place

__all__ = ["Note", "NoteVersion", "Notebook", "PrivateEntry", "Session", "SharedEntry", "Tally"]


class SessionQuerySet(models.QuerySet["Session"]):
    def for_coach(self, coach: Coach) -> SessionQuerySet:
        """The sessions of the engagements that this coach coaches."""
        return self.filter(coached_by(coach, "engagement"))

    def for_client(self, clients: list[Client]) -> SessionQuerySet:
        """The sessions of the engagements that the person behind these rows follows. Their dates and states, not the coach's agenda."""
        return self.filter(engagement__in=Engagement.objects.for_client(clients)).defer("details")


class Session(models.Model):
    """One meeting."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("session", "Planned")
        HELD = "held", pgettext_lazy("session", "Held")
        CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")

    class At(models.TextChoices):
        OFFICE = "office", _("At my office")
        COMPANY = "company", _("At the organisation")
        VIDEO = "video", _("By video")
        PHONE = "phone", _("By telephone")
        HOME = "home", _("At home")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=8, choices=At.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    details: Mapping[str, Any] = EncryptedDetails()  # agenda
    made_at = models.DateTimeField()

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        constraints = [models.UniqueConstraint(name="one_number_per_engagement", fields=["engagement", "number"])]
        indexes = [models.Index(name="session_starts", fields=["engagement", "-starts_at"])]

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def agenda(self) -> str:
        return str(self.details.get("agenda", ""))

    def is_under_way(self, at: datetime) -> bool:
        """Whether the planned time includes this moment."""
        return self.state != self.State.CANCELLED and self.starts_at <= at <= self.ends_at


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, and when last."""

    count: int
    last_at: datetime


class NoteQuerySet(models.QuerySet["Note"]):
    def for_coach(self, coach: Coach) -> NoteQuerySet:
        """The notes of the engagements that this coach coaches."""
        return self.filter(coached_by(coach, "session__engagement"))

    def for_client(self, clients: list[Client]) -> dict[UUID, Tally]:
        """How many notes each engagement of this person has, and when the last was written: never a row, never a text."""
        mine = self.filter(session__engagement__in=Engagement.objects.for_client(clients))
        tallies = mine.order_by().values("session__engagement").annotate(count=models.Count("pk"), last_at=models.Max("saved_at"))
        return {found["session__engagement"]: Tally(found["count"], found["last_at"]) for found in tallies}

    def without_text(self) -> NoteQuerySet:
        """For lists: the facts of the notes, their text left where it is."""
        return self.defer("body")


class Note(models.Model):
    """What the coach wrote of a session, sealed with the engagement's key. Once finished it never changes; an addition is a row of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+")
    adds_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    body = SealedField(under="session__engagement__notes_key")
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [
            models.Index(name="note_session", fields=["session", "made_at"]),
            models.Index(name="note_unfinished", fields=["session"], condition=models.Q(finished_at__isnull=True)),
        ]
        constraints = [models.CheckConstraint(name="note_versions_from_one", condition=models.Q(version__gte=1))]

    def place(self, version: int | None = None) -> Place:
        """Where this note's text is bound to, at its present version or an earlier one. Needs session.engagement.coach."""
        engagement = self.session.engagement
        return Place(
            purpose="note.body",
            practice=engagement.coach.practice_id,
            row=self.id,
            version=self.version if version is None else version,
            series=engagement.notes_key,
            maker=engagement.coach.person_id,
        )

    @property
    def about(self) -> UUID:
        return self.id


class NoteVersionQuerySet(models.QuerySet["NoteVersion"]):
    def for_coach(self, coach: Coach) -> NoteVersionQuerySet:
        """The earlier texts of this coach's notes."""
        return self.filter(coached_by(coach, "note__session__engagement"))


class NoteVersion(models.Model):
    """An earlier text of a note, as it was sealed then: same row, same place, its own version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+")
    body = SealedField(under="note__session__engagement__notes_key")
    version = models.PositiveIntegerField()
    saved_at = models.DateTimeField()

    objects = NoteVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(name="one_text_per_version", fields=["note", "version"])]

    def place(self) -> Place:
        """Where this text is bound to: its note, at its own version. Needs note.session.engagement.coach."""
        return self.note.place(self.version)


class MarkedPersonQuerySet(models.QuerySet["MarkedPerson"]):
    def for_coach(self, coach: Coach) -> MarkedPersonQuerySet:
        """The people whom this coach marked in the notes of the engagements that she coaches."""
        return self.filter(coached_by(coach, "engagement"))


class MarkedPerson(models.Model):
    """Somebody of whom the notes of an engagement speak: name and role, sealed with the key of its notes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")
    body = SealedField(under="engagement__notes_key")  # JSON: name, role
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    objects = MarkedPersonQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]

    def place(self, version: int | None = None) -> Place:
        """Where the name is bound to, at its present version or the next. Needs engagement.coach."""
        return _beside_notes("marked.person", self.id, self.version if version is None else version, self.engagement)


class ClearedNameQuerySet(models.QuerySet["ClearedName"]):
    def for_coach(self, coach: Coach) -> ClearedNameQuerySet:
        """What this coach said of names in the engagements that she coaches."""
        return self.filter(coached_by(coach, "engagement"))


class ClearedName(models.Model):
    """A first name or surname that another client bears too, and that in this engagement is somebody else's: sealed with the key of its notes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")
    body = SealedField(under="engagement__notes_key")  # JSON: the part of the name, folded; the other clients' ids
    made_at = models.DateTimeField()

    objects = ClearedNameQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]

    def place(self) -> Place:
        """Where it is bound to. Needs engagement.coach."""
        return _beside_notes("cleared.name", self.id, 1, self.engagement)


def _beside_notes(purpose: str, row: UUID, version: int, engagement: Engagement) -> Place:
    """A place under the key of an engagement's notes."""
    coach = engagement.coach
    return Place(purpose, coach.practice_id, row, version, engagement.notes_key, coach.person_id)


class OwnWordsQuerySet(models.QuerySet["OwnWords"]):
    def for_coach(self, coach: Coach) -> OwnWordsQuerySet:
        """This coach's list."""
        return self.filter(coach=coach)


class OwnWords(models.Model):
    """The words that a coach never wants to go out, sealed with a key of their own that nobody else holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    coach = models.OneToOneField(Coach, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()  # series of the DataKey that the coach alone holds, made with the first word
    body = SealedField(under="key")  # a word or a few to a line
    version = models.PositiveIntegerField()
    saved_at = models.DateTimeField()

    objects = OwnWordsQuerySet.as_manager()

    def place(self, version: int | None = None) -> Place:
        """Where the list is bound to, at its present version or the next. Needs coach."""
        at = self.version if version is None else version
        return Place("own.words", self.coach.practice_id, self.id, at, self.key, self.coach.person_id)
