"""Agreements from the coach's desk to a telephone and back, in French, in a real browser: signed, declined, amended, between three."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, Page, expect

from clients import actions as clients
from support import mail
from tests.cast import PASSPHRASE, Cast

TELEPHONE = {"viewport": {"width": 390, "height": 844}, "locale": "fr-FR", "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 900}, "locale": "fr-FR"}
NOE = "noe@maison.example"
CODE = re.compile(r"^(\d{6})$", re.MULTILINE)


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
        self.browser, self.url = browser, url
        settings.EMAIL_FILE_PATH = mails
        self.engagement = beside_the_loop(self._cast)
        self.desk, self.telephone = browser.new_context(**DESK).new_page(), browser.new_context(**TELEPHONE).new_page()

    def _cast(self) -> str:
        cast = Cast()
        noe = clients.add_client(coach=cast.camille, name="Noé Œuvrard", address=NOE, phone="", job="", language="fr", by=cast.camille)
        assert cast.helene.person_id
        return str(cast.engagement(noe).pk)

    def signs_in(self, page: Page, address: str) -> None:
        """Somebody signs in with the passphrase of the cast."""
        page.goto(f"{self.url}/accounts/login/")
        page.locator("[name=login]").fill(address)
        page.locator("[name=password]").fill(PASSPHRASE)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(re.compile("/(coach|contact|client)/"))

    def coach_writes(self, title: str) -> None:
        """Camille chooses an agreement."""
        self.desk.goto(f"{self.url}/coach/engagements/{self.engagement}/agreements/new/")
        expect(self.desk.get_by_role("heading", level=1)).to_have_text(re.compile("Quel contrat"))
        seen(self.desk)
        self.desk.locator("section.card", has_text=title).get_by_role("link", name="Choisir").click()

    def coach_sends(self) -> None:
        """Camille checks the text and sends it."""
        self.desk.get_by_role("button", name="Vérifier et envoyer").click()
        expect(self.desk.get_by_role("button", name="Envoyer à mon client")).to_be_visible()
        seen(self.desk)
        self.desk.get_by_role("button", name="Envoyer à mon client").click()
        expect(self.desk.get_by_text("C’est envoyé.")).to_be_visible()
        seen(self.desk)

    def coach_sends_a_promise(self) -> None:
        """Camille signs in, chooses the wording and sends."""
        self.signs_in(self.desk, "camille@example.org")
        self.coach_writes("La promesse seule")
        self.desk.get_by_role("radio", name=re.compile("^B")).check()
        expect(self.desk.locator("#preview")).to_contain_text("pas même à votre demande")
        self.desk.get_by_role("radio", name=re.compile("^A")).check()
        expect(self.desk.locator("#preview")).to_contain_text("sauf dans deux cas")
        self.desk.get_by_label("Code de déontologie suivi").fill("ICF, version de 2025")
        seen(self.desk)
        self.coach_sends()

    def client_opens(self) -> None:
        """Noé follows the link of the letter, types the code, and sees the document."""
        phone, known = self.telephone, codes()
        phone.goto(letter_to(NOE, "/sign/").replace("127.0.0.1", str(urlsplit(self.url).hostname)))
        expect(phone.get_by_role("heading", level=1)).to_have_text("Camille Aubry vous invite à lire un contrat")
        seen(phone)
        phone.get_by_role("button", name="Recevoir un code et lire").click()
        expect(phone.get_by_label("Le code reçu par message")).to_be_visible()
        seen(phone)
        phone.get_by_label("Le code reçu par message").fill("000000")
        phone.get_by_role("button", name="Continuer").click()
        expect(phone.get_by_text("Ce n’est pas le code.")).to_be_visible()
        phone.get_by_label("Le code reçu par message").fill(new_code(known))
        phone.get_by_role("button", name="Continuer").click()
        expect(phone.get_by_role("heading", name="L’essentiel, en mots simples")).to_be_visible()

    def client_signs(self) -> None:
        """Noé reads to the end, draws and types his name, and signs."""
        phone = self.telephone
        phone.locator(".sheet").last.scroll_into_view_if_needed()
        expect(phone.locator(".sheet").last).to_have_js_property("complete", True)
        assert phone.locator(".sheet").last.evaluate("image => image.naturalWidth") > 500
        seen(phone)
        assert not phone.get_by_role("checkbox").is_checked()
        phone.get_by_label("Vos prénom et nom").fill("Noé Œuvrard")
        draw(phone)
        phone.get_by_role("checkbox").check()
        phone.get_by_role("button", name="Signer", exact=True).click()
        expect(phone.get_by_role("heading", level=1)).to_have_text("Merci, c’est signé")
        expect(phone.get_by_role("link", name="Garder mon exemplaire")).to_have_count(0)
        seen(phone)

    def coach_signs(self) -> None:
        """Camille signs in turn, and waits until the time-stamp is there."""
        desk = self.desk
        desk.reload()
        expect(desk.get_by_text("En attente de la signature du coach")).to_be_visible()
        desk.get_by_label("Vos prénom et nom").fill("Camille Aubry")
        desk.get_by_role("checkbox").check()
        desk.get_by_role("button", name="Signer", exact=True).click()
        expect(desk.get_by_text("Le contrat est en vigueur.")).to_be_visible()
        expect(desk.get_by_role("link", name="Garder mon exemplaire")).to_be_visible(timeout=20_000)
        seen(desk)


def letters(address: str) -> list[mail.Letter]:
    """The letters to an address, newest first."""
    return [letter for letter in mail.inbox() if letter.to == address]


def letter_to(address: str, path: str) -> str:
    """The link in the newest letter to this address that leads there, once the worker has written it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for letter in letters(address):
            if found := [link for link in letter.links if path in link]:
                return found[0]
        time.sleep(0.1)
    raise AssertionError("no letter came")


def codes() -> list[str]:
    """The codes that were mailed so far."""
    return [found[1] for letter in letters(NOE) if (found := CODE.search(letter.text))]


def new_code(known: list[str]) -> str:
    """The code that came after those known."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if len(now := codes()) > len(known):
            return now[0]
        time.sleep(0.1)
    raise AssertionError("no code came")


def draw(page: Page) -> None:
    """Draw a stroke with the pointer."""
    page.get_by_text("Tracer aussi ma signature").click()
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 20 + step * 18, box["y"] + 60 + (25 if step % 2 else -25))
    page.mouse.up()
    assert page.locator("[name=drawing]").input_value().startswith("[[")


def seen(page: Page) -> None:
    """Look at the page: nothing sticks out of the telephone, and axe finds nothing."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()


def kept(page: Page, link: str, folder: Path) -> Path:
    """What a link lets one keep, in a folder."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).first.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.fixture
def scene(browser: Browser, live: str, live_mail: Path, settings: Any) -> Iterator[Scene]:
    """Everybody in place."""
    made = Scene(browser, live, live_mail, settings)
    yield made
    made.desk.context.close()
    made.telephone.context.close()


@pytest.mark.timeout(240)
def test_noe_signs_on_his_telephone_and_what_both_hold_verifies_without_the_product(scene: Scene, tmp_path: Path) -> None:
    desk, telephone = scene.desk, scene.telephone
    scene.coach_sends_a_promise()
    scene.client_opens()

    telephone.get_by_label("Votre question").fill("Combien de temps gardez-vous vos notes ?")
    telephone.get_by_role("button", name="Poser la question").click()
    expect(telephone.get_by_text("Votre question est arrivée à votre coach.")).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("Combien de temps gardez-vous vos notes").first).to_be_visible()
    seen(desk)
    scene.client_signs()
    scene.coach_signs()
    expect(desk.get_by_text("Lu jusqu’à la dernière page")).to_be_visible()

    telephone.get_by_role("button", name="Créer mon espace").click()
    telephone.locator("[name=name]").fill("Noé Œuvrard")
    telephone.locator("[name=passphrase]").fill(PASSPHRASE)
    telephone.locator("[name=again]").fill(PASSPHRASE)
    telephone.get_by_role("button", name="Créer mon espace").click()
    telephone.wait_for_url("**/client/**")
    telephone.get_by_role("link", name="Contrat de confidentialité").click()
    expect(telephone.get_by_text("En vigueur").first).to_be_visible()
    seen(telephone)
    copy, proof = kept(telephone, "Garder mon exemplaire", tmp_path), kept(telephone, "Dossier de preuve", tmp_path)
    assert re.fullmatch(r"CV-[0-9A-F]{8}\.pdf", copy.name)
    assert copy.read_bytes() == kept(desk, "Garder mon exemplaire", tmp_path / "desk").read_bytes()

    said = subprocess.run(["pdfsig", "-nocert", copy], capture_output=True, text=True, check=True).stdout
    assert said.count("Signature is Valid") == 3
    subprocess.run(["pdfdetach", "-saveall", "-o", f"{tmp_path}/", proof], check=True)
    script = subprocess.run([sys.executable, tmp_path / "verify.py", proof], capture_output=True, text=True, check=False)
    assert script.returncode == 0, script.stdout + script.stderr
    assert "good  everything" in script.stdout

    telephone.goto(f"{scene.url}/verify/")
    for file, answer in (
        (copy, "Oui. C’est, octet pour octet"),
        (proof, "Oui. C’est le dossier de preuve"),
        (altered(copy), "Non. Ce fichier a été modifié"),
    ):
        telephone.locator("[name=document]").set_input_files(file)
        telephone.get_by_role("button", name="Vérifier", exact=True).click()
        expect(telephone.get_by_text(answer)).to_be_visible()
        seen(telephone)


def altered(copy: Path) -> Path:
    """The same file with a few bytes at its end."""
    other = copy.with_name("altered.pdf")
    other.write_bytes(copy.read_bytes() + b"\n% added\n")
    return other


def test_noe_declines_and_camille_reads_why(scene: Scene) -> None:
    scene.coach_sends_a_promise()
    scene.client_opens()
    desk, telephone = scene.desk, scene.telephone
    sign, decline = (telephone.get_by_role("button", name=name, exact=True) for name in ("Signer", "Décliner"))
    assert sign.bounding_box()["height"] == decline.bounding_box()["height"]
    assert sign.get_attribute("class") == decline.get_attribute("class")

    telephone.get_by_label("Que souhaitez-vous dire").fill("Je préfère que nous en parlions d’abord.")
    decline.click()
    expect(telephone.get_by_role("heading", level=1)).to_have_text("Vous avez décliné")
    seen(telephone)

    desk.reload()
    expect(desk.get_by_text("Je préfère que nous en parlions d’abord.").first).to_be_visible()
    seen(desk)


@pytest.mark.timeout(240)
def test_what_was_promised_in_a_is_amended_to_b_by_both(scene: Scene) -> None:
    scene.coach_sends_a_promise()
    scene.client_opens()
    scene.client_signs()
    scene.coach_signs()

    scene.coach_writes("Fait passer la promesse")
    expect(scene.desk.locator("#preview")).to_contain_text("CV-")
    scene.coach_sends()
    scene.client_opens()
    scene.client_signs()
    scene.coach_signs()

    scene.desk.goto(f"{scene.url}/coach/engagements/{scene.engagement}/agreements/new/")
    expect(scene.desk.get_by_text("La formulation B est en vigueur")).to_be_visible()
    expect(scene.desk.get_by_text("un contrat tripartite ne peut donc pas tenir")).to_be_visible()
    seen(scene.desk)


@pytest.mark.timeout(240)
def test_an_agreement_between_three_is_signed_in_order_and_helene_sees_nothing_else(scene: Scene) -> None:
    desk, helene = scene.desk, scene.browser.new_context(**TELEPHONE).new_page()
    scene.signs_in(desk, "camille@example.org")
    scene.coach_writes("Avec l’organisation")
    for label, text in (("Code de déontologie", "ICF"), ("Objectifs", "Prendre la parole"), ("Durée", "90"), ("Lieu", "Au cabinet")):
        desk.get_by_label(label).fill(text)
    for label, text in (("Prix total", "1800"), ("Conditions", "À chaque séance"), ("Délai", "48")):
        desk.get_by_label(label).fill(text)
    desk.get_by_label("Début de l’accompagnement").fill("2026-12-01")
    desk.get_by_label("Fin au plus tard").fill("2027-06-01")
    desk.get_by_label(re.compile("Hélène Vasseur")).check()
    expect(desk.locator("#preview")).to_contain_text("Hélène Vasseur")
    seen(desk)
    scene.coach_sends()
    scene.signs_in(helene, "helene@example.org")
    expect(helene.get_by_text("Contrat tripartite")).to_have_count(0)

    scene.client_opens()
    scene.client_signs()
    helene.reload()
    helene.get_by_role("link", name="Contrat tripartite").click()
    expect(helene.get_by_role("heading", name="Votre réponse")).to_be_visible()
    seen(helene)
    helene.get_by_label("Vos prénom et nom").fill("Hélène Vasseur")
    helene.get_by_role("checkbox").check()
    helene.get_by_role("button", name="Signer", exact=True).click()
    expect(helene.get_by_text("C’est signé.")).to_be_visible()
    scene.coach_signs()

    helene.reload()
    expect(helene.get_by_role("link", name="Garder mon exemplaire")).to_be_visible()
    expect(helene.get_by_role("link", name="Dossier de preuve")).to_have_count(0)
    assert NOE not in helene.content()
    helene.context.close()
