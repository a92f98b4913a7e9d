"""What the answers of one engagement rest on at one moment: policies' facts, keys' holders, permissions. Each kind is read once, when first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final
from uuid import UUID, uuid4

from accounts.models import User
from clients import permissions
from clients.models import Coach, Engagement, SponsorContact, joined
from consent import policies, promises
from consent.actions.summaries import bound_to
from consent.facts import facts_given, facts_under, request_of
from consent.models import Agreement, Consent, Disclosure, LegalDisclosure, PledgeReceipt, Proposal, Signatory
from consent.policies import Decision, Request
from consent.promises import Promise
from consent.purposes import SUMMARY
from vault.holders import Held, Series, held, keys_on_file
from vault.models import DataKey

LEFT_OUT: Final = ("disclosure__body", "proposal__body", "proposal__answer")


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision, and the consent it is about: the one that permits, else the last that was asked for, else none."""

    decision: Decision
    consent: Consent | None = None


class Known:
    """The facts of one engagement. Needs its client, coach (person, practice) and sponsor; `contacts` are those whom the reader knows."""

    def __init__(self, engagement: Engagement, at: datetime, contacts: list[SponsorContact]) -> None:
        self.engagement, self.at, self.contacts = engagement, at, contacts

    @cached_property
    def anybody(self) -> SponsorContact:
        """Somebody of the organisation whom nothing names: what rules alone let such a person see."""
        return SponsorContact(id=uuid4(), sponsor=self.engagement.sponsor, role=SponsorContact.Role.HR, details={"name": ""})

    @cached_property
    def promise(self) -> Promise:
        """What the agreements in force promise."""
        return promises.in_force(self.engagement)

    @cached_property
    def consents(self) -> list[Consent]:
        """Every consent of the engagement with its events, the last asked first; no text is fetched."""
        rows = Consent.objects.filter(engagement=self.engagement).select_related("contact", "disclosure", "proposal")
        found = list(rows.defer(*LEFT_OUT).prefetch_related("events"))
        for row in found:
            row.engagement = self.engagement
        return found

    @cached_property
    def disclosures(self) -> dict[UUID, Disclosure]:
        """The copies, by their consent."""
        return {row.pk: row.disclosure for row in self.consents if hasattr(row, "disclosure")}

    @cached_property
    def proposals(self) -> list[Proposal]:
        """What was proposed to the client, newest first; no text is fetched."""
        rows = Proposal.objects.filter(summary__engagement=self.engagement, summary__deleted_at__isnull=True)
        return list(rows.select_related("contact").defer("body", "answer"))

    @cached_property
    def agreements(self) -> list[Agreement]:
        """The agreements that were sent, newest first, with who signs; no document is fetched."""
        rows = Agreement.objects.filter(engagement=self.engagement, sent_at__isnull=False).without_documents()
        found = list(rows.order_by("-sent_at").prefetch_related("signatories"))
        for row in found:
            row.engagement = self.engagement
        return found

    @cached_property
    def receipts(self) -> list[PledgeReceipt]:
        """What the client received of the coach's pledge."""
        return list(PledgeReceipt.objects.filter(client=self.engagement.client_id).only("client", "acknowledged_at", "delivered_at"))

    # Who is who

    @property
    def coach(self) -> UUID:
        """The person who coaches."""
        return self.engagement.coach.person_id

    @property
    def client(self) -> UUID | None:
        """The person coached, once they have a space."""
        return joined(self.engagement.client)

    @cached_property
    def practice(self) -> frozenset[UUID]:
        """The other coaches of the practice."""
        rows = Coach.objects.filter(practice=self.engagement.coach.practice_id).exclude(pk=self.engagement.coach_id)
        return frozenset(rows.values_list("person", flat=True))

    @cached_property
    def administrators(self) -> frozenset[UUID]:
        """Whoever runs the instance."""
        return frozenset(User.objects.filter(is_administrator=True).values_list("pk", flat=True))

    # What rules say

    @cached_property
    def _given(self) -> dict[UUID, policies.ConsentFacts]:
        """The given consents as decisions see them."""
        person = self.engagement.client.person_id
        public = keys_on_file([person]).get(person) if person else None
        found = {}
        for row in self.consents:
            if row.given_at is not None:
                events = tuple((event.id, event.kind) for event in row.events.all())
                opens = self.disclosures[row.pk].opens_at if row.pk in self.disclosures else row.given_at
                found[row.pk] = facts_given(row, events, public, opens)
        return found

    def judged(self, wanted: Request, contact: SponsorContact | None = None, at: datetime | None = None) -> Judged:
        """What the decision says to this request: with each consent to its purpose and recipient, and with none. The first yes, else the latest no."""
        same = [row for row in self.consents if (row.purpose, row.recipient) == (wanted.purpose, wanted.recipient)]
        if wanted.fingerprint:
            same = [row for row in same if row.text_print == wanted.fingerprint]
        found = [Judged(self._decision(wanted, row, contact, at), row) for row in same]
        found.append(Judged(self._decision(wanted, None, contact, at), same[0] if same else None))
        return next((one for one in found if one.decision.is_permitted), found[0])

    def _decision(self, wanted: Request, row: Consent | None, contact: SponsorContact | None, at: datetime | None) -> Decision:
        consent = self._given.get(row.pk) if row else None
        facts = facts_under(self.promise, self.engagement, contact=contact, consent=consent)
        return policies.decide(wanted, facts, at or self.at)

    # What keys say

    @cached_property
    def held(self) -> dict[UUID, Held]:
        """Who holds the keys of the engagement and of each copy."""
        practice, kinds = self.engagement.practice_id, DataKey.Kind
        series = [
            Series(self.engagement.notes_key, kinds.OWN, practice, self.coach),
            Series(self.engagement.shared_key, kinds.SHARED, practice, self.coach),
        ]
        series += [Series(key, kinds.OWN, practice, self.coach) for key in self.register]
        for row in self.consents:
            if copy := self.disclosures.get(row.pk):
                series.append(Series(copy.series, kinds.COPY, practice, copy.maker, bound_to(row)))
        return held(series)

    @cached_property
    def register(self) -> list[UUID]:
        """The keys of the entries of the register, told or not."""
        rows = LegalDisclosure.objects.filter(engagement=self.engagement, key__isnull=False)
        return [key for key in rows.values_list("key", flat=True) if key is not None]

    @property
    def register_held(self) -> Held:
        """Who holds the register's keys: its coach, whether or not there is an entry, so that nobody learns from it that there is one."""
        keys = [self.held[key] for key in self.register]
        holders = frozenset({self.coach}).intersection(*(one.holders for one in keys)) if keys else frozenset({self.coach})
        strays = frozenset().union(*(one.strays | (one.holders - {self.coach}) for one in keys))
        return Held(holders, strays, is_living=True)

    @cached_property
    def may(self) -> dict[str, frozenset[UUID]]:
        """Who holds a permission on the engagement and is who it is for: a row for anybody else opens nothing."""
        people = {name: permissions.holders(self.engagement, name) for name in (permissions.COACH, permissions.FOLLOW)}
        client = frozenset({self.client} if self.client else ())
        return {"coach": people[permissions.COACH] & {self.coach}, "client": people[permissions.FOLLOW] & client}

    # What pages answer

    def readable(self, row: Consent) -> bool:
        """Whether the contact of this consent is shown its text at this moment: listed by their page, permitted, and theirs by key."""
        copy = self.disclosures.get(row.pk)
        if copy is None or row.contact is None or self._listed.get(copy.pk) != row.contact_id:
            return False
        return self._decision(request_of(row), row, row.contact, self.at).is_permitted and self.holds_copy(row)

    def holds_copy(self, row: Consent) -> bool:
        """Whether the contact of this consent holds the key of its copy."""
        copy, person = self.disclosures.get(row.pk), joined(row.contact) if row.contact else None
        return copy is not None and person is not None and person in self.held[copy.series].holders

    @cached_property
    def _listed(self) -> dict[UUID, UUID]:
        """The copies that the contacts' own pages list now, each with the contact on whose page it stands."""
        named = [row.contact for row in self.consents if row.contact and row.purpose == SUMMARY]
        rows = Disclosure.objects.for_sponsor([*self.contacts, *named], self.at).filter(consent__engagement=self.engagement)
        return dict(rows.values_list("pk", "contact"))

    def is_listed_for(self, contact: SponsorContact) -> bool:
        """Whether this contact's page names the client because of a copy, readable or not."""
        return contact.pk in self._listed.values()

    def asked_to_sign(self, contact: SponsorContact) -> list[Signatory]:
        """Where this contact was asked to sign, and so reads the agreement: what `contact_agreement` shows them."""
        found = []
        for agreement in self.agreements:
            for one in agreement.signatories.all():
                one.agreement = agreement
                is_asked = one.contact_id == contact.pk and one.asked_at is not None
                if is_asked and agreement.kind == Agreement.Kind.THREE_WAY and contact.left_at is None and one.is_in_place:
                    found.append(one)
        return found
