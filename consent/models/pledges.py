"""The pledge: what a coach promises to every client, published in versions, and who has received and acknowledged it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy

from clients.models import Client, Coach
from vault.encrypted import EncryptedBytes, EncryptedDetails


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def for_coach(self, coach: Coach) -> PledgeQuerySet:
        """The versions that this coach wrote."""
        return self.filter(coach=coach)

    def for_client(self, clients: list[Client]) -> PledgeQuerySet:
        """The published versions of the coaches of the person behind these rows."""
        return self.filter(coach__in=[client.coach_id for client in clients], state=Pledge.State.PUBLISHED)

    def without_documents(self) -> PledgeQuerySet:
        """The same rows without the bytes of their PDFs."""
        return self.defer("document")


class Pledge(models.Model):
    """One version in one language. Once published it never changes: the database refuses it too (migration, `pledge_is_fixed`)."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("pledge", "Draft")
        PUBLISHED = "published", pgettext_lazy("pledge", "Published")
        REPLACED = "replaced", pgettext_lazy("pledge", "Replaced by a newer one")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="pledges")
    language = models.CharField(max_length=5)
    number = models.PositiveIntegerField()  # 1, 2, 3… for each coach and language
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    details: Mapping[str, Any] = EncryptedDetails()  # the text (pledges.Text); once published the SHA-256 of the PDF
    document: bytes | None = EncryptedBytes(null=True)  # the PDF, byte for byte
    token = models.UUIDField(null=True)  # the public address, one for all languages; the next version takes it over
    saved_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        ordering = ["language", "-number"]
        constraints = [
            models.UniqueConstraint(name="one_pledge_draft", fields=["coach", "language"], condition=models.Q(state="draft")),
            models.UniqueConstraint(name="one_pledge_published", fields=["coach", "language"], condition=models.Q(state="published")),
            models.UniqueConstraint(name="one_pledge_per_number", fields=["coach", "language", "number"]),
            models.UniqueConstraint(name="one_pledge_per_address", fields=["token", "language"]),
            models.CheckConstraint(
                name="pledge_state_facts",
                condition=models.Q(
                    state="draft", document__isnull=True, published_at__isnull=True, token__isnull=True, replaced_at__isnull=True
                )
                | models.Q(
                    state="published", document__isnull=False, published_at__isnull=False, token__isnull=False, replaced_at__isnull=True
                )
                | models.Q(
                    state="replaced", document__isnull=False, published_at__isnull=False, token__isnull=True, replaced_at__isnull=False
                ),
            ),
        ]

    @property
    def sha256(self) -> str:
        """SHA-256 of the published PDF, in hex; empty while it is a draft."""
        return str(self.details.get("sha256", ""))


class ReceiptQuerySet(models.QuerySet["PledgeReceipt"]):
    def for_coach(self, coach: Coach) -> ReceiptQuerySet:
        """The receipts of what this coach delivered."""
        return self.filter(pledge__coach=coach)

    def for_client(self, clients: list[Client]) -> ReceiptQuerySet:
        """The receipts of the person behind these rows."""
        return self.filter(client__in=clients)


class PledgeReceipt(models.Model):
    """One version in one client's space: since when, and when they acknowledged it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="receipts")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    evidence: Mapping[str, Any] | None = EncryptedDetails(null=True)  # statement, time, SHA-256, network, browser, language, way

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["-delivered_at"]
        constraints = [
            models.UniqueConstraint(name="one_receipt_per_client", fields=["pledge", "client"]),
            models.CheckConstraint(
                name="receipt_acknowledged_pair",
                condition=models.Q(acknowledged_at__isnull=True, evidence__isnull=True)
                | models.Q(acknowledged_at__isnull=False, evidence__isnull=False),
            ),
        ]
