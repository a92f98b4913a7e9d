"""The register of what the law made a coach give. It never passes the sponsor's door, and what is in it never changes."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import Client, Coach, Engagement, coached_by
from vault.fields import SealedField
from vault.sealed import Place


class LegalDisclosureQuerySet(models.QuerySet["LegalDisclosure"]):
    def for_coach(self, coach: Coach) -> LegalDisclosureQuerySet:
        """The entries about the engagements that this coach coaches, ended ones too."""
        return self.filter(coached_by(coach, "engagement"))

    def without_texts(self) -> LegalDisclosureQuerySet:
        """The same rows without what is sealed, for lists."""
        return self.defer("body")


def _entries_under(series: UUID) -> models.Q:
    return models.Q(key=series) | models.Q(key__isnull=True, engagement__notes_key=series)


class LegalDisclosure(models.Model):
    """One entry, as it was confirmed. The database refuses to change it (migration, `law_is_fixed`): what follows is a `LegalAddition`."""

    class Way(models.TextChoices):
        REQUISITION = "requisition", _("Requisition")
        DANGER = "immediate_danger", _("Immediate danger")

    class Ground(models.TextChoices):
        AUTHORITY = "court_or_authority", _("A court or an authority requires it")
        REPORT = "duty_to_report", _("The law obliges me to report")
        DANGER = "serious_danger", _("Serious danger for somebody")
        DEFENCE = "defence_of_own_rights", _("Defence of my own rights, the least possible")
        PRIVACY = "data_protection", _("A data-protection authority requires it")
        TAX = "tax", _("Tax: invoices only")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="legal_disclosures")
    way = models.CharField(max_length=16, choices=Way.choices)
    ground = models.CharField(max_length=24, choices=Ground.choices)
    key = models.UUIDField(null=True)  # series of the entry's own DataKey, which outlives the notes; NULL: sealed with theirs, as once
    body = SealedField(under=_entries_under)  # law.Entry as JSON, the document received among it
    review_on = models.DateField(null=True)  # when to look again whether the client can be told; None: told at once
    made_at = models.DateTimeField()

    objects = LegalDisclosureQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]

    def place(self) -> Place:
        """Where the entry is bound to: under a key of its own, its engagement too. Needs engagement.coach."""
        coach = self.engagement.coach
        of = f".{self.engagement_id}" if self.key else ""
        return Place(f"law.{self.way}.{self.ground}{of}", coach.practice_id, self.id, 1, self.series, coach.person_id)

    @property
    def series(self) -> UUID:
        """The key that seals the entry and what only its coach reads of it."""
        return self.key or self.engagement.notes_key


class LegalAdditionQuerySet(models.QuerySet["LegalAddition"]):
    def for_coach(self, coach: Coach) -> LegalAdditionQuerySet:
        """What was added to this coach's entries."""
        return self.filter(coached_by(coach, "entry__engagement"))

    def for_client(self, clients: list[Client]) -> LegalAdditionQuerySet:
        """What the person behind these rows was told, and nothing else: before that there is no entry for them."""
        return self.filter(kind=LegalAddition.Kind.TOLD, entry__engagement__in=Engagement.objects.for_client(clients))

    def without_texts(self) -> LegalAdditionQuerySet:
        """The same rows without what is sealed."""
        return self.defer("body")


def _additions_under(series: UUID) -> models.Q:
    hers = models.Q(entry__key=series) | models.Q(entry__key__isnull=True, entry__engagement__notes_key=series)
    return hers & ~models.Q(kind="told") | models.Q(kind="told", entry__engagement__shared_key=series)


class LegalAddition(models.Model):
    """Something that came after an entry: its papers, a later day to look again, or what the client was told. Only ever added."""

    class Kind(models.TextChoices):
        PAPERS = "papers", pgettext_lazy("law", "Papers completed")
        REVIEW = "review", pgettext_lazy("law", "To be looked at again later")
        TOLD = "told", pgettext_lazy("law", "Client told")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(LegalDisclosure, on_delete=models.PROTECT, related_name="additions")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    body = SealedField(under=_additions_under)  # JSON: law.Papers and law.Review with the entry's key, law.Notice with the shared key
    review_on = models.DateField(null=True)
    at = models.DateTimeField()

    objects = LegalAdditionQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(name="law_told_and_completed_once", fields=["entry", "kind"], condition=~models.Q(kind="review")),
            models.CheckConstraint(
                name="law_review_has_a_day",
                condition=models.Q(kind="review", review_on__isnull=False) | (~models.Q(kind="review") & models.Q(review_on__isnull=True)),
            ),
        ]

    def place(self) -> Place:
        """Where the text is bound to: what the client was told stands in the shared space. Needs entry.engagement.coach."""
        engagement = self.entry.engagement
        series = engagement.shared_key if self.kind == self.Kind.TOLD else self.entry.series
        return Place(f"law.{self.kind}.{self.entry_id}", engagement.coach.practice_id, self.id, 1, series, engagement.coach.person_id)
