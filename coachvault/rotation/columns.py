"""Every encrypted column of both databases, found by asking the models: a value is replaced only if it is still the one that was read.

Where the ledger holds the digest of the bytes, the new one is written as an event about the same row, in the same transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.db import connections, router, transaction
from django.db.models import Model
from psycopg import sql

from vault import instance, ledger
from vault.encrypted import EncryptedField
from vault.primitives import Closed
from vault.verification import RESEALED

AT_ONCE: Final = 200
READ: Final = "select {pk}, {column} from {table} where substr({column}, 2, 4) <> %s and {pk} > %s order by {pk} limit %s"
FIRST: Final = "select {pk}, {column} from {table} where substr({column}, 2, 4) <> %s order by {pk} limit %s"
WRITE: Final = "update {table} set {column} = %s where {pk} = %s and {column} = %s"
NAMED: Final = "select {pk}, {column} from {table} where substr({column}, 2, 4) = %s"
KNOWN: Final = """
select distinct on (chain, kind) chain, kind, subject, other, version from vault_ledger
where about = %s and digest = %s order by chain, kind, id desc
"""


def every() -> Iterator[tuple[type[Model], EncryptedField]]:
    """Every encrypted column there is."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedField) and not model._meta.proxy:
                yield model, field


def walk(newest: bytes) -> tuple[int, list[str]]:
    """Close every value anew that another key closed; how many, and where one does not open: that one stays as it is."""
    done, closed = 0, []
    for model, field in every():
        for row, value in values(model, field, newest):
            try:
                done += replace(model, field, row, value)
            except Closed:
                closed.append(f"{model._meta.label}.{field.attname} {row}")
    return done, closed


def values(model: type[Model], field: EncryptedField, newest: bytes) -> Iterator[tuple[Any, bytes]]:
    """Ids and stored bytes of what the newest key did not close, some at a time, each row once."""
    last: Any = None
    while True:
        with connections[router.db_for_write(model)].cursor() as cursor:
            facts = [newest, AT_ONCE] if last is None else [newest, last, AT_ONCE]
            cursor.execute(_query(FIRST if last is None else READ, model, field), facts)
            rows = cursor.fetchall()
        for row, value in rows:
            yield row, bytes(value)
        if len(rows) < AT_ONCE:
            return
        last = rows[-1][0]


def replace(model: type[Model], field: EncryptedField, row: Any, value: bytes) -> bool:
    """Close one value with the newest key, if it is still there; whether it was. Raises `Closed`."""
    place = field.place(model(pk=row))
    new = instance.encrypt(instance.decrypt(value, place), place)
    alias = router.db_for_write(model)
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(_query(WRITE, model, field), [new, row, value])
        if cursor.rowcount == 1 and alias == "default":
            tell(field.column, row, value, new)
        return bool(cursor.rowcount == 1)


def tell(column: str, row: Any, old: bytes, new: bytes) -> None:
    """Write the new bytes' digest where the ledger held that of the old ones. Bytes that it did not know stay unknown, and `verify` red."""
    with connections["default"].cursor() as cursor:
        cursor.execute(KNOWN, [row, hashlib.sha256(old).digest()] if hasattr(row, "hex") else [None, b""])
        known = cursor.fetchall()
    for chain, kind, subject, other, version in known:
        ledger.record(
            RESEALED, chain=chain, by=None, kind=kind, about=row, subject=subject, other=other, code=column, version=version, stored=new
        )


def count(name: bytes) -> int:
    """How many values need this key: it closed them, and opens them where they stand."""
    found = 0
    for model, field in every():
        with connections[router.db_for_write(model)].cursor() as cursor:
            cursor.execute(_query(NAMED, model, field), [name])
            found += sum(opens(model, field, row, bytes(value)) for row, value in cursor.fetchall())
    return found


def opens(model: type[Model], field: EncryptedField, row: Any, value: bytes) -> bool:
    """Whether a value opens where it stands."""
    try:
        instance.decrypt(value, field.place(model(pk=row)))
    except Closed:
        return False
    return True


def _query(statement: str, model: type[Model], field: EncryptedField) -> Any:
    names = {"table": model._meta.db_table, "column": field.column, "pk": str(model._meta.pk.column)}
    return sql.SQL(statement).format(**{name: sql.Identifier(value) for name, value in names.items()})  # type: ignore[arg-type]
