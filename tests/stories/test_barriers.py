"""Two colleagues of one company, and a sister-in-law: Camille sees who is walled from whom, is warned in time, and nobody else sees a thing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from clients import actions as clients
from clients.models import Barrier, Engagement
from sessions.models import Session
from tests.cast import Cast
from tests.stories.walk import PHONE, WIDE, follow, heading, looked_at, press, sign_in

pytestmark = pytest.mark.timeout(240)
DAY = timezone.localdate() + timedelta(days=6)


@pytest.fixture
def people(cast: Cast) -> Cast:
    """Anaïs is coached already, at Horizon; Karim of Horizon asks for it, Solène pays herself."""
    cast.engagement(cast.anais)
    cast.karim  # noqa: B018
    facts = {"address": "", "phone": "", "job": "", "language": "fr"}
    clients.add_client(coach=cast.camille, name="Solène Darrieux", by=cast.camille, **facts)
    return cast


def window(browser: Browser, live: str, address: str, *, phone: bool = False) -> Page:
    """Somebody's own window."""
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport=PHONE if phone else WIDE)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    sign_in(page, live, address)
    return page


def plan(page: Page, live: str, engagement: Engagement, time: str) -> None:
    """Fill in a session at the office."""
    page.goto(f"{live}/coach/engagements/{engagement.pk}/sessions/new/")
    page.locator("[name=day]").fill(DAY.isoformat())
    page.locator("[name=time]").fill(time)
    press(page, "Planifier la séance")


def test_the_coach_is_warned_before_two_colleagues_meet_in_her_practice_or_in_her_waiting_room(live: str, browser: Browser, people: Cast):
    camille = window(browser, live, "camille@example.org")

    camille.goto(f"{live}/coach/engagements/new/?client={people.karim.pk}")
    press(camille, "Continuer")
    expect(camille.get_by_text("1 autre de vos clients en relève")).to_be_visible()
    looked_at(camille)
    camille.get_by_text("Horizon Énergie").click()
    press(camille, "Continuer")
    camille.locator("[name=title]").fill("Équipe de nuit")
    press(camille, "Continuer")
    camille.locator("[name=wording][value=A]").check()
    press(camille, "Continuer")
    expect(camille.get_by_text("Cette personne serait cloisonnée")).to_be_visible()
    expect(camille.get_by_text("Anaïs Lefort")).to_be_visible()
    camille.get_by_text("Vous préférez décliner").click()
    looked_at(camille)
    press(camille, "Copier la phrase")
    copied = camille.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Pour des raisons d’organisation, je ne peux pas prendre en charge cet accompagnement.")
    press(camille, "Ouvrir l’accompagnement")
    expect(camille.get_by_text("Cloisonné", exact=True)).to_be_visible()
    expect(camille.get_by_text("Anaïs")).to_have_count(0)
    looked_at(camille)

    one, other = (Engagement.objects.get(client=client) for client in (people.anais, people.karim))
    plan(camille, live, one, "14:00")
    heading(camille, "Séance 1")
    plan(camille, live, other, "15:00")
    expect(camille.get_by_text("Deux personnes se croiseraient", exact=True)).to_be_visible()
    expect(camille.get_by_text("se croiseraient à 15")).to_be_visible()
    looked_at(camille)
    press(camille, "Planifier quand même")
    heading(camille, "Séance 1")
    assert Session.objects.count() == 2
    follow(camille, "Clients")
    follow(camille, "Qui est cloisonné de qui")
    heading(camille, "Cloisonnements")
    expect(camille.get_by_text("À regarder")).to_be_visible()
    looked_at(camille)


def test_she_walls_two_clients_by_hand_and_lifts_it_and_they_see_nothing(live: str, browser: Browser, people: Cast):
    camille, anais = window(browser, live, "camille@example.org"), window(browser, live, "anais@example.org", phone=True)
    before = anais.goto(f"{live}/client/") and anais.locator("main").inner_text()

    camille.goto(f"{live}/coach/clients/{people.anais.pk}/")
    follow(camille, "Cloisonner d’un autre client")
    heading(camille, "Cloisonner deux clients")
    looked_at(camille)
    camille.get_by_label("De qui").select_option(label="Solène Darrieux")
    camille.get_by_label("Raison").fill("Belles-sœurs")
    press(camille, "Cloisonner")
    heading(camille, "Cloisonnements")
    expect(camille.get_by_text("Belles-sœurs")).to_be_visible()
    looked_at(camille)
    camille.goto(f"{live}/coach/clients/")
    looked_at(camille)
    camille.goto(f"{live}/coach/clients/{people.anais.pk}/")
    expect(camille.get_by_text("Solène")).to_have_count(0)
    looked_at(camille)

    anais.reload()
    assert anais.locator("main").inner_text() == before

    camille.goto(f"{live}/coach/barriers/")
    camille.get_by_role("button", name="Lever").click()
    expect(camille.get_by_text("Le cloisonnement est levé")).to_be_visible()
    assert Barrier.objects.get().lifted_at is not None


def test_on_a_shared_screen_nothing_speaks_of_a_barrier(live: str, browser: Browser, people: Cast):
    engagement = people.engagement(people.karim)
    camille = window(browser, live, "camille@example.org")
    camille.context.add_cookies([{"name": f"discreet-{live.rpartition(':')[2]}", "value": "on", "url": live}])
    plan(camille, live, Engagement.objects.get(client=people.anais), "14:00")
    heading(camille, "Séance 1")

    plan(camille, live, engagement, "15:00")

    expect(camille.get_by_text("Un autre rendez-vous est proche")).to_be_visible()
    expect(camille.get_by_text("se croiseraient").first).not_to_be_visible()
    for address in ("/coach/clients/", f"/coach/engagements/{engagement.pk}/", f"/coach/clients/{people.karim.pk}/"):
        camille.goto(f"{live}{address}")
        expect(camille.get_by_text("Cloisonné", exact=True).first).not_to_be_visible()
