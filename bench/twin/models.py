"""Plain columns, numbered rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Client(models.Model):
    """Who is coached, by name."""

    name = models.CharField(max_length=200)


class Engagement(models.Model):
    """A coaching relationship."""

    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT)
    title = models.CharField(max_length=200)


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
