"""What is shredded is gone for good: the row is marked, the grants go, and the instance's half is destroyed once that is certain."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.transaction import TransactionManagementError

from tests.vault.people import NOW, SHARED, a_key, a_person, a_place, again, sql
from vault import shredding
from vault.keyring import halves
from vault.keyring.models import Half
from vault.models import DataKey, KeyGrant
from vault.primitives import Closed

LATER = NOW + timedelta(hours=1)


def shred(*series: object) -> None:
    with transaction.atomic():
        shredding.shred(series, NOW)  # type: ignore[arg-type]


def test_the_row_is_marked_the_grants_are_gone_and_the_half_goes_after_the_commit(own_databases: dict[str, str]) -> None:
    coach, client = a_person(), a_person()
    series, kept = a_key(coach, SHARED), a_key(coach)
    coach.grant(series, to=client.person, at=NOW)
    key, other = DataKey.objects.get(series=series), DataKey.objects.get(series=kept)

    with transaction.atomic():
        shredding.shred([series], NOW)
        assert DataKey.objects.get(pk=key.pk).shredded_at == NOW
        assert not KeyGrant.objects.filter(key=key).exists()
        assert len(halves.read(key.pk)) == 32

    half = Half.objects.get(pk=key.pk)
    assert (half.half, half.destroyed_at) == (None, NOW)
    assert DataKey.objects.get(pk=other.pk).shredded_at is None
    assert KeyGrant.objects.filter(key=other).count() == 1
    assert len(halves.read(other.pk)) == 32


def test_a_shredding_that_was_rolled_back_destroyed_nothing(own_databases: dict[str, str]) -> None:
    coach = a_person()
    series = a_key(coach)
    place = a_place(coach, series)
    with transaction.atomic():
        sealed = coach.seal("text", place)

    with transaction.atomic():
        shredding.shred([series], NOW)
        transaction.set_rollback(True)

    assert again(coach).open(sealed, place) == "text"
    assert shredding.finish(LATER) == 0
    assert again(coach).open(sealed, place) == "text"


def test_every_epoch_of_a_series_and_every_series_named_is_shredded() -> None:
    coach = a_person()
    one, other = a_key(coach), a_key(coach)
    second = DataKey.objects.get(series=one)
    DataKey.objects.create(series=one, epoch=2, kind=second.kind, practice=second.practice, maker=second.maker, made_at=NOW)

    shredding.shred(iter([one, other]), NOW)

    assert set(DataKey.objects.values_list("shredded_at", flat=True)) == {NOW}
    assert DataKey.objects.count() == 3


def test_shredding_again_leaves_the_first_time_standing(own_databases: dict[str, str]) -> None:
    series = a_key(a_person())
    shred(series)

    with transaction.atomic():
        shredding.shred([series, uuid4()], LATER)

    assert DataKey.objects.get().shredded_at == NOW
    assert Half.objects.get().destroyed_at == NOW


def test_shredding_nothing_does_nothing() -> None:
    shredding.shred([], NOW)
    shredding.shred([uuid4()], NOW)

    assert not connections["default"].run_on_commit


def test_shredding_takes_a_transaction(own_databases: dict[str, str]) -> None:
    series = a_key(a_person())

    with pytest.raises(TransactionManagementError):
        shredding.shred([series], NOW)

    assert DataKey.objects.get().shredded_at is None


def test_what_was_marked_and_not_finished_is_finished_by_the_worker_once(own_databases: dict[str, str]) -> None:
    coach = a_person()
    marked, kept = a_key(coach), a_key(coach)
    DataKey.objects.filter(series=marked).update(shredded_at=NOW)

    assert shredding.finish(LATER) == 1
    assert shredding.finish(LATER) == 0

    gone = Half.objects.get(pk=DataKey.objects.get(series=marked).pk)
    assert (gone.half, gone.destroyed_at) == (None, LATER)
    assert len(halves.read(DataKey.objects.get(series=kept).pk)) == 32


def test_a_half_that_came_back_from_a_backup_is_destroyed_again(own_databases: dict[str, str]) -> None:
    series = a_key(a_person())
    key = DataKey.objects.get(series=series)
    saved = sql("select half from keyring_half", alias="keyring")[0][0]
    shred(series)
    sql("update keyring_half set half = %s, destroyed_at = null", saved, alias="keyring")

    assert shredding.finish(LATER) == 1

    with pytest.raises(Closed):
        halves.read(key.pk)


def test_a_keyring_that_does_not_answer_hinders_no_shredding_and_the_worker_finishes_it(own_databases: dict[str, str]) -> None:
    series = a_key(a_person())
    keyring = connections["keyring"]
    keyring.close()
    port, keyring.settings_dict["PORT"] = keyring.settings_dict["PORT"], "1"
    host, keyring.settings_dict["HOST"] = keyring.settings_dict["HOST"], "127.0.0.1"
    try:
        shred(series)
    finally:
        keyring.close()
        keyring.settings_dict.update(PORT=port, HOST=host)

    assert DataKey.objects.get().shredded_at == NOW
    assert Half.objects.get().destroyed_at is None
    assert shredding.finish(LATER) == 1


def test_rows_of_the_main_database_put_back_from_a_backup_open_nothing(own_databases: dict[str, str]) -> None:
    coach = a_person()
    series = a_key(coach)
    place = a_place(coach, series)
    with transaction.atomic():
        sealed = coach.seal("text", place)
    grant = KeyGrant.objects.get()
    shred(series)

    sql("update vault_datakey set shredded_at = null")
    grant.save(force_insert=True)

    assert again(coach).holds(series)
    with pytest.raises(Closed, match="destroyed"):
        again(coach).open(sealed, place)
    with pytest.raises(Closed, match="destroyed"), transaction.atomic():
        again(coach).seal("text", place)


def test_halves_are_in_the_other_database_and_only_there() -> None:
    key = uuid4()
    half = halves.make(key)

    assert sql("select to_regclass('keyring_half')") == [(None,)]
    assert sql("select to_regclass('vault_datakey')", alias="keyring") == [(None,)]
    stored = bytes(sql("select half from keyring_half where key = %s", key, alias="keyring")[0][0])
    assert half not in stored
    assert halves.read(key) == half


def test_a_half_that_never_was_is_closed_and_none_is_made_twice() -> None:
    key = uuid4()
    with pytest.raises(Closed, match="destroyed"):
        halves.read(key)
    first = halves.make(key)

    with pytest.raises(IntegrityError), transaction.atomic(using="keyring"):
        halves.make(key)

    assert halves.read(key) == first


def test_destroying_counts_only_what_still_was() -> None:
    one, other = uuid4(), uuid4()
    halves.make(one)
    halves.make(other)

    assert halves.destroy([one, uuid4()], NOW) == 1
    assert halves.destroy([one, other], LATER) == 1
    assert Half.objects.get(pk=one).destroyed_at == NOW


@pytest.mark.parametrize("change", ["destroyed_at = now()", "half = null"])
def test_the_database_keeps_half_and_time_together(change: str) -> None:
    halves.make(uuid4())

    with pytest.raises(IntegrityError), transaction.atomic(using="keyring"):
        sql(f"update keyring_half set {change}", alias="keyring")
