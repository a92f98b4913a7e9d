"""A coach's own agreement templates: the library's optional clauses that they chose, and clauses of their own, in versions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import Coach
from vault.encrypted import EncryptedDetails


class AgreementTemplateQuerySet(models.QuerySet["AgreementTemplate"]):
    def for_coach(self, coach: Coach) -> AgreementTemplateQuerySet:
        """The versions that this coach wrote."""
        return self.filter(coach=coach)

    def offered(self) -> AgreementTemplateQuerySet:
        """Those that an agreement may be made from."""
        return self.filter(state=AgreementTemplate.State.PUBLISHED)


class AgreementTemplate(models.Model):
    """One version of one template. Once published it never changes: the database refuses it too (migration, `template_is_fixed`)."""

    class Kind(models.TextChoices):
        CONFIDENTIALITY = "confidentiality", _("Confidentiality agreement")
        COACHING = "coaching", _("Coaching agreement")
        THREE_WAY = "three_way", _("Three-way agreement")
        AMENDMENT = "amendment", _("Amendment")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("template", "Draft")
        PUBLISHED = "published", pgettext_lazy("template", "Published")
        RETIRED = "retired", pgettext_lazy("template", "Retired")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    series = models.UUIDField(default=uuid.uuid4)  # shared by the versions of one template
    coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="agreement_templates")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    language = models.CharField(max_length=5)
    number = models.PositiveIntegerField()  # 1, 2, 3… in its series
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    details: Mapping[str, Any] = EncryptedDetails()  # what tailoring.Content keeps; the version of the library that it was written for
    made_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)  # by the coach, or by the next version

    objects = AgreementTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-number"]
        constraints = [
            models.UniqueConstraint(name="one_template_per_number", fields=["series", "number"]),
            models.UniqueConstraint(name="one_template_draft", fields=["series"], condition=models.Q(state="draft")),
            models.UniqueConstraint(name="one_template_published", fields=["series"], condition=models.Q(state="published")),
            models.CheckConstraint(
                name="template_state_facts",
                condition=models.Q(state="draft", published_at__isnull=True, retired_at__isnull=True)
                | models.Q(state="published", published_at__isnull=False, retired_at__isnull=True)
                | models.Q(state="retired", published_at__isnull=False, retired_at__isnull=False),
            ),
        ]

    @property
    def name(self) -> str:
        return str(self.details["name"])
