"""An agreement from the coach's desk to the client's telephone and back, in French, in a real browser."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, Page, expect

from clients import actions as clients
from support import mail
from tests.cast import PASSPHRASE, Cast

TELEPHONE = {"viewport": {"width": 390, "height": 844}, "locale": "fr-FR", "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 900}, "locale": "fr-FR"}


def beside_the_loop(call: Callable[[], Any]) -> Any:
    """Call on a thread of its own: the browser's loop runs on this one, and the database refuses to be asked there."""

    def run() -> Any:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


class Scene:
    """Camille at her desk, Noé with his telephone; the product runs."""

    def __init__(self, browser: Browser, url: str, mails: Path, settings: Any) -> None:
        self.url = url
        settings.EMAIL_FILE_PATH = mails
        self.engagement = beside_the_loop(self._cast)
        self.desk, self.telephone = browser.new_context(**DESK).new_page(), browser.new_context(**TELEPHONE).new_page()

    def _cast(self) -> str:
        cast = Cast()
        noe = clients.add_client(
            coach=cast.camille, name="Noé Œuvrard", address="noe@maison.example", phone="", job="", language="fr", by=cast.camille
        )
        return str(cast.engagement(noe).pk)

    def coach_sends(self) -> None:
        """Camille signs in, chooses the wording and sends."""
        self.desk.goto(f"{self.url}/accounts/login/")
        self.desk.locator("[name=login]").fill("camille@example.org")
        self.desk.locator("[name=password]").fill(PASSPHRASE)
        self.desk.locator("[name=password]").press("Enter")
        self.desk.wait_for_url("**/coach/**")
        self.desk.goto(f"{self.url}/coach/engagements/{self.engagement}/agreements/new/")
        self.desk.get_by_role("radio", name=re.compile("^B")).check()
        expect(self.desk.locator("#preview")).to_contain_text("pas même à votre demande")
        self.desk.get_by_role("radio", name=re.compile("^A")).check()
        expect(self.desk.locator("#preview")).to_contain_text("sauf dans deux cas")
        seen(self.desk)
        self.desk.get_by_role("button", name="Vérifier et envoyer").click()
        expect(self.desk.get_by_role("button", name="Envoyer à mon client")).to_be_visible()
        seen(self.desk)
        self.desk.get_by_role("button", name="Envoyer à mon client").click()
        expect(self.desk.get_by_text("C’est envoyé.")).to_be_visible()
        seen(self.desk)

    def client_opens(self) -> None:
        """Noé follows the link of the letter and opens the document."""
        self.telephone.goto(letter_to("noe@maison.example"))
        expect(self.telephone.get_by_role("heading", level=1)).to_have_text("Camille Aubry vous invite à lire un contrat")
        seen(self.telephone)
        self.telephone.get_by_role("button", name="Lire le contrat").click()
        expect(self.telephone.get_by_role("heading", name="L’essentiel, en mots simples")).to_be_visible()
        seen(self.telephone)


def letter_to(address: str) -> str:
    """The link in the letter to this address, once the worker has written it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for letter in mail.inbox():
            if letter.to == address and letter.links:
                return letter.links[0]
        time.sleep(0.1)
    raise AssertionError("no letter came")


def seen(page: Page) -> None:
    """Look at the page: nothing sticks out of the telephone, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.fixture
def scene(browser: Browser, live: str, live_mail: Path, settings: Any) -> Iterator[Scene]:
    """Everybody in place."""
    made = Scene(browser, live, live_mail, settings)
    yield made
    made.desk.context.close()
    made.telephone.context.close()


def test_noe_reads_and_signs_on_his_telephone_and_finds_the_copy_in_the_space_he_makes(scene: Scene) -> None:
    scene.coach_sends()
    desk, telephone = scene.desk, scene.telephone
    scene.client_opens()

    assert not telephone.get_by_role("checkbox").is_checked()
    telephone.get_by_label("Vos prénom et nom").fill("Noé Œuvrard")
    telephone.get_by_role("checkbox").check()
    telephone.get_by_role("button", name="Signer").click()
    expect(telephone.get_by_role("heading", level=1)).to_have_text("Merci, c’est signé")
    seen(telephone)

    desk.reload()
    expect(desk.get_by_text("En attente de la signature du coach")).to_be_visible()
    seen(desk)
    desk.get_by_label("Vos prénom et nom").fill("Camille Aubry")
    desk.get_by_role("checkbox").check()
    desk.get_by_role("button", name="Signer").click()
    expect(desk.get_by_text("Le contrat est en vigueur.")).to_be_visible()
    seen(desk)

    telephone.get_by_role("button", name="Créer mon espace").click()
    telephone.locator("[name=name]").fill("Noé Œuvrard")
    telephone.locator("[name=passphrase]").fill(PASSPHRASE)
    telephone.locator("[name=again]").fill(PASSPHRASE)
    telephone.get_by_role("button", name="Créer mon espace").click()
    telephone.wait_for_url("**/client/**")
    telephone.get_by_role("link", name="Contrat de confidentialité").click()
    expect(telephone.get_by_text("En vigueur").first).to_be_visible()
    seen(telephone)
    with telephone.expect_download() as download:
        telephone.get_by_role("link", name="Garder un exemplaire").click()
    copy = pypdf.PdfReader(io.BytesIO(Path(download.value.path()).read_bytes()))
    said = " ".join(page.extract_text() for page in copy.pages)
    assert "Noé Œuvrard" in said
    assert "Signatures et preuve" in said
    assert re.fullmatch(r"CV-[0-9A-F]{8}\.pdf", download.value.suggested_filename)


def test_noe_declines_and_camille_reads_why(scene: Scene) -> None:
    scene.coach_sends()
    scene.client_opens()
    desk, telephone = scene.desk, scene.telephone
    sign, decline = (telephone.get_by_role("button", name=name) for name in ("Signer", "Décliner"))
    assert sign.bounding_box()["height"] == decline.bounding_box()["height"]
    assert sign.get_attribute("class") == decline.get_attribute("class")

    telephone.get_by_label("Que souhaitez-vous dire").fill("Je préfère que nous en parlions d’abord.")
    decline.click()
    expect(telephone.get_by_role("heading", level=1)).to_have_text("Vous avez décliné")
    seen(telephone)

    desk.reload()
    expect(desk.get_by_text("Je préfère que nous en parlions d’abord.").first).to_be_visible()
    seen(desk)
