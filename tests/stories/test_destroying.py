"""Camille destroys one note, holds the rest, then lets it go; Anaïs sees each step on her phone and keeps the attestation."""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consent import attesting
from consent.actions.engagements import end_engagement
from consent.models import Destruction
from sessions.models import Note
from tests.cast import PASSPHRASE, Cast
from tests.consent.agreements import in_force
from tests.stories.test_rights import written
from tests.stories.test_summary import Windows
from tests.stories.walk import follow, heading, looked_at, press

pytestmark = pytest.mark.timeout(300)
KEPT = "À conduire."


@pytest.fixture
def windows(live, browser) -> Windows:
    return Windows(browser, live, "fr")


def step_up(page: Page) -> None:
    """Type the passphrase where it is asked for again."""
    heading(page, "Confirmer que c’est bien vous")
    page.locator("[name=password]").fill(PASSPHRASE)
    press(page, "Continuer")


def confirm(page: Page) -> None:
    """Type the word, wrongly first."""
    page.locator("[name=word]").fill("non")
    press(page, "Détruire pour toujours")
    expect(page.get_by_text("Rien n’a été détruit")).to_be_visible()
    page.locator("[name=word]").fill("détruire")
    press(page, "Détruire pour toujours")


def shot(page: Page, name: str) -> None:
    """A picture for whoever asks for one."""
    if folder := os.environ.get("COACHVAULT_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_note_goes_a_hold_keeps_the_rest_and_then_everything_goes(windows, live, cast: Cast):
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    written(cast, engagement, "Une confidence de trop.", KEPT)
    anais, camille = windows.of("anais@example.org", phone=True), windows.of("camille@example.org")
    note = Note.objects.order_by("made_at").first()
    assert note is not None

    camille.goto(f"{live}/coach/notes/{note.pk}/")
    follow(camille, "Détruire cette note")
    step_up(camille)
    heading(camille, "Détruire cette note")
    looked_at(camille)
    shot(camille, "note")
    confirm(camille)
    heading(camille, "Une nouvelle clé")
    expect(camille.get_by_text("La nouvelle clé est en place")).to_be_visible()
    looked_at(camille)
    shot(camille, "renewal")
    for row in Destruction.objects.all():
        assert attesting.attest(row.pk)

    end_engagement(engagement=engagement, by=cast.camille)
    camille.get_by_role("link", name="Continuer").click()
    heading(camille, "Ce qui est conservé, et jusqu’à quand")
    camille.get_by_text("Conserver plus longtemps").click()
    camille.get_by_label("Une action en justice").check()
    camille.get_by_label("Pourquoi, pour vous").fill("Courrier de son avocat")
    camille.locator("[name=until]").fill((timezone.localdate() + timedelta(days=40)).isoformat())
    looked_at(camille)
    press(camille, "Poser le maintien")
    expect(camille.get_by_text("Courrier de son avocat")).to_be_visible()
    looked_at(camille)
    shot(camille, "hold")

    anais.reload()
    expect(anais.get_by_text("Votre coach conserve ces textes plus longtemps")).to_be_visible()
    shot(anais, "phone-home")
    follow(anais, "Ce qui est conservé, et jusqu’à quand")
    expect(anais.get_by_text("Une action en justice")).to_be_visible()
    assert "avocat" not in anais.content()
    looked_at(anais)
    shot(anais, "phone-hold")

    press(camille, "Lever le maintien")
    follow(camille, "Voir ce qui disparaîtrait")
    heading(camille, "Détruire tout ce qui est écrit")
    looked_at(camille)
    shot(camille, "engagement")
    confirm(camille)
    expect(camille.get_by_text(re.compile("Tout ce qui était écrit dans cet accompagnement est détruit"))).to_be_visible()
    for row in Destruction.objects.filter(attested_at__isnull=True):
        assert attesting.attest(row.pk)
    camille.reload()
    expect(camille.get_by_text("Attestée").first).to_be_visible()
    looked_at(camille)
    shot(camille, "destroyed")
    camille.goto(f"{live}/coach/retention/")
    looked_at(camille)
    shot(camille, "list")

    anais.reload()
    expect(anais.get_by_text("Plus personne ne peut ouvrir")).to_be_visible()
    looked_at(anais)
    shot(anais, "phone-destroyed")
    with anais.expect_download() as kept:
        anais.get_by_role("link", name="Attestation (PDF)").first.click()
    content = kept.value.path().read_bytes()
    assert content.startswith(b"%PDF")
    assert not Note.objects.exists()
    if folder := os.environ.get("COACHVAULT_PICTURES"):
        from support import pdf

        for number, page in enumerate(pdf.pages(content), start=1):
            with open(f"{folder}/attestation-{number}.png", "wb") as file:
                file.write(page)
