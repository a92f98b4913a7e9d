"""Anaïs has lost everything: she starts again on her telephone, Camille asks her by voice, and what they share is back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import mail
from tests.cast import PASSPHRASE, Cast
from tests.sessions.book import Book
from tests.stories.walk import PHONE, WIDE, follow, heading, looked_at, press, sign_in

pytestmark = pytest.mark.timeout(240)
NEW = "seven other words that nobody knows"


@pytest.fixture
def book(live: str) -> Book:
    return Book(Cast())


@pytest.fixture
def anais(live: str, live_mail: Path, settings: Any, browser: Browser) -> Iterator[Page]:
    settings.EMAIL_FILE_PATH = live_mail
    page = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport=PHONE).new_page()
    yield page
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def link_to(page: Page, address: str) -> str:
    """The newest link that was mailed to an address."""
    for _ in range(100):
        found = [letter.links[0] for letter in mail.inbox() if letter.to == address and letter.links and "/link/" in letter.links[0]]
        if found:
            return found[0]
        page.wait_for_timeout(100)
    raise AssertionError("no letter came")


def test_she_starts_again_and_her_coach_asks_her_by_voice(book: Book, anais: Page, live: str, browser: Browser):
    shared = book.shared("Je voudrais parler du comité.")
    book.private()
    anais.goto(f"{live}/accounts/lost/")
    anais.get_by_label("Adresse e-mail").fill(book.client.person.address)
    press(anais, "M’envoyer le lien")
    path = "/" + link_to(anais, book.client.person.address).split("/", 3)[3]
    anais.goto(live + path)
    press(anais, "Se connecter")
    follow(anais, "Je n’ai ni ma phrase de passe ni de fiche")
    heading(anais, "Recommencer")
    expect(anais.get_by_text("Votre carnet privé disparaît pour toujours")).to_be_visible()
    looked_at(anais)
    anais.get_by_label("Pour confirmer").fill("recommencer")
    anais.get_by_label("Choisir une phrase de passe").fill(NEW)
    anais.get_by_label("La même phrase de passe").fill(NEW)
    press(anais, "Recommencer")
    heading(anais, "Fiche de secours")
    anais.goto(f"{live}/accounts/key/")
    heading(anais, "Ma clé")
    looked_at(anais)
    figures = anais.locator("p.secret").inner_text().split()
    assert len(figures) == 5

    page = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport=WIDE).new_page()
    sign_in(page, live, book.camille.person.address)
    page.goto(f"{live}/coach/clients/{book.client.pk}/")
    expect(page.get_by_text("Cette personne a une nouvelle clé")).to_be_visible()
    looked_at(page)
    follow(page, "Comparer et confirmer")
    page.locator("main [name=password]").fill(PASSPHRASE)
    page.locator("main form button.primary").click()
    expect(page.get_by_text(" ".join(figures))).to_be_visible()
    looked_at(page)
    press(page, "J’ai demandé de vive voix\u00a0: les chiffres sont les mêmes")
    expect(page.get_by_text("lui est de nouveau ouvert")).to_be_visible()

    anais.goto(f"{live}/client/notebook/shared/{shared.pk}/")
    expect(anais.get_by_label("Mon texte")).to_have_value(re.compile("comité"))
