"""The confidentiality reading catches a colleague's name and a sentence of a private note before anyone sees them; mended, the text is proposed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from consent.models import Proposal
from sessions.models import MarkedPerson, Note
from tests.cast import Cast
from tests.consent.agreements import in_force
from tests.sessions.conftest import Room
from tests.stories.test_summary import Windows
from tests.stories.walk import PHONE, WIDE, follow, heading, looked_at, press

pytestmark = pytest.mark.timeout(300)
NOTE = "Sidonie Villedieu lui a dit que le poste du quai nord serait supprimé avant la fin de juin."
DRAFT = (
    "Anaïs tient ses trois jalons et s’appuie sur Karim Benali. "
    "Elle sait que le poste du quai nord serait supprimé avant la fin de juin. Contact : 06 12 34 56 78."
)
MENDED = "Anaïs tient ses trois jalons et s’appuie sur un collègue. Sidonie la soutient."


def pictured(page: Page, name: str) -> None:
    """Keep a picture of the page, where somebody asked for one."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        page.screenshot(path=Path(folder) / f"{name}-phone.png", full_page=True)
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")


@pytest.fixture
def room(live: str) -> Room:
    """Camille, whose clients Anaïs and Karim both are, with a note of Anaïs's session."""
    room = Room(Cast())
    in_force(room.engagement)
    room.cast.helene, room.cast.karim  # noqa: B018  both exist before anything is written
    room.note(NOTE)
    return room


def test_a_colleague_s_name_and_a_sentence_of_a_note_are_caught_and_the_mended_text_is_proposed(live: str, browser: Browser, room: Room):
    windows = Windows(browser, live, "fr")
    camille = windows.of("camille@example.org")
    camille.goto(f"{live}/coach/notes/{Note.objects.get().pk}/")

    camille.locator("#note").evaluate("text => { text.focus(); text.setSelectionRange(0, 17); }")
    camille.keyboard.press("Control+k")
    expect(camille.locator("#marks")).to_contain_text("Sidonie Villedieu")
    camille.locator("#note").evaluate("text => text.setSelectionRange(0, 0)")
    press(camille, "Signaler comme personne")
    expect(camille.locator("#mark-name")).to_be_focused()
    camille.keyboard.type("Karim Benali")
    camille.locator("#mark-role").fill("chef d’équipe")
    camille.keyboard.press("Enter")
    expect(camille.get_by_text("Cette personne est aussi votre client·e")).to_be_visible()
    expect(camille.locator("#note")).to_have_value(NOTE)
    looked_at(camille)
    pictured(camille, "note")
    camille.get_by_role("button", name="Retirer le signalement de Karim Benali").click()
    expect(camille.locator("#marks")).not_to_contain_text("Karim")
    assert MarkedPerson.objects.count() == 1

    camille.goto(f"{live}/coach/words/")
    camille.locator("#words").fill("projet Belvédère\nquai nord")
    press(camille, "Enregistrer")
    expect(camille.get_by_text("Enregistré.", exact=True)).to_be_visible()
    looked_at(camille)
    pictured(camille, "words")

    camille.goto(f"{live}/coach/engagements/{room.engagement.pk}/summaries/new/")
    camille.get_by_text("Hélène Vasseur").click()
    press(camille, "Écrire")
    camille.get_by_label("Texte à montrer").fill(DRAFT)
    press(camille, "Aperçu")
    expect(camille.locator("#summary-preview")).to_contain_text("Mot pour mot ce que lira Hélène Vasseur")
    looked_at(camille)
    pictured(camille, "preview")
    press(camille, "Proposer à mon client")
    heading(camille, "Relecture de confidentialité")
    expect(camille.locator("#finding-1")).to_contain_text("Karim Benali")
    expect(camille.locator("#finding-1")).to_contain_text("Doit disparaître")
    expect(camille.locator("#finding-2")).to_contain_text("mots qui figurent tels quels dans une note privée : Séance 1")
    expect(camille.get_by_role("button", name="Proposer à mon client")).to_have_count(0)
    assert camille.get_by_role("checkbox").count() == 3
    camille.locator("#finding-2").get_by_role("link", name="Point 2").click()
    expect(camille.locator("#place-2:target")).to_be_in_viewport()
    looked_at(camille)
    pictured(camille, "stops")
    assert Proposal.objects.count() == 0

    camille.locator("main").get_by_role("link", name="Revenir au texte").last.click()
    expect(camille.get_by_label("Texte à montrer")).to_have_value(DRAFT)
    camille.get_by_label("Texte à montrer").fill(MENDED)
    press(camille, "Proposer à mon client")
    heading(camille, "Relecture de confidentialité")
    box = camille.get_by_role("checkbox", name="Je l’ai relu, cela peut partir")
    expect(box).not_to_be_checked()
    press(camille, "Proposer à mon client")
    expect(camille.get_by_text("veuillez répondre à chaque point")).to_be_visible()
    looked_at(camille)
    pictured(camille, "asks")
    box.check()
    press(camille, "Proposer à mon client")
    expect(camille.get_by_text("Rien ne part sans son accord")).to_be_visible()

    anais = windows.of("anais@example.org", phone=True)
    anais.goto(f"{live}/client/")
    follow(anais, "Une synthèse pour Hélène Vasseur")
    expect(anais.locator("#text")).to_have_text(MENDED)


def test_a_first_name_that_is_another_person_s_is_asked_about_once(live: str, browser: Browser, room: Room):
    camille = Windows(browser, live, "fr").of("camille@example.org")
    camille.goto(f"{live}/coach/engagements/{room.engagement.pk}/summaries/new/")
    camille.get_by_text("Hélène Vasseur").click()
    press(camille, "Écrire")
    camille.get_by_label("Texte à montrer").fill("Son frère Karim l’aide.")
    press(camille, "Proposer à mon client")

    press(camille, "C’est une autre personne")
    expect(camille.get_by_text("dans cet accompagnement, ce nom est celui d’une autre personne")).to_be_visible()
    looked_at(camille)
    press(camille, "Proposer à mon client")
    expect(camille.get_by_text("Rien ne part sans son accord")).to_be_visible()

    follow(camille, "Modifier le texte")
    camille.get_by_label("Texte à montrer").fill("Karim, son frère, l’aide beaucoup.")
    press(camille, "Proposer à mon client")
    expect(camille.get_by_text("n’a rien trouvé")).to_be_visible()
    camille.goto(f"{live}/coach/engagements/{room.engagement.pk}/people/")
    expect(camille.get_by_text("karim", exact=True)).to_be_visible()
    looked_at(camille)
    pictured(camille, "people")
