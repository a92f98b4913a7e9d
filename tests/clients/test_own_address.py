"""Another address: nothing changes before its link was followed by the person themselves, nobody learns whose it is, and the old one is over."""

from __future__ import annotations

import re

import pytest
from django.conf import settings as project
from django.test import Client as Browser

from accounts.changes import actions as accounts
from accounts.models import Link, User
from clients import actions as clients
from clients.changes import actions
from clients.models import Client
from support import jobs, mail
from tests.accounts.people import everything_stored
from tests.cast import PASSPHRASE, Cast, signed_in
from vault import instance
from vault.models import LedgerEntry, Unlock

HERE, NEW = "/accounts/address/", "anais.lefort@ailleurs.example"


@pytest.fixture(autouse=True)
def mailbox(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path / "mail"


def browser_of(user: User) -> Browser:
    """A browser whose person gave their passphrase a moment ago."""
    browser = signed_in(user)
    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    return browser


def letters(address: str) -> list[mail.Letter]:
    jobs.run_pending()
    return [letter for letter in mail.inbox() if letter.to == address]


def link_to(address: str) -> str:
    return letters(address)[0].links[0].removeprefix(project.URL)


def plain(answer) -> str:
    return re.sub(r"[A-Za-z0-9]{64}|data-(?:now|lock-at)=\"\d*\"", "", answer.content.decode())


@pytest.fixture
def anais(cast: Cast) -> Client:
    return cast.anais


def test_the_new_address_counts_once_its_link_was_followed_and_not_before(anais):
    browser, old = browser_of(anais.person), anais.person.address

    browser.post(HERE, {"address": NEW})
    link = link_to(NEW)
    browser.get(link)
    anais.person.refresh_from_db()
    assert anais.person.address == old

    answer = browser.post(link)

    assert answer["Location"] == "/accounts/settings/"
    anais.person.refresh_from_db()
    assert (anais.person.address, anais.person.username) == (NEW, instance.address_digest(NEW))
    assert Client.objects.get(pk=anais.pk).address == NEW
    assert Browser().post("/accounts/login/", {"login": NEW, "password": PASSPHRASE}).status_code == 302
    assert Browser().post("/accounts/login/", {"login": old, "password": PASSPHRASE}).status_code == 200
    assert Browser().post(link).status_code == 404
    assert {entry.event for entry in LedgerEntry.objects.filter(event__startswith="address.")} == {"address.asked", "address.changed"}


def test_it_asks_for_the_passphrase_first(anais):
    browser = signed_in(anais.person)

    for answer in (browser.get(HERE), browser.post(HERE, {"address": NEW})):
        assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not Link.objects.exists()


def test_the_answer_is_the_same_for_an_address_that_somebody_has_and_the_mail_is_not(anais, cast):
    taken = cast.karim.person.address
    browser = browser_of(anais.person)

    free, _sent = plain(browser.post(HERE, {"address": NEW})), jobs.run_pending()
    known = plain(browser.post(HERE, {"address": taken}))

    assert free == known
    assert any("/link/" in link for link in letters(NEW)[0].links)
    assert letters(taken)[0].links == ()
    assert "appartient déjà" in letters(taken)[0].text


def test_an_address_that_somebody_took_meanwhile_is_refused_and_nothing_is_lost(anais, cast):
    browser_of(anais.person).post(HERE, {"address": "karim@example.org"})
    link, old = link_to("karim@example.org"), anais.person.address
    cast.karim  # noqa: B018

    answer = browser_of(anais.person).post(link)

    assert answer.status_code == 404
    anais.person.refresh_from_db()
    assert anais.person.address == old
    assert signed_in(anais.person)


def test_whoever_is_not_the_person_cannot_follow_the_link(anais, cast):
    browser_of(anais.person).post(HERE, {"address": NEW})
    link = link_to(NEW)

    for stranger in (Browser(), browser_of(cast.karim.person), browser_of(cast.camille.person)):
        assert "Connexion" in stranger.post(link).content.decode() or stranger.post(link).status_code == 200
    anais.person.refresh_from_db()
    cast.karim.person.refresh_from_db()
    assert NEW not in (anais.person.address, cast.karim.person.address)
    with pytest.raises(actions.Refused):
        actions.change_address(person=cast.karim.person, link=Link.objects.get(kind="address"), by=cast.karim.person)


def test_the_link_is_over_after_a_day_and_the_newest_counts(anais, time_machine):
    time_machine.move_to("2026-11-24 09:00+01:00", tick=False)
    browser_of(anais.person).post(HERE, {"address": "first@example.net"})
    first = link_to("first@example.net")
    browser_of(anais.person).post(HERE, {"address": NEW})
    last = link_to(NEW)
    assert browser_of(anais.person).post(first).status_code == 404

    time_machine.shift(24 * 3600)

    assert browser_of(anais.person).post(last).status_code == 404


def test_other_sign_ins_end_vaults_shut_and_the_old_address_is_told(anais):
    elsewhere, browser, old = signed_in(anais.person), browser_of(anais.person), anais.person.address
    browser.post(HERE, {"address": NEW})

    browser.post(link_to(NEW))

    assert elsewhere.get("/client/")["Location"].startswith("/accounts/login/")
    assert browser.get("/client/")["Location"].startswith("/accounts/unlock/")
    assert not Unlock.objects.exists()
    told = letters(old)[0]
    assert "n’est plus utilisée" in told.subject
    assert told.links == ()
    assert NEW not in told.text


def test_links_that_were_mailed_to_the_old_address_lead_nowhere(anais, cast):
    old = anais.person.address
    Browser().post("/accounts/lost/", {"address": old})
    sign_in = link_to(old)
    other = clients.add_client(coach=cast.bruno, name="Anaïs", address=old, phone="", job="", language="fr", by=cast.bruno)
    clients.invite(invited=other, by=cast.bruno)
    invitation = link_to(old)
    browser = browser_of(anais.person)
    browser.post(HERE, {"address": NEW})

    browser.post(link_to(NEW))

    assert [Browser().get(link).status_code for link in (sign_in, invitation)] == [404, 404]


def test_a_contact_s_row_follows_and_what_a_coach_wrote_down_otherwise_stays(cast):
    person = cast.helene.person
    cast.helene.details = {**cast.helene.details, "address": "autre@horizon.example"}
    cast.helene.save(update_fields=["details"])
    browser = browser_of(person)
    browser.post(HERE, {"address": NEW})

    browser.post(link_to(NEW))

    cast.helene.refresh_from_db()
    assert cast.helene.address == "autre@horizon.example"


def test_no_address_stands_anywhere_in_the_tables(anais):
    old, browser = anais.person.address, browser_of(anais.person)
    browser.post(HERE, {"address": NEW})
    browser.post(link_to(NEW))

    found = [where for where, text in everything_stored() if NEW in text or old in text]

    assert found == []


def test_one_s_own_address_is_not_another(anais):
    page = browser_of(anais.person).post(HERE, {"address": anais.person.address.upper()}).content.decode()

    assert "déjà votre adresse" in page
    assert not Link.objects.exists()


def test_a_refused_change_uses_no_link_up(anais, cast):
    link = accounts.ask_address(person=anais.person, address=cast.karim.person.address, by=anais.person)

    with pytest.raises(actions.Refused):
        actions.change_address(person=anais.person, link=link, by=anais.person)

    link.refresh_from_db()
    assert link.used_at is None
