"""After a leak: whoever has the old root key, every secret and every half of before opens nothing that is written from then on, and in the end nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.act import Refused
from clients.models import Client, Coach
from coachvault.archives.again import destroy_again
from consent.actions import keys as leaks
from consent.actions import law as law_actions
from consent.actions.engagements import end_engagement
from consent.models import LegalDisclosure
from sessions.destroying import actions, going_on
from sessions.models import Note, Notebook, OwnWords, SharedEntry
from sessions.people import actions as people
from tests.cast import PASSPHRASE, signed_in
from tests.house.world import World, vault_of
from tests.sessions.standing import Standing, own_databases, standing, world
from tests.sessions.test_destroying import _as_once, broken, finished
from tests.sessions.test_renewal import confirmed
from tests.vault.people import sql
from vault import epochs, primitives, slots
from vault.keyring import halves
from vault.keyring.models import Half
from vault.models import DataKey, KeyGrant, LedgerEntry, Renewal
from vault.primitives import Closed
from vault.sealed import Place, Sealed
from vault.unlocked import EPOCH_BYTES, Opened, Unlocked

__all__ = ["own_databases", "standing", "world"]
PAGE = "/accounts/key/anew/"


@dataclass
class Thief:
    """Everything that could be copied before the leak was known: the root key, the secret of every key, every half."""

    vault: Unlocked
    opened: list[tuple[DataKey, Opened]]

    @classmethod
    def of(cls, row: Coach | Client) -> Thief:
        vault, found = vault_of(row), []
        for grant in KeyGrant.objects.filter(holder=row.person_id).select_related("key"):
            with suppress(Closed):
                secret, half = vault._open_grant(grant, b""), bytes(Half.objects.get(pk=grant.key_id).half or b"")
                found.append((grant.key, vault._derive(grant.key, secret, half)))
        return cls(vault, found)

    def opens(self, sealed: Sealed, place: Place) -> bool:
        """Whether any of it opens this text."""
        for key, opened in self.opened:
            for epoch in {key.epoch, int.from_bytes(sealed.stored()[:EPOCH_BYTES], "big")}:
                with suppress(Closed):
                    primitives.unseal(opened.key, sealed.stored()[EPOCH_BYTES:], place.context(epoch))
                    return True
        with suppress(Closed):
            self.vault.open(sealed, place)
            return True
        return False

    def loot(self) -> set[str]:
        """The columns of the database in which something opens."""
        return {
            column.name
            for column in epochs.columns()
            for row in column.with_its_key(column.model._base_manager.filter(**{f"{column.field.attname}__isnull": False}))
            if self.opens(column.value(row), column.field.place(row))
        }


def leaked(row: Coach | Client) -> Unlocked:
    """New keys for somebody whose old ones may have leaked; with the same words as before, so that the cast's browsers sign in."""
    return leaks.renew(person=row.person, vault=vault_of(row), new=slots.stretched(PASSPHRASE), by=row.person)  # type: ignore[arg-type]


def begun(row: Coach | Client) -> list[Renewal]:
    return actions.begin_anew(vault=vault_of(row), by=row.person)  # type: ignore[arg-type]


def all_sealed(row: Coach | Client) -> set[UUID]:
    """Everything gone on with until nothing is left but what is stuck."""
    stuck: set[UUID] = set()
    while going_on.where(row.person_id, stuck).is_going:  # type: ignore[arg-type]
        stuck = going_on.go_on_with_all(row.person, vault_of(row), stuck)  # type: ignore[arg-type]
    return stuck


def text(row: Any, of: Coach | Client) -> str:
    now = type(row).objects.get(pk=row.pk)
    return vault_of(of).open(now.body, now.place())


def epochs_of(row: Coach | Client) -> set[int]:
    """The living epochs of the keys that somebody made, copies left out."""
    mine = DataKey.objects.filter(maker=row.person_id, shredded_at__isnull=True).exclude(kind=DataKey.Kind.COPY)
    return set(mine.values_list("epoch", flat=True))


# What a thief has


def test_a_thief_of_the_coach_s_keys_opens_nothing_new_from_the_beginning_and_in_the_end_nothing(world: Standing):
    note = finished(world)
    thief = Thief.of(world.coach)
    assert {"coaching_sessions_note.body", "coaching_sessions_ownwords.body", "consent_legaldisclosure.body"} < thief.loot()
    leaked(world.coach)
    assert thief.loot()  # new keys alone close the way in, and leave what was behind it

    begun(world.coach)
    later = finished(world)
    people.write_words(typed="mot nouveau", expected=1, vault=vault_of(world.coach), by=world.coach)
    saved = [(later.body, later.place())] + [(one.body, one.place()) for one in OwnWords.objects.filter(coach=world.coach)]
    assert [thief.opens(*one) for one in saved] == [False, False]
    assert all_sealed(world.coach) == set()

    assert thief.loot() == set()
    assert epochs_of(world.coach) == {2}
    for grant in KeyGrant.objects.filter(holder=world.coach.person_id):
        with pytest.raises(Closed):
            thief.vault.secret_of(grant)
    assert text(note, world.coach) == "Une note finie"
    assert text(world.note, world.coach) == world.phrase("note")
    assert text(world.shared, world.client) == text(world.shared, world.coach) == world.phrase("shared")
    assert law_actions.read_entry(entry=_entry(world), vault=vault_of(world.coach), by=world.coach)[0].given == world.phrase("law")
    assert broken() == []


def _entry(world: World) -> LegalDisclosure:
    return LegalDisclosure.objects.select_related("engagement__coach").get(pk=world.law.pk)


def test_a_thief_of_the_client_s_keys_opens_nothing_of_hers_in_the_end(world: Standing):
    thief = Thief.of(world.client)
    assert {"coaching_sessions_privateentry.body", "coaching_sessions_sharedentry.draft"} < thief.loot()
    leaked(world.client)

    assert len(begun(world.client)) == 1
    assert all_sealed(world.client) == set()

    assert thief.loot() & {"coaching_sessions_privateentry.body", "coaching_sessions_sharedentry.draft"} == set()
    assert text(world.private, world.client) == world.phrase("private")
    entry = SharedEntry.objects.select_related("engagement__client").get(pk=world.shared.pk)
    assert entry.draft is not None
    assert vault_of(world.client).open(entry.draft, entry.draft_place_now()) == world.phrase("unshared")
    assert {row.subject for row in LedgerEntry.objects.filter(event__startswith="key.", by=world.client.person_id)} == {None}
    assert broken() == []


def test_what_she_shares_is_sealed_again_by_her_coach_once_he_knows_her_new_key(world: Standing):
    thief = Thief.of(world.client)
    leaked(world.client)
    begun(world.client)
    all_sealed(world.client)
    assert epochs.old(world.coach.person_id) == {}  # type: ignore[arg-type]
    world.camille, world.cast = world.coach, _Vaults(world)  # type: ignore[attr-defined]
    confirmed(world, world.client)

    (renewal,) = begun(world.coach)
    assert all_sealed(world.coach) == set()

    assert renewal.series == world.engagement.shared_key
    assert thief.loot() == set()
    assert text(world.shared, world.client) == world.phrase("shared")


class _Vaults:
    def __init__(self, world: Standing) -> None:
        self.world = world

    def vault(self, _name: str) -> Unlocked:
        return vault_of(self.world.coach)


def test_copies_and_keys_made_since_are_not_touched(world: Standing):
    leaked(world.coach)
    since = OwnWords.objects.get(coach=world.coach)
    copies = list(DataKey.objects.filter(kind=DataKey.Kind.COPY).order_by("pk").values())
    sql("delete from coaching_sessions_ownwords where id = %s", since.pk)
    people.write_words(typed="depuis", expected=0, vault=vault_of(world.coach), by=world.coach)
    fresh = OwnWords.objects.get(coach=world.coach)

    begun(world.coach)
    all_sealed(world.coach)

    assert list(DataKey.objects.filter(series=fresh.key).values_list("epoch", flat=True)) == [1]
    assert text(fresh, world.coach) == "depuis"
    assert list(DataKey.objects.filter(kind=DataKey.Kind.COPY).order_by("pk").values()) == copies
    with pytest.raises(Refused):
        begun(world.coach)


# Interrupted, destroyed meanwhile, stuck


def test_what_was_interrupted_goes_on_at_the_next_unlock(world: Standing, monkeypatch: pytest.MonkeyPatch):
    leaked(world.coach)
    renewal = next(one for one in begun(world.coach) if one.series == world.engagement.notes_key)
    monkeypatch.setattr(epochs, "BATCH", 2)
    assert actions.reseal(renewal=renewal, vault=vault_of(world.coach), by=world.coach.person).done == 2

    assert broken() == []
    signed_in(world.coach.person)

    assert not Renewal.objects.filter(done_at__isnull=True).exists()
    assert epochs_of(world.coach) == {2}


def test_an_unlock_goes_on_for_a_second_in_all_and_not_for_each_key(world: Standing, monkeypatch: pytest.MonkeyPatch):
    leaked(world.coach)
    begun(world.coach)
    Renewal.objects.filter(series=world.engagement.notes_key).update(
        begun_at=timezone.now() - timedelta(days=1)
    )  # the first, with many texts
    monkeypatch.setattr(epochs, "BATCH", 1)
    clock = iter(range(10**6))
    monkeypatch.setattr(going_on, "SECONDS", 6)
    monkeypatch.setattr(going_on, "time", _Clock(clock))

    browser = signed_in(world.coach.person)

    spent = next(clock)
    assert spent <= 8  # the clock was looked at before each key and each batch, and nothing went on after six of its ticks
    assert Renewal.objects.filter(done_at__isnull=True).exists()
    assert "De nouvelles clés se mettent en place" in browser.get("/coach/clients/").content.decode()


class _Clock:
    """A clock that goes on by one each time that somebody looks at it."""

    def __init__(self, ticks: Iterator[int]) -> None:
        self.ticks = ticks

    def monotonic(self) -> float:
        return float(next(self.ticks))


def test_keys_dated_while_the_clock_was_wrong_are_new_after_one_beginning(world: Standing):
    vault_of(world.coach).make_key(kind=DataKey.Kind.OWN, practice=world.coach.practice_id, at=timezone.now() + timedelta(days=1))
    leaked(world.coach)
    person = world.coach.person_id
    assert person is not None
    assert len(epochs.old(person)) > 3

    begun(world.coach)

    assert epochs.old(person) == {}


def test_an_engagement_destroyed_meanwhile_stops_nothing(world: Standing):
    leaked(world.coach)
    begun(world.coach)
    engagement = end_engagement(engagement=world.engagement, by=world.coach)

    actions.destroy_engagement(engagement=engagement, ground="decision", vault=vault_of(world.coach), by=world.coach)
    stuck = all_sealed(world.coach)

    assert stuck == set()
    assert not epochs.under_way(world.coach.person_id).exists()  # type: ignore[arg-type]
    keys = DataKey.objects.filter(series__in=[engagement.notes_key, engagement.shared_key])
    assert not keys.filter(shredded_at__isnull=True).exists()
    assert law_actions.read_entry(entry=_entry(world), vault=vault_of(world.coach), by=world.coach)[0].given == world.phrase("law")
    assert broken() == []


def test_what_was_sealed_again_before_its_engagement_was_destroyed_opens_nowhere_where_an_old_register_keeps_the_key(world: Standing):
    _as_once(world)
    leaked(world.coach)
    begun(world.coach)
    actions.reseal(renewal=Renewal.objects.get(series=world.engagement.notes_key), vault=vault_of(world.coach), by=world.coach)
    renewed_note = Note.objects.get(pk=world.note.pk)
    place, stolen = renewed_note.place(), renewed_note.body
    assert stolen.stored()[:4] == b"\0\0\0\2"
    engagement = end_engagement(engagement=world.engagement, by=world.coach)

    gone = actions.destroy_engagement(engagement=engagement, ground="decision", vault=vault_of(world.coach), by=world.coach)
    all_sealed(world.coach)

    with pytest.raises(Closed):
        vault_of(world.coach).open(stolen, place)
    gone.refresh_from_db()
    assert gone.shredded_at is not None
    assert law_actions.read_entry(entry=_entry(world), vault=vault_of(world.coach), by=world.coach)[0].given == world.phrase("law")


def test_a_note_destroyed_while_its_key_is_renewed_opens_under_no_epoch_that_stays(world: Standing, monkeypatch: pytest.MonkeyPatch):
    note = finished(world)
    leaked(world.coach)
    begun(world.coach)
    renewal = Renewal.objects.get(series=world.engagement.notes_key)
    actions.reseal(renewal=renewal, vault=vault_of(world.coach), by=world.coach)  # every note is under the second epoch now
    kept = Note.objects.get(pk=note.pk)
    place, stolen = kept.place(), kept.body
    assert stolen.stored()[:4] == b"\0\0\0\2"

    gone = actions.destroy_note(note=note, vault=vault_of(world.coach), by=world.coach)
    assert all_sealed(world.coach) == set()

    with pytest.raises(Closed):
        vault_of(world.coach).open(stolen, place)
    gone.refresh_from_db()
    assert gone.shredded_at is not None
    assert sorted(key["epoch"] for key in gone.details["keys"]) == [1, 2]
    assert text(world.note, world.coach) == world.phrase("note")
    assert broken() == []


def test_what_does_not_open_is_said_and_stops_no_other_key(world: Standing):
    sql("update coaching_sessions_note set body = substring(body from 1 for 40) || 'x' where id = %s", world.note.pk)
    leaked(world.coach)
    begun(world.coach)
    browser = signed_in(world.coach.person)

    page = browser.post(PAGE, HTTP_HX_REQUEST="true").content.decode()

    (stuck,) = Renewal.objects.filter(done_at__isnull=True)
    assert stuck.series == world.engagement.notes_key
    assert "Certains textes ne s’ouvrent pas" in page
    assert "1 texte ne s’ouvre pas" in page
    assert "hx-post" not in page
    assert browser.post(PAGE, {"without": str(stuck.pk)})["Location"].startswith("/accounts/reauthenticate/")
    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    assert browser.post(PAGE, {"without": str(stuck.pk)})["Location"] == PAGE
    assert "Il ne reste rien à sceller de nouveau" in browser.get(PAGE).content.decode()
    assert epochs_of(world.coach) == {2}


def test_whoever_says_without_loses_nothing_that_opens(world: Standing, monkeypatch: pytest.MonkeyPatch):
    leaked(world.coach)
    begun(world.coach)
    renewal = Renewal.objects.get(series=world.engagement.notes_key)
    monkeypatch.setattr(epochs, "BATCH", 2)
    monkeypatch.setattr(going_on, "SECONDS", 0)

    going_on.leave_behind(renewal, vault_of(world.coach), world.coach)

    assert text(world.note, world.coach) == world.phrase("note")
    renewal.refresh_from_db()
    assert renewal.done_at is None


def test_a_key_that_does_not_open_stays_as_it_is_and_the_others_are_new(world: Standing):
    words = OwnWords.objects.get(coach=world.coach)
    sql("update vault_keygrant set wrapped = '\\x0102' where key_id = (select id from vault_datakey where series = %s)", words.key)
    leaked(world.coach)
    browser = signed_in(world.coach.person)

    page = browser.post(PAGE, {"begin": "1"}, follow=True).content.decode()

    assert "1 clé ne s’ouvre pas et reste comme elle est" in page
    all_sealed(world.coach)
    assert epochs.old(world.coach.person_id).keys() == {words.key}  # type: ignore[arg-type]
    assert epochs_of(world.coach) == {1, 2}


def test_a_backup_of_the_middle_brings_a_notebook_back_whose_old_epoch_alone_is_destroyed(world: Standing):
    leaked(world.client)
    begun(world.client)
    going_on.go_on_with_all(world.client.person, vault_of(world.client))  # type: ignore[arg-type]
    old = DataKey.objects.get(maker=world.client.person_id, kind=DataKey.Kind.OWN, epoch=1)
    DataKey.objects.filter(pk=old.pk).update(shredded_at=None)  # main as it was a moment before
    halves.destroy([old.pk], timezone.now())

    destroy_again(timezone.now())

    assert text(world.private, world.client) == world.phrase("private")
    assert Notebook.objects.get(client=world.client).destroyed_at is None


# Who, when, where it is offered


def test_it_is_offered_after_new_keys_and_not_otherwise(world: Standing):
    browser = signed_in(world.coach.person)
    offer = f'href="{PAGE}"'
    assert offer not in browser.get(reverse("own_key")).content.decode()
    assert "Il ne reste rien à sceller de nouveau" in browser.get(PAGE).content.decode()

    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    typed = {"word": "nouvelles clés", "passphrase": PASSPHRASE + " again", "again": PASSPHRASE + " again"}
    answer = browser.post(reverse("renew_keys"), typed, follow=True)

    assert answer.redirect_chain == [(reverse("recovery_sheet"), 302)]
    page = answer.content.decode()
    assert page.index("Vos clés sont nouvelles") < page.index("permet de les sceller de nouveau")
    assert offer in browser.get(reverse("own_key")).content.decode()
    made = browser.post(reverse("recovery_sheet"))
    code, asked = made.context["code"], made.context["asked"]
    groups = [code.split("-")[int(number) - 1] for number in asked.split(",")]
    form = made.context["form"]
    sent = dict(zip(form.fields, groups, strict=True)) | {"step": "confirm", "code": code, "asked": asked, "proof": made.context["proof"]}
    assert browser.post(reverse("recovery_sheet"), sent)["Location"] == PAGE

    assert 'name="begin"' in browser.get(PAGE).content.decode()
    assert browser.post(PAGE, {"begin": "1"})["Location"] == PAGE
    assert "Des textes sont en train" in browser.get(reverse("own_key")).content.decode()
    page = browser.get(PAGE).content.decode()
    total = Renewal.objects.count()
    assert f"0 / {total}" in page
    assert 'hx-trigger="load delay:300ms"' in page
    page = browser.post(PAGE, HTTP_HX_REQUEST="true").content.decode()
    assert "Il ne reste rien à sceller de nouveau" in page
    assert "<html" not in page
    assert offer not in browser.get(reverse("own_key")).content.decode()


def test_the_list_of_what_is_kept_leads_there_while_it_goes_on(world: Standing, monkeypatch: pytest.MonkeyPatch):
    leaked(world.coach)
    browser = signed_in(world.coach.person)
    begun(world.coach)

    assert f'href="{PAGE}"' in browser.get(reverse("retention_list")).content.decode()


def test_another_coach_the_client_and_a_contact_go_on_with_nothing_of_hers(world: Standing):
    leaked(world.coach)
    renewals = begun(world.coach)
    for somebody in (world.bruno, world.client, world.contact):
        facts: dict[str, Any] = {"renewal": renewals[0], "by": somebody.person}
        for refused in (
            partial(actions.reseal, vault=vault_of(somebody), **facts),
            partial(actions.finish_renewal, **facts),
            partial(actions.finish_renewal, even_closed=True, **facts),
            partial(actions.begin_anew, vault=vault_of(somebody), by=somebody.person),
        ):
            with pytest.raises(Refused):
                refused()
        browser = signed_in(somebody.person)  # type: ignore[arg-type]
        browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
        browser.post(PAGE, {"begin": "1"})
        assert browser.post(PAGE, {"without": str(renewals[0].pk)}).status_code == 404
        assert browser.post(PAGE, {"stuck": [str(renewals[0].pk), "…"]}).status_code == 200

    assert not Renewal.objects.filter(done_at__isnull=False).exists()
    assert sum(one.resealed for one in Renewal.objects.all()) == 0


def test_with_the_old_root_key_nothing_is_begun(world: Standing):
    old = vault_of(world.coach)
    leaked(world.coach)

    with pytest.raises(Refused):
        actions.begin_anew(vault=Unlocked(old.person, old._root_key), by=world.coach.person)

    assert epochs_of(world.coach) == {1}


def test_a_hundred_keys_are_begun_and_sealed_again_in_few_statements_each(world: Standing, django_assert_max_num_queries):
    for _ in range(5):
        vault_of(world.coach).make_key(kind=DataKey.Kind.OWN, practice=world.coach.practice_id, at=timezone.now())
    leaked(world.coach)

    with django_assert_max_num_queries(40 * len(epochs.old(world.coach.person_id))):  # type: ignore[arg-type]
        begun(world.coach)
    empty = [one for one in Renewal.objects.all() if not epochs.total(one)]
    assert len(empty) == 5
    with django_assert_max_num_queries(90):
        going_on._turn(empty[0], vault_of(world.coach), world.coach, time.monotonic() + 60)
