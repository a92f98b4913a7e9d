"""A coach's morning at the door: in, away, locked by hand, a sheet of paper, and back in with it on a bad day."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pypdf
import pytest
from allauth.mfa.totp.internal import auth as totp
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.cast import PASSPHRASE, person
from vault.models import Unlock

NEW = "seven other words that nobody knows"
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
RUN = Axe()


@pytest.fixture
def browser_context_args(browser_context_args: dict) -> dict:
    """A browser that speaks French."""
    return {**browser_context_args, "locale": "fr-FR", "timezone_id": "Europe/Paris", "viewport": WIDE}


@pytest.fixture
def camille(live: str) -> User:
    return person("Camille Aubry")[0]


@pytest.fixture
def door(live: str, page: Page, camille: User) -> Iterator[Page]:
    """The sign-in page; in the end nothing was said in the browser's console."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{live}/accounts/login/")
    yield page
    assert [text for text in said if "401" not in text] == []  # a wrong passphrase in place is a 401, and browsers say so


def looked_at(page: Page) -> None:
    """Whoever cannot see, whoever has a phone: axe finds nothing, and nothing is wider than the screen."""
    for size, scheme in ((PHONE, "dark"), (WIDE, "light")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = RUN.run(page).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == [], (page.url, size, scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, size)


def sign_in(page: Page, passphrase: str = PASSPHRASE) -> None:
    page.get_by_label("Adresse e-mail").fill("camille@example.org")
    page.get_by_label("Phrase de passe").fill(passphrase)
    page.get_by_role("button", name="Se connecter").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible()


def open_settings(page: Page) -> None:
    """Signed in, and on a page that says her name."""
    sign_in(page)
    page.get_by_role("link", name="Mes réglages").click()
    heading(page, "Mes réglages")
    expect(page.get_by_text("Camille Aubry").first).to_be_visible()


def test_the_vault_is_open_after_signing_in_and_asks_again_after_a_while(door: Page) -> None:
    looked_at(door)
    sign_in(door, "not her passphrase")
    expect(door.get_by_text("ne vont pas ensemble")).to_be_visible()
    looked_at(door)

    open_settings(door)
    looked_at(door)
    Unlock.objects.update(used_at=timezone.now() - timedelta(minutes=16))
    door.get_by_role("listitem").filter(has_text="Phrase de passe").get_by_role("link", name="Modifier").click()

    heading(door, "Votre coffre est verrouillé")
    expect(door.get_by_text("Camille")).to_have_count(0)
    looked_at(door)
    expect(door.get_by_label("Phrase de passe")).to_be_focused()
    door.keyboard.type("not her passphrase")
    door.keyboard.press("Enter")
    expect(door.get_by_text("Ce n’est pas votre phrase de passe.")).to_be_visible()
    door.keyboard.type(PASSPHRASE)
    door.keyboard.press("Enter")
    heading(door, "Changer la phrase de passe")
    looked_at(door)


def test_a_button_or_escape_twice_locks_and_going_back_shows_nothing(door: Page) -> None:
    open_settings(door)

    door.get_by_role("button", name="Verrouiller tout de suite").first.click()
    heading(door, "Votre coffre est verrouillé")
    door.go_back()
    heading(door, "Votre coffre est verrouillé")
    assert "Camille" not in door.content()

    door.get_by_label("Phrase de passe").fill(PASSPHRASE)
    door.get_by_role("button", name="Déverrouiller").click()
    heading(door, "Mes réglages")
    door.keyboard.press("Escape")
    door.keyboard.press("Escape")
    heading(door, "Votre coffre est verrouillé")
    for _ in range(3):
        door.go_back()
        assert "Camille" not in door.content()
    assert not Unlock.objects.exists()


def test_signing_out_and_going_back_shows_nothing(door: Page) -> None:
    open_settings(door)

    door.get_by_role("button", name="Mon menu").click()
    looked_at(door)
    door.get_by_role("button", name="Se déconnecter").click()
    expect(door.get_by_label("Adresse e-mail")).to_be_visible()
    door.go_back()

    assert "Camille" not in door.content()


def test_a_locked_vault_is_unlocked_in_place_and_what_was_typed_stays(door: Page) -> None:
    open_settings(door)
    name = door.get_by_label("Vos prénom et nom")
    name.fill("Camille Aubry-Lenoir")
    Unlock.objects.all().delete()

    door.evaluate("document.dispatchEvent(new CustomEvent('vault:locked'))")
    dialog = door.get_by_role("dialog", name="Coffre verrouillé")
    looked_at(door)
    dialog.get_by_label("Phrase de passe").fill("not her passphrase")
    dialog.get_by_role("button", name="Déverrouiller").click()
    expect(dialog.get_by_role("alert")).to_have_text("Ce n’est pas votre phrase de passe.")
    dialog.get_by_label("Phrase de passe").fill(PASSPHRASE)
    dialog.get_by_role("button", name="Déverrouiller").click()

    expect(dialog).to_be_hidden()
    expect(name).to_have_value("Camille Aubry-Lenoir")
    door.get_by_role("button", name="Enregistrer").click()
    expect(door.get_by_text("Vos réglages sont enregistrés.")).to_be_visible()

    Session.objects.all().delete()
    door.evaluate("document.dispatchEvent(new CustomEvent('vault:locked'))")
    dialog.get_by_label("Phrase de passe").fill(PASSPHRASE)
    dialog.get_by_role("button", name="Déverrouiller").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Vous n’êtes plus connecté·e")


def test_the_countdown_is_shown_and_the_page_leaves_by_itself(door: Page) -> None:
    open_settings(door)
    expect(door.locator("[data-countdown]")).to_have_text("se verrouille dans 15 min")

    Unlock.objects.update(used_at=timezone.now() - timedelta(seconds=15 * 60 - 9))
    door.reload()  # polling would not have kept it open; a reload does
    expect(door.locator("[data-countdown]")).to_have_text("se verrouille dans 15 min")
    door.evaluate("document.dispatchEvent(new CustomEvent('vault:open-until', {detail: Math.floor(Date.now() / 1000) + 100}))")
    soon = door.get_by_role("dialog", name="Le coffre se verrouille dans deux minutes")
    expect(soon).to_be_visible()
    soon.get_by_role("button", name="Rester ici").click()
    expect(soon).to_be_hidden()
    expect(door.locator("[data-countdown]")).to_have_text("se verrouille dans 15 min")

    door.evaluate("document.dispatchEvent(new CustomEvent('vault:open-until', {detail: Math.floor(Date.now() / 1000) + 4}))")

    heading(door, "Votre coffre est verrouillé")


def sheet_is_made(page: Page) -> str:
    """The recovery code of a sheet made, printed and confirmed on screen."""
    page.get_by_role("link", name="La créer").click()
    asked = page.get_by_role("heading", name="Confirmer que c’est bien vous")
    expect(asked.or_(page.get_by_role("heading", name="Fiche de secours", level=1))).to_be_visible()
    if asked.is_visible():
        looked_at(page)
        page.locator("main").get_by_label("Phrase de passe").fill(PASSPHRASE)
        page.get_by_role("button", name="Continuer").click()
    heading(page, "Fiche de secours")
    looked_at(page)
    page.get_by_role("button", name="Créer ma fiche").click()
    expect(page.get_by_text("2. Recopier deux groupes")).to_be_visible()
    looked_at(page)
    with page.expect_download() as printed:
        page.get_by_role("button", name="Ouvrir la fiche à imprimer").click()
    text = pypdf.PdfReader(io.BytesIO(printed.value.path().read_bytes())).pages[0].extract_text()
    groups = page.locator("input[name=code]").first.input_value().split("-")
    assert all(group in text for group in groups)
    for field in page.locator("input[name^=group_]").all():
        field.fill(groups[int((field.get_attribute("name") or "")[-1]) - 1].lower())
    page.get_by_role("button", name="Confirmer la fiche").click()
    expect(page.get_by_text("Votre fiche de secours est confirmée.")).to_be_visible()
    return "-".join(groups)


def test_with_the_sheet_a_lost_passphrase_is_replaced(live: str, door: Page, camille: User) -> None:
    open_settings(door)
    code = sheet_is_made(door)
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(camille, secret)
    door.context.clear_cookies()

    door.goto(f"{live}/accounts/login/")
    door.get_by_role("link", name="Utiliser ma fiche de secours").click()
    heading(door, "Phrase de passe perdue")
    looked_at(door)
    door.get_by_label("Adresse e-mail").fill("camille@example.org")
    door.get_by_role("button", name="M’envoyer le lien").click()
    heading(door, "Consulter votre messagerie")
    looked_at(door)
    letter = door.get_by_role("link", name="Ouvrir le lien").first
    for _ in range(40):
        door.goto(f"{live}/mail/")
        if letter.is_visible():
            break
        door.wait_for_timeout(250)
    looked_at(door)
    letter.click()
    heading(door, "Votre lien de connexion")
    looked_at(door)
    door.get_by_role("button", name="Se connecter").click()

    heading(door, "Votre code")
    looked_at(door)
    door.get_by_label("Code").fill(totp.format_hotp_value(totp.hotp_value(secret, int(timezone.now().timestamp()) // 30)))
    door.get_by_role("button", name="Se connecter").click()
    heading(door, "Ouvrir avec la fiche de secours")
    assert "Camille" not in door.content()
    looked_at(door)
    door.get_by_label("Code de secours").fill(code.lower().replace("-", " "))
    door.get_by_label("Choisir une phrase de passe").fill(NEW)
    door.get_by_label("La même phrase de passe, encore une fois").fill(NEW)
    door.get_by_role("button", name="Ouvrir le coffre et remplacer la phrase de passe").click()

    heading(door, "Fiche de secours")
    expect(door.get_by_text("Votre coffre est ouvert et votre phrase de passe est nouvelle.")).to_be_visible()
    expect(door.get_by_role("button", name="Créer une nouvelle fiche")).to_be_visible()
    looked_at(door)


def test_help_language_and_appearance_are_one_click_away(door: Page) -> None:
    door.get_by_role("link", name="Aide").click()
    heading(door, "Qui voit quoi")
    looked_at(door)
    door.get_by_role("link", name="Se connecter").click()
    door.get_by_role("button", name="English").click()
    heading(door, "Good to see you")
    door.get_by_role("button", name="Français").click()
    open_settings(door)

    door.get_by_role("button", name="Mon menu").click()
    door.get_by_role("button", name="Sombre").click()
    heading(door, "Mes réglages")
    assert door.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
