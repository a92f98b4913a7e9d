"""Which characters the fonts of our PDFs can show: what they lack would stand in the document as an empty box."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont

FONTS: Final = Path(__file__).resolve().parent / "assets" / "fonts"


@cache
def _shown() -> frozenset[int]:
    """The code points that at least one family has in its upright cut: a document falls back from one to the other."""
    found: set[int] = set()
    for path in (*FONTS.glob("*-Regular.ttf"), FONTS / "DroidSansFallbackFull.ttf"):
        with TTFont(path, lazy=True) as font:
            found |= set(font.getBestCmap())
    return frozenset(found)


def unshown(text: str) -> str:
    """Return the characters that no font has, each once, in the order in which they are read; spaces and line ends count as shown."""
    return "".join(dict.fromkeys(character for character in text if not character.isspace() and ord(character) not in _shown()))
