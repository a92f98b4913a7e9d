"""Her data: on her phone she asks for everything, he goes through it with a mask and a gap, she reads the copy and takes her space along."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consent.models import RightsRequest
from sessions import actions as notes
from tests.cast import PASSPHRASE, Cast
from tests.consent.agreements import in_force
from tests.stories.test_summary import Windows
from tests.stories.walk import follow, heading, looked_at, press

pytestmark = pytest.mark.timeout(300)
FIRST = "Elle parle de Paul, son voisin, et de sa peur du comité."
SECOND = "Tout le récit du divorce de Paul."


@pytest.fixture
def windows(live, browser) -> Windows:
    return Windows(browser, live, "fr")


def written(cast: Cast, engagement, *texts: str) -> None:
    """A session with a finished note for each text."""
    vault = cast.vault("Camille Aubry")
    for text in texts:
        facts = {"starts_at": timezone.now(), "minutes": 60, "place": "office", "agenda": ""}
        session = notes.plan_session(engagement=engagement, by=cast.camille, **facts)
        note = notes.start_note(session=session, vault=vault, by=cast.camille)
        notes.finish_note(note=note, text=text, expected_version=note.version, vault=vault, by=cast.camille)


def choose(page: Page, name: str) -> None:
    """Choose one of the decisions."""
    page.locator("label.choice", has_text=name).click()


def test_she_asks_for_everything_and_reads_it_with_a_mask_and_a_gap(windows, live, cast: Cast):
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    written(cast, engagement, FIRST, SECOND)
    anais, camille = windows.of("anais@example.org", phone=True), windows.of("camille@example.org")

    follow(anais, "Mes données")
    heading(anais, "Mes données")
    looked_at(anais)
    follow(anais, "Demander une copie")
    looked_at(anais)
    anais.get_by_label("Un mot à votre coach").fill("Avant de changer de poste.")
    press(anais, "Envoyer à mon coach")
    expect(anais.get_by_text("C’est chez votre coach")).to_be_visible()
    looked_at(anais)

    camille.goto(f"{live}/coach/")
    looked_at(camille)
    follow(camille, "Accès à toutes les données")
    expect(camille.get_by_text("Avant de changer de poste.")).to_be_visible()
    looked_at(camille)
    follow(camille, "Parcourir les textes")
    expect(camille.get_by_text("0 / 3").first).to_be_visible()
    looked_at(camille)
    press_link(camille, "Commencer")
    choose(camille, "Tel quel")
    press(camille, "Retenir et continuer")

    expect(camille.get_by_text("Elle parle de Paul").first).to_be_visible()
    text = camille.get_by_label("La copie que lit votre client")
    text.evaluate("e => { const at = e.value.indexOf('Paul'); e.focus(); e.setSelectionRange(at, at + 'Paul, son voisin,'.length); }")
    press(camille, "Masquer la sélection")
    expect(text).to_have_value("Elle parle de [masqué] et de sa peur du comité.")
    press(camille, "Retenir et continuer")
    expect(camille.get_by_text("Veuillez dire pourquoi")).to_be_visible()
    expect(text).to_have_value("Elle parle de [masqué] et de sa peur du comité.")
    looked_at(camille)
    camille.get_by_label("Pourquoi").select_option("others")
    press(camille, "Retenir et continuer")

    expect(camille.get_by_text(SECOND).first).to_be_visible()
    choose(camille, "Écarté")
    camille.get_by_label("Pourquoi").select_option("others")
    camille.get_by_label("En une phrase").fill("Ce récit ne concerne que mon voisin de table.")
    press(camille, "Retenir et continuer")
    expect(camille.get_by_text("3 / 3").first).to_be_visible()
    anais.reload()
    expect(anais.get_by_text("[masqué]")).to_have_count(0)
    follow(camille, "Relire la copie entière")
    heading(camille, "Voici ce que lira votre client")
    looked_at(camille)
    camille.get_by_label("Un mot joint à la copie").fill("Voici votre copie.")
    press(camille, "Remettre la copie")
    expect(camille.get_by_text("Elle ne peut plus être modifiée")).to_be_visible()
    looked_at(camille)

    anais.reload()
    expect(anais.get_by_text("Voici votre copie.")).to_be_visible()
    expect(anais.get_by_text("Elle parle de [masqué] et de sa peur du comité.")).to_be_visible()
    expect(anais.get_by_text("Ce récit ne concerne que mon voisin de table.")).to_be_visible()
    assert "Paul" not in anais.content()
    looked_at(anais)
    anais.goto(f"{live}/client/log/")
    expect(anais.get_by_text("pour répondre à votre demande")).to_be_visible()
    looked_at(anais)


def press_link(page: Page, name: str) -> None:
    """Click a link that looks like a button."""
    page.get_by_role("link", name=name, exact=True).click()


def test_she_takes_her_space_along_after_her_passphrase(windows, live, cast: Cast, tmp_path: Path):
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    written(cast, engagement, FIRST)
    anais = windows.of("anais@example.org", phone=True)
    anais.goto(f"{live}/client/rights/")

    follow(anais, "Télécharger pour un logiciel")
    anais.locator("[name=password]").fill(PASSPHRASE)
    with anais.expect_download() as found:
        anais.locator("main form button.primary").click()
    path = tmp_path / "space.json"
    found.value.save_as(path)

    content = json.loads(path.read_text())
    assert content["engagements"][0]["title"] == "Prise de poste"
    assert FIRST not in path.read_text()
    assert "Anaïs" not in found.value.suggested_filename
    anais.goto(f"{live}/client/log/")
    expect(anais.get_by_text("Vous avez téléchargé tout ce que montre votre espace.")).to_be_visible()


def test_a_correction_is_refused_with_a_reason_and_her_words_are_kept(windows, live, cast: Cast):
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    anais, camille = windows.of("anais@example.org", phone=True), windows.of("camille@example.org")
    anais.goto(f"{live}/client/rights/new/rectification/")
    anais.get_by_label("Ce qui est faux").fill("Je dirige huit personnes.")
    anais.get_by_label("Ce qui serait juste").fill("J’en dirige onze.")
    press(anais, "Envoyer à mon coach")
    row = RightsRequest.objects.get()

    camille.goto(f"{live}/coach/rights/{row.pk}/")
    expect(camille.get_by_text("J’en dirige onze.")).to_be_visible()
    camille.get_by_label("Pas fait").check()
    camille.get_by_label("Ce que vous avez fait, ou pourquoi non").fill("C’est ce que vous m’aviez dit alors.")
    camille.get_by_label("Garder les mots de mon client").check()
    looked_at(camille)
    press(camille, "Envoyer la réponse")
    expect(camille.get_by_text("Votre réponse est dans l’espace")).to_be_visible()

    anais.reload()
    expect(anais.get_by_text("C’est ce que vous m’aviez dit alors.")).to_be_visible()
    expect(anais.get_by_text("la CNIL")).to_be_visible()
    looked_at(anais)
    camille.goto(f"{live}/coach/engagements/{engagement.pk}/")
    follow(camille, "La déclaration de votre client")
    expect(camille.get_by_text("J’en dirige onze.")).to_be_visible()
