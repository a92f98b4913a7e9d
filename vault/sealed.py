"""A sealed value that cannot be shown by accident, and the place that it is bound to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

from vault import primitives


class Shown(TypeError):
    """Somebody tried to show, copy or serialise a sealed value. Open it with a vault."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands. All of it is bound into the ciphertext, so that moving one breaks it.

    `purpose` e.g. `note.body`; `practice`, `row` and `series` (the DataKey's) are UUIDs; `maker` is the person who made the key.
    """

    purpose: str
    practice: UUID
    row: UUID
    version: int
    series: UUID
    maker: UUID

    def context(self, epoch: int) -> bytes:
        """The bytes that bind the seal to this place, for one epoch of its key."""
        return primitives.context(
            self.purpose, self.practice.bytes, self.row.bytes, self.version, self.series.bytes, epoch, self.maker.bytes
        )


class Sealed:
    """Ciphertext as it stands in a column. Every way of showing it gives the same word or raises."""

    __slots__ = ("_stored",)

    def __init__(self, stored: bytes) -> None:
        self._stored = bytes(stored)

    def stored(self) -> bytes:
        """The bytes as they are stored: 4 bytes of epoch, then the seal."""
        return self._stored

    stored.alters_data = True  # type: ignore[attr-defined]  # so that a template does not call it

    def digest(self) -> bytes:
        """SHA-256 of the stored bytes, as the ledger keeps it."""
        return hashlib.sha256(self._stored).digest()

    digest.alters_data = True  # type: ignore[attr-defined]

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return "‹sealed›"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return str(self)

    def __html__(self) -> str:
        return str(self)

    def _refuse(self, *_: Any) -> NoReturn:
        raise Shown("a sealed value is opened by a vault, or not at all")

    __reduce__ = __reduce_ex__ = __copy__ = __deepcopy__ = __bytes__ = __len__ = __iter__ = __getitem__ = __add__ = __contains__ = _refuse  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other._stored == self._stored

    def __hash__(self) -> int:
        return hash(self._stored)
