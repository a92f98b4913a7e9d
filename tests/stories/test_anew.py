"""Camille's passphrase may have leaked: new keys, a new sheet, and everything is sealed again; then Anaïs does the same on her telephone."""

from __future__ import annotations

import os

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from accounts.models import User
from sessions.destroying import going_on
from sessions.models import Note, PrivateEntry
from tests.cast import Cast
from tests.sessions.book import Book
from tests.stories.test_destroying import step_up
from tests.stories.test_rights import written
from tests.stories.test_summary import Windows
from tests.stories.walk import follow, heading, looked_at, press
from vault import slots
from vault.models import DataKey
from vault.unlocked import Unlocked

pytestmark = pytest.mark.timeout(300)
NEW = "seven other words that nobody knows"


@pytest.fixture
def windows(live, browser) -> Windows:
    return Windows(browser, live, "fr")


def shot(page: Page, name: str) -> None:
    """Pictures for whoever asks for some: as it is, and in the dark."""
    if folder := os.environ.get("COACHVAULT_PICTURES"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{folder}/{name}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")


def new_keys(page: Page) -> None:
    """Make new keys, and the sheet that goes with them."""
    follow(page, "Faire de nouvelles clés")
    step_up(page)
    heading(page, "Faire de nouvelles clés")
    expect(page.get_by_text("vous scellez tout de nouveau")).to_be_visible()
    page.get_by_label("Pour confirmer").fill("nouvelles clés")
    page.get_by_label("Choisir une phrase de passe").fill(NEW)
    page.get_by_label("La même phrase de passe").fill(NEW)
    press(page, "Faire de nouvelles clés")
    expect(page.get_by_text("permet de les sceller de nouveau")).to_be_visible()


def made_sheet(page: Page) -> None:
    """Make the sheet and type two of its groups back."""
    press(page, "Créer ma fiche")
    groups = page.locator("input[name=code]").first.input_value().split("-")
    for field in page.locator("input[name^=group_]").all():
        field.fill(groups[int((field.get_attribute("name") or "")[-1]) - 1])
    press(page, "Confirmer la fiche")


def vault_of(person: User) -> Unlocked:
    return Unlocked(person.pk, slots.open_with_passphrase(person.pk, NEW))


def test_after_a_leak_everything_is_sealed_again(windows, live, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    book = Book(cast)
    private = book.private("Ce que je n’ai dit à personne.")
    written(cast, book.engagement, *(f"Note {number}" for number in range(1, 7)))
    monkeypatch.setattr(going_on, "SECONDS", 0.001)  # one key in each request
    camille, anais = windows.of("camille@example.org"), windows.of("anais@example.org", phone=True)

    camille.goto(f"{live}/accounts/key/")
    expect(camille.get_by_text("Tout sceller de nouveau")).to_have_count(0)
    new_keys(camille)
    camille.goto(f"{live}/accounts/key/")
    expect(camille.get_by_text("Des textes restent à sceller de nouveau")).to_be_visible()
    looked_at(camille)
    shot(camille, "anew-key")
    camille.goto(f"{live}/accounts/recovery/")
    made_sheet(camille)
    heading(camille, "Tout sceller de nouveau")
    looked_at(camille)
    shot(camille, "anew-offer")
    press(camille, "Tout sceller de nouveau")
    expect(camille.locator("progress")).to_be_visible()
    shot(camille, "anew-going")
    camille.goto(f"{live}/coach/retention/")
    expect(camille.get_by_role("link", name="clés sur")).to_be_visible()
    shot(camille, "anew-list")
    follow(camille, "clés sur")
    expect(camille.get_by_text("Il ne reste rien à sceller de nouveau")).to_be_visible()
    looked_at(camille)
    shot(camille, "anew-done")
    mine = DataKey.objects.filter(maker=cast.camille.person_id, shredded_at__isnull=True)
    assert set(mine.values_list("epoch", flat=True)) == {2}
    note = Note.objects.first()
    assert note is not None
    assert vault_of(cast.camille.person).open(note.body, note.place()).startswith("Note")

    anais.goto(f"{live}/accounts/key/")
    new_keys(anais)
    made_sheet(anais)
    heading(anais, "Tout sceller de nouveau")
    shot(anais, "anew-phone-offer")
    row = PrivateEntry.objects.get(pk=private.pk)
    stored = row.body.stored()
    damaged(row, stored[:40] + b"x")
    press(anais, "Tout sceller de nouveau")
    expect(anais.get_by_text("Certains textes ne s’ouvrent pas")).to_be_visible()
    looked_at(anais)
    shot(anais, "anew-phone-stuck")
    damaged(row, stored)
    press(anais, "Réessayer")
    expect(anais.get_by_text("Il ne reste rien à sceller de nouveau")).to_be_visible()
    shot(anais, "anew-phone-done")
    fresh = book.fresh(private)
    assert vault_of(cast.anais.person).open(fresh.body, fresh.place()) == "Ce que je n’ai dit à personne."


def damaged(row: PrivateEntry, stored: bytes) -> None:
    """Other bytes in the row, put there by somebody at the database's prompt."""
    with connection.cursor() as cursor:
        cursor.execute("update coaching_sessions_privateentry set body = %s where id = %s", [stored, row.pk])
