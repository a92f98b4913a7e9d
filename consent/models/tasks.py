"""What a coach has to do by a day, because a client, a contact or the law asked for it. Nothing else makes a list of chores."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from clients.models import Coach, Engagement, coached_by
from vault.encrypted import EncryptedDetails


class TaskQuerySet(models.QuerySet["Task"]):
    def for_coach(self, coach: Coach) -> TaskQuerySet:
        """This coach's tasks; of an engagement only while she holds the permission to coach it."""
        return self.filter(models.Q(engagement__isnull=True) | coached_by(coach, "engagement"), coach=coach)

    def open(self) -> TaskQuerySet:
        """Those not done yet, the first due first, what has no day last."""
        return self.filter(done_at__isnull=True).order_by(F("due_at").asc(nulls_last=True), "made_at")

    def done(self) -> TaskQuerySet:
        """Those that are done, the last first."""
        return self.filter(done_at__isnull=False).order_by("-done_at")


class Task(models.Model):
    """One thing to do, about one row. While it is open there is no second one of its kind about the same row."""

    class Kind(models.TextChoices):
        RECALL = "recall", _("Take a name down that may no longer be shown")
        LAW_PAPERS = "law_papers", _("Complete the papers of an immediate danger")
        LAW_REVIEW = "law_review", _("See whether your client can be told now")
        RIGHTS = "rights", _("Answer a request about personal data")
        RETENTION = "retention", _("See what will be destroyed, and when")
        OTHER_KEY = "other_key", _("Ask by voice: a person’s key has changed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="tasks")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    about = models.UUIDField(null=True)  # the row that it is about; which table, the kind says
    due_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    details: Mapping[str, Any] = EncryptedDetails()  # recall: place

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_open_task", fields=["coach", "kind", "about"], condition=models.Q(done_at__isnull=True))
        ]

    @property
    def place(self) -> str:
        """Where a name is to be taken down; empty for other kinds."""
        return str(self.details.get("place", ""))

    def is_overdue(self, at: datetime) -> bool:
        """Whether its day is over and it is not done."""
        return self.done_at is None and self.due_at is not None and self.due_at < at
