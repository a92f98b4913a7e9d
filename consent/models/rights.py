"""What a client asks about their data, what the coach answers, and the copies handed over row by row. All of it is sealed between the two."""

from __future__ import annotations

import uuid
from datetime import date
from operator import methodcaller
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import Client, Coach, Engagement, coached_by
from vault.fields import SealedField
from vault.sealed import Place


class RightsQuerySet(models.QuerySet["RightsRequest"]):
    def for_coach(self, coach: Coach) -> RightsQuerySet:
        """What this coach's clients asked."""
        return self.filter(coached_by(coach, "engagement"))

    def for_client(self, clients: list[Client]) -> RightsQuerySet:
        """What the person behind these rows asked."""
        return self.filter(engagement__in=Engagement.objects.for_client(clients))

    def open(self) -> RightsQuerySet:
        """Those that wait for an answer, the most pressing first."""
        return self.filter(state__in=RightsRequest.OPEN).order_by("due_date", "asked_at")


class RightsRequest(models.Model):
    """One request of a client under the GDPR (articles 15 to 17), to one coach, with its last day."""

    class Kind(models.TextChoices):
        ACCESS = "access", _("Access to all data")
        RECTIFICATION = "rectification", _("Correction")
        ERASURE = "erasure", _("Erasure")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("request", "Waits for an answer")
        EXTENDED = "extended", pgettext_lazy("request", "Put off, with a reason")
        ANSWERED = "answered", pgettext_lazy("request", "Answered")
        WITHDRAWN = "withdrawn", pgettext_lazy("request", "Taken back")

    OPEN = (State.ASKED, State.EXTENDED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="rights_requests")  # in whose shared space it lies
    covers_all = models.BooleanField(default=False)  # every engagement of this client with this coach
    kind = models.CharField(max_length=13, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    text = SealedField(under="engagement__shared_key")  # consent.rights.Wish
    # why it was put off
    reason = SealedField(null=True, under="engagement__shared_key", place=methodcaller("place", "put_off"))
    asked_at = models.DateTimeField()
    due_date = models.DateField()
    extended_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # answered or taken back

    objects = RightsQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                name="request_put_off_pair",
                condition=models.Q(extended_at__isnull=True, reason__isnull=True)
                | models.Q(extended_at__isnull=False, reason__isnull=False),
            ),
            models.CheckConstraint(
                name="request_closed_pair",
                condition=models.Q(state__in=["asked", "extended"], closed_at__isnull=True)
                | models.Q(state__in=["answered", "withdrawn"], closed_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_open_request",
                fields=["engagement", "kind"],
                condition=models.Q(state__in=["asked", "extended"], kind__in=["access", "erasure"]),
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state in self.OPEN

    def is_overdue(self, day: date) -> bool:
        """Whether its last day is over without an answer."""
        return self.is_open and self.due_date < day

    def shared(self, purpose: str, row: UUID) -> Place:
        """A place in the shared space that belongs to this request and no other. Needs engagement.coach."""
        coach = self.engagement.coach
        return Place(purpose, coach.practice_id, row, 1, self.engagement.shared_key, coach.person_id)

    def place(self, purpose: str = "asked") -> Place:
        """Where the client's words are bound to (`put_off`: the coach's reason)."""
        return self.shared(f"rights.{purpose}.{self.kind}.{'all' if self.covers_all else 'one'}", self.id)


class AnswerQuerySet(models.QuerySet["RightsAnswer"]):
    def for_coach(self, coach: Coach) -> AnswerQuerySet:
        """What this coach answered."""
        return self.filter(coached_by(coach, "request__engagement"))

    def for_client(self, clients: list[Client]) -> AnswerQuerySet:
        """What the person behind these rows was answered."""
        return self.filter(request__engagement__in=Engagement.objects.for_client(clients))


class RightsAnswer(models.Model):
    """The coach's answer. It never changes: the database refuses it too (migration, `rights_are_fixed`)."""

    class Outcome(models.TextChoices):
        DONE = "done", pgettext_lazy("answer", "Done as asked")
        PARTLY = "partly", pgettext_lazy("answer", "Done in part")
        REFUSED = "refused", pgettext_lazy("answer", "Not done")

    id = models.UUIDField(primary_key=True, editable=False)  # its request's, so that one event tells of both
    request = models.OneToOneField(RightsRequest, on_delete=models.PROTECT, related_name="answer")
    outcome = models.CharField(max_length=7, choices=Outcome.choices)
    is_statement_kept = models.BooleanField(default=False)  # the client's words, beside what stays
    body = SealedField(under="request__engagement__shared_key")  # consent.rights.Reply
    carry_out_date = models.DateField(null=True)  # of an erasure: the day on which it is carried out, as the answer says it
    made_at = models.DateTimeField()

    objects = AnswerQuerySet.as_manager()

    def place(self) -> Place:
        """Where the answer is bound to: its request, its outcome, its statement. Needs request.engagement.coach."""
        kept = "kept" if self.is_statement_kept else "none"
        return self.request.shared(f"rights.answer.{self.request_id}.{self.outcome}.{kept}", self.id)


class PartQuerySet(models.QuerySet["RightsPart"]):
    def for_coach(self, coach: Coach) -> PartQuerySet:
        """What this coach went through for a request."""
        return self.filter(coached_by(coach, "request__engagement"))

    def for_client(self, clients: list[Client]) -> PartQuerySet:
        """What was handed over to the person behind these rows."""
        return self.filter(request__engagement__in=Engagement.objects.for_client(clients), body__isnull=False)


class RightsPart(models.Model):
    """One text among everything about a client: first what the coach decided of it, for the coach alone; once handed over, the client's copy."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="parts")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")  # whose text it was
    source = models.UUIDField()  # the row it was made from, in a room above
    # consent.rights.Part, with the engagement's own key
    draft = SealedField(null=True, under="engagement__notes_key", place=methodcaller("draft_place"))
    body = SealedField(null=True, under="request__engagement__shared_key")  # the same, with the shared key
    saved_at = models.DateTimeField()

    objects = PartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_part_per_source", fields=["request", "source"]),
            models.CheckConstraint(
                name="part_draft_or_copy",
                condition=models.Q(draft__isnull=True, body__isnull=False) | models.Q(draft__isnull=False, body__isnull=True),
            ),
        ]

    def draft_place(self) -> Place:
        """Where the coach's decision is bound to. Needs engagement.coach."""
        coach = self.engagement.coach
        return Place(f"rights.draft.{self.request_id}", coach.practice_id, self.id, 1, self.engagement.notes_key, coach.person_id)

    def place(self) -> Place:
        """Where the copy is bound to: its request. Needs request.engagement.coach."""
        return self.request.shared(f"rights.copy.{self.request_id}", self.id)
