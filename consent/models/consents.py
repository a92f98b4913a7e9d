"""Consents and what happened to them. The state of a consent is the fold over its events; a key, or the decision, reads nothing else."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import Client, Coach, Engagement, SponsorContact, coached_by
from consent import purposes, states
from vault import primitives
from vault.encrypted import EncryptedBytes, EncryptedDetails


class ConsentQuerySet(models.QuerySet["Consent"]):
    def for_coach(self, coach: Coach) -> ConsentQuerySet:
        """The consents of this coach's clients, asked or given."""
        return self.filter(coached_by(coach, "engagement"))

    def for_client(self, clients: list[Client]) -> ConsentQuerySet:
        """The consents of the person behind these rows, asked or given."""
        return self.filter(engagement__in=Engagement.objects.for_client(clients))

    def for_sponsor(self, contacts: list[SponsorContact]) -> ConsentQuerySet:
        """The consents that are given to these contacts by name and stand. Whether something may be shown is decided again each time."""
        here = [contact.pk for contact in contacts if contact.may(SponsorContact.Right.RECEIVE)]
        return self.filter(contact__in=here).standing()

    def standing(self) -> ConsentQuerySet:
        """Given, and nothing has ended them. Their period is judged by whoever decides."""
        events = ConsentEvent.objects.filter(consent=models.OuterRef("pk"))
        ended = models.Exists(events.exclude(kind__in=[ConsentEvent.Kind.REQUESTED, ConsentEvent.Kind.GIVEN]))
        return self.filter(models.Exists(events.filter(kind=ConsentEvent.Kind.GIVEN)), ~ended)

    def waiting(self) -> ConsentQuerySet:
        """Asked, and nothing has happened since."""
        events = ConsentEvent.objects.filter(consent=models.OuterRef("pk"))
        return self.filter(~models.Exists(events.exclude(kind=ConsentEvent.Kind.REQUESTED)))

    def with_events(self) -> ConsentQuerySet:
        """With what a page shows: events, recipient, engagement."""
        rows = self.select_related("contact__sponsor", "engagement__client", "engagement__coach__person", "disclosure")
        return rows.defer("disclosure__body", "page").prefetch_related("events")


class Consent(models.Model):
    """One purpose, one recipient, one text or one choice of data, one period (ISO/IEC TS 27560). Asked first, then answered."""

    class Way(models.TextChoices):
        SPACE = "space", _("In their space")
        PAPER = "paper", _("On paper")
        ORAL = "oral", _("Orally, attested by the coach")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=24, choices=purposes.CHOICES)
    contact = models.ForeignKey(SponsorContact, on_delete=models.PROTECT, null=True, related_name="+")  # where the recipient is a contact
    proposal = models.ForeignKey("consent.Proposal", on_delete=models.PROTECT, null=True, related_name="consents")  # where it is for a text
    fingerprint = models.BinaryField(null=True)  # of that text
    recipient_keys = models.BinaryField(null=True)  # SHA-256 of the contact's public keys, as shown to the client
    # recipient (where no contact), data, places, use, retention, participants, reason; asked_by, lapses; language and notice of the question
    terms: Mapping[str, Any] = EncryptedDetails()
    until_date = models.DateField(null=True)
    most_uses = models.PositiveSmallIntegerField(null=True)
    requested_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=5, choices=Way.choices, blank=True)  # in which it was given
    signature = models.BinaryField(null=True)  # the client's, over every field above
    evidence: Mapping[str, Any] = EncryptedDetails()  # of the answer: address, browser, language, notice; or what the coach attests
    page: bytes | None = EncryptedBytes(null=True)  # the PDF of what was signed on paper

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                name="consent_given_pair",
                condition=models.Q(given_at__isnull=True, way="") | models.Q(given_at__isnull=False, way__in=["space", "paper", "oral"]),
            ),
            models.CheckConstraint(
                name="consent_in_the_space_is_signed", condition=~models.Q(way="space") | models.Q(signature__isnull=False)
            ),
            models.CheckConstraint(name="consent_on_paper_has_its_page", condition=~models.Q(way="paper") | models.Q(page__isnull=False)),
            models.CheckConstraint(
                name="consent_contact_pair",
                condition=models.Q(purpose__startswith="sponsor.", contact__isnull=False)
                | (~models.Q(purpose__startswith="sponsor.") & models.Q(contact__isnull=True)),
            ),
            models.CheckConstraint(
                name="summary_consent_names_its_text",
                condition=~models.Q(purpose=purposes.SUMMARY)
                | models.Q(proposal__isnull=False, fingerprint__isnull=False)
                & (models.Q(given_at__isnull=True) | models.Q(recipient_keys__isnull=False, until_date__isnull=False, way="space")),
            ),
        ]

    @property
    def about(self) -> purposes.Purpose:
        """The row of its purpose."""
        return purposes.PURPOSES[self.purpose]

    @property
    def recipient(self) -> str:
        """Who would receive it: a contact's id, or who or what the terms name; empty for what the coach alone keeps."""
        return str(self.contact_id) if self.contact_id else str(self.terms.get("recipient", ""))

    @property
    def recipient_name(self) -> str:
        """The recipient as people call them; empty for what the coach alone keeps."""
        return self.contact.name if self.contact else str(self.terms.get("recipient", ""))

    @property
    def data(self) -> frozenset[str]:
        """What was chosen of what the purpose offers."""
        return frozenset(self.terms.get("data", ()))

    @property
    def data_names(self) -> list[str]:
        """The same, in words and in the purpose's order."""
        return [str(name) for code, name in self.about.data.items() if code in self.data]

    @property
    def asked_by(self) -> str:
        """Who put the question: the coach, or the client of their own accord."""
        return str(self.terms.get("asked_by", ""))

    @property
    def text_print(self) -> bytes:
        """The fingerprint of the text it is for; empty where it is for none."""
        return bytes(self.fingerprint or b"")

    @property
    def state(self) -> str:
        """The fold over its events."""
        return states.fold([event.kind for event in self.events.all()])

    @property
    def get_state_display(self) -> Any:
        """The state in a word."""
        return ConsentEvent.Kind(self.state).label if self.state in ConsentEvent.Kind.values else ""

    def signed_fields(self) -> list[bytes | str | int]:
        """What the client signs, in order."""
        return [
            self.id.bytes,
            self.engagement_id.bytes,
            self.purpose,
            self.contact_id.bytes if self.contact_id else b"",
            self.proposal_id.bytes if self.proposal_id else b"",
            self.text_print,
            bytes(self.recipient_keys or b""),
            hashlib.sha256(json.dumps(dict(self.terms), sort_keys=True, ensure_ascii=False).encode()).digest(),
            self.until_date.isoformat() if self.until_date else "",
            "" if self.most_uses is None else self.most_uses,
            int(self.given_at.timestamp() * 1_000_000) if self.given_at else 0,
            self.way,
        ]

    def attested(self) -> str:
        """What the coach's word stands for, in hex: every field that a signature would cover. Kept encrypted, bound to the row."""
        return hashlib.sha256(primitives.context("attested.consent", *self.signed_fields())).hexdigest()

    def is_over(self, day: date) -> bool:
        """Whether its last day has passed."""
        return self.until_date is not None and self.until_date < day


class ConsentEvent(models.Model):
    """Something that happened to a consent. Only ever added, one after the other; the application's role can do nothing else."""

    class Kind(models.TextChoices):
        REQUESTED = "requested", pgettext_lazy("consent", "Asked")
        GIVEN = "given", pgettext_lazy("consent", "Given")
        REFUSED = "refused", pgettext_lazy("consent", "Refused")
        LAPSED = "lapsed", pgettext_lazy("consent", "Not answered")
        WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")
        EXPIRED = "expired", pgettext_lazy("consent", "Expired")
        ENDED = "ended", pgettext_lazy("consent", "Ended")
        SUPERSEDED = "superseded", pgettext_lazy("consent", "Replaced")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(name="each_event_once", fields=["consent", "kind"]),
            models.UniqueConstraint(name="events_in_order", fields=["consent", "number"]),
        ]


def event_ids(consent: Consent) -> tuple[tuple[UUID, str], ...]:
    """The events of a consent as a decision names them, in order."""
    return tuple((event.id, event.kind) for event in ConsentEvent.objects.filter(consent=consent))
