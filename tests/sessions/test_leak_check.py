"""The confidentiality reading as a function: what it finds in a text, what it leaves alone, whatever the spelling."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.leak_check import FOLDING, Finding, Kind, Known, Name, check, is_same, name_of, part_cleared, words_of
from sessions.leak_page import pieces, shown

pytestmark = pytest.mark.no_database
KARIM, ANA, LE_GOFF = uuid4(), uuid4(), uuid4()
OWN = "Anaïs Lefort"
NOTE = "Elle a rendu deux dossiers à son adjoint et elle dort mieux. Elle n’ose pas l’écrire."


def known(*clients: tuple[UUID, str], **more) -> Known:
    return Known(own=OWN, clients=clients or ((KARIM, "Karim Benali"),), **more)


def found(text: str, facts: Known | None = None) -> list[tuple[str, str]]:
    """Kind and words of each finding, in order."""
    return [(str(one.kind), text[one.start : one.end]) for one in check(text, facts or known())]


# Other clients


@pytest.mark.parametrize(
    "written",
    [
        "Karim Benali",
        "KARIM BENALI",
        "karim benali",
        "BENALI Karim",
        "Benali, Karim",
        "Karim   Benali",
        "Karim\nBenali",
        "Karim\u00a0Benali",
        "Karim\u202fBenali",
        "Ka\u200brim Be\u00adna\u2060li",
        "Karim\u200bBenali",
        "KarimBenali",
        "Karim-Benali",
        "Karim_Benali",
        "Karim** _Benali",
        "Kar**im** Benali",
        "K a r i m B e n a l i",
        "Karim Be-\nnali",
        "Karím Bénali",
        unicodedata.normalize("NFD", "Karím Bénali"),
        "Ｋａｒｉｍ Ｂｅｎａｌｉ",
        "𝐊𝐚𝐫𝐢𝐦 𝐁𝐞𝐧𝐚𝐥𝐢",
        "Ka\u3164rim Benali",
        "Ka\x01rim Benali",
    ],
)
def test_another_clients_full_name_stops_in_any_spelling(written):
    text = f"Elle travaille avec {written}."

    findings = check(text, known())

    assert [(one.kind, one.stops) for one in findings] == [(Kind.CLIENT, True)]
    assert text[findings[0].start : findings[0].end] == written


@pytest.mark.parametrize("around", ["d’{}", "l'{}", "qu’{},", "«\u00a0{}\u00a0»", "({})", "{}’s", "{}²", "@{}", "de {}…", "—{}—"])
def test_a_name_is_found_whatever_stands_around_it(around):
    assert found(around.format("Karim Benali")) == [("client", "Karim Benali")]
    assert found(around.format("Ana"), known((ANA, "Ana Silva"))) == [("name", "Ana")]


@pytest.mark.parametrize("word", ["analyse", "Anatole", "banana", "Ana\u0454", "ananas", "Karimov", "BENALIENNE", "Jana", "l’analyse"])
def test_a_name_inside_another_word_is_none(word):
    assert found(f"Voici {word} !", known((ANA, "Ana Silva"), (KARIM, "Karim Benali"))) == []


def test_each_place_of_a_name_is_found():
    assert found("Karim Benali, puis Karim Benali") == [("client", "Karim Benali")] * 2


def test_a_full_name_that_runs_on_into_other_letters_is_none():
    assert found("Karim Benaliste et unKarim Benali, Karim") == [("name", "Karim"), ("client", "Benali, Karim")]
    assert found("unKarim Benalix") == []


def test_a_short_name_is_not_put_together_from_other_words():
    assert found("Lin a dit oui ; Lina aussi, et Jean ne dit rien.", known((ANA, "Li Na"), (KARIM, "Jeanne Roy"))) == []
    assert found("Avec Li Na.", known((ANA, "Li Na"))) == [("client", "Li Na")]


@pytest.mark.parametrize(
    ("client", "written"),
    [
        ("Jean-Pierre Le Goff", "Jean-Pierre Le Goff"),
        ("Jean-Pierre Le Goff", "Jean Pierre LE GOFF"),
        ("Jean-Pierre Le Goff", "Jeanpierre Legoff"),
        ("Jean-Pierre Le Goff", "Le Goff Jean-Pierre"),
        ("Jean-Pierre Le Goff", "Jean\u2011Pierre Le\u00a0Goff"),
        ("LE GOFF Jean-Pierre", "Jean-Pierre Le Goff"),
        ("Mme Anne Martin-Dubois", "Anne Dubois"),
        ("Anne Martin-Dubois", "Anne Martin"),
        ("Anne Martin-Dubois", "DUBOIS Anne"),
        ("Anne Claire Roy", "Anne Roy"),
        ("Karim Benali (Horizon)", "Karim Benali"),
        ("Dr. Karim Benali", "Karim Benali"),
        ("Benali, Karim", "Karim Benali"),
        ("Zoë D’Almeida", "Zoe d'Almeida"),
        ("Łukasz Sørensen", "Lukasz Sorensen"),
        ("Cœur Straße", "COEUR STRASSE"),
        ("كريم بنعلي", "كريم بنعلي"),
    ],
)
def test_composed_and_foreign_names_are_found_in_full(client, written):
    assert found(f"Avec {written}, tout va.", known((LE_GOFF, client))) == [("client", written)]


def test_a_first_name_alone_only_asks_and_so_does_a_surname_with_its_capital():
    text = "Karim l’a dit. M. Benali aussi."

    findings = check(text, known())

    assert [(one.kind, one.stops, text[one.start : one.end]) for one in findings] == [
        (Kind.NAME, False, "Karim"),
        (Kind.NAME, False, "Benali"),
    ]
    assert found("karim en minuscules, un petit pas", known((KARIM, "Karim Petit"))) == [("name", "karim")]
    assert found("M. Petit", known((KARIM, "Karim Petit"))) == [("name", "Petit")]


def test_a_client_of_whom_only_the_first_name_is_known_only_asks():
    assert found("Karim vient.", known((KARIM, "Karim"))) == [("name", "Karim")]
    assert found("Karim vient.", known((KARIM, ""))) == []
    assert found("Vient qui veut.", known((KARIM, "…"))) == []


def test_a_name_that_two_clients_bear_is_one_question_about_both():
    finding = check("Karim vient.", known((KARIM, "Karim Benali"), (ANA, "Karim Roy")))[0]

    assert finding.clients == {KARIM, ANA}
    assert finding.about == "Karim Benali, Karim Roy"


def test_the_client_s_own_name_never_counts():
    same = known((ANA, "Anaïs Roy"), (KARIM, "Paul Lefort"), (LE_GOFF, "Anaïs Lefort"), marked=("Anaïs", "Anaïs Lefort", "Lefort"))

    assert found("Anaïs Lefort tient ses jalons. Anaïs dort. ANAIS LEFORT. Mme Lefort.", same) == []
    assert found("Avec Paul Lefort.", same) == [("client", "Paul Lefort")]
    assert found("Avec Anaïs Roy.", same) == [("client", "Anaïs Roy")]


def test_another_name_inside_the_clients_own_is_none_and_a_longer_one_around_it_is():
    assert found("Marie Anne Petit", Known(own="Marie Anne Petit", clients=((ANA, "Anne Petit"),))) == []
    assert found("Marie Anne Petit", Known(own="Anne Petit", clients=((ANA, "Marie Anne Petit"),))) == [("client", "Marie Anne Petit")]
    assert found("Anne-Laure Roy", Known(own="Anne-Laure", clients=((ANA, "Anne Roy"),))) == [("name", "Roy")]


def test_another_person_clears_a_first_name_for_that_client_only():
    cleared = known((KARIM, "Karim Benali"), cleared=frozenset({(KARIM, "karim")}))
    finding = check("Karim vient.", known())[0]

    assert part_cleared("Karim vient.", finding) == "karim"
    assert found("Karim vient. Karim Benali aussi. M. Benali.", cleared) == [("client", "Karim Benali"), ("name", "Benali")]
    assert found("Karim vient.", known((KARIM, "Karim Benali"), (ANA, "Karim Roy"), cleared=cleared.cleared)) == [("name", "Karim")]


def test_a_composed_first_name_is_cleared_as_it_stands():
    text, facts = "Jean-Pierre vient.", known((LE_GOFF, "Jean-Pierre Le Goff"))
    part = part_cleared(text, check(text, facts)[0])

    assert check(text, known((LE_GOFF, "Jean-Pierre Le Goff"), cleared=frozenset({(LE_GOFF, part)}))) == []


@pytest.mark.parametrize("written", ["Ka\x01rim", "Ka\u200brim", "Ka\u3164rim", "KARIM", "Kari\u0301m"])
def test_a_first_name_asks_in_any_spelling(written):
    assert found(f"Avec {written} hier.") == [("name", written)]


def test_an_accent_apart_belongs_to_the_letter_before_it():
    assert found("Zoe\u0301 vient.", known((ANA, "Zoé Roy"))) == [("name", "Zoe\u0301")]
    assert found("Zoﬁ.", known((ANA, "Zofi Roy"))) == [("name", "Zoﬁ")]
    assert found("㏂", known(words=("a",))) == [("word", "㏂")]


def test_a_composed_first_name_asks_as_one_word_too():
    assert found("Jeanpierre et Jean Pierre", known((LE_GOFF, "Jean-Pierre Le Goff"))) == [("name", "Jeanpierre"), ("name", "Jean Pierre")]


# Marked people, own words


def test_somebody_marked_asks_by_full_name_first_name_and_surname():
    facts = known(marked=("Sidonie Villedieu", "la DRH", "Zoé"))

    assert found("Sidonie Villedieu et Sidonie, Mme Villedieu, une villedieu, zoe, puis la drh et la porte.", facts) == [
        ("marked", "Sidonie Villedieu"),
        ("marked", "Sidonie"),
        ("marked", "Villedieu"),
        ("marked", "zoe"),
        ("marked", "la drh"),
    ]


def test_a_part_of_a_marked_name_that_is_the_clients_own_never_counts():
    assert found("Paul et Mme Lefort.", known(marked=("Paul Lefort",))) == [("marked", "Paul")]


def test_somebody_marked_who_is_another_client_too_stops():
    assert found("Avec Karim Benali.", known(marked=("Karim Benali", "Karim"))) == [("client", "Karim Benali")]
    assert found("Avec Karim.", known(marked=("Karim",))) == [("name", "Karim")]
    assert found("Avec Karim.", known(marked=("Karim",), cleared=frozenset({(KARIM, "karim")}))) == [("marked", "Karim")]


def test_a_marked_name_around_a_client_s_first_name_asks_for_itself():
    assert found("Karim Duval", known(marked=("Karim Duval",))) == [("name", "Karim"), ("marked", "Karim Duval")]


def test_own_words_ask_whatever_their_case_and_accents():
    facts = known(words=("projet Belvédère", "C-4", "…"))

    assert found("Le PROJET\u00a0BELVEDERE avance, le projet aussi ; C4.", facts) == [("word", "PROJET\u00a0BELVEDERE"), ("word", "C4")]


# Phrases out of private notes


def phrases(text: str, note: str) -> list[str]:
    return [text[one.start : one.end] for one in check(text, known(notes=(("Séance 2", note),))) if one.kind == Kind.PHRASE]


def test_seven_words_that_stand_just_so_in_a_note_ask_and_six_do_not():
    assert phrases("On voit que deux dossiers à son adjoint et elle avancent.", NOTE) == ["deux dossiers à son adjoint et elle"]
    assert phrases("On voit que dossiers à son adjoint et elle avancent.", NOTE) == []


def test_an_elision_is_one_word_as_one_counts_words():
    assert phrases("Elle n’ose pas l’écrire.", NOTE) == []
    assert phrases("qu’il n’y a pas d’autre", "qu’il n’y a pas d’autre") == []
    assert phrases("Il dit qu’il n’y a pas d’autre jour qu’hier soir", "Il dit qu’il n’y a pas d’autre jour") == [
        "Il dit qu’il n’y a pas d’autre jour"
    ]


@pytest.mark.parametrize(
    "note",
    [
        "Elle a **rendu** deux dossiers à son adjoint",
        "> Elle a rendu deux\n> dossiers à son adjoint",
        "# Elle a rendu\n\ndeux dossiers, à son adjoint",
        "ELLE A RENDU DEUX DOSSIERS A SON ADJOINT",
        "Elle a rendu [deux dossiers](https://example.org/x) à son adjoint",
        "Elle a rendu\n1. deux dossiers\n2) à son adjoint",
        "- [x] Elle a rendu deux\n- [ ] dossiers à son adjoint",
        "Elle&nbsp;a rendu deux dossiers &agrave; son adjoint",
        "| Elle a rendu | deux dossiers |\n| à son | adjoint |",
        unicodedata.normalize("NFD", "Elle a rendu deux dossiers à son adjoint"),
        "Elle\u200b a\u00a0rendu deux dos\u00adsiers à son adjoint",
    ],
)
def test_neither_markdown_nor_spelling_hides_a_phrase(note):
    text = "Bilan : elle a rendu deux dossiers à son adjoint, ce mois."

    assert phrases(text, note) == ["elle a rendu deux dossiers à son adjoint"]


def test_markdown_in_the_text_hides_no_phrase_and_no_name():
    assert phrases("Elle a rendu [deux dossiers](https://x.example) à son adjoint", NOTE) == [
        "Elle a rendu [deux dossiers](https://x.example) à son adjoint"
    ]
    assert found("[ici](https://x.example/karim-benali)") == [("client", "karim-benali")]


def test_overlapping_stretches_are_one_phrase_and_those_apart_are_two():
    whole = "Elle a rendu deux dossiers à son adjoint et elle dort mieux"

    assert phrases(f"{whole}. Puis : {whole}.", NOTE) == [whole, whole]
    assert phrases("a b c d e f g a b c d e f g", "a b c d e f g") == ["a b c d e f g", "a b c d e f g"]


def test_a_phrase_says_how_long_it_is_and_in_which_note_it_stands():
    finding = check("Elle a rendu deux dossiers à son adjoint hier", known(notes=(("Séance 1", "rien"), ("Séance 2", NOTE))))[0]

    assert (finding.count, finding.about) == (8, "Séance 2")
    assert "8" in finding.explanation
    assert "Séance 2" in finding.explanation


# Contact details


@pytest.mark.parametrize(
    "written",
    [
        "anais.lefort@horizon.example",
        "A.L+x@sous.domaine.example",
        "ANAIS@HORIZON.EXAMPLE",
        "élise@château.example",
        "ana\u200bis@horizon.example",
        "ａｎａ＠ｈｏｒｉｚｏｎ.ｅｘａｍｐｌｅ",
        "anais (at) horizon.example",
        "anais[arobase]horizon.example",
    ],
)
def test_an_e_mail_address_asks(written):
    assert ("mail", written) in found(f"Écrire à {written}, demain.")


@pytest.mark.parametrize(
    "written",
    [
        "06 12 34 56 78",
        "0612345678",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06\u00a012\u00a034\u00a056\u00a078",
        "06\u202f12\u202f34\u202f56\u202f78",
        "06–12–34–56–78",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "+44 20 7946 0958",
        "+1 (555) 123-4567",
        "(555) 123-4567",
        "555-123-4567",
        "020 7946 0958",
        "+352 621 123 456",
        "０６ １２ ３４ ５６ ７８",
    ],
)
def test_a_telephone_number_asks(written):
    assert found(f"Appeler le {written}.") == [("phone", written)]


@pytest.mark.parametrize(
    "harmless",
    [
        "le 12/11/2026",
        "01/02/2026 14 h 30",
        "1 600,00 €",
        "10 000 000 habitants",
        "2026-2027",
        "de 9 h 30 à 11 h",
        "SIREN 123 456 789",
        "a @ b",
        "50 % @home",
        "07.12.2026, 18:00",
    ],
)
def test_dates_sums_and_years_are_no_telephone_numbers(harmless):
    assert found(f"Voici {harmless} et voilà.") == []


# Names


def test_names_are_taken_apart_as_they_are_written():
    assert name_of("") == Name(frozenset(), ())
    assert name_of("Mme") == Name(frozenset(), ("mme",))
    assert name_of("Karim BENALI").first == ("karim",)
    assert name_of("Benali, Karim").first == ("karim",)
    assert name_of("BENALI Karim").first == ("karim",)
    assert name_of("KARIM BENALI").first == ("karim",)
    assert name_of("Mme Anne-Lise Le Goff").last == ("le", "goff")


def test_two_names_written_alike_are_the_same():
    assert is_same("Karim Benali", "BENALI Karim")
    assert is_same("Zoé", "zoe")
    assert not is_same("Karim", "Karim Benali")
    assert not is_same("Karim Roy", "Karim Benali")
    assert not is_same("", "")


# What each finding says


@pytest.mark.parametrize("kind", list(Kind))
def test_each_finding_explains_itself_and_only_a_full_name_stops(kind):
    finding = Finding(kind, 3, 9, "Karim Benali", count=8)

    assert finding.explanation
    assert ("Karim Benali" in finding.explanation) == (kind not in {Kind.MAIL, Kind.PHONE})
    assert finding.key == f"{kind.value}-3-9"
    assert finding.stops == (kind == Kind.CLIENT)


# Properties

letters = st.text(st.characters(categories=["Lu", "Ll", "Mn", "Zs", "Pd", "Po", "Cf", "Nd"]), max_size=60)
words = st.lists(
    st.sampled_from(["le", "la", "pas", "tenu", "mois", "juin", "elle", "il", "dort", "mieux", "bien", "vite"]), min_size=1, max_size=40
)
INVISIBLE = "\u200b\u200c\u200d\u00ad\u2060\ufeff\u0301"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_read_without_fail_and_every_place_is_in_it(text, client, note):
    findings = check(text, Known(own="A", clients=((KARIM, client),), marked=(client,), notes=(("n", note),), words=(client,)))

    assert all(0 <= one.start < one.end <= len(text) for one in findings)
    assert "".join(piece.text for piece in pieces(text, findings)) == text
    assert [number for piece in pieces(text, findings) for number in piece.begins] == list(range(1, len(findings) + 1))


@settings(max_examples=300, deadline=None)
@given(letters, letters, st.data())
def test_invisible_characters_and_case_never_hide_a_full_name(before, after, data):
    name = "".join(letter + data.draw(st.sampled_from(["", *INVISIBLE])) for letter in "Karim Benali")
    name = data.draw(st.sampled_from([name, name.upper(), name.lower(), unicodedata.normalize("NFD", name)]))
    text = f"{before} {name} {after}"

    assert any(one.kind == Kind.CLIENT and "arim" in folded(text[one.start : one.end]) for one in check(text, known()))


def folded(text: str) -> str:
    return text.translate(FOLDING)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=6), st.text(st.characters(categories=["Ll", "Lu"]), max_size=6))
def test_letters_around_a_name_make_it_another_word(before, after):
    assert found(f"{before}Ana{after}", known((ANA, "Ana Silva"))) == [] or "ana" in words_of(f"{before}Ana{after}")


@settings(max_examples=300, deadline=None)
@given(words, words, words, st.integers(0, 30), st.integers(7, 12))
def test_a_phrase_is_found_when_and_only_when_seven_words_stand_in_the_note(note, before, after, at, length):
    taken = note[at : at + length]
    text = " ".join([*before, "—", *taken, "—", *after])
    spoken = re.findall(r"\w+", text)
    runs = {tuple(note[i : i + 7]) for i in range(len(note) - 6)}
    expected = {i for i in range(len(spoken) - 6) if tuple(spoken[i : i + 7]) in runs}

    spans = [(one.start, one.end) for one in check(text, known(notes=(("n", " ".join(note)),))) if one.kind == Kind.PHRASE]
    places = [one.span() for one in re.finditer(r"\w+", text)]
    covered = {i for i in range(len(spoken)) if any(start <= places[i][0] and places[i][1] <= end for start, end in spans)}

    assert covered == {i + j for i in expected for j in range(7)}
    assert all(one[1] < other[0] for one, other in zip(spans, spans[1:], strict=False))


@settings(deadline=None)
@given(st.text(max_size=300))
def test_folding_a_text_or_its_characters_comes_to_the_same(text):
    assert text.translate(FOLDING) == "".join(FOLDING[ord(one)] for one in text)
    assert words_of(text.upper()) == words_of(text.upper().lower()) or not text.isascii()


# The page


def test_the_text_is_cut_where_findings_begin_and_end():
    text = "Elle a rendu deux dossiers à Karim Benali et Karim."
    findings = check(text, known(notes=(("n", "elle a rendu deux dossiers à karim benali et"),)))

    page = shown(text, findings, {findings[0].key})

    assert page.stops
    assert [(piece.text, piece.begins, piece.kind) for piece in page.pieces] == [
        ("Elle a rendu deux dossiers à ", (1,), "asks"),
        ("Karim Benali", (2,), "stops"),
        (" et", (), "asks"),
        (" ", (), ""),
        ("Karim", (3,), "asks"),
        (".", (), ""),
    ]
    assert [(one.number, one.words, one.is_answered, one.may_be_another) for one in page.findings] == [
        (1, "Elle a rendu deux dossiers à Karim Benali et", True, False),
        (2, "Karim Benali", False, False),
        (3, "Karim", False, True),
    ]
    assert pieces("", []) == ()
