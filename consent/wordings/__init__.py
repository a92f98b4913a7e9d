"""The agreements' texts: dated clauses and templates in two languages, and what follows from each. A published text never changes; a change is a new version."""

from __future__ import annotations

from consent.wordings.composing import check_compatible, check_own_text, compose, effects
from consent.wordings.kinds import (
    EFFECTS,
    Clause,
    Effect,
    Incompatible,
    Item,
    KeyPoint,
    Kind,
    OwnClause,
    Template,
    UnfitOwnClause,
    UnknownClause,
    UnknownTemplate,
)
from consent.wordings.library import CLAUSES, TEMPLATES, Entry, catalogue, current, default, effect_sentences, find, find_clause, templates
from consent.wordings.placeholders import REGISTRY, Placeholder, UnknownPlaceholder, fill, needed, worded

__all__ = [
    "CLAUSES",
    "EFFECTS",
    "REGISTRY",
    "TEMPLATES",
    "Clause",
    "Effect",
    "Entry",
    "Incompatible",
    "Item",
    "KeyPoint",
    "Kind",
    "OwnClause",
    "Placeholder",
    "Template",
    "UnfitOwnClause",
    "UnknownClause",
    "UnknownPlaceholder",
    "UnknownTemplate",
    "catalogue",
    "check_compatible",
    "check_own_text",
    "compose",
    "current",
    "default",
    "effect_sentences",
    "effects",
    "fill",
    "find",
    "find_clause",
    "needed",
    "templates",
    "worded",
]
