"""What an earlier version stored opens with this one: nothing of what a place is made of may ever change, or every vault is shut for good.

Each row is put together here as docs and design say, from the primitives alone.
"""

from __future__ import annotations

import base64
import hashlib
from uuid import UUID, uuid4

import pytest

from tests.vault.people import COPY, NOW, OWN, PRACTICE, SHARED, TEXT, a_place, again
from vault import slots
from vault.keyring import halves
from vault.models import DataKey, KeyGrant, PersonKeys, Slot
from vault.primitives import FLOOR, KeyPair, check_signature, context, derive, pad, random_key, seal, stretch, wrap
from vault.sealed import Place, Sealed
from vault.unlocked import Unlocked, make_vault, public_keys

ROOT, SALT, PASSPHRASE, CREDENTIAL = bytes(range(32)), b"s" * 16, "six plain words make a vault", b"the phone's credential"
NO_COST = (0, 0, 0)


def stored_slot(person: UUID, kind: str, slot: UUID, key: bytes, place: bytes, **other: object) -> None:
    Slot.objects.create(id=slot, person=person, kind=kind, salt=SALT, root_key=seal(key, ROOT, place), made_at=NOW, **other)


def test_a_passphrase_opens_what_it_closed_with_an_earlier_version() -> None:
    person, slot = uuid4(), uuid4()
    place = context("slot", slot.bytes, person.bytes, "passphrase", SALT, FLOOR.memory, FLOOR.passes, FLOOR.lanes)
    cost = {"memory": FLOOR.memory, "passes": FLOOR.passes, "lanes": FLOOR.lanes}
    stored_slot(person, "passphrase", slot, stretch(PASSPHRASE, SALT, FLOOR), place, **cost)

    assert slots.open_with_passphrase(person, PASSPHRASE) == ROOT


def test_the_printed_recovery_code_of_an_earlier_version_opens() -> None:
    person, slot, raw = uuid4(), uuid4(), bytes(range(20))
    place = context("slot", slot.bytes, person.bytes, "recovery", SALT, *NO_COST)
    stored_slot(person, "recovery", slot, derive(raw, place), place)

    assert slots.open_with_recovery(person, base64.b32encode(raw).decode()) == ROOT


def test_a_passkey_opens_what_it_closed_with_an_earlier_version() -> None:
    person, slot, secret = uuid4(), uuid4(), bytes(range(1, 33))
    place = context("slot", slot.bytes, person.bytes, "passkey", SALT, *NO_COST, CREDENTIAL)
    stored_slot(person, "passkey", slot, derive(secret, place), place, credential=hashlib.sha256(CREDENTIAL).digest())

    assert slots.passkey_salts(person, [CREDENTIAL]) == {CREDENTIAL: SALT}
    assert slots.open_with_passkey(person, CREDENTIAL, secret) == ROOT


def a_stored_person() -> tuple[Unlocked, KeyPair]:
    """Somebody whose vault an earlier version made, and their private keys."""
    person, root, seed = uuid4(), random_key(), KeyPair.new_seed()
    public, private = KeyPair(seed).public, seal(root, seed, context("person", person.bytes))
    PersonKeys.objects.create(person=person, sealing=public.sealing, signing=public.signing, private=private, made_at=NOW)
    return Unlocked(person, root), KeyPair(seed)


def a_stored_key(maker: UUID, kind: str) -> tuple[DataKey, bytes, bytes, bytes]:
    """A key that an earlier version made: its row, its context, its secret, and what it seals with."""
    key, secret = DataKey.objects.create(series=uuid4(), kind=kind, practice=PRACTICE, maker=maker, made_at=NOW), random_key()
    place = context("datakey", PRACTICE.bytes, key.id.bytes, key.series.bytes, 1, kind, maker.bytes)
    return key, place, secret, derive(secret + halves.make(key.id), place)


def a_stored_text(vault: Unlocked, key: DataKey, seals: bytes) -> tuple[Sealed, Place]:
    place = a_place(vault, key.series)
    return Sealed(b"\0\0\0\1" + seal(seals, pad(TEXT.encode()), place.context(1))), place


@pytest.mark.parametrize("kind", [OWN, SHARED])
def test_a_text_of_an_earlier_version_opens_for_its_maker(kind: str) -> None:
    coach, _pair = a_stored_person()
    key, named, secret, seals = a_stored_key(coach.person, kind)
    wrapped = seal(coach._root_key, secret, context("grant.own", named, coach.person.bytes))
    KeyGrant.objects.create(key=key, holder=coach.person, giver=coach.person, wrapped=wrapped, made_at=NOW)
    sealed, place = a_stored_text(coach, key, seals)

    assert coach.open(sealed, place) == TEXT


@pytest.mark.parametrize(("kind", "bound_to"), [(SHARED, b""), (COPY, b"this consent and this text")])
def test_what_an_earlier_version_gave_opens_for_who_was_given_it(kind: str, bound_to: bytes) -> None:
    (coach, signs), (reader, pair) = a_stored_person(), a_stored_person()
    key, named, secret, seals = a_stored_key(coach.person, kind)
    place = context("grant.given", named, coach.person.bytes, reader.person.bytes, pair.public.fingerprint(), bound_to)
    wrapped = wrap(secret, pair.public, place)
    signature = signs.sign(context("signed.grant", hashlib.sha256(place).digest(), wrapped))
    KeyGrant.objects.create(key=key, holder=reader.person, giver=coach.person, wrapped=wrapped, signature=signature, made_at=NOW)
    sealed, there = a_stored_text(coach, key, seals)

    assert reader.open(sealed, there, bound_to=bound_to) == TEXT


def test_a_vault_made_now_stands_as_an_earlier_version_would_have_put_it() -> None:
    slot, key = uuid4(), random_key()
    vault = make_vault(uuid4(), slots.Stretched(slot, SALT, FLOOR, key), NOW)
    row, way, public = PersonKeys.objects.get(), Slot.objects.get(), public_keys(vault.person)
    assert public

    assert (way.id, way.person, way.kind, way.made_at, row.made_at) == (slot, vault.person, "passphrase", NOW, NOW)
    assert (way.memory, way.passes, way.lanes) == (FLOOR.memory, FLOOR.passes, FLOOR.lanes)
    check_signature(public, context("signed.consent", b"x"), again(vault).sign("consent", b"x"))
