"""One text for two contacts: the client strikes a line, says yes for one and no for the other, and sees who opened and who kept what."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from clients import actions as clients
from consent.actions import summaries as actions
from consent.models import Disclosure, Proposal, Wish
from support import pdf
from tests.cast import PASSPHRASE, Cast, person
from tests.consent.agreements import in_force
from tests.consent.readings import read
from tests.stories.test_summary import Windows, pass_a_minute
from tests.stories.walk import PHONE, WIDE, follow, heading, looked_at, press

pytestmark = pytest.mark.timeout(400)
TEXT = "Anaïs a posé trois jalons avec son équipe. Elle dort mal depuis mars. Elle tient le premier et demande un relais pour le deuxième."
LEFT = "Anaïs a posé trois jalons avec son équipe. Elle tient le premier et demande un relais pour le deuxième."


def pictured(page: Page, name: str) -> None:
    """Keep pictures of the page, wide and on a phone, light and dark, where somebody asked for them."""
    if folder := os.environ.get("PICTURES"):
        before = page.viewport_size
        for size, scheme in ((WIDE, "light"), (PHONE, "light"), (PHONE, "dark")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.screenshot(path=Path(folder) / f"{name}-{size['width']}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size(before or WIDE)


@pytest.fixture
def windows(live: str, browser: Browser) -> Windows:
    return Windows(browser, live, "fr")


def marc_joins(cast: Cast) -> None:
    user, _vault = person("Marc Ondel")
    facts = {"address": user.address, "role": "manager", "language": "fr", "by": cast.camille}
    contact = clients.add_contact(sponsor=cast.horizon, name="Marc Ondel", **facts)
    clients.join(invited=contact, person=user, by=user)


def test_one_text_goes_to_one_contact_and_not_to_the_other(windows: Windows, live: str, cast: Cast):
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    cast.helene  # noqa: B018  joined before anything is written
    marc_joins(cast)
    camille, anais = windows.of("camille@example.org"), windows.of("anais@example.org", phone=True)
    helene, marc = windows.of("helene@example.org"), windows.of("marc@example.org")
    empty = marc.locator("main").inner_text()

    camille.goto(f"{live}/coach/engagements/{engagement.pk}/summaries/new/")
    camille.get_by_text("Hélène Vasseur").click()
    press(camille, "Écrire")
    camille.get_by_label("Texte à montrer").fill(TEXT)
    expect(camille.get_by_label("Le proposer pour")).to_have_value(str(cast.helene.pk))
    press(camille, "Proposer à mon client")
    expect(camille.get_by_text("Rien ne part sans son accord")).to_be_visible()
    expect(camille.locator("#summary")).to_have_count(0)  # nothing is changed by a stray key while it waits
    press(camille, "Proposer pour Marc Ondel")
    expect(camille.get_by_text("Rien ne part sans son accord")).to_be_visible()
    looked_at(camille)
    pictured(camille, "coach-waiting")

    # The client strikes a sentence, thinks better of another, and says why
    anais.reload()
    expect(anais.get_by_text("Attend votre réponse")).to_have_count(2)
    follow(anais, "Une synthèse pour Hélène Vasseur")
    anais.locator("#change summary").click()
    strikes = anais.get_by_role("button", name="Rayer")
    expect(strikes).to_have_count(3)
    strikes.nth(2).click()
    press(anais, "Remettre")
    strikes.nth(1).click()
    expect(anais.locator("[name=text]")).to_have_value(LEFT)
    anais.locator("[name=comment]").fill("Mon sommeil ne regarde que nous.")
    looked_at(anais)
    pictured(anais, "client-strikes")
    press(anais, "Envoyer à mon coach")
    expect(anais.get_by_text("Votre demande est chez votre coach")).to_be_visible()
    looked_at(anais)
    pictured(anais, "client-asked")

    camille.reload()
    expect(camille.locator("[data-changes] del")).to_contain_text("Elle dort mal depuis mars")
    expect(camille.get_by_text("Mon sommeil ne regarde que nous.")).to_be_visible()
    looked_at(camille)
    pictured(camille, "coach-changes")
    press(camille, "Proposer ce texte tel quel")
    expect(camille.get_by_text("proposé tel quel")).to_be_visible()
    expect(camille.get_by_text("Caduque : le texte a changé").first).to_be_visible()
    press(camille, "Proposer pour Marc Ondel")
    expect(camille.get_by_text("Rien ne part sans son accord")).to_be_visible()

    # She reads what changed, says yes for one and no for the other
    anais.goto(f"{live}/client/")
    follow(anais, "Une synthèse pour Hélène Vasseur")
    expect(anais.locator("#text")).to_have_text(LEFT)
    follow(anais, "Ce qui a changé depuis la version précédente")
    expect(anais.locator("#changes del")).to_contain_text("Elle dort mal depuis mars")
    looked_at(anais)
    pictured(anais, "client-compare")
    follow(anais, "Cette version")
    anais.locator("#password").fill(PASSPHRASE)
    looked_at(anais)
    pictured(anais, "client-proposal")
    press(anais, "Autoriser")
    expect(anais.get_by_text("C’est noté")).to_be_visible()
    follow(anais, "Marc Ondel")
    press(anais, "Refuser")
    expect(anais.get_by_text("Rien n’est transmis")).to_be_visible()

    pass_a_minute()
    helene.reload()
    helene.locator("a[href*='/contact/summaries/']").first.click()
    expect(helene.locator("#text")).to_have_text(LEFT)
    expect(helene.locator("#mark")).to_contain_text("Pour Hélène Vasseur, et personne d’autre")
    looked_at(helene)
    pictured(helene, "contact")
    with helene.expect_download() as kept:
        follow(helene, "Garder un fichier marqué à votre nom")
    assert kept.value.suggested_filename.startswith("CV-")
    if folder := os.environ.get("PICTURES"):
        for number, picture in enumerate(pdf.pages(Path(kept.value.path()).read_bytes()), start=1):
            (Path(folder) / f"contact-file-{number}.png").write_bytes(picture)
    marc.goto(f"{live}/contact/")
    assert marc.locator("main").inner_text() == empty

    anais.goto(f"{live}/client/")
    follow(anais, "Une synthèse pour Hélène Vasseur")
    expect(anais.get_by_text("Hélène Vasseur l’a ouverte")).to_be_visible()
    expect(anais.get_by_text("Hélène Vasseur l’a gardée dans un fichier")).to_be_visible()
    expect(anais.get_by_role("link", name="Version 2, pour Marc Ondel", exact=True)).to_be_visible()
    looked_at(anais)
    pictured(anais, "client-after")
    camille.reload()
    expect(camille.get_by_text("Autorisée et lue").first).to_be_visible()
    looked_at(camille)
    pictured(camille, "coach-after")
    press(anais, "Retirer")
    expect(anais.get_by_text("Retiré, tout de suite")).to_be_visible()
    answer = helene.goto(f"{live}/contact/summaries/{Disclosure.objects.get().pk}/document.pdf")
    assert answer is not None
    assert answer.status == 404


def test_the_client_asks_for_something_to_be_said_and_the_coach_writes_it(windows: Windows, live: str, cast: Cast):
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    cast.helene  # noqa: B018
    camille, anais = windows.of("camille@example.org"), windows.of("anais@example.org", phone=True)

    follow(anais, "Demander à transmettre quelque chose")
    heading(anais, "Ce que j’aimerais transmettre")
    anais.get_by_text("Une autre personne").click()
    anais.get_by_label("Ce que vous aimeriez que cette personne sache").fill("Dites à Hélène que je prendrais l’astreinte de mai.")
    looked_at(anais)
    pictured(anais, "wish-new")
    press(anais, "Envoyer à mon coach")
    expect(anais.get_by_text("Rien n’est transmis pour autant")).to_be_visible()
    looked_at(anais)
    pictured(anais, "wish-client")

    camille.goto(f"{live}/coach/")
    expect(camille.get_by_text("Ce que vos clients aimeraient transmettre")).to_be_visible()
    looked_at(camille)
    pictured(camille, "today-wish")
    camille.locator(f"a[href*='/coach/wishes/{Wish.objects.get().pk}/']").click()
    looked_at(camille)
    pictured(camille, "wish-coach")
    camille.get_by_text("Hélène Vasseur").click()
    press(camille, "Commencer une synthèse avec ce texte")
    expect(camille.locator("#summary")).to_have_value("Dites à Hélène que je prendrais l’astreinte de mai.")
    looked_at(camille)
    pictured(camille, "wish-draft")
    press(camille, "Proposer à mon client")
    expect(camille.get_by_text("Rien ne part sans son accord")).to_be_visible()
    assert Proposal.objects.get().contact == cast.helene

    anais.goto(f"{live}/client/")
    expect(anais.get_by_text("Reprise", exact=True)).to_be_visible()
    expect(anais.get_by_text("Attend votre réponse")).to_be_visible()
    pictured(anais, "client-home")


def test_without_scripts_the_client_changes_the_text_in_a_field(live: str, browser: Browser, cast: Cast):
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    cast.helene  # noqa: B018
    vault = cast.vault("Camille Aubry")
    summary = actions.start_summary(engagement=engagement, contact=cast.helene, text=TEXT, vault=vault, by=cast.camille)
    proposal = actions.propose(summary=summary, text=TEXT, reading=read(TEXT, engagement, vault), vault=vault, by=cast.camille)
    page = browser.new_context(locale="fr-FR", viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{live}/accounts/login/")
    page.locator("[name=login]").fill("anais@example.org")
    page.locator("[name=password]").fill(PASSPHRASE)
    page.locator("main form button.primary").click()

    page.goto(f"{live}/client/summaries/{proposal.pk}/")
    page.locator("#change summary").click()
    expect(page.get_by_role("button", name="Rayer")).to_have_count(0)
    page.locator("[name=text]").fill(LEFT)
    press(page, "Envoyer à mon coach")

    expect(page.locator("#wanted")).to_have_text(LEFT)
    proposal.refresh_from_db()
    assert proposal.state == "changes_asked"
