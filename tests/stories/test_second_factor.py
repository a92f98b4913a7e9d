"""Anaïs on her telephone: a passkey signs her in and opens her vault; Hélène is mailed a code; Camille sees where she is signed in and ends the rest."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.factors import actions
from accounts.models import User
from support import mail
from tests.cast import PASSPHRASE, Cast
from tests.stories.walk import PHONE, WIDE, follow, heading, looked_at, press, sign_in
from vault import slots
from vault.models import Slot, Unlock

pytestmark = pytest.mark.timeout(240)
DEVICE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
    "hasPrf": True,
}


def window(browser: Browser, viewport: dict) -> Page:
    page = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport=viewport).new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


@pytest.fixture
def named(live: str) -> str:
    """The instance by the one name that this machine has."""
    return live.replace("127.0.0.1", "localhost")


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Page]:
    """A telephone with a finger on it. Nothing is ever left in its browser."""
    page = window(browser, PHONE)
    beside = page.context.new_cdp_session(page)
    beside.send("WebAuthn.enable")
    beside.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield page
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.context.close()


def security(page: Page, base: str) -> None:
    page.goto(f"{base}/accounts/settings/")
    looked_at(page)
    page.locator("main").get_by_role("link", name="Voir").first.click()
    heading(page, "Sécurité")


def test_a_passkey_signs_anais_in_and_opens_her_vault(named: str, telephone: Page) -> None:
    user: User = Cast().anais.person
    slots.set_recovery(user.pk, slots.open_with_passphrase(user.pk, PASSPHRASE), slots.new_recovery_code(), timezone.now())
    sign_in(telephone, named, user.address)
    security(telephone, named)
    looked_at(telephone)

    telephone.get_by_role("listitem").filter(has_text="Clés d’accès").get_by_role("link", name="Ajouter").click()
    heading(telephone, "Confirmer que c’est bien vous")
    telephone.get_by_label("Phrase de passe").fill(PASSPHRASE)
    press(telephone, "Continuer")
    heading(telephone, "Clés d’accès")
    looked_at(telephone)
    telephone.get_by_label("Comment l’appelez-vous").fill("Mon téléphone")
    press(telephone, "Ajouter cette clé d’accès")
    expect(telephone.get_by_role("heading", name="Mon téléphone")).to_be_visible()
    press(telephone, "La laisser ouvrir aussi le coffre")
    expect(telephone.get_by_text("Cette clé d’accès ouvre aussi votre coffre.")).to_be_visible()
    looked_at(telephone)
    assert Slot.objects.filter(person=user.pk, kind="passkey").count() == 1

    telephone.goto(f"{named}/accounts/logout/")
    press(telephone, "Se déconnecter")
    looked_at(telephone)
    press(telephone, "Se connecter avec une clé d’accès")
    heading(telephone, "Votre coffre est verrouillé")
    looked_at(telephone)
    press(telephone, "Déverrouiller avec ma clé d’accès")
    heading(telephone, "Mon accompagnement")

    Unlock.objects.all().delete()
    telephone.evaluate("document.dispatchEvent(new CustomEvent('vault:locked'))")
    expect(telephone.get_by_role("heading", name="Coffre verrouillé")).to_be_visible()
    telephone.get_by_role("dialog").get_by_role("button", name="Déverrouiller avec ma clé d’accès").click()
    expect(telephone.get_by_role("dialog")).to_be_hidden()
    assert Unlock.objects.filter(person=user.pk, is_pending=False).count() == 1

    telephone.goto(f"{named}/accounts/2fa/passkeys/")
    telephone.get_by_text("Renommer ou retirer").click()
    press(telephone, "Retirer cette clé d’accès")
    expect(telephone.get_by_text("La clé d’accès est retirée")).to_be_visible()
    assert not Slot.objects.filter(person=user.pk, kind="passkey").exists()


def test_a_passkey_is_asked_after_the_passphrase_and_then_the_vault_is_open(named: str, telephone: Page) -> None:
    user: User = Cast().anais.person
    slots.set_recovery(user.pk, slots.open_with_passphrase(user.pk, PASSPHRASE), slots.new_recovery_code(), timezone.now())
    sign_in(telephone, named, user.address)
    telephone.goto(f"{named}/accounts/2fa/passkeys/")
    telephone.get_by_label("Phrase de passe").fill(PASSPHRASE)
    press(telephone, "Continuer")
    press(telephone, "Ajouter cette clé d’accès")
    press(telephone, "La laisser ouvrir aussi le coffre")
    expect(telephone.get_by_text("Cette clé d’accès ouvre aussi votre coffre.")).to_be_visible()
    telephone.goto(f"{named}/accounts/logout/")
    press(telephone, "Se déconnecter")

    sign_in(telephone, named, user.address)
    heading(telephone, "Votre code")
    looked_at(telephone)
    press(telephone, "Utiliser ma clé d’accès")
    heading(telephone, "Mon accompagnement")


def test_helene_is_mailed_a_code(live: str, live_mail: Path, settings, browser: Browser) -> None:
    settings.EMAIL_FILE_PATH = live_mail
    user: User = Cast().helene.person
    actions.choose_mailed_code(person=user, is_on=True, by=user)
    page = window(browser, WIDE)

    sign_in(page, live, user.address)
    heading(page, "Votre code")
    looked_at(page)
    page.get_by_label("Code").fill("000000")
    press(page, "Se connecter")
    expect(page.get_by_text(re.compile("Ce n’est pas le code|n’est plus valable"))).to_be_visible()
    page.get_by_label("Code").fill(code(user))
    press(page, "Se connecter")

    heading(page, "Ce qui vous est montré")
    page.context.close()


def code(user: User) -> str:
    """The code in this person's newest letter, once the worker has sent it."""
    for _ in range(100):
        for letter in mail.inbox():
            if letter.to == user.address and (found := re.search(r"^\d{6}$", letter.text, re.M)):
                return found[0]
        time.sleep(0.1)
    raise AssertionError("no code came")


def test_camille_sees_where_she_is_signed_in_and_ends_the_others(live: str, browser: Browser) -> None:
    user: User = Cast().camille.person
    desk, elsewhere, third = (window(browser, WIDE) for _ in range(3))
    for page in (desk, elsewhere, third):
        sign_in(page, live, user.address)
    security(desk, live)
    looked_at(desk)
    expect(desk.get_by_role("button", name="Fermer celle-ci")).to_have_count(2)

    press(desk, "Fermer celle-ci")
    expect(desk.get_by_text("Cette connexion est fermée")).to_be_visible()
    press(desk, "Fermer toutes les autres")
    expect(desk.get_by_text("Vos autres connexions sont fermées")).to_be_visible()
    expect(desk.get_by_role("button", name="Fermer celle-ci")).to_have_count(0)
    for page in (elsewhere, third):
        page.goto(f"{live}/accounts/settings/")
        expect(page.locator("[name=login]")).to_be_visible()
    follow(desk, "Mes réglages")
    heading(desk, "Mes réglages")
    for page in (desk, elsewhere, third):
        page.context.close()
