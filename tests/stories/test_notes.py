"""Camille writes notes in her browser: saved as she types, never lost, read by her alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect

from sessions import actions
from sessions.models import Note, NoteVersion
from tests.cast import PASSPHRASE, Cast
from tests.sessions.conftest import Room
from vault.models import Unlock

SAVED = re.compile("Enregistré à")


@pytest.fixture
def browser_context_args(browser_context_args: dict) -> dict:
    """A browser in French, in Paris."""
    return {**browser_context_args, "locale": "fr-FR", "timezone_id": "Europe/Paris", "reduced_motion": "reduce"}


@pytest.fixture
def room(live: str) -> Room:
    """Camille and Anaïs, with a session last week whose note is finished, and one under way."""
    room = Room(Cast())
    before = room.note(
        "### Ce qu’elle a dit\n\nElle **hésite** à déléguer.\n\n- [ ] appeler Karim\n- [x] relire l’objectif", room.session(hours=-170)
    )
    room.finish(before)
    actions.hold_session(session=before.session, by=room.camille)
    room.session(hours=-0.25, agenda="Le comité de jeudi")
    room.session(hours=120, place="video", agenda="")
    return room


@pytest.fixture
def camille(live: str, room: Room, page: Page) -> Iterator[Page]:
    """Camille, signed in, on today's page. Nothing is ever left in her browser."""
    sign_in(page, live, room.camille.person.address)
    page.goto(f"{live}/coach/")
    yield page
    for tab in page.context.pages:
        if tab.url.startswith(live):
            assert tab.evaluate("localStorage.length + sessionStorage.length") == 0
            assert tab.evaluate("indexedDB.databases().then((found) => found.length)") == 0


def sign_in(page: Page, live: str, address: str) -> None:
    """Sign in through the page."""
    page.goto(f"{live}/accounts/login/")
    page.locator("[name=login]").fill(address)
    page.locator("[name=password]").fill(PASSPHRASE)
    page.locator("main form button.primary").click()
    page.wait_for_url(re.compile(r"^(?!.*login).*$"))


def open_note(page: Page) -> None:
    """From today's page to a cursor in the note of the session under way: one click."""
    page.get_by_role("button", name="Nouvelle note").click()
    page.wait_for_url("**/coach/notes/*/")


def text_of(page: Page):
    """The field that she writes in."""
    return page.locator("#note")


def state_of(page: Page):
    """The line that says what became of the text."""
    return page.locator("[data-autosave-state]")


def newest(room: Room) -> Note:
    """The note that she is writing."""
    return Note.objects.select_related("session__engagement__coach").filter(finished_at__isnull=True).get()


def finds_nothing(page: Page) -> None:
    """Axe has nothing to say about this page."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_she_writes_and_sees_that_it_is_saved(camille: Page, room: Room) -> None:
    open_note(camille)

    text_of(camille).fill("Elle a trouvé les mots pour son équipe.")
    expect(state_of(camille)).to_have_text(SAVED)

    assert room.text(newest(room)) == "Elle a trouvé les mots pour son équipe."
    assert camille.locator("[data-beside]").inner_text().count("hésite") == 1
    camille.reload()
    expect(text_of(camille)).to_have_value("Elle a trouvé les mots pour son équipe.")
    finds_nothing(camille)


def test_words_typed_before_the_scripts_are_there_are_saved_too(camille: Page, room: Room, live: str) -> None:
    note = room.note("", room.session(hours=-1))
    waiting: list[Route] = []
    camille.route("**/autosave*.js", lambda route: route.continue_() if waiting else waiting.append(route))
    camille.goto(f"{live}/coach/notes/{note.pk}/", wait_until="commit")

    camille.locator("[data-text]").fill("Elle commence à déléguer.")
    expect(camille.locator("[data-autosave-state]")).not_to_have_attribute("data-state", "typing")
    while not waiting:
        camille.wait_for_timeout(50)
    waiting[0].continue_()

    expect(camille.locator("[data-autosave-state]")).to_have_attribute("data-state", "saved")
    camille.reload()
    expect(camille.locator("[data-text]")).to_have_value("Elle commence à déléguer.")


def test_two_tabs_keep_both_texts(camille: Page, room: Room, context: BrowserContext) -> None:
    open_note(camille)
    other = context.new_page()
    other.goto(camille.url)

    text_of(camille).fill("Du premier onglet.")
    expect(state_of(camille)).to_have_text(SAVED)
    text_of(other).fill("Du second onglet.")
    expect(other.locator("[data-conflict]")).to_be_visible()
    finds_nothing(other)
    expect(other.locator("[data-mine]")).to_have_text("Du second onglet.")
    expect(other.locator("[data-theirs]")).to_have_text("Du premier onglet.")
    other.get_by_role("button", name="Garder les deux").click()
    expect(state_of(other)).to_have_text(SAVED)

    assert room.text(newest(room)) == "Du premier onglet.\n\nDu second onglet."


def test_the_text_that_she_lets_go_is_still_among_the_earlier_ones(camille: Page, room: Room, context: BrowserContext) -> None:
    open_note(camille)
    other = context.new_page()
    other.goto(camille.url)
    text_of(camille).fill("Du premier onglet.")
    expect(state_of(camille)).to_have_text(SAVED)
    text_of(other).fill("Du second onglet.")

    other.locator("[data-keep=mine]").click()
    expect(state_of(other)).to_have_text(SAVED)

    note = newest(room)
    kept = [room.vault.open(one.body, note.place(one.version)) for one in NoteVersion.objects.filter(note=note)]
    assert room.text(note) == "Du second onglet."
    assert "Du premier onglet." in kept


def test_a_vault_that_locks_while_she_types_loses_nothing(camille: Page, room: Room) -> None:
    open_note(camille)
    text_of(camille).fill("Avant.")
    expect(state_of(camille)).to_have_text(SAVED)
    Unlock.objects.all().delete()

    text_of(camille).fill("Avant. Et ce que je tapais encore.")
    dialog = camille.locator("dialog#unlock")
    expect(dialog).to_be_visible()
    expect(state_of(camille)).to_contain_text("Coffre verrouillé")
    expect(text_of(camille)).to_have_value("Avant. Et ce que je tapais encore.")
    assert room.text(newest(room)) == "Avant."

    dialog.locator("#unlock-password").fill(PASSPHRASE)
    dialog.get_by_role("button", name="Déverrouiller").click()
    expect(dialog).to_be_hidden()
    expect(state_of(camille)).to_have_text(SAVED)

    assert room.text(newest(room)) == "Avant. Et ce que je tapais encore."


def test_without_a_network_the_text_waits_on_screen(camille: Page, room: Room, context: BrowserContext) -> None:
    open_note(camille)
    context.set_offline(True)

    text_of(camille).fill("Dans le train.")
    expect(state_of(camille)).to_contain_text("pas de connexion")
    context.set_offline(False)
    expect(state_of(camille)).to_have_text(SAVED)

    assert room.text(newest(room)) == "Dans le train."


def test_signed_out_elsewhere_and_in_again_the_text_is_saved(camille: Page, room: Room, context: BrowserContext, live: str) -> None:
    open_note(camille)
    address = camille.url
    other = context.new_page()
    other.goto(f"{live}/coach/")
    other.context.clear_cookies()

    text_of(camille).fill("Rien ne se perd.")
    expect(state_of(camille)).to_have_attribute("data-state", re.compile("signedout|error"))
    sign_in(other, live, room.camille.person.address)
    camille.get_by_role("button", name="Enregistrer de nouveau").click()
    expect(state_of(camille)).to_have_text(SAVED)

    assert camille.url == address
    assert room.text(newest(room)) == "Rien ne se perd."


def test_she_finishes_adds_and_goes_back_to_an_earlier_text(camille: Page, room: Room) -> None:
    open_note(camille)
    text_of(camille).fill("Un premier jet, trop dur.")
    camille.keyboard.press("Control+s")
    expect(state_of(camille)).to_have_text(SAVED)
    text_of(camille).fill("Un texte plus juste.")
    camille.keyboard.press("Control+s")
    expect(state_of(camille)).to_have_text(SAVED)

    camille.get_by_role("link", name="Textes antérieurs").click()
    camille.get_by_role("link", name=re.compile("Texte n°")).first.click()
    expect(camille.locator("article")).to_contain_text("Un premier jet, trop dur.")
    finds_nothing(camille)
    camille.get_by_role("button", name="Rétablir ce texte").click()
    expect(text_of(camille)).to_have_value("Un premier jet, trop dur.")

    text_of(camille).fill("Elle **délègue** le comité.")
    camille.keyboard.press("Control+Enter")
    expect(camille.locator("article strong").first).to_have_text("délègue")
    expect(camille.locator("textarea")).to_have_count(0)
    finds_nothing(camille)

    camille.get_by_role("button", name="Compléter cette note").click()
    text_of(camille).fill("Elle a écrit le soir même.")
    camille.get_by_role("button", name="Terminer la note").click()
    expect(camille.locator("article")).to_have_count(2)
    expect(camille.locator("article").last).to_contain_text("Elle a écrit le soir même.")


def test_on_a_phone_everything_is_within_reach(camille: Page, room: Room, live: str) -> None:
    camille.set_viewport_size({"width": 390, "height": 844})
    session = Note.objects.select_related("session").first().session
    pages = [f"{live}/coach/", f"{live}/coach/engagements/{room.engagement.pk}/", f"{live}/coach/sessions/{session.pk}/"]
    pages += [f"{live}/coach/engagements/{room.engagement.pk}/sessions/new/", f"{live}/coach/engagements/{room.engagement.pk}/log/"]

    for address in pages:
        camille.goto(address)
        assert camille.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        finds_nothing(camille)
    camille.goto(f"{live}/coach/")
    open_note(camille)

    assert camille.evaluate("document.documentElement.scrollWidth <= innerWidth")
    finds_nothing(camille)


def test_anais_sees_that_notes_exist_and_who_opened_them_but_no_word(live: str, room: Room, page: Page) -> None:
    sign_in(page, live, room.cast.anais.person.address)

    page.goto(f"{live}/client/")
    expect(page.locator("main")).to_contain_text("1 note")
    finds_nothing(page)
    page.get_by_role("link", name=re.compile("Journal des accès")).first.click()

    expect(page.locator("main")).to_contain_text("Note terminée")
    assert "hésite" not in page.content()
    finds_nothing(page)


def test_the_day_shows_what_is_next(camille: Page, room: Room) -> None:
    assert timezone.now() - room.engagement.opened_at < timedelta(minutes=5)
    expect(camille.get_by_role("heading", name="Séances du jour")).to_be_visible()
    expect(camille.get_by_role("heading", name="Prochaines séances")).to_be_visible()
    finds_nothing(camille)
