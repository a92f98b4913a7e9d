"""The ledger only grows, and whoever changes what stands in it is found out."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connections, transaction

from tests.databases import as_owner
from tests.vault.people import NOW, a_person, again, sql
from vault import ledger
from vault.ledger import INSTANCE, record, row_hash, sign_heads, verify_chain
from vault.models import LedgerEntry, LedgerSignature, PersonKeys
from vault.primitives import context
from vault.unlocked import Unlocked

CHAIN = UUID(int=7)


def write(events: int, chain: UUID = CHAIN) -> None:
    for number in range(events):
        record("note.written", chain=chain, by=uuid4(), version=number)


def entries(chain: UUID = CHAIN) -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(chain=chain).order_by("position"))


def whys(chain: UUID = CHAIN) -> list[tuple[int, str]]:
    return [(found.position, found.why) for found in verify_chain(chain)]


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


def test_each_row_holds_the_hash_of_the_one_before() -> None:
    write(3)
    write(2, INSTANCE)

    rows = entries()

    assert [row.position for row in rows] == [1, 2, 3]
    assert bytes(rows[0].previous) == b"\0"
    assert [bytes(row.previous) for row in rows[1:]] == [bytes(row.hash) for row in rows[:2]]
    assert sql("select position, hash from vault_ledger_head where chain = %s", CHAIN) == [(3, bytes(rows[2].hash))]
    assert (whys(), whys(INSTANCE), whys(uuid4())) == ([], [], [])


def test_a_row_says_what_was_given_and_its_hash_covers_all_of_it() -> None:
    about, subject, other, by = (uuid4() for _ in range(4))

    record(
        "note.written",
        chain=CHAIN,
        by=by,
        kind="note",
        about=about,
        subject=subject,
        other=other,
        code="a:b-1.c",
        version=2,
        stored=b"bytes",
    )
    record("started", chain=CHAIN, by=None)

    row, bare = entries()
    assert (row.event, row.kind, row.code, row.version) == ("note.written", "note", "a:b-1.c", 2)
    assert (row.about, row.subject, row.other, row.by) == (about, subject, other, by)
    assert bytes(row.digest or b"") == hashlib.sha256(b"bytes").digest()
    assert (bare.kind, bare.code, bare.about, bare.subject, bare.other, bare.by, bare.version, bare.digest) == (
        "",
        "",
        None,
        None,
        None,
        None,
        None,
        None,
    )
    assert (row_hash(row), row_hash(bare)) == (bytes(row.hash), bytes(bare.hash))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chain", uuid4()),
        ("position", 2),
        ("event", "note.read"),
        ("kind", "x"),
        ("about", uuid4()),
        ("subject", uuid4()),
        ("other", uuid4()),
        ("by", uuid4()),
        ("code", "x"),
        ("version", 3),
        ("digest", bytes(32)),
        ("at", NOW),
        ("previous", b"\1"),
    ],
)
def test_the_hash_changes_with_every_field(field: str, value: object) -> None:
    record("note.written", chain=CHAIN, by=None)
    row = entries()[0]

    setattr(row, field, value)

    assert row_hash(row) != bytes(row.hash)


def test_the_hash_is_the_database_s_for_odd_times_too() -> None:
    with connections["default"].cursor() as cursor:
        for at in ["2027-03-01 09:00:00+00", "2027-03-01 09:00:00.000001+02", "1999-12-31 23:59:59.999999-11"]:
            cursor.execute(
                "select sha256(decode('00', 'hex') || convert_to(json_build_array(%s::uuid, 1::bigint, 'ab', '', null::uuid, null::uuid, null::uuid, "
                "null::uuid, '', null::bigint, null::text, (extract(epoch from %s::timestamptz) * 1000000)::bigint)::text, 'UTF8')), %s::timestamptz",
                [CHAIN, at, at],
            )
            wanted, when = cursor.fetchone()
            row = LedgerEntry(chain=CHAIN, position=1, event="ab", kind="", code="", at=when, previous=b"\0")
            assert row_hash(row) == bytes(wanted)


def test_the_time_is_the_database_s_own_and_goes_one_way() -> None:
    write(5)

    times = [row.at for row in entries()]

    assert times == sorted(times)
    assert len(set(times)) == 5  # the clock, not the transaction's start
    assert abs(sql("select clock_timestamp()")[0][0] - times[-1]) < timedelta(seconds=20)


FORBIDDEN = [
    "update vault_ledger set code = 'x'",
    "delete from vault_ledger",
    "truncate vault_ledger",
    "update vault_ledger_signature set position = 1",
    "delete from vault_ledger_signature",
    "truncate vault_ledger_signature",
]


@pytest.mark.parametrize(
    "statement",
    [
        *FORBIDDEN,
        "insert into vault_ledger (chain, position, event, kind, code, at, previous, hash) values (gen_random_uuid(), 1, 'ab', '', '', now(), '', '')",
        "insert into vault_ledger_head values (gen_random_uuid(), 1, '')",
        "update vault_ledger_head set position = 0",
        "delete from vault_ledger_head",
        "truncate vault_ledger_head",
        "select ledger_write(gen_random_uuid(), 'ab', '', null, null, null, null, '', null, null, now())",
        "select ledger_append_at(gen_random_uuid(), 'ab', '', null, null, null, null, '', null, null, now())",
        "alter table vault_ledger disable trigger all",
        "drop trigger ledger_rows on vault_ledger",
        "create or replace function ledger_refuse() returns trigger language plpgsql as $$ begin return new; end $$",
    ],
)
def test_the_application_can_only_append(statement: str) -> None:
    write(1)

    with pytest.raises(ProgrammingError, match="permission denied|must be owner"), transaction.atomic():
        sql(statement)

    assert whys() == []


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_owner_is_refused_too(own_databases: dict[str, str], statement: str) -> None:
    write(1)
    sign_heads(a_person(), [CHAIN], NOW)

    with as_owner():
        for before in ("", "set session_replication_role = replica; "):
            with pytest.raises(DatabaseError, match="append-only|permission denied"):
                sql(before + statement)

    assert (len(entries()), LedgerSignature.objects.count()) == (1, 1)


def test_only_the_owner_gives_a_time(own_databases: dict[str, str]) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        record("note.written", chain=CHAIN, by=None, at=NOW)

    with as_owner():
        record("note.written", chain=CHAIN, by=None, at=NOW)

    assert [row.at for row in entries()] == [NOW]
    assert whys() == []


@pytest.mark.parametrize(
    "facts",
    [
        {"event": ""},
        {"event": "Note"},
        {"event": "x"},
        {"event": "note written"},
        {"event": "a" * 65},
        {"kind": "Anaïs"},
        {"kind": "a b"},
        {"code": "A sentence."},
        {"code": "é"},
        {"code": "a" * 64},
    ],
)
def test_the_ledger_takes_codes_and_no_text(facts: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        record(**({"event": "note.written"} | facts), chain=CHAIN, by=None)  # type: ignore[arg-type]

    assert entries() == []


def test_what_was_rolled_back_is_not_in_the_chain() -> None:
    write(1)
    with transaction.atomic():
        write(1)
        transaction.set_rollback(True)
    write(1)

    assert [row.position for row in entries()] == [1, 2]
    assert whys() == []


def test_two_writers_in_parallel_make_one_chain(own_databases: dict[str, str]) -> None:
    def run() -> None:
        try:
            for _ in range(25):
                write(1)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    rows = entries()
    assert [row.position for row in rows] == list(range(1, 76))
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert whys() == []


def test_a_writer_waits_for_the_one_before_and_joins_on(own_databases: dict[str, str]) -> None:
    write(1)

    def run() -> None:
        write(1)
        connections.close_all()

    with transaction.atomic():
        write(1)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(20)

    assert len(entries()) == 3
    assert whys() == []


def test_a_read_may_be_written_down_without_waiting_for_the_disk(own_databases: dict[str, str]) -> None:
    with transaction.atomic():
        ledger.do_not_wait_for_the_disk()
        write(1)
        assert sql("show synchronous_commit") == [("off",)]
        sql("set local synchronous_commit = on")
    assert sql("select count(*) from vault_ledger") == [(1,)]
    with transaction.atomic():
        sql("set local synchronous_commit = on")
        ledger.do_not_wait_for_the_disk()
        assert sql("show synchronous_commit") == [("off",)]


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


def broken_after(coach: Unlocked, *statements: str) -> list[UUID]:
    with no_triggers():
        for statement in statements:
            sql(statement)
    return sign_heads(again(coach), [CHAIN], NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "update vault_ledger_head set hash = '\\x01'",
        "update vault_ledger_head set position = 9",
        "update vault_ledger_head set position = 1, hash = (select hash from vault_ledger where position = 1)",
        "delete from vault_ledger_head",
        "update vault_ledger set hash = '\\x01' where position = 3",
        "delete from vault_ledger where position = 3",
        "update vault_ledger_signature set signature = ''",
        "update vault_ledger_signature set hash = '\\x01'",
    ],
)
def test_nobody_signs_a_history_that_was_rewritten(own_databases: dict[str, str], statement: str) -> None:
    coach = a_person()
    write(3)
    sign_heads(coach, [CHAIN], NOW)

    assert broken_after(coach, statement) == [CHAIN]
    assert LedgerSignature.objects.count() == 1


def test_a_first_signature_is_refused_to_a_head_that_is_not_in_the_chain(own_databases: dict[str, str]) -> None:
    write(3)

    assert broken_after(a_person(), "update vault_ledger_head set hash = '\\x01'") == [CHAIN]
    assert not LedgerSignature.objects.exists()


def test_every_chain_that_left_a_trace_is_listed() -> None:
    coach, signed = a_person(), UUID(int=9)
    write(1)
    write(1, INSTANCE)
    LedgerSignature.objects.create(chain=signed, position=1, hash=b"", person=coach.person, signature=b"", at=NOW)

    assert ledger.chains() == [INSTANCE, CHAIN, signed]
    assert whys(signed) == [(1, "a signed head is not in the chain")]
