"""A summary by consent: written, proposed, approved by the client's own key, read a minute later, taken back in one click."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from consent.models import Disclosure
from tests.cast import Cast
from tests.consent.agreements import in_force
from tests.stories.walk import PHONE, WIDE, follow, heading, looked_at, press, sign_in
from vault.models import DataKey

pytestmark = pytest.mark.timeout(240)
TEXT = "Anaïs a posé trois jalons avec son équipe et les tient."


class Windows:
    """A window for each person, apart from the others."""

    def __init__(self, browser: Browser, live: str, language: str) -> None:
        self.browser, self.live, self.language = browser, live, language

    def of(self, address: str, *, phone: bool = False) -> Page:
        context = self.browser.new_context(locale="fr-FR" if self.language == "fr" else "en-GB", viewport=PHONE if phone else WIDE)
        page = context.new_page()
        sign_in(page, self.live, address)
        return page


@pytest.fixture
def windows(live: str, browser: Browser) -> Windows:
    return Windows(browser, live, "fr")


def pass_a_minute() -> None:
    """Let the hold end: the time until which nobody reads lies in the past."""
    Disclosure.objects.update(opens_at=timezone.now() - timedelta(seconds=1))


def test_the_contact_reads_what_the_client_approved_and_nothing_once_it_is_taken_back(windows, live, cast: Cast):
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    cast.helene  # noqa: B018  joined before anything is written
    camille, anais, helene = (
        windows.of("camille@example.org"),
        windows.of("anais@example.org", phone=True),
        windows.of("helene@example.org"),
    )

    camille.goto(f"{live}/coach/engagements/{engagement.pk}/")
    follow(camille, "Écrire une synthèse")
    heading(camille, "Qui la lirait")
    looked_at(camille)
    camille.get_by_text("Hélène Vasseur").click()
    press(camille, "Écrire")
    camille.get_by_label("Texte à montrer").fill(TEXT)
    expect(camille.locator("[data-autosave-state]")).to_contain_text("Enregistré à")
    looked_at(camille)
    helene.reload()
    expect(helene.get_by_text("Rien pour vous en ce moment")).to_be_visible()
    empty = helene.locator("main").inner_text()
    press(camille, "Proposer à mon client")
    expect(camille.get_by_text("Rien ne part sans son accord")).to_be_visible()
    assert DataKey.objects.filter(kind="copy").count() == 0

    anais.reload()
    follow(anais, "Une synthèse pour Hélène Vasseur")
    heading(anais, "Un texte à lire")
    expect(anais.locator("#text")).to_have_text(TEXT)
    looked_at(anais)
    assert {
        anais.get_by_role("button", name=n, exact=True).evaluate("b => getComputedStyle(b).backgroundColor")
        for n in ("Autoriser", "Refuser")
    }.__len__() == 1
    anais.locator("#password").fill("six plain words make a vault")
    press(anais, "Autoriser")
    expect(anais.get_by_text("C’est noté")).to_be_visible()

    helene.reload()
    assert helene.locator("main").inner_text() == empty, "before the minute is over the page says nothing"
    pass_a_minute()
    helene.reload()
    helene.locator("a[href*='/contact/summaries/']").first.click()
    expect(helene.locator("#text")).to_have_text(TEXT)
    expect(helene.get_by_text("Approuvé mot pour mot par la personne accompagnée")).to_be_visible()
    looked_at(helene)

    anais.reload()
    expect(anais.get_by_text("Hélène Vasseur l’a ouverte")).to_be_visible()
    looked_at(anais)
    press(anais, "Verrouiller tout de suite")
    anais.goto(f"{live}/client/authorisations/")
    expect(anais.get_by_text("Hélène")).to_have_count(0)
    looked_at(anais)
    press(anais, "Retirer")
    expect(anais.get_by_text("Retiré, tout de suite")).to_be_visible()

    answer = helene.reload()
    assert answer is not None
    assert answer.status == 404
    helene.goto(f"{live}/contact/")
    assert helene.locator("main").inner_text() == empty
    looked_at(helene)


def test_the_client_refuses_or_asks_for_another_text(windows, live, cast: Cast):
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    cast.helene  # noqa: B018
    camille, anais = windows.of("camille@example.org"), windows.of("anais@example.org")
    camille.goto(f"{live}/coach/engagements/{engagement.pk}/summaries/new/")
    camille.get_by_text("Hélène Vasseur").click()
    press(camille, "Écrire")
    camille.get_by_label("Texte à montrer").fill(TEXT)
    press(camille, "Proposer à mon client")
    expect(camille.get_by_text("Rien ne part sans son accord")).to_be_visible()

    anais.goto(f"{live}/client/")
    follow(anais, "Une synthèse pour Hélène Vasseur")
    anais.get_by_text("Proposer une modification").click()
    anais.locator("[name=text]").fill("Anaïs a posé trois jalons.")
    press(anais, "Envoyer à mon coach")
    expect(anais.get_by_text("Votre demande est chez votre coach")).to_be_visible()
    looked_at(anais)

    camille.reload()
    expect(camille.locator("[data-changes] del")).to_contain_text("avec son équipe et les tient")
    looked_at(camille)
    press(camille, "Proposer ce texte tel quel")
    expect(camille.get_by_text("Le texte de votre client est proposé tel quel")).to_be_visible()

    anais.goto(f"{live}/client/")
    follow(anais, "Une synthèse pour Hélène Vasseur")
    expect(anais.locator("#text")).to_have_text("Anaïs a posé trois jalons.")
    press(anais, "Refuser")
    expect(anais.get_by_text("Rien n’est transmis")).to_be_visible()
    assert Disclosure.objects.count() == 0


def test_under_wording_b_nothing_offers_a_summary_and_a_forged_request_is_refused(windows, live, cast: Cast):
    engagement = cast.engagement(cast.anais, wording="B")
    in_force(engagement)
    camille = windows.of("camille@example.org")

    camille.goto(f"{live}/coach/engagements/{engagement.pk}/")
    expect(camille.get_by_text("garde tout entre vous")).to_be_visible()
    expect(camille.get_by_role("link", name="Écrire une synthèse")).to_have_count(0)

    forged = camille.evaluate(
        """async (url) => {
            const body = new URLSearchParams({contact: "x", csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]").value});
            return (await fetch(url, {method: "POST", body})).status;
        }""",
        f"{live}/coach/engagements/{engagement.pk}/summaries/new/",
    )
    assert forged == 404


def test_in_english_a_contact_reads_what_was_authorised(live, browser: Browser):
    cast = Cast(language="en")
    windows = Windows(browser, live, "en")
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    cast.helene  # noqa: B018
    camille, anais, helene = (windows.of(f"{name}@example.org") for name in ("camille", "anais", "helene"))
    camille.goto(f"{live}/coach/engagements/{engagement.pk}/summaries/new/")
    camille.get_by_text("Hélène Vasseur").click()
    press(camille, "Write")
    camille.get_by_label("Text to be shown").fill("She keeps three milestones.")
    press(camille, "Propose to my client")
    expect(camille.get_by_text("Nothing goes out without their yes")).to_be_visible()
    anais.goto(f"{live}/client/")
    follow(anais, "A summary for Hélène Vasseur")
    anais.locator("#password").fill("six plain words make a vault")
    press(anais, "Authorise")
    expect(anais.get_by_text("It is noted")).to_be_visible()
    pass_a_minute()
    helene.goto(f"{live}/contact/")
    helene.locator("a[href*='/contact/summaries/']").first.click()
    expect(helene.locator("#text")).to_have_text("She keeps three milestones.")
