"""An organisation's contact: what HR sees, a question that the client refuses on her phone, figures, and leaving."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from consent.models import InformationRequest
from tests.cast import Cast
from tests.consent.space import NUMBER, Space
from tests.stories.walk import PHONE, WIDE, follow, heading, looked_at, press, sign_in

pytestmark = pytest.mark.timeout(240)
PICTURES = Path("/tmp/sponsor-pictures")


class Windows:
    """A window for each person, apart from the others."""

    def __init__(self, browser: Browser, live: str) -> None:
        self.browser, self.live = browser, live

    def of(self, address: str, *, phone: bool = False) -> Page:
        page = self.browser.new_context(locale="fr-FR", viewport=PHONE if phone else WIDE).new_page()
        sign_in(page, self.live, address)
        return page


@pytest.fixture
def windows(live: str, browser: Browser) -> Windows:
    return Windows(browser, live)


def shot(page: Page, name: str) -> None:
    """Picture of a page, where somebody asked for pictures by making their folder."""
    if not PICTURES.is_dir():
        return
    size = page.viewport_size
    for viewport, width in ((WIDE, "wide"), (PHONE, "phone")):
        page.set_viewport_size(viewport)
        page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=PICTURES / f"{name}-dark.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(size)  # type: ignore[arg-type]


def said(page: Page) -> str:
    """What a page says, without the messages about what was just done."""
    page.reload()
    return page.locator("main").inner_text()


def test_hr_asks_the_client_refuses_on_her_phone_and_hr_sees_nothing_different(windows, live, cast: Cast):
    space = Space(cast)
    engagement = space.three_way()
    space.given(engagement, "sponsor.attendance", data=NUMBER | {"dates"})
    space.session(engagement, days_ago=20)
    space.session(engagement, days_ago=6)
    helene, anais, camille = (
        windows.of("helene@example.org"),
        windows.of("anais@example.org", phone=True),
        windows.of("camille@example.org"),
    )

    helene.goto(f"{live}/contact/")
    heading(helene, "Ce qui vous est montré")
    looked_at(helene)
    shot(helene, "home")
    follow(helene, "Anaïs Lefort")
    expect(helene.get_by_text("Prendre la parole")).to_be_visible()
    expect(helene.get_by_text("L’organisation ne lit que les textes autorisés un par un.")).to_be_visible()
    looked_at(helene)
    shot(helene, "engagement")

    follow(helene, "Demander une information")
    heading(helene, "Demander une information")
    helene.get_by_label("Que souhaitez-vous savoir").fill("Où en est la prise de poste ?")
    helene.get_by_label("À quoi cela vous servira-t-il").fill("Bilan annuel")
    helene.get_by_label("Jusqu’à quand").fill((timezone.localdate() + timedelta(days=2)).isoformat())
    press(helene, "Transmettre")
    expect(helene.get_by_text("entre sept et soixante jours").first).to_be_visible()
    expect(helene.get_by_label("Que souhaitez-vous savoir")).to_have_value("Où en est la prise de poste ?")
    looked_at(helene)
    shot(helene, "ask")
    helene.get_by_label("Jusqu’à quand").fill((timezone.localdate() + timedelta(days=21)).isoformat())
    press(helene, "Transmettre")
    expect(helene.get_by_text("Transmise à la personne accompagnée")).to_be_visible()
    before = said(helene)
    assert "Transmise" in before
    expect(helene.get_by_role("link", name="Demander une information")).to_have_count(0)

    anais.goto(f"{live}/client/")
    looked_at(anais)
    shot(anais, "client-home")
    follow(anais, "vous demande une information")
    heading(anais, "Une demande pour vous")
    expect(anais.locator("#question")).to_have_text("Où en est la prise de poste ?")
    looked_at(anais)
    shot(anais, "client-request")
    colours = [
        anais.get_by_role("button", name=name, exact=True).evaluate("b => getComputedStyle(b).backgroundColor")
        for name in ("Demander à mon coach d’écrire", "Refuser")
    ]
    assert len(set(colours)) == 1
    press(anais, "Refuser")
    expect(anais.get_by_text("ne saura pas si vous avez refusé")).to_be_visible()

    assert said(helene) == before, "a refusal changes nothing"
    camille.goto(f"{live}/coach/engagements/{engagement.pk}/")
    expect(camille.get_by_text("Refusée par le client")).to_be_visible()
    looked_at(camille)
    shot(camille, "coach-engagement")
    InformationRequest.objects.update(deadline_date=timezone.localdate() - timedelta(days=1))
    after = said(helene)
    assert "Close" in after
    assert "Transmise" not in after
    looked_at(helene)


def test_the_client_asks_for_a_text_and_the_coach_begins_it_from_the_question(windows, live, cast: Cast):
    space = Space(cast)
    engagement = space.three_way()
    space.question(engagement)
    anais, camille = windows.of("anais@example.org", phone=True), windows.of("camille@example.org")

    anais.goto(f"{live}/client/")
    follow(anais, "vous demande une information")
    press(anais, "Demander à mon coach d’écrire")
    expect(anais.get_by_text("Votre coach est prévenu")).to_be_visible()
    looked_at(anais)
    camille.goto(f"{live}/coach/engagements/{engagement.pk}/")
    expect(camille.get_by_text("Le client demande un texte")).to_be_visible()
    follow(camille, "Écrire une synthèse pour Hélène Vasseur")
    expect(camille.get_by_text("Où en est-elle")).to_be_visible()
    looked_at(camille)
    shot(camille, "coach-summary-add")
    camille.locator("label.choice").filter(has_text="Hélène Vasseur").click()
    press(camille, "Écrire")
    camille.wait_for_url(re.compile(r"/coach/summaries/"))

    assert engagement.summaries.get().answers_id is not None


def test_the_coach_gives_rights_shows_figures_and_takes_everything_back_when_a_contact_leaves(windows, live, cast: Cast):
    space = Space(cast)
    space.three_way()
    listed = space.hidden()
    space.given(listed, "sponsor.listing")
    space.shown(listed)
    helene, camille = windows.of("helene@example.org"), windows.of("camille@example.org")

    helene.goto(f"{live}/contact/")
    looked_at(helene)
    shot(helene, "home-two")
    follow(helene, "Chiffres")
    heading(helene, "Chiffres")
    expect(helene.locator(".plot svg").first).to_be_visible()
    helene.get_by_text("Afficher le tableau").click()
    expect(helene.get_by_role("rowheader", name="Accompagnements qui vous sont montrés")).to_be_visible()
    looked_at(helene)
    shot(helene, "portfolio")

    camille.goto(f"{live}/coach/organisations/{space.horizon.pk}/")
    looked_at(camille)
    shot(camille, "organisation")
    follow(camille, "Hélène Vasseur")
    camille.get_by_label("Voir des chiffres sur les accompagnements").uncheck()
    looked_at(camille)
    shot(camille, "contact-rights")
    press(camille, "Enregistrer")
    expect(camille.get_by_text("signe, reçoit, demande")).to_be_visible()
    answer = helene.reload()
    assert answer is not None
    assert answer.status == 404

    follow(camille, "Hélène Vasseur")
    follow(camille, "Ce contact est parti")
    heading(camille, "Ce contact est parti")
    looked_at(camille)
    shot(camille, "leave")
    camille.get_by_label("Saisissez son prénom et son nom").fill("Hélène Vasseur")
    press(camille, "Tout lui fermer")
    expect(camille.get_by_text("Plus rien ne lui est ouvert")).to_be_visible()
    answer = helene.goto(f"{live}/contact/")
    assert answer is not None
    assert answer.status == 404
