"""Who may give which key: its maker alone, and only a shared one; a copy is one other person's."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.vault.people import COPY, NOW, OWN, PRACTICE, SHARED, TEXT, a_key, a_place, again, sealed_in, the_key
from vault import primitives
from vault.models import DataKey, KeyGrant
from vault.primitives import Closed
from vault.sealed import Sealed
from vault.unlocked import Copy, NotYours, Unlocked, public_keys


def a_copy(client: Unlocked, contact: Unlocked, bound_to: bytes = b"consent") -> Copy:
    public = public_keys(contact.person)
    assert public is not None
    return client.copy_for(contact.person, public, practice=PRACTICE, bound_to=bound_to, at=NOW)


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


def test_nothing_is_sealed_at_a_place_that_names_another_maker(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)

    for vault in (coach, again(coach), client_):
        with pytest.raises(Closed):
            vault.seal(TEXT, a_place(coach, series, maker=client_.person))


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


def test_a_shared_key_is_given_to_the_keys_that_are_known_and_to_no_others(coach: Unlocked, client_: Unlocked, stranger: Unlocked) -> None:
    """Keys that were put in the place of hers a moment ago are given nothing."""
    series, known = a_key(coach, SHARED), public_keys(client_.person)

    with pytest.raises(Closed, match="not the ones that are known"):
        coach.grant(series, to=client_.person, at=NOW, known=public_keys(stranger.person))
    assert not client_.holds(series)

    coach.grant(series, to=client_.person, at=NOW, known=known)

    assert client_.holds(series)


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


def test_an_epoch_that_was_shredded_is_not_given_any_more(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    first = the_key(series)
    later = a_new_epoch(coach, series, SHARED)
    DataKey.objects.filter(pk=first.pk).update(shredded_at=NOW)

    again(coach).grant(series, to=client_.person, at=NOW)

    assert list(KeyGrant.objects.filter(holder=client_.person).values_list("key", flat=True)) == [later.pk]


def test_a_new_epoch_is_given_to_who_holds_only_the_old_one(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    a_new_epoch(coach, series, SHARED)
    sealed, place = sealed_in(again(coach), series)
    with pytest.raises(Closed):
        again(client_).open(sealed, place)

    again(coach).grant(series, to=client_.person, at=NOW)

    assert again(client_).open(sealed, place) == TEXT
