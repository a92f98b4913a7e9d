"""`@act`, with the ledger behind it: every action of every room wears it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from support.act import Refused
from support.act import act as _act
from vault import ledger

__all__ = ["Refused", "act", "person_of"]


def person_of(by: Any) -> UUID | None:
    """Whose UUID the ledger names: a person, somebody who is a person's role here, or None for the instance."""
    if by is None:
        return None
    return by.person_id if hasattr(by, "person_id") else by.pk  # type: ignore[no-any-return]


def _write_down(action: str, no: Refused, facts: dict[str, Any]) -> None:
    by = facts.get("by")
    chain = getattr(by, "practice_id", None) or ledger.INSTANCE
    ledger.record("refused", chain=chain, by=person_of(by), kind=action, code=no.code)


act = _act(refused=_write_down)
