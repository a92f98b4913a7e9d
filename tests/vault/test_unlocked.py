"""An open vault opens what its person holds, for one request, and waits for no shredding to pass it by."""

from __future__ import annotations

import copy
import pickle
import threading
from uuid import uuid4

import pytest
from django.db import connections, transaction

from tests.vault.people import NOW, OWN, PRACTICE, SHARED, TEXT, a_key, a_person, a_place, again, sealed_in, sql, the_key
from vault import primitives, shredding
from vault.keyring import halves
from vault.keyring.models import Half
from vault.models import DataKey, KeyGrant
from vault.primitives import Closed
from vault.sealed import Sealed
from vault.unlocked import Copy, Destroyed, Opened, Unlocked, public_keys, public_keys_of


def a_copy(client: Unlocked, contact: Unlocked, bound_to: bytes = b"consent") -> Copy:
    public = public_keys(contact.person)
    assert public is not None
    return client.copy_for(contact.person, public, practice=PRACTICE, bound_to=bound_to, at=NOW)


def test_without_its_half_a_key_opens_nothing(coach: Unlocked) -> None:
    series = a_key(coach)
    sealed, place = sealed_in(coach, series)
    Half.objects.filter(pk=the_key(series).pk).delete()

    with pytest.raises(Closed, match="destroyed"):
        again(coach).open(sealed, place)
    with pytest.raises(Closed):
        again(coach).seal(TEXT, place)


def test_another_half_opens_nothing(coach: Unlocked) -> None:
    series = a_key(coach)
    sealed, place = sealed_in(coach, series)
    row = Half.objects.get(pk=the_key(series).pk)
    row.half = primitives.random_key()
    row.save()

    with pytest.raises(Closed):
        again(coach).open(sealed, place)


def test_without_its_secret_the_half_opens_nothing(coach: Unlocked) -> None:
    """What the instance knows of a key gives no key: it takes the secret as well, and all of it."""
    series = a_key(coach)
    key, opened = the_key(series), coach._open_key(series, 1, coach.person, b"")
    half, secret = halves.read(key.pk), coach._open_grant(KeyGrant.objects.get(), b"")

    assert Unlocked._derive(key, secret, half).key == opened.key
    assert len({Unlocked._derive(key, s, h).key for s in (secret, bytes(32)) for h in (half, bytes(32))}) == 4


def test_a_shredded_key_neither_opens_nor_seals_in_the_next_request(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    sealed, place = sealed_in(coach, series)
    assert coach.holds(series)

    shredding.shred([series], NOW)

    for reader in (coach, client_):
        assert not reader.holds(series)
        with pytest.raises(Closed):
            again(reader).open(sealed, place)
        with pytest.raises(Closed, match="destroyed"):
            reader.seal(TEXT, place)
        with pytest.raises(Closed):
            coach.grant(series, to=reader.person, at=NOW)


def test_holding_is_per_person_and_per_key(coach: Unlocked, client_: Unlocked) -> None:
    series, other = a_key(coach, SHARED), a_key(coach)
    coach.grant(series, to=client_.person, at=NOW)

    assert (coach.holds(series), coach.holds(other), client_.holds(series), client_.holds(other)) == (True, True, True, False)
    DataKey.objects.filter(series=series).update(shredded_at=NOW)
    assert not coach.holds(series)


def test_what_was_never_given_is_not_said_to_be_destroyed(coach: Unlocked, client_: Unlocked) -> None:
    """Whoever waits for their key is told to wait, and whose text is gone for ever is told that: whatever other keys were destroyed."""
    series, gone = a_key(coach, SHARED), a_key(coach, SHARED)
    sealed, place = sealed_in(coach, series)
    lost, there = sealed_in(coach, gone)
    kept, elsewhere = sealed_in(coach, a_key(coach, SHARED))
    shredding.shred([gone], NOW)
    coach.new_epoch(series, NOW)
    later = again(coach).seal(TEXT, place)
    shredding.shred_before(series, 2, NOW)

    for value, where, destroyed in ((kept, elsewhere, False), (later, place, False), (sealed, place, True), (lost, there, True)):
        with pytest.raises(Closed) as no:
            client_.open(value, where)
        assert isinstance(no.value, Destroyed) is destroyed


def test_only_a_key_of_which_no_epoch_is_left_is_said_to_be_destroyed(coach: Unlocked, client_: Unlocked) -> None:
    series, gone = a_key(coach, SHARED), a_key(coach, SHARED)
    coach.new_epoch(series, NOW)
    shredding.shred_before(series, 2, NOW)
    shredding.shred([gone], NOW)

    client_.check_not_destroyed(series)
    client_.check_not_destroyed(uuid4())
    with pytest.raises(Destroyed):
        client_.check_not_destroyed(gone)


def test_nothing_is_kept_from_one_request_to_the_next(coach: Unlocked) -> None:
    series = a_key(coach)
    sealed, place = sealed_in(coach, series)
    first, second = again(coach), again(coach)
    assert first.open(sealed, place) == TEXT

    halves.destroy([the_key(series).pk], NOW)

    assert first.open(sealed, place) == TEXT  # the same request, which had opened it
    with pytest.raises(Closed):
        second.open(sealed, place)


def test_an_open_vault_and_an_open_key_show_nothing_and_are_not_stored(coach: Unlocked, client_: Unlocked) -> None:
    made = a_copy(coach, client_)
    key = Opened(1, b"k" * 32)

    assert (repr(coach), str(coach), f"{key}") == (f"Unlocked({coach.person})", f"Unlocked({coach.person})", "Opened(…)")
    for shown in (repr(made), repr(key), repr([coach, made])):
        assert "Opened(…)" in shown
        assert repr(coach._root_key)[2:-1] not in shown
    for thing in (coach, made, key):
        for way in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError, match="not stored and not passed on"):
                way(thing)


def test_a_signature_names_its_purpose_and_all_its_fields(coach: Unlocked) -> None:
    public = public_keys(coach.person)
    assert public

    signature = coach.sign("consent", b"a", 1)

    primitives.check_signature(public, primitives.context("signed.consent", b"a", 1), signature)
    for other in (
        primitives.context("signed.grant", b"a", 1),
        primitives.context("consent", b"a", 1),
        primitives.context("signed.consent", b"a"),
    ):
        with pytest.raises(Closed):
            primitives.check_signature(public, other, signature)


def test_who_has_no_vault_has_no_public_keys() -> None:
    assert public_keys(uuid4()) is None


def test_the_public_keys_of_several_are_those_of_each_and_of_nobody_else(coach: Unlocked, client_: Unlocked, stranger: Unlocked) -> None:
    found = public_keys_of({coach.person, client_.person, uuid4()})

    assert found == {vault.person: vault.pair().public for vault in (coach, client_)}


def test_a_key_is_made_half_first_in_the_other_database(coach: Unlocked) -> None:
    series = a_key(coach)

    key = the_key(series)

    assert (key.maker, key.kind, key.epoch, key.practice, key.made_at) == (coach.person, OWN, 1, PRACTICE, NOW)
    assert len(halves.read(key.pk)) == 32
    assert sql("select count(*) from keyring_half where key = %s", key.pk, alias="keyring") == [(1,)]


def in_a_thread(run: object) -> tuple[threading.Thread, list[object]]:
    """Run in a thread of its own, with connections of its own; what it returned or raised is in the list."""
    found: list[object] = []

    def act() -> None:
        try:
            found.append(run())  # type: ignore[operator]
        except Exception as no:
            found.append(no)
        finally:
            connections.close_all()

    thread = threading.Thread(target=act)
    thread.start()
    return thread, found


def test_sealing_waits_for_a_shredding_and_then_refuses(own_databases: dict[str, str]) -> None:
    coach = a_person()
    series = a_key(coach)
    place = a_place(coach, series)

    def seal() -> Sealed:
        with transaction.atomic():
            return coach.seal(TEXT, place)

    with transaction.atomic():
        shredding.shred([series], NOW)
        thread, found = in_a_thread(seal)
        thread.join(0.4)
        assert thread.is_alive()
        assert not found
    thread.join(20)

    assert isinstance(found[0], Closed)


def test_a_shredding_waits_for_who_is_sealing(own_databases: dict[str, str]) -> None:
    coach = a_person()
    series = a_key(coach)

    def shred() -> None:
        with transaction.atomic():
            shredding.shred([series], NOW)

    with transaction.atomic():
        coach.seal(TEXT, a_place(coach, series))
        thread, found = in_a_thread(shred)
        thread.join(0.4)
        assert thread.is_alive()
    thread.join(20)

    assert found == [None]
    assert the_key(series).shredded_at == NOW


def test_two_who_seal_do_not_wait_for_each_other(own_databases: dict[str, str]) -> None:
    coach = a_person()
    series = a_key(coach)

    def seal() -> Sealed:
        with transaction.atomic():
            return coach.seal(TEXT, a_place(coach, series))

    with transaction.atomic():
        coach.seal(TEXT, a_place(coach, series))
        thread, found = in_a_thread(seal)
        thread.join(20)
        assert isinstance(found[0], Sealed)


def test_a_key_whose_row_was_rolled_back_leaves_only_a_half(own_databases: dict[str, str]) -> None:
    coach = a_person()

    with transaction.atomic():
        a_key(coach)
        transaction.set_rollback(True)

    assert not DataKey.objects.exists()
    assert Half.objects.count() == 1
