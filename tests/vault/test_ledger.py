"""The ledger only grows, by one function, and takes codes and no text."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connections, transaction

from tests.databases import as_owner
from tests.vault.chains import CHAIN, entries, whys, write
from tests.vault.people import NOW, a_person, sql
from vault import ledger
from vault.ledger import INSTANCE, record, row_hash, sign_heads
from vault.models import LedgerEntry, LedgerSignature


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


def test_the_owner_is_refused_too(own_databases: dict[str, str]) -> None:
    write(1)
    sign_heads(a_person(), [CHAIN], NOW)

    with as_owner():
        for statement in FORBIDDEN:
            with pytest.raises(DatabaseError, match="append-only"):
                sql(statement)

    assert (len(entries()), LedgerSignature.objects.count()) == (1, 1)


def test_the_triggers_fire_whatever_a_session_sets() -> None:
    triggers = sql("select tgname, tgenabled from pg_trigger where tgname like 'ledger\\_%%'")

    assert set(triggers) == {(f"ledger_{name}", "A") for name in ("rows", "truncate", "signed_rows", "signed_truncate")}


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
