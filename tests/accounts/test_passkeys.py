"""A passkey signs in without a passphrase, is asked after one, opens the vault where it was let, and does nothing for anybody else or once removed."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, connections
from django.test import Client as Browser
from django.utils import timezone

from accounts.factors import actions, passkeys
from accounts.models import User
from tests.accounts.device import HERE, LIST, SECOND, SIGN_IN, STEP_UP, UNLOCK, Device, add, ask, let_open, use
from tests.accounts.people import INSIDE, everything_stored, is_open, sign_in
from tests.cast import PASSPHRASE, person, signed_in
from tests.consent.authenticator import PRESENT, Passkey
from vault import slots
from vault.models import LedgerEntry, Slot, Unlock
from vault.unlocked import Unlocked


@pytest.fixture
def camille() -> User:
    return person("Camille Aubry")[0]


@pytest.fixture
def desk(camille) -> Browser:
    return inside(camille)


@pytest.fixture
def device(desk) -> Device:
    """Camille's telephone, of which she made a passkey."""
    made = Device()
    assert add(desk, made).status_code == 302
    return made


def inside(user: User) -> Browser:
    """Signed in with an open vault, the passphrase typed a moment ago."""
    browser = signed_in(user)
    browser.post(STEP_UP, {"password": PASSPHRASE})
    return browser


def row_of(user: User) -> int:
    return Authenticator.objects.get(user=user, type="webauthn").pk


def with_slot(user: User, browser: Browser, device: Device) -> Device:
    """The device, once it opens the vault too."""
    slots.set_recovery(user.pk, slots.open_with_passphrase(user.pk, PASSPHRASE), slots.new_recovery_code(), timezone.now())
    assert let_open(browser, device, row_of(user)).status_code == 302
    assert Slot.objects.filter(person=user.pk, kind="passkey").count() == 1
    return device


def is_inside(browser: Browser) -> bool:
    """Whether this browser is signed in, its vault open or not."""
    return not browser.get(INSIDE, {"again": 1}).headers.get("Location", "").startswith("/accounts/login/")


def events(user: User) -> list[str]:
    return list(LedgerEntry.objects.filter(about=user.pk).order_by("position").values_list("event", flat=True))


# Signing in


def test_a_passkey_signs_in_and_the_vault_stays_shut(camille, device) -> None:
    browser = Browser()

    answer = use(browser, SIGN_IN, device)

    assert answer["Location"] == "/"
    assert is_inside(browser)
    assert browser.get(INSIDE, {"again": 1})["Location"].startswith("/accounts/unlock/")
    browser.post(UNLOCK, {"password": PASSPHRASE})
    assert is_open(browser)


def test_one_that_opens_the_vault_signs_in_with_it_shut_too_and_then_opens_it(camille, desk, device) -> None:
    with_slot(camille, desk, device)
    fresh = Browser()

    use(fresh, SIGN_IN, device)
    assert not is_open(fresh)
    page = fresh.get(UNLOCK, headers=HERE).content.decode()
    answer = use(fresh, UNLOCK, device)

    assert "data-passkey-form" in page
    assert answer.status_code == 302
    assert is_open(fresh)


def test_nothing_is_opened_without_the_secret_or_with_another(camille, desk, device) -> None:
    with_slot(camille, desk, device)
    fresh = Browser()
    use(fresh, SIGN_IN, device)

    for secret in ("", "AAAA", "*", "A" * 43):
        asked = ask(fresh, UNLOCK)
        answer = fresh.post(UNLOCK, {"step": "passkey", "answer": device.signed(asked), "secret": secret}, headers=HERE)
        assert answer.status_code == 200
        assert "n’ouvre pas votre coffre" in answer.content.decode()
    assert not is_open(fresh)


def test_the_unlock_page_offers_none_to_whom_none_opens(camille, desk, device) -> None:
    desk.post("/accounts/lock/")

    assert "data-passkey-form" not in desk.get(UNLOCK, headers=HERE).content.decode()
    assert desk.post(UNLOCK, {"step": "ask"}, headers=HERE).status_code == 409


def test_unlocking_in_place_answers_as_for_a_passphrase(camille, desk, device) -> None:
    with_slot(camille, desk, device)
    desk.post("/accounts/lock/")
    asked = ask(desk, UNLOCK)
    sent = {"step": "passkey", "answer": device.signed(asked), "secret": device.secret(asked)}
    background = HERE | {"x-requested-with": "unlock"}

    assert desk.post(UNLOCK, sent, headers=background).status_code == 204
    assert desk.post(UNLOCK, sent, headers=background).status_code == 401, "a second time it is nothing"
    assert is_open(desk)


@pytest.mark.parametrize(
    "how",
    [
        {"origin": "http://localhost:8001"},
        {"origin": "http://evil.localhost:8000"},
        {"origin": "https://localhost:8000"},
        {"name": "example.org"},
        {"flags": PRESENT},
        {"flags": 0},
        {"signer": Passkey()},
        {"owner": b""},
        {"owner": bytes(16)},
        {"kind": "webauthn.create"},
        {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"cross_origin": True},
    ],
)
def test_what_does_not_fit_signs_in_nobody(camille, device, how: dict[str, Any]) -> None:
    browser = Browser()

    answer = use(browser, SIGN_IN, device, **how)

    assert answer["Location"] == "/accounts/login/"
    assert not is_inside(browser)
    assert "n’a pas été reconnue" in browser.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("sent", ["", "null", "[]", "{}", "1", '{"id": 1}', '{"response": {}}', '{"response": "x"}', "{" * 50, "é"])
def test_what_is_no_answer_at_all_is_refused_with_a_sentence(camille, desk, device, sent: str) -> None:
    for path, step in ((SIGN_IN, "passkey"), (STEP_UP, "passkey"), (UNLOCK, "passkey"), (LIST, "add"), (LIST, "opens")):
        who = Browser() if path == SIGN_IN else desk
        who.post(
            path, {"step": "ask"} if path != LIST or step == "add" else {"step": "ask_to_open", "passkey": row_of(camille)}, headers=HERE
        )
        assert who.post(path, {"step": step, "answer": sent}, headers=HERE).status_code in {200, 302}
    assert len(passkeys.of(camille)) == 1


def test_what_was_asked_serves_once_for_five_minutes_in_one_browser_and_for_one_thing(camille, desk, device, time_machine) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    first = Browser()
    asked = ask(first, SIGN_IN)
    sent = {"step": "passkey", "answer": device.signed(asked)}
    other = Browser()
    ask(other, SIGN_IN)
    assert other.post(SIGN_IN, sent, headers=HERE)["Location"] == "/accounts/login/", "another browser"
    assert first.post(SIGN_IN, sent, headers=HERE)["Location"] == "/"
    first.post("/accounts/logout/")
    assert first.post(SIGN_IN, sent, headers=HERE)["Location"] == "/accounts/login/", "once"

    late = Browser()
    asked = ask(late, SIGN_IN)
    time_machine.shift(301)
    assert late.post(SIGN_IN, {"step": "passkey", "answer": device.signed(asked)}, headers=HERE)["Location"] == "/accounts/login/", "late"

    desk.post(STEP_UP, {"password": PASSPHRASE})
    with_slot(camille, desk, device)
    asked = ask(desk, STEP_UP)
    sent = {"step": "passkey", "answer": device.signed(asked), "secret": device.secret(asked)}
    assert desk.post(UNLOCK, sent, headers=HERE).status_code in {200, 302}
    assert "passkey.used" in events(camille)
    assert LedgerEntry.objects.filter(event="passkey.used", code="unlock").count() == 0, "asked for stepping up, not for unlocking"


def test_a_passkey_of_somebody_else_is_nobody_s_here(camille, desk, device) -> None:
    bruno = person("Bruno Keller")[0]
    his, fresh = Device(), Browser()
    add(inside(bruno), his)

    assert use(fresh, SIGN_IN, his, owner=camille.pk.bytes)["Location"] == "/accounts/login/"
    assert use(fresh, SIGN_IN, device, owner=bruno.pk.bytes)["Location"] == "/accounts/login/"
    desk.post("/accounts/lock/")
    assert use(desk, STEP_UP, his)["Location"].startswith(STEP_UP)
    assert use(fresh, SIGN_IN, his)["Location"] == "/"


def test_a_row_that_somebody_moves_or_writes_holds_nothing(camille, desk, device) -> None:
    bruno = person("Bruno Keller")[0]
    with connection.cursor() as cursor:
        cursor.execute("update mfa_authenticator set user_id = %s where type = 'webauthn'", [bruno.pk])
    planted = Device()
    Authenticator.objects.create(user=camille, type="webauthn", data={"name": "x", "credential": {"passkey": planted.key.id.hex()}})

    for device_, owner in ((device, bruno), (device, camille), (planted, camille)):
        assert use(Browser(), SIGN_IN, device_, owner=owner.pk.bytes)["Location"] == "/accounts/login/"
    assert passkeys.of(camille) == passkeys.of(bruno) == []


def test_whoever_may_not_sign_in_does_not_with_a_passkey(camille, device) -> None:
    User.objects.filter(pk=camille.pk).update(is_active=False)
    browser = Browser()

    assert use(browser, SIGN_IN, device)["Location"] == "/accounts/inactive/"
    assert not is_inside(browser)


def test_a_counter_that_does_not_go_on_is_a_copy(camille, device) -> None:
    use(Browser(), SIGN_IN, device)
    device.counter -= 1
    copy = Browser()

    assert use(copy, SIGN_IN, device)["Location"] == "/accounts/login/"
    assert "copiée" in copy.get("/accounts/login/").content.decode()
    assert use(Browser(), SIGN_IN, device)["Location"] == "/"


def test_a_passkey_that_never_counts_is_taken_each_time(camille, desk) -> None:
    device = Device(counts=False)
    add(desk, device)

    assert [use(Browser(), SIGN_IN, device)["Location"] for _ in range(2)] == ["/", "/"]


def test_at_an_address_in_numbers_none_is_offered_and_the_page_says_why(camille, desk) -> None:
    numbers = {"host": "127.0.0.1:8000"}

    page = desk.get(LIST, headers=numbers).content.decode()

    assert "cette adresse est faite de chiffres" in page
    assert "http://localhost:" in page
    assert "data-passkey-form" not in page
    assert "cette adresse est faite de chiffres" in desk.get("/accounts/2fa/", headers=numbers).content.decode()
    for path in (LIST, SIGN_IN):
        assert (Browser() if path == SIGN_IN else desk).post(path, {"step": "ask"}, headers=numbers).status_code == 409


# After the passphrase


def test_it_is_asked_after_the_passphrase_and_then_the_vault_is_open(camille, device) -> None:
    browser = Browser()

    assert sign_in(browser)["Location"] == SECOND
    assert Unlock.objects.filter(is_pending=True).count() == 1
    assert not is_inside(browser)
    assert use(browser, SECOND, device, flags=PRESENT).status_code == 200
    assert use(browser, SECOND, device).status_code == 302
    assert is_open(browser)


def test_a_spare_code_serves_in_its_place(camille, device) -> None:
    spare = Authenticator.objects.get(user=camille, type="recovery_codes").wrap().get_unused_codes()[0]
    browser = Browser()
    sign_in(browser)

    assert browser.post(SECOND, {"code": "00000000"}).status_code == 200
    assert browser.post(SECOND, {"code": spare}).status_code == 302
    assert is_open(browser)


def test_one_person_s_second_step_is_not_done_with_another_s_passkey(camille, device) -> None:
    bruno, his = person("Bruno Keller")[0], Device()
    add(inside(bruno), his)
    browser = Browser()
    sign_in(browser)

    assert use(browser, SECOND, his).status_code == 200
    assert not is_inside(browser)


# One's own page


def test_it_has_a_name_a_last_use_and_none_of_it_is_readable_in_a_table(camille, desk, device) -> None:
    page = desk.get(LIST, headers=HERE).content.decode()
    assert "Mon téléphone" in page
    assert "Pas encore" in page

    use(Browser(), SIGN_IN, device)

    assert "Pas encore" not in desk.get(LIST, headers=HERE).content.decode()
    assert "Mon téléphone" in desk.get("/accounts/2fa/").content.decode()
    for needle in ("Mon téléphone", device.key.id.hex(), json.dumps("Mon téléphone")):
        assert not [table for table, row in everything_stored() if needle in row]


def test_making_one_shuts_the_other_vaults_and_tells_the_person(camille, desk) -> None:
    other = signed_in(camille)

    add(desk, Device())

    assert is_open(desk)
    assert not is_open(other)
    assert "passkey.added" in events(camille)
    assert letters() == ["security_changed"]
    assert Authenticator.objects.filter(user=camille, type="recovery_codes").exists()


def letters() -> list[str]:
    """Which letters wait to be sent."""
    with connection.cursor() as cursor:
        cursor.execute("select args->>'letter' from procrastinate_jobs where task_name = 'accounts.write_to' order by id")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("how", [{"origin": "http://localhost:1"}, {"flags": PRESENT}, {"challenge": "AAAAAAAAAAAAAAAAAAAAAA"}])
def test_one_that_was_not_made_here_is_not_kept(camille, desk, how: dict[str, Any]) -> None:
    add(desk, Device(), **how)

    assert passkeys.of(camille) == []


def test_a_kind_of_key_that_is_not_taken_is_not_kept(camille, desk) -> None:
    add(desk, Device("ES384"))
    add(desk, Device("EdDSA"))

    assert [one.credential.public_key[3] for one in passkeys.of(camille)] == [-8]


def test_the_same_one_twice_and_an_eleventh_are_refused(camille, desk, device) -> None:
    add(desk, device)
    for _ in range(10):
        add(desk, Device())

    assert len(passkeys.of(camille)) == 10
    assert "Dix clés d’accès" in desk.get(LIST, headers=HERE).content.decode()


def test_without_stepping_up_nothing_is_changed_and_nothing_asked(camille, device) -> None:
    browser = signed_in_by(device)
    browser.post(UNLOCK, {"password": PASSPHRASE})
    session = browser.session
    session["account_authentication_methods"] = []
    session.save()

    for step in ("ask", "add", "ask_to_open", "opens", "rename", "remove", "opens_no_more"):
        sent = {"step": step, "passkey": row_of(camille), "name": "x"}
        assert browser.post(LIST, sent, headers=HERE)["Location"].startswith(STEP_UP)
    assert use(browser, STEP_UP, device)["Location"] == "/"
    assert browser.get(LIST, headers=HERE).status_code == 200


def signed_in_by(device: Device) -> Browser:
    browser = Browser()
    use(browser, SIGN_IN, device)
    return browser


def test_with_a_shut_vault_the_page_is_shut_too(camille, device) -> None:
    browser = signed_in_by(device)

    assert browser.get(LIST, {"again": 1})["Location"].startswith(UNLOCK)
    assert browser.post(LIST, {"step": "remove", "passkey": row_of(camille), "again": 1})["Location"].startswith(UNLOCK)


def test_it_is_given_another_name(camille, desk, device) -> None:
    desk.post(LIST, {"step": "rename", "passkey": row_of(camille), "name": "La clé bleue"})
    desk.post(LIST, {"step": "rename", "passkey": row_of(camille), "name": " "})

    assert [one.name for one in passkeys.of(camille)] == ["La clé bleue"]
    assert use(Browser(), SIGN_IN, device)["Location"] == "/"


@pytest.mark.parametrize("step", ["rename", "remove", "ask_to_open", "opens_no_more", "nonsense"])
def test_another_person_s_is_not_there(camille, device, step: str) -> None:
    browser = inside(person("Bruno Keller")[0])

    foreign = browser.post(LIST, {"step": step, "passkey": row_of(camille), "name": "x"}, headers=HERE)
    absent = browser.post(LIST, {"step": step, "passkey": 2**40, "name": "x"}, headers=HERE)

    assert foreign.status_code == absent.status_code == 404
    assert [one.name for one in passkeys.of(camille)] == ["Mon téléphone"]


def test_once_removed_it_signs_in_nobody_opens_nothing_and_its_slot_is_gone(camille, desk, device) -> None:
    with_slot(camille, desk, device)
    elsewhere = signed_in_by(device)
    use(elsewhere, UNLOCK, device)
    assert is_open(elsewhere)

    desk.post(LIST, {"step": "remove", "passkey": row_of(camille)})

    assert not is_open(elsewhere)
    assert is_open(desk)
    assert use(Browser(), SIGN_IN, device)["Location"] == "/accounts/login/"
    assert not Slot.objects.filter(kind="passkey").exists()
    assert not Authenticator.objects.filter(user=camille).exists(), "spare codes go with the last factor"
    assert slots.open_with_passphrase(camille.pk, PASSPHRASE)
    assert letters()[-1] == "security_changed"
    assert "passkey.removed" in events(camille)


def test_when_removing_fails_half_way_the_slot_is_still_there(camille, desk, device, monkeypatch) -> None:
    with_slot(camille, desk, device)

    def broken(*args: Any, **facts: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(actions.ledger, "record", broken)
    with pytest.raises(ZeroDivisionError):
        desk.post(LIST, {"step": "remove", "passkey": row_of(camille)})

    assert Slot.objects.filter(kind="passkey").count() == 1
    assert len(passkeys.of(camille)) == 1


def test_letting_it_open_needs_a_recovery_sheet_first(camille, desk, device) -> None:
    let_open(desk, device, row_of(camille))

    assert not Slot.objects.filter(kind="passkey").exists()
    assert "fiche de secours" in desk.get(LIST, headers=HERE).content.decode()


def test_a_device_that_knows_no_secret_gets_no_slot(camille, desk) -> None:
    device = Device(knows_secret=False)
    add(desk, device)
    slots.set_recovery(camille.pk, slots.open_with_passphrase(camille.pk, PASSPHRASE), slots.new_recovery_code(), timezone.now())

    let_open(desk, device, row_of(camille))

    assert not Slot.objects.filter(kind="passkey").exists()


def test_it_can_be_kept_from_opening_and_signs_in_still(camille, desk, device) -> None:
    with_slot(camille, desk, device)

    desk.post(LIST, {"step": "opens_no_more", "passkey": row_of(camille)})

    assert not Slot.objects.filter(kind="passkey").exists()
    assert desk.post(LIST, {"step": "opens_no_more", "passkey": row_of(camille)}).status_code == 404
    assert use(Browser(), SIGN_IN, device)["Location"] == "/"


def test_what_it_answered_stands_in_no_table(camille, desk, device) -> None:
    with_slot(camille, desk, device)
    fresh = signed_in_by(device)
    asked = ask(fresh, UNLOCK)
    secret = device.secret(asked)
    fresh.post(UNLOCK, {"step": "passkey", "answer": device.signed(asked), "secret": secret}, headers=HERE)
    assert is_open(fresh)

    raw = passkeys.secret(secret)
    for needle in (secret, raw.hex(), raw.decode("latin1")):
        assert not [table for table, row in everything_stored() if needle in row]


def test_removed_while_it_opens_it_leaves_nothing_open(camille, desk, device, monkeypatch) -> None:
    with_slot(camille, desk, device)
    fresh = signed_in_by(device)
    opens = slots.open_with_passkey

    def removed_meanwhile(*facts: Any) -> bytes:
        root_key = opens(*facts)
        desk.post(LIST, {"step": "remove", "passkey": row_of(camille)})
        return root_key

    monkeypatch.setattr(slots, "open_with_passkey", removed_meanwhile)
    use(fresh, UNLOCK, device)

    assert not is_open(fresh)
    assert Unlock.objects.filter(person=camille.pk).count() == 1, "the one that removed it"


def test_one_signature_sent_twice_at_once_serves_once(own_databases, camille, desk, device) -> None:
    """The session takes the question away; were two processes to read it at once, the counter would tell."""
    shown = passkeys.Shown(camille, passkeys.of(camille)[0], 7, b"")
    taken: list[str] = []

    def one() -> None:
        try:
            actions.use_passkey(person=camille, shown=shown, what="sign_in", by=camille)
            taken.append("taken")
        except passkeys.Refused as no:
            taken.append(no.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == ["passkey_copied"] * 3 + ["taken"]


def test_the_vault_that_it_opened_reads_what_the_passphrase_opens(camille, desk, device) -> None:
    with_slot(camille, desk, device)
    fresh = signed_in_by(device)
    asked = ask(fresh, UNLOCK)

    root_key = slots.open_with_passkey(camille.pk, device.key.id, passkeys.secret(device.secret(asked)))

    assert (
        Unlocked(camille.pk, root_key).pair().public
        == Unlocked(camille.pk, slots.open_with_passphrase(camille.pk, PASSPHRASE)).pair().public
    )
