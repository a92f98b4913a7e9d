"""The texts themselves: the same promises in both languages, well set, and no more promised than may be."""

from __future__ import annotations

import re
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from consent import wordings
from consent.wordings import Clause, Kind, table
from consent.wordings.layouts import LAYOUTS
from consent.wordings.library import TEXTS, problem
from consent.wordings.placeholders import named_in
from consent.wordings.rules import RIVALS, RULES
from support.words import typographic
from tests.support.test_words import NEVER_SAID

pytestmark = pytest.mark.no_database

BOTH = pytest.mark.parametrize("language", ["fr", "en"])
MORE_NEVER_SAID = re.compile(
    r"secret\w* professionnel|anonym|conforme|complian|certifi|coffre-fort|qualifi|avancée?\b|advanced|garanti|guarant|inviolab|100 %|coachee",
    re.IGNORECASE,
)
WRONG_SPACE = re.compile(r" [:;?!»]|« |(?<=[^\s\u00a0\u202f])[;?]|['\"]")
WRONG_IN_ENGLISH = re.compile(r" [:;?!”]|“ |['\"]|[«»]")
QUOTED_ARTICLE = re.compile(r"\((?:article) [«“]\u00a0?(.+?)\u00a0?[»”]\)")
READERS = {
    Kind.CONFIDENTIALITY: {"A", "B"},
    Kind.COACHING: {"A", "B"},
    Kind.THREE_WAY: {"A", "sponsor"},
    Kind.AMENDMENT: {"A", "B"},
    Kind.ELSEWHERE: {"A", "B"},
}


def of(language: str) -> dict[str, Clause]:
    """Every clause of a language by its code."""
    return {clause.code: clause for clause in wordings.CLAUSES if clause.language == language}


def lines(language: str) -> list[str]:
    """Every line that a person may read, in a language."""
    said = [line for clause in of(language).values() for line in (clause.title, *clause.body)]
    for template in wordings.TEMPLATES:
        if template.language == language:
            said += [template.title, template.lead, *template.statements.values()]
            said += [line for points in template.key_points.values() for point in points for line in (point.title, point.text)]
    effects = [{key: value} for key, effect in wordings.EFFECTS.items() for value in effect.values]
    said += [sentence for effect in effects for sentence in wordings.effect_sentences(effect, language)]
    said += [problem(code, language, first="X", second="Y", most=1) for code in TEXTS[language].PROBLEMS]
    said += [placeholder.labels[language] for placeholder in wordings.REGISTRY.values()]
    return [*said, *(wordings.default(name, language) for name in TEXTS[language].DEFAULTS)]


def contradict(one: Clause, other: Clause) -> bool:
    """Whether two clauses give one key two values."""
    return any(other.effect.get(key, value) != value for key, value in one.effect.items())


def test_both_languages_have_the_same_clauses_in_the_same_order() -> None:
    assert list(of("fr")) == list(of("en"))
    assert set(of("fr")) == set(RULES)


def test_a_clause_has_the_same_effect_conditions_and_placeholders_in_both_languages() -> None:
    french, english = of("fr"), of("en")

    for code, clause in french.items():
        other = english[code]
        assert (clause.version, clause.effect, clause.is_locked) == (other.version, other.effect, other.is_locked)
        assert (clause.wording, clause.is_paid_for, clause.is_consumer) == (other.wording, other.is_paid_for, other.is_consumer)
        assert (clause.incompatible_with, clause.instead_of) == (other.incompatible_with, other.instead_of)
        assert [sorted(named_in([line])) for line in clause.body] == [sorted(named_in([line])) for line in other.body], code


def test_both_languages_have_the_same_templates() -> None:
    french, english = ({t.code: t for t in wordings.TEMPLATES if t.language == language} for language in ("fr", "en"))

    for kind in Kind:
        one, other = french[kind], english[kind]
        assert (one.version, one.published, one.clauses, one.own_before) == (
            other.version,
            other.published,
            other.clauses,
            other.own_before,
        )
        assert list(one.statements) == list(other.statements)
        assert [(reader, [point.topic for point in points]) for reader, points in one.key_points.items()] == [
            (reader, [point.topic for point in points]) for reader, points in other.key_points.items()
        ]


@BOTH
def test_every_template_speaks_to_each_of_its_readers_and_signers(language: str) -> None:
    for kind in Kind:
        template = wordings.current(kind, language)

        assert set(template.key_points) == READERS[kind]
        assert set(template.statements) == {"client", "coach"} | ({"sponsor"} if kind == Kind.THREE_WAY else set())
        assert all(5 <= len(points) <= 6 for points in template.key_points.values())
        assert template.published == date(2026, 11, 25)


def test_every_placeholder_is_known_for_each_kind_that_uses_it_and_none_is_idle() -> None:
    used = {(name, layout.kind) for layout in LAYOUTS for item in layout.items for name in named_in(of("fr")[item.code].body)}

    assert used == {(name, kind) for name, placeholder in wordings.REGISTRY.items() for kind in placeholder.kinds}


@BOTH
def test_titles_and_covers_hold_no_placeholder(language: str) -> None:
    bodies = {line for clause in of(language).values() for line in clause.body}

    assert [line for line in lines(language) if re.search(r"[{}]", line) and line not in bodies and "{client}" not in line] == [
        problem("unknown", language, first="X")
    ]


@BOTH
def test_every_line_is_set_as_its_language_sets_it(language: str) -> None:
    wrong = WRONG_SPACE if language == "fr" else WRONG_IN_ENGLISH

    assert [line for line in lines(language) if line != typographic(line, language) or wrong.search(line)] == []


@BOTH
def test_no_line_says_what_must_never_be_said_or_raises_its_voice(language: str) -> None:
    assert [line for line in lines(language) if NEVER_SAID.search(line) or MORE_NEVER_SAID.search(line) or "!" in line] == []


@BOTH
def test_every_line_is_whole_and_says_something(language: str) -> None:
    for line in lines(language):
        assert line == line.strip()
        assert "  " not in line
        assert len(line) <= 900

    assert all(len(clause.title) <= 80 and clause.body and all(clause.body) for clause in of(language).values())


@BOTH
def test_a_sentence_of_a_body_ends_as_a_sentence(language: str) -> None:
    form = of(language)["withdrawal_form"].code

    ends = [line for clause in of(language).values() if clause.code != form for line in clause.body if not line.endswith(".")]

    assert ends == []


@BOTH
def test_the_signature_is_called_what_it_is(language: str) -> None:
    said = {"fr": ("signature électronique simple", "dossier de preuve complet"), "en": ("simple electronic signature", "full proof file")}

    for code in ("signature", "three_way_signature"):
        assert all(words in " ".join(of(language)[code].body) for words in said[language])
    for kind in (Kind.CONFIDENTIALITY, Kind.COACHING, Kind.THREE_WAY, Kind.AMENDMENT):
        assert all(said[language][0] in statement for statement in wordings.current(kind, language).statements.values())


@BOTH
def test_wording_b_is_said_to_be_stricter_than_usual_and_not_even_to_yield_to_the_client(language: str) -> None:
    stricter = {
        "fr": ("plus loin que la règle habituelle", "pas même à votre demande"),
        "en": ("further than the usual rule", "not even at your request"),
    }

    assert all(words in " ".join(of(language)["promise_b"].body) for words in stricter[language])
    assert stricter[language][1] in " ".join(of(language)["amendment_to_b"].body)


@BOTH
def test_the_consumer_is_told_what_the_law_asks_for(language: str) -> None:
    said = " ".join(line for clause in of(language).values() if clause.is_consumer for line in clause.body)

    for known in ("L. 221-5", "L. 221-18", "L. 221-25", "L. 612-1", "{mediator}", "{coach_address}", "{coach_contact}", "{total_price}"):
        assert known in said


def test_effects_stay_within_their_table_and_each_of_its_values_is_used_and_said() -> None:
    known = {(key, value) for key, effect in wordings.EFFECTS.items() for value in effect.values}
    used = {pair for clause in wordings.CLAUSES for pair in clause.effect.items()}

    assert used == known
    assert set(TEXTS["fr"].EFFECTS) == set(TEXTS["en"].EFFECTS) == known


def test_two_clauses_whose_effects_contradict_each_other_are_declared_incompatible() -> None:
    undeclared = [
        (one.code, other.code)
        for one, other in combinations(of("fr").values(), 2)
        if contradict(one, other) and other.code not in one.incompatible_with
    ]

    assert undeclared == []


def test_incompatibility_is_mutual_never_with_oneself_and_has_a_reason() -> None:
    clauses = of("fr")
    price = set().union(*RIVALS[-1])

    for one in clauses.values():
        assert one.code not in one.incompatible_with
        for code in one.incompatible_with:
            assert one.code in clauses[code].incompatible_with
            assert contradict(one, clauses[code]) or {one.code, code} <= price


def test_a_chosen_clause_takes_the_place_of_one_that_is_neither_locked_nor_chosen() -> None:
    clauses = of("fr")

    for layout in LAYOUTS:
        optional = {item.code: item.is_optional for item in layout.items}
        for code in optional:
            clause = clauses[code]
            assert not (clause.is_locked and optional[code])
            for other in clause.instead_of:
                assert optional[code]
                assert optional[other] is False
                assert not clauses[other].is_locked
                assert other in clause.incompatible_with


def test_every_clause_stands_in_a_template_once() -> None:
    placed = [(layout.kind, item.code) for layout in LAYOUTS for item in layout.items]

    assert len(placed) == len(set(placed))
    assert {code for _kind, code in placed} == set(RULES)
    assert all(layout.own_before in {None, *(item.code for item in layout.items)} for layout in LAYOUTS)


@BOTH
def test_an_article_that_is_quoted_by_its_title_stands_in_the_same_agreement(language: str) -> None:
    seen = 0
    for kind, wording, consumer in (
        (Kind.CONFIDENTIALITY, "A", False), (Kind.CONFIDENTIALITY, "B", False), (Kind.COACHING, "A", True), (Kind.COACHING, "B", True),
        (Kind.THREE_WAY, "A", False), (Kind.AMENDMENT, "A", False), (Kind.AMENDMENT, "B", False),
    ):  # fmt: skip
        clauses = wordings.compose(kind, language, wording=wording, is_paid_for=True, is_consumer=consumer)
        titles = {clause.title for clause in clauses}
        quoted = [title for clause in clauses for line in clause.body for title in QUOTED_ARTICLE.findall(line)]
        assert set(quoted) <= titles
        seen += len(quoted)

    assert seen >= 7


def test_a_template_is_found_by_its_name_and_one_never_published_is_not() -> None:
    assert wordings.find("confidentiality", "2", "fr") is wordings.current(Kind.CONFIDENTIALITY, "fr")
    assert wordings.current(Kind.COACHING, "en-gb").language == "en"
    assert wordings.templates(Kind.AMENDMENT, "de")[0].language == "fr"
    for version in ("0", "1"):
        with pytest.raises(wordings.UnknownTemplate):
            wordings.find("confidentiality", version, "fr")
    with pytest.raises(wordings.UnknownClause):
        wordings.find_clause("promise_a", "0", "fr")


@BOTH
def test_the_catalogue_lists_each_clause_with_what_follows_from_it(language: str) -> None:
    entries = {entry.code: entry for entry in wordings.catalogue(language)}

    assert list(entries) == list(of(language))
    assert entries["promise_b"].effects == tuple(wordings.effect_sentences({"wording": "B"}, language))
    assert entries["promise_b"].kinds == (Kind.CONFIDENTIALITY, Kind.COACHING)
    assert entries["promise_b"].is_locked
    assert entries["no_recordings"].is_optional
    assert not entries["parties"].effects


def test_the_table_in_the_docs_is_the_one_of_the_library() -> None:
    assert (Path(__file__).resolve().parents[2] / "docs" / "clauses.md").read_text() == table.table()
