"""Summaries, their proposals to the client, and the disclosures: one text shown to one contact under one consent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from operator import methodcaller
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Coach, Engagement, SponsorContact, coached_by
from consent.models.agreements import Agreement
from consent.models.consents import Consent
from consent.models.requests import InformationRequest
from vault.encrypted import EncryptedDetails
from vault.fields import SealedField
from vault.sealed import Place


class SummaryQuerySet(models.QuerySet["Summary"]):
    def for_coach(self, coach: Coach) -> SummaryQuerySet:
        """The summaries of the engagements that this coach coaches."""
        return self.filter(coached_by(coach, "engagement"))


class Summary(models.Model):
    """A text written to be shown. As a draft it is sealed with the engagement's key: the coach alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="summaries")
    contact = models.ForeignKey(SponsorContact, on_delete=models.PROTECT, related_name="+")
    answers = models.ForeignKey(InformationRequest, on_delete=models.PROTECT, null=True, related_name="+")  # the contact's question, if any
    body = SealedField(under="engagement__notes_key")
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    objects = SummaryQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]

    def place(self) -> Place:
        """Where the draft is bound to. Needs engagement.coach."""
        coach = self.engagement.coach
        return Place("summary.draft", coach.practice_id, self.id, self.version, self.engagement.notes_key, coach.person_id)


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def for_coach(self, coach: Coach) -> ProposalQuerySet:
        """What this coach proposed."""
        return self.filter(coached_by(coach, "summary__engagement"))

    def for_client(self, clients: list[Client]) -> ProposalQuerySet:
        """What was proposed to the person behind these rows."""
        return self.filter(summary__engagement__in=Engagement.objects.for_client(clients))


class Proposal(models.Model):
    """One version of a summary, shown to the client in the shared space, for one contact. Editing makes another proposal."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for the client")
        CHANGES_ASKED = "changes_asked", _("Changes asked")
        REFUSED = "refused", _("Refused")
        LAPSED = "lapsed", _("Lapsed")
        SUPERSEDED = "superseded", _("Superseded")
        APPROVED = "approved", _("Approved")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    summary = models.ForeignKey(Summary, on_delete=models.PROTECT, related_name="proposals")
    version = models.PositiveIntegerField()  # of the summary
    contact = models.ForeignKey(SponsorContact, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=13, choices=State.choices, default=State.PROPOSED)
    body = SealedField(under="summary__engagement__shared_key")  # 64 hex digits of salt, then the text
    fingerprint = models.BinaryField()
    # what the client would have: consent/wanted.py
    answer = SealedField(null=True, under="summary__engagement__shared_key", place=methodcaller("place", "proposal.answer"))
    proposed_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(name="one_open_proposal", fields=["summary", "contact"], condition=models.Q(state="proposed")),
            models.CheckConstraint(name="proposal_fingerprint_is_sha256", condition=models.Q(fingerprint__isnull=False)),
        ]

    def place(self, purpose: str = "summary.proposed") -> Place:
        """Where the proposed text is bound to (`proposal.answer`: the client's answer). Needs summary.engagement.coach."""
        engagement = self.summary.engagement
        return Place(purpose, engagement.coach.practice_id, self.id, self.version, engagement.shared_key, engagement.coach.person_id)


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    def for_coach(self, coach: Coach) -> DisclosureQuerySet:
        """What went out of this coach's engagements."""
        return self.filter(coached_by(coach, "consent__engagement"))

    def for_client(self, clients: list[Client]) -> DisclosureQuerySet:
        """What went out about the person behind these rows."""
        return self.filter(consent__engagement__in=Engagement.objects.for_client(clients))

    def for_sponsor(self, contacts: list[SponsorContact], at: datetime) -> DisclosureQuerySet:
        """What is open to these contacts at this moment, by its consent too. Whether it may be opened is decided again at each view."""
        here = [contact.pk for contact in contacts if contact.may(SponsorContact.Right.RECEIVE)]
        theirs = Agreement.objects.in_force().filter(engagement=models.OuterRef("consent__engagement"))
        promised = theirs.filter(wording=Engagement.Wording.A)
        amended = theirs.filter(kind=Agreement.Kind.AMENDMENT, wording=Engagement.Wording.B)
        open_ones = self.filter(
            contact__in=here,
            consent__contact=models.F("contact"),
            opens_at__lte=at,
            closed_at__isnull=True,
            consent__until_date__gte=timezone.localdate(at),
        )
        return open_ones.filter(models.Exists(promised), ~models.Exists(amended), consent__engagement__ended_at__isnull=True)


class Disclosure(models.Model):
    """The copy of one text for one contact, sealed with a key that this contact alone holds. Made by `consent.actions.disclose` only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="disclosure")
    contact = models.ForeignKey(SponsorContact, on_delete=models.PROTECT, related_name="+")
    body = SealedField(
        under="series", place=lambda row: row.place(row.consent.engagement.coach.practice_id)
    )  # 64 hex digits of salt, then the text
    series = models.UUIDField()
    maker = models.UUIDField()
    details: Mapping[str, Any] = EncryptedDetails()  # series, once more: where a stranger to the instance key cannot rewrite it
    made_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at"]
        indexes = [models.Index(name="disclosure_contact", fields=["contact", "-opens_at"])]

    def every_series(self) -> set[UUID]:
        """The series to shred with this copy: the one in its column, and the one it was made with."""
        return {self.series, UUID(self.details["series"])}

    def place(self, practice: UUID) -> Place:
        """Where the copy is bound to."""
        return Place("summary.copy", practice, self.id, 1, self.series, self.maker)
