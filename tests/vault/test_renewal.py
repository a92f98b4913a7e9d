"""New keys: what the old ones held, gave and signed, and what becomes of each."""

from __future__ import annotations

import os
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.vault.people import COPY, NOW, OWN, SHARED, TEXT, a_key, a_person, again, sealed_in, sql
from tests.vault.test_giving import a_copy
from vault import ledger, primitives, renewal, shredding, slots
from vault.keyring.models import Half
from vault.models import DataKey, KeyGrant, LedgerSignature, PersonKeys, Slot
from vault.primitives import FLOOR, Closed, random_key
from vault.sealed import Place
from vault.slots import Stretched
from vault.unlocked import NotYours, Unlocked, public_keys

CHAIN = uuid4()


@pytest.fixture
def contact() -> Unlocked:
    return a_person()


def stretched() -> Stretched:
    return Stretched(uuid4(), os.urandom(16), FLOOR, random_key())


def started_again(vault: Unlocked) -> Unlocked:
    return renewal.start_again(vault.person, stretched(), NOW)


def renewed(vault: Unlocked) -> Unlocked:
    return renewal.renew(again(vault), stretched(), [], {}, NOW)


NEW = pytest.mark.parametrize("new", [started_again, renewed])


@NEW
def test_the_old_root_key_opens_signs_and_makes_nothing_any_more(client_: Unlocked, new: Callable[[Unlocked], Unlocked]) -> None:
    series = a_key(client_, OWN)
    sealed, place = sealed_in(client_, series)

    new(client_)

    old = again(client_)
    for tried in (
        lambda: old.open(sealed, place),
        lambda: old.sign("consent", b"x"),
        lambda: old.pair(),
        lambda: a_key(old, OWN),
        lambda: old.change_passphrase(stretched(), NOW),
        lambda: old.set_recovery(slots.new_recovery_code(), NOW),
        lambda: old.set_passkey(b"credential", bytes(32), bytes(32), NOW),
        lambda: old.new_epoch(series, NOW),
    ):
        with pytest.raises(Closed):
            tried()


@NEW
def test_every_slot_of_before_is_gone_and_the_new_one_opens_the_new_root_key(
    client_: Unlocked, new: Callable[[Unlocked], Unlocked]
) -> None:
    code = slots.new_recovery_code()
    client_.set_recovery(code, NOW)
    before = set(Slot.objects.values_list("pk", flat=True))

    after = new(client_)

    assert {row.kind for row in Slot.objects.filter(person=client_.person)} == {"passphrase"}
    assert not before & set(Slot.objects.filter(person=client_.person).values_list("pk", flat=True))
    with pytest.raises(Closed):
        slots.open_with_recovery(client_.person, code)
    assert after.sign("x")
    assert after.pair().public == public_keys(client_.person)


@NEW
def test_of_the_old_pair_the_signing_key_alone_is_kept_and_encrypted(client_: Unlocked, new: Callable[[Unlocked], Unlocked]) -> None:
    before = public_keys(client_.person)
    assert before is not None
    assert before.is_first

    new(client_)

    row, now = PersonKeys.objects.get(pk=client_.person), public_keys(client_.person)
    assert now is not None
    assert not now.is_first
    assert now != before
    assert now.fingerprint() != before.fingerprint()
    assert (*now.lost, *now.replaced) == (before.signing,)
    stored = str(sql("select t::text from vault_personkeys t where person = %s", row.person))
    assert before.sealing.hex() not in stored
    assert before.signing.hex() not in stored


def test_starting_again_shreds_what_was_alone_theirs_and_takes_what_was_given(coach: Unlocked, client_: Unlocked) -> None:
    own, shared = a_key(client_, OWN), a_key(coach, SHARED)
    coach.grant(shared, to=client_.person, at=NOW)
    sealed, place = sealed_in(coach, shared)
    private, private_place = sealed_in(client_, own)

    after = started_again(client_)

    assert DataKey.objects.get(series=own).shredded_at == NOW
    for what, where in ((sealed, place), (private, private_place)):
        with pytest.raises(Closed):
            again(after).open(what, where)
    assert not KeyGrant.objects.filter(holder=client_.person).exists()
    assert again(coach).open(sealed, place) == TEXT
    again(coach).grant(shared, to=client_.person, at=NOW)
    assert again(after).open(sealed, place) == TEXT


def test_a_coach_on_whom_others_rely_cannot_start_again(coach: Unlocked) -> None:
    series = a_key(coach, SHARED)

    with pytest.raises(NotYours):
        started_again(coach)
    assert coach.holds(series)


@NEW
def test_whose_keys_are_gone_is_made_no_new_ones(client_: Unlocked, new: Callable[[Unlocked], Unlocked]) -> None:
    PersonKeys.objects.filter(pk=client_.person).delete()

    with pytest.raises(Closed):
        new(client_)

    assert not PersonKeys.objects.filter(pk=client_.person).exists()


def test_whose_shared_keys_are_all_destroyed_may_start_again(coach: Unlocked) -> None:
    shared, own = a_key(coach, SHARED), a_key(coach, OWN)
    shredding.shred([shared], NOW)

    after = started_again(coach)

    assert after.sign("x")
    assert not DataKey.objects.filter(series=own, shredded_at__isnull=True).exists()


def shown(client: Unlocked, contact: Unlocked) -> tuple[bytes, Place, object]:
    """A copy that a client made for a contact."""
    copy = a_copy(client, contact)
    place = Place("summary.copy", DataKey.objects.get(series=copy.series).practice, uuid4(), 1, copy.series, client.person)
    return copy.series.bytes, place, copy.seal(TEXT, place)


def test_what_a_lost_key_signed_still_counts_and_what_it_gave_still_opens(client_: Unlocked, contact: Unlocked) -> None:
    _series, place, sealed = shown(client_, contact)
    signature = client_.sign("consent", b"x")

    started_again(client_)

    public = public_keys(client_.person)
    assert public is not None
    primitives.check_signature(public, primitives.context("signed.consent", b"x"), signature)
    assert again(contact).open(sealed, place, bound_to=b"consent") == TEXT  # type: ignore[arg-type]


def test_what_a_key_that_may_have_leaked_signed_counts_for_nothing(client_: Unlocked) -> None:
    signature = client_.sign("consent", b"x")

    renewed(client_)

    public = public_keys(client_.person)
    assert public is not None
    with pytest.raises(Closed):
        primitives.check_signature(public, primitives.context("signed.consent", b"x"), signature)


def test_what_the_person_stands_by_counts_and_nothing_else_that_the_old_key_signed(client_: Unlocked) -> None:
    messages = [primitives.context("signed.consent", word) for word in (b"x", b"y", b"forged")]
    mine, other = (client_.sign("consent", word) for word in (b"x", b"y"))
    stands = [(messages[0], mine), (messages[2], bytes(64))]

    after = renewal.renew(again(client_), stretched(), stands, {}, NOW)
    once_more = renewal.renew(after, stretched(), [(messages[0], mine), (messages[1], other)], {}, NOW)
    started_again(once_more)

    public = public_keys(client_.person)
    assert public is not None
    primitives.check_signature(public, messages[0], mine)
    for message, signature in ((messages[1], other), (messages[2], bytes(64)), (messages[1], mine)):
        with pytest.raises(Closed):
            primitives.check_signature(public, message, signature)


def test_a_key_lost_before_one_that_leaked_counts_for_nothing_either(client_: Unlocked) -> None:
    signature = client_.sign("consent", b"x")

    renewed(started_again(client_))

    public = public_keys(client_.person)
    assert public is not None
    assert public.lost == ()
    assert len(public.replaced) == 2
    with pytest.raises(Closed):
        primitives.check_signature(public, primitives.context("signed.consent", b"x"), signature)


def test_with_new_keys_what_is_one_s_own_still_opens_and_what_was_given_to_others_is_signed_again(
    coach: Unlocked, client_: Unlocked
) -> None:
    own, shared = a_key(coach, OWN), a_key(coach, SHARED)
    coach.grant(shared, to=client_.person, at=NOW)
    (mine, mine_at), (ours, ours_at) = sealed_in(coach, own), sealed_in(coach, shared)

    after = renewed(coach)

    assert again(after).open(mine, mine_at) == again(after).open(ours, ours_at) == again(client_).open(ours, ours_at) == TEXT
    with pytest.raises(Closed):
        again(coach).open(mine, mine_at)


def test_with_new_keys_a_copy_that_was_given_is_signed_again_for_what_it_is_bound_to(client_: Unlocked, contact: Unlocked) -> None:
    series, place, sealed = shown(client_, contact)
    copy = DataKey.objects.get(kind=COPY)

    renewal.renew(again(client_), stretched(), [], {copy.series: b"consent"}, NOW)

    assert again(contact).open(sealed, place, bound_to=b"consent") == TEXT  # type: ignore[arg-type]


def test_new_keys_sign_nothing_that_the_old_ones_did_not(client_: Unlocked, contact: Unlocked) -> None:
    shown(client_, contact)
    copy = DataKey.objects.get(kind=COPY)
    sql("update vault_keygrant set wrapped = wrapped || '\\x00'::bytea, signature = %s where holder = %s", bytes(64), contact.person)

    renewal.renew(again(client_), stretched(), [], {copy.series: b"consent"}, NOW)

    assert bytes(KeyGrant.objects.get(holder=contact.person).signature or b"") == bytes(64)


def test_with_new_keys_what_others_gave_is_theirs_to_give_again(coach: Unlocked, client_: Unlocked) -> None:
    shared = a_key(coach, SHARED)
    coach.grant(shared, to=client_.person, at=NOW)
    sealed, place = sealed_in(coach, shared)

    after = renewed(client_)

    with pytest.raises(Closed):
        again(after).open(sealed, place)
    assert not after.holds(shared)
    again(coach).grant(shared, to=client_.person, at=NOW)
    assert again(after).open(sealed, place) == TEXT


def test_a_coach_s_new_epoch_goes_to_whoever_holds_the_last_one_by_keys_that_have_not_changed(coach: Unlocked, client_: Unlocked) -> None:
    shared, other = a_key(coach, SHARED), a_person()
    for one in (client_, other):
        coach.grant(shared, to=one.person, at=NOW)
    (held,) = sql("select id, key_id, holder, giver, wrapped, signature, made_at from vault_keygrant where holder = %s", client_.person)
    started_again(client_)
    sql("insert into vault_keygrant (id, key_id, holder, giver, wrapped, signature, made_at) values (%s, %s, %s, %s, %s, %s, %s)", *held)

    again(coach).new_epoch(shared, NOW)

    newest = DataKey.objects.get(series=shared, epoch=2)
    assert set(newest.grants.values_list("holder", flat=True)) == {coach.person, other.person}


def test_keys_that_are_not_known_are_given_nothing(coach: Unlocked, client_: Unlocked) -> None:
    shared, known = a_key(coach, SHARED), public_keys(client_.person)
    started_again(client_)

    with pytest.raises(Closed, match="known"):
        again(coach).grant(shared, to=client_.person, known=known, at=NOW)
    assert not KeyGrant.objects.filter(holder=client_.person).exists()


def test_new_keys_are_made_though_somebody_who_was_given_something_has_no_keys_any_more(coach: Unlocked, client_: Unlocked) -> None:
    shared = a_key(coach, SHARED)
    coach.grant(shared, to=client_.person, at=NOW)
    given = KeyGrant.objects.get(holder=client_.person)
    PersonKeys.objects.filter(pk=client_.person).delete()

    assert renewed(coach).holds(shared)
    assert KeyGrant.objects.get(pk=given.pk).signature == given.signature


def test_what_does_not_open_is_left_as_it_is_and_nothing_is_lost_with_it(coach: Unlocked) -> None:
    good, bad = a_key(coach, OWN), a_key(coach, OWN)
    sealed, place = sealed_in(coach, good)
    sql("update vault_keygrant set wrapped = '\\x0102' where key_id = %s", DataKey.objects.get(series=bad).id)

    after = renewed(coach)

    assert again(after).open(sealed, place) == TEXT
    assert bytes(KeyGrant.objects.get(key__series=bad).wrapped) == b"\x01\x02"


@NEW
def test_heads_of_the_ledger_signed_before_hold_and_the_new_key_goes_on(client_: Unlocked, new: Callable[[Unlocked], Unlocked]) -> None:
    ledger.record("joined", chain=CHAIN, by=client_.person)
    assert ledger.sign_heads(client_, [CHAIN], NOW) == []

    after = new(client_)
    ledger.record("joined", chain=CHAIN, by=client_.person)

    assert ledger.sign_heads(after, [CHAIN], NOW) == []
    assert LedgerSignature.objects.filter(chain=CHAIN).count() == 2
    assert list(ledger.verify_chain(CHAIN)) == []


@NEW
def test_former_keys_that_somebody_wrote_over_open_nothing(client_: Unlocked, new: Callable[[Unlocked], Unlocked]) -> None:
    after, stranger = new(client_), started_again(a_person())
    sql(
        "update vault_personkeys set former = (select former from vault_personkeys where person = %s) where person = %s",
        stranger.person,
        after.person,
    )

    with pytest.raises(Closed):
        public_keys(after.person)
    with pytest.raises(Closed):
        again(after).sign("x")


def test_the_half_of_what_was_shredded_goes_too(client_: Unlocked, django_capture_on_commit_callbacks) -> None:
    own = a_key(client_, OWN)
    with django_capture_on_commit_callbacks(execute=True):
        started_again(client_)

    assert Half.objects.get(pk=DataKey.objects.get(series=own).id).half is None
