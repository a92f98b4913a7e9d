"""What could be asked or authorised now, said by the decision itself: for the coach's register and the client's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from clients.models import Client, Coach, Engagement, SponsorContact
from consent import policies
from consent.actions.summaries import SALT_DIGITS
from consent.facts import facts_of
from consent.models import Consent, InformationRequest, Signatory
from consent.policies import Request
from consent.purposes import ATTENDANCE, LISTING, PURPOSES, WITH_SCREENS, Kind, Purpose
from vault.primitives import Closed
from vault.unlocked import Unlocked


@dataclass(frozen=True, slots=True)
class Possible:
    """One thing a client may authorise of their own accord: a purpose, for one contact of the organisation."""

    engagement: Engagement
    contact: SponsorContact
    purpose: Purpose


def possible(clients: list[Client], at: datetime) -> list[Possible]:
    """What the person behind these rows may authorise now without having been asked."""
    engagements = Engagement.objects.for_client(clients).filter(ended_at__isnull=True).select_related("client", "coach__person", "sponsor")
    return [one for engagement in engagements for one in possible_in(engagement, at)]


def possible_in(engagement: Engagement, at: datetime) -> list[Possible]:
    """The same, in one engagement: listing and attendance, for each contact they know, where the agreement leaves it to a consent and none stands."""
    contacts = contacts_known(engagement)
    if not contacts:
        return []
    open_ones = Consent.objects.filter(engagement=engagement)
    taken = {(row.contact_id, row.purpose) for row in open_ones.standing().union(open_ones.waiting())}
    found = []
    for contact in contacts:
        facts = facts_of(engagement, contact=contact)
        for purpose in (PURPOSES[LISTING], PURPOSES[ATTENDANCE]):
            if (contact.pk, purpose.code) not in taken and _needs_consent(purpose, contact, facts, at):
                found.append(Possible(engagement, contact, purpose))
    return found


def contacts_of(engagement: Engagement, among: Q | None = None) -> list[SponsorContact]:
    """The contacts of an engagement's organisation to whom something may be shown, `among` all of them or some, for its coach."""
    rows = SponsorContact.objects.filter(among or Q(), sponsor=engagement.sponsor_id).select_related("sponsor").order_by("made_at")
    return [row for row in rows if row.may(SponsorContact.Right.RECEIVE)]


def contacts_known(engagement: Engagement) -> list[SponsorContact]:
    """The contacts whom this engagement's client knows from it: by an agreement, a text or a question. Others may be there for other clients."""
    signing = Signatory.objects.filter(agreement__engagement=engagement, agreement__sent_at__isnull=False, contact__isnull=False)
    met = Consent.objects.filter(engagement=engagement, contact__isnull=False)
    asking = InformationRequest.objects.filter(engagement=engagement)
    known = Q(pk__in=signing.values("contact")) | Q(pk__in=met.values("contact")) | Q(pk__in=asking.values("contact"))
    return contacts_of(engagement, known)


def _sample(purpose: Purpose, contact: SponsorContact | None) -> Request:
    """The least that could be asked for this purpose and contact."""
    data = frozenset(list(purpose.data)[:1]) if "data" in purpose.must_name else frozenset()
    return Request(purpose.code, purpose.kind, str(contact.pk) if contact else "", data=data)


def _needs_consent(purpose: Purpose, contact: SponsorContact, facts: policies.Facts, at: datetime) -> bool:
    """Whether a consent would permit this, and nothing less does."""
    request = _sample(purpose, contact)
    return (
        not policies.allows(policies.check_could_be_given, request, facts, at) and policies.decide(request, facts, at).code != "agreement"
    )


def askable(engagement: Engagement, at: datetime) -> list[tuple[Purpose, str]]:
    """The purposes a coach can ask for on a page of their own, each with why not, if so."""
    contact = next(iter(contacts_of(engagement)), None)
    found = []
    for purpose in (PURPOSES[code] for code in WITH_SCREENS):
        if purpose.kind == Kind.CONTACT and contact is None:
            continue
        recipient = contact if purpose.kind == Kind.CONTACT else None
        facts = facts_of(engagement, contact=recipient)
        found.append((purpose, policies.allows(policies.check_may_ask, engagement, _sample(purpose, recipient), facts, at)))
    return found


def register(coach: Coach) -> list[Consent]:
    """Every consent of a coach's clients, the latest first."""
    return list(Consent.objects.for_coach(coach).with_events())


def salt_of(consent: Consent, vault: Unlocked) -> str:
    """The hex digits under a text's fingerprint, for the client's own receipt; empty where there is no text or it does not open."""
    proposal: Any = consent.proposal
    if proposal is None:
        return ""
    try:
        return vault.open(proposal.body, proposal.place())[:SALT_DIGITS]
    except Closed:
        return ""
