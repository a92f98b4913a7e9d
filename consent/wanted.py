"""What a client answers to a proposed text when it is neither yes nor no: the text as they would have it, and a comment. Sealed as one."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Final

# A sentence ends behind its stop (not behind an initial's or a figure's), its closing quotes and the space after them; a line at its end.
ENDS: Final = re.compile(r"(?<!\b\w)[.!?…]+(?:\s?[»”\")])*\s+|\n\s*")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The client's text and their comment; of the two one may be what it was, or empty."""

    text: str
    comment: str = ""

    def kept(self) -> str:
        """As it is sealed: JSON with the two, so that one seal and one padded length hold both."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, kept: str) -> Wanted:
        """Taken apart again."""
        return cls(**json.loads(kept))


def sentences(text: str) -> list[str]:
    """The text in sentences and lines, each with the space behind it; put together they are the text."""
    starts = [0, *(found.end() for found in ENDS.finditer(text) if found.end() < len(text)), len(text)]
    return [text[start:end] for start, end in zip(starts, starts[1:], strict=False) if end > start]
