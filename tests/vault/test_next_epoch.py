"""The next epoch of a key is made from its own newest one, and is given to whoever truly holds that, whatever became of the others."""

from __future__ import annotations

from tests.vault.people import NOW, SHARED, TEXT, a_key, a_place, again
from vault.models import DataKey, PersonKeys
from vault.unlocked import Unlocked


def test_the_epochs_of_one_key_are_not_counted_with_those_of_another(coach: Unlocked) -> None:
    series, other = a_key(coach), a_key(coach)
    for _ in range(3):
        coach.new_epoch(other, NOW)

    assert coach.new_epoch(series, NOW) == 2

    assert again(coach).seal(TEXT, a_place(coach, series)).stored()[:4] == b"\0\0\0\2"


def test_who_makes_the_next_epoch_seals_with_it_at_once(coach: Unlocked) -> None:
    series = a_key(coach)
    coach.new_epoch(series, NOW)

    place = a_place(coach, series)
    sealed = coach.seal(TEXT, place)

    assert coach.open(sealed, place) == again(coach).open(sealed, place) == TEXT


def test_a_shared_key_stays_one_in_every_epoch_and_is_still_given(coach: Unlocked, client_: Unlocked, stranger: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)

    coach.new_epoch(series, NOW)
    coach.new_epoch(series, NOW)
    coach.grant(series, to=stranger.person, at=NOW)

    place = a_place(coach, series)
    sealed = again(coach).seal(TEXT, place)
    assert sealed.stored()[:4] == b"\0\0\0\3"
    for reader in (coach, client_, stranger):
        assert again(reader).open(sealed, place) == TEXT
    assert set(DataKey.objects.filter(series=series).values_list("kind", flat=True)) == {SHARED}


def test_a_reader_whose_keys_are_gone_keeps_nobody_from_the_next_epoch(coach: Unlocked, client_: Unlocked, stranger: Unlocked) -> None:
    series = a_key(coach, SHARED)
    for reader in (client_, stranger):
        coach.grant(series, to=reader.person, at=NOW)
    PersonKeys.objects.filter(pk=stranger.person).delete()

    coach.new_epoch(series, NOW)

    place = a_place(coach, series)
    sealed = again(coach).seal(TEXT, place)
    assert again(client_).open(sealed, place) == TEXT
    assert not DataKey.objects.filter(epoch=2, grants__holder=stranger.person).exists()
