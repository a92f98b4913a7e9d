"""Anaïs's notebook on her telephone: for herself alone, then a text for Camille, which is another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clients.models import Engagement
from sessions.models import Notebook, PrivateEntry, SharedEntry
from tests.cast import PASSPHRASE, Cast
from tests.sessions.book import PRIVATE, Book
from tests.stories.walk import PHONE, WIDE, follow, heading, looked_at, press, sign_in
from vault.models import Unlock

pytestmark = pytest.mark.timeout(240)
SAVED = re.compile("Enregistré à")


@pytest.fixture
def book(live: str) -> Book:
    return Book(Cast())


def window(browser: Browser, live: str, address: str, viewport: dict) -> Page:
    page = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport=viewport).new_page()
    sign_in(page, live, address)
    return page


@pytest.fixture
def anais(book: Book, live: str, browser: Browser) -> Iterator[Page]:
    """Anaïs with her telephone. Nothing is ever left in it."""
    page = window(browser, live, book.client.person.address, PHONE)
    yield page
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def state_of(page: Page):
    return page.locator("[data-autosave-state]")


def begin(page: Page) -> None:
    """From home to a cursor in her first private text."""
    page.get_by_role("link", name="Mon carnet").locator("visible=true").first.click()
    heading(page, "Mon carnet")
    follow(page, "Écrire pour moi")
    press(page, "J’ai compris : écrire")
    heading(page, "Un texte pour moi")


def test_she_writes_for_herself_then_shares_another_text_and_sees_that_it_was_read(book: Book, anais: Page, live: str, browser: Browser):
    anais.get_by_role("link", name="Mon carnet").locator("visible=true").first.click()
    heading(anais, "Mon carnet")
    looked_at(anais)
    follow(anais, "Écrire pour moi")
    expect(anais.get_by_text("Personne d’autre que vous ne peut le lire")).to_be_visible()
    looked_at(anais)
    press(anais, "J’ai compris : écrire")
    anais.get_by_label("Mon texte").fill(PRIVATE)
    expect(state_of(anais)).to_have_text(SAVED)
    looked_at(anais)
    press(anais, "Terminer")
    heading(anais, "Mon carnet")
    follow(anais, PRIVATE)

    follow(anais, "Commencer un texte pour mon coach avec une copie")
    looked_at(anais)
    anais.get_by_role("button", name=re.compile("Écrire")).click()
    heading(anais, "Un texte pour mon coach")
    expect(anais.get_by_label("Mon texte")).to_have_value(PRIVATE)
    anais.get_by_label("Mon texte").fill("J’aimerais parler de mon père.")
    expect(state_of(anais)).to_have_text(SAVED)
    looked_at(anais)
    camille = window(browser, live, book.camille.person.address, WIDE)
    engagement = f"{live}/coach/engagements/{book.engagement.pk}/"
    camille.goto(engagement)
    expect(camille.get_by_text("Carnet de votre client")).to_have_count(0)
    press(anais, "Partager avec mon coach")
    expect(anais.get_by_text("Votre coach peut lire ce texte")).to_be_visible()
    expect(anais.get_by_text("pas encore lu")).to_be_visible()
    looked_at(anais)

    camille.goto(engagement)
    expect(camille.get_by_text("À lire")).to_be_visible()
    looked_at(camille)
    camille.locator("a[href*='/coach/shared/']").click()
    expect(camille.get_by_text("J’aimerais parler de mon père.")).to_be_visible()
    looked_at(camille)
    assert PRIVATE not in camille.content()

    anais.reload()
    expect(anais.get_by_text("lu par votre coach le")).to_be_visible()
    anais.goto(f"{live}/client/engagements/{book.engagement.pk}/log/")
    expect(anais.get_by_text("Texte du carnet lu")).to_be_visible()
    assert book.text(PrivateEntry.objects.get()) == PRIVATE
    assert SharedEntry.objects.count() == 1


def test_a_vault_that_locks_while_she_types_loses_nothing(book: Book, anais: Page):
    begin(anais)
    anais.get_by_label("Mon texte").fill("Avant.")
    expect(state_of(anais)).to_have_text(SAVED)
    Unlock.objects.all().delete()

    anais.get_by_label("Mon texte").fill("Avant. Et ce que je tapais encore.")
    dialog = anais.locator("dialog#unlock")
    expect(dialog).to_be_visible()
    expect(anais.get_by_label("Mon texte")).to_have_value("Avant. Et ce que je tapais encore.")
    dialog.locator("#unlock-password").fill(PASSPHRASE)
    dialog.get_by_role("button", name="Déverrouiller").click()
    expect(state_of(anais)).to_have_text(SAVED)

    assert book.text(PrivateEntry.objects.get()) == "Avant. Et ce que je tapais encore."


def test_what_she_types_before_the_page_s_script_is_there_is_saved_too(book: Book, anais: Page):
    begin(anais)
    anais.route("**/autosave*.js", lambda route: (anais.wait_for_timeout(700), route.continue_()))
    anais.reload(wait_until="commit")

    anais.get_by_label("Mon texte").fill("Tapé trop vite.")

    expect(state_of(anais)).to_have_text(SAVED)
    assert book.text(PrivateEntry.objects.get()) == "Tapé trop vite."


def test_two_tabs_keep_both_texts(book: Book, anais: Page):
    begin(anais)
    context: BrowserContext = anais.context
    other = context.new_page()
    other.goto(anais.url)

    anais.get_by_label("Mon texte").fill("Du premier onglet.")
    expect(state_of(anais)).to_have_text(SAVED)
    other.get_by_label("Mon texte").fill("Du second onglet.")
    expect(other.locator("[data-conflict]")).to_be_visible()
    other.get_by_role("button", name="Garder les deux").click()
    expect(state_of(other)).to_have_text(SAVED)

    assert book.text(PrivateEntry.objects.get()) == "Du premier onglet.\n\nDu second onglet."


def test_she_deletes_takes_it_back_and_destroys_everything(book: Book, anais: Page):
    begin(anais)
    anais.get_by_label("Mon texte").fill(PRIVATE)
    expect(state_of(anais)).to_have_text(SAVED)
    press(anais, "Supprimer")
    expect(anais.locator("#toasts")).to_contain_text("Texte supprimé")
    expect(anais.get_by_text(PRIVATE)).to_have_count(0)
    looked_at(anais)
    press(anais, "Annuler")
    expect(anais.get_by_text(PRIVATE)).to_be_visible()

    follow(anais, "Détruire mon carnet privé")
    heading(anais, "Confirmer que c’est bien vous")
    anais.locator("[name=password]").fill(PASSPHRASE)
    press(anais, "Continuer")
    heading(anais, "Détruire mon carnet privé")
    looked_at(anais)
    anais.locator("[name=word]").fill("non")
    press(anais, "Détruire pour toujours")
    expect(anais.get_by_text("Rien n’a été détruit")).to_be_visible()
    anais.locator("[name=word]").fill("détruire")
    press(anais, "Détruire pour toujours")
    expect(anais.get_by_text("Votre carnet privé est détruit")).to_be_visible()

    assert not PrivateEntry.objects.exists()
    assert not Notebook.objects.filter(destroyed_at__isnull=True).exists()


def test_what_was_shared_in_an_engagement_that_ended_is_read_only(book: Book, anais: Page, live: str):
    entry = book.shared("Merci pour le chemin.")
    Engagement.objects.update(ended_at=entry.shared_at)

    anais.goto(f"{live}/client/notebook/shared/{entry.pk}/")

    expect(anais.get_by_text("Merci pour le chemin.")).to_be_visible()
    expect(anais.locator("textarea")).to_have_count(0)
    looked_at(anais)
