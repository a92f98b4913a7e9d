"""What a pledge says: locked parts word for word, facts put in, and nothing else that stands between braces."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import differences, pledges
from consent.pledge_forms import FACTS, WHY_LOCKED, PledgeForm
from consent.pledges import Part, Said
from consent.wordings.pledge import ASKED, PledgeTemplate
from support.words import typographic
from tests.consent.pledges import text
from tests.support.test_words import NEVER_SAID

LOCKED = {"what_it_is_not", "code", "limits", "complaint"}
no_database = pytest.mark.no_database
words = st.lists(st.sampled_from(["un", "deux", "trois", ".", " ", "l’an"])).map("".join)


@no_database
@pytest.mark.parametrize("language", ["fr", "en"])
def test_both_languages_say_the_same_parts_in_the_same_order(language: str) -> None:
    template, french = pledges.TEMPLATES[language], pledges.TEMPLATES["fr"]

    assert [(part.code, part.is_locked) for part in template.parts] == [(part.code, part.is_locked) for part in french.parts]
    assert {part.code for part in template.parts if part.is_locked} == LOCKED == WHY_LOCKED.keys()
    assert [len(part.text.split("\n\n")) for part in template.parts] == [len(part.text.split("\n\n")) for part in french.parts]


@no_database
@pytest.mark.parametrize("template", pledges.TEMPLATES.values(), ids=pledges.TEMPLATES)
def test_the_texts_are_set_well_say_nothing_that_must_not_be_said_and_name_each_fact(template: PledgeTemplate) -> None:
    said = "\n\n".join([template.title, template.lead, template.statement, *(f"{part.title}\n\n{part.text}" for part in template.parts)])

    assert not NEVER_SAID.search(said)
    assert typographic(said, template.language) == said
    assert "!" not in said
    assert set(pledges.FACT.findall(said)) == {"coach", *ASKED}
    assert FACTS.keys() == set(ASKED)


def test_a_locked_part_cannot_be_changed_left_out_or_taken_away(cast) -> None:
    whole = text(cast.camille)
    tampered = [replace(part, text="Tout est permis.", is_out=True) for part in whole.parts if part.code != "limits"]

    written = pledges.write_text(coach=cast.camille, language="fr", parts=tampered, facts=whole.facts)

    locked = {part.code: part.text for part in pledges.TEMPLATES["fr"].parts if part.is_locked}
    assert {part.code: part.text for part in written.parts if part.is_locked} == locked
    assert {part.code for part in written.said} >= LOCKED


def test_nobody_makes_a_locked_part_by_saying_so(cast) -> None:
    forged = Part("own_1", "Une fausse", "Verrouillée par ruse", is_locked=True)

    written = pledges.write_text(coach=cast.camille, language="fr", parts=[forged], facts={})

    assert "own_1" not in {part.code for part in written.parts}


def test_facts_are_put_in_and_other_braces_are_only_text(cast) -> None:
    part = Part("own_1", "Chez {practice}", "{coach} {coach.__class__} {0} {autre} {", is_own=True)

    written = pledges.write_text(coach=cast.camille, language="fr", parts=[part], facts={})

    said = next(one for one in written.said if one.code == "own_1")
    assert (said.title, said.paragraphs) == ("Chez Aubry Coaching", ("Camille Aubry {coach.__class__} {0} {autre} {",))


def test_a_fact_that_names_another_is_not_filled_in_again(cast) -> None:
    written = pledges.write_text(coach=cast.camille, language="fr", parts=[], facts={"complaint": "{coach}"})

    assert "adresser à {coach}" in str(next(one for one in written.said if one.code == "complaint"))


def test_a_part_left_out_stays_in_the_draft_and_out_of_the_text(cast) -> None:
    whole = text(cast.camille)
    codes = [part.code for part in whole.parts if not part.is_locked]
    form = PledgeForm({f"is_in-{code}": "on" for code in codes if code != "payer"}, text=whole)
    assert form.is_valid()

    written = form.written(cast.camille)

    assert "payer" in {part.code for part in written.parts}
    assert "payer" not in {part.code for part in written.said}


def test_the_form_gives_back_what_it_was_given(cast) -> None:
    whole = text(cast.camille, own="Un texte\n\nen deux paragraphes")
    form = PledgeForm(text=whole)
    typed = {field.html_name: "on" if field.name.startswith("is_in-") else field.value() for field in form}

    sent = PledgeForm(typed, text=whole)

    assert sent.is_valid()
    assert sent.written(cast.camille) == whole
    assert next(one for one in whole.said if one.code == "own_1").paragraphs == ("Un texte", "en deux paragraphes")


def test_parts_move_one_place_and_not_beyond_the_ends(cast) -> None:
    whole = text(cast.camille)
    codes = [part.code for part in whole.parts]

    assert [part.code for part in pledges.moved(whole, codes[1], up=True).parts][:2] == [codes[1], codes[0]]
    assert pledges.moved(whole, codes[0], up=True) == pledges.moved(whole, codes[-1], up=False) == whole
    assert pledges.moved(whole, "no_such_part", up=True) == whole
    assert pledges.without_own_part(whole, "limits") == whole


def test_the_pdf_is_the_same_each_time_and_says_all_of_it(cast) -> None:
    whole = text(cast.camille, own="Ma phrase à moi")

    first, second = (pledges.render(whole, number=2, day=date(2026, 11, 25)) for _ in range(2))

    assert first == second
    said = " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(first)).pages)
    for phrase in (
        "Charte d’engagement",
        "Camille Aubry",
        "Ma phrase à moi",
        "Les limites de la confidentialité",
        "version 2 du 25/11/2026",
    ):
        assert phrase in said


@no_database
@given(words, words)
def test_what_stays_and_comes_is_the_newer_text_and_what_stays_and_goes_the_older(before: str, after: str) -> None:
    pieces = differences.words(before, after)

    assert "".join(piece.text for piece in pieces if piece.kind != "del") == after
    assert "".join(piece.text for piece in pieces if piece.kind != "ins") == before


@no_database
def test_a_lone_space_between_two_changes_goes_with_them() -> None:
    pieces = differences.words("Je réponds dans les deux jours.", "Je réponds dans la matinée même.")

    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "Je réponds dans "),
        ("del", "les deux jours"),
        ("ins", "la matinée même"),
        ("same", "."),
    ]


@no_database
def test_parts_are_told_apart_as_added_left_out_changed_or_moved() -> None:
    a, b, c = (Said(code, code.upper(), (f"Texte de {code}.",)) for code in "abc")
    changed = replace(b, paragraphs=("Texte neuf de b.", "Et plus."))

    found = differences.parts([a, b, c], [c, a, changed, Said("d", "D", ("Nouveau.",))])

    assert [(part.kind, "".join(piece.text for piece in part.title)) for part in found] == [
        ("moved", "C"),
        ("same", "A"),
        ("changed", "B"),
        ("added", "D"),
    ]
    assert [(piece.kind, piece.text) for piece in found[2].paragraphs[0]] == [("same", "Texte"), ("ins", " neuf"), ("same", " de b.")]
    assert [part.kind for part in differences.parts([a, b], [a])] == ["same", "left_out"]
