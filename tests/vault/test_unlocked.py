"""An open vault opens what its person holds, gives what its person may give, and believes nothing that somebody put into the database."""

from __future__ import annotations

import copy
import pickle
import threading
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connections, transaction

from tests.vault.people import COPY, NOW, OWN, PRACTICE, SHARED, a_key, a_person, a_place, again, sql
from vault import primitives, shredding
from vault.keyring import halves
from vault.keyring.models import Half
from vault.models import DataKey, KeyGrant, PersonKeys
from vault.primitives import Closed, KeyPair
from vault.sealed import Place, Sealed
from vault.unlocked import Copy, NotYours, Opened, Unlocked, _given_place, place_digest, public_keys

TEXT = "What was said"


@pytest.fixture
def coach() -> Unlocked:
    return a_person()


@pytest.fixture
def client_() -> Unlocked:
    return a_person()


@pytest.fixture
def stranger() -> Unlocked:
    return a_person()


def sealed_in(vault: Unlocked, series: UUID, **other: object) -> tuple[Sealed, Place]:
    place = a_place(vault, series, **other)
    return vault.seal(TEXT, place), place


def the_key(series: UUID) -> DataKey:
    return DataKey.objects.get(series=series)


def a_copy(client: Unlocked, contact: Unlocked, bound_to: bytes = b"consent") -> Copy:
    public = public_keys(contact.person)
    assert public is not None
    return client.copy_for(contact.person, public, practice=PRACTICE, bound_to=bound_to, at=NOW)


def plant(key: DataKey, holder: UUID, giver: UUID, wrapped: bytes, signature: bytes | None) -> None:
    """A grant, as somebody who writes to the database would put it in."""
    statement = "insert into vault_keygrant (id, key_id, holder, giver, wrapped, signature, made_at) values (%s, %s, %s, %s, %s, %s, %s)"
    sql(statement, uuid4(), key.pk, holder, giver, wrapped, signature, NOW)


def a_new_epoch(vault: Unlocked, series: UUID, kind: str) -> DataKey:
    """A second epoch of a series, made as the first one was."""
    fresh = vault.make_key(kind=kind, practice=PRACTICE, at=NOW)
    row, wanted = the_key(fresh), the_key(series)
    secret = vault._open_grant(KeyGrant.objects.get(key=row), b"")
    row.series, row.epoch = series, wanted.epoch + 1
    row.save()
    place = primitives.context(
        "grant.own",
        primitives.context("datakey", PRACTICE.bytes, row.id.bytes, series.bytes, row.epoch, kind, vault.person.bytes),
        vault.person.bytes,
    )
    KeyGrant.objects.filter(key=row).update(wrapped=primitives.seal(vault._root_key, secret, place))
    return row


def test_an_own_key_is_its_maker_s_alone_and_nobody_gives_it(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, OWN)
    sealed, place = sealed_in(coach, series)

    assert again(coach).open(sealed, place) == TEXT
    for giver in (coach, client_):
        with pytest.raises(NotYours):
            again(giver).grant(series, to=client_.person, at=NOW)
    with pytest.raises(Closed):
        client_.open(sealed, place)
    with pytest.raises(Closed):
        client_.seal(TEXT, place)


def test_a_shared_key_works_for_both_and_either_may_seal(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    sealed, place = sealed_in(coach, series)
    with pytest.raises(Closed):
        client_.open(sealed, place)

    coach.grant(series, to=client_.person, at=NOW)

    assert client_.open(sealed, place) == TEXT
    answer, there = client_.seal("Yes", place), place
    assert again(coach).open(answer, there) == "Yes"
    assert again(client_).open(answer, there) == "Yes"


def test_only_its_maker_gives_a_shared_key(coach: Unlocked, client_: Unlocked, stranger: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)

    for giver in (client_, stranger):
        for receiver in (stranger, client_, coach):
            with pytest.raises(NotYours):
                giver.grant(series, to=receiver.person, at=NOW)

    assert KeyGrant.objects.filter(key__series=series).count() == 2


def test_giving_again_does_nothing_and_giving_to_oneself_neither(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    before = list(KeyGrant.objects.values_list("pk", "wrapped"))

    coach.grant(series, to=client_.person, at=NOW)
    coach.grant(series, to=coach.person, at=NOW)

    assert [(pk, bytes(wrapped)) for pk, wrapped in KeyGrant.objects.values_list("pk", "wrapped")] == [
        (pk, bytes(wrapped)) for pk, wrapped in before
    ]


def test_nothing_is_given_to_who_has_no_vault_and_nothing_that_is_not_there(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)

    with pytest.raises(Closed, match="not made their vault"):
        coach.grant(series, to=uuid4(), at=NOW)
    with pytest.raises(Closed, match="destroyed"):
        coach.grant(uuid4(), to=client_.person, at=NOW)
    KeyGrant.objects.filter(key__series=series).delete()
    with pytest.raises(Closed, match="no grant"):
        coach.grant(series, to=client_.person, at=NOW)


def test_a_copy_is_one_other_person_s_and_its_maker_keeps_no_grant(client_: Unlocked, stranger: Unlocked, coach: Unlocked) -> None:
    made = a_copy(client_, stranger)
    place = a_place(client_, made.series)

    sealed = made.seal(TEXT, place)

    assert stranger.open(sealed, place, bound_to=b"consent") == TEXT
    assert list(KeyGrant.objects.filter(key__series=made.series).values_list("holder", "giver")) == [(stranger.person, client_.person)]
    assert the_key(made.series).kind == COPY
    for reader in (client_, again(client_), coach):
        with pytest.raises(Closed):
            reader.open(sealed, place, bound_to=b"consent")
        assert not reader.holds(made.series)
    for giver in (client_, stranger, coach):
        with pytest.raises(NotYours):
            giver.grant(made.series, to=coach.person, at=NOW)


@pytest.mark.parametrize("bound_to", [b"", b"consen", b"consent "])
def test_a_copy_opens_only_with_what_it_was_bound_to(client_: Unlocked, stranger: Unlocked, bound_to: bytes) -> None:
    made = a_copy(client_, stranger)
    place = a_place(client_, made.series)
    sealed = made.seal(TEXT, place)

    for reader in (again(stranger), stranger):
        with pytest.raises(Closed):
            reader.open(sealed, place, bound_to=bound_to)
        assert reader.open(sealed, place, bound_to=b"consent") == TEXT
        with pytest.raises(Closed):
            reader.open(sealed, place, bound_to=bound_to)


def test_a_copy_is_made_for_the_keys_that_were_shown_and_for_somebody_else(client_: Unlocked, stranger: Unlocked, coach: Unlocked) -> None:
    shown, own = public_keys(coach.person), public_keys(client_.person)
    assert shown
    assert own

    with pytest.raises(Closed, match="not the ones that were shown"):
        client_.copy_for(stranger.person, shown, practice=PRACTICE, bound_to=b"", at=NOW)
    with pytest.raises(Closed, match="not the ones that were shown"):
        client_.copy_for(uuid4(), shown, practice=PRACTICE, bound_to=b"", at=NOW)
    with pytest.raises(NotYours, match="somebody else"):
        client_.copy_for(client_.person, own, practice=PRACTICE, bound_to=b"", at=NOW)
    with pytest.raises(NotYours, match="copy_for"):
        client_.make_key(kind=COPY, practice=PRACTICE, at=NOW)

    assert not DataKey.objects.exists()


def test_a_copy_seals_nothing_but_its_own_texts(client_: Unlocked, stranger: Unlocked) -> None:
    made, other = a_copy(client_, stranger), a_copy(client_, stranger)

    for place in (a_place(client_, other.series), a_place(stranger, made.series)):
        with pytest.raises(Closed, match="another copy"):
            made.seal(TEXT, place)
    assert other.series != made.series


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
        "id = gen_random_uuid()",
        "shredded_at = now()",
    ],
)
@pytest.mark.parametrize("holder", ["coach", "client"])
def test_a_key_changed_in_the_database_opens_nothing(coach: Unlocked, client_: Unlocked, change: str, holder: str) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    sealed, place = sealed_in(coach, series)
    reader = again(coach if holder == "coach" else client_)
    if change.startswith("id"):
        row = the_key(series)
        moved = DataKey.objects.create(series=uuid4(), kind=row.kind, practice=row.practice, maker=row.maker, made_at=NOW)
        sql("update vault_keygrant set key_id = %s", moved.pk)
        sql("update vault_datakey set series = gen_random_uuid() where id = %s", row.pk)
        sql("update vault_datakey set series = %s where id = %s", series, moved.pk)
        half = halves.read(row.pk)
        Half.objects.create(key=moved.pk, half=half)
    else:
        sql(f"update vault_datakey set {change} where series = %s", series)
    series = sql("select series from vault_datakey order by series = %s desc limit 1", series)[0][0]
    epoch, maker = sql("select epoch, maker from vault_datakey where series = %s", series)[0]
    stored = epoch.to_bytes(4, "big") + sealed.stored()[4:]

    for claimed in (place, replace(place, maker=maker, series=series)):
        for held in (sealed, Sealed(stored)):
            with pytest.raises(Closed):
                again(reader).open(held, claimed)
    with pytest.raises(Closed):
        again(reader).seal(TEXT, replace(place, maker=maker, series=series))


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


def test_each_epoch_has_its_key_and_sealing_takes_the_newest(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    first, place = sealed_in(coach, series)
    later = a_new_epoch(coach, series, SHARED)

    second = again(coach).seal(TEXT, place)

    assert (first.stored()[:4], second.stored()[:4]) == (b"\0\0\0\1", b"\0\0\0\2")
    coach = again(coach)
    assert coach.open(first, place) == coach.open(second, place) == TEXT
    for mixed in (b"\0\0\0\2" + first.stored()[4:], b"\0\0\0\1" + second.stored()[4:], b"\0\0\0\3" + second.stored()[4:]):
        with pytest.raises(Closed):
            coach.open(Sealed(mixed), place)
    coach.grant(series, to=client_.person, at=NOW)
    assert client_.open(first, place) == client_.open(second, place) == TEXT
    DataKey.objects.filter(pk=later.pk).update(shredded_at=NOW)
    assert again(coach).seal(TEXT, place).stored()[:4] == b"\0\0\0\1"


def test_a_new_epoch_is_given_to_who_holds_only_the_old_one(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    a_new_epoch(coach, series, SHARED)
    sealed, place = sealed_in(again(coach), series)
    with pytest.raises(Closed):
        again(client_).open(sealed, place)

    again(coach).grant(series, to=client_.person, at=NOW)

    assert again(client_).open(sealed, place) == TEXT


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
