"""A link that is over: another may be asked for, to the same address, with the same answer for every link."""

from __future__ import annotations

import re

import pytest
from django.conf import settings as project
from django.test import Client as Browser

from accounts.models import Link
from clients import actions as clients
from support import jobs, mail
from tests.cast import Cast, person


@pytest.fixture(autouse=True)
def mailbox(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path / "mail"


def newest(address: str) -> str:
    """The path of the newest link to an address."""
    jobs.run_pending()
    return next(letter.links[0] for letter in mail.inbox() if letter.to == address).removeprefix(project.URL)


def asked_again(link: str, browser: Browser | None = None) -> str:
    """What comes when the page of a link that is over is asked for another."""
    browser = browser or Browser()
    page = browser.get(link)
    assert page.status_code == 404
    token = re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]
    answer = browser.post("/link-again/", {"token": token})
    assert answer.status_code == 200
    jobs.run_pending()
    return re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode())


@pytest.fixture
def invited(cast: Cast):
    client = clients.add_client(coach=cast.camille, name="Léa", address="lea@example.org", phone="", job="", language="fr", by=cast.camille)
    clients.invite(invited=client, by=cast.camille)
    return client


def test_an_invitation_that_is_over_brings_another_to_the_same_address(invited, time_machine):
    time_machine.move_to("2026-11-24 09:00+01:00", tick=False)
    Link.objects.all().delete()
    clients.invite(invited=invited, by=invited.coach)
    first = newest("lea@example.org")
    time_machine.shift(15 * 86400)

    asked_again(first)

    assert newest("lea@example.org") != first
    assert Browser().get(newest("lea@example.org")).status_code == 200


def test_a_link_to_sign_in_that_was_used_brings_another(cast):
    user, _vault = person("Camille Aubry")
    Browser().post("/accounts/lost/", {"address": user.address})
    first = newest(user.address)
    Browser().post(first)

    asked_again(first)

    assert Browser().get(newest(user.address)).status_code == 200


def test_the_answer_is_the_same_for_a_link_that_never_was(invited):
    link = newest("lea@example.org")
    Link.objects.update(expires_at="2020-01-01T00:00:00Z")
    before = len(mail.inbox())

    answers = {asked_again(link), asked_again("/link/" + "x" * 43 + "/")}

    assert len(answers) == 1
    assert len(mail.inbox()) == before + 1


@pytest.mark.parametrize("why", ["accepted", "another address", "long past"])
def test_nothing_is_mailed_where_there_is_nothing_to_open_any_more(invited, cast, why, time_machine):
    time_machine.move_to("2026-11-24 09:00+01:00", tick=False)
    Link.objects.all().delete()
    clients.invite(invited=invited, by=invited.coach)
    link = newest("lea@example.org")
    if why == "accepted":
        user, _vault = person("Lea Morin")
        clients.join(invited=invited, person=user, by=user)
    elif why == "another address":
        clients.change_client(client=invited, details={"address": "autre@example.org"}, language="fr", by=cast.camille)
    time_machine.shift((61 if why == "long past" else 15) * 86400)
    before = len(mail.inbox())

    asked_again(link)

    assert len(mail.inbox()) == before


def test_a_change_of_address_is_asked_for_anew_with_the_passphrase(cast):
    from accounts.changes import actions as accounts

    accounts.ask_address(person=cast.anais.person, address="new@example.net", by=cast.anais.person)
    link = newest("new@example.net")
    Link.objects.update(expires_at="2020-01-01T00:00:00Z")
    before = len(mail.inbox())

    asked_again(link)

    assert len(mail.inbox()) == before


def test_asking_again_and_again_mails_no_more_than_a_few():
    user, _vault = person("Camille Aubry")
    Browser().post("/accounts/lost/", {"address": user.address})
    link = newest(user.address)
    Browser().post(link)
    before = len(mail.inbox())

    for _ in range(12):
        assert Browser().post("/link-again/", {"token": link.split("/")[2]}).status_code == 200
        jobs.run_pending()

    assert len(mail.inbox()) - before == 5
