"""The append-only chain of events. The database's function writes it; here we call, sign and verify it.

A row's hash is SHA-256 over the hash before and the JSON array of the row's fields, so that anyone can recompute it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from vault import primitives
from vault.models import LedgerEntry, LedgerSignature
from vault.primitives import Closed
from vault.unlocked import Unlocked, public_keys

INSTANCE: Final = UUID(int=0)  # the chain of what belongs to no practice
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold, and why."""

    chain: UUID
    position: int
    why: str
    signed_by: UUID | None = None
    signed_at: datetime | None = None


def record(
    event: str,
    *,
    chain: UUID,
    by: UUID | None,
    kind: str = "",
    about: UUID | None = None,
    subject: UUID | None = None,
    other: UUID | None = None,
    code: str = "",
    version: int | None = None,
    stored: bytes | None = None,
    at: datetime | None = None,
) -> None:
    """Append one event; the last statement of its transaction.

    `kind` and `about` name the row that it is about, `subject` what it belongs to (an engagement), `other` a second person,
    `code` a word, `stored` the bytes as they now stand in the column. `by` None is the instance. Only the owner may give `at`.
    """
    digest = None if stored is None else hashlib.sha256(stored).digest()
    facts: list[UUID | str | int | bytes | None] = [chain, event, kind, about, subject, other, by, code, version, digest]
    with connection.cursor() as cursor:
        if at is None:
            cursor.execute("select ledger_append(%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)", facts)
        else:
            cursor.execute("select ledger_append_at(%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)", [*facts, at])


def do_not_wait_for_the_disk() -> None:
    """Let this transaction's commit return before it is on the disk: for events that only say that something was read."""
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")


def row_hash(row: LedgerEntry) -> bytes:
    """What the row's hash must be, 32 bytes."""

    def text(value: UUID | None) -> str | None:
        return None if value is None else str(value)

    digest = None if row.digest is None else bytes(row.digest).hex()
    at = (row.at - _EPOCH) // timedelta(microseconds=1)
    fields = [
        str(row.chain), row.position, row.event, row.kind, text(row.about), text(row.subject), text(row.other), text(row.by),
        row.code, row.version, digest, at,
    ]  # fmt: skip
    return hashlib.sha256(bytes(row.previous) + json.dumps(fields).encode()).digest()


def verify_chain(chain: UUID) -> Iterator[Break]:
    """Every place where a chain does not hold: a changed row, a missing one, a head or a signature that is not of this chain."""
    previous, position = b"\0", 0
    hashes: dict[int, bytes] = {}
    for row in LedgerEntry.objects.filter(chain=chain).order_by("position").iterator():
        position += 1
        if row.position != position:
            yield Break(chain, position, "missing")
            position = row.position
        elif bytes(row.previous) != previous:
            yield Break(chain, position, "not joined to the one before")
        if row_hash(row) != bytes(row.hash):
            yield Break(chain, row.position, "changed")
        previous = hashes[row.position] = bytes(row.hash)
    if (_head(chain) or (0, b"\0")) != (position, previous):
        yield Break(chain, position, "the end is not the head")
    for signed in LedgerSignature.objects.filter(chain=chain):
        if hashes.get(signed.position) != bytes(signed.hash):
            yield Break(chain, signed.position, "a signed head is not in the chain", signed.person, signed.at)
        elif not _is_signed(signed):
            yield Break(chain, signed.position, "a signature does not hold", signed.person, signed.at)


def chains() -> list[UUID]:
    """Every chain that has a head, a row or a signature."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select chain from vault_ledger_head union select chain from vault_ledger union select chain from vault_ledger_signature"
        )
        return sorted(row[0] for row in cursor.fetchall())


def _head(chain: UUID) -> tuple[int, bytes] | None:
    """The chain's last position and hash, as its writer keeps them."""
    with connection.cursor() as cursor:
        cursor.execute("select position, hash from vault_ledger_head where chain = %s", [chain])
        head = cursor.fetchone()
    return None if head is None else (head[0], bytes(head[1]))


def _is_signed(signed: LedgerSignature) -> bool:
    message = primitives.context("signed.ledger", signed.chain.bytes, signed.position, bytes(signed.hash))
    try:
        public = public_keys(signed.person)
        if public is None:
            return False
        primitives.check_signature(public.ever(), message, bytes(signed.signature))
    except Closed:
        return False
    return True


def _stands(chain: UUID, position: int, hash_: bytes) -> bool:
    return LedgerEntry.objects.filter(chain=chain, position=position, hash=hash_).exists()


def _holds(chain: UUID, last: LedgerSignature | None, head: tuple[int, bytes] | None) -> bool:
    """Whether the head is a row of the chain, and what was signed last is one too, before it."""
    if head is not None and not _stands(chain, *head):
        return False
    if last is None:
        return True
    return head is not None and last.position <= head[0] and _stands(chain, last.position, bytes(last.hash)) and _is_signed(last)


def sign_heads(vault: Unlocked, chains: Iterable[UUID], at: datetime) -> list[UUID]:
    """Sign the head of each chain, after checking that the head this person signed last is still in it; the chains where it is not."""
    broken = []
    for chain in chains:
        last = LedgerSignature.objects.filter(chain=chain, person=vault.person).order_by("-position").first()
        head = _head(chain)  # read after the signature, so that it is never the older of the two
        if not _holds(chain, last, head):
            broken.append(chain)
        elif head is not None and (last is None or last.position < head[0]):
            signature = vault.sign("ledger", chain.bytes, *head)
            LedgerSignature.objects.create(chain=chain, position=head[0], hash=head[1], person=vault.person, signature=signature, at=at)
    return broken
