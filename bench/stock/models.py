"""The same columns, each one of the package's fields."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from encrypted_model_fields.fields import EncryptedCharField, EncryptedTextField


class Sponsor(models.Model):
    """Whoever pays."""

    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = EncryptedCharField(max_length=200)
    domain = EncryptedCharField(max_length=200)
    group = EncryptedCharField(max_length=200)


class Client(models.Model):
    """Who is coached."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = EncryptedCharField(max_length=200)
    address = EncryptedCharField(max_length=200)
    phone = EncryptedCharField(max_length=200)
    job = EncryptedCharField(max_length=200)
    joined_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)


class Engagement(models.Model):
    """A coaching relationship."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="engagements")
    sponsor = models.ForeignKey(Sponsor, on_delete=models.PROTECT, null=True)
    title = EncryptedCharField(max_length=200)
    objective = EncryptedTextField()
