"""The cast, said once: each a person with a first name and a role.

Camille coaches; Anaïs is her client at Horizon, Karim is Anaïs's colleague and Camille's client too; Hélène (HR) pays at Horizon;
Bruno is another coach of Camille's practice; Dominique runs the server and must see nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property

from django.test import Client as Browser

from accounts import actions as accounts
from accounts.models import User
from clients import actions as clients
from clients.models import Client, Coach, Engagement, Sponsor, SponsorContact
from vault import slots
from vault.primitives import Closed, Cost
from vault.unlocked import Unlocked

PASSPHRASE = "six plain words make a vault"


def address_of(name: str) -> str:
    """The address of somebody: their first name at example.org."""
    return f"{name.split()[0].lower()}@example.org"


def stretched(address: str) -> slots.Stretched:
    """Somebody's passphrase after its run, which is made once: each test has its own rows, and the same people in them."""
    return _stretched(address, slots.COST)


@cache
def _stretched(address: str, cost: Cost) -> slots.Stretched:
    return slots.stretched(PASSPHRASE)


def root_key(person: User, name: str = "") -> bytes:
    """What opens somebody's vault, without a run where their slot is still the one that they were made with."""
    try:
        return slots.open_stretched(person.pk, stretched(address_of(name) if name else person.address))
    except Closed:
        return slots.open_with_passphrase(person.pk, PASSPHRASE)


def person(name: str, *, language: str = "fr", is_administrator: bool = False) -> tuple[User, Unlocked]:
    """A person with a vault. Demo people need no second factor on a local instance."""
    address = address_of(name)
    return accounts.make_person(
        address=address,
        name=name,
        language=language,
        passphrase=stretched(address),
        by=None,
        is_demo=True,
        is_administrator=is_administrator,
    )


def signed_in(user: User) -> Browser:
    """A browser that signed in as this person, through the page, with the vault open."""
    browser = Browser()
    answer = browser.post("/accounts/login/", {"login": user.address, "password": PASSPHRASE})
    assert answer.status_code == 302, "signing in failed"
    return browser


@dataclass
class Cast:
    """Everybody, made when first asked for."""

    language: str = "fr"
    _people: dict[str, tuple[User, Unlocked]] = field(default_factory=dict)

    def _person(self, name: str, **more: bool) -> tuple[User, Unlocked]:
        if name not in self._people:
            self._people[name] = person(name, language=self.language, **more)
        return self._people[name]

    def vault(self, name: str) -> Unlocked:
        """A fresh open vault of somebody, as a new request would have."""
        user, _ = self._people[name]
        return Unlocked(user.pk, root_key(user, name))

    @cached_property
    def camille(self) -> Coach:
        return clients.open_practice(person=self._person("Camille Aubry")[0], name="Aubry Coaching", by=None)

    @cached_property
    def bruno(self) -> Coach:
        return clients.open_practice(person=self._person("Bruno Keller")[0], name="", practice=self.camille.practice, by=None)

    @cached_property
    def dominique(self) -> User:
        return self._person("Dominique Serre", is_administrator=True)[0]

    @cached_property
    def horizon(self) -> Sponsor:
        return clients.add_sponsor(coach=self.camille, name="Horizon Énergie", domain="horizon.example", by=self.camille)

    @cached_property
    def helene(self) -> SponsorContact:
        user = self._person("Helene Vasseur")[0]
        contact = clients.add_contact(
            sponsor=self.horizon, name="Hélène Vasseur", address=user.address, role="hr", language=self.language, by=self.camille
        )
        clients.join(invited=contact, person=user, by=user)
        return contact

    def _client(self, first_name: str, name: str) -> Client:
        user = self._person(first_name)[0]
        client = clients.add_client(
            coach=self.camille,
            name=name,
            address=user.address,
            phone="",
            job="Responsable logistique",
            language=self.language,
            by=self.camille,
        )
        clients.join(invited=client, person=user, by=user)
        return client

    @cached_property
    def anais(self) -> Client:
        return self._client("Anais Lefort", "Anaïs Lefort")

    @cached_property
    def karim(self) -> Client:
        return self._client("Karim Benali", "Karim Benali")

    def engagement(self, client: Client, *, wording: str = "A", sponsor: bool = True) -> Engagement:
        """An engagement of Camille's with this client."""
        coach = self.camille
        return clients.open_engagement(
            coach=coach,
            vault=self.vault("Camille Aubry"),
            client=client,
            sponsor=self.horizon if sponsor else None,
            wording=wording,
            title="Prise de poste",
            objective="Déléguer sans perdre le fil",
            planned_sessions=6,
            by=self.camille,
        )
