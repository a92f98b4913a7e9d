"""The table and the pages say the same: whoever it says can read something finds it on their pages, and whoever cannot finds it on none."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients import permissions
from clients.models import SponsorContact
from consent.actions import consents, engagements
from consent.models import Disclosure
from consent.who_sees import Can
from tests.cast import Cast, signed_in
from tests.consent.agreements import in_force
from tests.consent.seen import answer, can, seen
from tests.databases import as_owner, copies
from tests.house.world import World, vault_of
from vault.keyring import halves
from vault.models import DataKey, KeyGrant

own_databases = pytest.fixture(copies)
LINK = re.compile(r'(?:href|hx-get|action)="(/(?:coach|client|contact|admin)/[^"#?]*)')
FILES = (".pdf", ".png", ".json", ".csv")
PHRASE = {"notes": "note", "agenda": "agenda", "drafts": "draft", "proposals": "proposed"}  # of a thing, as tests/house/world.py writes it


def crawled(browser: Browser, start: str) -> str:
    """The words of every page that links lead to from here."""
    waiting, read = [start], {}
    while waiting:
        path = waiting.pop()
        if path in read or path.endswith(FILES):
            continue
        page = browser.get(path)
        read[path] = html.unescape(page.content.decode()) if page.status_code == 200 else ""
        waiting += LINK.findall(read[path])
    return "\n".join(read.values())


@dataclass
class Two:
    """Anaïs's engagement and Karim's, and a browser for everybody around them."""

    cast: Cast
    anais: World
    karim: World
    browsers: dict[str, Browser]

    def pages(self, who: str) -> str:
        space = {"camille": "coach", "bruno": "coach", "dominique": "admin", "anais": "client", "karim": "client"}.get(who, "contact")
        return crawled(self.browsers[who], f"/{space}/")

    def differences(self) -> list[str]:
        """Where table and pages differ, for each contact and each engagement, both ways."""
        found = []
        for who, world in (("helene", self.anais), ("marc", self.karim)):
            words = self.pages(who)
            for one in (self.anais, self.karim):
                found += [f"{who}, {one.mark}: {thing}" for thing in self._differ(words, one, world.contact)]
        return found

    def _differ(self, words: str, world: World, contact: SponsorContact) -> Iterator[str]:
        table = seen(world.engagement)
        here = contact.name in [column.name for column in table.columns]

        def says(code: str, number: int = 0) -> bool:
            return here and answer(table, code, contact.name, number).can == Can.YES

        for code, what in PHRASE.items():
            if says(code) != (world.phrase(what) in words):
                yield code
        count = sum(row.code == "summary" for row in table.rows)
        if any(says("summary", number) for number in range(count)) != (world.phrase("disclosed") in words):
            yield "summary"
        if says("existence") != (world.client.name in words):
            yield "existence"
        if says("agreements") != (str(world.tripartite.pk) in words):
            yield "agreements"


@pytest.fixture
def two(own_databases: Any, cast: Cast) -> Two:
    anais, karim = World.of_anais(cast), World.of_karim(cast)
    people = {
        "camille": cast.camille.person,
        "bruno": cast.bruno.person,
        "dominique": cast.dominique,
        "anais": cast.anais.person,
        "karim": cast.karim.person,
        "helene": anais.contact.person,
        "marc": karim.contact.person,
    }
    return Two(cast, anais, karim, {name: signed_in(person) for name, person in people.items()})


@pytest.mark.timeout(300)
def test_of_contacts_the_table_says_what_their_pages_serve_through_every_change(two: Two) -> None:
    assert two.differences() == []
    assert two.anais.phrase("disclosed") in two.pages("helene")
    for world in (two.anais, two.karim):
        consents.give(consent=world.asked, data=frozenset(), until=None, evidence={}, vault=vault_of(world.client), by=world.client)
    Disclosure.objects.filter(pk=two.karim.disclosure.pk).update(closed_at=timezone.now())
    assert can(seen(two.karim.engagement), "existence", "Marc Ondel") == Can.YES
    assert two.differences() == []
    consents.withdraw(consent=two.karim.asked, by=two.karim.client)
    Disclosure.objects.filter(pk=two.karim.disclosure.pk).update(closed_at=None)
    assert two.differences() == []

    consents.withdraw(consent=two.anais.consent, by=two.anais.client)
    assert two.differences() == []
    drawer = reverse("contact_summary_sees", args=[two.karim.disclosure.pk])
    assert two.browsers["marc"].get(drawer).status_code == 200
    halves.destroy([DataKey.objects.get(series=two.karim.disclosure.series).pk], timezone.now())
    assert two.browsers["marc"].get(drawer).status_code == 404
    assert two.differences() == []
    with as_owner():
        Disclosure.objects.filter(pk=two.anais.disclosure.pk).update(closed_at=None)
    assert two.differences() == []
    SponsorContact.objects.filter(pk=two.karim.contact.pk).update(left_at=timezone.now())
    assert two.differences() == []


@pytest.mark.timeout(300)
def test_the_end_an_amendment_and_a_lie_about_the_contact_change_both_alike(two: Two) -> None:
    with as_owner():
        Disclosure.objects.filter(pk=two.anais.disclosure.pk).update(contact=two.karim.contact)
    assert two.differences() == []
    with as_owner():
        Disclosure.objects.filter(pk=two.anais.disclosure.pk).update(contact=two.anais.contact)
    assert two.anais.phrase("disclosed") in two.pages("helene")
    in_force(two.anais.engagement, kind="amendment", wording="B")
    assert two.differences() == []
    engagements.end_engagement(engagement=two.karim.engagement, by=two.cast.camille)
    assert two.differences() == []
    KeyGrant.objects.filter(holder=two.karim.contact.person_id).delete()
    assert two.differences() == []


@pytest.mark.timeout(300)
def test_coach_and_client_find_what_the_table_says_and_others_of_the_practice_nothing(two: Two) -> None:
    for who, world, reader in (("anais", two.anais, "client"), ("karim", two.karim, "client"), ("camille", two.anais, "coach")):
        words, table = two.pages(who), seen(world.engagement, reader)
        for code, what in PHRASE.items():
            assert (answer(table, code, reader).can == Can.YES) == (world.phrase(what) in words), (who, code)
    everything = [world.phrase(what) for world in (two.anais, two.karim) for what in (*PHRASE.values(), "disclosed")]
    everything += ["Anaïs", "Karim", "Hélène", "Marc Ondel"]
    for who in ("bruno", "dominique"):
        words = two.pages(who)
        assert [phrase for phrase in everything if phrase in words] == [], who
    for who, _world, other in (("anais", two.anais, two.karim), ("karim", two.karim, two.anais), ("helene", two.anais, two.karim)):
        assert other.client.name not in two.pages(who)
        assert other.contact.name not in two.pages(who)


@pytest.mark.timeout(300)
def test_what_is_anothers_and_what_is_nobodys_are_one_on_every_drawer(two: Two) -> None:
    permissions.take(permissions.FOLLOW, two.anais.client.person, two.anais.engagement)

    assert two.browsers["anais"].get(reverse("client_who_sees", args=[two.anais.engagement.pk])).status_code == 404
    for name, row in (("client_proposal_sees", two.karim.proposal), ("client_agreement_sees", two.karim.agreement)):
        assert two.browsers["anais"].get(reverse(name, args=[row.pk])).status_code == 404
    assert two.browsers["helene"].get(reverse("contact_summary_sees", args=[two.karim.disclosure.pk])).status_code == 404
    assert two.browsers["bruno"].get(reverse("who_sees", args=[two.anais.engagement.pk])).status_code == 404
    later = timezone.now() + timedelta(minutes=5)
    Disclosure.objects.filter(pk=two.anais.disclosure.pk).update(opens_at=later)
    assert two.browsers["helene"].get(reverse("contact_summary_sees", args=[two.anais.disclosure.pk])).status_code == 404
