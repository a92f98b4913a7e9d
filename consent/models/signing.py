"""Who signs an agreement, in which order, and every step of it as a chained event."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import SponsorContact
from consent.models.agreements import Agreement
from vault.encrypted import EncryptedDetails


class Signatory(models.Model):
    """One person who signs one agreement: in their turn, once, with the evidence of the act."""

    class Role(models.TextChoices):
        CLIENT = "client", _("Client")
        SPONSOR = "sponsor", _("For the organisation")
        COACH = "coach", _("Coach")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatories")
    role = models.CharField(max_length=7, choices=Role.choices)
    position = models.PositiveSmallIntegerField()  # the order of signing, from 1
    contact = models.ForeignKey(SponsorContact, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.UUIDField(null=True)  # who signed in their own space; None: by link
    details: Mapping[str, Any] = EncryptedDetails()  # name, job, place, address written to; the code mailed: its digest, when, tries
    evidence: Mapping[str, Any] = EncryptedDetails(
        null=True
    )  # name typed or drawn, statement, time, network, browser, hash of the document
    asked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="one_signatory_per_position", fields=["agreement", "position"]),
            models.UniqueConstraint(name="one_signatory_per_role", fields=["agreement", "role"], condition=~models.Q(role="sponsor")),
            models.UniqueConstraint(name="one_signatory_per_contact", fields=["agreement", "contact"]),
            models.CheckConstraint(
                name="signatory_signed_pair",
                condition=models.Q(signed_at__isnull=True, evidence__isnull=True)
                | models.Q(signed_at__isnull=False, evidence__isnull=False, asked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="signatory_contact_pair",
                condition=models.Q(role="sponsor", contact__isnull=False) | (~models.Q(role="sponsor") & models.Q(contact__isnull=True)),
            ),
        ]

    @property
    def name(self) -> str:
        return str(self.details["name"])

    @property
    def address(self) -> str:
        return str(self.details.get("address", ""))

    @property
    def may_still(self) -> bool:
        """Whether whoever signs for an organisation still belongs to it and may sign, or has signed. True for client and coach."""
        one = self.contact
        return one is None or one.may(SponsorContact.Right.SIGN) or (one.left_at is None and self.signed_at is not None)

    @property
    def field(self) -> str:
        """The name of this signature's field in the PDF."""
        return {"client": "Client", "coach": "Coach"}.get(self.role, f"Sponsor{self.position}")

    @property
    def place(self) -> list[str]:
        """Who this is by the plain columns, which the database alone keeps: of which agreement, in which role and order, which person."""
        who = self.agreement.engagement.client_id if self.role == self.Role.CLIENT else self.contact_id
        return [str(self.agreement_id), str(self.agreement.engagement_id), self.role, str(self.position), str(who or "")]

    @property
    def is_in_place(self) -> bool:
        """Whether the columns still say what the encrypted details have said since the agreement was written."""
        return bool(self.details.get("place") == self.place)


class AgreementEvent(models.Model):
    """Something that happened on the way to an agreement. Only ever added; each holds the hash of the one before, for the proof file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="events")
    signatory = models.ForeignKey(Signatory, on_delete=models.PROTECT, null=True, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    details: Mapping[str, Any] = EncryptedDetails()  # n, kind, at, data, previous, hash: the event as the proof file shows it
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(name="one_event_per_number", fields=["agreement", "number"])]

    @property
    def data(self) -> Mapping[str, Any]:
        data: Mapping[str, Any] = self.details["data"]
        return data


class KnownFile(models.Model):
    """The keyed digest of a PDF that an agreement went through, so that whoever holds one can ask what it is."""

    class Stage(models.TextChoices):
        FIXED = "fixed"
        SIGNED = "signed"
        FINAL = "final"
        PROOF = "proof"

    digest = models.CharField(max_length=64, primary_key=True)  # instance.digest of the SHA-256
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="files")
    stage = models.CharField(max_length=6, choices=Stage.choices)
    at = models.DateTimeField()
