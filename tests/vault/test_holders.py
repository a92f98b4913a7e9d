"""Who holds a key is said without opening anything, and says what opening would: a row that nobody gave is told apart."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import transaction

from tests.vault.people import COPY, NOW, OWN, PRACTICE, SHARED, a_key, a_person, again, sealed_in, sql, the_key
from vault.holders import Held, Series, held, keys_on_file
from vault.keyring import halves
from vault.models import KeyGrant
from vault.primitives import Closed
from vault.unlocked import Unlocked, public_keys


@pytest.fixture
def coach() -> Unlocked:
    return a_person()


@pytest.fixture
def reader() -> Unlocked:
    return a_person()


@pytest.fixture
def stranger() -> Unlocked:
    return a_person()


def of(series: UUID, coach: Unlocked, bound_to: bytes = b"", kind: str = SHARED) -> Held:
    return held([Series(series, kind, PRACTICE, coach.person, bound_to)])[series]


def plant(series: UUID, holder: UUID, giver: UUID, wrapped: bytes = bytes(105), signature: bytes | None = None) -> None:
    KeyGrant.objects.create(key=the_key(series), holder=holder, giver=giver, wrapped=wrapped, signature=signature, made_at=NOW)


def test_a_key_of_ones_own_is_held_by_its_maker_alone(coach):
    series = a_key(coach)

    assert of(series, coach, kind=OWN) == Held(frozenset({coach.person}), frozenset(), is_living=True)


def test_a_shared_key_is_held_by_whom_it_was_given_to(coach, reader):
    series = a_key(coach, SHARED)

    coach.grant(series, to=reader.person, at=NOW)

    assert of(series, coach).holders == {coach.person, reader.person}


def test_a_copy_is_held_by_its_one_reader_and_only_as_what_it_was_made_for(coach, reader):
    copy = coach.copy_for(reader.person, public_keys(reader.person), practice=PRACTICE, bound_to=b"this text", at=NOW)

    assert of(copy.series, coach, b"this text", COPY).holders == {reader.person}
    assert of(copy.series, coach, b"another text", COPY) == Held(frozenset(), frozenset({reader.person}), is_living=True)


def test_nobody_holds_a_key_that_is_not_there(coach):
    assert of(uuid4(), coach) == Held()


@pytest.mark.parametrize("kind", [OWN, SHARED])
def test_a_row_that_somebody_wrote_is_no_hold(coach, stranger, kind):
    series = a_key(coach, kind)
    own = KeyGrant.objects.get(key__series=series)
    plant(series, stranger.person, stranger.person)
    plant(series, uuid4(), coach.person, bytes(own.wrapped), bytes(64))

    found = of(series, coach, kind=kind)

    assert found.holders == {coach.person}
    assert stranger.person in found.strays
    assert len(found.strays) == 2


CHANGES = [
    "update vault_keygrant set holder = '{stranger}' where holder = '{reader}'",
    "update vault_keygrant set wrapped = set_byte(wrapped, 9, get_byte(wrapped, 9) # 1) where holder = '{reader}'",
    "update vault_keygrant set signature = set_byte(signature, 9, get_byte(signature, 9) # 1) where holder = '{reader}'",
    "delete from vault_keygrant where holder = '{reader}'",
    "update vault_keygrant set giver = '{stranger}' where holder = '{reader}'",
    "update vault_datakey set maker = '{stranger}'",
    "update vault_datakey set kind = 'own'",
    "update vault_datakey set practice = gen_random_uuid()",
    "update vault_datakey set shredded_at = now()",
    "update vault_datakey set series = gen_random_uuid()",
    "update vault_personkeys set signing = (select signing from vault_personkeys where person = '{stranger}') where person = '{coach}'",
    "select 1",
]


@pytest.mark.parametrize("change", CHANGES)
def test_it_says_of_a_reader_what_opening_says_after_any_change(coach, reader, stranger, change):
    series = a_key(coach, SHARED)
    coach.grant(series, to=reader.person, at=NOW)
    sealed, place = sealed_in(coach, series)

    sql(change.format(coach=coach.person, reader=reader.person, stranger=stranger.person))

    for somebody in (coach, reader, stranger):
        try:
            opens = bool(again(somebody).open(sealed, place))
        except Closed:
            opens = False
        assert (somebody.person in of(series, coach).holders) is opens, change


def test_a_half_that_is_destroyed_ends_every_hold(coach, reader):
    series = a_key(coach, SHARED)
    coach.grant(series, to=reader.person, at=NOW)

    halves.destroy([the_key(series).pk], NOW)

    assert of(series, coach) == Held()


def test_keys_that_were_written_over_are_left_out(coach, reader):
    sql("update vault_personkeys set sealing = 'x' where person = %s", reader.person)

    assert set(keys_on_file([coach.person, reader.person, uuid4()])) == {coach.person}


def test_one_reader_s_keys_written_over_take_nothing_from_the_others(coach):
    """In whatever order the database finds them: whoever was written over may be the first."""
    series, readers = a_key(coach, SHARED), [a_person() for _ in range(3)]
    for reader in readers:
        coach.grant(series, to=reader.person, at=NOW)

    for damaged in readers:
        with transaction.atomic():
            sql("update vault_personkeys set sealing = 'x' where person = %s", damaged.person)
            sql("update vault_personkeys set made_at = made_at where person <> %s", damaged.person)  # behind it, as the rows lie

            found = of(series, coach)
            transaction.set_rollback(True)

        assert found.holders == {coach.person, *(reader.person for reader in readers)} - {damaged.person}
        assert found.strays == {damaged.person}


def test_three_statements_however_many_keys(coach, reader, django_assert_num_queries):
    series = [a_key(coach, SHARED) for _ in range(4)]
    for one in series:
        coach.grant(one, to=reader.person, at=NOW)

    with django_assert_num_queries(2), django_assert_num_queries(1, using="keyring"):
        found = held(Series(one, SHARED, PRACTICE, coach.person) for one in series)

    assert len(found) == 4
