"""A client's own notebook. What is private and what the coach may read are two tables: no text has a switch from one to the other."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from operator import methodcaller
from typing import Any
from uuid import UUID

from django.db import models

from clients.models import Client, Coach, Engagement, coached_by
from vault.encrypted import EncryptedDetails
from vault.fields import SealedField
from vault.sealed import Place


class NotebookQuerySet(models.QuerySet["Notebook"]):
    def for_client(self, clients: list[Client]) -> NotebookQuerySet:
        """The notebooks of the person behind these rows that were not destroyed."""
        return self.filter(client__in=clients, destroyed_at__isnull=True)


class Notebook(models.Model):
    """Which key one client's private texts are sealed with. The client makes it, alone holds it, and nobody may give it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()  # series of the DataKey
    details: Mapping[str, Any] = EncryptedDetails()  # made_as
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    objects = NotebookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_living_notebook", fields=["client"], condition=models.Q(destroyed_at__isnull=True)),
        ]

    @property
    def made_as(self) -> str:
        """Its client, their person and its key. `details` holds them too: a column can be written over in the database, they cannot."""
        return f"{self.client_id} {self.client.person_id} {self.key}"

    @property
    def made_with(self) -> UUID:
        """The key that it was made with, whatever the column says by now."""
        return UUID(str(self.details["made_as"]).rpartition(" ")[2])

    def place(self, purpose: str, row: UUID, version: int) -> Place:
        """Where a text of this notebook is bound to. Needs client.coach."""
        assert self.client.person_id is not None
        return Place(purpose, self.client.coach.practice_id, row, version, self.key, self.client.person_id)


class Entry(models.Model):
    """What both kinds of texts have. A version from one on: the first is empty."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)  # for a minute, so that it can be undone; then the row goes

    class Meta:
        abstract = True


class PrivateEntryQuerySet(models.QuerySet["PrivateEntry"]):
    def for_client(self, clients: list[Client]) -> PrivateEntryQuerySet:
        """The private texts of the person behind these rows. Nobody else can be asked for."""
        return self.filter(notebook__client__in=clients, notebook__destroyed_at__isnull=True)


class PrivateEntry(Entry):
    """A text of the client's own, sealed with the notebook's key."""

    notebook = models.ForeignKey(Notebook, on_delete=models.PROTECT, related_name="+")
    body = SealedField(under="notebook__key")

    objects = PrivateEntryQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(name="private_entry_saved", fields=["notebook", "-saved_at"])]
        constraints = [models.CheckConstraint(name="private_entry_from_one", condition=models.Q(version__gte=1))]

    @property
    def kind(self) -> str:
        return "private"

    def place(self) -> Place:
        """Where the text is bound to. Needs notebook.client.coach."""
        return self.notebook.place("notebook.private", self.id, self.version)


class SharedEntryQuerySet(models.QuerySet["SharedEntry"]):
    def for_client(self, clients: list[Client]) -> SharedEntryQuerySet:
        """What the person behind these rows shared or is writing to share."""
        return self.filter(engagement__in=Engagement.objects.for_client(clients))

    def for_coach(self, coach: Coach) -> SharedEntryQuerySet:
        """What was shared with this coach: not what is still being written, and of what was shared not the times of writing."""
        shared = self.filter(coached_by(coach, "engagement"), shared_at__isnull=False, deleted_at__isnull=True)
        return shared.defer("draft", "saved_at", "made_at", "version")


def _drafts_under(series: UUID) -> models.Q:
    """The texts for the coach that this notebook's client is writing."""
    return models.Q(engagement__client__in=Notebook.objects.filter(key=series, destroyed_at__isnull=True).values("client"))


class SharedEntry(Entry):
    """A text for the coach. While it is written it is sealed with the notebook's key; what was shared is sealed in the shared space."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")
    # with the notebook's key; none where nothing was written since it was shared
    draft = SealedField(null=True, under=_drafts_under, place=methodcaller("draft_place_now"))
    body = SealedField(null=True, under="engagement__shared_key")
    shared_version = models.PositiveIntegerField(null=True)
    shared_at = models.DateTimeField(null=True)
    read_version = models.PositiveIntegerField(null=True)  # the version that the coach opened last, and when first
    read_at = models.DateTimeField(null=True)

    objects = SharedEntryQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(name="shared_entry_saved", fields=["engagement", "-saved_at"])]
        constraints = [
            models.CheckConstraint(name="shared_entry_from_one", condition=models.Q(version__gte=1)),
            models.CheckConstraint(
                name="shared_entry_has_a_text",
                condition=models.Q(body__isnull=True, shared_version__isnull=True, shared_at__isnull=True, draft__isnull=False)
                | models.Q(body__isnull=False, shared_version__isnull=False, shared_at__isnull=False),
            ),
            models.CheckConstraint(
                name="shared_entry_read_pair",
                condition=models.Q(read_version__isnull=True, read_at__isnull=True)
                | models.Q(read_version__isnull=False, read_at__isnull=False),
            ),
        ]

    @property
    def kind(self) -> str:
        return "shared"

    @property
    def is_unread(self) -> bool:
        """Whether the coach has not opened what is shared now."""
        return self.shared_version != self.read_version

    @property
    def first_read_at(self) -> datetime | None:
        """When the coach first opened what is shared now."""
        return None if self.is_unread else self.read_at

    def draft_place(self, notebook: Notebook) -> Place:
        """Where the text being written is bound to."""
        return notebook.place("notebook.draft", self.id, self.version)

    def draft_place_now(self) -> Place:
        """The same, of the notebook that the client has."""
        return self.draft_place(Notebook.objects.select_related("client__coach").get(client=self.engagement.client_id, destroyed_at=None))

    def place(self) -> Place:
        """Where the shared text is bound to. Needs engagement.coach."""
        assert self.shared_version is not None
        coach = self.engagement.coach
        return Place("notebook.shared", coach.practice_id, self.id, self.shared_version, self.engagement.shared_key, coach.person_id)
