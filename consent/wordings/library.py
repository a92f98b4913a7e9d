"""Every clause and every template as published, found by code, version and language. Rules and words are joined here once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from consent.wordings import en, fr
from consent.wordings.kinds import (
    EFFECTS,
    Clause,
    Cover,
    Incompatible,
    KeyPoint,
    Kind,
    Layout,
    Template,
    UnknownClause,
    UnknownTemplate,
    Words,
)
from consent.wordings.layouts import LAYOUTS
from consent.wordings.rules import RULES, rivals_of
from support.words import spoken, typographic

LANGUAGES: Final = ("fr", "en")
TEXTS: Final = MappingProxyType({"fr": fr, "en": en})


@dataclass(frozen=True, slots=True)
class Entry:
    """One clause as a page lists it: what it is called, where it stands, what follows from it."""

    code: str
    version: str
    title: str
    body: tuple[str, ...]
    is_locked: bool
    is_optional: bool
    kinds: tuple[Kind, ...]
    effects: tuple[str, ...]


def _clause(code: str, words: Words, language: str) -> Clause:
    """The rule of that code and the words of a language, well set."""
    rule = RULES[code]
    return Clause(
        code,
        language,
        rule.version,
        typographic(words.title, language),
        tuple(typographic(line, language) for line in words.body),
        MappingProxyType(dict(rule.effect)),
        rule.is_locked,
        rivals_of(code),
        rule.wording,
        rule.is_paid_for,
        rule.is_consumer,
        rule.instead_of,
    )


def _template(layout: Layout, cover: Cover, language: str) -> Template:
    """The layout and the cover of a language, well set."""

    def line(text: str) -> str:
        return typographic(text, language)

    def points(of: tuple[KeyPoint, ...]) -> tuple[KeyPoint, ...]:
        return tuple(KeyPoint(point.topic, line(point.title), line(point.text)) for point in of)

    return Template(
        code=layout.kind,
        version=layout.version,
        language=language,
        published=layout.published,
        title=line(cover.title),
        lead=line(cover.lead),
        statements=MappingProxyType({role: line(text) for role, text in cover.statements.items()}),
        key_points=MappingProxyType({reader: points(of) for reader, of in cover.key_points.items()}),
        clauses=layout.items,
        own_before=layout.own_before,
    )


CLAUSES: Final = tuple(_clause(code, words, language) for language in LANGUAGES for code, words in TEXTS[language].WORDS.items())
TEMPLATES: Final = tuple(_template(layout, TEXTS[language].COVERS[layout.kind], language) for language in LANGUAGES for layout in LAYOUTS)
BY_NAME: Final = MappingProxyType({(clause.code, clause.version, clause.language): clause for clause in CLAUSES})


def find(code: str, version: str, language: str) -> Template:
    """The template of this code, version and language, or raise `UnknownTemplate`."""
    for template in TEMPLATES:
        if (template.code, template.version, template.language) == (code, version, language):
            return template
    raise UnknownTemplate(f"{code} {version} {language}")


def find_clause(code: str, version: str, language: str) -> Clause:
    """The clause of this code, version and language, or raise `UnknownClause`."""
    try:
        return BY_NAME[code, version, language]
    except KeyError:
        raise UnknownClause(f"{code} {version} {language}") from None


def templates(kind: Kind, language: str) -> tuple[Template, ...]:
    """What was published of this kind, the newest first."""
    return tuple(template for template in TEMPLATES if (template.code, template.language) == (kind, spoken(language)))


def current(kind: Kind, language: str) -> Template:
    """The template of this kind as it is proposed today."""
    return templates(kind, language)[0]


def effect_sentences(effects: Mapping[str, str], language: str) -> list[str]:
    """What these effects mean, one sentence each, in the order of the table of effects. A number of years is said without the number."""
    said = TEXTS[spoken(language)].EFFECTS
    meant = {key: "years" if EFFECTS[key].values == ("years",) else effects[key] for key in EFFECTS if key in effects}
    return [typographic(said[key, value], language) for key, value in meant.items()]


def default(name: str, language: str) -> str:
    """What a placeholder says in an agreement between two when nothing was given for it. Raises KeyError where something must be."""
    return typographic(TEXTS[spoken(language)].DEFAULTS[name], language)


def problem(code: str, language: str, **facts: object) -> str:
    """What is wrong, in one sentence of that language; titles and limits are put in as they are."""
    return typographic(TEXTS[spoken(language)].PROBLEMS[code], language).format(**facts)


def incompatible(code: str, language: str, **facts: object) -> Incompatible:
    """The same as an error to raise."""
    return Incompatible(problem(code, language, **facts))


def catalogue(language: str) -> tuple[Entry, ...]:
    """Every clause as a page lists them, in the order of the library."""
    items = {(item.code, layout.kind): item for layout in LAYOUTS for item in layout.items}
    return tuple(
        Entry(
            clause.code,
            clause.version,
            clause.title,
            clause.body,
            clause.is_locked,
            any(item.is_optional for (code, _kind), item in items.items() if code == clause.code),
            tuple(kind for (code, kind) in items if code == clause.code),
            tuple(effect_sentences(clause.effect, language)),
        )
        for clause in CLAUSES
        if clause.language == spoken(language)
    )
