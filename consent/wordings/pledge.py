"""What a pledge is made of: parts under codes, some of them locked, and the facts that each coach fills in.

Texts hold {coach}, {practice}, {code_of_conduct}, {supervision} and {complaint}; any other brace is a brace.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from support.words import typographic

ASKED: Final = ("code_of_conduct", "supervision", "complaint")  # of the coach; their name and their practice are known
FACTS: Final = ("coach", "practice", *ASKED)


@dataclass(frozen=True, slots=True)
class Part:
    """One part; an empty line parts its paragraphs. A locked one stands in every pledge, word for word."""

    code: str
    title: str
    text: str
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class PledgeTemplate:
    """The text that is proposed to coaches, in one language."""

    version: str
    language: str
    published: date
    title: str
    lead: str
    statement: str  # of whoever acknowledges it
    parts: tuple[Part, ...]


def well_set(template: PledgeTemplate) -> PledgeTemplate:
    """The template with the quotes, apostrophes and spaces of its language."""

    def line(text: str) -> str:
        return typographic(text, template.language)

    return replace(
        template,
        title=line(template.title),
        lead=line(template.lead),
        statement=line(template.statement),
        parts=tuple(replace(part, title=line(part.title), text=line(part.text)) for part in template.parts),
    )
