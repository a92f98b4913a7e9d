"""What a contact asks a client. It goes to the client: the contact sees that it was passed on, then a text or, on a day fixed beforehand, its end.

The question is encrypted, not sealed: contact and client share no key, and could have none without one of them giving it to the other, which
would itself be an answer. Who reads it: the contact who asked, the client, and the coach, who would write the text.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from clients.models import Client, Coach, Engagement, SponsorContact, coached_by
from vault.encrypted import EncryptedDetails


class InformationRequestQuerySet(models.QuerySet["InformationRequest"]):
    def for_coach(self, coach: Coach) -> InformationRequestQuerySet:
        """What was asked about this coach's clients."""
        return self.filter(coached_by(coach, "engagement"))

    def for_client(self, clients: list[Client]) -> InformationRequestQuerySet:
        """What the person behind these rows was asked."""
        return self.filter(engagement__in=Engagement.objects.for_client(clients))

    def for_sponsor(self, contacts: list[SponsorContact]) -> InformationRequestQuerySet:
        """What these contacts asked themselves. Nothing that was answered is in what they see of it."""
        return self.filter(contact__in=[contact.pk for contact in contacts if contact.left_at is None])


class InformationRequest(models.Model):
    """One question of one contact about one engagement. Its state is for client and coach; what its contact sees rests on the day alone."""

    class State(models.TextChoices):
        PASSED_ON = "passed_on", pgettext_lazy("request", "Not answered")
        WANTED = "wanted", pgettext_lazy("request", "The client asks for a text")
        REFUSED = "refused", pgettext_lazy("request", "Refused by the client")
        DECLINED = "declined", pgettext_lazy("request", "Declined by the coach")
        ENDED = "ended", pgettext_lazy("request", "Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(SponsorContact, on_delete=models.PROTECT, related_name="+")  # who asks, and who alone would read the text
    details: Mapping[str, Any] = EncryptedDetails()  # question, purpose
    state = models.CharField(max_length=9, choices=State.choices, default=State.PASSED_ON)
    asked_at = models.DateTimeField()
    deadline_date = models.DateField()  # its last day, chosen on asking
    answered_at = models.DateTimeField(null=True)

    objects = InformationRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                name="request_answered_pair",
                condition=models.Q(state="passed_on", answered_at__isnull=True)
                | (~models.Q(state="passed_on") & models.Q(answered_at__isnull=False)),
            ),
        ]

    @property
    def question(self) -> str:
        return str(self.details["question"])

    @property
    def purpose(self) -> str:
        """What the contact needs it for, in their words."""
        return str(self.details["purpose"])

    def is_over(self, at: datetime) -> bool:
        """Whether its last day has passed."""
        return timezone.localdate(at) > self.deadline_date
