"""What a template is made of. Its bodies hold {placeholders} and nothing else that is not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from support.words import typographic


class UnknownTemplate(LookupError):
    """No such template was ever published."""


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """One thing to know before reading on, in plain words."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One article. `wording` and `is_paid_for` say when it stands: None is always."""

    code: str
    title: str
    body: tuple[str, ...]
    wording: str | None = None
    is_paid_for: bool | None = None

    def stands(self, wording: str, is_paid_for: bool) -> bool:
        """Whether this clause is part of such an agreement."""
        return self.wording in (None, wording) and self.is_paid_for in (None, is_paid_for)


@dataclass(frozen=True, slots=True)
class Template:
    """A text as published: who may still read it in ten years finds it under code, version and language."""

    code: str
    version: str
    language: str
    published: date
    title: str
    lead: str
    statements: Mapping[str, str]  # by the role of who signs
    key_points: Mapping[str, tuple[KeyPoint, ...]]  # by wording
    clauses: tuple[Clause, ...]

    def clauses_for(self, wording: str, is_paid_for: bool) -> list[Clause]:
        """The clauses of such an agreement, in order."""
        return [clause for clause in self.clauses if clause.stands(wording, is_paid_for)]


def well_set(template: Template) -> Template:
    """The template with the quotes, apostrophes and spaces of its language."""

    def line(text: str) -> str:
        return typographic(text, template.language)

    return replace(
        template,
        title=line(template.title),
        lead=line(template.lead),
        statements={role: line(text) for role, text in template.statements.items()},
        key_points={w: tuple(KeyPoint(line(p.title), line(p.text)) for p in points) for w, points in template.key_points.items()},
        clauses=tuple(replace(c, title=line(c.title), body=tuple(map(line, c.body))) for c in template.clauses),
    )
