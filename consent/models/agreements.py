"""The coaching agreement and its signatures. Its wording in force is a machine rule."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import Client, Coach, Engagement, coached_by
from vault.encrypted import EncryptedBytes, EncryptedDetails


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def for_coach(self, coach: Coach) -> AgreementQuerySet:
        """The agreements of the engagements that this coach coaches."""
        return self.filter(coached_by(coach, "engagement"))

    def for_client(self, clients: list[Client]) -> AgreementQuerySet:
        """The agreements sent to the person behind these rows: never a draft, nor one that was dropped as a draft."""
        return self.filter(engagement__in=Engagement.objects.for_client(clients), sent_at__isnull=False)

    def in_force(self) -> AgreementQuerySet:
        """Those signed by both sides and not superseded."""
        return self.filter(state=Agreement.State.IN_FORCE)

    def without_documents(self) -> AgreementQuerySet:
        """The same rows without the bytes of their PDFs, for lists."""
        return self.defer("document", "signed_document")


class Agreement(models.Model):
    """One agreement on one engagement. Once sent its text is fixed: a change is a new agreement."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("agreement", "Draft")
        SENT = "sent", pgettext_lazy("agreement", "Sent")
        SIGNED = "signed", pgettext_lazy("agreement", "Signed by the client")
        IN_FORCE = "in_force", pgettext_lazy("agreement", "In force")
        DECLINED = "declined", pgettext_lazy("agreement", "Declined")
        EXPIRED = "expired", pgettext_lazy("agreement", "Expired")
        CANCELLED = "cancelled", pgettext_lazy("agreement", "Cancelled")
        SUPERSEDED = "superseded", pgettext_lazy("agreement", "Replaced by another")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="agreements")
    wording = models.CharField(max_length=1, choices=Engagement.Wording.choices)
    language = models.CharField(max_length=5)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    details: Mapping[str, Any] = (
        EncryptedDetails()
    )  # the text as shown (documents.Text); SHA-256 once fixed; first opening; reason when declined
    document: bytes | None = EncryptedBytes(null=True)  # the fixed PDF, byte for byte
    signed_document: bytes | None = EncryptedBytes(null=True)  # the PDF that both hold once it is in force
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    in_force_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(name="one_agreement_in_force", fields=["engagement"], condition=models.Q(state="in_force")),
            models.UniqueConstraint(
                name="one_agreement_on_its_way", fields=["engagement"], condition=models.Q(state__in=["draft", "sent", "signed"])
            ),
            models.CheckConstraint(
                name="agreement_sent_pair",
                condition=models.Q(sent_at__isnull=True) | models.Q(expires_at__isnull=False, document__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_fixed_when_sent",
                condition=models.Q(state__in=["draft", "cancelled"]) | models.Q(document__isnull=False, sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_in_force_pair",
                condition=~models.Q(state__in=["in_force", "superseded"])
                | models.Q(in_force_at__isnull=False, signed_document__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_closed_pair",
                condition=models.Q(state__in=["declined", "expired", "cancelled", "superseded"], closed_at__isnull=False)
                | models.Q(state__in=["draft", "sent", "signed", "in_force"], closed_at__isnull=True),
            ),
        ]

    @property
    def title(self) -> str:
        return str(self.details["title"])

    @property
    def sha256(self) -> str:
        """SHA-256 of the fixed PDF, in hex; empty while it is a draft."""
        return str(self.details.get("sha256", ""))


class Signature(models.Model):
    """One side's signature and the evidence of the act."""

    class Role(models.TextChoices):
        CLIENT = "client", _("Client")
        COACH = "coach", _("Coach")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=6, choices=Role.choices)
    person = models.UUIDField(null=True)  # None: signed by link, before there was an account
    evidence: Mapping[str, Any] = EncryptedDetails()  # name typed, statement, time, address, browser, language, SHA-256 of the document
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["signed_at"]
        constraints = [models.UniqueConstraint(name="one_signature_per_role", fields=["agreement", "role"])]
