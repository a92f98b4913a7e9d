"""How long a vault stays open, what keeps it open, what shuts it, and what a page answers while it is shut."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from accounts import jobs, opening, unlocking
from accounts.models import User
from tests.cast import PASSPHRASE, Cast, person, signed_in
from vault.models import Unlock

INSIDE = "/accounts/settings/"
NINE = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def camille() -> User:
    return person("Camille Aubry")[0]


@pytest.fixture
def clock(time_machine: Any) -> Any:
    """Nine in the morning; it moves when told."""
    time_machine.move_to(NINE, tick=False)
    return time_machine


def is_open(browser: Browser, **headers: str) -> bool:
    return browser.get(INSIDE, headers=headers).status_code == 200


def test_after_fifteen_minutes_without_anybody_the_vault_is_shut(camille, clock):
    browser = signed_in(camille)

    clock.shift(timedelta(minutes=14, seconds=59))
    assert is_open(browser)
    clock.shift(timedelta(minutes=14, seconds=59))
    assert is_open(browser), "what a person does keeps it open"
    clock.shift(timedelta(minutes=15))

    assert browser.get(INSIDE)["Location"] == "/accounts/unlock/?next=%2Faccounts%2Fsettings%2F"
    assert not Unlock.objects.exists()


def test_after_eight_hours_it_is_shut_whatever_one_does(camille, clock):
    browser = signed_in(camille)
    for _ in range(8 * 6 - 1):
        clock.shift(timedelta(minutes=10))
        assert is_open(browser)

    clock.shift(timedelta(minutes=10))

    assert not is_open(browser)


def test_polling_does_not_keep_it_open_and_an_autosave_does(camille, clock):
    polling, writing = signed_in(camille), signed_in(camille)
    for _ in range(2):
        clock.shift(timedelta(minutes=7))
        assert is_open(polling, **{"X-Poll": "1"})
        assert is_open(writing, **{"X-Requested-With": "autosave"})

    clock.shift(timedelta(minutes=1))

    assert not is_open(polling)
    assert is_open(writing)


def test_while_a_meeting_is_under_way_idleness_does_not_shut_it_and_eight_hours_do(camille, clock):
    browser = signed_in(camille)
    unlocking.keep_open(camille.pk, NINE + timedelta(hours=2))

    clock.shift(timedelta(minutes=119))
    unlocking.sweep(timezone.now())
    assert is_open(browser, **{"X-Poll": "1"})
    clock.shift(timedelta(minutes=2))
    assert not is_open(browser)

    again = signed_in(camille)
    unlocking.keep_open(camille.pk, NINE + timedelta(hours=20))
    clock.shift(timedelta(hours=8))
    assert not is_open(again)


def test_the_sweep_takes_only_what_is_shut(camille, clock):
    signed_in(camille)
    clock.shift(timedelta(minutes=10))
    signed_in(camille)
    clock.shift(timedelta(minutes=6))

    jobs.sweep_unlocks.run() if hasattr(jobs.sweep_unlocks, "run") else unlocking.sweep(timezone.now())

    assert Unlock.objects.count() == 1


def test_every_answer_behind_an_open_vault_says_until_when(camille, clock):
    browser = signed_in(camille)

    page, stay = browser.get(INSIDE), browser.get("/accounts/help/", headers={"X-Requested-With": "stay"})

    quarter_past = str(int((NINE + timedelta(minutes=15)).timestamp()))
    assert (page["X-Lock-At"], stay["X-Lock-At"]) == (quarter_past, quarter_past)
    assert f'data-lock-at="{quarter_past}"' in page.content.decode()
    assert not Browser().get("/accounts/help/").has_header("X-Lock-At")


def test_staying_here_keeps_it_open(camille, clock):
    browser = signed_in(camille)
    clock.shift(timedelta(minutes=13))

    browser.get("/accounts/help/", headers={"X-Requested-With": "stay"})
    clock.shift(timedelta(minutes=13))

    assert is_open(browser)


def test_the_lock_button_shuts_the_vault_and_forgets_the_cookie(camille):
    browser = signed_in(camille)
    cookie = browser.cookies[settings.VAULT_COOKIE_NAME].value

    answer = browser.post("/accounts/lock/", {"next": INSIDE})

    assert answer["Location"] == "/accounts/unlock/?next=%2Faccounts%2Fsettings%2F"
    assert not answer.has_header("X-Lock-At")
    browser.cookies[settings.VAULT_COOKIE_NAME] = cookie
    assert not is_open(browser)


def test_locking_one_sign_in_leaves_the_others_open(camille):
    here, there = signed_in(camille), signed_in(camille)

    here.post("/accounts/lock/")

    assert not is_open(here)
    assert is_open(there)


def test_while_locked_no_page_of_this_room_says_a_name(camille):
    browser = signed_in(camille)
    browser.post("/accounts/lock/")

    for name in ["unlock", "reauthenticate", "recover", "help", "2fa", "settings", "passphrase", "recovery"]:
        page = browser.get(f"/accounts/{name}/", follow=True)
        assert page.status_code == 200
        assert "Camille" not in page.content.decode(), name


def test_unlocking_leads_back_to_the_page(camille):
    browser = signed_in(camille)
    browser.post("/accounts/lock/")

    wrong = browser.post("/accounts/unlock/", {"password": "no", "next": INSIDE})
    right = browser.post("/accounts/unlock/", {"password": PASSPHRASE, "next": INSIDE})

    assert "Ce n’est pas votre phrase de passe." in wrong.content.decode()
    assert right["Location"] == INSIDE
    assert is_open(browser)
    assert browser.get(f"/accounts/unlock/?next={INSIDE}")["Location"] == INSIDE


def test_somebody_else_s_passphrase_does_not_unlock(camille):
    karim = person("Karim Benali")[0]
    browser = signed_in(karim)
    browser.post("/accounts/lock/")
    Browser()

    browser.post("/accounts/unlock/", {"password": "another passphrase of six words"})

    assert not is_open(browser)


def test_a_request_in_the_background_hears_423_and_the_page_stays(camille):
    browser = signed_in(camille)
    browser.post("/accounts/lock/")

    for headers in ({"HX-Request": "true"}, {"X-Requested-With": "autosave"}):
        answer = browser.post(INSIDE, {"name": "Camille"}, headers=headers)
        assert answer.status_code == 423
        assert "toujours à l’écran" in answer.json()["error"]


def test_unlocking_in_place_says_204_until_when_or_401_and_why(camille, clock):
    browser = signed_in(camille)
    browser.post("/accounts/lock/")
    headers = {"X-Requested-With": "unlock", "Accept": "application/json"}

    wrong = browser.post("/accounts/unlock/", {"password": "no"}, headers=headers)
    right = browser.post("/accounts/unlock/", {"password": PASSPHRASE}, headers=headers)

    assert (wrong.status_code, wrong.json()["error"]) == (401, "Ce n’est pas votre phrase de passe.")
    assert (right.status_code, right["X-Lock-At"]) == (204, str(int((NINE + timedelta(minutes=15)).timestamp())))
    assert is_open(browser)


def test_a_page_reached_from_a_mail_fetches_itself_once(camille):
    browser = signed_in(camille)
    cookie = browser.cookies.pop(settings.VAULT_COOKIE_NAME)

    first = browser.get(INSIDE, {"a": ["1", "2"]})
    assert '<meta http-equiv="refresh" content="0; url=/accounts/settings/?a=1&amp;a=2&amp;again=1">' in first.content.decode()
    assert browser.get(INSIDE, {"again": "1"})["Location"].startswith("/accounts/unlock/"), "without the cookie it asks, once"
    assert browser.get("/accounts/unlock/").content.count(b"http-equiv") == 1

    browser.cookies[settings.VAULT_COOKIE_NAME] = cookie.value
    assert browser.get(INSIDE, {"again": "1"}).status_code == 200


def test_the_vault_cookie_is_strict_and_out_of_reach_of_scripts(camille):
    cookie = signed_in(camille).cookies[settings.VAULT_COOKIE_NAME]

    assert (cookie["samesite"], cookie["httponly"], cookie["path"]) == ("Strict", True, "/")
    assert len(bytes.fromhex(cookie.value)) == 32


def test_the_row_of_an_open_vault_opens_nothing_without_its_cookie_nor_for_another(camille):
    karim = person("Karim Benali")[0]
    browser = signed_in(camille)
    row = Unlock.objects.get()
    assert browser.cookies[settings.VAULT_COOKIE_NAME].value not in str(vars(row))

    other = signed_in(karim)
    Unlock.objects.filter(person=karim.pk).update(cookie="0" * 64)
    assert not is_open(other)
    for name, value in {"person": karim.pk, "sign_in": "0" * 64}.items():
        kept = getattr(row, name)
        Unlock.objects.filter(pk=row.pk).update(**{name: value})
        assert not is_open(browser)
        Unlock.objects.filter(pk=row.pk).update(**{name: kept})
    assert is_open(browser)


def test_a_broken_cookie_is_a_locked_vault(camille):
    browser = signed_in(camille)

    for value in ("zz", "", "00" * 32):
        browser.cookies[settings.VAULT_COOKIE_NAME] = value
        assert not is_open(browser)


def test_the_table_of_open_vaults_does_not_outlive_a_crash():
    with connection.cursor() as cursor:
        cursor.execute("select relpersistence from pg_class where relname = 'vault_unlock'")
        assert cursor.fetchone() == ("u",)


def test_each_room_hears_when_a_vault_opens(camille, monkeypatch):
    heard: list[tuple[object, object]] = []
    monkeypatch.setattr(opening, "AFTER", [lambda request, user, vault: heard.append((user.pk, vault.person))])

    browser = signed_in(camille)
    browser.post("/accounts/lock/")
    browser.post("/accounts/unlock/", {"password": PASSPHRASE})
    browser.post("/accounts/lock/")
    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})

    assert heard == [(camille.pk, camille.pk)] * 3


def test_stepping_up_lasts_five_minutes(camille, clock):
    browser = signed_in(camille)
    sheet = "/accounts/recovery/"
    assert browser.get(sheet)["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Frecovery%2F"

    assert "n’est pas votre phrase" in browser.post("/accounts/reauthenticate/", {"password": "no", "next": sheet}).content.decode()
    assert browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE, "next": sheet})["Location"] == sheet

    clock.shift(timedelta(seconds=299))
    assert browser.get(sheet).status_code == 200
    clock.shift(timedelta(seconds=2))
    assert browser.get(sheet).status_code == 302


def test_nobody_signed_out_reaches_what_is_behind_the_door():
    for name in [
        "unlock",
        "lock",
        "recover",
        "recovery",
        "settings",
        "passphrase",
        "reauthenticate",
        "2fa",
        "2fa/totp/activate",
        "2fa/codes",
    ]:
        answer = Browser().get(f"/accounts/{name}/")
        assert answer.status_code in {302, 405}, name
        if answer.status_code == 302:
            assert answer["Location"].startswith("/accounts/login/"), name


def test_the_administrator_sees_counts_and_no_names(cast: Cast):
    names = [cast.camille.name, cast.anais.name, cast.karim.name, cast.helene.name, cast.horizon.name]
    browser = signed_in(cast.dominique)

    page = browser.get("/admin/").content.decode()

    assert "Travail en arrière-plan" in page
    assert not [part for name in names for part in name.split() if part in page]
    assert signed_in(cast.anais.person).get("/admin/").status_code == 404
    browser.post("/accounts/lock/")
    assert browser.get("/admin/")["Location"] == "/accounts/unlock/?next=%2Fadmin%2F"


def test_home_leads_to_the_only_space_or_asks(cast: Cast):
    nobody = person("Nora Petit")[0]
    assert "Rien ici pour l’instant" in signed_in(nobody).get("/").content.decode()
    assert signed_in(cast.anais.person).get("/")["Location"] == "/client/"

    User.objects.filter(pk=cast.anais.person.pk).update(is_administrator=True)
    page = signed_in(cast.anais.person).get("/").content.decode()
    assert 'href="/client/"' in page
    assert 'href="/admin/"' in page
