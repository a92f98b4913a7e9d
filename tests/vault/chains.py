"""A chain of the ledger to try things on."""

from __future__ import annotations

from uuid import UUID, uuid4

from vault.ledger import record, verify_chain
from vault.models import LedgerEntry

CHAIN = UUID(int=7)


def write(events: int, chain: UUID = CHAIN) -> None:
    """Append some events."""
    for number in range(events):
        record("note.written", chain=chain, by=uuid4(), version=number)


def entries(chain: UUID = CHAIN) -> list[LedgerEntry]:
    """The rows of a chain, in their order."""
    return list(LedgerEntry.objects.filter(chain=chain).order_by("position"))


def whys(chain: UUID = CHAIN) -> list[tuple[int, str]]:
    """Where a chain breaks, and why."""
    return [(found.position, found.why) for found in verify_chain(chain)]
