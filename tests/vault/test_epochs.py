"""A new epoch of a key: everything is sealed again in batches, whoever held the key holds the new one, and then the old one opens nothing."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.core import checks
from django.db import connections, models, transaction

from tests.vault.people import COPY, NOW, OWN, SHARED, a_key, a_person, a_place, again, sql
from vault import epochs, ledger, shredding
from vault.fields import SealedField
from vault.keyring.models import Half
from vault.models import DataKey, KeyGrant, Renewal
from vault.primitives import Closed
from vault.unlocked import Destroyed, NotYours


def test_the_next_epoch_is_the_one_that_seals_and_both_open():
    coach = a_person()
    series = a_key(coach)
    place = a_place(coach, series)
    before = coach.seal("avant", place)

    assert coach.new_epoch(series, NOW) == 2

    after = again(coach).seal("après", place)
    assert (before.stored()[:4], after.stored()[:4]) == (b"\0\0\0\1", b"\0\0\0\2")
    assert (again(coach).open(before, place), again(coach).open(after, place)) == ("avant", "après")


def test_whoever_was_given_a_shared_key_is_given_its_next_epoch_and_nobody_else():
    coach, client, stray = a_person(), a_person(), a_person()
    series = a_key(coach, SHARED)
    coach.grant(series, to=client.person, at=NOW)
    grant = KeyGrant.objects.get(holder=client.person)
    KeyGrant.objects.create(
        key=grant.key, holder=stray.person, giver=coach.person, wrapped=grant.wrapped, signature=grant.signature, made_at=NOW
    )

    coach.new_epoch(series, NOW)

    place = a_place(coach, series)
    assert again(client).open(again(coach).seal("à deux", place), place) == "à deux"
    assert set(KeyGrant.objects.filter(key__epoch=2).values_list("holder", flat=True)) == {coach.person, client.person}


def test_a_notes_key_has_its_maker_alone_in_every_epoch():
    coach = a_person()
    series = a_key(coach)

    coach.new_epoch(series, NOW)

    assert set(KeyGrant.objects.filter(key__series=series).values_list("holder", flat=True)) == {coach.person}


def test_nobody_but_its_maker_makes_an_epoch_and_a_copy_has_one():
    coach, client = a_person(), a_person()
    series = a_key(coach, SHARED)
    coach.grant(series, to=client.person, at=NOW)
    copy = coach.copy_for(client.person, client.pair().public, practice=uuid4(), bound_to=b"", at=NOW)

    with pytest.raises(NotYours):
        again(client).new_epoch(series, NOW)
    with pytest.raises(NotYours):
        again(coach).new_epoch(copy.series, NOW)
    assert DataKey.objects.get(series=copy.series).kind == COPY


@pytest.mark.parametrize("change", ["kind = 'shared'", "practice = gen_random_uuid()", "epoch = 7"])
def test_a_key_that_was_written_over_has_no_next_epoch(change: str):
    coach = a_person()
    series = a_key(coach, OWN)
    sql(f"update vault_datakey set {change} where series = %s", series)

    with pytest.raises(Closed):
        again(coach).new_epoch(series, NOW)

    assert DataKey.objects.filter(series=series).count() == 1


def test_a_destroyed_key_has_no_next_epoch_and_says_that_it_was_destroyed():
    coach = a_person()
    series = a_key(coach)
    place = a_place(coach, series)
    sealed = coach.seal("perdu", place)
    shredding.shred([series], NOW)

    with pytest.raises(Closed, match="destroyed"):
        again(coach).new_epoch(series, NOW)
    with pytest.raises(Destroyed):
        again(coach).open(sealed, place)
    with pytest.raises(Destroyed):
        again(coach).check_not_destroyed(series)


def test_finishing_destroys_the_epochs_before_and_no_other():
    coach = a_person()
    series, other = a_key(coach), a_key(coach)
    renewal = epochs.begin(series, coach, NOW)

    gone = epochs.finish(renewal, NOW)

    assert gone is not None
    assert [(key.series, key.epoch) for key in gone] == [(series, 1)]
    assert set(DataKey.objects.filter(shredded_at__isnull=True).values_list("series", "epoch")) == {(series, 2), (other, 1)}
    assert Renewal.objects.get().done_at == NOW


def test_a_renewal_under_way_is_given_back_rather_than_begun_again():
    coach = a_person()
    series = a_key(coach)

    assert epochs.begin(series, coach, NOW) == epochs.begin(series, again(coach), NOW)
    assert DataKey.objects.filter(series=series).count() == 2


def test_a_key_that_was_renewed_is_renewed_once_more():
    coach = a_person()
    series = a_key(coach)
    first = epochs.begin(series, coach, NOW)
    epochs.finish(first, NOW)

    second = epochs.begin(series, again(coach), NOW)

    assert (second.epoch, second.done_at, second.pk == first.pk) == (3, None, False)


def test_what_is_under_way_is_one_s_own_unfinished_and_the_oldest_first():
    coach, other = a_person(), a_person()
    last, first, done = a_key(coach), a_key(coach), a_key(coach)
    at = {last: NOW + timedelta(hours=1), first: NOW, done: NOW}
    renewals = {series: epochs.begin(series, coach, when) for series, when in at.items()}
    epochs.begin(a_key(other), other, NOW)
    epochs.finish(renewals[done], NOW)

    assert list(epochs.under_way(coach.person)) == [renewals[first], renewals[last]]
    assert [renewal.begun_at for renewal in renewals.values()] == list(at.values())


def test_the_half_of_the_old_epoch_goes_after_the_commit(own_databases):
    coach = a_person()
    series = a_key(coach)
    with transaction.atomic():
        renewal = epochs.begin(series, coach, NOW)
    with transaction.atomic():
        epochs.finish(renewal, NOW)

    halves = {DataKey.objects.get(pk=half.pk).epoch: half.destroyed_at for half in Half.objects.all()}
    assert halves == {1: NOW, 2: None}


@pytest.mark.no_database
def test_every_sealed_column_says_under_which_key_it_stands():
    assert [column.name for column in epochs.columns() if column.field.check()] == []
    assert len(epochs.columns()) > 20


@pytest.mark.no_database
def test_a_column_that_does_not_say_is_named_by_the_check_and_stops_every_new_epoch(monkeypatch: pytest.MonkeyPatch):
    class Planted(models.Model):
        body = SealedField()

        class Meta:
            app_label = "vault"

    planted = Planted._meta.get_field("body")
    monkeypatch.setattr(epochs, "columns", lambda: [epochs.Column(Planted, planted)])
    try:
        found = [(one.id, one.obj) for one in checks.run_checks(app_configs=[apps.get_app_config("vault")])]
        assert ("vault.E001", planted) in found
        with pytest.raises(TypeError, match="under which key"):
            epochs.left(Renewal(series=uuid4(), epoch=2))
    finally:
        del apps.all_models["vault"]["planted"]
        apps.clear_cache()


def test_new_bytes_of_a_finished_text_count_only_as_the_ledger_tells_of_them():
    row, old, new = uuid4(), b"\0\0\0\1aa", b"\0\0\0\2aa"
    ledger.record("resealed", chain=uuid4(), by=None, kind="notes", about=row, code="body", stored=new)

    def told(table: str, column: str, about: object, before: bytes, after: bytes) -> bool:
        return sql("select told_as_resealed(%s, %s, %s, %s, %s)", table, column, about, before, after)[0][0]

    assert told("notes", "body", row, old, new)
    for lie in (
        ("other", "body", row, old, new),
        ("notes", "draft", row, old, new),
        ("notes", "body", uuid4(), old, new),
        ("notes", "body", row, old, new + b"a"),
        ("notes", "body", row, new, new),
    ):
        assert not told(*lie)


def test_whoever_waited_while_an_epoch_was_destroyed_seals_with_the_next(own_databases):
    coach = a_person()
    series = a_key(coach)
    place = a_place(coach, series)

    def seal():
        try:
            with transaction.atomic():
                return again(coach).seal("en attendant", place)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            shredding.hold([series])
            waiting = pool.submit(seal)
            while not sql("select 1 from pg_locks where not granted"):
                time.sleep(0.02)
            coach.new_epoch(series, NOW)
            shredding.shred_before(series, 2, NOW)
        sealed = waiting.result(30)

    assert sealed.stored()[:4] == b"\0\0\0\2"
    assert again(coach).open(sealed, place) == "en attendant"
