"""One way in for everyone: a link, a passphrase, a vault. The answers are the same whoever has an address."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings as project
from django.core.management import call_command
from django.test import Client as Browser

from accounts.models import Link, User
from clients import actions
from clients.models import Client, Coach, Engagement, SponsorContact
from support import jobs, mail
from tests.cast import PASSPHRASE, signed_in
from vault.models import KeyGrant

CHOSEN = {"name": "Camille Aubry", "practice": "Atelier Aubry", "passphrase": PASSPHRASE, "again": PASSPHRASE}


@pytest.fixture(autouse=True)
def mailbox(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path


def newest_link() -> str:
    jobs.run_pending()
    return next(re.search(r"/link/[\w-]+/", link)[0] for letter in mail.inbox() for link in letter.links if "/link/" in link)


def plain(answer) -> str:
    """What a page says, without what is random in it and without its own address."""
    return re.sub(r"[A-Za-z0-9]{64}|/link/[\w-]+/", "", answer.content.decode())


def asked(address: str) -> Browser:
    browser = Browser()
    browser.post("/accounts/signup/", {"address": address})
    return browser


def test_a_coach_signs_up_by_a_mailed_link_and_must_add_a_second_factor_before_anything_else():
    browser = asked("camille@example.org")
    link = newest_link()

    assert browser.get(link).status_code == 200
    answer = browser.post(link, CHOSEN)

    assert answer["Location"] == "/accounts/2fa/totp/activate/"
    assert Coach.objects.get().person.name == "Camille Aubry"
    assert browser.get("/coach/clients/")["Location"] == "/accounts/2fa/totp/activate/"
    page = browser.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    secret = browser.session["mfa.totp.secret"]
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    assert browser.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    assert browser.get("/coach/clients/").status_code == 200


def test_a_link_serves_once_and_a_get_consumes_nothing():
    browser = asked("camille@example.org")
    link = newest_link()
    for _ in range(3):
        assert Browser().get(link).status_code == 200

    browser.post(link, CHOSEN)

    assert Browser().get(link).status_code == 404
    assert Browser().post(link, CHOSEN).status_code == 404
    assert User.objects.count() == 1


def test_after_the_first_coach_signing_up_is_closed(cast):
    cast.camille  # noqa: B018

    assert Browser().get("/accounts/signup/").status_code == 403
    assert Browser().post("/accounts/signup/", {"address": "new@example.org"}).status_code == 403
    assert Link.objects.count() == 0


def test_where_signing_up_is_open_known_and_unknown_addresses_get_the_same_answer(cast, settings):
    settings.SIGNUP = "open"
    cast.camille  # noqa: B018

    known, unknown = (Browser().post("/accounts/signup/", {"address": a}) for a in ("camille@example.org", "new@example.org"))

    assert known.status_code == unknown.status_code == 200
    assert plain(known) == plain(unknown)


@pytest.mark.parametrize("passphrase", ["short", "aaaaaaaaaaaaaaaa"])
def test_a_weak_passphrase_is_refused_with_a_sentence_and_the_link_still_serves(passphrase):
    browser = asked("camille@example.org")
    link = newest_link()

    answer = browser.post(link, CHOSEN | {"passphrase": passphrase, "again": passphrase})

    assert answer.status_code == 200
    assert "phrase de passe" in answer.content.decode()
    assert "Camille Aubry" in answer.content.decode(), "what was typed is not lost"
    assert browser.post(link, CHOSEN).status_code == 302


def test_a_passphrase_made_of_the_address_that_was_written_to_or_of_the_name_is_refused():
    browser = asked("wxkvjqzhtrbn@example.org")
    link = newest_link()

    for passphrase in ("wxkvjqzhtrbn", "Camille Aubry 74"):
        answer = browser.post(link, CHOSEN | {"passphrase": passphrase, "again": passphrase})
        assert "trop facile" in answer.content.decode()


def invited_client(cast, address: str = "lea@example.org") -> Client:
    client = actions.add_client(coach=cast.camille, name="Léa Martin", address=address, phone="", job="", language="fr", by=cast.camille)
    actions.invite(invited=client, by=cast.camille)
    return client


def test_an_invited_client_makes_a_vault_and_is_given_the_shared_key_at_the_coachs_next_unlock(cast):
    client = invited_client(cast)
    engagement = cast.engagement(client)
    link, browser = newest_link(), Browser()

    assert "Camille Aubry" in browser.get(link).content.decode()
    browser.post(link, {"name": "Léa Martin", "passphrase": PASSPHRASE, "again": PASSPHRASE})

    client.refresh_from_db()
    held = KeyGrant.objects.filter(holder=client.person_id, key__series=engagement.shared_key)
    assert client.person is not None
    assert not held.exists()
    assert list(Engagement.objects.for_client([client])) == [engagement]
    signed_in(cast.camille.person)
    assert held.exists()
    assert not KeyGrant.objects.filter(holder=client.person_id, key__series=engagement.notes_key).exists()


def test_somebody_who_has_an_account_signs_in_and_says_yes(cast):
    contact = actions.add_contact(
        sponsor=cast.horizon, name="Karim B.", address="karim@example.org", role="manager", language="fr", by=cast.camille
    )
    cast.karim  # noqa: B018  a client already, with this address
    actions.invite(invited=contact, by=cast.camille)
    link = newest_link()

    assert "Se connecter" in Browser().get(link).content.decode()
    browser = signed_in(cast.karim.person)
    assert browser.get(link).status_code == 200
    browser.post(link)

    contact.refresh_from_db()
    assert contact.person == cast.karim.person
    assert User.objects.filter(username=cast.karim.person.username).count() == 1
    assert SponsorContact.of(cast.karim.person) == [contact]


def test_a_new_invitation_takes_the_place_of_the_one_before(cast):
    client = invited_client(cast)
    old = newest_link()
    actions.invite(invited=client, by=cast.camille)
    newest_link()

    assert Browser().get(old).status_code == 404


def test_every_dead_link_answers_alike(cast):
    invited_client(cast)
    link = newest_link()
    Browser().post(link, {"name": "Léa Martin", "passphrase": PASSPHRASE, "again": PASSPHRASE})

    used, never = Browser().get(link), Browser().get("/link/" + "x" * 43 + "/")

    assert used.status_code == never.status_code == 404
    assert plain(used).replace(link.split("/")[-2], "x" * 43) == plain(never)


def test_mail_holds_no_name_and_the_queue_no_token(cast):
    invited_client(cast)
    link = newest_link()
    letter = mail.inbox()[0]

    assert not {"Léa", "Martin", "Camille", "Aubry"} & set(re.findall(r"\w+", letter.subject + letter.text))
    assert Link.objects.get().token not in link
    assert project.URL in letter.text


def test_the_administrator_invites_a_coach_who_makes_a_practice_of_their_own(cast):
    cast.camille  # noqa: B018  signing up by oneself is closed
    dominique = signed_in(cast.dominique)
    dominique.post("/admin/coaches/invite/", {"address": "new@example.org"})
    link = newest_link()

    answer = Browser().post(link, CHOSEN | {"name": "Nora Petit"})

    assert answer["Location"] == "/accounts/2fa/totp/activate/"
    assert Coach.objects.count() == 2
    assert "Nora" not in dominique.get("/admin/").content.decode()


def test_whoever_has_the_shell_invites_an_administrator(cast):
    call_command("invite", "ops@example.org", administrator=True)

    Browser().post(newest_link(), {"name": "Ops", "passphrase": PASSPHRASE, "again": PASSPHRASE})

    assert User.objects.get().is_administrator
    assert not Coach.objects.exists()


def test_a_second_link_to_sign_up_by_oneself_is_dead_once_the_first_coach_is_there():
    asked("one@example.org")
    first = newest_link()
    asked("two@example.org")
    second = newest_link()

    Browser().post(first, CHOSEN)

    assert Browser().post(second, CHOSEN).status_code == 404
    assert Coach.objects.count() == 1
