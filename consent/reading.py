"""The confidentiality reading that a text went through before it is proposed: of which text, and what the coach answered. No word of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

NOTHING_FOUND: Final = "nothing_found"
ANSWERED: Final = "answered"


def digest_of(text: str) -> bytes:
    """SHA-256 of exactly this text."""
    return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that was read for an engagement: how many findings stop it, the keys of those that ask, the keys that the coach answered."""

    engagement: UUID
    digest: bytes  # SHA-256
    stops: int
    asked: frozenset[str]
    answered: frozenset[str]

    @property
    def lets_go(self) -> bool:
        """Whether nothing stops and everything asked was answered."""
        return self.stops == 0 and self.asked <= self.answered

    @property
    def code(self) -> str:
        """What the ledger says of it."""
        return ANSWERED if self.asked else NOTHING_FOUND

    def is_of(self, text: str, engagement: UUID) -> bool:
        """Whether it was this text that was read, for this engagement."""
        return self.digest == digest_of(text) and self.engagement == engagement
