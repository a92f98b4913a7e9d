"""A coach begins: account, second factor, first client, organisation and contact, engagement, session."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Page, expect

from clients.models import Coach, Engagement
from tests.cast import PASSPHRASE
from tests.stories.walk import WIDE, follow, heading, looked_at, press

pytestmark = pytest.mark.timeout(240)
LETTER = re.compile(rb"/link/[\w-]+/")


@pytest.fixture
def browser_context_args(browser_context_args: dict) -> dict:
    return {**browser_context_args, "locale": "fr-FR", "viewport": WIDE}


def link_in(folder: Path, page: Page) -> str:
    """The link in the letter that the worker writes."""
    for _ in range(150):
        found = [
            m for path in (folder.glob("*") if folder.exists() else []) for m in LETTER.findall(path.read_bytes().replace(b"=\n", b""))
        ]
        if found:
            return found[0].decode()
        page.wait_for_timeout(200)
    raise AssertionError("no letter came")


def code_of(secret: str) -> str:
    """The code that an authenticator app would show now."""
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


def test_a_coach_signs_up_and_comes_as_far_as_a_first_session(live, live_mail, page: Page):
    page.goto(f"{live}/accounts/signup/")
    looked_at(page)
    page.get_by_label("Adresse e-mail").fill("nora@example.org")
    press(page, "M’envoyer le lien")
    link = link_in(live_mail, page)
    page.goto(live + link)
    looked_at(page)
    page.get_by_label("Vos prénom et nom").fill("Nora Petit")
    page.get_by_label("Nom de votre cabinet").fill("Cabinet Petit")
    page.get_by_label("Choisir une phrase de passe").fill(PASSPHRASE)
    page.locator("[name=again]").fill(PASSPHRASE)
    press(page, "Créer mon espace")

    expect(page).to_have_url(f"{live}/accounts/2fa/totp/activate/")
    looked_at(page)
    page.locator("[name=code]").fill(code_of(page.locator("#totp-key").inner_text()))
    page.locator("main form button.primary").first.click()
    expect(page).to_have_url(f"{live}/coach/")
    looked_at(page)
    expect(page.get_by_text("fiche de secours n’est pas encore imprimée")).to_have_count(0)

    page.goto(f"{live}/coach/clients/")
    follow(page, "Ajouter un client")
    page.get_by_label("Prénom et nom").fill("Anaïs Lefort")
    page.get_by_label("Adresse e-mail").fill("anais@example.org")
    looked_at(page)
    press(page, "Enregistrer")
    heading(page, "Anaïs Lefort")
    expect(page.get_by_text("fiche de secours n’est pas encore imprimée")).to_be_visible()
    looked_at(page)

    follow(page, "Organisations")
    follow(page, "Ajouter une organisation")
    page.get_by_label("Nom de l’organisation").fill("Horizon Énergie")
    press(page, "Enregistrer")
    heading(page, "Horizon Énergie")
    follow(page, "Ajouter un contact")
    page.get_by_label("Prénom et nom").fill("Hélène Vasseur")
    page.get_by_label("Adresse e-mail").fill("helene@horizon.example")
    looked_at(page)
    press(page, "Enregistrer")
    expect(page.get_by_text("Hélène Vasseur")).to_be_visible()
    looked_at(page)

    page.goto(f"{live}/coach/engagements/new/")
    for choice in ("Anaïs Lefort", "Horizon Énergie"):
        looked_at(page)
        page.get_by_text(choice, exact=True).first.click()
        press(page, "Continuer")
    page.get_by_label("Comment l’appeler").fill("Prise de poste")
    looked_at(page)
    press(page, "Continuer")
    heading(page, "Quelle promesse faites-vous")
    expect(page.locator("main input:checked")).to_have_count(0)
    looked_at(page)
    page.get_by_text("A · Gardée, sauf demande de votre client").click()
    press(page, "Continuer")
    expect(page.get_by_text("Prise de poste")).to_be_visible()
    looked_at(page)
    press(page, "Ouvrir l’accompagnement")

    engagement = Engagement.objects.get()
    expect(page).to_have_url(f"{live}/coach/engagements/{engagement.pk}/")
    looked_at(page)
    follow(page, "Planifier la première séance")
    looked_at(page)
    page.locator("main form button.primary").first.click()
    expect(page).to_have_url(re.compile(r"/coach/(sessions|engagements)/"))
    assert Coach.objects.get().practice.name == "Cabinet Petit"
