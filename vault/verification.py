"""What `manage.py verify` asks of the vault: chains, keys and grants hold, and rows agree with the events about them. It opens nothing.

What is found is named by ids and codes only. Rows are compared by the database itself: no stored byte leaves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from psycopg import sql

from vault import ledger
from vault.epochs import RESEALED
from vault.keyring.models import Half
from vault.models import DataKey

REMOVED: Final = "practice.removed"  # from then on the rows that this chain tells of are gone
SHREDDED_BY_NOW: Final = timedelta(minutes=5)  # the worker finishes a shredding each minute


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that does not hold: where (ids) and why (a code)."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Check:
    """One question, how many it was asked of, and where the answer is no. A remark breaks nothing."""

    name: str
    asked: int
    found: tuple[Found, ...]
    is_remark: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that events tell of: `made` and `gone` are the events that say so, `where` which rows count, `id` what the events are about."""

    name: str
    table: str
    made: tuple[str, ...]
    gone: tuple[str, ...] = ()
    where: str = "true"
    id: str = "id"


@dataclass(frozen=True, slots=True)
class Bytes:
    """A column whose bytes the last of these events holds the digest of; where rows have versions, only at that version or once `final`."""

    name: str
    table: str
    column: str
    kind: str
    events: tuple[str, ...]
    final: str = "true"
    has_versions: bool = False


@dataclass(frozen=True, slots=True)
class States:
    """A state that follows from the last of these events about the row."""

    name: str
    table: str
    after: Mapping[str, tuple[str, ...]]


AGREE = """
with told as (
  select about as id, bool_or(event = any(%(made)s)) as made,
    bool_or(event = any(%(gone)s) or chain in (select chain from vault_ledger where event = %(removed)s)) as gone
  from vault_ledger where event = any(%(made)s) or event = any(%(gone)s) group by about
), here as (select {id} as id from {table} where {where})
select coalesce(told.id, here.id),
  case when here.id is null then 'missing' when told.id is null then 'no_event' else 'deleted_yet_here' end
from told full join here on here.id = told.id
where (here.id is null and told.made and not told.gone) or (here.id is not null and (told.id is null or told.gone or not told.made))
order by 1
"""
SAME_BYTES = """
with last as (
  select distinct on (about) about, digest, version from vault_ledger
  where digest is not null and (
    (kind = %(kind)s and event = any(%(events)s)) or (kind in (%(kind)s, %(table)s) and event = %(resealed)s and code = %(column)s))
  order by about, id desc
)
select row.id,
  case when last.about is null then 'no_event' when {older} then 'older' when row.{column} is null then 'emptied' else 'other_bytes' end
from {table} row left join last on last.about = row.id
where (last.about is null and row.{column} is not null) or {older}
  or (last.about is not null and {comparable} and (row.{column} is null or sha256(row.{column}) <> last.digest))
order by 1
"""
FOLLOWS = """
with last as (select distinct on (about) about, event from vault_ledger where event = any(%(events)s) order by about, id desc)
select row.id, 'is_' || row.state || '_after_' || last.event from {table} row join last on last.about = row.id
join unnest(%(after)s::text[], %(states)s::text[]) as rule (event, states) on rule.event = last.event
where not row.state = any(string_to_array(rule.states, ' ')) order by 1
"""
GRANTS = """
select g.id, case
  when k.shredded_at is not null then 'key_is_shredded'
  when g.giver <> k.maker then 'giver_is_not_the_maker'
  when k.kind = 'own' and g.holder <> k.maker then 'own_key_given'
  when k.kind = 'copy' and g.holder = k.maker then 'copy_held_by_its_maker'
  when k.kind = 'copy' and exists (select 1 from vault_keygrant o where o.key_id = g.key_id and o.id <> g.id) then 'copy_held_by_several'
  when not exists (select 1 from vault_personkeys p where p.person = g.holder) then 'holder_has_no_keys'
  when not exists (select 1 from vault_personkeys p where p.person = g.giver) then 'giver_has_no_keys' end as why
from vault_keygrant g join vault_datakey k on k.id = g.key_id
"""
HELD = "select id, 'nobody_holds_it' from vault_datakey k where shredded_at is null and not exists (select 1 from vault_keygrant g where g.key_id = k.id)"


def found(query: str | sql.Composed, facts: Mapping[str, Any] | None = None) -> tuple[Found, ...]:
    """What a query of ids and codes finds; rows without a code hold."""
    with connection.cursor() as cursor:
        cursor.execute(query, facts)  # type: ignore[arg-type]
        return tuple(Found(str(where), why) for where, why in cursor.fetchall() if why is not None)


def count(table: str, where: str = "true") -> int:
    """How many rows a table has."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select count(*) from {} where {}").format(sql.Identifier(table), sql.SQL(where)))  # type: ignore[arg-type]
        return int(cursor.fetchone()[0])


def chains() -> Check:
    """Every chain holds from its first row to its head and its signatures."""
    every = ledger.chains()
    breaks = (one for chain in every for one in ledger.verify_chain(chain))
    return Check("chains", len(every), tuple(Found(_place(one), one.why.replace(" ", "_")) for one in breaks))


def _place(one: ledger.Break) -> str:
    """Where a chain breaks; of a head that somebody signed, who and when."""
    signed = f" signed by {one.signed_by} on {one.signed_at:%Y-%m-%d %H:%M:%S} UTC:" if one.signed_by and one.signed_at else ""
    return f"{one.chain} {one.position}{signed}"


def rows(kind: Rows) -> Check:
    """Each row was made by an event and deleted by none, and each event's row is here."""
    names = {"table": sql.Identifier(kind.table), "id": sql.Identifier(kind.id), "where": sql.SQL(kind.where)}  # type: ignore[arg-type]
    facts = {"made": list(kind.made), "gone": list(kind.gone), "removed": REMOVED}
    return Check(kind.name, count(kind.table, kind.where), found(sql.SQL(AGREE).format(**names), facts))


def stored(kind: Bytes) -> Check:
    """The bytes in the column are those whose digest the ledger holds."""
    names = {
        "table": sql.Identifier(kind.table),
        "column": sql.Identifier(kind.column),
        "older": sql.SQL("coalesce(row.version < last.version, false)" if kind.has_versions else "false"),
        "comparable": sql.SQL(f"({kind.final} or row.version = last.version)" if kind.has_versions else kind.final),  # type: ignore[arg-type]
    }
    facts = {"kind": kind.kind, "table": kind.table, "events": list(kind.events), "column": kind.column, "resealed": RESEALED}
    return Check(kind.name, count(kind.table), found(sql.SQL(SAME_BYTES).format(**names), facts))


def states(kind: States) -> Check:
    """Each row is in the state that the last event about it leads to."""
    facts = {"events": list(kind.after), "after": list(kind.after), "states": [" ".join(allowed) for allowed in kind.after.values()]}
    return Check(kind.name, count(kind.table), found(sql.SQL(FOLLOWS).format(table=sql.Identifier(kind.table)), facts))


def grants() -> Iterable[Check]:
    """Each grant is one that its key's maker may give, to somebody with keys of their own; each living key is held."""
    yield Check("grants", count("vault_keygrant"), found(GRANTS))
    yield Check("keys are held", count("vault_datakey", "shredded_at is null"), found(HELD))


def keyring(at: datetime) -> Iterable[Check]:
    """Each living key has its half, each shredded one has none. Keys are read before halves, since halves are made first."""
    keys: dict[UUID, datetime | None] = dict(DataKey.objects.values_list("pk", "shredded_at"))
    halves: dict[UUID, datetime | None] = dict(Half.objects.values_list("pk", "destroyed_at"))
    gone = [key for key, shredded_at in keys.items() if shredded_at is None and (key not in halves or halves[key] is not None)]
    still = set(DataKey.objects.filter(pk__in=gone, shredded_at__isnull=True).values_list("pk", flat=True))  # not shredded since
    left = [key for key, shredded in keys.items() if shredded and at - shredded > SHREDDED_BY_NOW and key in halves and halves[key] is None]
    broken = [Found(str(key), "half_destroyed" if key in halves else "no_half") for key in sorted(still)]
    broken += [Found(str(key), "shredded_yet_has_half") for key in sorted(left)]
    yield Check("halves", len(keys), tuple(broken))
    loose = sorted(key for key, destroyed_at in halves.items() if key not in keys and destroyed_at is None)
    yield Check("halves without a key", len(halves), tuple(Found(str(key), "no_key") for key in loose), is_remark=True)
