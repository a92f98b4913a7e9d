"""Whoever changes what stands in the ledger is found out, though they own the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from tests.databases import as_owner
from tests.vault.chains import CHAIN, entries, whys, write
from tests.vault.people import NOW, a_person, again, sql
from vault import ledger
from vault.ledger import INSTANCE, Break, row_hash, sign_heads
from vault.models import LedgerSignature, PersonKeys
from vault.primitives import context


@contextmanager
def no_triggers() -> Iterator[None]:
    """What only the owner of the database can do, by changing the schema."""
    tables = ["vault_ledger", "vault_ledger_signature"]
    with as_owner():
        for table in tables:
            sql(f"alter table {table} disable trigger user")
        try:
            yield
        finally:
            for table in tables:
                sql(f"alter table {table} enable trigger user")


def rehash(start: int) -> None:
    """Make the chain whole again from `start` on, as somebody thorough would."""
    rows = entries()
    previous = bytes(rows[start - 2].hash) if start > 1 else b"\0"
    for row in rows[start - 1 :]:
        row.previous = previous
        previous = row_hash(row)
        sql("update vault_ledger set previous = %s, hash = %s where id = %s", row.previous, previous, row.id)
    sql("update vault_ledger_head set hash = %s, position = %s where chain = %s", previous, rows[-1].position, CHAIN)


def test_verifying_finds_a_changed_row(own_databases: dict[str, str]) -> None:
    write(4)
    with no_triggers():
        sql("update vault_ledger set code = 'other' where position = 2")

    assert whys() == [(2, "changed")]


def test_verifying_finds_a_changed_row_with_a_new_hash(own_databases: dict[str, str]) -> None:
    write(4)
    with no_triggers():
        sql("update vault_ledger set code = 'other' where position = 2")
        row = entries()[1]
        sql("update vault_ledger set hash = %s where position = 2", row_hash(row))

    assert whys() == [(3, "not joined to the one before")]


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_verifying_finds_a_missing_row(own_databases: dict[str, str], missing: int) -> None:
    write(4)
    with no_triggers():
        sql("delete from vault_ledger where position = %s", missing)

    assert (missing, "missing") in whys()


def test_verifying_finds_a_missing_row_though_the_others_were_numbered_anew(own_databases: dict[str, str]) -> None:
    write(4)
    with no_triggers():
        sql("delete from vault_ledger where position = 2")
        sql("update vault_ledger set position = 2 where position = 3")
        sql("update vault_ledger set position = 3 where position = 4")

    assert [why for _, why in whys()] == ["not joined to the one before", "changed", "changed", "the end is not the head"]


def test_verifying_finds_a_cut_end(own_databases: dict[str, str]) -> None:
    write(4)
    with no_triggers():
        sql("delete from vault_ledger where position >= 3")

    assert whys() == [(2, "the end is not the head")]


def test_verifying_finds_that_everything_is_gone(own_databases: dict[str, str]) -> None:
    write(2)
    with no_triggers():
        sql("delete from vault_ledger")

    assert whys() == [(0, "the end is not the head")]
    assert ledger.chains() == [CHAIN]


def test_verifying_finds_that_the_head_is_gone_or_another(own_databases: dict[str, str]) -> None:
    write(2)
    with as_owner():
        sql("update vault_ledger_head set hash = '\\x01'")
        assert whys() == [(2, "the end is not the head")]
        sql("update vault_ledger_head set position = 1, hash = (select hash from vault_ledger where position = 1)")
        assert whys() == [(2, "the end is not the head")]
        sql("delete from vault_ledger_head")
        assert whys() == [(2, "the end is not the head")]


@pytest.mark.parametrize(
    "damage", ["update vault_ledger set code = 'other' where position = 2", "delete from vault_ledger where position = 4"]
)
def test_verifying_finds_a_chain_that_was_made_whole_again_after_it_was_signed(own_databases: dict[str, str], damage: str) -> None:
    coach = a_person()
    write(4)
    sign_heads(coach, [CHAIN], NOW)
    assert whys() == []
    with no_triggers():
        sql(damage)
        rehash(1)

    assert whys() == [(4, "a signed head is not in the chain")]
    assert sign_heads(coach, [CHAIN], NOW) == [CHAIN]
    assert LedgerSignature.objects.count() == 1


def test_verifying_finds_a_replaced_chain(own_databases: dict[str, str]) -> None:
    coach = a_person()
    write(3)
    sign_heads(coach, [CHAIN], NOW)
    with no_triggers():
        sql("delete from vault_ledger")
        sql("delete from vault_ledger_head")
    write(5)

    assert whys() == [(3, "a signed head is not in the chain")]
    assert sign_heads(coach, [CHAIN], NOW) == [CHAIN]


def test_a_planted_signature_is_found(own_databases: dict[str, str]) -> None:
    coach, other = a_person(), a_person()
    write(2)
    hash_ = bytes(entries()[1].hash)
    mine = other.sign("ledger", CHAIN.bytes, 2, hash_)
    for person, position, hash_there, signature, why in [
        (coach.person, 2, hash_, mine, "a signature does not hold"),
        (coach.person, 2, hash_, b"", "a signature does not hold"),
        (uuid4(), 2, hash_, mine, "a signature does not hold"),
        (other.person, 2, hash_, other.sign("grant", CHAIN.bytes, 2, hash_), "a signature does not hold"),
        (other.person, 2, hash_, other.sign("ledger", INSTANCE.bytes, 2, hash_), "a signature does not hold"),
        (other.person, 2, hash_, other.sign("ledger", CHAIN.bytes, 1, hash_), "a signature does not hold"),
        (other.person, 1, hash_, other.sign("ledger", CHAIN.bytes, 1, hash_), "a signed head is not in the chain"),
        (other.person, 9, hash_, other.sign("ledger", CHAIN.bytes, 9, hash_), "a signed head is not in the chain"),
        (other.person, 2, bytes(32), other.sign("ledger", CHAIN.bytes, 2, bytes(32)), "a signed head is not in the chain"),
    ]:
        LedgerSignature.objects.create(chain=CHAIN, position=position, hash=hash_there, person=person, signature=signature, at=NOW)
        assert whys() == [(position, why)]
        if person != coach.person:
            assert sign_heads(again(other), [CHAIN], NOW) == ([CHAIN] if person == other.person else [])
        with no_triggers():
            sql("delete from vault_ledger_signature")


def test_keys_of_a_signer_that_were_tampered_with_are_a_break_and_no_crash() -> None:
    coach, other = a_person(), a_person()
    write(1)
    sign_heads(coach, [CHAIN], NOW)

    sql(
        "update vault_personkeys set signing = (select signing from vault_personkeys where person = %s) where person = %s",
        other.person,
        coach.person,
    )

    assert whys() == [(1, "a signature does not hold")]
    PersonKeys.objects.filter(pk=coach.person).delete()
    assert whys() == [(1, "a signature does not hold")]


def test_a_break_names_its_chain_and_a_signed_one_who_signed_it_and_when(own_databases: dict[str, str]) -> None:
    coach, other, later = a_person(), a_person(), NOW + timedelta(days=1)
    write(5)
    last = {"chain": CHAIN, "position": 5, "signature": b""}
    LedgerSignature.objects.create(**last, hash=bytes(entries()[4].hash), person=coach.person, at=NOW)
    LedgerSignature.objects.create(**last, hash=bytes(32), person=other.person, at=later)
    with no_triggers():
        sql("delete from vault_ledger where position = 2")
        sql("update vault_ledger set previous = '\\x01' where position = 4")
        sql("update vault_ledger_head set hash = '\\x01'")

    assert list(ledger.verify_chain(CHAIN)) == [
        Break(CHAIN, 2, "missing"),
        Break(CHAIN, 4, "not joined to the one before"),
        Break(CHAIN, 4, "changed"),
        Break(CHAIN, 5, "the end is not the head"),
        Break(CHAIN, 5, "a signature does not hold", coach.person, NOW),
        Break(CHAIN, 5, "a signed head is not in the chain", other.person, later),
    ]


def test_heads_are_signed_once_each_and_only_when_there_is_something_new() -> None:
    coach, colleague, empty = a_person(), a_person(), uuid4()
    write(2)
    write(1, INSTANCE)

    assert sign_heads(coach, [CHAIN, INSTANCE, empty], NOW) == []
    assert sign_heads(again(coach), [CHAIN, INSTANCE, empty], NOW) == []
    assert sign_heads(colleague, [CHAIN], NOW) == []
    write(1)
    assert sign_heads(again(coach), [CHAIN], NOW) == []

    signed = LedgerSignature.objects.order_by("id").values_list("chain", "position", "person", "at")
    assert list(signed) == [
        (CHAIN, 2, coach.person, NOW),
        (INSTANCE, 1, coach.person, NOW),
        (CHAIN, 2, colleague.person, NOW),
        (CHAIN, 3, coach.person, NOW),
    ]
    assert (whys(), whys(INSTANCE)) == ([], [])


def test_what_is_signed_is_the_chain_the_position_and_the_hash() -> None:
    coach = a_person()
    write(2)
    sign_heads(coach, [CHAIN], NOW)

    signed = LedgerSignature.objects.get()

    row = entries()[1]
    assert bytes(signed.hash) == bytes(row.hash)
    assert bytes(signed.signature) == coach.pair().sign(context("signed.ledger", CHAIN.bytes, 2, bytes(row.hash)))


REWRITTEN = [
    "update vault_ledger_head set hash = '\\x01'",
    "update vault_ledger_head set position = 9",
    "update vault_ledger_head set position = 2, hash = (select hash from vault_ledger where position = 2)",
    "delete from vault_ledger_head",
    "update vault_ledger set hash = '\\x01' where position = 3",
    "delete from vault_ledger where position = 3",
    "update vault_ledger set chain = gen_random_uuid() where position = 3",
    "update vault_ledger_signature set signature = ''",
    "update vault_ledger_signature set hash = '\\x01'",
]


def test_nobody_signs_a_history_that_was_rewritten(own_databases: dict[str, str]) -> None:
    coach, newcomer = a_person(), a_person()
    write(3)
    sign_heads(coach, [CHAIN], NOW)
    write(1)

    with as_owner():
        for statement in REWRITTEN:
            with transaction.atomic():
                sql("alter table vault_ledger disable trigger user")
                sql("alter table vault_ledger_signature disable trigger user")
                sql(statement)
                assert sign_heads(again(coach), [CHAIN], NOW) == [CHAIN], statement
                if "hash = '\\x01'" in statement and "head" in statement:
                    assert sign_heads(newcomer, [CHAIN], NOW) == [CHAIN]
                assert LedgerSignature.objects.count() == 1
                transaction.set_rollback(True)

    assert sign_heads(again(coach), [CHAIN], NOW) == []
    assert LedgerSignature.objects.count() == 2


def test_every_chain_that_left_a_trace_is_listed() -> None:
    coach, signed = a_person(), UUID(int=9)
    write(1)
    write(1, INSTANCE)
    LedgerSignature.objects.create(chain=signed, position=1, hash=b"", person=coach.person, signature=b"", at=NOW)

    assert ledger.chains() == [INSTANCE, CHAIN, signed]
    assert whys(signed) == [(1, "a signed head is not in the chain")]
