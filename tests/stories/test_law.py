"""A judge asks, and later somebody is in danger: what the coach records, and what the client sees once they are told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consent.models import LegalAddition, LegalDisclosure, Task
from tests.cast import Cast
from tests.consent import agreements
from tests.stories.walk import PHONE, WIDE, follow, heading, looked_at, press, sign_in

pytestmark = pytest.mark.timeout(240)
IN_TWO_MONTHS = (timezone.localdate() + timedelta(days=60)).isoformat()


def fill(page: Page, **typed: str) -> None:
    """Type into fields by their name."""
    for name, text in typed.items():
        page.locator(f"[name={name}]").fill(text)


def confirm(page: Page) -> None:
    """Say what the ground asks, type the word and the passphrase where it is asked, and record."""
    page.locator("[name=is_said]").check()
    page.get_by_label("Pour confirmer, écrivez").fill("consigner")
    page.locator("#password").fill("six plain words make a vault")
    press(page, "Consigner")


def test_a_requisition_from_the_question_to_the_client_s_page(page: Page, live: str, tmp_path: Path) -> None:
    cast = Cast()
    engagement = cast.engagement(cast.anais, wording="B", sponsor=False)
    (tmp_path / "demande.pdf").write_bytes(agreements.blank(1))
    page.set_viewport_size(WIDE)
    sign_in(page, live, cast.camille.person.address)

    page.goto(f"{live}/coach/engagements/{engagement.pk}/")
    follow(page, "Recours à la loi")
    heading(page, "Recours à la loi")
    looked_at(page)
    follow(page, "Consigner une réquisition")
    heading(page, "Réquisition")
    looked_at(page)
    page.get_by_label("Fondement légal").select_option("court_or_authority")
    fill(page, authority="Tribunal judiciaire de Nantes", given="Six séances,\nentre janvier et mars.")
    press(page, "Relire et confirmer")
    expect(page.locator("#error-reference, .invalid [name=reference]").first).to_be_visible()
    looked_at(page)
    expect(page.locator("[name=given]")).to_have_value("Six séances,\nentre janvier et mars.")
    fill(page, reference="RG 26/0417", less="Le juge demandait tout le dossier.")
    page.get_by_role("radio", name="Maintenant").check()
    fill(page, why="Le juge m’a demandé le nombre de séances.")
    press(page, "Relire et confirmer")

    heading(page, "Relisez, puis confirmez")
    looked_at(page)
    press(page, "Revenir et modifier")
    expect(page.locator("[name=reference]")).to_have_value("RG 26/0417")
    fill(page, reference="RG 26/0418")
    press(page, "Relire et confirmer")
    page.locator("[name=file]").set_input_files(tmp_path / "demande.pdf")
    confirm(page)

    heading(page, "Réquisition")
    expect(page.get_by_text("RG 26/0418")).to_be_visible()
    looked_at(page)
    page.goto(f"{live}/coach/law/")
    looked_at(page)
    assert LegalDisclosure.objects.count() == LegalAddition.objects.count() == 1

    page.context.clear_cookies()
    page.set_viewport_size(PHONE)
    sign_in(page, live, cast.anais.person.address)
    follow(page, "Une information a été donnée")
    heading(page, "Ce que la loi a exigé")
    expect(page.get_by_text("Six séances")).to_be_visible()
    expect(page.get_by_text("Le juge m’a demandé le nombre de séances.")).to_be_visible()
    looked_at(page)


def test_an_immediate_danger_from_the_call_to_the_day_the_client_is_told(page: Page, live: str) -> None:
    cast = Cast()
    engagement = cast.engagement(cast.anais)
    page.set_viewport_size(PHONE)
    sign_in(page, live, cast.camille.person.address)

    page.goto(f"{live}/coach/engagements/{engagement.pk}/law/new/")
    follow(page, "Consigner un danger immédiat")
    page.get_by_label("Fondement légal").select_option("serious_danger")
    fill(page, called="SAMU, le 15", given="Elle est seule, 4 rue des Lilas.")
    page.get_by_role("radio", name="Pas encore").check()
    fill(page, why_not="Elle est à l’hôpital.", review_on=IN_TWO_MONTHS)
    looked_at(page)
    press(page, "Relire et confirmer")
    looked_at(page)
    confirm(page)
    heading(page, "Danger immédiat")
    looked_at(page)
    row = LegalDisclosure.objects.get()

    page.set_viewport_size(WIDE)
    page.goto(f"{live}/coach/")
    looked_at(page)
    follow(page, "Tout ce qui est à faire")
    heading(page, "À faire")
    looked_at(page)
    follow(page, "Compléter les pièces d’un danger immédiat")
    heading(page, "Compléter les pièces")
    fill(page, authority="Préfecture", reference="2026-118", written="Signalement du 4 mars.", less="Il fallait l’adresse.")
    looked_at(page)
    press(page, "Ajouter les pièces")
    expect(page.get_by_text("Signalement du 4 mars.")).to_be_visible()

    follow(page, "Y revenir plus tard")
    fill(page, why_not="Le médecin demande d’attendre.", review_on=IN_TWO_MONTHS)
    looked_at(page)
    press(page, "Fixer cette date")
    assert not LegalAddition.objects.filter(entry=row, kind="told").exists()

    follow(page, "Informer la personne accompagnée")
    heading(page, "Informer la personne accompagnée")
    fill(page, why="Je vous croyais en danger.")
    looked_at(page)
    press(page, "Informer la personne accompagnée")
    heading(page, "Danger immédiat")
    looked_at(page)
    assert not Task.objects.open().exists()
