"""What a decision rests on, read now: the agreements in force, who it is about, and one consent with what happened to it."""

from __future__ import annotations

import hmac
from datetime import datetime
from uuid import UUID

from clients.models import Engagement, SponsorContact
from consent import promises
from consent.models import Agreement, Consent
from consent.models.consents import event_ids
from consent.policies import ConsentFacts, Facts, Request
from consent.promises import Promise
from consent.purposes import PURPOSES
from vault import primitives
from vault.primitives import Closed, PublicKeys
from vault.unlocked import public_keys

Events = tuple[tuple[UUID, str], ...]


def facts_of(
    engagement: Engagement, *, contact: SponsorContact | None = None, consent: Consent | None = None, opens_at: datetime | None = None
) -> Facts:
    """The facts about an engagement, somebody of an organisation, and a consent. A contact of another organisation counts as gone."""
    given = None if consent is None or consent.given_at is None else facts_of_consent(consent, opens_at or consent.given_at)
    return facts_under(promises.in_force(engagement), engagement, contact=contact, consent=given)


def facts_under(
    promise: Promise, engagement: Engagement, *, contact: SponsorContact | None = None, consent: ConsentFacts | None = None
) -> Facts:
    """The same under a promise and with a consent that were read before, for whoever decides about several engagements."""
    is_theirs = contact is not None and contact.sponsor_id == engagement.sponsor_id
    return Facts(
        client=str(engagement.client_id),
        wording=promise.wording,
        effects=promise.effects,
        names_sponsor=is_theirs and Agreement.Kind.THREE_WAY in promise.kinds,
        is_engagement_open=engagement.ended_at is None,
        has_recipient_left=contact is not None and (contact.left_at is not None or not is_theirs),
        may_recipient_receive=contact is None or contact.may(SponsorContact.Right.RECEIVE),
        consent=consent,
    )


def facts_of_consent(consent: Consent, opens_at: datetime) -> ConsentFacts:
    """A given consent as a decision sees it. `opens_at` is when what rests on it may first be shown."""
    person = consent.engagement.client.person_id
    public = public_keys(person) if person else None
    return facts_given(consent, event_ids(consent), public, opens_at)


def facts_given(consent: Consent, events: Events, public: PublicKeys | None, opens_at: datetime) -> ConsentFacts:
    """The same with its events and the client's public keys, read before."""
    assert consent.given_at is not None
    return ConsentFacts(
        purpose=consent.purpose,
        recipient=consent.recipient,
        given_at=consent.given_at,
        opens_at=opens_at,
        until=consent.until_date,
        events=events,
        way=consent.way,
        is_signed=is_signed_with(public, consent) if consent.way == Consent.Way.SPACE else is_attested(consent),
        fingerprint=consent.text_print,
        data=consent.data,
        uses_left=consent.most_uses,
    )


def request_of(consent: Consent) -> Request:
    """What exactly this consent is about, as a request."""
    kind = PURPOSES[consent.purpose].kind
    return Request(consent.purpose, kind, consent.recipient, consent.text_print, consent.data)


def is_attested(consent: Consent) -> bool:
    """Whether the coach attested exactly this, on paper or by word of mouth: a row that somebody turned into a yes in the database is none."""
    return hmac.compare_digest(str(consent.evidence.get("attested", "")), consent.attested())


def is_signed_by_client(consent: Consent) -> bool:
    """Whether the client's own key signed every field of this consent. One whose signature does not hold counts as none."""
    person = consent.engagement.client.person_id
    return is_signed_with(public_keys(person) if person else None, consent)


def is_signed_with(public: PublicKeys | None, consent: Consent) -> bool:
    """The same with the client's public keys, read before; None where there are none."""
    if public is None:
        return False
    try:
        primitives.check_signature(public, signed_message(consent), bytes(consent.signature or b""))
    except Closed:
        return False
    return True


def signed_message(consent: Consent) -> bytes:
    """What the client's signature of a consent is over."""
    return primitives.context("signed.consent", *consent.signed_fields())
