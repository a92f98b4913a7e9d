"""Ten thousand practices beside the one that is measured; two thousand of their coaches have a million notes between them.

Their sealed texts are bytes of the right size that no key opens; the rows around them, the keys' and the ledger's too, are as the product makes them.
"""

from __future__ import annotations

import os
from typing import Final

import psycopg

from bench.stage import Stage

NOTES: Final = int(os.environ.get("BENCH_NOTES", "1000000"))
PRACTICES, WRITING, ENGAGEMENTS = 10_000, 2_000, 20  # coaches; of whom so many write, each in so many engagements
SESSIONS: Final = max(1, NOTES // (WRITING * ENGAGEMENTS))  # of an engagement, each with its note
FACTS: Final = {"practices": PRACTICES, "writing": WRITING, "engagements": ENGAGEMENTS, "sessions": SESSIONS}

ENGAGED = """
(select n, e from generate_series(1, %(practices)s) n,
  generate_series(1, case when n <= %(writing)s then %(engagements)s else 1 end) e) engaged
"""
MET = (
    "(select n, e, s from generate_series(1, %(writing)s) n, generate_series(1, %(engagements)s) e, generate_series(1, %(sessions)s) s) met"
)
SEALED, ENCRYPTED = "decode(repeat(md5(random()::text), 64), 'hex')", "decode(repeat(md5(random()::text), 8), 'hex')"  # 1 KB, 128 bytes


def _id(kind: str, *parts: str) -> str:
    """A row's id, made of what it is and its numbers, so that others can name it."""
    numbers = " || '.' || ".join(parts)
    return f"md5('{kind}' || {numbers})::uuid"


PERSON, PRACTICE, COACH, SPONSOR = (_id(kind, "n") for kind in ("person", "practice", "coach", "sponsor"))
CLIENT, ENGAGEMENT, NOTES_KEY, SHARED_KEY = (_id(kind, "n", "e") for kind in ("client", "engagement", "notes key", "shared key"))
SESSION, NOTE = (_id(kind, "n", "e", "s") for kind in ("session", "note"))
STARTED = "now() - (8 + s * 7) * interval '1 day'"

ROWS: Final = {
    "accounts_user (id, password, is_superuser, username, details, language, has_shortcuts, is_administrator, is_demo, is_active, "
    "has_mailed_code, has_acted)": f"select {PERSON}, 'slot$' || md5(n::text), false, md5('a' || n) || md5('b' || n), {ENCRYPTED}, 'fr', true, "
    "false, false, true, false, true from generate_series(1, %(practices)s) n",
    "clients_practice (id, details, made_at)": f"select {PRACTICE}, {ENCRYPTED}, now() from generate_series(1, %(practices)s) n",
    "clients_coach (id, person_id, practice_id, made_at)": f"select {COACH}, {PERSON}, {PRACTICE}, now() from generate_series(1, %(practices)s) n",
    "clients_sponsor (id, coach_id, details, made_at)": f"select {SPONSOR}, {COACH}, {ENCRYPTED}, now() from generate_series(1, %(practices)s) n",
    "clients_client (id, coach_id, details, language, made_at)": f"select {CLIENT}, {COACH}, {ENCRYPTED}, 'fr', now() from {ENGAGED}",
    "clients_engagement (id, coach_id, client_id, sponsor_id, details, wording, planned_sessions, notes_key, shared_key, opened_at)": (
        f"select {ENGAGEMENT}, {COACH}, {CLIENT}, {SPONSOR}, {ENCRYPTED}, 'A', 6, {NOTES_KEY}, {SHARED_KEY}, now() - e * interval '1 day' "
        f"from {ENGAGED}"
    ),
    "clients_engagementuserpermission (content_object_id, permission_id, user_id)": (
        f"select {ENGAGEMENT}, (select id from auth_permission where codename = 'coach_engagement'), {PERSON} from {ENGAGED}"
    ),
    "vault_datakey (id, series, epoch, kind, practice, maker, made_at)": (
        f"select {NOTES_KEY}, {NOTES_KEY}, 1, 'own', {PRACTICE}, {PERSON}, now() from {ENGAGED} "
        f"union all select {SHARED_KEY}, {SHARED_KEY}, 1, 'shared', {PRACTICE}, {PERSON}, now() from {ENGAGED}"
    ),
    "vault_keygrant (id, key_id, holder, giver, wrapped, made_at)": (
        f"select gen_random_uuid(), key, {PERSON}, {PERSON}, {ENCRYPTED}, now() from {ENGAGED}, unnest(array[{NOTES_KEY}, {SHARED_KEY}]) key"
    ),
    "coaching_sessions_session (id, engagement_id, number, starts_at, minutes, place, state, details, made_at)": (
        f"select {SESSION}, {ENGAGEMENT}, s, {STARTED}, 60, 'office', 'held', {ENCRYPTED}, now() from {MET}"
    ),
    "coaching_sessions_note (id, session_id, body, version, made_at, saved_at, finished_at)": (
        f"select {NOTE}, {SESSION}, {SEALED}, 2, {STARTED}, {STARTED}, {STARTED} from {MET}"
    ),
    "vault_ledger (chain, position, event, kind, about, subject, by, code, version, at, previous, hash)": (
        f"select {PRACTICE}, (e - 1) * %(sessions)s + s, 'note.finished', 'note', {NOTE}, {ENGAGEMENT}, {PERSON}, '', 2, {STARTED}, "
        f"decode(repeat(md5(s::text), 2), 'hex'), decode(repeat(md5(e::text), 2), 'hex') from {MET}"
    ),
    "vault_ledger_head (chain, position, hash)": (
        f"select {PRACTICE}, %(engagements)s * %(sessions)s, decode(repeat(md5(n::text), 2), 'hex') from generate_series(1, %(writing)s) n"
    ),
}


def fill(stage: Stage) -> None:
    """Fill the product's own tables. References hold as they are made, so they are not looked up again a million times."""
    with stage.cluster.connect("coachvault") as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("set synchronous_commit = off")
        for columns, found in ROWS.items():
            admin.execute(f"insert into {columns} {found}", FACTS)  # type: ignore[arg-type]  # noqa: S608  made of this file alone
        admin.execute("vacuum analyze")
        admin.execute("checkpoint")  # what is still to be written is not written while pages are measured


def size(stage: Stage) -> tuple[int, int]:
    """Notes there are, and bytes on the disk."""
    with stage.cluster.connect("coachvault") as admin:
        notes = count(admin, "select count(*) from coaching_sessions_note")
        return notes, count(admin, "select pg_database_size(current_database())")


def count(admin: psycopg.Connection, statement: str) -> int:
    """One number."""
    found = admin.execute(statement).fetchone()  # type: ignore[arg-type]
    return int(found[0]) if found else 0
