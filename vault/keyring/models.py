"""The instance's half of each DataKey, alone in its database: without it nobody's secret opens anything."""

from __future__ import annotations

from django.db import models

from vault.encrypted import EncryptedBytes


class Half(models.Model):
    """32 bytes for one DataKey; NULL once destroyed."""

    key = models.UUIDField(primary_key=True)
    half = EncryptedBytes(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="half_destroyed_pair",
                condition=models.Q(half__isnull=True, destroyed_at__isnull=False) | models.Q(half__isnull=False, destroyed_at__isnull=True),
            )
        ]
