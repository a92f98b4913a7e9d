"""A mailed code: asked after the passphrase of whoever chose it and has nothing stronger, good for one attempt, five tries, ten minutes, once."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client as Browser
from django.utils import timezone

from accounts.factors import actions
from accounts.factors.codes import digest
from accounts.models import Link, User
from support import jobs, mail
from tests.accounts.device import Device, add
from tests.accounts.people import INSIDE, code_of, everything_stored, is_open, second_factor, sign_in
from tests.cast import PASSPHRASE, Cast, person, signed_in
from vault.models import LedgerEntry, Unlock

CODE, STEP_UP, CHOICE = "/accounts/code/", "/accounts/reauthenticate/", "/accounts/2fa/mailed/"


@pytest.fixture(autouse=True)
def _own_mail(settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "support.mail.Folder"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"


@pytest.fixture
def helene(cast: Cast) -> User:
    """Hélène, who pays, and chose to be mailed a code."""
    return chosen(cast.helene.person)


def chosen(user: User) -> User:
    """Somebody who switched it on, and has read the letter that says so."""
    actions.choose_mailed_code(person=user, is_on=True, by=user)
    jobs.run_pending()
    for letter in Path(settings.EMAIL_FILE_PATH).glob("*.eml"):
        letter.unlink()
    return user


def begun(user: User) -> Browser:
    """A browser that has given this person's passphrase."""
    browser = Browser()
    assert sign_in(browser, user.address)["Location"] == CODE
    return browser


def mailed() -> str:
    """The newest code that the worker sent."""
    jobs.run_pending()
    found = re.search(r"^\d{6}$", mail.inbox()[0].text, re.M)
    assert found
    return found[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def type_in(browser: Browser, code: str) -> int:
    return int(browser.post(CODE, {"code": code}).status_code)


def test_after_the_passphrase_a_code_is_mailed_and_opens_the_vault(helene) -> None:
    browser = begun(helene)
    assert Unlock.objects.get().is_pending
    assert browser.get(INSIDE)["Location"].startswith("/accounts/login/")

    code = mailed()
    letter = mail.inbox()[0]

    assert letter.to == helene.address
    assert code not in letter.subject
    assert type_in(browser, f"{code[:3]} {code[3:]}") == 302
    assert is_open(browser)


def test_whoever_did_not_choose_it_is_not_asked(cast: Cast) -> None:
    browser = signed_in(cast.helene.person)

    assert is_open(browser)
    assert not Link.objects.filter(kind="code").exists()


def test_a_code_serves_once(helene) -> None:
    first = begun(helene)
    code = mailed()
    assert type_in(first, code) == 302
    second = begun(helene)

    assert type_in(second, code) == 200
    assert not is_open(second)


def test_after_five_wrong_tries_the_right_code_is_wrong_too(helene) -> None:
    browser = begun(helene)
    code = mailed()

    assert [type_in(browser, wrong(code)) for _ in range(5)] == [200] * 5
    page = browser.post(CODE, {"code": code})

    assert "n’est plus valable" in page.content.decode()
    assert not is_open(browser)


def test_the_fifth_try_may_be_right(helene) -> None:
    browser = begun(helene)
    code = mailed()

    [type_in(browser, wrong(code)) for _ in range(4)]

    assert type_in(browser, code) == 302


def test_it_is_valid_for_ten_minutes(helene, time_machine) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    late, in_time = begun(helene), begun(helene)
    jobs.run_pending()
    codes = [re.search(r"^\d{6}$", letter.text, re.M)[0] for letter in mail.inbox()]  # type: ignore[index]
    time_machine.shift(599)
    assert 302 in [type_in(in_time, code) for code in codes]
    time_machine.shift(1)

    assert {type_in(late, code) for code in codes} == {200}


def test_a_new_one_takes_the_place_of_the_one_before_after_half_a_minute(helene, time_machine) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    browser = begun(helene)
    before = mailed()

    browser.post(CODE, {"step": "again"})
    assert "Attendez une demi-minute" in browser.get(CODE).content.decode()
    assert len(mail.inbox()) == 1
    time_machine.shift(31)
    browser.post(CODE, {"step": "again"})
    after = mailed()

    assert before == after or type_in(browser, before) == 200
    assert type_in(browser, after) == 302


def test_five_an_hour_are_sent_and_then_the_page_says_so(helene, time_machine) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    for _ in range(5):
        begun(helene)
    jobs.run_pending()
    browser = begun(helene)
    browser.post(CODE, {"step": "again"})
    page = browser.get(CODE).content.decode()
    jobs.run_pending()

    assert "Plusieurs codes sont partis dans l’heure" in page
    assert len(mail.inbox()) == 5
    time_machine.shift(3601)
    begun(helene)
    assert mailed()


def test_a_code_is_for_one_attempt_of_one_person(helene, cast: Cast) -> None:
    anais = chosen(cast.anais.person)
    hers, one = begun(anais), begun(helene)
    jobs.run_pending()
    by_address = {letter.to: re.search(r"^\d{6}$", letter.text, re.M)[0] for letter in mail.inbox()}  # type: ignore[index]
    another = begun(helene)

    assert type_in(hers, by_address[helene.address]) == 200 or by_address[helene.address] == by_address[anais.address]
    assert type_in(another, by_address[helene.address]) == 200
    assert type_in(one, by_address[helene.address]) == 302


def test_it_is_kept_only_as_a_keyed_digest(helene) -> None:
    begun(helene)
    code = mailed()

    link = Link.objects.get(kind="code")
    assert link.details["code"] == digest(link.pk, code)
    assert not [
        table for table, row in everything_stored() if re.search(rf"(?<![0-9a-f.]){code}(?![0-9a-f])", row) and "vault" not in table
    ]


def test_parallel_tries_are_each_counted(own_databases, helene) -> None:
    attempt = "00000000-0000-4000-8000-000000000001"
    actions.send_code(person=helene, attempt=attempt, by=helene)
    code, answers = mailed(), []

    def one() -> None:
        try:
            answers.append(actions.try_code(person=helene, attempt=attempt, code=wrong(code), by=helene))
        except actions.Refused as no:
            answers.append(no.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, answers)) == ["False"] * 5 + ["code_over"] * 7


def test_an_app_or_a_passkey_is_asked_instead(helene) -> None:
    browser = begun(helene)
    type_in(browser, mailed())
    browser.post(STEP_UP, {"password": PASSPHRASE})
    add(browser, Device())
    assert sign_in(Browser(), helene.address)["Location"] == "/accounts/2fa/authenticate/"

    actions.remove_passkey(person=helene, row=helene_s_passkey(helene), request=browser_request(browser, helene), by=helene)
    secret = second_factor(helene)
    other = Browser()
    assert sign_in(other, helene.address)["Location"] == "/accounts/2fa/authenticate/"
    assert other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})["Location"] == "/"
    assert is_open(other)


def helene_s_passkey(user: User) -> int:
    from accounts.factors import passkeys

    return passkeys.of(user)[0].row


def browser_request(browser: Browser, user: User) -> object:
    from django.test import RequestFactory

    request = RequestFactory().post("/")
    request.session, request.user = browser.session, user
    return request


def test_the_page_is_nowhere_for_whoever_is_not_at_this_step(helene) -> None:
    assert Browser().get(CODE)["Location"] == "/accounts/login/"
    assert Browser().post(CODE, {"code": "123456"})["Location"] == "/accounts/login/"

    browser = begun(helene)
    type_in(browser, mailed())
    assert browser.get(CODE)["Location"] == "/"


@pytest.mark.parametrize("typed", ["", " ", "12345", "1234567890123456", "abcdef", "é" * 6, "٣٤٥٦٧٨"])
def test_anything_else_that_is_typed_is_a_wrong_code(helene, typed: str) -> None:
    browser = begun(helene)
    mailed()

    assert type_in(browser, typed) == 200


def test_switching_it_on_and_off_asks_for_the_passphrase_and_is_told(cast: Cast) -> None:
    user = cast.helene.person
    browser = signed_in(user)
    assert browser.get(CHOICE)["Location"].startswith(STEP_UP)
    assert browser.post(CHOICE, {"is_on": "on"})["Location"].startswith(STEP_UP)
    browser.post(STEP_UP, {"password": PASSPHRASE})

    browser.post(CHOICE, {"is_on": "on"})
    browser.post(CHOICE, {"is_on": "on"})
    assert User.objects.get(pk=user.pk).has_mailed_code
    browser.post(CHOICE)

    assert not User.objects.get(pk=user.pk).has_mailed_code
    written = set(LedgerEntry.objects.filter(about=user.pk).values_list("event", flat=True))
    assert written >= {"mailed_code.on", "mailed_code.off"}
    jobs.run_pending()
    assert "security" in mail.inbox()[0].subject or "sécurité" in mail.inbox()[0].subject


def test_the_instance_may_ask_every_contact_and_no_one_else(cast: Cast, settings) -> None:
    settings.CONTACT_CODE = "always"
    contact, client, coach = cast.helene.person, cast.anais.person, cast.camille.person
    for user in (contact, client, coach):
        User.objects.filter(pk=user.pk).update(is_demo=False)

    assert sign_in(Browser(), contact.address)["Location"] == CODE
    assert sign_in(Browser(), client.address)["Location"] == "/"
    assert sign_in(Browser(), coach.address)["Location"] == "/"
    User.objects.filter(pk=contact.pk).update(is_demo=True)
    assert sign_in(Browser(), contact.address)["Location"] == "/", "the demo's people go without"


def test_whoever_came_by_a_mailed_link_is_not_mailed_a_code(helene) -> None:
    browser = Browser()
    browser.post("/accounts/lost/", {"address": helene.address})
    jobs.run_pending()
    path = mail.inbox()[0].links[0].partition("/link/")[2]

    assert browser.post(f"/link/{path}")["Location"] == "/accounts/recover/"
    assert not is_open(browser), "its vault is shut"


def test_a_code_is_no_link(helene) -> None:
    begun(helene)
    code, link = mailed(), Link.objects.get(kind="code")

    assert link.token is None
    for path in (code, str(link.pk), str(link.about)):
        assert Browser().post(f"/link/{path}/").status_code == 404


def test_yesterday_s_codes_are_deleted(helene, time_machine) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    begun(helene)
    time_machine.shift(86401)
    begun(helene)

    assert Link.objects.filter(kind="code").count() == 1


def test_the_worker_starting_again_mails_a_new_one_and_the_first_is_void(helene) -> None:
    from accounts.jobs import mail_code

    browser = begun(helene)
    before = mailed()
    type_in(browser, wrong(before))
    mail_code(link=str(Link.objects.get(kind="code").pk))
    after = mailed()

    assert before == after or type_in(browser, before) == 200
    assert Link.objects.get(kind="code").details["tries"] in {1, 2}, "the tries go on being counted"
    assert type_in(browser, after) == 302


def test_nobody_learns_by_it_whether_an_address_is_known(helene) -> None:
    known, unknown = (
        Browser().post("/accounts/login/", {"login": a, "password": "not it at all"}) for a in (helene.address, "x@example.org")
    )

    assert known.status_code == unknown.status_code == 200
    assert not Link.objects.filter(kind="code").exists()
    assert not person("Noe Arnal")[0].has_mailed_code
