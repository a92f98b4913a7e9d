"""An agreement put together: whatever is chosen, what must stand stands and nothing contradicts anything."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from consent import wordings
from consent.wordings import Clause, Kind, OwnClause
from support.words import NO_BREAK

pytestmark = pytest.mark.no_database

BETWEEN_TWO = (Kind.CONFIDENTIALITY, Kind.COACHING)
OWN = OwnClause("Nos pauses", "Nous faisons une pause.\n\nElle ne compte pas.")
LANGUAGES = st.sampled_from(["fr", "en"])
ALL_SET = {"wording", "naming", "reference", "sponsor_text", "attendance", "supervision"}
KEPT_WITHIN = {"recordings", "special_data", "barrier", "retention", "law"}


@st.composite
def choices(draw: st.DrawFn) -> dict[str, object]:
    """What a coach may ask for, sensible or not."""
    kind = draw(st.sampled_from(list(Kind)))
    options = sorted(wordings.current(kind, "fr").options)
    return {
        "kind": kind,
        "language": draw(LANGUAGES),
        "wording": draw(st.sampled_from("AB")),
        "is_paid_for": draw(st.booleans()),
        "is_consumer": draw(st.booleans()),
        "options": draw(st.frozensets(st.sampled_from(options), max_size=3)) if options else frozenset(),
        "own": draw(st.lists(st.sampled_from([OWN, OwnClause("Autre", "Un mot de {client}.", after="notes")]), max_size=3)),
    }


def composed(asked: dict[str, object]) -> tuple[Clause, ...] | None:
    """The agreement asked for, or None if it cannot be."""
    try:
        return wordings.compose(**asked)  # type: ignore[arg-type]
    except wordings.Incompatible:
        return None


def plain(kind: Kind, language: str = "fr", **more: object) -> tuple[Clause, ...]:
    """An agreement with wording A, paid for by an organisation, unless said otherwise."""
    return wordings.compose(kind, language, **{"wording": "A", "is_paid_for": True, "is_consumer": False, **more})  # type: ignore[arg-type]


def codes(clauses: tuple[Clause, ...]) -> list[str]:
    return [clause.code for clause in clauses]


@given(choices())
def test_what_is_locked_always_stands_where_its_conditions_hold(asked) -> None:
    clauses = composed(asked)
    assume(clauses is not None)

    facts = {name: asked[name] for name in ("wording", "is_paid_for", "is_consumer")}
    for item in wordings.current(asked["kind"], asked["language"]).clauses:
        clause = wordings.find_clause(item.code, item.version, asked["language"])
        if clause.is_locked:
            assert (clause in clauses) == clause.stands(**facts)


@given(choices())
def test_what_cannot_meet_never_stands_together_and_effects_are_never_ambiguous(asked) -> None:
    clauses = composed(asked)
    assume(clauses is not None)

    for one, other in combinations(clauses, 2):
        assert other.code not in one.incompatible_with
    effects = wordings.effects(clauses)
    assert all(effects[key] == value for clause in clauses for key, value in clause.effect.items())
    assert len(wordings.effect_sentences(effects, asked["language"])) == len(effects)


@given(choices())
def test_the_order_is_the_template_s_and_the_same_in_both_languages(asked) -> None:
    clauses = composed(asked)
    assume(clauses is not None)

    order = [item.code for item in wordings.current(asked["kind"], "fr").clauses]
    places = [order.index(code) for code in codes(clauses) if not code.startswith("own_")]
    assert places == sorted(places)
    assert codes(clauses) == codes(composed({**asked, "language": "en"}) or ()) == codes(composed(asked) or ())
    assert asked["options"] <= set(codes(clauses))


@given(choices())
def test_every_own_clause_stands_once_in_the_order_given_and_has_no_effect(asked) -> None:
    clauses = composed(asked)
    assume(clauses is not None)

    mine = {clause.code: clause for clause in clauses if clause.code.startswith("own_")}
    assert sorted(mine) == [f"own_{number}" for number in range(1, len(asked["own"]) + 1)]
    assert [mine[f"own_{number}"].title for number in range(1, len(mine) + 1)] == [own.title for own in asked["own"]]
    assert not any(clause.effect or clause.is_locked for clause in mine.values())


@given(choices())
def test_an_agreement_between_three_is_never_wording_b_and_always_listed(asked) -> None:
    clauses = composed({**asked, "kind": Kind.THREE_WAY, "options": frozenset()})

    assert (clauses is None) == (asked["wording"] == "B" or not asked["is_paid_for"])
    if clauses is not None:
        effects = wordings.effects(clauses)
        assert (effects["wording"], effects["listing"], effects["attendance"]) == ("A", "yes", "minimum")


@given(choices())
def test_under_wording_b_nobody_else_learns_anything_but_what_the_agreement_gives_to_supervision(asked) -> None:
    clauses = composed({**asked, "wording": "B"})
    assume(clauses is not None)

    effects = wordings.effects(clauses)
    assert effects["wording"] == "B"
    assert {effects[key] for key in ("naming", "reference", "sponsor_text", "attendance")} == {"never"}
    assert effects["supervision"] == ("pseudonymised" if "pseudonymised_supervision_b" in asked["options"] else "never")


@given(choices())
def test_every_agreement_sets_every_effect_that_its_wording_touches(asked) -> None:
    clauses = composed(asked)
    assume(clauses is not None)

    effects = wordings.effects(clauses)
    assert set(effects) >= ALL_SET
    if asked["kind"] in (*BETWEEN_TWO, Kind.THREE_WAY):
        assert set(effects) >= KEPT_WITHIN
    assert ("listing" in effects) == (asked["kind"] == Kind.THREE_WAY)
    assert ("consumer_withdrawal" in effects) == (asked["kind"] == Kind.COACHING and asked["is_consumer"])


@given(choices())
def test_every_agreement_can_be_filled_with_what_it_says_it_needs(asked) -> None:
    clauses = composed(asked)
    assume(clauses is not None)

    values = {name: f"<b>{name}</b>" for name in wordings.needed(clauses)}
    filled = [line for clause in clauses for line in wordings.fill(clause.body, values)]
    assert not any(brace in line for line in filled for brace in "{}")


@pytest.mark.parametrize(("language", "said"), [("fr", "contrat tripartite"), ("en", "three-way agreement")])
def test_a_three_way_agreement_with_wording_b_is_refused_in_the_reader_s_language(language: str, said: str) -> None:
    with pytest.raises(wordings.Incompatible, match=said):
        plain(Kind.THREE_WAY, language, wording="B")


@pytest.mark.parametrize("kind", BETWEEN_TWO)
def test_two_chosen_clauses_that_contradict_each_other_are_both_named(kind: Kind) -> None:
    with pytest.raises(
        wordings.Incompatible,
        match=r"« Ma supervision, sous un pseudonyme ».+« Pas un mot de vous en supervision »".replace(" »", f"{NO_BREAK}»").replace(
            "« ", f"«{NO_BREAK}"
        ),
    ):
        plain(kind, options=frozenset({"pseudonymised_supervision_a", "no_supervision_a"}))


def test_a_chosen_clause_of_the_other_wording_is_refused_and_one_of_another_template_is_unknown() -> None:
    with pytest.raises(wordings.Incompatible, match="Ma supervision, sous un pseudonyme"):
        plain(Kind.CONFIDENTIALITY, options=frozenset({"pseudonymised_supervision_b"}))
    with pytest.raises(wordings.UnknownClause, match="goals"):
        plain(Kind.CONFIDENTIALITY, options=frozenset({"goals"}))
    with pytest.raises(ValueError, match="C"):
        plain(Kind.CONFIDENTIALITY, wording="C")


def test_effects_that_contradict_each_other_are_never_silently_joined() -> None:
    pair = [wordings.find_clause(code, "1", "fr") for code in ("recordings", "no_recordings")]

    with pytest.raises(wordings.Incompatible, match="Les enregistrements"):
        wordings.effects(pair)
    with pytest.raises(wordings.Incompatible, match="Aucun enregistrement"):
        wordings.check_compatible(pair, "fr")


def test_what_is_chosen_takes_the_place_of_what_it_replaces() -> None:
    options = frozenset({"no_summary", "no_attendance", "no_recordings", "no_supervision_a"})

    clauses = plain(Kind.CONFIDENTIALITY, options=options)

    assert options <= set(codes(clauses))
    assert not {"organisation_a", "attendance_a", "recordings", "supervision_a"} & set(codes(clauses))
    assert {wordings.effects(clauses)[key] for key in ("sponsor_text", "attendance", "recordings", "supervision")} == {"never"}


def test_coaching_free_of_charge_has_no_price_and_is_not_for_a_consumer() -> None:
    free = {"is_paid_for": False, "options": frozenset({"without_price"})}

    assert "price" not in codes(plain(Kind.COACHING, **free))
    assert "total_price" not in wordings.needed(plain(Kind.COACHING, **free))
    with pytest.raises(wordings.Incompatible):
        plain(Kind.COACHING, **free, is_consumer=True)


@pytest.mark.parametrize(
    ("is_paid_for", "is_consumer", "price"),
    [(False, False, "price"), (False, True, "price"), (True, False, "price_organisation"), (True, True, "price_shared")],
)
def test_who_pays_decides_which_article_names_the_price(is_paid_for: bool, is_consumer: bool, price: str) -> None:
    clauses = plain(Kind.COACHING, is_paid_for=is_paid_for, is_consumer=is_consumer)

    assert [code for code in codes(clauses) if code.startswith("price")] == [price]
    assert (codes(clauses)[-1] == "withdrawal_form") == is_consumer


def test_an_amendment_says_what_will_hold_and_what_it_changes() -> None:
    to_a, to_b = plain(Kind.AMENDMENT), plain(Kind.AMENDMENT, wording="B")

    assert "amendment_to_a" in codes(to_a)
    assert "amendment_to_b" not in codes(to_a)
    assert {"amendment_to_b", "amendment_follows_b", "organisation_b", "naming_b", "supervision_b"} <= set(codes(to_b))
    for clauses in (to_a, to_b):
        assert {"base_reference", "base_date"} <= set(wordings.needed(clauses))
    ends = " ".join(next(clause for clause in to_b if clause.code == "amendment_follows_b").body)
    assert "détruites" in ends
    assert "contrat tripartite" in ends


def test_own_clauses_stand_behind_the_one_they_name_else_before_the_closing_ones() -> None:
    own = [
        OWN,
        OwnClause("Après", "Un mot.", after="law"),
        OwnClause("Perdu", "Un mot.", after="promise_b"),
        OwnClause("Fin", "Un mot.", after="ending"),
    ]

    clauses = plain(Kind.CONFIDENTIALITY, own=own)

    found = codes(clauses)
    assert found[found.index("law") + 1] == "own_2"
    assert found[found.index("code_of_conduct") - 2 : found.index("code_of_conduct")] == ["own_1", "own_3"]
    assert found[-1] == "own_4"
    assert clauses[found.index("own_1")].body == ("Nous faisons une pause.", "Elle ne compte pas.")


def test_an_own_clause_has_no_place_where_nothing_is_written_and_must_be_fit_elsewhere() -> None:
    with pytest.raises(wordings.Incompatible):
        plain(Kind.ELSEWHERE, own=[OWN])
    with pytest.raises(wordings.UnfitOwnClause, match="accolade"):
        plain(Kind.CONFIDENTIALITY, own=[OwnClause("Titre", "Un texte {")])


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        ("", "Un texte.", "titre"),
        (" ", "Un texte.", "titre"),
        ("Titre", " \n ", "texte"),
        ("T" * 121, "Un texte.", "120"),
        ("Titre", "t" * 8001, "8000"),
        ("Titre", "Un\x07 texte.", "invisible"),
        ("Ti\ntre", "Un texte.", "invisible"),
        ("Titre", "Un \u202etexte.", "invisible"),
        ("Titre", "Un texte {client.", "accolade seule"),
        ("Titre", "Un texte }.", "accolade seule"),
        ("Titre", "Un texte {{client}}.", "accolade seule"),
        ("Titre {client}", "Un texte.", "accolade"),
        ("Titre", "Un texte {clients}.", "{clients}"),
        ("Titre", "Un texte {}.", "{}"),
        ("Titre", "Un texte {mediator}.", "{mediator}"),
        ("Titre", "Un texte {client.name}.", "{client.name}"),
    ],
)
def test_an_own_text_that_cannot_stand_is_told_why(title: str, body: str, said: str) -> None:
    problems = wordings.check_own_text(title, body, Kind.CONFIDENTIALITY)

    assert len(problems) == 1
    assert said in problems[0]


def test_an_own_text_may_have_lines_fields_of_its_kind_and_whatever_a_person_writes() -> None:
    assert wordings.check_own_text("T" * 120, "é" * 8000, Kind.COACHING) == []
    assert wordings.check_own_text("Titre", "Un mot.\r\n\r\n<b>{client}</b> & {mediator} 100 % – « oui » 😀", Kind.COACHING) == []
    assert wordings.check_own_text("", "", Kind.COACHING, "en") == ["Give this article a title.", "Write the text of this article."]


@given(st.text(), st.text(), st.lists(st.sampled_from(["{client}", "{coach}", " et ", "<i>", "%s", "$client"])))
def test_filling_is_one_pass_and_leaves_values_as_they_are(client: str, coach: str, parts: list[str]) -> None:
    filled = wordings.fill(["".join(parts)], {"client": client, "coach": coach})

    assert filled == ["".join({"{client}": client, "{coach}": coach}.get(part, part) for part in parts)]


def test_a_value_that_looks_like_a_placeholder_or_html_stays_as_it_is() -> None:
    assert wordings.fill(["{client} et {coach}"], {"client": "{coach} <b>&amp;", "coach": "{client.x} {0}"}) == [
        "{coach} <b>&amp; et {client.x} {0}"
    ]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("{clients}", "clients"),
        ("{client} {coach}", "coach"),
        ("{}", ""),
        ("{client.name}", "client.name"),
        ("a } b", "}"),
        ("{client", "{"),
    ],
)
def test_a_text_that_asks_for_what_is_not_given_is_refused_by_name(line: str, name: str) -> None:
    with pytest.raises(wordings.UnknownPlaceholder) as refused:
        wordings.fill([line], {"client": "Anaïs", "client.name": "x", "clients": "y", "": "z"})

    assert refused.value.name == name


def test_typed_values_are_said_as_each_language_says_them() -> None:
    values = {
        "client": "Anaïs", "years": 1, "session_count": 8, "session_length": 90, "cancel_notice": 2880, "total_price": 120_000,
        "start_date": date(2026, 12, 1), "sponsor_signatories": ["Claire Roux", "Paul Lemoine"],
    }  # fmt: skip

    french, english = wordings.worded(values, "fr"), wordings.worded(values, "en")

    assert (french["years"], english["years"]) == (f"1{NO_BREAK}an", f"1{NO_BREAK}year")
    assert wordings.worded({"years": 3}, "en")["years"] == f"3{NO_BREAK}years"
    assert (french["session_length"], french["cancel_notice"]) == (f"1{NO_BREAK}h{NO_BREAK}30", f"48{NO_BREAK}heures")
    assert wordings.worded({"cancel_notice": 60, "session_length": 45}, "en") == {
        "cancel_notice": f"1{NO_BREAK}hour",
        "session_length": f"45{NO_BREAK}min",
    }
    assert english["total_price"] == "€1,200.00"
    assert french["sponsor_signatories"] == "Claire Roux et Paul Lemoine"
    assert "décembre 2026" in french["start_date"]
    assert french["session_count"] == "8"
    with pytest.raises(wordings.UnknownPlaceholder):
        wordings.worded({"nobody": "x"}, "fr")
