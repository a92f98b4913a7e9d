"""A passkey's slot opens with what that passkey answers, for that person alone; several passkeys have several slots, and the other ways stay."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vault.people import NOW, a_person, again, sql
from tests.vault.test_slots import RIGHT, ROOT, quick
from vault import slots
from vault.models import Slot
from vault.primitives import Closed

PHONE, KEY = b"the phone's credential", b"the blue key's credential"
SECRET, OTHER = bytes(range(32)), bytes(range(1, 33))


@pytest.fixture
def person() -> UUID:
    """Somebody with a passphrase, and a phone that opens too."""
    person = uuid4()
    slots.set_passphrase(person, ROOT, quick(RIGHT), NOW)
    slots.set_passkey(person, ROOT, PHONE, slots.new_salt(), SECRET, NOW)
    return person


def opens(person: UUID, credential: bytes = PHONE, secret: bytes = SECRET) -> bool:
    with suppress(Closed):
        return slots.open_with_passkey(person, credential, secret) == ROOT
    return False


def test_it_opens_with_its_secret_and_leaves_the_passphrase_alone(person: UUID) -> None:
    assert opens(person)
    assert slots.open_with_passphrase(person, RIGHT) == ROOT


def test_another_person_another_passkey_and_another_secret_open_nothing(person: UUID) -> None:
    other = uuid4()
    slots.set_passkey(other, ROOT[::-1], KEY, slots.new_salt(), OTHER, NOW)

    assert not opens(other)
    assert not opens(other, PHONE, OTHER)
    assert not opens(person, KEY)
    assert not opens(person, secret=OTHER)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_secret_that_is_not_32_bytes_opens_and_closes_nothing(person: UUID, length: int) -> None:
    secret = bytes(length)

    assert not opens(person, secret=secret)
    with pytest.raises(Closed, match="secret"):
        slots.set_passkey(person, ROOT, KEY, slots.new_salt(), secret, NOW)


@pytest.mark.parametrize(
    "change",
    [
        "salt = decode(repeat('ab', 32), 'hex')",
        "id = gen_random_uuid()",
        "person = gen_random_uuid()",
        "credential = sha256('another')",
    ],
)
def test_a_slot_changed_in_the_database_opens_nothing(person: UUID, change: str) -> None:
    sql(f"update vault_slot set {change} where kind = 'passkey'")
    now = sql("select person from vault_slot where kind = 'passkey'")[0][0]

    assert not opens(now)
    assert not opens(now, b"another")


def test_a_passkey_slot_moved_to_another_passkey_or_another_kind_opens_nothing(person: UUID) -> None:
    slots.set_passkey(person, ROOT, KEY, slots.new_salt(), OTHER, NOW)
    taken = sql("select salt, root_key from vault_slot where credential = sha256(%s)", PHONE)[0]

    sql("update vault_slot set salt = %s, root_key = %s where credential = sha256(%s)", *taken, KEY)
    assert not opens(person, KEY)
    sql("delete from vault_slot where credential = sha256(%s)", KEY)
    sql("update vault_slot set salt = %s, root_key = %s where kind = 'passphrase'", *taken)
    with pytest.raises(Closed):
        slots.open_with_passphrase(person, RIGHT)
    sql("delete from vault_slot where kind = 'passkey'")
    sql("update vault_slot set kind = 'recovery' where kind = 'passphrase'")
    with pytest.raises(Closed):
        slots.open_with_recovery(person, slots.new_recovery_code())


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_byte_flipped_closes_it(person: UUID, data: Any) -> None:
    row = Slot.objects.get(person=person, kind=Slot.Kind.PASSKEY)
    column = data.draw(st.sampled_from(["salt", "root_key", "secret", "credential"]))
    kept = {"secret": SECRET, "credential": PHONE}.get(column) or bytes(sql(f"select {column} from vault_slot where id = %s", row.pk)[0][0])
    place, bit = data.draw(st.integers(0, len(kept) - 1)), data.draw(st.sampled_from([1, 2, 4, 8, 16, 32, 64, 128]))
    changed = kept[:place] + bytes([kept[place] ^ bit]) + kept[place + 1 :]

    if column in {"secret", "credential"}:
        assert not opens(person, **{column: changed})
    else:
        with transaction.atomic():
            sql(f"update vault_slot set {column} = %s where id = %s", changed, row.pk)
            assert not opens(person)
            transaction.set_rollback(True)
    assert opens(person)


@given(secret=st.binary(min_size=32, max_size=32), credential=st.binary(min_size=1, max_size=200))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_passkey_answers_opens_what_it_closed(secret: bytes, credential: bytes) -> None:
    person = uuid4()
    slots.set_passkey(person, ROOT, credential, slots.new_salt(), secret, NOW)

    assert opens(person, credential, secret)
    assert opens(person, credential, OTHER) is (secret == OTHER)


def test_each_passkey_has_its_own_slot_and_its_own_salt(person: UUID) -> None:
    slots.set_passkey(person, ROOT, KEY, slots.new_salt(), OTHER, NOW)
    salts = slots.passkey_salts(person, [PHONE, KEY, b"one without a slot"])

    assert salts.keys() == {PHONE, KEY}
    assert len({*salts.values()}) == 2
    assert {len(salt) for salt in salts.values()} == {32}
    assert opens(person)
    assert opens(person, KEY, OTHER)


def test_a_slot_of_the_same_name_with_another_person_does_not_change_what_a_passkey_is_asked(person: UUID) -> None:
    """Whoever names somebody's passkey as their own would keep it from opening: it answers to its own salt alone."""
    other, theirs = uuid4(), slots.new_salt()
    before = slots.passkey_salts(person, [PHONE])

    slots.set_passkey(other, ROOT[::-1], PHONE, theirs, OTHER, NOW)

    assert slots.passkey_salts(person, [PHONE]) == before
    assert slots.passkey_salts(other, [PHONE]) == {PHONE: theirs}


def test_a_new_slot_of_a_passkey_takes_the_place_of_the_one_before(person: UUID) -> None:
    slots.set_passkey(person, ROOT, PHONE, slots.new_salt(), OTHER, NOW)

    assert not opens(person)
    assert opens(person, secret=OTHER)
    assert Slot.objects.filter(person=person, kind=Slot.Kind.PASSKEY).count() == 1


def test_taking_one_away_leaves_every_other_way(person: UUID) -> None:
    other, code = uuid4(), slots.new_recovery_code()
    slots.set_recovery(person, ROOT, code, NOW)
    slots.set_passkey(person, ROOT, KEY, slots.new_salt(), OTHER, NOW)
    slots.set_passkey(other, ROOT, PHONE, slots.new_salt(), SECRET, NOW)

    assert slots.drop_passkey(person, PHONE)
    assert not slots.drop_passkey(person, PHONE)
    assert not opens(person)
    assert opens(person, KEY, OTHER)
    assert opens(other)
    slots.drop_passkeys(person)
    assert not opens(person, KEY, OTHER)
    assert opens(other)
    assert slots.open_with_passphrase(person, RIGHT) == slots.open_with_recovery(person, code) == ROOT


def test_a_new_passphrase_leaves_the_passkey_s_slot(person: UUID) -> None:
    slots.set_passphrase(person, ROOT, quick("another"), NOW)

    assert opens(person)


def test_the_vault_that_a_passkey_opens_is_the_same_vault() -> None:
    vault = a_person()

    vault.set_passkey(PHONE, slots.new_salt(), SECRET, NOW)

    assert slots.open_with_passkey(vault.person, PHONE, SECRET) == again(vault)._root_key


@pytest.mark.parametrize(
    "change",
    [
        "insert into vault_slot (id, person, kind, salt, root_key, made_at) select gen_random_uuid(), person, 'passphrase', salt, root_key, made_at from vault_slot",
        "insert into vault_slot (id, person, kind, salt, credential, root_key, made_at) select gen_random_uuid(), person, kind, salt, credential, root_key, made_at from vault_slot where kind = 'passkey'",
        "update vault_slot set credential = null where kind = 'passkey'",
        "update vault_slot set credential = 'x' where kind = 'passphrase'",
    ],
)
def test_the_database_keeps_one_slot_for_each_and_passkeys_named(person: UUID, change: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(change)
