"""How long an engagement's texts stay: who was told that they will go, what holds them back, and what was destroyed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Coach, Engagement, coached_by
from consent.models.rights import RightsRequest
from vault.encrypted import EncryptedBytes, EncryptedDetails


class RetentionNotice(models.Model):
    """Coach and client were told that an engagement's texts go on a day. Nothing is destroyed by itself before a week has passed since."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()  # how long before: 30 or 7
    due_date = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at"]
        constraints = [models.UniqueConstraint(name="one_notice_per_day", fields=["engagement", "days", "due_date"])]


class HoldQuerySet(models.QuerySet["Hold"]):
    def for_coach(self, coach: Coach) -> HoldQuerySet:
        """What this coach holds back."""
        return self.filter(coached_by(coach, "engagement"))

    def for_client(self, clients: list[Client]) -> HoldQuerySet:
        """What is held back of the person behind these rows: that it is, on which ground and until when, not the coach's reason."""
        return self.filter(engagement__in=Engagement.objects.for_client(clients)).defer("details")

    def standing(self, day: date) -> HoldQuerySet:
        """Those that hold something back on this day."""
        return self.filter(ended_at__isnull=True, until_date__gte=day)


class Hold(models.Model):
    """A reason for which an engagement's texts are not destroyed yet, with its ground and its last day."""

    class Ground(models.TextChoices):
        CLAIM = "legal_claim", _("A claim before a court is made, or is to be expected (GDPR, article 17(3)(e))")
        DUTY = "legal_duty", _("The law obliges to keep them (GDPR, article 17(3)(b))")
        ORDER = "authority", _("A court or an authority forbids destroying them")
        CLIENT = "asked_by_client", _("The person coached asks that they be kept (GDPR, article 18(1))")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="holds")
    ground = models.CharField(max_length=15, choices=Ground.choices)
    details: Mapping[str, Any] = EncryptedDetails()  # reason: the coach's, in words
    until_date = models.DateField()  # its last day
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # by hand, before its last day

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]

    @property
    def reason(self) -> str:
        """Why, in the coach's words."""
        return str(self.details["reason"])


class DestructionQuerySet(models.QuerySet["Destruction"]):
    def for_coach(self, coach: Coach) -> DestructionQuerySet:
        """What was destroyed of the engagements that this coach coaches."""
        return self.filter(coached_by(coach, "engagement"))

    def for_client(self, clients: list[Client]) -> DestructionQuerySet:
        """What was destroyed about the person behind these rows."""
        return self.filter(engagement__in=Engagement.objects.for_client(clients))

    def without_documents(self) -> DestructionQuerySet:
        """The same rows without their files, for lists."""
        return self.defer("document", "record")


class Destruction(models.Model):
    """What was destroyed: when, by whom, on which ground; and the attestation of it. It holds numbers and hashes, no text and no title."""

    class Scope(models.TextChoices):
        NOTE = "note", _("One note")
        ENGAGEMENT = "engagement", _("Everything written in the engagement")

    class Ground(models.TextChoices):
        RETENTION = "retention", _("The time for which they were to be kept is over")
        ERASURE = "erasure", _("The person coached asked for it (GDPR, article 17)")
        DECISION = "decision", _("The coach decided it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="destructions")
    scope = models.CharField(max_length=10, choices=Scope.choices)
    ground = models.CharField(max_length=9, choices=Ground.choices)
    request = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, null=True, related_name="+")  # what asked for it
    renewal = models.UUIDField(null=True)  # the new epoch that what stays is sealed under; until it is done an old half is there
    by = models.UUIDField(null=True)  # whose act it was; None: the instance's, as it had been announced
    details: Mapping[str, Any] = EncryptedDetails()  # goes, stays: codes and numbers; keys: series and epochs; sha256: of the sealed bytes
    begun_at = models.DateTimeField()
    shredded_at = models.DateTimeField(null=True)
    record: bytes | None = EncryptedBytes(null=True)  # the attestation as JSON
    document: bytes | None = EncryptedBytes(null=True)  # the same to be read, signed by the instance
    attested_at = models.DateTimeField(null=True)

    objects = DestructionQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at"]
        constraints = [
            models.UniqueConstraint(name="an_engagement_goes_once", fields=["engagement"], condition=models.Q(scope="engagement")),
            models.CheckConstraint(
                name="destruction_attested_whole",
                condition=models.Q(attested_at__isnull=True, record__isnull=True, document__isnull=True)
                | models.Q(attested_at__isnull=False, record__isnull=False, document__isnull=False, shredded_at__isnull=False),
            ),
        ]

    @property
    def sha256(self) -> str:
        """The hash of the attestation as JSON, in hex; empty while there is none."""
        return str(self.details.get("record_sha256", ""))


def destroyed_at() -> models.Subquery:
    """Of an engagement: since when its texts are destroyed, none while they are there. Asked in one statement with the engagement itself."""
    return models.Subquery(
        Destruction.objects.filter(engagement=models.OuterRef("pk"), scope=Destruction.Scope.ENGAGEMENT).values("begun_at")[:1]
    )
