"""What the library is made of. A clause's words are for people; its `effect` is all that the rules of the product read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Kind(StrEnum):
    """What sort of agreement a template makes."""

    CONFIDENTIALITY = "confidentiality"
    COACHING = "coaching"
    THREE_WAY = "three_way"
    AMENDMENT = "amendment"
    ELSEWHERE = "elsewhere"


class UnknownTemplate(LookupError):
    """No such template was ever published."""


class UnknownClause(LookupError):
    """The library, or this template, has no such clause."""


class UnfitOwnClause(ValueError):
    """A coach's own clause cannot stand as it is. The sentence says why."""


class Incompatible(ValueError):
    """Two clauses cannot stand in one agreement. The sentence is in the language of the agreement."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One key that a clause may set: the values it may have, and the rule that reads it."""

    values: tuple[str, ...]
    read_by: str


# A key that an agreement does not set grants nothing. An amendment's effects take the place of the same keys of what it changes.
EFFECTS: Final[Mapping[str, Effect]] = MappingProxyType(
    {
        "wording": Effect(("A", "B"), "every decision: under B nobody but coach and client reads anything"),
        "naming": Effect(("consent", "never"), "naming the client as one, in a credential log too (reference, credential_log)"),
        "reference": Effect(("consent", "never"), "quoting or describing the client (reference, case_study)"),
        "sponsor_text": Effect(("consent", "never"), "a summary for a contact (sponsor.summary)"),
        "attendance": Effect(
            ("consent", "minimum", "never"),
            "dates, presence, hours for a contact (sponsor.attendance); minimum: opened, ended, done, and more by consent",
        ),
        "supervision": Effect(
            ("consent", "pseudonymised", "never"),
            "a case in supervision (supervision); pseudonymised: the agreement itself permits that much",
        ),
        "recordings": Effect(("consent", "never"), "recording a session (recording)"),
        "special_data": Effect(("consent",), "health and the like in notes (special_data)"),
        "barrier": Effect(("yes",), "keeping clients of one organisation apart (barriers)"),
        "retention": Effect(("years",), "how long notes stay after the last session: the value of {years}"),
        "listing": Effect(("yes",), "whether the organisation may see that the engagement exists (sponsor.listing)"),
        "consumer_withdrawal": Effect(("14",), "how many days the client can withdraw from the contract"),
        "law": Effect(("yes",), "the register of recourse to law"),
    }
)


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """One thing to know before reading on, in plain words. `topic` lets a page choose its picture."""

    topic: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """One clause as a language says it."""

    title: str
    body: tuple[str, ...]


def says(title: str, *body: str) -> Words:
    """A clause's title and paragraphs."""
    return Words(title, body)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is true of a clause in every language. A condition that is None always holds."""

    effect: Mapping[str, str] = field(default_factory=dict)
    is_locked: bool = False
    wording: str | None = None
    is_paid_for: bool | None = None
    is_consumer: bool | None = None
    instead_of: frozenset[str] = frozenset()
    version: str = "1"


@dataclass(frozen=True, slots=True)
class Clause:
    """One article in one language. Locked: it stays whatever the coach edits. `instead_of`: what it replaces when chosen."""

    code: str
    language: str
    version: str
    title: str
    body: tuple[str, ...]
    effect: Mapping[str, str] = field(default_factory=dict)
    is_locked: bool = False
    incompatible_with: frozenset[str] = frozenset()
    wording: str | None = None
    is_paid_for: bool | None = None
    is_consumer: bool | None = None
    instead_of: frozenset[str] = frozenset()

    def stands(self, *, wording: str, is_paid_for: bool, is_consumer: bool) -> bool:
        """Whether its conditions hold for such an agreement."""
        return (
            self.wording in (None, wording)
            and self.is_paid_for in (None, is_paid_for)
            and self.is_consumer in (None, is_consumer)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnClause:
    """A clause that a coach wrote: plain text, a blank line between paragraphs. `after`: the clause behind which it stands."""

    title: str
    body: str
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One place in a template: a clause in one version. Optional: it stands only if chosen."""

    code: str
    is_optional: bool = False
    version: str = "1"


@dataclass(frozen=True, slots=True)
class Layout:
    """What is true of a template in every language. Own clauses stand before `own_before`; None: there is no place for any."""

    kind: Kind
    version: str
    published: date
    items: tuple[Item, ...]
    own_before: str | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """A template as a language says it, its clauses aside."""

    title: str
    lead: str
    statements: Mapping[str, str]
    key_points: Mapping[str, tuple[KeyPoint, ...]]


@dataclass(frozen=True, slots=True)
class Template:
    """A text as published: who may still read it in ten years finds it under code, version and language."""

    code: Kind
    version: str
    language: str
    published: date
    title: str
    lead: str
    statements: Mapping[str, str]  # by the role of who signs
    key_points: Mapping[str, tuple[KeyPoint, ...]]  # by wording; "sponsor": for the organisation's readers
    clauses: tuple[Item, ...]
    own_before: str | None = None

    @property
    def options(self) -> frozenset[str]:
        """The codes of the clauses that may be chosen."""
        return frozenset(item.code for item in self.clauses if item.is_optional)
