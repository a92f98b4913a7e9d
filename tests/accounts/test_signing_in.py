"""Signing in: one passphrase, one Argon2id run, and nothing in any table that could be used or read."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections, transaction
from django.test import Client as Browser

from accounts import actions, rates
from accounts.models import User
from tests.accounts.people import INSIDE, everything_stored, is_open, second_factor, sign_in
from tests.cast import PASSPHRASE, person, signed_in
from vault import primitives, ration, slots
from vault.models import LedgerEntry, Slot, Unlock
from vault.unlocked import Unlocked


@pytest.fixture
def camille() -> User:
    return person("Camille Aubry")[0]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[primitives.Cost]:
    """The cost of each Argon2id run from now on."""
    done: list[primitives.Cost] = []
    real = primitives.stretch

    def counted(passphrase: str, salt: bytes, cost: primitives.Cost) -> bytes:
        done.append(cost)
        return real(passphrase, salt, cost)

    monkeypatch.setattr(primitives, "stretch", counted)
    return done


def test_signing_in_opens_the_vault_with_one_argon2id_run(camille, runs):
    browser = Browser()

    answer = sign_in(browser)

    assert (answer.status_code, answer["Location"], len(runs)) == (302, "/", 1)
    assert is_open(browser)


def test_case_and_spaces_of_an_address_do_not_matter_and_those_inside_a_passphrase_do(camille):
    assert sign_in(Browser(), " Camille@Example.ORG ").status_code == 302
    assert sign_in(Browser(), passphrase=f" {PASSPHRASE} ").status_code == 302
    assert sign_in(Browser(), passphrase=PASSPHRASE.replace(" ", "")).status_code == 200


def test_a_wrong_passphrase_and_an_unknown_address_answer_alike_at_the_same_cost(camille, runs):
    first, second = Browser(), Browser()

    wrong, unknown = sign_in(first, passphrase="no"), sign_in(second, "nobody@example.org")

    def shown(answer: Any) -> str:
        return re.sub(r'value="[^"]*"|X-CSRFToken[^}]*', "", answer.content.decode())

    assert wrong.status_code == unknown.status_code == 200
    assert shown(wrong) == shown(unknown)
    assert "ne vont pas ensemble" in shown(wrong)
    assert runs == [slots.COST, slots.COST]
    assert not Unlock.objects.exists()


def test_at_the_standard_cost_wrong_and_unknown_take_as_long(monkeypatch):
    monkeypatch.setattr(slots, "COST", primitives.STANDARD)
    person("Camille Aubry")
    took = {"camille@example.org": [], "nobody@example.org": []}

    for _ in range(2):
        for address, times in took.items():
            start = time.process_time()  # of this process: others on the machine do not count
            sign_in(Browser(), address, "not the passphrase")
            times.append(time.process_time() - start)

    known, unknown = (min(times) for times in took.values())
    assert known > 0.1
    assert abs(known - unknown) < max(known, unknown) * 0.5


def test_somebody_whose_account_is_closed_does_not_get_in(camille):
    User.objects.filter(pk=camille.pk).update(is_active=False)

    browser = Browser()
    answer = sign_in(browser)

    assert "fermé" in browser.get(answer["Location"]).content.decode()
    assert browser.get(INSIDE)["Location"].startswith("/accounts/login/")
    assert not Unlock.objects.exists()


def test_nothing_of_the_passphrase_stands_in_the_password_column(camille):
    assert re.fullmatch(r"slot\$[\w-]{32}", camille.password)
    with pytest.raises(TypeError):
        camille.set_password("anything")


def test_the_cookie_of_one_sign_in_does_not_serve_another(camille):
    first, second = signed_in(camille), signed_in(camille)

    second.cookies[settings.VAULT_COOKIE_NAME] = first.cookies[settings.VAULT_COOKIE_NAME].value

    assert not is_open(second)
    assert is_open(first)


def test_the_table_of_sign_ins_holds_nothing_that_can_be_used_or_read(camille):
    browser = signed_in(camille)
    row = Session.objects.get()
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value

    assert key not in row.session_key
    assert str(camille.pk) not in bytes.fromhex(row.session_data).decode("latin1")
    for stolen in (row.session_key, row.session_data):
        thief = Browser()
        thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
        assert thief.get(INSIDE)["Location"].startswith("/accounts/login/")


def test_the_sign_in_has_a_new_key_at_sign_in_and_none_after_signing_out(camille):
    browser = Browser()
    store = browser.session
    store["seen"] = True
    store.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = before = store.session_key
    sign_in(browser)
    after = browser.cookies[settings.SESSION_COOKIE_NAME].value

    assert before != after
    assert Session.objects.count() == 1
    browser.post("/accounts/logout/")
    for key in (before, after):
        old = Browser()
        old.cookies[settings.SESSION_COOKIE_NAME] = key
        assert old.get(INSIDE)["Location"].startswith("/accounts/login/")


def test_signing_out_locks(camille):
    browser = signed_in(camille)
    assert Unlock.objects.count() == 1

    browser.post("/accounts/logout/")

    assert not Unlock.objects.exists()
    assert browser.cookies[settings.VAULT_COOKIE_NAME].value == ""


def test_no_address_name_or_passphrase_stands_in_any_table(camille):
    second_factor(camille)
    browser = Browser()
    sign_in(browser, passphrase="not this one")
    sign_in(browser)
    browser.post("/accounts/lost/", {"login": "x", "address": "camille@example.org"})
    browser.post("/accounts/lost/", {"address": "nobody-has-this@example.org"})

    seen = set()
    for table, row in everything_stored():
        seen.add(table)
        assert not re.search("camille|aubry|nobody-has|example.org|six plain|not this one", row, re.IGNORECASE), table

    assert {"default.accounts_user", "default.accounts_link", "default.cache", "default.django_session"} <= seen
    assert {"default.procrastinate_jobs", "default.vault_unlock", "default.mfa_authenticator"} <= seen


def test_too_many_wrong_tries_from_one_network_are_refused_before_argon2id(camille, runs, monkeypatch):
    monkeypatch.setattr(rates.time, "sleep", lambda seconds: None)
    for n in range(30):
        sign_in(Browser(), f"somebody{n}@example.org", "no")
    before = len(runs)

    refused = sign_in(Browser())
    elsewhere = Browser(REMOTE_ADDR="203.0.113.9")

    assert "Trop d’essais depuis votre réseau" in refused.content.decode()
    assert len(runs) == before
    assert sign_in(elsewhere).status_code == 302


def test_wrong_tries_delay_an_address_and_never_refuse_its_right_passphrase(camille, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr(rates.time, "sleep", slept.append)
    for n in range(14):
        sign_in(Browser(REMOTE_ADDR=f"198.51.100.{n}"), passphrase="no")

    assert slept == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert sign_in(Browser()).status_code == 302
    sign_in(Browser())
    assert len(slept) == 10, "the right passphrase ends the delay"


def test_when_too_many_wait_the_next_one_hears_when_to_come_back(camille, monkeypatch):
    room = threading.Semaphore(1)
    monkeypatch.setattr(ration, "_room", room)
    browser = signed_in(camille)
    browser.post("/accounts/lock/")
    room.acquire()

    page = sign_in(Browser())
    behind = browser.post("/accounts/unlock/", {"password": PASSPHRASE}, headers={"X-Requested-With": "unlock"})

    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert behind.status_code == 503
    assert "quelques secondes" in behind.json()["error"]


def test_a_slot_of_a_lower_cost_is_closed_anew_at_the_next_right_passphrase(camille, runs, monkeypatch):
    browser = signed_in(camille)
    stronger = primitives.Cost(slots.COST.memory * 2, 2, 1)
    monkeypatch.setattr(slots, "COST", stronger)
    runs.clear()

    sign_in(Browser(), passphrase="no")
    assert Slot.objects.get().memory < stronger.memory
    browser.post("/accounts/lock/")
    browser.post("/accounts/unlock/", {"password": PASSPHRASE})

    assert Slot.objects.get().memory == stronger.memory
    assert runs[1:] == [primitives.FLOOR, stronger]
    assert is_open(browser), "no sign-in ends"
    assert sign_in(Browser()).status_code == 302
    assert LedgerEntry.objects.filter(event="passphrase.cost_raised").count() == 1


def test_a_cost_that_was_raised_meanwhile_is_not_raised_again(camille):
    vault = Unlocked(camille.pk, slots.open_with_passphrase(camille.pk, PASSPHRASE))

    with pytest.raises(actions.Refused):
        actions.raise_cost(person=camille, vault=vault, new=slots.stretched("an older passphrase"), by=camille)

    assert sign_in(Browser()).status_code == 302


def test_two_who_sign_in_at_once_while_the_cost_is_raised_both_get_in(own_databases, monkeypatch) -> None:
    camille, answers = person("Camille Aubry")[0], []
    monkeypatch.setattr(slots, "COST", primitives.Cost(slots.COST.memory * 2, 2, 1))

    def come_in() -> None:
        try:
            answers.append(sign_in(Browser()).status_code)
        finally:
            connections.close_all()

    with transaction.atomic():
        User.objects.select_for_update().get(pk=camille.pk)  # both wait here before they raise it
        threads = [threading.Thread(target=come_in) for _ in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(2)
    for thread in threads:
        thread.join(60)

    assert answers == [302, 302]
    assert LedgerEntry.objects.filter(event="passphrase.cost_raised").count() == 1


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere_after_signing_in_unlocking_stepping_up_or_choosing(camille, target):
    browser = Browser()
    answers = [
        sign_in(browser, next=target),
        browser.post("/accounts/unlock/", {"password": PASSPHRASE, "next": target}),
        browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE, "next": target}),
        browser.post("/accounts/language/", {"language": "fr", "next": target}),
        browser.post("/accounts/appearance/", {"theme": "dark", "next": target}),
        browser.get(f"/accounts/unlock/?next={target}"),
        browser.post("/accounts/lock/", {"next": target}),
    ]

    assert [a.status_code for a in answers] == [302] * 7
    assert all("evil" not in a["Location"] and "script" not in a["Location"] for a in answers)


def test_every_post_of_this_room_needs_its_token(camille):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(camille, backend="accounts.backends.PassphraseBackend")
    names = "login logout reauthenticate unlock lock lost recover recovery settings passphrase language appearance"
    names += " 2fa/authenticate 2fa/totp/activate 2fa/totp/deactivate 2fa/codes/generate"

    assert {name: browser.post(f"/accounts/{name}/").status_code for name in names.split()} == dict.fromkeys(names.split(), 403)
