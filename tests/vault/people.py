"""People with open vaults and keys, quickly made: their slots are closed under random bytes instead of a stretched passphrase."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connections

from vault.models import DataKey
from vault.primitives import FLOOR, random_key
from vault.sealed import Place, Sealed
from vault.slots import Stretched
from vault.unlocked import Unlocked, make_vault

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
PRACTICE = UUID("9c1e7b1e-4f4e-4d0c-9d3c-0a8f7f0f2a11")
TEXT = "What was said"
OWN, SHARED, COPY = DataKey.Kind.OWN, DataKey.Kind.SHARED, DataKey.Kind.COPY


def a_person() -> Unlocked:
    """Somebody who just made their vault."""
    return make_vault(uuid4(), Stretched(uuid4(), os.urandom(16), FLOOR, random_key()), NOW)


def again(vault: Unlocked) -> Unlocked:
    """The same person's vault in another request."""
    return Unlocked(vault.person, vault._root_key)


def a_key(vault: Unlocked, kind: str = OWN) -> UUID:
    """The series of a fresh DataKey of this person."""
    return vault.make_key(kind=kind, practice=PRACTICE, at=NOW)


def a_place(vault: Unlocked, series: UUID, **other: Any) -> Place:
    """Where a note could stand, sealed with this key of this person."""
    facts: dict[str, Any] = {
        "purpose": "note.body",
        "practice": PRACTICE,
        "row": uuid4(),
        "version": 1,
        "series": series,
        "maker": vault.person,
    }
    return Place(**(facts | other))


def sql(statement: str, *values: Any, alias: str = "default") -> list[tuple[Any, ...]]:
    """What somebody at the application's database prompt could do."""
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def sealed_in(vault: Unlocked, series: UUID, **other: Any) -> tuple[Sealed, Place]:
    """A text of this person, and where it stands."""
    place = a_place(vault, series, **other)
    return vault.seal(TEXT, place), place


def the_key(series: UUID) -> DataKey:
    """The row of a series with one epoch."""
    return DataKey.objects.get(series=series)
