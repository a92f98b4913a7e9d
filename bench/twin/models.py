"""Plain columns. Rows that a list links to are named as ours are, so that its pages are as long."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Sponsor(models.Model):
    """Whoever pays."""

    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=200)
    group = models.CharField(max_length=200)


class Client(models.Model):
    """Who is coached, by name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=200)
    phone = models.CharField(max_length=200)
    job = models.CharField(max_length=200)
    joined_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)


class Engagement(models.Model):
    """A coaching relationship."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="engagements")
    sponsor = models.ForeignKey(Sponsor, on_delete=models.PROTECT, null=True)
    title = models.CharField(max_length=200)
    objective = models.TextField()


class Session(models.Model):
    """One meeting."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()


class Note(models.Model):
    """A text in clear."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT)
    adds_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    body = models.TextField()
    finished_at = models.DateTimeField()
