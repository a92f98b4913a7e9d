"""Where one is signed in: said in words that give little away, and ended at once, one or all the others."""

from __future__ import annotations

import re
import threading
from importlib import import_module

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client as Browser
from django.test import RequestFactory
from django.utils import timezone

from accounts import actions, jobs, logins, sign_ins
from accounts.models import SignIn, User
from tests.accounts.people import INSIDE, everything_stored, is_open, sign_in
from tests.cast import PASSPHRASE, person, signed_in
from tests.house import tree
from vault.models import LedgerEntry, Unlock

PAGE, END = "/accounts/2fa/", "/accounts/2fa/sign-ins/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0"


@pytest.fixture
def camille() -> User:
    return person("Camille Aubry")[0]


def on(user: User, agent: str, address: str = "203.0.113.77") -> Browser:
    """Signed in with this browser, from this address."""
    browser = Browser(headers={"user-agent": agent}, REMOTE_ADDR=address)
    assert sign_in(browser, user.address).status_code == 302
    return browser


def is_inside(browser: Browser) -> bool:
    return not browser.get(INSIDE, {"again": 1}).headers.get("Location", "").startswith("/accounts/login/")


def row_of(browser: Browser) -> SignIn:
    return SignIn.objects.get(session=logins.digest(browser.cookies[django_settings.SESSION_COOKIE_NAME].value))


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        (PHONE, "Safari", "iPhone"),
        (FIREFOX, "Firefox", "Linux"),
        (EDGE, "Edge", "Windows"),
        ("Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome", "Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15", "Safari", "macOS"),
        ("curl/8.5.0", "", ""),
        ("", "", ""),
        ("<script>alert(1)</script>", "", ""),
    ],
)
def test_a_device_is_told_by_its_family_and_system_alone(agent: str, browser: str, system: str) -> None:
    told = sign_ins.device(RequestFactory(headers={"user-agent": agent}).get("/"))

    assert (told["browser"], told["system"], told["network"]) == (browser, system, "")


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:12:3456::7", "2001:db8:12::/48"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("no address", ""),
        ("", ""),
    ],
)
def test_of_an_address_the_network_alone_is_kept(address: str, network: str) -> None:
    assert sign_ins.network(address) == network


def test_each_sign_in_is_in_the_list_with_its_device_and_network(camille) -> None:
    here, _there = on(camille, FIREFOX), on(camille, PHONE, "198.51.100.9")

    page = here.get(PAGE).content.decode()

    for word in ("Firefox · Linux", "Safari · iPhone", "203.0.113.0/24", "198.51.100.0/24", "Ici, maintenant"):
        assert page.count(word) == 1, word
    assert "203.0.113.77" not in page


def test_nothing_of_it_is_readable_in_a_table(camille) -> None:
    on(camille, FIREFOX)

    for needle in ("Firefox", "203.0.113", "Linux"):
        assert not [table for table, row in everything_stored() if needle in row and "cache" not in table]


def test_one_is_ended_at_once_with_its_vault(camille) -> None:
    here, there, third = on(camille, FIREFOX), on(camille, PHONE), on(camille, EDGE)
    assert is_open(there)

    answer = here.post(END, {"sign_in": str(row_of(there).pk)})

    assert answer["Location"] == PAGE
    assert not is_inside(there)
    assert is_open(here)
    assert is_open(third)
    assert Unlock.objects.filter(person=camille.pk).count() == 2
    assert Session.objects.count() == 2
    assert "iPhone" not in here.get(PAGE).content.decode()
    assert LedgerEntry.objects.get(event="sign_in.ended").code == "one"


def test_all_the_others_are_ended_those_too_that_are_not_in_the_list(camille) -> None:
    here, there, third, unlisted = on(camille, FIREFOX), on(camille, PHONE), on(camille, EDGE), on(camille, FIREFOX)
    row_of(unlisted).delete()

    here.post(END, {"sign_in": "others"})

    assert is_open(here)
    assert not any(is_inside(other) for other in (there, third, unlisted))
    assert Unlock.objects.filter(person=camille.pk).count() == 1
    assert [row.pk for row in SignIn.objects.all()] == [row_of(here).pk]
    assert LedgerEntry.objects.get(event="sign_in.ended").code == "others"
    assert is_open(here), "and goes on under its new key"


def test_another_person_s_sign_in_is_not_there(camille) -> None:
    bruno = on(person("Bruno Keller")[0], PHONE)
    here = on(camille, FIREFOX)

    foreign = here.post(END, {"sign_in": str(row_of(bruno).pk)})
    absent = here.post(END, {"sign_in": "7b1e9c1e-4f4e-4d0c-9d3c-0a8f7f0f2a11"})
    own = here.post(END, {"sign_in": str(row_of(here).pk)})

    assert foreign.status_code == absent.status_code == own.status_code == here.post(END).status_code == 404
    assert is_open(bruno)
    assert "iPhone" not in here.get(PAGE).content.decode()
    here.post(END, {"sign_in": "others"})
    assert is_open(bruno)


def test_an_action_ends_nothing_of_somebody_else(camille) -> None:
    bruno = on(person("Bruno Keller")[0], PHONE)

    actions.end_sign_in(person=camille, sign_in=row_of(bruno), by=camille)

    assert is_open(bruno)


def test_it_says_since_when_and_when_it_was_last_seen(camille, time_machine) -> None:
    time_machine.move_to("2026-11-24 09:00+01:00", tick=False)
    browser = on(camille, FIREFOX)
    time_machine.shift(240)
    browser.get(INSIDE)
    assert row_of(browser).seen_at == row_of(browser).made_at
    time_machine.shift(61)
    browser.get(INSIDE, headers={"x-poll": "1"})
    assert row_of(browser).seen_at == row_of(browser).made_at, "polling does not count"

    browser.get(INSIDE)

    assert (row_of(browser).seen_at - row_of(browser).made_at).total_seconds() == 301


def test_signing_out_takes_it_from_the_list(camille) -> None:
    browser = on(camille, FIREFOX)

    browser.post("/accounts/logout/")

    assert not SignIn.objects.exists()


def test_a_new_passphrase_leaves_this_sign_in_alone_in_the_list(camille) -> None:
    here, there = on(camille, FIREFOX), on(camille, PHONE)
    new = {"password": PASSPHRASE, "passphrase": "seven other words for a vault", "again": "seven other words for a vault"}

    assert here.post("/accounts/passphrase/", new).status_code == 302

    assert is_open(here)
    assert not is_inside(there)
    assert [row.pk for row in SignIn.objects.all()] == [row_of(here).pk]


@pytest.mark.no_database
def test_wherever_a_sign_in_goes_on_alone_the_others_leave_the_list() -> None:
    """What ends the others by a new value in the password column goes on with its own session, and with nothing else in the list."""
    going_on = re.compile(r"^( +)update_session_auth_hash\(.*\)\n(.*)$", re.M)
    found = {
        tree.name(path): going_on.findall(path.read_text()) for path in tree.files() if "update_session_auth_hash(" in path.read_text()
    }
    found.pop("accounts/views/security.py")  # its action ends them

    assert len(found) >= 5
    assert [name for name, after in found.items() if not all(line == f"{space}sign_ins.only_this(request)" for space, line in after)] == []


def test_whoever_runs_the_instance_ends_every_sign_in_and_none_is_told(camille) -> None:
    browsers = [on(camille, FIREFOX), on(camille, PHONE)]

    actions.end_sign_ins(person=camille, by=None)

    assert not any(is_inside(browser) for browser in browsers)
    assert not SignIn.objects.exists()


def test_somebody_else_in_the_same_browser_is_another_sign_in(camille) -> None:
    browser = on(camille, FIREFOX)
    browser.post("/accounts/logout/")
    bruno = person("Bruno Keller")[0]
    sign_in(browser, bruno.address)

    assert [row.person_id for row in SignIn.objects.all()] == [bruno.pk]


def test_a_session_from_before_the_list_comes_into_it(camille) -> None:
    browser = signed_in(camille)
    session = browser.session
    del session[logins.SEEN]
    session.save()
    SignIn.objects.all().delete()

    browser.get(INSIDE)

    assert SignIn.objects.count() == 1


def test_an_ended_session_is_not_brought_back_by_a_new_key(camille) -> None:
    browser = on(camille, PHONE)
    store = import_module(django_settings.SESSION_ENGINE).SessionStore(browser.cookies[django_settings.SESSION_COOKIE_NAME].value)
    assert store["_auth_user_id"]
    actions.end_sign_in(person=camille, sign_in=row_of(browser), by=camille)

    store.cycle_key()

    assert "_auth_user_id" not in store
    assert not Session.objects.exists()


def test_ending_while_the_other_one_goes_on_under_new_keys_ends_it(own_databases, camille) -> None:
    """Whoever is being shut out changes their passphrase, or signs in anew, at the same moment: no key of that session stays good."""
    here, there = on(camille, FIREFOX), on(camille, PHONE)
    engine, stop = import_module(django_settings.SESSION_ENGINE), threading.Event()
    keys = [there.cookies[django_settings.SESSION_COOKIE_NAME].value]

    def go_on() -> None:
        try:
            while not stop.is_set():
                store = engine.SessionStore(keys[-1])
                if not store.get("_auth_user_id"):
                    return
                store.cycle_key()
                store.save()
                if store.session_key:
                    keys.append(store.session_key)
        except UpdateError:  # shut out between the one and the other
            pass
        finally:
            connections.close_all()

    thread = threading.Thread(target=go_on)
    thread.start()
    while len(keys) < 5:
        pass
    here.post(END, {"sign_in": str(SignIn.objects.exclude(pk=row_of(here).pk).get().pk)})
    thread.join(timeout=5)
    stop.set()

    assert not thread.is_alive()
    assert not any(engine.SessionStore(key).get("_auth_user_id") for key in keys)


def test_sessions_that_are_over_are_swept_with_what_was_told_of_them(camille, time_machine) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    old = on(camille, FIREFOX)
    time_machine.shift(15 * 86400)
    young = on(camille, PHONE)

    jobs.sweep_sign_ins()

    assert not is_inside(old)
    assert is_open(young)
    assert SignIn.objects.count() == Session.objects.count() == 1


def test_a_sign_in_that_ended_by_itself_is_not_told(camille, time_machine) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    on(camille, PHONE)
    time_machine.shift(15 * 86400)

    assert "iPhone" not in on(camille, FIREFOX).get(PAGE).content.decode()


def test_with_a_shut_vault_nothing_is_told_and_nothing_ended(camille) -> None:
    here, there = on(camille, FIREFOX), on(camille, PHONE)
    here.post("/accounts/lock/")

    assert here.get(PAGE, {"again": 1})["Location"].startswith("/accounts/unlock/")
    assert here.post(END, {"sign_in": "others"})["Location"].startswith("/accounts/unlock/")
    assert is_open(there)
