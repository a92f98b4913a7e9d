"""The rules that say no. `decide` is pure, denies by default, and is asked at each disclosure and at each view.

Order (design: consent.md, "The decision"): recipients there are, own copy, recourse to law, the agreement in force, purpose, consent. That a
text names another client is found before it is proposed (`Reading`), since only the coach's open vault can find it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.act import Refused
from clients import keys
from clients.models import Client, Engagement, SponsorContact
from consent import promises, states
from consent.models import Agreement, Consent, ConsentEvent, InformationRequest, Summary
from consent.purposes import LISTING, PURPOSES, Kind, Purpose
from consent.reading import Reading
from vault.primitives import Closed
from vault.unlocked import public_keys

FINGERPRINT_BYTES: Final = 32
KINDS: Final = frozenset(Kind)
COOLS_OFF: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody would receive something: who, of which kind, for what, exactly what."""

    purpose: str
    kind: str  # of recipient
    recipient: str
    fingerprint: bytes = b""
    data: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """One consent as it stands: what it names, its period, what happened to it."""

    purpose: str
    recipient: str
    given_at: datetime
    opens_at: datetime
    until: date | None
    events: tuple[tuple[UUID, str], ...]
    way: str
    is_signed: bool  # by the client's own key; on paper or orally: attested by the coach, for exactly these fields
    fingerprint: bytes = b""
    data: frozenset[str] = frozenset()
    uses_left: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision rests on, read in the same transaction."""

    client: str  # whose engagement it is
    wording: str | None  # of the agreements in force
    effects: Mapping[str, str] = field(default_factory=dict)  # of the same: what they do not set, they do not grant
    names_sponsor: bool = False  # a three-way agreement in force names the contact's organisation
    is_engagement_open: bool = True
    has_recipient_left: bool = False
    may_recipient_receive: bool = True  # the coach gave this contact the right to be shown anything at all
    has_legal_entry: bool = False  # the coach confirmed an entry of the register for exactly this
    consent: ConsentFacts | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, in one word why, the consent events it rests on, and what whoever shows it must do."""

    is_permitted: bool
    code: str
    rests_on: tuple[UUID, ...] = ()
    obligations: tuple[str, ...] = ()


YES: Final = frozenset({"own_copy", "law", "agreement", "consent"})
# What an agreement in force permits by itself, without a consent: purpose, value of its effect, exactly which data.
AGREED: Final = frozenset(
    {
        ("supervision", "pseudonymised", frozenset({"pseudonymised"})),
        ("sponsor.attendance", "minimum", frozenset({"minimum"})),  # opened, ended, done
    }
)


def decide(request: Request, facts: Facts, at: datetime) -> Decision:
    """Say whether `request` is permitted at this moment. Anything unforeseen, an exception too, denies."""
    try:
        code = _judge(request, facts, at)
        events = tuple(event for event, _kind in facts.consent.events) if facts.consent else ()
    except Exception:
        return Decision(False, "error")
    if code not in YES:
        return Decision(False, code, events)
    purpose = PURPOSES.get(request.purpose)
    return Decision(True, code, events, purpose.obligations if purpose else ())


def _judge(request: Request, facts: Facts, at: datetime) -> str:
    """The word of the first rule that answers: one of `YES`, or why not."""
    if request.kind not in KINDS:
        return "no_such_recipient"
    if request.kind == Kind.CLIENT:
        return "own_copy" if request.recipient == facts.client else "not_the_client"
    if request.kind == Kind.AUTHORITY:
        return "law" if facts.has_legal_entry else "no_legal_entry"
    purpose = PURPOSES.get(request.purpose)
    if purpose is None or purpose.kind != request.kind:
        return "purpose"
    return _by_agreement(purpose, request, facts) or _by_purpose(purpose, request) or _by_consent(purpose, request, facts.consent, at)


def _by_agreement(purpose: Purpose, request: Request, facts: Facts) -> str:
    """What the agreement in force says to it, or nothing where it leaves the answer to the consent."""
    if facts.has_recipient_left:
        return "recipient_left"
    if not facts.may_recipient_receive:
        return "no_right"
    if not facts.is_engagement_open and not _outlives(purpose, request, facts):
        return "engagement_over"
    if facts.wording not in Engagement.Wording.values:
        return "no_agreement"
    granted = facts.effects.get(purpose.effect) if purpose.effect else None
    if facts.wording == Engagement.Wording.B and purpose.leaves:
        return "agreement" if purpose.kind == Kind.SUPERVISOR and (purpose.code, granted, request.data) in AGREED else "wording_b"
    if (purpose.code, granted, request.data) in AGREED or (purpose.code == LISTING and facts.names_sponsor):
        return "agreement"
    return "not_agreed" if purpose.effect and granted not in purpose.allowed_by else ""


def _outlives(purpose: Purpose, request: Request, facts: Facts) -> bool:
    """Whether this is what a three-way agreement in force tells an organisation of an engagement that is over: that it was, and ended."""
    minimum = (purpose.code, facts.effects.get(purpose.effect or ""), request.data) in AGREED
    return facts.names_sponsor and (purpose.code == LISTING or (purpose.kind == Kind.CONTACT and minimum))


def _by_purpose(purpose: Purpose, request: Request) -> str:
    """`purpose` where the request does not name exactly what this purpose must name."""
    names_a_text, names_data = len(request.fingerprint) == FINGERPRINT_BYTES, bool(request.data)
    if names_a_text != ("text" in purpose.must_name) or names_data != ("data" in purpose.must_name):
        return "purpose"
    return "" if request.data <= purpose.data.keys() and (names_a_text or not request.fingerprint) else "purpose"


def _by_consent(purpose: Purpose, request: Request, consent: ConsentFacts | None, at: datetime) -> str:
    """`consent` where it matches in every field and stands at this moment, or why not."""
    if consent is None or consent.way not in purpose.ways or not consent.is_signed:
        return "no_consent"
    is_same_text = hmac.compare_digest(consent.fingerprint, request.fingerprint)
    if (consent.purpose, consent.recipient) != (request.purpose, request.recipient) or not is_same_text or not request.data <= consent.data:
        return "another_consent"
    if states.fold(kind for _event, kind in consent.events) != "given":
        return "not_given"
    if at < consent.given_at or at < consent.opens_at:
        return "not_yet"
    if consent.until is None and "until" in purpose.must_name:
        return "no_period"
    if consent.until is not None and timezone.localdate(at) > consent.until:
        return "expired"
    return "used_up" if "uses" in purpose.must_name and not consent.uses_left else "consent"


# What the checks of actions and pages say, in the words of the person who is told no

SENTENCES: Final[Mapping[str, Any]] = {
    "recipient_left": _("This contact does not belong to the organisation any more."),
    "no_right": _("You have not given this contact the right to be shown anything. Change that on the contact’s page first."),
    "engagement_over": _("This engagement is over."),
    "wording_b": _("The agreement in force keeps everything between you: nothing can be passed on."),
    "no_agreement": _("An agreement must be signed by both of you before anything can be permitted."),
    "not_agreed": _("The agreement in force does not provide for this."),
}


def as_if_given(request: Request, at: datetime) -> ConsentFacts:
    """The consent that would permit this request, as if it were given at this moment: to ask whether it is worth asking."""
    return ConsentFacts(
        purpose=request.purpose,
        recipient=request.recipient,
        given_at=at,
        opens_at=at,
        until=timezone.localdate(at),
        events=((UUID(int=0), "requested"), (UUID(int=1), "given")),
        way=Consent.Way.SPACE,
        is_signed=True,
        fingerprint=request.fingerprint,
        data=request.data,
        uses_left=1,
    )


def check_could_be_given(request: Request, facts: Facts, at: datetime) -> None:
    """Raise `Refused`, with why, where even a consent that matches in every field would not permit this."""
    decision = decide(request, replace(facts, consent=as_if_given(request, at)), at)
    if not decision.is_permitted:
        raise Refused(SENTENCES.get(decision.code, ""), code=decision.code)


def check_may_ask(engagement: Engagement, request: Request, facts: Facts, at: datetime) -> None:
    """Raise `Refused`, with what is missing, unless this question can be put to the client and needs to be."""
    check_could_be_given(request, facts, at)
    if decide(request, facts, at).code == "agreement":
        raise Refused(_("The agreement in force permits this already: there is nothing to ask."), code="agreed_already")
    if engagement.client.person_id is None or public_keys(engagement.client.person_id) is None:
        raise Refused(_("Your client has not made their space yet. Invite them first."), code="client_has_no_space")


def check_is_not_standing(earlier: list[Consent], purpose: str, recipient: str) -> None:
    """Raise `Refused` while the same question is open or answered with a yes."""
    if any((one.purpose, one.recipient) == (purpose, recipient) and one.state in ("requested", "given") for one in earlier):
        raise Refused(_("This has been asked already."), code="asked_already")


def check_has_cooled_off(earlier: list[Consent], purpose: str, recipient: str, at: datetime) -> None:
    """Raise `Refused` where the question stands, or within fourteen days of a no to it: for whoever but the client asks or attests."""
    check_is_not_standing(earlier, purpose, recipient)
    same = [one for one in earlier if (one.purpose, one.recipient) == (purpose, recipient)]
    noes = [event.at for one in same for event in one.events.all() if event.kind in ("refused", "withdrawn")]
    if PURPOSES[purpose].cools_off and any(at < no + COOLS_OFF for no in noes):
        raise Refused(_("Your client said no less than fourteen days ago. Please leave them time."), code="too_soon")


def check_is_not_too_soon(earlier: list[Consent], purpose: str, recipient: str, at: datetime) -> None:
    """Raise `Refused` where the question stands, within fourteen days of a no to it, or for a second question on one day.

    `earlier` are the consents of this engagement, with their events. It binds whoever asks, never the client.
    """
    check_has_cooled_off(earlier, purpose, recipient, at)
    for one in earlier if PURPOSES[purpose].cools_off else ():
        if one.about.cools_off and one.asked_by == "coach" and one.requested_at > at - timedelta(days=1):
            raise Refused(_("You asked your client something within a day already. One question at a time, please."), code="one_a_day")


def check_engagement_open(engagement: Engagement) -> None:
    """Raise `Refused` for an engagement that is over: whatever an agreement still says of it, no consent outlives it."""
    if engagement.ended_at is not None:
        raise Refused(SENTENCES["engagement_over"], code="engagement_over")


def check_contact_may(contact: SponsorContact, right: str) -> None:
    """Raise `Refused`, without a sentence, unless this contact belongs to the organisation and has this right; whoever asks may receive too."""
    if contact.left_at is not None:
        raise Refused(code="contact_left")
    if not contact.may(right) or (right == SponsorContact.Right.ASK and not contact.may(SponsorContact.Right.RECEIVE)):
        raise Refused(code="contact_may_not")


def check_may_request(contact: SponsorContact, engagement: Engagement, earlier: Iterable[InformationRequest], at: datetime) -> None:
    """Raise `Refused` unless this contact may put a question to the client now. `earlier` are their own about the same engagement.

    It rests on nothing that they cannot see themselves: their right, that the engagement is over, the days of what they asked before.
    """
    check_contact_may(contact, SponsorContact.Right.ASK)
    if engagement.ended_at is not None:
        raise Refused(_("This engagement is over."), code="engagement_over")
    last = max((one.deadline_date for one in earlier), default=None)
    if last is None:
        return
    today = timezone.localdate(at)
    if today <= last:
        raise Refused(_("You have asked already. Your question is with the person coached."), code="asked_already")
    if today < last + COOLS_OFF:
        raise Refused(_("Please leave fourteen days after the last day of a question before you ask another."), code="too_soon")


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
        raise Refused(_("The agreement in force lets no summary go to the organisation."), code="not_agreed")
    if engagement.sponsor_id is None:
        raise Refused(_("No organisation belongs to this engagement: there is nobody to whom a summary could be shown."), code="no_sponsor")


def check_may_propose(summary: Summary, contact: SponsorContact) -> None:
    """Raise `Refused`, with what is missing, unless this summary may be proposed to the client for this contact now."""
    engagement = summary.engagement
    check_may_write_summary(engagement)
    if contact.sponsor_id != engagement.sponsor_id or contact.left_at is not None:
        raise Refused(_("This contact does not belong to the organisation of this engagement any more."), code="contact_left")
    if not contact.may(SponsorContact.Right.RECEIVE):
        raise Refused(SENTENCES["no_right"], code="no_right")
    if not _has_known_keys(engagement.client):
        raise Refused(_("Your client has not made their space yet. Invite them; your draft waits here."), code="client_has_no_space")
    if not _has_known_keys(contact):
        raise Refused(_("The contact has not made their space yet. Invite them; your draft waits here."), code="contact_has_no_space")


def check_was_read(summary: Summary, text: str, reading: Reading) -> None:
    """Raise `Refused` unless exactly this text went through the confidentiality reading for this engagement, and nothing stops it."""
    if not reading.is_of(text, summary.engagement_id) or not reading.lets_go:
        raise Refused(_("This text has not been through the confidentiality reading as it stands. Nothing was proposed."), code="not_read")


def check_text_is_not_too_soon(summary: Summary, contact: SponsorContact, at: datetime) -> None:
    """Raise `Refused` within fourteen days of the client's no to this very text for this contact. Another text is another question."""
    noes = ConsentEvent.objects.filter(
        consent__proposal__summary=summary,
        consent__proposal__version=summary.version,
        consent__contact=contact,
        kind__in=["refused", "withdrawn"],
        at__gt=at - COOLS_OFF,
    )
    if noes.exists():
        raise Refused(
            _("Your client said no to this very text less than fourteen days ago. Change it, or leave them time."), code="too_soon"
        )


def _has_known_keys(row: Client | SponsorContact) -> bool:
    """Whether somebody has made their vault. Raises `Refused` where the keys on file do not hold, or are others than the coach knows."""
    try:
        public = public_keys(row.person_id) if row.person_id else None
    except Closed as no:
        sentence = _("The key on file for this person does not hold, so nothing can be proposed. Please tell whoever runs this instance.")
        raise Refused(sentence, code="other_keys") from no
    if public is not None and not keys.is_known(row, public):
        sentence = _("This person has a new key. Ask them by voice and confirm it on their page; until then nothing can be proposed.")
        raise Refused(sentence, code="keys_not_known")
    return public is not None


def allows(check: object, *facts: object) -> str:
    """The sentence with which a check refuses, or an empty one: for templates that offer a button or say why not."""
    try:
        check(*facts)  # type: ignore[operator]
    except Refused as no:
        return str(no.sentence)
    return ""
