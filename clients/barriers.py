"""Who must not learn of whom: the clients of one organisation or group, worked out anew each time, and pairs walled by hand.

Nothing here is ever shown to a client or a contact: the coach alone is told, and her pages for one client do not name the other.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.act import Refused
from clients.models import Barrier, Client, Coach, Engagement, Sponsor
from support.words import spoken


def circle(sponsor: Sponsor) -> str:
    """By what an organisation and all of its group go: the group's name, else its own; case, accents and spaces make no difference."""
    apart = unicodedata.normalize("NFKD", sponsor.group or sponsor.name)
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).casefold().split())


@dataclass(frozen=True, slots=True)
class Company:
    """The organisations of one group, or a single one, with the clients who belong to it, ended engagements included."""

    sponsors: list[Sponsor]
    clients: set[UUID]

    @property
    def name(self) -> str:
        return next((sponsor.group for sponsor in self.sponsors if sponsor.group), "") or self.sponsors[0].name


@dataclass(frozen=True, slots=True)
class Wall:
    """Another client of the same coach from whom a client is walled, and why: the companies that both belong to, a barrier by hand."""

    client: Client
    companies: list[Company]
    by_hand: Barrier | None


class Barriers:
    """All barriers of one coach, found in three statements however many clients there are."""

    def __init__(self, coach: UUID) -> None:
        self._coach = coach
        self.sponsors = {sponsor.pk: sponsor for sponsor in Sponsor.objects.filter(coach=coach).order_by("made_at")}
        self.circles = {pk: circle(sponsor) for pk, sponsor in self.sponsors.items()}
        self.companies: dict[str, Company] = {}
        for sponsor in self.sponsors.values():
            self.companies.setdefault(self.circles[sponsor.pk], Company([], set())).sponsors.append(sponsor)
        paid = Engagement.objects.filter(coach=coach, client__coach=coach, sponsor__in=self.circles).order_by()
        for client, payer in paid.values_list("client_id", "sponsor_id"):
            self.companies[self.circles[payer]].clients.add(client)  # type: ignore[index]
        by_hand = Barrier.objects.standing().filter(one__coach=coach, other__coach=coach).order_by("made_at")
        self.by_hand = {frozenset((barrier.one_id, barrier.other_id)): barrier for barrier in by_hand}

    def company(self, sponsor: Sponsor) -> Company:
        """The company that an organisation of this coach is, or belongs to."""
        return self.companies[self.circles[sponsor.pk]]

    @property
    def walled(self) -> set[UUID]:
        """Every client who is walled from somebody."""
        return set().union(*self.by_hand, *(company.clients for company in self.companies.values() if len(company.clients) > 1))

    def others(self, client: UUID) -> set[UUID]:
        """Every client from whom this one is walled."""
        circles = [company.clients for company in self.companies.values() if client in company.clients]
        return set().union(*circles, *(pair for pair in self.by_hand if client in pair)) - {client}

    def stand_between(self, one: UUID, other: UUID) -> bool:
        """Whether one must not learn of the other."""
        return one != other and (frozenset((one, other)) in self.by_hand or bool(self.shared(one, other)))

    def shared(self, one: UUID, other: UUID) -> list[Company]:
        """The companies that both belong to."""
        return [company for company in self.companies.values() if {one, other} <= company.clients]

    def of(self, client: Client) -> list[Wall]:
        """From whom a client is walled and why, by name."""
        others = Client.objects.filter(coach=self._coach, pk__in=self.others(client.pk))
        walls = [Wall(one, self.shared(client.pk, one.pk), self.by_hand.get(frozenset((client.pk, one.pk)))) for one in others]
        return sorted(walls, key=lambda wall: wall.client.name.casefold())


def between(client: Client) -> list[Wall]:
    """From whom a client is walled, and why."""
    return Barriers(client.coach_id).of(client)


def once_opened(client: Client, sponsor: Sponsor | None) -> list[Wall]:
    """From whom a client would be walled if an engagement opened that this organisation pays for."""
    found = Barriers(client.coach_id)
    if sponsor is not None:
        found.company(sponsor).clients.add(client.pk)
    return found.of(client)


def check_pair(client: Client, other: Client, by: Coach) -> None:
    """Refuses two clients who are not both the coach's, and a client beside herself."""
    if {client.coach_id, other.coach_id} != {by.pk}:
        raise Refused(code="not_hers")
    if client.pk == other.pk:
        raise Refused(_("A client cannot be walled from themselves."), code="barrier_of_one")


def check_may_be_lifted(barrier: Barrier) -> None:
    """Refuses a barrier that was lifted, and one between two who belong to one organisation or group."""
    if barrier.lifted_at is not None:
        raise Refused(_("This barrier was lifted already."), code="barrier_lifted")
    if Barriers(barrier.one.coach_id).shared(barrier.one_id, barrier.other_id):
        raise Refused(
            _("Both belong to one organisation or group: as long as they do, they stay walled from one another."), code="one_company"
        )


def declining(language: str) -> str:
    """A sentence with which a coach may decline an engagement, in the language of whoever asked for it. It names nobody and tells nothing."""
    with translation.override(spoken(language)):
        return _("For reasons of organisation I am not able to take on this coaching. I can suggest other coaches if you wish.")
