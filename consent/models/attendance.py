"""What the room above says of its sessions, so that attendance can be shown where it was agreed: when, how long, whether it was held."""

from __future__ import annotations

import uuid

from django.db import models

from clients.models import Coach, Engagement, coached_by


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def for_coach(self, coach: Coach) -> AttendanceQuerySet:
        """The sessions of this coach's engagements, as bare facts."""
        return self.filter(coached_by(coach, "engagement"))


class Attendance(models.Model):
    """One session as a fact: no text, no place. A contact is shown sums and days of it, by `consent.listing` alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")
    about = models.UUIDField(unique=True)  # the session, which this room cannot read
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    was_held = models.BooleanField()

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(name="attendance_of", fields=["engagement", "starts_at"])]
