"""The second factor: asked before the vault opens, changed only with the passphrase, its seed readable nowhere."""

from __future__ import annotations

import threading

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.db import connections
from django.test import Client as Browser
from django.utils import timezone

from accounts import rates
from accounts.models import User
from tests.accounts.people import INSIDE, code_of, everything_stored, is_open, second_factor, sign_in
from tests.cast import PASSPHRASE, person, signed_in
from vault.models import LedgerEntry, Unlock


@pytest.fixture
def camille() -> User:
    return person("Camille Aubry")[0]


def test_the_second_factor_is_asked_and_then_the_vault_is_open(camille):
    secret = second_factor(camille)
    browser = Browser()

    answer = sign_in(browser)
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get(INSIDE)["Location"].startswith("/accounts/login/")
    assert Unlock.objects.get().is_pending

    wrong = browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    right = browser.post("/accounts/2fa/authenticate/", {"code": f"{code_of(secret)[:3]} {code_of(secret)[3:]}"})
    assert right.status_code == 302
    assert is_open(browser)


def test_a_code_serves_once_and_a_spare_code_serves_in_its_place(camille):
    secret = second_factor(camille)
    spare = RecoveryCodes.activate(camille).get_unused_codes()[0]
    first, second = Browser(), Browser()
    sign_in(first), sign_in(second)
    assert first.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302

    assert second.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 200
    assert second.post("/accounts/2fa/authenticate/", {"code": spare}).status_code == 302

    third = Browser()
    sign_in(third)
    assert third.post("/accounts/2fa/authenticate/", {"code": spare}).status_code == 200


def test_after_wrong_codes_the_next_one_waits(camille, monkeypatch):
    second_factor(camille)
    slept: list[float] = []
    monkeypatch.setattr(rates.time, "sleep", slept.append)
    browser = Browser()
    sign_in(browser)

    for _ in range(rates.FREE_TRIES + 3):
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"})

    assert slept == [1, 2, 4]


def test_a_right_code_is_right_however_long_its_answer_waits(camille, monkeypatch, time_machine):
    time_machine.move_to(timezone.now())
    secret, browser = second_factor(camille), Browser()
    sign_in(browser)
    monkeypatch.setattr(rates.time, "sleep", lambda seconds: None)
    for _try in range(12):
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    code = code_of(secret)
    monkeypatch.setattr(rates.time, "sleep", lambda seconds: time_machine.shift(seconds))

    assert browser.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302


def test_the_pending_cookie_opens_nothing(camille):
    second_factor(camille)
    browser = Browser()
    sign_in(browser)
    thief = Browser()
    thief.cookies[settings.VAULT_COOKIE_NAME] = browser.cookies[settings.VAULT_COOKIE_NAME].value

    for somebody in (thief, browser):
        somebody.force_login(camille, backend="accounts.backends.PassphraseBackend")
        assert not is_open(somebody)


def test_a_second_factor_that_comes_after_ten_minutes_finds_the_vault_shut(camille, time_machine):
    secret = second_factor(camille)
    time_machine.move_to("2026-11-24 09:00+01:00", tick=False)
    browser = Browser()
    sign_in(browser)

    time_machine.shift(601)
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    assert browser.get(INSIDE)["Location"].startswith("/accounts/unlock/")


def test_the_seed_of_the_second_factor_is_never_readable_in_a_table(camille):
    browser = signed_in(camille)
    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    browser.get("/accounts/2fa/totp/activate/")
    offered = browser.session["mfa.totp.secret"]
    assert not [table for table, row in everything_stored() if offered in row]

    browser.post("/accounts/2fa/totp/activate/", {"code": code_of(offered)})

    factor = Authenticator.objects.get(type="totp")
    assert not [table for table, row in everything_stored() if offered in row]
    assert factor.wrap().validate_code(code_of(offered))


def test_a_new_second_factor_shuts_the_other_open_vaults_and_says_so(camille):
    other, browser = signed_in(camille), signed_in(camille)
    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    browser.get("/accounts/2fa/totp/activate/")

    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(browser.session["mfa.totp.secret"])})

    assert answer["Location"] == "/"
    assert is_open(browser)
    assert not is_open(other)
    assert LedgerEntry.objects.filter(event="second_factor.added", by=camille.pk).exists()


def test_changing_the_second_factor_asks_for_the_passphrase_and_keeps_nothing_of_what_was_sent(camille):
    second_factor(camille)
    browser = Browser()
    browser.force_login(camille, backend="accounts.backends.PassphraseBackend")

    for path in ("/accounts/2fa/totp/deactivate/", "/accounts/2fa/codes/generate/"):
        answer = browser.post(path, {"whatever": "was sent"})
        assert answer["Location"] == f"/accounts/reauthenticate/?next={path.replace('/', '%2F')}"

    assert "was sent" not in str(dict(browser.session))
    assert Authenticator.objects.filter(type="totp").exists()


def test_switching_off_the_second_factor_leaves_a_trace(camille):
    secret = second_factor(camille)
    browser = Browser()
    sign_in(browser)
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})

    browser.post("/accounts/2fa/codes/generate/")
    browser.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.exists()
    assert set(LedgerEntry.objects.filter(by=camille.pk).values_list("event", flat=True)) >= {"spare_codes.made", "second_factor.removed"}


def test_many_wrong_codes_at_once_are_each_counted(own_databases) -> None:
    def one() -> None:
        numbers.append(rates.wrong("code:somebody"))
        connections.close_all()

    numbers: list[int] = []
    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == list(range(12))
