"""The agreements' texts: dated, versioned templates in two languages. A published version never changes; a change is a new version.

Clauses that coaches add or leave out, the three-way agreement and the pledge will be further templates here.
"""

from __future__ import annotations

from consent.wordings import en, fr
from consent.wordings.kinds import Clause, KeyPoint, Template, UnknownTemplate

__all__ = ["CURRENT", "Clause", "KeyPoint", "Template", "UnknownTemplate", "current", "find"]

PUBLISHED: tuple[Template, ...] = (fr.CONFIDENTIALITY_1, en.CONFIDENTIALITY_1)
CURRENT = ("confidentiality", "1")


def find(code: str, version: str, language: str) -> Template:
    """The template of this code, version and language, or raise `UnknownTemplate`."""
    for template in PUBLISHED:
        if (template.code, template.version, template.language) == (code, version, language):
            return template
    raise UnknownTemplate(f"{code} {version} {language}")


def current(language: str) -> Template:
    """The confidentiality agreement as it is proposed today."""
    return find(*CURRENT, "en" if language.startswith("en") else "fr")
