"""“Qui voit quoi ?” on each page and for each engagement: the coach on a wide screen, the client on a phone, the contact with her own line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from consent.actions import consents
from consent.models import Disclosure
from tests.cast import Cast
from tests.house.world import World, vault_of
from tests.stories.walk import PHONE, WIDE, follow, heading, looked_at, press, sign_in

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def world(live: str, cast: Cast) -> World:
    """Anaïs's engagement: a text is open to Hélène, another waits; she may see how many sessions were held, and not yet their dates."""
    world = World.of_anais(cast)
    terms = {"data": ["number"]}
    asked = consents.ask(engagement=world.engagement, purpose="sponsor.attendance", contact=world.contact, terms=terms, by=world.client)
    until = timezone.localdate() + timedelta(days=90)
    consents.give(consent=asked, data=frozenset({"number"}), until=until, evidence={}, vault=vault_of(world.client), by=world.client)
    return world


def window(browser: Browser, live: str, name: str, *, phone: bool = False) -> Page:
    page = browser.new_context(locale="fr-FR", viewport=PHONE if phone else WIDE).new_page()
    sign_in(page, live, f"{name}@example.org")
    return page


def opened(page: Page) -> str:
    """The drawer's words, once they are there."""
    press(page, "Qui voit quoi ?")
    drawer = page.get_by_role("dialog", name="Qui voit quoi ?")
    expect(drawer.get_by_text("Un instant")).to_have_count(0)
    looked_at(page)
    return drawer.inner_text()


def closed(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Qui voit quoi ?")).to_have_count(0)


def test_the_coach_sees_who_reads_what_and_it_follows_what_the_client_does(live: str, browser: Browser, world: World):
    camille = window(browser, live, "camille")
    camille.goto(f"{live}/coach/notes/{world.note.pk}/")
    assert "Seule votre clé l’ouvre." in opened(camille)
    closed(camille)

    camille.goto(f"{live}/coach/engagements/{world.engagement.pk}/")
    assert "Jusqu’au" in opened(camille)
    follow(camille, "Le tableau complet, avec chaque raison")
    heading(camille, "Qui voit quoi ?")
    text = camille.get_by_role("row", name="Texte proposé").filter(has_text="Autorisé le")
    expect(text.locator(".badge", has_text="Jusqu’au")).to_be_visible()
    looked_at(camille)

    consents.withdraw(consent=world.consent, by=world.client)
    camille.reload()
    expect(camille.get_by_role("row", name="Texte proposé").filter(has_text="Retiré le")).to_be_visible()
    camille.goto(f"{live}/coach/")
    assert "La famille, les amis, les collègues et les médias" in opened(camille)


def test_the_client_reads_it_on_a_phone_person_by_person(live: str, browser: Browser, world: World):
    anais = window(browser, live, "anais", phone=True)
    anais.goto(f"{live}/client/")
    card = anais.get_by_role("button", name="Qui voit quoi ?").last
    card.click()
    drawer = anais.get_by_role("dialog", name="Qui voit quoi ?")
    expect(drawer.get_by_text("Hélène Vasseur")).to_be_visible()
    looked_at(anais)
    follow(anais, "Le tableau complet, avec chaque raison")
    heading(anais, "Qui voit quoi ?")
    helene = anais.get_by_role("region", name="Hélène Vasseur")
    expect(helene.get_by_text("Vous l’avez autorisé le").first).to_be_visible()
    expect(helene.get_by_text("Notes", exact=True)).to_be_hidden()
    helene.get_by_text("Ce qui n’est pas vu, et pourquoi").click()
    expect(helene.get_by_text("Aucune de ses clés ne l’ouvre.").first).to_be_visible()
    looked_at(anais)

    anais.goto(f"{live}/client/summaries/{world.proposal.pk}/")
    assert "Hélène Vasseur" in opened(anais)


def test_a_contact_sees_her_own_line_and_nothing_of_others(live: str, browser: Browser, world: World):
    helene = window(browser, live, "helene")
    helene.goto(f"{live}/contact/")
    assert "nommément" in opened(helene)
    closed(helene)

    helene.goto(f"{live}/contact/summaries/{world.disclosure.pk}/")
    words = opened(helene)

    assert "Seule votre clé ouvre cette copie." in words
    assert "Karim" not in words
    Disclosure.objects.filter(pk=world.disclosure.pk).update(closed_at=timezone.now())
    assert helene.request.get(f"{live}/contact/summaries/{world.disclosure.pk}/who-sees/").status == 404
