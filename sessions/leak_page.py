"""How the confidentiality reading shows a text: in pieces, each finding with a number and a place to jump to."""

from __future__ import annotations

from dataclasses import dataclass

from sessions.leak_check import Finding, Kind


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text, the numbers of the findings that begin with it, and whether it is inside one that asks or stops."""

    text: str
    begins: tuple[int, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with its number, its words, and whether it was answered already."""

    number: int
    finding: Finding
    words: str
    is_answered: bool

    @property
    def may_be_another(self) -> bool:
        """Whether the coach can say that the name is somebody else's."""
        return self.finding.kind == Kind.NAME


@dataclass(frozen=True, slots=True)
class Page:
    """A text and what was found in it."""

    pieces: tuple[Piece, ...]
    findings: tuple[Shown, ...]

    @property
    def stops(self) -> bool:
        """Whether the text cannot go out as it stands."""
        return any(one.finding.stops for one in self.findings)


def pieces(text: str, findings: list[Finding]) -> tuple[Piece, ...]:
    """Cut a text where findings, in the order of their beginnings, begin and end. The pieces put together are the text."""
    cuts = sorted({0, len(text), *(one.start for one in findings), *(one.end for one in findings)})
    coming, over, found = list(enumerate(findings, 1))[::-1], list[Finding](), list[Piece]()
    for start, end in zip(cuts, cuts[1:], strict=False):
        begins = []
        while coming and coming[-1][1].start <= start:
            number, one = coming.pop()
            begins.append(number)
            over.append(one)
        over = [one for one in over if one.end > start]
        kind = "stops" if any(one.stops for one in over) else "asks" if over else ""
        found.append(Piece(text[start:end], tuple(begins), kind))
    return tuple(found)


def shown(text: str, findings: list[Finding], answered: set[str]) -> Page:
    """What the page needs."""
    listed = (Shown(number, one, text[one.start : one.end], one.key in answered) for number, one in enumerate(findings, 1))
    return Page(pieces(text, findings), tuple(listed))
