"""What a client would like a contact to know, said by the client: the coach writes it or declines. No contact ever sees one."""

from __future__ import annotations

import uuid
from operator import methodcaller

from django.db import models
from django.utils.translation import pgettext_lazy

from clients.models import Client, Coach, Engagement, SponsorContact, coached_by
from consent.models.summaries import Summary
from vault.fields import SealedField
from vault.sealed import Place


class WishQuerySet(models.QuerySet["Wish"]):
    def for_coach(self, coach: Coach) -> WishQuerySet:
        """What this coach's clients would like to be said."""
        return self.filter(coached_by(coach, "engagement"))

    def for_client(self, clients: list[Client]) -> WishQuerySet:
        """What the person behind these rows would like to be said."""
        return self.filter(engagement__in=Engagement.objects.for_client(clients))

    def waiting(self) -> WishQuerySet:
        """Neither taken up nor declined, nor taken back."""
        return self.filter(state=Wish.State.ASKED)


class Wish(models.Model):
    """“I would like X to know Y”, sealed in the shared space. It permits nothing: what is written from it is proposed like any other text."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("wish", "With your coach")
        TAKEN = "taken", pgettext_lazy("wish", "Taken up")
        DECLINED = "declined", pgettext_lazy("wish", "Declined")
        TAKEN_BACK = "taken_back", pgettext_lazy("wish", "Taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="wishes")
    contact = models.ForeignKey(SponsorContact, on_delete=models.PROTECT, null=True, related_name="+")  # none: somebody whom the text names
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    body = SealedField(under="engagement__shared_key")  # what the client would like to be said
    # why the coach declines
    answer = SealedField(null=True, under="engagement__shared_key", place=methodcaller("place", "wish.answer"))
    summary = models.ForeignKey(Summary, on_delete=models.PROTECT, null=True, related_name="wishes")  # begun from it
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects = WishQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_wish", fields=["engagement", "contact"], condition=models.Q(state="asked"), nulls_distinct=False
            ),
            models.CheckConstraint(
                name="wish_answered_pair",
                condition=models.Q(state="asked", answered_at__isnull=True)
                | (~models.Q(state="asked") & models.Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="wish_taken_names_its_summary",
                condition=models.Q(state="taken", summary__isnull=False) | (~models.Q(state="taken") & models.Q(summary__isnull=True)),
            ),
            models.CheckConstraint(
                name="wish_declined_says_why",
                condition=models.Q(state="declined", answer__isnull=False) | (~models.Q(state="declined") & models.Q(answer__isnull=True)),
            ),
        ]

    def place(self, purpose: str = "wish.body") -> Place:
        """Where the wish is bound to (`wish.answer`: the coach's answer). Needs engagement.coach."""
        engagement = self.engagement
        return Place(purpose, engagement.coach.practice_id, self.id, 1, engagement.shared_key, engagement.coach.person_id)
