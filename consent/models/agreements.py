"""The agreements of an engagement. What those in force promise is a machine rule."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import Client, Coach, Engagement, SponsorContact, coached_by
from consent import days
from consent.models.templates import AgreementTemplate
from vault.encrypted import EncryptedBytes, EncryptedDetails

DAYS_TO_RENOUNCE: Final = 14  # Code de la consommation, art. L221-18


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def for_coach(self, coach: Coach) -> AgreementQuerySet:
        """The agreements of the engagements that this coach coaches."""
        return self.filter(coached_by(coach, "engagement"))

    def for_client(self, clients: list[Client]) -> AgreementQuerySet:
        """The agreements sent to the person behind these rows: never a draft, nor one that was dropped as a draft."""
        return self.filter(engagement__in=Engagement.objects.for_client(clients), sent_at__isnull=False)

    def for_sponsor(self, contacts: list[SponsorContact]) -> AgreementQuerySet:
        """The three-way agreements that one of these contacts signed, or may sign and was asked to, once it was their turn."""
        here = [contact.pk for contact in contacts if contact.left_at is None]
        signing = [contact.pk for contact in contacts if contact.may(SponsorContact.Right.SIGN)]
        theirs = models.Q(signatories__contact__in=here, signatories__signed_at__isnull=False)
        asked = models.Q(signatories__contact__in=signing, signatories__asked_at__isnull=False)
        return self.filter(theirs | asked, kind=Agreement.Kind.THREE_WAY).distinct()

    def in_force(self) -> AgreementQuerySet:
        """Those signed by every side and not superseded."""
        return self.filter(state=Agreement.State.IN_FORCE)

    def without_documents(self) -> AgreementQuerySet:
        """The same rows without the bytes of their PDFs, for lists."""
        return self.defer("document", "signed_document", "proof")


class Agreement(models.Model):
    """One agreement on one engagement. Once sent its text is fixed: a change is a new agreement."""

    class Kind(models.TextChoices):
        CONFIDENTIALITY = "confidentiality", _("Confidentiality agreement")
        COACHING = "coaching", _("Coaching agreement")
        THREE_WAY = "three_way", _("Three-way agreement")
        AMENDMENT = "amendment", _("Amendment")
        ELSEWHERE = "elsewhere", _("Agreement signed elsewhere")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("agreement", "Draft")
        SENT = "sent", pgettext_lazy("agreement", "Sent")
        SIGNED = "signed", pgettext_lazy("agreement", "Waits for the coach’s signature")
        IN_FORCE = "in_force", pgettext_lazy("agreement", "In force")
        DECLINED = "declined", pgettext_lazy("agreement", "Declined")
        EXPIRED = "expired", pgettext_lazy("agreement", "Expired")
        CANCELLED = "cancelled", pgettext_lazy("agreement", "Cancelled")
        SUPERSEDED = "superseded", pgettext_lazy("agreement", "Replaced by another")
        TERMINATED = "terminated", pgettext_lazy("agreement", "Terminated")

    # One of the bases holds the promise; an amendment changes its wording; a three-way agreement stands beside.
    BASES: Final = (Kind.CONFIDENTIALITY, Kind.COACHING, Kind.ELSEWHERE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="agreements")
    template = models.ForeignKey(
        AgreementTemplate, null=True, on_delete=models.PROTECT, related_name="agreements"
    )  # the coach's own, if any
    kind = models.CharField(max_length=15, choices=Kind.choices, default=Kind.CONFIDENTIALITY)
    wording = models.CharField(max_length=1, choices=Engagement.Wording.choices)
    language = models.CharField(max_length=5)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    details: Mapping[str, Any] = (
        EncryptedDetails()
    )  # the text as shown (documents.Text); SHA-256 once fixed and once final; reason when declined
    document: bytes | None = EncryptedBytes(null=True)  # the fixed PDF, byte for byte
    signed_document: bytes | None = EncryptedBytes(null=True)  # the same file with the signatures given so far, and at last its time-stamp
    proof: bytes | None = EncryptedBytes(null=True)  # the proof file, once complete
    reminders = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    in_force_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)  # time-stamped, its proof made: from then on each side has its copy
    closed_at = models.DateTimeField(null=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_agreement_in_force",
                fields=["engagement"],
                condition=models.Q(state="in_force", kind__in=["confidentiality", "coaching", "elsewhere"]),
            ),
            models.UniqueConstraint(name="one_of_a_kind_in_force", fields=["engagement", "kind"], condition=models.Q(state="in_force")),
            models.UniqueConstraint(
                name="one_agreement_on_its_way", fields=["engagement", "kind"], condition=models.Q(state__in=["draft", "sent", "signed"])
            ),
            models.CheckConstraint(name="three_way_is_never_b", condition=~models.Q(kind="three_way", wording="B")),
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
                condition=~models.Q(state__in=["in_force", "superseded", "terminated"])
                | models.Q(in_force_at__isnull=False, signed_document__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_completed_pair",
                condition=models.Q(completed_at__isnull=True, proof__isnull=True)
                | models.Q(completed_at__isnull=False, proof__isnull=False, in_force_at__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_closed_pair",
                condition=models.Q(state__in=["declined", "expired", "cancelled", "superseded", "terminated"], closed_at__isnull=False)
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

    @property
    def final_sha256(self) -> str:
        """SHA-256 of the signed PDF that each side holds, in hex; empty until it is complete."""
        return str(self.details.get("final_sha256", ""))

    @property
    def is_pending(self) -> bool:
        """Whether every side has signed, and the time-stamp or the proof file is still to come."""
        return self.in_force_at is not None and self.completed_at is None

    @property
    def renounce_until(self) -> datetime | None:
        """Until when a private client may renounce a priced agreement without a reason, or None where that is not so."""
        if self.in_force_at is None or "consumer_withdrawal" not in self.details.get("effects", {}):
            return None
        last = days.last_of(timezone.localdate(self.in_force_at) + timedelta(days=DAYS_TO_RENOUNCE))
        return timezone.make_aware(datetime.combine(last, time(23, 59, 59)))

    def can_be_renounced(self, at: datetime) -> bool:
        """Whether the client may renounce it at this moment."""
        return self.state == self.State.IN_FORCE and self.renounce_until is not None and at <= self.renounce_until
