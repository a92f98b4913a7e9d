"""Who came in, who was turned away, and how sign-ins end or go on under a new key."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client as Browser

from accounts import logins
from accounts.models import SignIn, User
from coachvault.error_reports import Line
from tests.accounts.device import SIGN_IN, STEP_UP, Device, add, use
from tests.accounts.people import INSIDE, code_of, is_open, second_factor, sign_in
from tests.cast import PASSPHRASE, Cast, person, signed_in
from vault import slots
from vault.models import LedgerEntry, Unlock

ADDRESS = "camille@example.org"


class Kept(logging.Handler):
    """The lines as they are written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(Line())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def camille() -> User:
    return person("Camille Aubry")[0]


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What the server's log says meanwhile."""
    kept, root = Kept(), logging.getLogger()
    root.addHandler(kept)
    yield kept.lines
    root.removeHandler(kept)


def said(lines: list[str]) -> list[str]:
    """The words of each line."""
    return [line.split("turnstile ", 1)[1].strip("'") for line in lines if " turnstile " in line]


def test_each_way_in_leaves_a_line_with_the_means_and_the_person_s_id(camille: User, lines: list[str]) -> None:
    secret = second_factor(camille)
    browser = Browser()

    sign_in(browser)
    browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    browser.post("/accounts/lock/")
    browser.post("/accounts/unlock/", {"password": PASSPHRASE})
    browser.post("/accounts/logout/")

    assert said(lines) == [
        f"wrong code person {camille.pk}",
        f"signed in by mfa+password person {camille.pk}",
        f"passphrase given person {camille.pk}",
        f"signed out person {camille.pk}",
    ]


def test_a_wrong_recovery_code_leaves_a_line(camille: User, lines: list[str]) -> None:
    browser = signed_in(camille)
    lines.clear()

    new = "seven other words that nobody knows"
    browser.post("/accounts/recover/", {"code": slots.new_recovery_code(), "passphrase": new, "again": new})

    assert said(lines) == [f"wrong recovery code person {camille.pk}"]


@pytest.fixture
def device(camille: User) -> Device:
    """A passkey of hers."""
    browser, made = signed_in(camille), Device()
    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    add(browser, made)
    return made


def test_a_passkey_leaves_its_lines_whether_it_fits_or_not(camille: User, device: Device, lines: list[str]) -> None:
    browser = Browser()
    lines.clear()

    use(browser, SIGN_IN, device, challenge="A" * 43)
    use(browser, SIGN_IN, device)
    use(browser, STEP_UP, device)

    assert said(lines) == [
        "passkey that does not fit for sign_in person not said",
        f"signed in by mfa person {camille.pk}",
        f"passkey used person {camille.pk}",
    ]


def test_after_a_passkey_too_the_sign_in_goes_on_under_a_new_key_and_stays_in_the_list(camille: User, device: Device) -> None:
    browser = Browser()
    use(browser, SIGN_IN, device)
    before = key(browser)

    use(browser, STEP_UP, device)

    assert key(browser) != before
    assert SignIn.objects.filter(session=logins.digest(key(browser))).count() == 1
    assert not SignIn.objects.filter(session=logins.digest(before)).exists()


def test_wrong_tries_for_one_address_are_told_from_those_for_another_and_name_nobody(camille: User, lines: list[str]) -> None:
    for address in (ADDRESS, ADDRESS.upper(), "nobody@example.org"):
        sign_in(Browser(), address=address, passphrase="not this one")

    one, again, other = said(lines)
    assert one == again != other
    assert re.fullmatch(r"wrong passphrase for [0-9a-f]{12}", one)


def test_whoever_is_turned_away_leaves_a_line_with_the_page_and_their_id(cast: Cast, lines: list[str]) -> None:
    browser = signed_in(cast.camille.person)
    lines.clear()

    browser.get(f"/coach/clients/{uuid4()}/")
    browser.get("/admin/")
    browser.get("/nowhere/")
    Browser(enforce_csrf_checks=True).post("/accounts/login/", {"login": ADDRESS, "password": PASSPHRASE})

    who = cast.camille.person_id
    assert said(lines) == [
        f"turned away 404 at client_page person {who}",
        f"turned away 404 at administration person {who}",
        f"turned away 404 at no address person {who}",
        "turned away 403 at account_login person nobody",
    ]


def test_a_line_holds_the_time_in_utc_and_no_address_name_or_passphrase(camille: User, lines: list[str]) -> None:
    sign_in(Browser(), passphrase="not this one")
    browser = signed_in(camille)
    browser.get(f"/coach/clients/{uuid4()}/?q=Aubry")

    assert lines
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ [\w.]+ ", line) for line in lines)
    assert abs(datetime.fromisoformat(lines[0].split()[0]) - datetime.now(UTC)) < timedelta(minutes=5)
    text = "\n".join(lines).casefold()
    assert [word for word in (ADDRESS, "aubry", "camille", PASSPHRASE, "not this one", camille.username) if word in text] == []


def test_what_does_not_open_leaves_a_line(cast: Cast, lines: list[str]) -> None:
    where, browser = f"/coach/clients/{cast.anais.pk}/", signed_in(cast.camille.person)
    with connection.cursor() as cursor:
        cursor.execute("update clients_client set details = %s", [b"\1planted"])
    lines.clear()

    assert browser.get(where).status_code == 409

    assert said(lines) == ["does not open what is asked at client_page"]


def test_a_line_break_in_what_was_asked_for_makes_no_second_line(lines: list[str]) -> None:
    Browser().get("/nowhere/%0a2026-01-01T00:00:00.000Z INFO turnstile signed in")
    logging.getLogger("a.library").warning("one\n2026-01-01T00:00:00.000Z INFO turnstile signed in")

    assert len(lines) == 2
    assert [line for line in lines if "\n" in line or " turnstile signed in" in line.partition("'")[0]] == []


def key(browser: Browser) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize("where", ["/accounts/unlock/", "/accounts/reauthenticate/"])
def test_whenever_the_passphrase_is_given_the_sign_in_goes_on_under_a_new_key(camille: User, where: str) -> None:
    browser = signed_in(camille)
    browser.post("/accounts/lock/")
    before, old = key(browser), Browser()
    old.cookies[settings.SESSION_COOKIE_NAME] = before

    browser.post(where, {"password": PASSPHRASE})

    assert key(browser) != before
    assert is_open(browser)
    assert SignIn.objects.filter(session=logins.digest(key(browser))).count() == 1
    assert old.get(INSIDE)["Location"].startswith("/accounts/login/")


def test_a_wrong_passphrase_changes_no_key(camille: User) -> None:
    browser = signed_in(camille)
    before = key(browser)

    browser.post("/accounts/reauthenticate/", {"password": "not this one"})

    assert key(browser) == before
    assert is_open(browser)


def test_closing_an_account_ends_its_sign_ins_at_once(camille: User) -> None:
    browser = signed_in(camille)

    User.objects.filter(pk=camille.pk).update(is_active=False)

    assert browser.get(INSIDE)["Location"].startswith("/accounts/login/")


def test_whoever_has_the_shell_ends_the_sign_ins_of_one_person_or_of_everybody(camille: User, capsys: Any) -> None:
    bruno, _ = person("Bruno Keller")
    hers, his = signed_in(camille), signed_in(bruno)

    call_command("end_sign_ins", " Camille@Example.org ")

    assert hers.get(INSIDE)["Location"].startswith("/accounts/login/")
    assert is_open(his)
    assert [*Unlock.objects.values_list("person", flat=True)] == [bruno.pk]
    call_command("end_sign_ins", "--everybody")
    assert his.get(INSIDE)["Location"].startswith("/accounts/login/")
    assert LedgerEntry.objects.filter(event="sign_ins.ended", about=camille.pk, by=None).count() == 2
    assert is_open(signed_in(camille)), "the passphrase stays as it was"
    assert "example.org" not in capsys.readouterr().out


def test_an_address_that_nobody_has_ends_nothing() -> None:
    with pytest.raises(CommandError, match="Nobody has this address"):
        call_command("end_sign_ins", "nobody@example.org")


def test_every_text_says_its_characters(camille: User) -> None:
    browser = signed_in(camille)

    kinds = {page: browser.get(page)["Content-Type"] for page in ("/accounts/help/", "/healthz", "/readyz", "/nowhere/", "/verify/")}

    assert {page: kind for page, kind in kinds.items() if "charset=utf-8" not in kind.lower()} == {}
