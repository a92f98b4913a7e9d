"""The coaching agreement and its signatures. Its wording in force is a machine rule."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Coach, Engagement
from vault.encrypted import EncryptedBytes, EncryptedDetails


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def for_coach(self, coach: Coach) -> AgreementQuerySet:
        """The agreements of the engagements that this coach coaches."""
        return self.filter(engagement__in=Engagement.objects.for_coach(coach))

    def for_client(self, clients: list[Client]) -> AgreementQuerySet:
        """The agreements sent to the person behind these rows: never a draft."""
        mine = Engagement.objects.for_client(clients)
        return self.filter(engagement__in=mine).exclude(state__in=[Agreement.State.DRAFT, Agreement.State.CANCELLED])

    def in_force(self) -> AgreementQuerySet:
        """Those signed by both sides and neither superseded nor ended."""
        return self.filter(state=Agreement.State.IN_FORCE)


class Agreement(models.Model):
    """One agreement on one engagement. Once sent its text is fixed: a change is a new agreement."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        SIGNED = "signed", _("Signed by the client")
        IN_FORCE = "in_force", _("In force")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")
        SUPERSEDED = "superseded", _("Superseded")
        ENDED = "ended", _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="agreements")
    wording = models.CharField(max_length=1, choices=Engagement.Wording.choices)
    language = models.CharField(max_length=5)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    details: Mapping[str, Any] = EncryptedDetails()  # title, parties, clauses as shown; reason when declined
    document = EncryptedBytes(null=True)  # the fixed PDF, byte for byte
    signed_document = EncryptedBytes(null=True)  # the PDF that both hold once it is in force
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
            models.CheckConstraint(name="agreement_fixed_when_sent", condition=models.Q(state="draft") | models.Q(state="cancelled") | models.Q(document__isnull=False)),
            models.CheckConstraint(name="agreement_in_force_pair", condition=~models.Q(state="in_force") | models.Q(in_force_at__isnull=False, signed_document__isnull=False)),
        ]


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
        constraints = [models.UniqueConstraint(name="one_signature_per_role", fields=["agreement", "role"])]
