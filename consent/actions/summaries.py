"""A summary's way: drafted, proposed to the client, approved by their own key, shown to one contact, withdrawn.

The coach's vault seals drafts and proposals. The client's vault alone makes the contact's copy: before it did, none exists.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.act import Refused, act, person_of
from accounts.jobs import write_to
from clients import keys as people_keys
from clients.models import Client, Coach, Engagement, SponsorContact, joined
from consent import policies, purposes, states
from consent.actions.consents import LAPSES_AFTER, NOTICE
from consent.facts import facts_of, request_of
from consent.jobs import tell_contact
from consent.models import Consent, ConsentEvent, Disclosure, InformationRequest, Proposal, Summary
from consent.models.summaries import ProposalQuerySet
from consent.policies import Decision
from consent.reading import Reading
from consent.standing import Changed, begin, end, end_all, locked, record, sign
from consent.wanted import Wanted
from vault import ledger, primitives
from vault.primitives import Closed, PublicKeys
from vault.sealed import Place, Sealed
from vault.unlocked import Copy, Unlocked, public_keys

SALT_DIGITS: Final = 64
OTHER_KEYS: Final = "other_keys"  # the contact's keys on file are not those that the client was shown, or do not hold


class Conflict(Exception):
    """Somebody saved another text meanwhile. Carries that text and its version, for the one who may read both."""

    def __init__(self, version: int, text: str) -> None:
        super().__init__("another text was saved meanwhile")
        self.version, self.text = version, text


def _salted(text: str) -> tuple[str, bytes]:
    """The text after its 64 hex digits of salt, and their fingerprint."""
    salt = secrets.token_bytes(primitives.KEY_BYTES)
    return salt.hex() + text, primitives.fingerprint(salt, text)


def unsalted(value: str) -> tuple[str, bytes]:
    """A proposed or shown text without its salt, and its fingerprint."""
    text = value[SALT_DIGITS:]
    return text, primitives.fingerprint(bytes.fromhex(value[:SALT_DIGITS]), text)


def _write(event: str, engagement: Engagement, about: Any, kind: str, by: Any, at: datetime | None, **more: Any) -> None:
    ledger.record(
        event, chain=engagement.coach.practice_id, by=person_of(by), kind=kind, about=about.id, subject=engagement.id, at=at, **more
    )


@act
def start_summary(
    *,
    engagement: Engagement,
    contact: SponsorContact,
    text: str,
    answers: InformationRequest | None = None,
    vault: Unlocked,
    by: Coach,
    at: datetime | None = None,
) -> Summary:
    """This function will begin a summary for one contact, on their question or without one, sealed for the coach alone.

    Refuses where the agreement lets nothing go, and a contact who may not be shown anything.
    """
    policies.check_may_write_summary(engagement)
    if contact.sponsor_id != engagement.sponsor_id:
        raise Refused(code="contact_of_another")
    policies.check_contact_may(contact, SponsorContact.Right.RECEIVE)
    if answers is not None and (answers.engagement_id, answers.contact_id) != (engagement.pk, contact.pk):
        raise Refused(code="question_of_another")
    now = at or timezone.now()
    summary = Summary(engagement=engagement, contact=contact, answers=answers, version=1, made_at=now, saved_at=now)
    summary.body = vault.seal(text, summary.place())
    summary.save(force_insert=True)
    _write("summary.started", engagement, summary, "summary", by, at, version=1, stored=summary.body.stored(), other=contact.person_id)
    return summary


@act
def write_summary(*, summary: Summary, text: str, expected: int, vault: Unlocked, by: Coach, at: datetime | None = None) -> Summary:
    """This function will save the draft over the version that the page holds. Raises `Conflict` where another text was saved meanwhile.

    With the first changed word the questions that wait for an answer to the text before are void, and the approvals that nobody could use yet.
    """
    row = Summary.objects.select_for_update(of=("self",)).select_related("engagement__coach").get(pk=summary.pk)
    stored = vault.open(row.body, row.place())
    if stored == text:
        return row
    if row.version != expected:
        raise Conflict(row.version, stored)
    _void(Proposal.objects.filter(summary=row), [Proposal.State.PROPOSED], at, by)
    row.version, row.saved_at = expected + 1, at or timezone.now()
    row.body = vault.seal(text, row.place())
    row.save(update_fields=["body", "version", "saved_at"])
    return row


@act
def delete_summary(*, summary: Summary, by: Coach, at: datetime | None = None) -> None:
    """This function will delete a draft that was never proposed. Refuses one that the client has seen."""
    if summary.proposals.exists():
        raise Refused(code="was_proposed")
    summary.deleted_at = at or timezone.now()
    summary.save(update_fields=["deleted_at"])
    _write("summary.deleted", summary.engagement, summary, "summary", by, at)


@act
def propose(
    *,
    summary: Summary,
    text: str,
    reading: Reading,
    contact: SponsorContact | None = None,
    vault: Unlocked,
    by: Coach,
    at: datetime | None = None,
) -> Proposal:
    """This function will show the client, in the shared space, exactly `text` for exactly one contact, and ask for the consent to it.

    `reading` is the confidentiality reading of this very text. Refuses one that is of another text, that something stops, or that asks still.
    An earlier proposal of the summary to the same contact is void, and one of another version to anybody. Each contact is a question of its own.
    """
    contact = contact or summary.contact
    hold_contact(contact.pk)
    policies.check_may_propose(summary, contact)
    policies.check_was_read(summary, text, reading)
    if not text.strip():
        raise Refused(code="empty")
    engagement, now = summary.engagement, at or timezone.now()
    policies.check_text_is_not_too_soon(summary, contact, now)
    if engagement.details.get("parties") != engagement.parties:
        raise Refused(code="other_parties")
    replaced = Proposal.objects.filter(summary=summary).exclude(~Q(contact=contact), version=summary.version)
    _void(replaced, [Proposal.State.PROPOSED, Proposal.State.CHANGES_ASKED], at, by)
    salted, fingerprint = _salted(text)
    proposal = Proposal(summary=summary, version=summary.version, contact=contact, fingerprint=fingerprint)
    proposal.proposed_at, proposal.lapses_at = now, now + LAPSES_AFTER
    _joined(engagement.client)
    if not people_keys.give(engagement, vault, now):
        raise Refused(code="other_keys")
    proposal.body = vault.seal(salted, proposal.place())
    proposal.save(force_insert=True)
    question = Consent(engagement=engagement, purpose=purposes.SUMMARY, contact=contact, proposal=proposal, fingerprint=fingerprint)
    question.terms = {"asked_by": states.COACH, "notice": NOTICE}
    begin(question, who=states.COACH, now=now, lapses_at=proposal.lapses_at)
    write_to.defer(person=str(engagement.client.person_id), letter="summary_proposed")
    _write(
        "summary.proposed",
        engagement,
        proposal,
        "proposal",
        by,
        at,
        version=proposal.version,
        stored=proposal.body.stored(),
        other=contact.person_id,
        code=reading.code,
    )
    record("requested", question, by, at)
    return proposal


def hold_contact(contact: UUID) -> None:
    """Hold a contact's row before any consent's: whoever takes a right from them, or says that they left, holds both in this order."""
    SponsorContact.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=contact)


def _joined(somebody: Client | SponsorContact) -> UUID:
    """The person who joined as this client or contact; refuses one whom only the database names."""
    person = joined(somebody)
    if person is None:
        raise Refused(code="has_no_space")
    return person


def _void(replaced: ProposalQuerySet, waiting: list[Proposal.State], at: datetime | None, by: Coach) -> None:
    """Void those of these proposals that wait, and the approvals of them that nobody could use yet. Questions are locked before older consents."""
    now = at or timezone.now()
    held = Disclosure.objects.filter(consent__proposal__in=replaced, opens_at__gt=now, closed_at__isnull=True).select_related("consent")
    void = replaced.filter(state__in=waiting)
    questions = Consent.objects.filter(proposal__in=void).waiting().order_by("pk")
    ended = [*questions, *(one.consent for one in held)]
    if ended or void.exists():
        end_all(ended, ConsentEvent.Kind.SUPERSEDED, states.COACH, at, by=by)
        void.update(state=Proposal.State.SUPERSEDED, answered_at=now)


@act
def ask_changes(*, proposal: Proposal, text: str, comment: str = "", vault: Unlocked, by: Client, at: datetime | None = None) -> None:
    """This function will send the coach the text as the client would have it, with a comment, sealed in their shared space. Refuses when neither says anything."""
    now = at or timezone.now()
    row, question = _waiting(proposal, at)
    proposed, _fingerprint = unsalted(vault.open(row.body, row.place()))
    if not text.strip() or (text == proposed and not comment.strip()):
        raise Refused(code="nothing_asked")
    row.answer = vault.seal(Wanted(text, comment).kept(), row.place("proposal.answer"))
    row.state, row.answered_at = Proposal.State.CHANGES_ASKED, now
    row.save(update_fields=["answer", "state", "answered_at"])
    write_to.defer(person=str(row.summary.engagement.coach.person_id), letter="something_new")
    end(question, ConsentEvent.Kind.SUPERSEDED, states.CLIENT, at, by=by)
    _write("summary.changes_asked", row.summary.engagement, row, "proposal", by, at, stored=row.answer.stored())


@act
def refuse(*, proposal: Proposal, by: Client, at: datetime | None = None) -> None:
    """This function will keep the text between client and coach. The contact does not learn that there was a question."""
    row, question = _waiting(proposal, at)
    row.state, row.answered_at = Proposal.State.REFUSED, at or timezone.now()
    row.save(update_fields=["state", "answered_at"])
    write_to.defer(person=str(row.summary.engagement.coach.person_id), letter="something_new")
    end(question, ConsentEvent.Kind.REFUSED, states.CLIENT, at, by=by)
    _write("summary.refused", row.summary.engagement, row, "proposal", by, at)


def _waiting(proposal: Proposal, at: datetime | None) -> tuple[Proposal, Consent]:
    """The proposal and its question, both locked, the question first, if it still waits for the client's answer; otherwise `Changed`."""
    question = locked(Consent.objects.get(proposal=proposal))
    rows = Proposal.objects.select_for_update(of=("self",)).select_related(
        "summary__engagement__coach", "summary__engagement__client", "contact"
    )
    row = rows.get(pk=proposal.pk)
    if row.state != Proposal.State.PROPOSED or row.lapses_at <= (at or timezone.now()):
        raise Changed(code="not_waiting")
    return row, question


@act
def approve(
    *,
    proposal: Proposal,
    fingerprint: bytes,
    contact: SponsorContact,
    keys: bytes,
    until: date,
    evidence: Mapping[str, Any],
    vault: Unlocked,
    by: Client,
    at: datetime | None = None,
) -> Disclosure:
    """This function will turn the client's yes into the contact's copy.

    `fingerprint` (SHA-256), `contact` and `keys` (SHA-256 of the contact's public keys) are what the client was shown: where one differs now, `Changed`.
    """
    hold_contact(proposal.contact_id)
    now = at or timezone.now()
    row, consent = _waiting(proposal, at)
    public = keys_shown(row.contact, keys)
    policies.check_may_propose(row.summary, row.contact)
    value = vault.open(row.body, row.place())
    _text, found = unsalted(value)
    if row.contact_id != contact.pk or {found} != {fingerprint, bytes(row.fingerprint), consent.text_print}:
        raise Changed(code="shown_another")
    if consent.contact_id != row.contact_id:
        raise Changed(code="shown_another")
    consent.recipient_keys, consent.until_date = keys, until
    sign(consent, evidence=evidence, vault=vault, now=now)
    row.state, row.answered_at = Proposal.State.APPROVED, now
    row.save(update_fields=["state", "answered_at"])
    record("given", consent, by, at)
    return disclose(consent=consent, value=value, public=public, vault=vault, by=by, at=at)


def keys_shown(contact: SponsorContact, keys: bytes) -> PublicKeys:
    """The contact's public keys, if they are those whose SHA-256 the client was shown; otherwise `Changed`, for whoever tells the coach."""
    person = _joined(contact)
    try:
        public = public_keys(person)
    except Closed as no:
        raise Changed(code=OTHER_KEYS) from no
    if public is None or public.fingerprint() != keys:
        raise Changed(code=OTHER_KEYS)
    return public


@act
def disclose(*, consent: Consent, value: str, public: PublicKeys, vault: Unlocked, by: Client, at: datetime | None = None) -> Disclosure:
    """This function will make the one copy of `value` (salt and text) that the consent's contact can open, from a minute later on.

    The only place where a Disclosure is made. The copies that the same contact had of earlier versions are superseded.
    """
    now = at or timezone.now()
    opens = now + timedelta(seconds=settings.HOLD_SECONDS)
    _text, fingerprint = unsalted(value)
    request = replace(request_of(consent), fingerprint=fingerprint)
    facts = facts_of(consent.engagement, contact=consent.contact, consent=consent, opens_at=opens)
    decision = policies.decide(request, facts, opens)
    if not decision.is_permitted:
        raise Refused(code=decision.code)
    contact, proposal = consent.contact, consent.proposal
    if contact is None or proposal is None:
        raise Refused(code="not_for_a_contact")
    earlier = Consent.objects.filter(proposal__summary=proposal.summary_id, contact=contact).exclude(pk=consent.pk)
    end_all(list(earlier.standing()), ConsentEvent.Kind.SUPERSEDED, states.CLIENT, at, by=by)
    practice = consent.engagement.coach.practice_id
    copy = vault.copy_for(_joined(contact), public, practice=practice, bound_to=bound_to(consent), at=now)
    disclosure = Disclosure(consent=consent, contact=contact, series=copy.series, maker=copy.maker, made_at=now, opens_at=opens)
    disclosure.details = {"series": str(copy.series)}
    disclosure.body = _copied(copy, value, disclosure.place(practice))
    disclosure.save(force_insert=True)
    tell_contact.later(opens, disclosure=str(disclosure.id))
    _write(
        "summary.disclosed",
        consent.engagement,
        disclosure,
        "disclosure",
        by,
        at,
        other=contact.person_id,
        stored=disclosure.body.stored(),
    )
    return disclosure


def _copied(copy: Copy, value: str, place: Place) -> Sealed:
    return copy.seal(value, place)


def bound_to(consent: Consent) -> bytes:
    """What a copy's grant is bound to: the consent and the exact text."""
    return bytes(consent.id.bytes) + consent.text_print


@act
def view(*, disclosure: Disclosure, vault: Unlocked, by: SponsorContact, at: datetime | None = None) -> str:
    """This function will decide, write the decision down, then open the copy for its contact. Raises `Refused`."""
    row, consent, decision = _decided(disclosure, by, at)
    _write("summary.viewed", consent.engagement, row, "disclosure", by, at, other=decision.rests_on[-1], code=decision.code)
    return _opened(row, consent, vault)


@act
def download(*, disclosure: Disclosure, vault: Unlocked, by: SponsorContact, at: datetime | None = None) -> str:
    """This function will do the same for a file that its contact keeps. Made after the commit: what is a PDF takes its time. Raises `Refused`."""
    row, consent, decision = _decided(disclosure, by, at)
    _write("summary.downloaded", consent.engagement, row, "disclosure", by, at, other=decision.rests_on[-1], code=decision.code)
    return _opened(row, consent, vault)


def _decided(disclosure: Disclosure, by: SponsorContact, at: datetime | None) -> tuple[Disclosure, Consent, Decision]:
    """The row, its consent, locked, and the yes for this contact at this moment; otherwise `Refused`."""
    rows = Consent.objects.select_for_update(of=("self",), no_key=True).select_related("engagement__coach", "engagement__client", "contact")
    consent = rows.get(pk=disclosure.consent_id)
    row = Disclosure.objects.get(pk=disclosure.pk)
    if row.closed_at is not None or row.contact_id != by.pk:
        raise Refused(code="closed")
    request = replace(request_of(consent), purpose=purposes.SUMMARY, recipient=str(by.pk))
    facts = facts_of(consent.engagement, contact=by, consent=consent, opens_at=row.opens_at)
    decision = policies.decide(request, facts, at or timezone.now())
    if not decision.is_permitted:
        raise Refused(code=decision.code)
    return row, consent, decision


def _opened(disclosure: Disclosure, consent: Consent, vault: Unlocked) -> str:
    """The text of the copy, after checking that it is the one that was approved."""
    try:
        value = vault.open(disclosure.body, disclosure.place(consent.engagement.coach.practice_id), bound_to=bound_to(consent))
    except Closed as no:
        raise Refused(code="no_key") from no
    text, fingerprint = unsalted(value)
    if fingerprint != consent.text_print:
        raise Refused(code="another_text")
    return text


@act
def hold(*, consent: Consent, by: Coach, at: datetime | None = None) -> None:
    """This function will stop, for the coach, what was approved and cannot be read yet. Refuses once it can."""
    row, now = locked(consent), at or timezone.now()
    if Disclosure.objects.filter(consent=row, opens_at__lte=now).exists():
        raise Refused(code="is_open_already")
    if row.state != "given":
        raise Refused(code="has_ended")
    write_to.defer(person=str(row.engagement.client.person_id), letter="something_new")
    end(row, ConsentEvent.Kind.ENDED, states.COACH, at, by=by)
