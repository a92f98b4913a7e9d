"""A pledge on a telephone, in French: its coach completes and publishes it, her client acknowledges it, anybody reads it."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.cast import Cast
from tests.consent.pledges import FACTS
from tests.stories.test_agreement import TELEPHONE, beside_the_loop
from tests.stories.walk import follow, heading, looked_at, press, sign_in


def cast_of_two() -> None:
    """Camille, and Anaïs who has an engagement with her."""
    cast = Cast()
    cast.engagement(cast.anais)


def completed(page: Page) -> None:
    """Fill in the three facts, change a part, move it, add one; the page beside follows and a PDF opens without leaving."""
    for name, text in FACTS.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=text-roles]").fill("Vous apportez vos sujets, je tiens le cadre.")
    expect(page.locator("#preview")).to_contain_text("Vous apportez vos sujets, je tiens le cadre.")
    expect(page.locator("#preview")).to_contain_text(FACTS["complaint"])
    with page.expect_popup() as beside:
        press(page, "Voir en PDF")
    beside.value.close()
    page.get_by_role("button", name="Monter : Qui fait quoi").click()
    page.wait_for_url("**#part-roles")
    press(page, "Ajouter une partie à vous")
    page.wait_for_url("**#part-own_*")
    own = page.url.rpartition("#part-")[2]
    page.locator(f"[name=title-{own}]").fill("Entre les séances")
    page.locator(f"[name=text-{own}]").fill("Je réponds dans les deux jours.")
    looked_at(page)
    press(page, "Enregistrer et vérifier")


def test_camille_publishes_anais_acknowledges_and_anybody_reads(browser: Browser, live: str) -> None:
    beside_the_loop(cast_of_two)
    camille, anais, anybody = (browser.new_context(**TELEPHONE).new_page() for _ in range(3))

    sign_in(camille, live, "camille@example.org")
    follow(camille, "Ma charte")
    heading(camille, "Charte d’engagement")
    looked_at(camille)
    camille.get_by_role("button", name="Commencer la charte").first.click()
    heading(camille, "Écrire la charte")
    assert camille.locator("[name=text-limits]").count() == 0
    completed(camille)
    assert not camille.get_by_role("checkbox").is_checked()
    camille.get_by_role("checkbox").check()
    looked_at(camille)
    press(camille, "Publier")
    expect(camille.get_by_text("Version 1 publiée")).to_be_visible()
    public = camille.locator("#public-url").inner_text()
    looked_at(camille)

    sign_in(anais, live, "anais@example.org")
    follow(anais, "Charte d’engagement")
    expect(anais.get_by_text("Je réponds dans les deux jours.")).to_be_visible()
    looked_at(anais)
    press(anais, "J’ai reçu et lu cette charte")
    expect(anais.get_by_text(re.compile("^Reçue et lue le ")).first).to_be_visible()
    looked_at(anais)

    camille.reload()
    expect(camille.get_by_text(re.compile("^Accusé de réception le ")).first).to_be_visible()
    camille.get_by_text("Preuve de réception").click()
    expect(camille.get_by_text("J’ai reçu et lu cette charte.")).to_be_visible()
    looked_at(camille)

    anybody.goto(public)
    heading(anybody, "Charte d’engagement")
    expect(anybody.get_by_text("Je réponds dans les deux jours.")).to_be_visible()
    expect(anybody.get_by_text("Anaïs")).to_have_count(0)
    looked_at(anybody)
    for page in (camille, anais, anybody):
        page.context.close()
