"""Everything a client's space shows to this person, gathered with their own key: the same for a machine (JSON) and on paper (PDF).

A kind of fact that comes later adds a function to `PARTS`; the PDF's template shows it under the same name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import translation
from django.views.decorators.debug import sensitive_variables

from accounts.act import Refused
from clients.models import Client
from consent import consent_receipts, law, overview, permitting, receipts, rights
from consent.actions.summaries import unsalted
from consent.models import Consent, Destruction, Disclosure, InformationRequest, LegalAddition, PledgeReceipt, Proposal, RightsRequest, Wish
from sessions import access
from sessions.models import PrivateEntry, SharedEntry
from sessions.notebook import reading
from sessions.overview import followed_by
from vault.models import LedgerEntry
from vault.primitives import Closed
from vault.sealed import Place, Sealed
from vault.unlocked import Unlocked

SCHEMA: Final = "coachvault.space.1"


@dataclass(frozen=True, slots=True)
class Space:
    """Whose space is gathered, with which open vault, in which language."""

    clients: list[Client]
    vault: Unlocked
    language: str

    def opened(self, sealed: Sealed | None, place: Place) -> str | None:
        """A text of the shared space; None where this person does not hold its key yet."""
        try:
            return None if sealed is None else self.vault.open(sealed, place)
        except Closed:
            return None


def _engagements(space: Space) -> list[dict[str, Any]]:
    return [
        {
            "id": one.engagement.pk,
            "title": one.engagement.title,
            "objective": one.engagement.details.get("objective", ""),
            "coach": one.engagement.coach.name,
            "opened_at": one.engagement.opened_at,
            "ended_at": one.engagement.ended_at,
            "sessions_planned": one.engagement.planned_sessions,
            "sessions": [
                {
                    "number": session.number,
                    "starts_at": session.starts_at,
                    "minutes": session.minutes,
                    "place": session.get_place_display(),
                    "state": session.get_state_display(),
                }
                for session in one.sessions
            ],
            "notes": {"count": one.notes.count if one.notes else 0, "last_written_at": one.notes.last_at if one.notes else None},
        }
        for one in followed_by(space.clients)
    ]


def _agreements(space: Space) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk,
            "engagement": one.engagement_id,
            "title": one.title,
            "state": one.get_state_display(),
            "sent_at": one.sent_at,
            "in_force_at": one.in_force_at,
            "closed_at": one.closed_at,
            "sha256": one.sha256,
            "signed_sha256": one.final_sha256,
        }
        for one in overview.agreements_for(space.clients)
    ]


def _pledges(space: Space) -> list[dict[str, Any]]:
    """Every version that was received, and what is at hand now, even if it was never delivered."""
    rows = PledgeReceipt.objects.for_client(space.clients).select_related("pledge__coach__person").defer("pledge__document")
    kept = {one.pledge_id: one for one in rows}
    at_hand = [pledge for hand in receipts.at_hand(space.clients) for pledge in hand.pledges.values() if pledge.pk not in kept]
    shown = [(one.pledge, one) for one in kept.values()] + [(pledge, None) for pledge in at_hand]
    return [
        {
            "coach": pledge.coach.name,
            "language": pledge.language,
            "number": pledge.number,
            "published_at": pledge.published_at,
            "sha256": pledge.sha256,
            "received_at": receipt.delivered_at if receipt else None,
            "acknowledged_at": receipt.acknowledged_at if receipt else None,
        }
        for pledge, receipt in shown
    ]


def _consents(space: Space) -> list[dict[str, Any]]:
    """Each as its ISO/IEC TS 27560 record, with the state in a word."""
    rows = Consent.objects.for_client(space.clients).with_events().select_related("proposal__summary__engagement__coach")
    return [
        {
            "purpose": str(one.about.label),
            "recipient": one.recipient_name,
            "state": one.get_state_display,
            "until": one.until_date,
            "record": consent_receipts.as_json(one, language=space.language, salt=permitting.salt_of(one, space.vault)),
        }
        for one in rows
    ]


@sensitive_variables()
def _texts(space: Space) -> list[dict[str, Any]]:
    """The texts that were proposed, and what was answered, opened with the client's own key."""
    rows = Proposal.objects.for_client(space.clients).select_related("summary__engagement__coach", "contact__sponsor")
    found = []
    for one in rows.defer("summary__body"):
        salted = space.opened(one.body, one.place())
        found.append(
            {
                "id": one.pk,
                "engagement": one.summary.engagement_id,
                "contact": one.contact.name,
                "organisation": one.contact.sponsor.name,
                "state": one.get_state_display(),
                "proposed_at": one.proposed_at,
                "answered_at": one.answered_at,
                "text": None if salted is None else unsalted(salted)[0],
                "fingerprint_sha256": bytes(one.fingerprint).hex(),
                "answer": space.opened(one.answer, one.place("proposal.answer")),
            }
        )
    return found


def _disclosures(space: Space) -> list[dict[str, Any]]:
    """What was passed on, to whom, and each time it was opened."""
    rows = Disclosure.objects.for_client(space.clients).select_related("contact__sponsor", "consent").defer("body")
    looks: dict[Any, list[datetime]] = {}
    for entry in LedgerEntry.objects.filter(event="summary.viewed", about__in=[one.pk for one in rows]).order_by("at"):
        looks.setdefault(entry.about, []).append(entry.at)
    return [
        {
            "text": one.consent.proposal_id,
            "contact": one.contact.name,
            "organisation": one.contact.sponsor.name,
            "readable_from": one.opens_at,
            "until": one.consent.until_date,
            "closed_at": one.closed_at,
            "opened_at": looks.get(one.pk, []),
        }
        for one in rows
    ]


@sensitive_variables()
def _requests(space: Space) -> list[dict[str, Any]]:
    """What was asked about the data, and answered."""
    found = []
    for one in RightsRequest.objects.for_client(space.clients).select_related("engagement__coach"):
        if not space.vault.holds(one.engagement.shared_key):
            continue
        given = rights.answer_of(one)
        reply = rights.reply_of(given, space.vault) if given else None
        found.append(
            {
                "id": one.pk,
                "kind": one.get_kind_display(),
                "state": one.get_state_display(),
                "asked_at": one.asked_at,
                "due": one.due_date,
                "asked": rights.wish_of(one, space.vault),
                "put_off_because": rights.reason_of(one, space.vault),
                "outcome": given.get_outcome_display() if given else None,
                "answer": reply,
                "copy": rights.copies_of(one, space.vault) if given else [],
            }
        )
    return found


def _notebook(space: Space) -> list[dict[str, Any]]:
    """What they wrote for themselves and for their coach. A text that does not open is named without words."""
    private = PrivateEntry.objects.for_client(space.clients).select_related("notebook__client__coach")
    shared = SharedEntry.objects.for_client(space.clients).select_related("engagement__coach__person", "engagement__client")
    private, shared = (rows.filter(deleted_at__isnull=True, version__gt=1) for rows in (private, shared))
    found = [("private", one, reading.private_text) for one in private]
    found += [("shared", one, reading.shared_text) for one in shared if one.body is not None]  # type: ignore[misc]
    found += [("draft", one, reading.written_text) for one in shared if one.draft is not None]  # type: ignore[misc]
    return [{"id": one.pk, "kind": kind, "saved_at": one.saved_at, "text": _read(read, one, space)} for kind, one, read in found]


def _read(read: Callable[[Any, Unlocked], str], row: Any, space: Space) -> str | None:
    try:
        return read(row, space.vault)
    except Refused:
        return None


def _questions(space: Space) -> list[dict[str, Any]]:
    """What contacts asked them."""
    rows = InformationRequest.objects.for_client(space.clients).select_related("contact__sponsor")
    return [
        {
            "id": one.pk,
            "contact": one.contact.name,
            "organisation": one.contact.sponsor.name,
            "asked_at": one.asked_at,
            "until": one.deadline_date,
            "text": one.details["question"],
            "purpose": one.details["purpose"],
        }
        for one in rows
    ]


def _wishes(space: Space) -> list[dict[str, Any]]:
    """What they would have liked a contact to know, and what was answered."""
    rows = Wish.objects.for_client(space.clients).select_related("engagement__coach", "contact")
    return [
        {
            "id": one.pk,
            "contact": one.contact.name,
            "state": one.get_state_display(),
            "made_at": one.made_at,
            "text": space.opened(one.body, one.place()),
            "answer": space.opened(one.answer, one.place("wish.answer")),
        }
        for one in rows
    ]


def _told(space: Space) -> list[dict[str, Any]]:
    """What was given because the law required it, as far as they were told."""
    rows = LegalAddition.objects.for_client(space.clients).select_related("entry__engagement__coach__person").defer("entry__body")
    return [
        {"id": one.pk, "told_at": one.at, **law.open_notice(one, space.vault).kept()}
        for one in rows
        if space.vault.holds(one.entry.engagement.shared_key)
    ]


def _destructions(space: Space) -> list[dict[str, Any]]:
    """What was destroyed, with the attestation of each as it was made."""
    rows = Destruction.objects.for_client(space.clients).defer("document")
    return [
        {
            "id": one.pk,
            "engagement": one.engagement_id,
            "what": one.get_scope_display(),
            "ground": one.get_ground_display(),
            "at": one.begun_at,
            "attestation": None if one.record is None else json.loads(one.record),
        }
        for one in rows
    ]


def _log(space: Space) -> list[dict[str, Any]]:
    lines, _next = access.told(space.clients, most=None)
    return [{"at": one.at, "sentence": one.sentence, "engagement": one.engagement.pk} for one in lines]


PARTS: Final[Mapping[str, Callable[[Space], list[dict[str, Any]]]]] = {
    "engagements": _engagements,
    "agreements": _agreements,
    "pledges": _pledges,
    "consents": _consents,
    "texts": _texts,
    "disclosures": _disclosures,
    "requests": _requests,
    "questions": _questions,
    "wishes": _wishes,
    "notebook": _notebook,
    "told": _told,
    "destructions": _destructions,
    "log": _log,
}


@sensitive_variables()
def gathered(clients: list[Client], vault: Unlocked, *, language: str, at: datetime) -> dict[str, Any]:
    """Everything, part by part, in the language asked for."""
    space = Space(clients, vault, language)
    with translation.override(language):
        parts = {name: part(space) for name, part in PARTS.items()}
    return {"schema": SCHEMA, "made_at": at, "language": language, **parts}
