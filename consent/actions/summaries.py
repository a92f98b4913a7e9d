"""A summary's way: drafted, proposed to the client, approved by their own key, shown to one contact, withdrawn.

The coach's vault seals drafts and proposals. The client's vault alone makes the contact's copy: before it did, none exists.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.act import Refused, act, person_of
from accounts.jobs import write_to
from clients.models import Client, Coach, Engagement, SponsorContact, joined
from consent import policies, promises
from consent.jobs import tell_contact
from consent.models import Consent, ConsentEvent, Disclosure, Proposal, Summary
from consent.policies import ConsentFacts, Facts, Request
from consent.reading import Reading
from vault import ledger, primitives, shredding
from vault.primitives import Closed, PublicKeys
from vault.sealed import Place, Sealed
from vault.unlocked import Copy, Unlocked, public_keys

LAPSES_AFTER: Final = timedelta(days=30)
SALT_DIGITS: Final = 64


class Changed(Refused):
    """What was shown is not what stands there now: nothing was done."""


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
    *, engagement: Engagement, contact: SponsorContact, text: str, vault: Unlocked, by: Coach, at: datetime | None = None
) -> Summary:
    """This function will begin a summary for one contact, sealed for the coach alone. Refuses where the agreement lets nothing go."""
    policies.check_may_write_summary(engagement)
    if contact.sponsor_id != engagement.sponsor_id or contact.left_at is not None:
        raise Refused(code="contact_of_another")
    now = at or timezone.now()
    summary = Summary(engagement=engagement, contact=contact, version=1, made_at=now, saved_at=now)
    summary.body = vault.seal(text, summary.place())
    summary.save(force_insert=True)
    _write("summary.started", engagement, summary, "summary", by, at, version=1, stored=summary.body.stored(), other=contact.person_id)
    return summary


@act
def write_summary(*, summary: Summary, text: str, expected: int, vault: Unlocked, by: Coach, at: datetime | None = None) -> Summary:
    """This function will save the draft over the version that the page holds. Raises `Conflict` where another text was saved meanwhile."""
    row = Summary.objects.select_for_update(of=("self",)).select_related("engagement__coach").get(pk=summary.pk)
    if row.version != expected:
        stored = vault.open(row.body, row.place())
        if stored != text:
            raise Conflict(row.version, stored)
        return row
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
def propose(*, summary: Summary, text: str, reading: Reading, vault: Unlocked, by: Coach, at: datetime | None = None) -> Proposal:
    """This function will show the client, in the shared space, exactly `text` for exactly one contact. An earlier proposal of it is void.

    `reading` is the confidentiality reading of this very text. Refuses one that is of another text, that something stops, or that asks still.
    """
    policies.check_may_propose(summary)
    policies.check_was_read(summary, text, reading)
    if not text.strip():
        raise Refused(code="empty")
    engagement, now = summary.engagement, at or timezone.now()
    if engagement.details.get("parties") != engagement.parties:
        raise Refused(code="other_parties")
    _void_open_ones(summary, now)
    salted, fingerprint = _salted(text)
    proposal = Proposal(summary=summary, version=summary.version, contact=summary.contact, fingerprint=fingerprint)
    proposal.proposed_at, proposal.lapses_at = now, now + LAPSES_AFTER
    vault.grant(engagement.shared_key, to=_joined(engagement.client), at=now)
    proposal.body = vault.seal(salted, proposal.place())
    proposal.save(force_insert=True)
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
        other=summary.contact.person_id,
        code=reading.code,
    )
    return proposal


def _joined(somebody: Client | SponsorContact) -> UUID:
    """The person who joined as this client or contact; refuses one whom only the database names."""
    person = joined(somebody)
    if person is None:
        raise Refused(code="has_no_space")
    return person


def _void_open_ones(summary: Summary, now: datetime) -> None:
    """A new text voids what waits for an answer, and an approval that nobody could use yet."""
    open_states = [Proposal.State.PROPOSED, Proposal.State.CHANGES_ASKED]
    Proposal.objects.filter(summary=summary, state__in=open_states).update(state=Proposal.State.SUPERSEDED, answered_at=now)
    held = Disclosure.objects.filter(consent__proposal__summary=summary, opens_at__gt=now, closed_at__isnull=True)
    for disclosure in held.select_related("consent"):
        _close(disclosure.consent, ConsentEvent.Kind.SUPERSEDED, now)


@act
def ask_changes(*, proposal: Proposal, answer: str, vault: Unlocked, by: Client, at: datetime | None = None) -> None:
    """This function will send the client's wish for another text to the coach, sealed in their shared space."""
    now, row = at or timezone.now(), _waiting(proposal, at)
    row.answer = vault.seal(answer, row.place("proposal.answer"))
    row.state, row.answered_at = Proposal.State.CHANGES_ASKED, now
    row.save(update_fields=["answer", "state", "answered_at"])
    write_to.defer(person=str(row.summary.engagement.coach.person_id), letter="something_new")
    _write("summary.changes_asked", row.summary.engagement, row, "proposal", by, at, stored=row.answer.stored())


@act
def refuse(*, proposal: Proposal, by: Client, at: datetime | None = None) -> None:
    """This function will keep the text between client and coach. The contact does not learn that there was a question."""
    row = _waiting(proposal, at)
    row.state, row.answered_at = Proposal.State.REFUSED, at or timezone.now()
    row.save(update_fields=["state", "answered_at"])
    write_to.defer(person=str(row.summary.engagement.coach.person_id), letter="something_new")
    _write("summary.refused", row.summary.engagement, row, "proposal", by, at)


def _waiting(proposal: Proposal, at: datetime | None) -> Proposal:
    """The proposal, locked, if it still waits for the client's answer; otherwise `Changed`."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related(
        "summary__engagement__coach", "summary__engagement__client", "contact"
    )
    row = rows.get(pk=proposal.pk)
    if row.state != Proposal.State.PROPOSED or row.lapses_at <= (at or timezone.now()):
        raise Changed(code="not_waiting")
    return row


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
    now, row = at or timezone.now(), _waiting(proposal, at)
    engagement, public = row.summary.engagement, public_keys(_joined(row.contact))
    policies.check_may_propose(row.summary)
    text, found = unsalted(vault.open(row.body, row.place()))
    if (
        found != bytes(row.fingerprint)
        or found != fingerprint
        or row.contact_id != contact.pk
        or public is None
        or public.fingerprint() != keys
    ):
        raise Changed(code="shown_another")
    consent = Consent(
        engagement=engagement, purpose=Consent.Purpose.SUMMARY, contact=row.contact, proposal=row, fingerprint=found, recipient_keys=keys
    )
    consent.until_date, consent.given_at, consent.evidence = until, now, dict(evidence)
    consent.signature = vault.sign("consent", *consent.signed_fields())
    consent.save(force_insert=True)
    ConsentEvent.objects.create(consent=consent, kind=ConsentEvent.Kind.GIVEN, at=now)
    row.state, row.answered_at = Proposal.State.APPROVED, now
    row.save(update_fields=["state", "answered_at"])
    _write("consent.given", engagement, consent, "consent", by, at, other=row.contact.person_id, code=consent.purpose)
    return disclose(consent=consent, value=vault.open(row.body, row.place()), public=public, vault=vault, by=by, at=at)


@act
def disclose(*, consent: Consent, value: str, public: PublicKeys, vault: Unlocked, by: Client, at: datetime | None = None) -> Disclosure:
    """This function will make the one copy of `value` (salt and text) that the consent's contact can open, from a minute later on.

    The only place where a Disclosure is made. The copies that the same contact had of earlier versions are superseded.
    """
    now = at or timezone.now()
    opens = now + timedelta(seconds=settings.HOLD_SECONDS)
    _text, fingerprint = unsalted(value)
    decision = policies.decide(Request(consent.purpose, consent.contact_id, fingerprint), facts_of(consent, opens), opens)
    if not decision.is_permitted:
        raise Refused(code=decision.code)
    earlier = Disclosure.objects.filter(
        consent__proposal__summary=consent.proposal.summary_id, contact=consent.contact, closed_at__isnull=True
    )
    for disclosure in earlier.select_related("consent"):
        _close(disclosure.consent, ConsentEvent.Kind.SUPERSEDED, now)
    practice = consent.engagement.coach.practice_id
    copy = vault.copy_for(_joined(consent.contact), public, practice=practice, bound_to=bound_to(consent), at=now)
    disclosure = Disclosure(consent=consent, contact=consent.contact, series=copy.series, maker=copy.maker, made_at=now, opens_at=opens)
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
        other=consent.contact.person_id,
        stored=disclosure.body.stored(),
    )
    return disclosure


def _copied(copy: Copy, value: str, place: Place) -> Sealed:
    return copy.seal(value, place)


def bound_to(consent: Consent) -> bytes:
    """What a copy's grant is bound to: the consent and the exact text."""
    return bytes(consent.id.bytes) + bytes(consent.fingerprint)


def facts_of(consent: Consent, opens_at: datetime) -> Facts:
    """What a decision about this consent rests on, read now."""
    events = tuple((event.id, event.kind) for event in consent.events.order_by("at", "kind"))
    promise = promises.in_force(consent.engagement)
    return Facts(
        wording=promise.wording,
        sponsor_text=promise.effects.get("sponsor_text"),
        is_engagement_open=consent.engagement.ended_at is None,
        has_contact_left=consent.contact.left_at is not None,
        consent=ConsentFacts(
            id=consent.id,
            purpose=consent.purpose,
            contact=consent.contact_id,
            fingerprint=bytes(consent.fingerprint),
            given_at=consent.given_at,
            opens_at=opens_at,
            until=consent.until_date,
            events=events,
            is_signed=policies.is_signed_by_client(consent),
        ),
    )


@act
def view(*, disclosure: Disclosure, vault: Unlocked, by: SponsorContact, at: datetime | None = None) -> str:
    """This function will decide, write the decision down, then open the copy for its contact. Raises `Refused`."""
    now = at or timezone.now()
    rows = Consent.objects.select_for_update(of=("self",), no_key=True).select_related("engagement__coach", "engagement__client", "contact")
    consent = rows.get(pk=disclosure.consent_id)
    row = Disclosure.objects.get(pk=disclosure.pk)
    if row.closed_at is not None or row.contact_id != by.pk:
        raise Refused(code="closed")
    decision = policies.decide(Request(Consent.Purpose.SUMMARY, by.pk, bytes(consent.fingerprint)), facts_of(consent, row.opens_at), now)
    if not decision.is_permitted:
        raise Refused(code=decision.code)
    _write("summary.viewed", consent.engagement, row, "disclosure", by, at, other=decision.rests_on[0], code=decision.code)
    return _opened(row, consent, vault)


def _opened(disclosure: Disclosure, consent: Consent, vault: Unlocked) -> str:
    """The text of the copy, after checking that it is the one that was approved."""
    try:
        value = vault.open(disclosure.body, disclosure.place(consent.engagement.coach.practice_id), bound_to=bound_to(consent))
    except Closed as no:
        raise Refused(code="no_key") from no
    text, fingerprint = unsalted(value)
    if fingerprint != bytes(consent.fingerprint):
        raise Refused(code="another_text")
    return text


@act
def withdraw(*, consent: Consent, by: Client, at: datetime | None = None) -> None:
    """This function will take a consent back: no reason, no open vault. The contact's next request finds nothing. Doing it again changes nothing."""
    row = Consent.objects.select_for_update(of=("self",)).select_related("engagement__coach").get(pk=consent.pk)
    _close(row, ConsentEvent.Kind.WITHDRAWN, at or timezone.now())
    write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    _write("consent.withdrawn", row.engagement, row, "consent", by, at)


@act
def hold(*, consent: Consent, by: Coach, at: datetime | None = None) -> None:
    """This function will stop, for the coach, what was approved and cannot be read yet. Refuses once it can."""
    row = Consent.objects.select_for_update(of=("self",)).select_related("engagement__coach", "engagement__client").get(pk=consent.pk)
    now = at or timezone.now()
    if Disclosure.objects.filter(consent=row, opens_at__lte=now).exists():
        raise Refused(code="is_open_already")
    _close(row, ConsentEvent.Kind.ENDED, now)
    write_to.defer(person=str(row.engagement.client.person_id), letter="something_new")
    _write("consent.ended", row.engagement, row, "consent", by, at, code="held")


def _close(consent: Consent, kind: str, now: datetime) -> None:
    """Write the consent's end, close its disclosure and shred the copy. A consent that has ended stays as it is."""
    if ConsentEvent.objects.filter(consent=consent).exclude(kind=ConsentEvent.Kind.GIVEN).exists():
        return
    ConsentEvent.objects.create(consent=consent, kind=kind, at=now)
    disclosures = Disclosure.objects.filter(consent=consent)
    series = {series for disclosure in disclosures.defer("body") for series in disclosure.every_series()}
    disclosures.filter(closed_at__isnull=True).update(closed_at=now)
    shredding.shred(series, now)


@act
def wording_changed(*, engagement: Engagement, by: Any, at: datetime | None = None) -> int:
    """This function will, unless the agreements in force let a summary go, end every consent of the engagement and shred the copies; how many."""
    now, ended = at or timezone.now(), 0
    if not policies.lets_a_summary_go(promises.in_force(engagement)):
        for consent in Consent.objects.select_for_update(of=("self",)).filter(engagement=engagement, disclosure__closed_at__isnull=True):
            _close(consent, ConsentEvent.Kind.ENDED, now)
            ended += 1
        waiting = [Proposal.State.PROPOSED, Proposal.State.CHANGES_ASKED]
        Proposal.objects.filter(summary__engagement=engagement, state__in=waiting).update(state=Proposal.State.SUPERSEDED, answered_at=now)
    _write("wording.changed", engagement, engagement, "engagement", by, at)
    return ended


@act
def expire(*, by: None, at: datetime | None = None) -> int:
    """This function will end the consents whose period is over and let unanswered proposals lapse; how many. Run by the worker."""
    now, done = at or timezone.now(), 0
    over = Consent.objects.select_for_update(of=("self",), skip_locked=True).filter(
        until_date__lt=now.date(), disclosure__closed_at__isnull=True
    )
    for consent in over:
        _close(consent, ConsentEvent.Kind.EXPIRED, now)
        done += 1
    done += Proposal.objects.filter(state=Proposal.State.PROPOSED, lapses_at__lte=now).update(state=Proposal.State.LAPSED, answered_at=now)
    if done:
        ledger.record("consents.expired", chain=ledger.INSTANCE, by=None, version=done, at=at)
    return done
