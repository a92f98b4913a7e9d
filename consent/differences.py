"""What changed between two texts, word by word, part by part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Protocol

WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")
LONG: Final = 60_000  # pairs of words beyond which frequent ones no longer anchor a comparison: it would take minutes


class Said(Protocol):
    """One part of a text as it is read. `code` names it in every version."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def paragraphs(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: `same`, `ins` or `del`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One part of two texts: `same`, `changed`, `moved`, `added` or `left_out`; one that changed may have moved too, behind `after`."""

    title: list[Piece]
    paragraphs: list[list[Piece]]
    kind: str
    is_moved: bool = False
    after: str = ""


def words(before: str, after: str) -> list[Piece]:
    """The pieces that lead from one text to the other: what goes before what comes, a lone space between two changes counted with them."""
    runs = list(_runs(WORDS.findall(before), WORDS.findall(after)))
    inner = {n for n in range(1, len(runs) - 1) if runs[n][0] == "same" and not runs[n][1].strip()}
    joined: list[tuple[str, str, str]] = []
    for n, (kind, gone, come) in enumerate(runs):
        if joined and (n in inner or n - 1 in inner):
            _kind, more_gone, more_come = joined.pop()
            joined.append(("changed", more_gone + gone, more_come + come))
        else:
            joined.append((kind, gone, come))
    return [piece for run in joined for piece in _pieces(*run)]


def _runs(old: list[str], new: list[str]) -> Iterator[tuple[str, str, str]]:
    """Kind, words of the older text, words of the newer; of long texts what both begin and end with is set aside first."""
    is_long = len(old) * len(new) > LONG
    head, tail = _shared(old, new) if is_long else (0, 0)
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if head:
        yield "same", "".join(old[:head]), ""
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=is_long).get_opcodes():
        yield "same" if tag == "equal" else "changed", "".join(before[i:j]), "".join(after[k:m])
    if tail:
        yield "same", "".join(old[len(old) - tail :]), ""


def _shared(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many words both begin with, and how many of the rest both end with."""
    shortest = min(len(old), len(new))
    head = next((n for n in range(shortest) if old[n] != new[n]), shortest)
    tail = next((n for n in range(shortest - head) if old[-1 - n] != new[-1 - n]), shortest - head)
    return head, tail


def _pieces(kind: str, gone: str, come: str) -> Iterator[Piece]:
    if kind == "same":
        yield Piece("same", gone)
        return
    if gone:
        yield Piece("del", gone)
    if come:
        yield Piece("ins", come)


def parts(before: Sequence[Said], after: Sequence[Said]) -> list[Changed]:
    """Each part of the newer text in its order, then those that were left out."""
    old, new = {part.code: part for part in before}, {part.code: part for part in after}
    stays = _in_order([code for code in old if code in new], [code for code in new if code in old])
    titles = ["", *(part.title for part in after)]
    changed = [
        _compared(old.get(code), part, is_moved=code in old and code not in stays, after=title)
        for (code, part), title in zip(new.items(), titles, strict=False)
    ]
    return changed + [_compared(part, None) for code, part in old.items() if code not in new]


def _in_order(old: list[str], new: list[str]) -> set[str]:
    """The codes that kept their order among each other."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return {code for start, _other, size in matcher.get_matching_blocks() for code in old[start : start + size]}


def _compared(old: Said | None, new: Said | None, *, is_moved: bool = False, after: str = "") -> Changed:
    kind = "added" if old is None else "left_out" if new is None else "changed" if old != new else "moved" if is_moved else "same"
    title = words(old.title if old else "", new.title if new else "")
    paragraphs = list(_paragraphs(old.paragraphs if old else (), new.paragraphs if new else ()))
    return Changed(title, paragraphs, kind, is_moved, after if is_moved or kind == "added" else "")


def _paragraphs(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[list[Piece]]:
    """Paragraphs that stayed, and word by word those that took another's place."""
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=len(old) * len(new) > LONG).get_opcodes():
        if kind == "equal":
            yield from ([Piece("same", text)] for text in old[i:j])
            continue
        for n in range(max(j - i, m - k)):
            yield words(old[i + n] if i + n < j else "", new[k + n] if k + n < m else "")
