"""One passphrase opens one slot in one run, and a slot that was tampered with opens nothing."""

from __future__ import annotations

import pickle
import time
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.vault.people import NOW, a_person, again, sql
from vault import primitives, slots
from vault.models import Slot
from vault.primitives import FLOOR, STANDARD, Closed, Cost

RIGHT, WRONG = "six plain words make a vault", "six plain words make a fault"
ROOT = bytes(range(32))


def quick(passphrase: str, cost: Cost = FLOOR) -> slots.Stretched:
    """The passphrase, stretched at the lowest cost that is accepted."""
    slot, salt = uuid4(), uuid4().bytes
    return slots.Stretched(slot, salt, cost, primitives.stretch(passphrase, salt, cost))


@pytest.fixture
def real_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the product costs, where the other tests go cheaper."""
    monkeypatch.setattr(slots, "COST", STANDARD)


@pytest.fixture
def person() -> UUID:
    person = uuid4()
    slots.set_passphrase(person, ROOT, quick(RIGHT), NOW)
    return person


def test_the_right_passphrase_opens_and_a_wrong_one_does_not(person: UUID) -> None:
    assert slots.open_with_passphrase(person, RIGHT) == ROOT
    assert slots.open_with_passphrase(person, f" {RIGHT} ") == ROOT
    for wrong in (WRONG, "", RIGHT.upper(), RIGHT + "s"):
        with pytest.raises(Closed):
            slots.open_with_passphrase(person, wrong)


def test_another_person_s_passphrase_opens_nothing(person: UUID) -> None:
    with pytest.raises(Closed):
        slots.open_with_passphrase(uuid4(), RIGHT)
    with pytest.raises(Closed):
        slots.open_with_passphrase(None, RIGHT)


def test_right_wrong_and_unknown_cost_one_run_each(real_cost: None) -> None:
    """In processor time, which waiting for others does not lengthen."""

    def seconds(person: UUID | None, typed: str) -> float:
        found = []
        for _ in range(2):
            start = time.process_time()
            with suppress(Closed):
                slots.open_with_passphrase(person, typed)
            found.append(time.process_time() - start)
        return min(found)

    person = uuid4()
    slots.set_passphrase(person, ROOT, slots.stretched(RIGHT), NOW)
    start = time.process_time()
    primitives.stretch(RIGHT, b"s" * 16, STANDARD)
    one_run = time.process_time() - start

    for who, typed in [(person, RIGHT), (person, WRONG), (uuid4(), RIGHT), (None, RIGHT)]:
        assert 0.5 * one_run < seconds(who, typed) < 1.7 * one_run


def test_a_new_slot_is_closed_at_the_standard_cost(real_cost: None) -> None:
    new = slots.stretched(RIGHT)

    assert (new.cost, len(new.salt)) == (STANDARD, 16)
    assert new.key == primitives.stretch(RIGHT, new.salt, STANDARD)
    assert new.salt != slots.stretched(RIGHT).salt


@pytest.mark.parametrize(
    "change",
    [
        "salt = decode(repeat('ab', 16), 'hex')",
        "memory = memory + 1",
        "passes = passes + 1",
        "lanes = lanes + 1",
        "id = gen_random_uuid()",
        "person = gen_random_uuid()",
        "kind = 'recovery'",
        "memory = null",
        "lanes = null",
        "memory = 8",
        "passes = 1",
        "memory = 2000000000",
    ],
)
def test_a_slot_changed_in_the_database_opens_nothing(person: UUID, change: str) -> None:
    sql(f"update vault_slot set {change} where person = %s", person)
    person = sql("select person from vault_slot")[0][0]

    with pytest.raises(Closed):
        slots.open_with_passphrase(person, RIGHT)


def test_a_cost_that_was_planted_is_refused_before_anything_is_run(person: UUID) -> None:
    sql("update vault_slot set memory = 1048576, passes = 10000, lanes = 1 where person = %s", person)
    start = time.process_time()

    with pytest.raises(Closed, match="cost"):
        slots.open_with_passphrase(person, RIGHT)

    assert time.process_time() - start < 1


def test_the_slots_of_two_people_cannot_be_swapped(person: UUID) -> None:
    other = uuid4()
    slots.set_passphrase(other, ROOT[::-1], quick(RIGHT), NOW)
    taken = sql("select root_key, salt from vault_slot where person = %s", other)[0]
    sql("update vault_slot set root_key = %s, salt = %s where person = %s", *taken, person)

    with pytest.raises(Closed):
        slots.open_with_passphrase(person, RIGHT)


def test_the_place_of_a_slot_names_everything_that_made_its_key() -> None:
    slot, person, salt = uuid4(), uuid4(), b"s" * 16
    places = [
        slots._place(slot, person, "passphrase", salt, FLOOR),
        slots._place(uuid4(), person, "passphrase", salt, FLOOR),
        slots._place(slot, uuid4(), "passphrase", salt, FLOOR),
        slots._place(slot, person, "recovery", salt, FLOOR),
        slots._place(slot, person, "passphrase", b"t" * 16, FLOOR),
        slots._place(slot, person, "passphrase", salt, Cost(19 * 1024, 2, 2)),
        slots._place(slot, person, "passphrase", salt, Cost(19 * 1024, 3, 1)),
        slots._place(slot, person, "passphrase", salt, Cost(20 * 1024, 2, 1)),
        slots._place(slot, person, "passphrase", salt, None),
    ]

    assert len(set(places)) == len(places)


def test_what_was_stretched_for_a_slot_opens_that_slot_without_another_run() -> None:
    person, new = uuid4(), quick(RIGHT)
    slots.set_passphrase(person, ROOT, new, NOW)

    assert slots.open_stretched(person, new) == ROOT
    for who, wrong in [(uuid4(), new), (person, quick(RIGHT)), (person, slots.Stretched(new.slot, new.salt, new.cost, bytes(32)))]:
        with pytest.raises(Closed):
            slots.open_stretched(who, wrong)
    with pytest.raises(Closed):
        slots.open_stretched(person, slots.Stretched(new.slot, b"t" * 16, new.cost, new.key))


def test_what_is_stretched_today_opens_tomorrow(person: UUID) -> None:
    slots.set_passphrase(person, ROOT, slots.stretched("another"), NOW)

    assert slots.open_with_passphrase(person, "another") == ROOT


def test_a_new_passphrase_voids_the_old_one(person: UUID) -> None:
    code = slots.new_recovery_code()
    slots.set_recovery(person, ROOT, code, NOW)

    slots.set_passphrase(person, ROOT, quick("another"), NOW)

    assert slots.open_with_passphrase(person, "another") == ROOT
    with pytest.raises(Closed):
        slots.open_with_passphrase(person, RIGHT)
    assert slots.open_with_recovery(person, code) == ROOT
    assert Slot.objects.filter(person=person).count() == 2


def test_a_change_of_one_person_leaves_the_others_alone(person: UUID) -> None:
    other, code = uuid4(), slots.new_recovery_code()
    slots.set_recovery(person, ROOT, code, NOW)

    slots.set_passphrase(other, ROOT, quick("another"), NOW)
    slots.set_recovery(other, ROOT, slots.new_recovery_code(), NOW)

    assert slots.open_with_passphrase(person, RIGHT) == slots.open_with_recovery(person, code) == ROOT


@pytest.mark.parametrize(
    ("cost", "old"), [(Cost(64 * 1024, 4, 2), True), (Cost(128 * 1024, 3, 2), True), (STANDARD, False), (Cost(256 * 1024, 5, 1), False)]
)
def test_a_cheaper_slot_is_to_be_closed_anew(real_cost: None, cost: Cost, old: bool) -> None:
    person = uuid4()
    slots.set_passphrase(person, ROOT, slots.Stretched(uuid4(), b"s" * 16, cost, bytes(32)), NOW)

    assert slots.cost_is_old(person) is old


def test_a_cheaper_slot_of_somebody_else_says_nothing_about_one_s_own(real_cost: None) -> None:
    person, other = uuid4(), uuid4()
    slots.set_passphrase(person, ROOT, slots.Stretched(uuid4(), b"s" * 16, STANDARD, bytes(32)), NOW)
    slots.set_passphrase(other, ROOT, quick(RIGHT), NOW)

    assert (slots.cost_is_old(person), slots.cost_is_old(other)) == (False, True)


def test_a_recovery_code_has_no_cost_to_raise(person: UUID) -> None:
    nobody = uuid4()
    slots.set_recovery(nobody, ROOT, slots.new_recovery_code(), NOW)

    assert not slots.cost_is_old(nobody)
    assert slots.has_recovery(nobody)
    assert not slots.has_recovery(person)


def test_a_recovery_code_is_160_bits_in_eight_groups_of_four() -> None:
    codes = {slots.new_recovery_code() for _ in range(20)}

    assert len(codes) == 20
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4] * 8
        assert len(slots.recovery_bytes(code)) == 20


def test_a_recovery_code_opens_however_it_is_typed(person: UUID) -> None:
    code = "-".join(["OIOI", *slots.new_recovery_code().split("-")[1:]])  # the letters that are taken for digits, always
    slots.set_recovery(person, ROOT, code, NOW)

    forms = [code, code.lower(), code.replace("-", ""), code.replace("-", " "), f"  {code}\n", code.replace("O", "0").replace("I", "1")]

    assert {slots.open_with_recovery(person, form) for form in forms} == {ROOT}


@pytest.mark.parametrize("typed", ["", "-", "AAAA", "A" * 31, "A" * 33, "A" * 40, "8" * 32, "é" * 32, "A" * 24 + "=" * 8, "A" * 31 + "!"])
def test_what_is_not_a_recovery_code_is_refused(person: UUID, typed: str) -> None:
    slots.set_recovery(person, ROOT, slots.new_recovery_code(), NOW)

    with pytest.raises(Closed):
        slots.open_with_recovery(person, typed)
    with pytest.raises(Closed):
        slots.set_recovery(person, ROOT, typed, NOW)


def test_a_wrong_an_old_and_an_unknown_recovery_code_open_nothing(person: UUID) -> None:
    old, new = slots.new_recovery_code(), slots.new_recovery_code()
    with pytest.raises(Closed, match="no such slot"):
        slots.open_with_recovery(person, old)
    slots.set_recovery(person, ROOT, old, NOW)
    slots.set_recovery(person, ROOT, new, NOW)

    assert slots.open_with_recovery(person, new) == ROOT
    for code in (old, slots.new_recovery_code()):
        with pytest.raises(Closed):
            slots.open_with_recovery(person, code)
    assert Slot.objects.filter(person=person, kind=Slot.Kind.RECOVERY).count() == 1


@pytest.mark.parametrize("change", ["salt = decode(repeat('ab', 16), 'hex')", "id = gen_random_uuid()", "person = gen_random_uuid()"])
def test_a_recovery_slot_changed_in_the_database_opens_nothing(change: str) -> None:
    person, code = uuid4(), slots.new_recovery_code()
    slots.set_recovery(person, ROOT, code, NOW)
    sql(f"update vault_slot set {change}")
    person = sql("select person from vault_slot")[0][0]

    with pytest.raises(Closed):
        slots.open_with_recovery(person, code)


def test_a_passphrase_does_not_open_the_recovery_slot_nor_the_other_way(person: UUID) -> None:
    other, code = uuid4(), slots.new_recovery_code()
    slots.set_recovery(other, ROOT, code, NOW)

    with pytest.raises(Closed, match="no such slot"):
        slots.open_with_passphrase(other, code)
    with pytest.raises(Closed, match="no such slot"):
        slots.open_with_recovery(person, code)


def test_a_stretched_passphrase_shows_nothing_and_is_not_stored() -> None:
    new = quick(RIGHT)

    for shown in (repr(new), str(new), f"{new}"):
        assert shown == "Stretched(…)"
    with pytest.raises(TypeError, match="not stored"):
        pickle.dumps(new)


def test_a_vault_closed_under_a_cookie_is_the_same_vault() -> None:
    vault = a_person()

    closed = vault.closed_under(b"c" * 32, b"here")

    assert primitives.unseal(b"c" * 32, closed, b"here") == again(vault)._root_key


def test_nothing_is_asked_of_the_database_for_an_address_that_nobody_has() -> None:
    with CaptureQueriesContext(connections["default"]) as queries, pytest.raises(Closed):
        slots.open_with_passphrase(None, RIGHT)

    assert len(queries) == 0
