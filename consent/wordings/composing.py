"""An agreement's clauses from what was chosen: locked ones always, never two that contradict each other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final

from consent.wordings.kinds import Clause, Kind, OwnClause, Template, UnfitOwnClause, UnknownClause
from consent.wordings.library import current, find_clause, incompatible, problem
from consent.wordings.placeholders import BRACE, FIELD, REGISTRY
from support.words import spoken

MOST_TITLE: Final = 120
MOST_BODY: Final = 8_000
TURNING: Final = frozenset(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)  # they change the order of what is read


def compose(
    kind: Kind,
    language: str,
    *,
    wording: str,
    is_paid_for: bool,
    is_consumer: bool,
    options: frozenset[str] = frozenset(),
    own: Sequence[OwnClause] = (),
) -> tuple[Clause, ...]:
    """The clauses of such an agreement, in order. Raises `Incompatible`, `UnknownClause`, `UnfitOwnClause`; ValueError for no wording."""
    if wording not in ("A", "B"):
        raise ValueError(wording)
    if kind == Kind.THREE_WAY and wording == "B":
        raise incompatible("three_way_b", language)
    if kind == Kind.THREE_WAY and not is_paid_for:
        raise incompatible("three_way_alone", language)
    template = current(kind, language)
    if unknown := options - template.options:
        raise UnknownClause(", ".join(sorted(unknown)))
    chosen = [
        find_clause(item.code, item.version, template.language) for item in template.clauses if item.code in options or not item.is_optional
    ]
    standing = [clause for clause in chosen if clause.stands(wording=wording, is_paid_for=is_paid_for, is_consumer=is_consumer)]
    for clause in chosen:
        if clause.code in options and clause not in standing:
            raise incompatible("does_not_fit", language, first=clause.title)
    replaced = {code for clause in standing for code in clause.instead_of}
    standing = [clause for clause in standing if clause.code not in replaced]
    check_compatible(standing, language)
    return _with_own(standing, own, template)


def check_compatible(clauses: Sequence[Clause], language: str) -> None:
    """Raise `Incompatible` if two of these clauses cannot meet."""
    for one, other in combinations(clauses, 2):
        if other.code in one.incompatible_with or one.code in other.incompatible_with:
            raise incompatible("cannot_meet", language, first=one.title, second=other.title)


def effects(clauses: Iterable[Clause]) -> Mapping[str, str]:
    """What follows from these clauses together: what the rules of the product read. Raises `Incompatible` if two contradict each other."""
    found: dict[str, str] = {}
    said: dict[str, Clause] = {}
    for clause in clauses:
        for key, value in clause.effect.items():
            if found.setdefault(key, value) != value:
                raise incompatible("cannot_meet", clause.language, first=said[key].title, second=clause.title)
            said.setdefault(key, clause)
    return found


def _with_own(standing: Sequence[Clause], own: Sequence[OwnClause], template: Template) -> tuple[Clause, ...]:
    """The clauses with the coach's own ones, each behind the clause it names, else before the closing ones."""
    if own and template.own_before is None:
        raise incompatible("no_place", template.language)
    codes = [clause.code for clause in standing]
    placed: dict[int, list[Clause]] = {}
    for number, mine in enumerate(own, 1):
        if problems := check_own_text(mine.title, mine.body, template.code, template.language):
            raise UnfitOwnClause(problems[0])
        place = codes.index(mine.after) + 1 if mine.after in codes else codes.index(template.own_before or "")
        placed.setdefault(place, []).append(_own_clause(number, mine, template.language))
    result: list[Clause] = []
    for place, clause in enumerate(standing):
        result += [*placed.get(place, ()), clause]
    return (*result, *placed.get(len(standing), ()))


def _own_clause(number: int, mine: OwnClause, language: str) -> Clause:
    """A coach's own text as a clause. It has no effect: no rule reads it."""
    paragraphs = (part.strip() for part in re.split(r"\n\s*\n", _lines(mine.body)))
    return Clause(f"own_{number}", language, "own", mine.title.strip(), tuple(filter(None, paragraphs)))


def _lines(text: str) -> str:
    """The text with line ends as one character each: browsers send two."""
    return text.replace("\r\n", "\n")


def check_own_text(title: str, body: str, kind: Kind, language: str = "fr") -> list[str]:
    """What is wrong with a coach's own clause, one sentence each; none if it may stand. The fields of that kind may be used in the body."""
    title, body = title.strip(), _lines(body).strip()
    held = set(FIELD.findall(body))
    fields = sorted(name for name in held if name not in REGISTRY or kind not in REGISTRY[name].kinds)
    checks = (
        ("no_title", not title),
        ("no_body", not body),
        ("long_title", len(title) > MOST_TITLE),
        ("long_body", len(body) > MOST_BODY),
        ("controls", any(map(_is_unseen, title + body.replace("\n", "")))),
        ("brace_in_title", bool(BRACE.search(title))),
        ("brace", bool(BRACE.search(FIELD.sub("", body)))),
    )
    limits = {"long_title": MOST_TITLE, "long_body": MOST_BODY}
    language = spoken(language)
    found = [problem(code, language, most=f"{limits.get(code, 0)}") for code, is_wrong in checks if is_wrong]
    return found + [problem("unknown", language, first=name) for name in fields]


def _is_unseen(character: str) -> bool:
    """Whether the character is a control, a lone surrogate, a private one, or turns the order of reading."""
    return unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} or character in TURNING
