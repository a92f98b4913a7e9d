"""A new epoch of a key: everything sealed under the epochs before is sealed again, batch by batch, then those are destroyed.

Every sealed column of every model is found by introspection: what a later feature seals cannot be forgotten here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import BinaryField, F, Func, Model, Q, QuerySet

from vault import ledger, shredding
from vault.fields import SealedField
from vault.models import DataKey, PersonKeys, Renewal
from vault.primitives import Closed
from vault.renewal import REPLACED
from vault.sealed import Place, Sealed
from vault.unlocked import EPOCH_BYTES, Unlocked

RESEALED: Final = "resealed"  # the event of new bytes for the same text: `kind` is the table, `code` the column
BATCH: Final = 25
OLDER = """
select k.series, p.person, p.made_at from vault_keygrant mine join vault_datakey k on k.id = mine.key_id
join vault_keygrant g on g.key_id = k.id join vault_personkeys p on p.person = g.holder
where mine.holder = %(maker)s and k.maker = %(maker)s and k.shredded_at is null
and p.former is not null and k.made_at < p.made_at
and not exists (select from vault_datakey n where n.series = k.series and n.epoch > k.epoch and n.shredded_at is null)
"""  # by whom they are held, and since when that person has new keys. Of a copy its maker holds nothing


@dataclass(frozen=True, slots=True)
class Column:
    """One sealed column."""

    model: type[Model]
    field: SealedField

    @property
    def name(self) -> str:
        """How it is called: table and column."""
        return f"{self.table}.{self.field.column}"

    @property
    def table(self) -> str:
        """The table that it stands in."""
        return str(self.model._meta.db_table)

    def under(self, series: UUID) -> QuerySet[Any]:
        """The rows that this key seals a text of."""
        is_there = Q(self.field.sealed_under(series), **{f"{self.field.attname}__isnull": False})
        return self.model._base_manager.filter(is_there).order_by("pk")

    def before(self, series: UUID, epoch: int) -> QuerySet[Any]:
        """Those whose text an epoch before this one seals."""
        first = Func(F(self.field.attname), template="substring(%(expressions)s from 1 for 4)", output_field=BinaryField())
        rows: QuerySet[Any] = self.under(series).annotate(_epoch=first).filter(_epoch__lt=epoch.to_bytes(EPOCH_BYTES, "big"))
        return rows

    def with_its_key(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The same rows, read together with the row that names their key."""
        path = self.field.under.rpartition("__")[0] if isinstance(self.field.under, str) else ""
        return rows.select_related(path) if path else rows

    def value(self, row: Any) -> Sealed:
        """What stands in it."""
        sealed: Sealed = getattr(row, self.field.attname)
        return sealed


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch did: how many texts it sealed again, and the rows that do not open."""

    done: int = 0
    closed: frozenset[UUID] = field(default_factory=frozenset)


def columns() -> list[Column]:
    """Every sealed column of every model."""
    return [Column(model, one) for model in apps.get_models() for one in model._meta.concrete_fields if isinstance(one, SealedField)]


def old(maker: UUID) -> dict[UUID, datetime]:
    """The keys of this person whose secret may have leaked with the old keys of somebody who holds it; of each, since when there are new ones."""
    with connection.cursor() as cursor:
        cursor.execute(OLDER, {"maker": maker})
        rows = cursor.fetchall()
    leaked = {row.person for row in PersonKeys.objects.filter(pk__in={who for _series, who, _at in rows}) if _may_have_leaked(row)}
    return {series: at for series, who, at in sorted(rows, key=lambda row: row[2]) if who in leaked}


def _may_have_leaked(row: PersonKeys) -> bool:
    """Whether keys that this person had before may have leaked, rather than been lost."""
    try:
        return REPLACED in (row.former or {})
    except Closed:  # written over in the database
        return False


def begin(series: UUID, vault: Unlocked, at: datetime, *, afresh: bool = False) -> Renewal:
    """Make a new epoch of a key, or give back the one that is under way. Inside a transaction. Raises `NotYours`, `Closed`.

    `afresh`: the one under way goes on with an epoch of this moment, and what it sealed so far is left behind with the rest.
    """
    shredding.hold([series])
    going = Renewal.objects.filter(series=series, done_at__isnull=True).first()
    if going is not None and not afresh:
        return going
    epoch = vault.new_epoch(series, at)
    if going is None:
        return Renewal.objects.create(series=series, epoch=epoch, maker=vault.person, begun_at=at)
    going.epoch = epoch
    going.save(update_fields=["epoch"])
    return going


def under_way(maker: UUID) -> QuerySet[Renewal]:
    """What this person began and has not finished, the oldest first."""
    return Renewal.objects.filter(maker=maker, done_at__isnull=True).order_by("begun_at", "pk")


def left(renewal: Renewal) -> int:
    """How many texts an epoch before the new one still seals."""
    return sum(column.before(renewal.series, renewal.epoch).count() for column in columns())


def total(renewal: Renewal) -> int:
    """How many texts the key seals."""
    return sum(column.under(renewal.series).count() for column in columns())


def reseal(renewal: Renewal, vault: Unlocked, *, chain: UUID, by: UUID, at: datetime | None, without: Collection[UUID] = ()) -> Batch:
    """Seal the next few texts again, inside the caller's transaction, and tell the ledger of each row's new bytes. Raises `Closed`.

    The rows are held from reading to writing. Versions stay; what does not open stays as it is, and is named. `without`: rows named before.
    """
    renewal.refresh_from_db()
    if not DataKey.objects.filter(series=renewal.series, shredded_at__isnull=True).exists():
        return Batch()  # destroyed meanwhile: nothing is left to be sealed again
    opened, closed = _opened(renewal, vault, without)
    for column, row, place, sealed in opened:  # the ledger first: the database lets no finished text change that it does not tell of
        facts = {"kind": column.table, "about": row.pk, "code": column.field.column, "version": place.version}
        ledger.record(RESEALED, chain=chain, by=by, stored=sealed.stored(), at=at, **facts)
    for column, row, _place, sealed in opened:
        setattr(row, column.field.attname, sealed)
        row.save(update_fields=[column.field.attname])
    Renewal.objects.filter(pk=renewal.pk).update(resealed=F("resealed") + len(opened))
    return Batch(len(opened), frozenset(closed))


def _opened(renewal: Renewal, vault: Unlocked, without: Collection[UUID]) -> tuple[list[tuple[Column, Any, Place, Sealed]], set[UUID]]:
    """The next rows, held, each with its text sealed again; and those that do not open."""
    found: list[tuple[Column, Any, Place, Sealed]] = []
    closed: set[UUID] = set()
    for column, row in _next(renewal, without):
        try:
            place = column.field.place(row)
            found.append((column, row, place, vault.seal(vault.open(column.value(row), place), place)))
        except Closed:
            closed.add(row.pk)
    return found, closed


def _next(renewal: Renewal, without: Collection[UUID]) -> Iterator[tuple[Column, Any]]:
    """As many rows as make a batch, column by column."""
    free = BATCH
    for column in columns():
        waiting = column.before(renewal.series, renewal.epoch).exclude(pk__in=list(without))
        for row in column.with_its_key(waiting).select_for_update(of=("self",))[:free]:
            free -= 1
            yield column, row
        if not free:
            return


def finish(renewal: Renewal, at: datetime, *, even_closed: bool = False) -> list[DataKey] | None:
    """Destroy the epochs before the new one, inside the caller's transaction, and give them back.

    None while one of them still seals a text, and where it is done already. `even_closed`: what does not open is left behind, and never opens.
    """
    living = shredding.hold([renewal.series])  # whoever sealed with an old one has committed: what it sealed is counted
    renewal.refresh_from_db()
    if renewal.done_at is not None or (living and not even_closed and left(renewal)):
        return None
    Renewal.objects.filter(pk=renewal.pk).update(done_at=at)
    if not living:  # somebody destroyed the whole key meanwhile
        return list(DataKey.objects.filter(series=renewal.series, epoch__lt=renewal.epoch))
    return shredding.shred_before(renewal.series, renewal.epoch, at)


def seals_of(series: Collection[UUID]) -> Iterator[tuple[Column, UUID, bytes]]:
    """Every text that these keys seal: its column, the row and the SHA-256 of the stored bytes. Nothing is opened."""
    for column in columns():
        for one in series:
            for row in column.under(one).only("pk", column.field.attname).iterator():
                yield column, row.pk, column.value(row).digest()
