"""The coach asks for attendance; the client, on a telephone, gives less than was asked; the contact sees exactly that; one click ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from sessions import actions as sessions
from tests.cast import PASSPHRASE, Cast
from tests.consent.agreements import in_force
from tests.stories.walk import PHONE, WIDE, follow, heading, looked_at, press, sign_in

pytestmark = pytest.mark.timeout(240)


def test_attendance_is_asked_given_in_part_seen_and_taken_back(live: str, browser: Browser, cast: Cast) -> None:
    engagement = cast.engagement(cast.anais)
    cast.helene  # noqa: B018  joined before anything is asked
    in_force(engagement)
    when = timezone.now() - timedelta(days=2)
    facts = {"starts_at": when, "minutes": 60, "place": "office", "agenda": "", "by": cast.camille}
    sessions.hold_session(session=sessions.plan_session(engagement=engagement, **facts), by=cast.camille)

    coach = browser.new_context(locale="fr-FR", viewport=WIDE).new_page()
    sign_in(coach, live, "camille@example.org")
    coach.goto(f"{live}/coach/engagements/{engagement.pk}/consents/")
    looked_at(coach)
    coach.locator("a[href*='sponsor.attendance/ask']").click()
    heading(coach, "La présence, pour un contact")
    coach.get_by_label("Hélène Vasseur").check()
    coach.get_by_label("Les dates des séances").check()
    coach.get_by_label("Le nombre de séances tenues").check()
    coach.get_by_label("Pourquoi vous le demandez").fill("Le service du personnel prépare son bilan.")
    looked_at(coach)
    press(coach, "Demander à la personne accompagnée")
    expect(coach.get_by_text("trouve la demande dans son espace")).to_be_visible()
    looked_at(coach)

    anais = browser.new_context(locale="fr-FR", viewport=PHONE).new_page()
    sign_in(anais, live, "anais@example.org")
    anais.goto(f"{live}/client/authorisations/")
    looked_at(anais)
    follow(anais, "Lire et répondre")
    expect(anais.get_by_text("Le service du personnel prépare son bilan.")).to_be_visible()
    for name in ("Les dates des séances", "Le nombre de séances tenues", "Le nombre d’heures"):
        expect(anais.get_by_label(name)).not_to_be_checked()
    looked_at(anais)
    anais.get_by_label("Le nombre de séances tenues").check()
    anais.locator("[name=until]").fill((timezone.localdate() + timedelta(days=60)).isoformat())
    anais.locator("#password").fill("other plain words entirely")
    press(anais, "Autoriser")
    expect(anais.get_by_role("alert").first).to_be_visible()
    expect(anais.get_by_label("Le nombre de séances tenues")).to_be_checked()
    anais.locator("#password").fill(PASSPHRASE)
    press(anais, "Autoriser")
    expect(anais.get_by_text("C’est noté")).to_be_visible()
    looked_at(anais)
    with anais.expect_download() as kept:
        follow(anais, "Récépissé (JSON)")
    assert "sponsor.attendance" in kept.value.path().read_text()

    contact = browser.new_context(locale="fr-FR", viewport=WIDE).new_page()
    sign_in(contact, live, "helene@example.org")
    contact.goto(f"{live}/contact/engagements/{engagement.pk}/")
    expect(contact.get_by_text("Lefort")).to_have_count(0)  # that it exists was not authorised

    anais.goto(f"{live}/client/authorisations/")
    anais.get_by_role("link", name="Voir").first.click()
    heading(anais, "L’existence de votre accompagnement, pour un contact")
    looked_at(anais)
    press(anais, "Autoriser")
    expect(anais.get_by_text("C’est noté")).to_be_visible()
    contact.goto(f"{live}/contact/engagements/{engagement.pk}/")
    expect(contact.get_by_text("Lefort").first).to_be_visible()
    expect(contact.get_by_text("1", exact=True).first).to_be_visible()
    looked_at(contact)

    anais.goto(f"{live}/client/authorisations/")
    anais.locator("li", has_text="L’existence").get_by_role("button", name="Retirer").click()
    expect(anais.get_by_text("Retiré, tout de suite")).to_be_visible()
    assert contact.goto(f"{live}/contact/engagements/{engagement.pk}/").status == 404  # type: ignore[union-attr]


def test_the_coach_ends_an_engagement_with_a_typed_word(live: str, browser: Browser, cast: Cast) -> None:
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    coach = browser.new_context(locale="fr-FR", viewport=WIDE).new_page()
    sign_in(coach, live, "camille@example.org")
    coach.goto(f"{live}/coach/engagements/{engagement.pk}/")
    follow(coach, "Terminer l’accompagnement")
    looked_at(coach)

    coach.locator("[name=word]").fill("oui")
    coach.locator("main form button.danger").click()
    expect(coach.get_by_text("Ce n’est pas le mot")).to_be_visible()
    coach.locator("[name=word]").fill("Terminer")
    coach.locator("main form button.danger").click()

    expect(coach.get_by_text("L’accompagnement est terminé")).to_be_visible()
    engagement.refresh_from_db()
    assert engagement.ended_at is not None
