"""Starting again and new keys, as people live them: what is gone, what comes back, who must ask whom, and what an impostor gets."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connections
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.act import Refused
from accounts.models import User
from clients import keys
from clients.actions import give_awaiting_keys
from clients.models import Client, SponsorContact
from coachvault.verification import of_the_main_database
from consent import facts
from consent.actions import consents
from consent.actions import keys as actions
from consent.models import Consent, Disclosure, Task
from consent.standing import Changed
from sessions.models import Notebook, PrivateEntry
from sessions.renewal import actions as renewal
from support import jobs, mail
from tests import cast as people
from tests.accounts.people import code_of, second_factor
from tests.cast import PASSPHRASE, Cast
from tests.consent.stages import Stage
from tests.consent.test_summaries import TEXT, refused
from tests.sessions.book import PRIVATE, Book
from vault import slots
from vault.models import DataKey, KeyGrant, LedgerEntry, PersonKeys, Unlock
from vault.primitives import Closed
from vault.unlocked import Unlocked, public_keys

AGAIN = "/accounts/start-again/"
NEW = "seven other words that nobody knows"
TYPED = {"word": "Recommencer", "passphrase": NEW, "again": NEW}


@pytest.fixture(autouse=True)
def mailbox(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path / "mail"


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return Stage(cast)


def signed_in(user: User) -> Browser:
    """A browser whose person gave their passphrase a moment ago."""
    browser = people.signed_in(user)
    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    return browser


def by_link(address: str, secret: str = "") -> Browser:
    """A browser that came by the mailed link of a lost passphrase."""
    browser = Browser()
    browser.post("/accounts/lost/", {"address": address})
    jobs.run_pending()
    link = next(one.links[0] for one in mail.inbox() if one.to == address and "/link/" in one.links[0])
    browser.post(link.removeprefix(project.URL))
    if secret:
        browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    return browser


def anew(row: Client | SponsorContact) -> Unlocked:
    """New keys for whoever joined as this row, who started again."""
    return renewal.start_again(person=row.person, new=slots.stretched(NEW), by=row.person)  # type: ignore[arg-type]


def renewed(row: Any, vault: Unlocked) -> Unlocked:
    """New keys for somebody whose keys may have leaked."""
    return actions.renew(person=row.person, vault=vault, new=slots.stretched(NEW), by=row.person)


def confirmed(stage: Any, row: Client | SponsorContact) -> None:
    """Camille asked by voice."""
    row.refresh_from_db()
    shown = public_keys(row.person_id).fingerprint().hex()  # type: ignore[arg-type,union-attr]
    actions.confirm(row=row, shown=shown, vault=stage.cast.vault("Camille Aubry"), by=stage.camille)


def letters_to(address: str) -> list[str]:
    jobs.run_pending()
    return [letter.subject for letter in mail.inbox() if letter.to == address]


# Starting again


def test_a_client_starts_again_and_her_notebook_is_gone(book):
    entry = book.private()
    browser = by_link(book.client.person.address)
    page = browser.get(AGAIN).content.decode()
    assert "carnet privé disparaît pour toujours" in page

    wrong = browser.post(AGAIN, TYPED | {"word": "oui"})
    assert (wrong.status_code, PrivateEntry.objects.filter(pk=entry.pk).exists()) == (422, True)
    answer = browser.post(AGAIN, TYPED)

    assert answer["Location"] == "/accounts/recovery/"
    assert browser.get("/client/").status_code == 200
    assert not PrivateEntry.objects.exists()
    assert Notebook.objects.get().destroyed_at is not None
    assert any("vos clés sont nouvelles" in subject for subject in letters_to(book.client.person.address))
    assert Unlocked(book.client.person_id, slots.open_with_passphrase(book.client.person_id, NEW)).sign("x")
    with pytest.raises(Closed):
        slots.open_with_passphrase(book.client.person_id, PASSPHRASE)


def test_it_was_said_before_her_first_line_was_written(book):
    page = signed_in(book.client.person).get(reverse("notebook_private_new")).content.decode()

    assert "perdez votre phrase de passe et votre fiche de secours" in page


def test_her_new_notebook_works(book):
    book.private()
    vault = anew(book.client)
    client = Client.objects.select_related("coach").get(pk=book.client.pk)

    from sessions.notebook import actions as notebooks

    made = notebooks.make_notebook(vault=vault, by=client)
    entry = notebooks.start_private(notebook=made, vault=vault, by=client)
    entry = notebooks.write_private(entry=entry, text="Un début", expected_version=1, keep=True, vault=vault, by=client)

    assert vault.open(entry.body, entry.place()) == "Un début"


def test_other_sign_ins_end_and_open_vaults_shut(book):
    elsewhere = signed_in(book.client.person)

    by_link(book.client.person.address).post(AGAIN, TYPED)

    assert elsewhere.get("/client/")["Location"].startswith("/accounts/login/")
    assert Unlock.objects.filter(person=book.client.person_id).count() == 1


def test_an_open_screen_with_a_locked_vault_is_not_enough(book):
    browser = signed_in(book.client.person)
    browser.post("/accounts/lock/")

    assert "D’abord un lien" in browser.get(AGAIN).content.decode()
    browser.post(AGAIN, TYPED)

    assert slots.open_with_passphrase(book.client.person_id, PASSPHRASE)


def test_the_link_counts_for_an_hour(book, time_machine):
    time_machine.move_to("2026-11-24 09:00+01:00", tick=False)
    browser = by_link(book.client.person.address)
    assert 'name="word"' in browser.get(AGAIN).content.decode()

    time_machine.shift(timedelta(minutes=61))

    assert 'name="word"' not in browser.get(AGAIN).content.decode()


def test_the_second_factor_is_asked_on_the_way(book):
    secret = second_factor(book.client.person)

    stopped = by_link(book.client.person.address)
    assert stopped.get(AGAIN)["Location"].startswith("/accounts/login/")

    assert 'name="word"' in by_link(book.client.person.address, secret).get(AGAIN).content.decode()


def test_a_coach_cannot_and_is_told_why(stage):
    browser = by_link(stage.camille.person.address)

    page = browser.get(AGAIN)
    browser.post(AGAIN, TYPED)

    assert "Un coach ne peut pas recommencer" in page.content.decode()
    assert 'name="word"' not in page.content.decode()
    assert slots.open_with_passphrase(stage.camille.person_id, PASSPHRASE)
    refused("coach_cannot_start_again", renewal.start_again, person=stage.camille.person, new=slots.stretched(NEW), by=stage.camille.person)


# The coach knows a key by voice only


def test_the_coach_is_told_and_nothing_is_given_before_she_asked_by_voice(book):
    shared = book.shared()
    vault = anew(book.client)
    browser = signed_in(book.camille.person)  # her vault opens: what awaits is given

    assert not KeyGrant.objects.filter(holder=book.client.person_id).exists()
    assert not vault.holds(book.engagement.shared_key)
    page = browser.get(reverse("client_page", args=[book.client.pk])).content.decode()
    assert "a une nouvelle clé" in page
    assert reverse("keys_confirm", args=[book.client.pk]) in page
    assert reverse("keys_confirm", args=[book.client.pk]) in browser.get(reverse("task_list")).content.decode()
    assert letters_to(book.camille.person.address)

    figures = keys.spoken(public_keys(book.client.person_id).fingerprint().hex())
    shown = browser.get(reverse("keys_confirm", args=[book.client.pk])).content.decode()
    assert figures in shown
    assert len(figures.split()) == 5
    field = re.search(r'name="keys" value="(\w{64})"', shown)[1]
    answer = browser.post(reverse("keys_confirm", args=[book.client.pk]), {"keys": field})

    assert answer["Location"] == reverse("client_page", args=[book.client.pk])
    fresh = book.fresh(shared)
    assert Unlocked(vault.person, vault._root_key).open(fresh.body, fresh.place())
    assert "a une nouvelle clé" not in browser.get(reverse("client_page", args=[book.client.pk])).content.decode()
    assert not Task.objects.open().filter(kind="other_key").exists()
    assert LedgerEntry.objects.get(event="keys.confirmed").other == book.client.person_id


def test_both_figures_are_shown_and_the_client_finds_her_own(book):
    before = keys.spoken(public_keys(book.client.person_id).fingerprint().hex())
    by_link(book.client.person.address).post(AGAIN, TYPED)

    shown = signed_in(book.camille.person).get(reverse("keys_confirm", args=[book.client.pk])).content.decode()
    hers = Browser()
    hers.post("/accounts/login/", {"login": book.client.person.address, "password": NEW})

    now = keys.spoken(public_keys(book.client.person_id).fingerprint().hex())
    assert before in shown
    assert now in shown
    assert before != now
    page = hers.get(reverse("own_key")).content.decode()
    assert all(f"<span>{group}</span>" in page for group in now.split())


def test_confirming_asks_for_the_passphrase(book):
    anew(book.client)
    browser = people.signed_in(book.camille.person)

    for answer in (
        browser.get(reverse("keys_confirm", args=[book.client.pk])),
        browser.post(reverse("keys_confirm", args=[book.client.pk])),
    ):
        assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_a_key_that_changed_again_meanwhile_is_not_the_one_she_compared(book):
    anew(book.client)
    shown = public_keys(book.client.person_id).fingerprint().hex()
    anew(book.client)

    refused("other_keys", actions.confirm, row=book.client, shown=shown, vault=book.cast.vault("Camille Aubry"), by=book.camille)
    assert not KeyGrant.objects.filter(holder=book.client.person_id).exists()


def test_another_coach_confirms_nothing(book, cast):
    anew(book.client)
    browser = signed_in(cast.bruno.person)

    assert browser.get(reverse("keys_confirm", args=[book.client.pk])).status_code == 404
    facts_ = {"row": book.client, "shown": public_keys(book.client.person_id).fingerprint().hex(), "by": cast.bruno}
    refused("not_hers", actions.confirm, vault=cast.vault("Bruno Keller"), **facts_)


@pytest.mark.parametrize("way", ["unlock", "engagement", "summary", "law"])
def test_no_way_gives_an_unknown_key_anything(stage, way):
    from tests.consent import register

    anew(stage.anais)
    stage.anais.refresh_from_db()
    if way == "unlock":
        assert give_awaiting_keys(coach=stage.camille, vault=stage.vault("Camille Aubry"), by=stage.camille) == 0
    elif way == "engagement":
        stage.cast.engagement(stage.anais)
    elif way == "summary":
        refused("keys_not_known", stage.proposed)
    else:
        register.requisition(stage.summary.engagement, stage.vault("Camille Aubry"), "Une lettre", told=True)

    assert not KeyGrant.objects.filter(holder=stage.anais.person_id).exists()


def test_only_one_place_gives_a_shared_space() -> None:
    from tests.house import tree

    callers = {
        tree.name(path)
        for path in tree.files()
        for name, _call in tree.calls(tree.tree(path))
        if name.endswith(".grant") and not tree.name(path).startswith("vault/")
    }

    assert callers == {"clients/keys.py"}


def test_a_second_coach_knows_the_key_she_joined_with(book, cast):
    from clients import actions as clients

    anew(book.client)
    other = clients.add_client(
        coach=cast.bruno, name="Anaïs", address=book.client.person.address, phone="", job="", language="fr", by=cast.bruno
    )
    clients.join(invited=other, person=book.client.person, by=book.client.person)
    other.refresh_from_db()

    assert keys.known(other) is not None
    assert keys.known(Client.objects.get(pk=book.client.pk)) is None


def test_whoever_takes_the_confirmation_out_of_the_details_gains_nothing(book):
    """The application's own role can write rows, but not encrypted details."""
    held = Client.objects.filter(pk=book.client.pk).values_list("details", flat=True)[0]
    anew(book.client)
    confirmed(book, book.client)
    anew(book.client)
    with connections["default"].cursor() as cursor:
        cursor.execute("update clients_client set details = %s where id = %s", [bytes(held), book.client.pk])

    assert keys.known(Client.objects.get(pk=book.client.pk)) is None


# A contact


def test_what_was_disclosed_to_a_contact_closes_and_the_client_shows_it_again_in_one_click(stage):
    hers, other = stage.disclosed(stage.helene), stage.disclosed(stage.marc)
    anew(stage.helene)
    stage.helene.refresh_from_db()
    hers.refresh_from_db()
    assert (hers.closed_at is not None, Consent.objects.get(pk=hers.consent_id).state) == (True, "given")
    assert DataKey.objects.get(series=hers.series).shredded_at is not None
    assert stage.look(other, "Marc Ondel") == TEXT
    browser, address = signed_in(stage.anais.person), reverse("client_proposal", args=[hers.consent.proposal_id])
    assert "Votre coach lui parle d’abord" in browser.get(address).content.decode()

    confirmed(stage, stage.helene)
    page = browser.get(address).content.decode()
    shown = re.search(r'name="keys" value="(\w{64})"', page)[1]
    browser.post(reverse("client_proposal_show_again", args=[hers.consent.proposal_id]), {"keys": shown})

    again = stage.readable(Disclosure.objects.get(pk=hers.pk))
    assert again.series != hers.series
    assert Disclosure.objects.count() == 2
    vault = Unlocked(stage.helene.person_id, slots.open_with_passphrase(stage.helene.person_id, NEW))
    from consent.actions import summaries

    assert summaries.view(disclosure=again, vault=vault, by=stage.helene) == TEXT
    consent = Consent.objects.get(pk=hers.consent_id)
    assert facts.is_signed_by_client(consent)
    assert consent.given_at == hers.consent.given_at
    assert [event.kind for event in consent.events.all()] == ["requested", "given"]
    problems = [found for check in of_the_main_database() for found in check.found if not check.is_remark]
    assert problems == []


def test_showing_again_waits_a_minute_too_and_can_be_taken_back(stage):
    hers = stage.disclosed()
    anew(stage.helene)
    confirmed(stage, stage.helene)
    again = shown_again(stage, hers)

    assert again.opens_at > timezone.now() + timedelta(seconds=50)
    consents.withdraw(consent=hers.consent, by=stage.anais)

    again.refresh_from_db()
    assert again.closed_at is not None
    assert DataKey.objects.get(series=again.series).shredded_at is not None


def shown_again(stage: Stage, disclosure: Disclosure, **changed: Any) -> Disclosure:
    public = public_keys(stage.helene.person_id)
    consent = Consent.objects.get(pk=disclosure.consent_id)
    given = {"consent": consent, "shown": public.fingerprint(), "vault": stage.vault("Anais Lefort"), "by": stage.anais}
    return actions.show_again(**given | changed)


def test_nothing_is_shown_again_that_was_withdrawn_or_is_open_or_to_other_keys(stage):
    hers = stage.disclosed()
    refused("nothing_to_show_again", shown_again, stage, hers)
    anew(stage.helene)
    refused("keys_not_known", shown_again, stage, hers)
    confirmed(stage, stage.helene)

    with pytest.raises(Changed):
        shown_again(stage, hers, shown=bytes(32))
    refused("nothing_to_show_again", shown_again, stage, hers, by=stage.cast.karim)
    consents.withdraw(consent=hers.consent, by=stage.anais)
    with pytest.raises(Refused):
        shown_again(stage, hers)
    assert Disclosure.objects.get().closed_at is not None


def test_a_contact_with_a_new_key_is_proposed_nothing_before_the_coach_asked(stage):
    anew(stage.helene)
    stage.helene.refresh_from_db()

    refused("keys_not_known", stage.proposed)
    confirmed(stage, stage.helene)
    stage.summary.refresh_from_db()
    stage.helene.refresh_from_db()

    assert stage.proposed().state == "proposed"


def test_whoever_left_is_asked_by_voice_no_more(stage):
    from consent.actions import contacts

    anew(stage.helene)

    contacts.leave(contact=stage.helene, by=stage.camille)

    assert not Task.objects.open().filter(kind="other_key").exists()


def test_a_client_s_authorisations_stand_after_she_started_again(stage):
    hers = stage.disclosed()

    anew(stage.anais)

    assert stage.look(hers) == TEXT
    assert facts.is_signed_by_client(Consent.objects.get(pk=hers.consent_id))


# New keys because the old ones may have leaked


def test_a_coach_with_new_keys_reads_and_shares_as_before(stage):
    note_vault = stage.vault("Camille Aubry")
    proposal = stage.proposed()

    after = renewed(stage.camille, note_vault)

    summary = stage.summary
    summary.refresh_from_db()
    assert after.open(summary.body, summary.place()) == TEXT
    assert stage.vault("Anais Lefort").open(proposal.body, proposal.place()).endswith(TEXT)
    assert keys.known(Client.objects.get(pk=stage.anais.pk)) is not None
    assert not Task.objects.filter(kind="other_key").exists()


def test_a_client_with_new_keys_keeps_her_notebook_and_what_she_authorised(stage):
    book = Book(stage.cast, stage.anais)
    entry, hers = book.private(), stage.disclosed()

    after = renewed(stage.anais, stage.vault("Anais Lefort"))

    fresh = book.fresh(entry)
    assert after.open(fresh.body, fresh.place()) == PRIVATE
    consent = Consent.objects.get(pk=hers.consent_id)
    assert facts.is_signed_by_client(consent)
    assert stage.look(hers) == TEXT
    assert not after.holds(stage.summary.engagement.shared_key)
    assert Task.objects.open().get(kind="other_key").about == stage.anais.pk
    confirmed(stage, stage.anais)
    assert after.holds(stage.summary.engagement.shared_key)


def test_the_page_says_what_happens_and_a_new_sheet_follows(stage):
    browser = signed_in(stage.anais.person)
    code = slots.new_recovery_code()
    stage.vault("Anais Lefort").set_recovery(code, timezone.now())

    page = browser.get(reverse("renew_keys")).content.decode()
    answer = browser.post(reverse("renew_keys"), {"word": "nouvelles clés", "passphrase": NEW, "again": NEW})

    assert "votre carnet privé reste à vous" in page.lower()
    assert answer["Location"] == "/accounts/recovery/"
    assert not slots.has_recovery(stage.anais.person_id)
    assert browser.get("/client/").status_code == 200
    stage.anais.person.refresh_from_db()
    assert stage.anais.person.recovery_confirmed_at is None


def test_without_the_word_nothing_is_made_anew(stage):
    browser = signed_in(stage.anais.person)
    before = public_keys(stage.anais.person_id)

    assert browser.post(reverse("renew_keys"), {"word": "oui", "passphrase": NEW, "again": NEW}).status_code == 422
    assert public_keys(stage.anais.person_id) == before


def test_an_engagement_opened_while_the_keys_are_made_anew_is_not_lost(own_databases):
    cast = Cast()
    stage = Stage(cast)
    vault, gate, made, failed = stage.vault("Camille Aubry"), threading.Barrier(4), [], []

    def opens() -> None:
        try:
            gate.wait(10)
            made.append(cast.engagement(stage.anais))
        except Closed:
            failed.append("closed")
        finally:
            connections.close_all()

    def renews() -> None:
        try:
            gate.wait(10)
            made.append(renewed(stage.camille, vault))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for one in (opens, opens, renews, opens)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    after = next(one for one in made if isinstance(one, Unlocked))
    engagements = [one for one in made if not isinstance(one, Unlocked)]
    assert len(engagements) + len(failed) == 3
    for engagement in engagements:
        for series in (engagement.notes_key, engagement.shared_key):
            grant = KeyGrant.objects.select_related("key").get(key__series=series, holder=stage.camille.person_id)
            assert after.secret_of(grant)


def test_a_worker_killed_in_the_middle_leaves_the_keys_of_before(own_databases, monkeypatch):
    cast = Cast()
    stage = Stage(cast)
    hers = stage.disclosed()

    def dies(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(actions, "follow_new_keys", dies)
    with pytest.raises(KeyboardInterrupt):
        renewed(stage.anais, stage.vault("Anais Lefort"))

    assert PersonKeys.objects.get(pk=stage.anais.person_id).former is None
    assert stage.look(hers) == TEXT
    assert stage.vault("Anais Lefort").holds(stage.summary.engagement.shared_key)
