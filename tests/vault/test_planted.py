"""An open vault believes nothing that somebody put into the database."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.vault.people import NOW, OWN, SHARED, TEXT, a_key, a_place, again, sealed_in, sql, the_key
from vault import primitives
from vault.models import DataKey, KeyGrant, PersonKeys
from vault.primitives import Closed, KeyPair
from vault.sealed import Sealed
from vault.unlocked import NotYours, Unlocked, _given_place, _key_context, place_digest, public_keys


def plant(key: DataKey, holder: UUID, giver: UUID, wrapped: bytes, signature: bytes | None) -> None:
    """A grant, as somebody who writes to the database would put it in."""
    statement = "insert into vault_keygrant (id, key_id, holder, giver, wrapped, signature, made_at) values (%s, %s, %s, %s, %s, %s, %s)"
    sql(statement, uuid4(), key.pk, holder, giver, wrapped, signature, NOW)


def test_a_grant_that_somebody_else_signed_is_refused(coach: Unlocked, client_: Unlocked, stranger: Unlocked) -> None:
    """Whoever writes to the database makes a key that they know and says that the coach gave it."""
    series = a_key(coach, SHARED)
    key, mine = the_key(series), public_keys(client_.person)
    assert mine
    for giver in (stranger.person, coach.person):
        place = _given_place(key, giver, client_.person, mine, b"")
        wrapped = primitives.wrap(b"a key they know" + bytes(17), mine, place)
        for signature in (stranger.sign("grant", place_digest(place), wrapped), b"", bytes(64)):
            plant(key, client_.person, giver, wrapped, signature)
            for refused in (
                lambda: client_.open(Sealed(b"\0\0\0\1" + bytes(90)), a_place(coach, series)),
                lambda: client_.seal(TEXT, a_place(coach, series)),
            ):
                with pytest.raises(Closed) as no:
                    refused()
                assert isinstance(no.value, NotYours) is (giver == stranger.person)
            sql("delete from vault_keygrant where holder = %s", client_.person)


def test_a_grant_on_an_own_key_is_refused_even_with_a_true_signature(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, OWN)
    key, mine = the_key(series), public_keys(client_.person)
    assert mine
    place = _given_place(key, coach.person, client_.person, mine, b"")
    wrapped = primitives.wrap(coach._open_grant(KeyGrant.objects.get(key=key), b""), mine, place)
    plant(key, client_.person, coach.person, wrapped, coach.sign("grant", place_digest(place), wrapped))
    sealed, there = sealed_in(coach, series)

    with pytest.raises(NotYours):
        client_.open(sealed, there)


def test_what_looks_like_one_s_own_grant_is_not_believed(coach: Unlocked, client_: Unlocked) -> None:
    """A grant that says giver and holder are the same person opens under their root key or not at all."""
    series = a_key(coach, SHARED)
    key = the_key(series)
    plant(key, client_.person, client_.person, bytes(105), None)
    with pytest.raises(NotYours):
        client_.open(Sealed(b"\0\0\0\1" + bytes(90)), a_place(coach, series))

    sql("update vault_datakey set maker = %s where series = %s", client_.person, series)
    with pytest.raises(Closed):
        client_.open(Sealed(b"\0\0\0\1" + bytes(90)), a_place(client_, series))
    own = KeyGrant.objects.get(holder=coach.person)
    sql("update vault_keygrant set wrapped = %s where holder = %s", bytes(own.wrapped), client_.person)
    with pytest.raises(Closed):
        client_.seal(TEXT, a_place(client_, series))


@pytest.mark.parametrize(
    "change",
    [
        "practice = gen_random_uuid()",
        "epoch = 2",
        "kind = 'own'",
        "kind = 'copy'",
        "maker = gen_random_uuid()",
        "series = gen_random_uuid()",
        "shredded_at = now()",
    ],
)
@pytest.mark.parametrize("holder", ["coach", "client_"])
def test_a_key_changed_in_the_database_opens_nothing(coach: Unlocked, client_: Unlocked, change: str, holder: str) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    sealed, place = sealed_in(coach, series)
    reader = {"coach": coach, "client_": client_}[holder]

    sql(f"update vault_datakey set {change} where series = %s", series)

    epoch, maker, series = sql("select epoch, maker, series from vault_datakey")[0]
    claimed, renumbered = replace(place, maker=maker, series=series), Sealed(epoch.to_bytes(4, "big") + sealed.stored()[4:])
    for there in (place, claimed):
        for held in (sealed, renumbered):
            with pytest.raises(Closed):
                again(reader).open(held, there)
    with pytest.raises(Closed):
        again(reader).seal(TEXT, claimed)


def test_the_context_of_a_key_names_everything_but_its_times() -> None:
    names = ["practice", "id", "series", "epoch", "kind", "maker"]
    one = {name: uuid4() for name in names} | {"epoch": 1, "kind": OWN}
    other = {name: uuid4() for name in names} | {"epoch": 2, "kind": SHARED}

    contexts = {_key_context(DataKey(**(one | {name: other[name]})), "datakey") for name in names}

    assert len(contexts | {_key_context(DataKey(**one), "datakey"), _key_context(DataKey(**one), "other")}) == len(names) + 2


@pytest.mark.parametrize("change", ["wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1)", "holder = '{stranger}'", "wrapped = ''"])
def test_a_grant_changed_in_the_database_opens_nothing(coach: Unlocked, client_: Unlocked, stranger: Unlocked, change: str) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    sealed, place = sealed_in(coach, series)

    sql(f"update vault_keygrant set {change.format(stranger=stranger.person)} where holder = %s", client_.person)

    for reader in (client_, stranger):
        with pytest.raises(Closed):
            reader.open(sealed, place)


def test_a_signature_cut_out_or_changed_is_refused(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    sealed, place = sealed_in(coach, series)

    sql("update vault_keygrant set signature = set_byte(signature, 5, get_byte(signature, 5) # 1) where holder = %s", client_.person)
    with pytest.raises(Closed):
        again(client_).open(sealed, place)
    sql("update vault_keygrant set signature = '' where holder = %s", client_.person)
    with pytest.raises(Closed):
        again(client_).open(sealed, place)
    with pytest.raises(IntegrityError), transaction.atomic():
        sql("update vault_keygrant set signature = null where holder = %s", client_.person)


def test_the_giver_of_a_grant_cannot_be_changed(coach: Unlocked, client_: Unlocked, stranger: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    sealed, place = sealed_in(coach, series)

    sql("update vault_keygrant set giver = %s where holder = %s", stranger.person, client_.person)

    with pytest.raises(NotYours):
        client_.open(sealed, place)


def test_a_public_key_put_in_the_place_of_another_is_refused(coach: Unlocked, client_: Unlocked, stranger: Unlocked) -> None:
    """Neither the bytes of one's own key, nor another person's encrypted ones, nor their whole row."""
    series = a_key(coach, SHARED)
    mine = KeyPair(KeyPair.new_seed()).public
    saved = sql("select sealing, signing, private from vault_personkeys where person = %s", client_.person)[0]
    hers = sql("select sealing, signing, private from vault_personkeys where person = %s", stranger.person)[0]

    for sealing, signing, private in [
        (mine.sealing, mine.signing, saved[2]),
        (mine.sealing, saved[1], saved[2]),
        (hers[0], saved[1], saved[2]),
        (saved[0], hers[1], saved[2]),
        hers,
    ]:
        sql(
            "update vault_personkeys set sealing = %s, signing = %s, private = %s where person = %s",
            sealing,
            signing,
            private,
            client_.person,
        )
        with pytest.raises(Closed):
            coach.grant(series, to=client_.person, at=NOW)
        with pytest.raises(Closed):
            again(client_).sign("x")

    assert KeyGrant.objects.count() == 1


def test_private_keys_put_in_the_place_of_others_open_nothing(client_: Unlocked, stranger: Unlocked) -> None:
    sql(
        "update vault_personkeys set private = (select private from vault_personkeys where person = %s) where person = %s",
        stranger.person,
        client_.person,
    )

    with pytest.raises(Closed):
        client_.pair()


def test_public_keys_on_file_that_are_not_this_person_s_are_noticed(client_: Unlocked) -> None:
    row = PersonKeys.objects.get(pk=client_.person)
    row.signing = KeyPair(KeyPair.new_seed()).public.signing
    row.save()
    with pytest.raises(Closed, match="on file"):
        again(client_).pair()
    PersonKeys.objects.all().delete()
    with pytest.raises(Closed, match="gone"):
        again(client_).pair()


def test_a_changed_public_key_of_the_receiver_opens_no_old_grant(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    sealed, place = sealed_in(coach, series)
    seed = KeyPair.new_seed()
    row, public = PersonKeys.objects.get(pk=client_.person), KeyPair(seed).public
    row.sealing, row.signing = public.sealing, public.signing
    row.private = primitives.seal(client_._root_key, seed, primitives.context("person", client_.person.bytes))
    row.save()

    with pytest.raises(Closed):
        again(client_).open(sealed, place)


def test_a_giver_without_keys_is_not_believed(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    sealed, place = sealed_in(coach, series)
    PersonKeys.objects.filter(pk=coach.person).delete()

    with pytest.raises(Closed, match="giver has no keys"):
        client_.open(sealed, place)


def test_the_place_of_a_given_grant_names_everything(coach: Unlocked, client_: Unlocked) -> None:
    key, public, other = the_key(a_key(coach)), public_keys(client_.person), public_keys(coach.person)
    assert public
    assert other
    person = uuid4()
    places = {
        _given_place(key, coach.person, person, public, b""),
        _given_place(the_key(a_key(coach)), coach.person, person, public, b""),
        _given_place(key, client_.person, person, public, b""),
        _given_place(key, coach.person, uuid4(), public, b""),
        _given_place(key, coach.person, person, other, b""),
        _given_place(key, coach.person, person, public, b"consent"),
    }

    assert len(places) == 6
    assert len({place_digest(place) for place in places}) == 6
