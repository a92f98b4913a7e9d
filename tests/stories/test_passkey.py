"""A passkey beside the signature, in a real browser: offered where the instance has a name, and found good by the script in the proof file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stories.test_agreement import DESK, Scene, kept, seen

OFFER = "Signer aussi avec une clé d’accès (facultatif)"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def scene(browser: Browser, live: str, live_mail: Path, settings: Any) -> Iterator[Scene]:
    """Everybody in place, and the instance reached by the one name that this machine has."""
    made = Scene(browser, live.replace("127.0.0.1", "localhost"), live_mail, settings)
    yield made
    made.desk.context.close()
    made.telephone.context.close()


def device(page: Page) -> None:
    """A device that makes passkeys for this page, without anybody touching it."""
    beside = page.context.new_cdp_session(page)
    beside.send("WebAuthn.enable")
    beside.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def uses_a_passkey(page: Page) -> None:
    """Open the offer, and have the passkey sign."""
    page.get_by_text(OFFER).click()
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("status").filter(has_text="Votre clé d’accès a signé l’empreinte du document.")).to_be_visible()
    seen(page)


@pytest.mark.timeout(240)
def test_noe_and_camille_each_add_a_passkey_and_the_proof_says_that_both_hold(scene: Scene, tmp_path: Path) -> None:
    desk, telephone = scene.desk, scene.telephone
    scene.coach_sends_a_promise()
    scene.client_opens()

    device(telephone)
    uses_a_passkey(telephone)
    scene.client_signs()

    desk.reload()
    device(desk)
    uses_a_passkey(desk)
    desk.get_by_label("Vos prénom et nom").fill("Camille Aubry")
    desk.get_by_role("checkbox").check()
    desk.get_by_role("button", name="Signer", exact=True).click()
    expect(desk.get_by_role("link", name="Garder mon exemplaire")).to_be_visible(timeout=20_000)

    proof = kept(desk, "Dossier de preuve", tmp_path)
    subprocess.run(["pdfdetach", "-saveall", "-o", f"{tmp_path}/", proof], check=True)
    script = subprocess.run([sys.executable, tmp_path / "verify.py", proof], capture_output=True, text=True, check=False)
    assert script.returncode == 0, script.stdout + script.stderr
    for field in ("Client", "Coach"):
        assert f"good  passkey of {field} signed the text as it was sent" in script.stdout


@pytest.mark.timeout(240)
def test_none_is_offered_at_an_address_in_numbers_and_one_that_fails_is_no_obstacle(scene: Scene, live: str) -> None:
    scene.coach_sends_a_promise()
    scene.client_opens()
    telephone = scene.telephone

    telephone.get_by_text(OFFER).click()
    telephone.route("**/sign/*/", lambda route: route.abort())
    telephone.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(telephone.get_by_role("status").filter(has_text="Aucune clé d’accès n’a signé.")).to_be_visible()
    expect(telephone.get_by_role("button", name="Utiliser une clé d’accès")).to_be_enabled()
    telephone.unroute("**/sign/*/")
    scene.client_signs()

    numbers = scene.browser.new_context(**DESK).new_page()
    scene.url, page = live, scene.desk.url.replace("localhost", "127.0.0.1")
    scene.signs_in(numbers, "camille@example.org")
    numbers.goto(page)
    expect(numbers.get_by_role("button", name="Signer", exact=True)).to_be_visible()
    expect(numbers.get_by_text(OFFER)).to_be_hidden()
    numbers.context.close()
