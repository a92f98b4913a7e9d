"""A coach adds a clause of her own, sees the agreement follow, publishes it, and compares two versions."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from consent.models import AgreementTemplate
from tests.cast import Cast
from tests.stories.walk import WIDE, follow, heading, looked_at, press, sign_in

pytestmark = pytest.mark.timeout(240)


def test_a_clause_of_her_own_from_the_first_word_to_the_next_version(page: Page, live: str) -> None:
    cast = Cast()
    engagement = cast.engagement(cast.anais)
    page.set_viewport_size(WIDE)
    sign_in(page, live, cast.camille.person.address)

    page.goto(f"{live}/coach/templates/")
    heading(page, "Vos modèles et vos clauses")
    looked_at(page)
    follow(page, "Nouveau modèle")
    looked_at(page)
    page.get_by_label("Nom du modèle").fill("Cadres")
    press(page, "Commencer")

    heading(page, "Écrire un modèle")
    press(page, "Ajouter une clause à vous")
    expect(page.get_by_label("Titre")).to_be_focused()
    page.get_by_label("Titre").fill("Les retards")
    text = page.locator("[data-takes-fields]")
    text.fill("Après quinze minutes, ")
    page.get_by_text("Champs que cette clause peut utiliser").click()
    page.get_by_role("button", name="Insérer : Personne accompagnée").click()
    text.press_sequentially(" peut déplacer la séance.")
    expect(text).to_have_value("Après quinze minutes, {client} peut déplacer la séance.")
    expect(page.locator("#preview")).to_contain_text("Claire Exemple peut déplacer la séance.")
    page.get_by_label("Se place après").select_option("promise_b")
    press(page, "Monter : une clause à vous")
    expect(page.get_by_label("Se place après")).to_have_value("promise_a")
    expect(page.get_by_role("button", name="Monter : Les retards")).to_be_focused()
    page.get_by_label("Aucun enregistrement").check()
    page.get_by_label("Montré pour").select_option("b-paid")
    expect(page.locator("#preview")).to_contain_text("Aucun enregistrement")
    looked_at(page)
    page.get_by_label("Pages du PDF").check()
    expect(page.locator("#preview img").first).to_be_visible()
    looked_at(page)
    page.get_by_label("Pas un mot de vous en supervision").check()
    page.get_by_label("Ma supervision, sous un pseudonyme").first.check()
    expect(page.locator("#preview")).to_contain_text("se contredisent")
    press(page, "Enregistrer")
    expect(page.locator("#error-no_supervision_a")).to_be_visible()
    looked_at(page)
    page.get_by_label("Pas un mot de vous en supervision").uncheck()
    press(page, "Enregistrer et vérifier")

    heading(page, "Cadres")
    looked_at(page)
    press(page, "Publier")
    press(page, "Commencer une nouvelle version")
    page.locator("[data-takes-fields]").fill("Après dix minutes, {client} peut déplacer la séance.")
    page.get_by_label("Se place après").select_option("room")
    page.get_by_label("Aucun enregistrement").uncheck()
    press(page, "Enregistrer et vérifier")
    follow(page, "Ce qui a changé")
    expect(page.locator("del").first).to_be_visible()
    looked_at(page)
    page.goto(f"{live}/coach/templates/")
    looked_at(page)
    assert [one.state for one in AgreementTemplate.objects.order_by("number")] == ["published", "draft"]

    page.goto(f"{live}/coach/engagements/{engagement.pk}/agreements/new/confidentiality/")
    page.get_by_label("Modèle").select_option(index=1)
    expect(page.locator("#preview")).to_contain_text("Les retards")
    looked_at(page)
