"""The rules that say no. `decide` is pure, denies by default, and is asked at each disclosure and at each view.

Order (design: consent.md, "The decision"): absolute barriers, wording of the agreement in force, purpose, consent. Own copy and
recourse to law are doors of their own and never pass here.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.act import Refused
from clients.models import Engagement
from consent import promises
from consent.models import Agreement, Consent, Summary
from consent.reading import Reading
from vault import primitives
from vault.primitives import Closed
from vault.unlocked import public_keys

FINGERPRINT_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants one text shown: for what, to whom, exactly which."""

    purpose: str
    contact: UUID
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """One consent as it stands: what it names, its period, what happened to it."""

    id: UUID
    purpose: str
    contact: UUID
    fingerprint: bytes
    given_at: datetime
    opens_at: datetime
    until: date
    events: tuple[tuple[UUID, str], ...]
    is_signed: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision rests on, read in the same transaction."""

    wording: str | None
    sponsor_text: str | None  # the effect of the agreements in force: consent, never, or nothing said, which is never
    is_engagement_open: bool
    has_contact_left: bool
    consent: ConsentFacts | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, in one word why, and the consent events it rests on."""

    is_permitted: bool
    code: str
    rests_on: tuple[UUID, ...] = ()


def decide(request: Request, facts: Facts, at: datetime) -> Decision:
    """Say whether `request` is permitted at this moment. Anything unforeseen, an exception too, denies."""
    try:
        refusal = _refusal(request, facts, at)
    except Exception:
        return Decision(False, "error")
    events = tuple(event for event, _kind in facts.consent.events) if facts.consent else ()
    return Decision(refusal is None, refusal or "consent", events)


def _refusal(request: Request, facts: Facts, at: datetime) -> str | None:
    """The first rule that says no, or None."""
    consent = facts.consent
    if facts.has_contact_left:
        return "contact_left"
    if not facts.is_engagement_open:
        return "engagement_over"
    if facts.wording != Engagement.Wording.A:
        return "wording_b" if facts.wording == Engagement.Wording.B else "no_agreement"
    if facts.sponsor_text != "consent":
        return "no_summary"
    if request.purpose not in Consent.Purpose.values or len(request.fingerprint) != FINGERPRINT_BYTES:
        return "purpose"
    if consent is None or not consent.is_signed:
        return "no_consent"
    if (consent.purpose, consent.contact) != (request.purpose, request.contact) or not hmac.compare_digest(
        consent.fingerprint, request.fingerprint
    ):
        return "another_consent"
    if [kind for _event, kind in consent.events] != ["given"]:
        return "not_given"
    if at < consent.given_at or at < consent.opens_at:
        return "not_yet"
    return "expired" if at.date() > consent.until else None


def wording_in_force(engagement: Engagement) -> str | None:
    """The wording that the agreements in force promise together, or None while there is none."""
    return promises.in_force(engagement).wording


def lets_a_summary_go(promise: promises.Promise) -> bool:
    """Whether the agreements in force let a summary go to a contact at all, with the client's consent."""
    return promise.wording == Engagement.Wording.A and promise.effects.get("sponsor_text") == "consent"


def is_signed_by_client(consent: Consent) -> bool:
    """Whether the client's own key signed every field of this consent. One whose signature does not hold counts as none."""
    person = consent.engagement.client.person_id
    public = public_keys(person) if person else None
    if public is None:
        return False
    try:
        primitives.check_signature(public, primitives.context("signed.consent", *consent.signed_fields()), bytes(consent.signature))
    except Closed:
        return False
    return True


def check_may_draft(engagement: Engagement, kind: str, wording: str | None = None) -> None:
    """Raise `Refused` unless an agreement of this kind (and, once chosen, wording) can stand beside what is in force."""
    promise, kinds = promises.in_force(engagement), Agreement.Kind
    if engagement.ended_at is not None:
        raise Refused(_("This engagement is over."), code="engagement_over")
    if kind == kinds.AMENDMENT and promises.base(engagement) is None:
        raise Refused(_("There is no agreement in force that could be amended."), code="nothing_to_amend")
    if kind == kinds.AMENDMENT and wording == promise.wording:
        raise Refused(_("This wording is in force already: there is nothing to amend."), code="nothing_to_amend")
    if kind != kinds.THREE_WAY:
        return
    if engagement.sponsor_id is None:
        raise Refused(_("No organisation belongs to this engagement."), code="no_sponsor")
    if Engagement.Wording.B in (wording, promise.wording):
        raise Refused(
            _("With wording B nothing goes to the organisation, so no three-way agreement can stand. Sign an amendment first."),
            code="wording_b",
        )


def check_may_write_summary(engagement: Engagement) -> None:
    """Raise `Refused` unless the agreement in force lets a summary be written and shown at all."""
    promise = promises.in_force(engagement)
    if engagement.ended_at is not None:
        raise Refused(_("This engagement is over."), code="engagement_over")
    if promise.wording == Engagement.Wording.B:
        raise Refused(_("The agreement in force keeps everything between you: nothing can be passed on."), code="wording_b")
    if promise.wording is None:
        raise Refused(_("An agreement must be signed by both of you before anything can be passed on."), code="no_agreement")
    if promise.effects.get("sponsor_text") != "consent":
        raise Refused(_("The agreement in force lets no summary go to the organisation."), code="no_summary")
    if engagement.sponsor_id is None:
        raise Refused(_("No organisation belongs to this engagement: there is nobody to whom a summary could be shown."), code="no_sponsor")


def check_may_propose(summary: Summary) -> None:
    """Raise `Refused`, with what is missing, unless this summary may be proposed to the client for its contact now."""
    engagement, contact = summary.engagement, summary.contact
    check_may_write_summary(engagement)
    if contact.sponsor_id != engagement.sponsor_id or contact.left_at is not None:
        raise Refused(_("This contact does not belong to the organisation of this engagement any more."), code="contact_left")
    if engagement.client.person_id is None or public_keys(engagement.client.person_id) is None:
        raise Refused(_("Your client has not made their space yet. Invite them; your draft waits here."), code="client_has_no_space")
    if contact.person_id is None or public_keys(contact.person_id) is None:
        raise Refused(_("The contact has not made their space yet. Invite them; your draft waits here."), code="contact_has_no_space")


def check_was_read(summary: Summary, text: str, reading: Reading) -> None:
    """Raise `Refused` unless exactly this text went through the confidentiality reading for this engagement, and nothing stops it."""
    if not reading.is_of(text, summary.engagement_id) or not reading.lets_go:
        raise Refused(_("This text has not been through the confidentiality reading as it stands. Nothing was proposed."), code="not_read")


def allows(check: object, *facts: object) -> str:
    """The sentence with which a check refuses, or an empty one: for templates that offer a button or say why not."""
    try:
        check(*facts)  # type: ignore[operator]
    except Refused as no:
        return str(no.sentence)
    return ""
