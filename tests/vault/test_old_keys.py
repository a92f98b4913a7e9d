"""Which keys may have leaked with somebody's old ones, and that none of them is forgotten or taken for another."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.vault.people import NOW, OWN, PRACTICE, SHARED, a_key, a_person, a_place, again, sql
from tests.vault.test_renewal import renewed, started_again, stretched
from vault import epochs, renewal, shredding
from vault.models import DataKey, PersonKeys, Renewal
from vault.primitives import Closed
from vault.unlocked import Unlocked

LATER = NOW + timedelta(minutes=1)


def anew(vault: Unlocked, series: UUID) -> Renewal:
    """A new epoch of this key, dated as the action does."""
    return epochs.begin(series, vault, max(LATER, epochs.old(vault.person)[series]), afresh=True)


def test_after_a_leak_every_living_key_that_a_person_made_is_old_and_nobody_else_s(coach: Unlocked, client_: Unlocked) -> None:
    own, shared, gone = a_key(coach), a_key(coach, SHARED), a_key(coach)
    a_key(client_)
    shredding.shred([gone], NOW)
    coach.copy_for(client_.person, client_.pair().public, practice=PRACTICE, bound_to=b"", at=NOW)
    assert epochs.old(coach.person) == {}

    after = renewed(coach)

    assert epochs.old(coach.person).keys() == {own, shared}
    assert epochs.old(client_.person) == {}
    fresh = after.make_key(kind=OWN, practice=PRACTICE, at=LATER)
    assert fresh not in epochs.old(coach.person)


def test_a_new_epoch_is_not_old_and_the_next_leak_makes_it_so(coach: Unlocked) -> None:
    own, other = a_key(coach), a_key(coach)
    after = renewed(coach)

    anew(after, own)

    assert epochs.old(coach.person).keys() == {other}
    renewed(after)
    assert epochs.old(coach.person).keys() == {own, other}


def test_a_key_of_a_day_that_is_still_to_come_is_old_all_the_same_and_its_next_epoch_is_not(coach: Unlocked) -> None:
    series = coach.make_key(kind=OWN, practice=PRACTICE, at=NOW + timedelta(days=1))  # the clock went wrong, and was put right

    after = renewed(coach)

    assert epochs.old(coach.person).keys() == {series}
    anew(after, series)
    assert epochs.old(coach.person) == {}


def test_what_was_given_to_somebody_whose_keys_leaked_is_old_for_whoever_gave_it(coach: Unlocked, client_: Unlocked) -> None:
    shared, own = a_key(coach, SHARED), a_key(coach)
    coach.grant(shared, to=client_.person, at=NOW)

    after = renewed(client_)
    assert epochs.old(coach.person) == {}  # nothing is given to her new key before she was asked by voice
    again(coach).grant(shared, to=client_.person, at=NOW)

    assert epochs.old(coach.person).keys() == {shared}
    assert own not in epochs.old(coach.person)
    anew(again(coach), shared)
    assert epochs.old(coach.person) == {}
    assert again(after).holds(shared)


def test_of_two_leaks_the_later_counts_whoever_it_was(coach: Unlocked) -> None:
    later, earlier = sorted((a_person(), a_person()), key=lambda one: one.person)
    shared, begun = a_key(coach, SHARED), NOW + timedelta(hours=1)
    for one, at in ((later, begun + timedelta(hours=1)), (earlier, begun)):
        renewal.renew(one, stretched(), [], {}, at)
        again(coach).grant(shared, to=one.person, at=NOW)

    anew(again(coach), shared)

    assert epochs.old(coach.person) == {}


def test_a_loss_is_no_leak(coach: Unlocked, client_: Unlocked) -> None:
    shared = a_key(coach, SHARED)
    coach.grant(shared, to=client_.person, at=NOW)
    started_again(client_)
    again(coach).grant(shared, to=client_.person, at=NOW)

    assert epochs.old(coach.person) == {}


def test_former_keys_that_somebody_wrote_over_stop_nobody(coach: Unlocked) -> None:
    a_key(coach)
    renewed(coach)
    sql("update vault_personkeys set former = '\\x0102' where person = %s", coach.person)

    assert epochs.old(coach.person) == {}


def test_one_under_way_goes_on_with_an_epoch_of_this_moment_and_leaves_what_it_sealed_behind(coach: Unlocked) -> None:
    series = a_key(coach)
    first = epochs.begin(series, coach, NOW)
    place = a_place(coach, series)
    sealed = coach.seal("scellé entre-temps", place)

    second = epochs.begin(series, coach, LATER, afresh=True)

    assert (second.pk, second.epoch) == (first.pk, 3)
    assert again(coach).seal("après", place).stored()[:4] == b"\0\0\0\3"
    assert epochs.begin(series, again(coach), LATER).epoch == 3
    assert first.epoch == 2  # whoever read it before
    gone = epochs.finish(first, LATER)
    assert [key.epoch for key in gone or []] in ([1, 2], [2, 1])
    with pytest.raises(Closed):
        again(coach).open(sealed, place)


def test_one_is_finished_once_and_one_whose_key_was_destroyed_too(coach: Unlocked) -> None:
    series, other = a_key(coach), a_key(coach)
    first, second = epochs.begin(series, coach, NOW), epochs.begin(other, coach, NOW)
    shredding.shred([other], NOW)

    assert [key.epoch for key in epochs.finish(first, NOW) or []] == [1]
    assert epochs.finish(first, LATER) is None
    assert Renewal.objects.get(pk=first.pk).done_at == NOW
    assert epochs.reseal(second, coach, chain=uuid4(), by=coach.person, at=None).done == 0
    assert [key.epoch for key in epochs.finish(second, NOW) or []] == [1]
    assert not DataKey.objects.filter(series=other, shredded_at__isnull=True).exists()


def test_new_keys_are_dated_after_all_that_the_old_ones_hold(coach: Unlocked) -> None:
    series = coach.make_key(kind=OWN, practice=PRACTICE, at=LATER)  # at the very moment, between the time that is read and the lock

    renewed(coach)

    assert PersonKeys.objects.get(pk=coach.person).made_at > DataKey.objects.get(series=series).made_at
