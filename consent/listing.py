"""Which engagements a contact sees, and what of their sessions, as the decision says at this moment. What is hidden leaves no trace here.

The rows that are read are those that something might open, in the same statements whatever there is: an engagement that nothing opens to this
contact is never fetched, so that neither the number of statements nor their answers tell of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Engagement, SponsorContact
from consent import promises
from consent.facts import facts_given, facts_under
from consent.models import Agreement, Attendance, Consent, ConsentEvent, Disclosure
from consent.policies import ConsentFacts, Decision, Request, decide
from consent.promises import Promise
from consent.purposes import ATTENDANCE, LISTING, PURPOSES, SUMMARY, Kind
from vault.unlocked import public_keys_of

MINIMUM: Final = frozenset({"minimum"})  # opened, ended, done
BAR: Final = 540
NONE: Final = UUID(int=0)  # no row's id: where a list of ids would be empty the question is asked all the same
SINCE: Final = ("agreement", "consent")  # who sees an engagement by a text alone does not learn when it began


class Listed(NamedTuple):
    """An engagement that a contact sees, and by what: `agreement`, `consent` (to be listed), `text` (one that is open to them)."""

    contact: SponsorContact
    engagement: Engagement
    why: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """What a contact sees of the sessions that were held. None: nothing, not even that there is nothing."""

    dates: list[datetime] | None = None
    number: int | None = None
    minutes: int | None = None
    is_done: bool | None = None  # by the agreed minimum: whether what was due was given; told at the end, not before
    rests_on: tuple[UUID, ...] = ()


@dataclass
class _Known:
    """What is known of one engagement."""

    promise: Promise = field(default_factory=Promise)
    consents: list[ConsentFacts] = field(default_factory=list)


class Seen:
    """What these contacts of one person see at one moment. Consents, agreements and keys are read once, on being made."""

    def __init__(self, contacts: Iterable[SponsorContact], at: datetime) -> None:
        self.at = at
        self._contacts = {contact.sponsor_id: contact for contact in contacts}
        self._by: dict[UUID, Decision] = {}
        self._known: dict[UUID, _Known] = defaultdict(_Known)
        rows = list(self._candidates().select_related("coach__person", "client", "sponsor"))
        self._ids = [NONE, *(row.pk for row in rows)]  # of the candidates
        self._read({row.client.person_id for row in rows})
        self.listed = [one for row in rows if (one := self._judged(row)) is not None]

    def sessions(self, one: Listed) -> Sessions | None:
        """What of the sessions this contact sees: as a consent to their attendance says, else the agreed minimum, else nothing."""
        held = [row for row in self._held[one.engagement.pk] if row.was_held]
        shown = {data: found for data in PURPOSES[ATTENDANCE].data if (found := self._attendance(one, frozenset({data}))).is_permitted}
        if shown:
            return Sessions(
                dates=[row.starts_at for row in held] if "dates" in shown else None,
                number=len(held) if "number" in shown else None,
                minutes=sum(row.minutes for row in held) if "hours" in shown else None,
                rests_on=next(iter(shown.values())).rests_on,
            )
        if not self._attendance(one, MINIMUM).is_permitted:
            return None
        due = one.engagement.planned_sessions or 0
        return Sessions(is_done=one.engagement.ended_at is not None and len(held) >= due)

    def rests_on(self, one: Listed) -> tuple[UUID, ...]:
        """The consent events by which an engagement is seen; none where an agreement says so."""
        return self._by[one.engagement.pk].rests_on

    def promise(self, one: Listed) -> Promise:
        """What the agreements in force of an engagement promise."""
        return self._known[one.engagement.pk].promise

    def _candidates(self) -> QuerySet[Engagement]:
        """The engagements of their organisations that an agreement, a consent to be listed or an open text might open to them."""
        contacts = list(self._contacts.values())
        here = {"engagement": OuterRef("pk")}
        three_way = Agreement.objects.in_force().filter(kind=Agreement.Kind.THREE_WAY, **here)
        listing = Consent.objects.filter(contact__in=contacts, purpose=LISTING, **here).standing()
        text = Disclosure.objects.filter(contact__in=contacts, closed_at__isnull=True, consent__engagement=OuterRef("pk"))
        opened = Exists(three_way) | Exists(listing) | Exists(text)
        return Engagement.objects.filter(opened, sponsor__in=list(self._contacts)).order_by("pk")

    def _read(self, people: set[UUID | None]) -> None:
        """Read what the decisions rest on: in five statements, however many rows there are, and none of them about anything else."""
        agreements = defaultdict(list)
        in_force = Agreement.objects.filter(engagement__in=self._ids).in_force()
        for one in in_force.only("kind", "wording", "details", "engagement_id"):
            agreements[one.engagement_id].append(one)
        for engagement, rows in agreements.items():
            self._known[engagement].promise = promises.together(rows)
        here = Consent.objects.filter(engagement__in=self._ids, contact__in=list(self._contacts.values()))
        given = list(here.standing().select_related("engagement__client"))
        there = [NONE, *(consent.pk for consent in given)]
        events: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
        for event in ConsentEvent.objects.filter(consent__in=there):
            events[event.consent_id].append((event.id, event.kind))
        shown = Disclosure.objects.filter(consent__in=there, closed_at__isnull=True)
        opens = dict(shown.order_by().values_list("consent", "opens_at"))
        keys = public_keys_of([NONE, *(person for person in people if person)])
        for consent in given:
            if consent.given_at is not None and (consent.purpose != SUMMARY or consent.pk in opens):
                public = keys.get(consent.engagement.client.person_id) if consent.engagement.client.person_id else None
                found = facts_given(consent, tuple(events[consent.pk]), public, opens.get(consent.pk, consent.given_at))
                self._known[consent.engagement_id].consents.append(found)

    @cached_property
    def _held(self) -> dict[UUID, list[Attendance]]:
        rows = defaultdict(list)
        for row in Attendance.objects.filter(engagement__in=self._ids):
            rows[row.engagement_id].append(row)
        return rows

    def _judged(self, engagement: Engagement) -> Listed | None:
        contact = self._contacts[engagement.sponsor_id]  # type: ignore[index]
        wanted = Request(LISTING, Kind.CONTACT, str(contact.pk))
        decision = self._decided(contact, engagement, wanted, LISTING)
        why = decision.code
        if not decision.is_permitted:
            texts = {given.fingerprint for given in self._known[engagement.pk].consents if given.purpose == SUMMARY}
            asked = [Request(SUMMARY, Kind.CONTACT, str(contact.pk), fingerprint) for fingerprint in texts]
            opened = [found for one in asked if (found := self._decided(contact, engagement, one, SUMMARY)).is_permitted]
            if not opened:
                return None
            decision, why = opened[0], "text"
        self._by[engagement.pk] = decision
        return Listed(contact, engagement, why)

    def _attendance(self, one: Listed, data: frozenset[str]) -> Decision:
        wanted = Request(ATTENDANCE, Kind.CONTACT, str(one.contact.pk), data=data)
        return self._decided(one.contact, one.engagement, wanted, ATTENDANCE)

    def _decided(self, contact: SponsorContact, engagement: Engagement, wanted: Request, purpose: str) -> Decision:
        """The decision with each consent to this purpose, and with none: the first yes, else the no."""
        known = self._known[engagement.pk]
        given = [None, *(one for one in known.consents if one.purpose == purpose)]
        every = [decide(wanted, facts_under(known.promise, engagement, contact=contact, consent=one), self.at) for one in given]
        return next((found for found in every if found.is_permitted), every[-1])


def engagements_for(contacts: Iterable[SponsorContact], at: datetime) -> list[Listed]:
    """The engagements that these contacts see at this moment, by the client's name."""
    return sorted(Seen(contacts, at).listed, key=lambda one: one.engagement.client.name.casefold())


def find(contacts: Iterable[SponsorContact], engagement: UUID, at: datetime) -> Listed | None:
    """This engagement as one of these contacts sees it, or None: hidden, another's and nobody's are one."""
    return next((one for one in Seen(contacts, at).listed if one.engagement.pk == engagement), None)


def shown_state(deadline_over: bool, has_text: bool) -> str:
    """What a contact sees of their question. It is given nothing of any answer but whether a text is open to them."""
    if has_text:
        return "text"
    return "closed" if deadline_over else "passed_on"


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure, as a bar of at most `BAR`."""

    label: str
    value: int
    width: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over the engagements that a contact sees, of what they see of each. None: not seen of every one, so left out."""

    engagements: int
    opened_this_year: int | None
    ended: int | None
    sessions: int | None

    @property
    def bars(self) -> list[Bar]:
        """What there is to show, in order."""
        rows = [
            (_("Coaching that you see"), self.engagements),
            (_("Opened this year"), self.opened_this_year),
            (_("Ended"), self.ended),
            (_("Sessions held"), self.sessions),
        ]
        known = [(str(label), value) for label, value in rows if value is not None]
        most = max(1, *(value for _label, value in known))
        return [Bar(label, value, BAR * value // most) for label, value in known]


def figures(seen: Seen) -> Figures:
    """The figures of a contact's portfolio."""
    listed = seen.listed
    year = timezone.localdate(seen.at).year
    knows_since = all(one.why in SINCE for one in listed)
    numbers = [shown.number if (shown := seen.sessions(one)) else None for one in listed]
    known = [number for number in numbers if number is not None]
    return Figures(
        engagements=len(listed),
        opened_this_year=sum(timezone.localdate(one.engagement.opened_at).year == year for one in listed) if knows_since else None,
        ended=sum(one.engagement.ended_at is not None for one in listed) if knows_since else None,
        sessions=sum(known) if listed and len(known) == len(listed) else None,
    )
