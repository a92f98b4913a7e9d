"""What is away for a moment: a sentence in the person's language, nothing saved by half, and everything goes on by itself afterwards."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connections
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from coachvault import trouble
from coachvault.trouble import Trouble
from consent.actions import consents
from consent.models import Consent, Disclosure
from sessions import actions
from tests.cast import PASSPHRASE, Cast, signed_in
from tests.databases import as_owner, copies
from tests.house.world import World, vault_of
from tests.vault.people import sql
from vault import ledger, primitives, slots
from vault.keyring import halves
from vault.models import DataKey, LedgerEntry

pytestmark = pytest.mark.timeout(120)
own_databases = pytest.fixture(copies, scope="module")


@pytest.fixture(scope="module")
def world(own_databases: dict[str, str]) -> Iterator[World]:
    """Camille's engagement with Anaïs."""
    kept, slots.COST = slots.COST, primitives.FLOOR
    yield World.of_anais(Cast())
    slots.COST = kept


@pytest.fixture
def camille(world: World) -> Browser:
    """Her browser, which shows what a person would see of a failure."""
    browser = Browser(raise_request_exception=False)
    browser.post("/accounts/login/", {"login": world.coach.person.address, "password": PASSPHRASE})
    return browser


@contextmanager
def away(alias: str) -> Iterator[None]:
    """Nobody answers at a database's address."""
    facts = connections[alias].settings_dict
    kept = facts["HOST"]
    connections[alias].close()
    facts["HOST"] = "/nowhere"
    try:
        yield
    finally:
        facts["HOST"] = kept
        connections[alias].close()


@contextmanager
def full(table: str) -> Iterator[None]:
    """The database has no room for another row."""
    with as_owner():
        sql(
            "create function no_room() returns trigger language plpgsql as $$ begin raise exception 'x' using errcode = 'disk_full'; end $$"
        )
        sql(f"create trigger no_room before insert or update on {table} for each row execute function no_room()")
    try:
        yield
    finally:
        with as_owner():
            sql(f"drop trigger no_room on {table}")
            sql("drop function no_room()")


def save(browser: Browser, world: World, text: str, **headers: str) -> Any:
    """What the page's script sends."""
    world.note.refresh_from_db()
    headers = {"If-Match": f'"{world.note.version}"', "X-Requested-With": "autosave", **headers}
    return browser.post(reverse("note_write", args=[world.note.pk]), {"text": text}, headers=headers)


@pytest.mark.parametrize(("language", "word"), [("fr", "De retour dans un instant"), ("en", "Back in a moment")])
def test_with_the_database_away_the_page_says_so_in_the_person_s_language_and_recovers(
    world: World, camille: Browser, language: str, word: str
) -> None:
    User.objects.filter(pk=world.coach.person_id).update(language=language)
    assert camille.get("/coach/").status_code == 200

    with away("default"):
        pages = [camille.get("/coach/"), camille.post("/coach/clients/add/", {"name": "x"}), camille.get("/accounts/login/")]

    assert {page.status_code for page in pages[:2]} == {503}
    assert all(word in page.content.decode() for page in pages[:2])
    assert pages[0]["Retry-After"] == "10"
    assert camille.get("/coach/").status_code == 200
    User.objects.filter(pk=world.coach.person_id).update(language="fr")


def test_a_save_that_found_no_database_says_that_the_text_stays_on_screen(world: World, camille: Browser) -> None:
    camille.get("/coach/")
    before = world.note.version

    with away("default"):
        world_note = world.note.pk
        answer = camille.post(
            reverse("note_write", args=[world_note]), {"text": "x"}, headers={"If-Match": f'"{before}"', "X-Requested-With": "autosave"}
        )

    assert answer.status_code == 503
    assert "La base de données ne répond pas" in answer.json()["error"]


def test_with_the_keyring_away_what_is_sealed_stays_shut_and_nothing_is_saved(world: World, camille: Browser) -> None:
    world.note.refresh_from_db()
    version, count, events = world.note.version, DataKey.objects.count(), LedgerEntry.objects.count()

    with away("keyring"):
        page = camille.get(reverse("note_page", args=[world.note.pk]))
        saved = save(camille, world, "Un texte")
        names = camille.get("/coach/clients/")
        with pytest.raises(halves.Away):
            vault_of(world.coach).make_key(kind=DataKey.Kind.OWN, practice=world.coach.practice_id, at=timezone.now())

    assert (page.status_code, saved.status_code, names.status_code) == (503, 503, 200)
    assert "moitié de chaque clé" in page.content.decode()
    assert "Rien ne peut être ouvert ni scellé" in saved.json()["error"]
    world.note.refresh_from_db()
    assert (world.note.version, DataKey.objects.count(), LedgerEntry.objects.count()) == (version, count, events)
    assert camille.get(reverse("note_page", args=[world.note.pk])).status_code == 200


def test_withdrawing_while_the_keyring_is_away_closes_at_once_and_the_half_goes_later(world: World) -> None:
    with away("keyring"):
        consents.withdraw(consent=world.consent, by=world.client)

    key = DataKey.objects.get(series=world.disclosure.series)
    assert Disclosure.objects.get(pk=world.disclosure.pk).closed_at is not None
    assert key.shredded_at is not None
    from accounts.jobs import finish_shredding

    finish_shredding()
    assert sql("select half is null from keyring_half where key = %s", key.pk, alias="keyring") == [(True,)]


def test_with_a_full_disk_nothing_is_saved_and_it_is_said(world: World, camille: Browser) -> None:
    world.note.refresh_from_db()
    version = world.note.version

    with full("coaching_sessions_note"):
        saved = save(camille, world, "Un texte")
        page = camille.post(reverse("note_finish", args=[world.note.pk]), {"text": "Un texte", "finish": str(version)})

    assert (saved.status_code, page.status_code) == (503, 503)
    assert "plus de place sur le serveur" in saved.json()["error"]
    assert "plus de place sur le serveur" in page.content.decode()
    world.note.refresh_from_db()
    assert world.note.version == version
    assert save(camille, world, "Un texte").status_code == 200


@pytest.mark.no_database
def test_what_is_a_failure_of_our_own_is_none_of_these() -> None:
    assert trouble.of(ValueError()) is None
    assert trouble.of(OSError(errno.ENOENT, "x")) is None
    assert trouble.of(None) is None
    assert trouble.of(OSError(errno.ENOSPC, "x")) is Trouble.DISK
    assert trouble.of(OperationalError()) is Trouble.DATABASE


# A clock that jumps


def test_a_clock_that_jumps_a_day_ends_only_what_that_day_ends(world: World, own_databases: dict[str, str]) -> None:
    standing = list(Consent.objects.standing().values_list("pk", flat=True))
    for jump in (timedelta(days=1), timedelta(days=-1)):
        with time_machine.travel(timezone.now() + jump, tick=True):
            consents.expire(by=None)
            actions.plan_session(
                engagement=world.engagement,
                starts_at=timezone.now() + timedelta(days=2),
                minutes=60,
                place="office",
                agenda="",
                by=world.coach,
            )

    assert list(Consent.objects.standing().values_list("pk", flat=True)) == standing
    assert not DataKey.objects.filter(shredded_at__gt=timezone.now()).exists()


def test_a_vault_that_was_opened_while_the_clock_was_ahead_does_not_stay_open_a_day_longer(world: World) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=True):
        browser = signed_in(world.coach.person)
        assert browser.get("/coach/").status_code == 200

    assert browser.get("/coach/").status_code == 302


def test_the_ledger_s_times_never_go_back(world: World) -> None:
    chain = world.coach.practice_id
    ahead = timezone.now() + timedelta(days=1)
    with as_owner():
        ledger.record("clock.ahead", chain=chain, by=None, at=ahead)

    ledger.record("clock.back", chain=chain, by=None)

    times = list(LedgerEntry.objects.filter(chain=chain).order_by("position").values_list("at", flat=True))
    assert times[-1] == times[-2] == ahead
    assert list(ledger.verify_chain(chain)) == []
