"""Typography, dates and amounts; and the catalogue and templates held to the same rules."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from support import words

pytestmark = pytest.mark.no_database

ROOT = Path(settings.BASE_DIR)
NB, NN = words.NO_BREAK, words.NARROW
NEVER_SAID = re.compile(
    r"bout[ -]en[ -]bout|zéro[ -]connaissance|\banonym|secret professionnel|conformes? (?:au )?RGPD|\bcertifiée?s?\b"
    r"|coffre-fort numérique|inviolable|infalsifiable|signature qualifiée|valeur légale garantie"
    r"|end[ -]to[ -]end|zero[ -]knowledge|professional secrecy|(?:GDPR|RGPD)[ -]compliant|complian(?:t|ce) with (?:the )?GDPR"
    r"|\bcertified\b|digital safe|unbreakable|tamper[ -]?proof|unforgeable|qualified signature|guaranteed legal value",
    re.IGNORECASE,
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|<[^>]*>")


def test_french_puts_the_space_that_does_not_break_where_a_printer_would():
    set_text = words.typographic("C'est dit : oui ; non ! Pourquoi ?", "fr")

    assert set_text == f"C’est dit{NB}: oui{NN}; non{NN}! Pourquoi{NN}?"


def test_french_adds_the_spaces_that_were_forgotten():
    assert words.typographic("Oui! Non; quoi?! Voici: «ceci»", "fr") == f"Oui{NN}! Non{NN}; quoi{NN}?! Voici{NB}: «{NB}ceci{NB}»"


def test_straight_quotes_become_those_of_the_language():
    assert words.typographic('Elle a dit "oui", l\'"oubli".', "fr") == f"Elle a dit «{NB}oui{NB}», l’«{NB}oubli{NB}»."
    assert words.typographic('It\'s "fine" and \'so\', she said ("yes").', "en") == "It’s “fine” and ‘so’, she said (“yes”)."


@pytest.mark.parametrize(
    "kept",
    [
        "https://exemple.fr/a?b=1;c'd!e",
        "www.exemple.fr/a:b",
        "lea.o'neil@exemple.fr".replace("o'", "o"),
        "14:05",
        "`x ; y ? 'z'`",
        "```a :\nb !```",
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_addresses_times_and_code_stay_as_they_are(kept: str, language: str):
    assert kept in words.typographic(f"Voir {kept} ; puis rien", language)


@given(st.text(alphabet="ab'\"«» :;!?.,\u00a0\u202f’1()\n`@/<>&", max_size=40), st.sampled_from(["fr", "en"]))
def test_setting_a_text_twice_changes_nothing_more(text: str, language: str):
    once = words.typographic(text, language)

    assert words.typographic(once, language) == once


def test_finished_html_keeps_its_tags():
    html = '<p title="a : &quot;b&quot; ?">C&#x27;est &quot;dit&quot; : <b>oui</b> ; <code>a ; b</code> &amp; fin ?</p>'

    assert (
        words.typographic_html(html, "fr")
        == f'<p title="a : &quot;b&quot; ?">C’est «{NB}dit{NB}»{NB}: <b>oui</b>{NN}; <code>a ; b</code> &amp; fin{NN}?</p>'
    )


def test_the_filter_escapes_what_is_not_known_to_be_safe():
    with translation.override("fr"):
        page = Template("{% load words %}{{ text|typographic }} {{ html|typographic }}")

        shown = page.render(Context({"text": "<b>l'un ?", "html": mark_safe("<b>l&#x27;un ?</b>")}))

    assert shown == f"&lt;b&gt;l’un{NN}? <b>l’un{NN}?</b>"


def test_days_and_times_are_written_out_in_the_current_time_zone():
    at = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)

    assert words.day_and_time(at, "fr") == f"mardi 24{NB}novembre 2026 à{NB}14{NB}h{NB}05"
    assert words.day_and_time(at, "en") == f"Tuesday 24{NB}November 2026 at{NB}14:05"
    assert words.day(datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "fr") == f"mardi 1er{NB}décembre 2026"
    assert words.clock(time(9, 0), "fr") == f"9{NB}h{NB}00"
    assert (words.month(date(2026, 8, 1), "fr"), words.month(date(2026, 8, 1), "en")) == ("août 2026", "August 2026")
    assert words.short_day(date(2026, 11, 4)) == "04/11/2026"


def test_durations_and_amounts_follow_the_language():
    assert [words.span(m, "fr") for m in (45, 60, 90, 125)] == [f"45{NB}min", f"1{NB}h", f"1{NB}h{NB}30", f"2{NB}h{NB}05"]
    assert (words.hours(750, "fr"), words.hours(750, "en")) == (f"12,5{NB}h", f"12.5{NB}h")
    assert (words.euros(123450, "fr"), words.euros(123450, "en")) == (f"1{NN}234,50{NB}€", "€1,234.50")


def test_lists_ordinals_and_initials():
    assert (words.listed(["a", "b", "c"], "fr"), words.listed(["a", "b"], "en"), words.listed([], "fr")) == ("a, b et c", "a and b", "")
    assert [words.ordinal(n, "fr") for n in (1, 2, 21)] == ["1er", "2e", "21e"]
    assert [words.ordinal(n, "en") for n in (1, 2, 3, 11, 22, 112)] == ["1st", "2nd", "3rd", "11th", "22nd", "112th"]
    assert (words.ordinal(1, "fr", feminine=True), words.initials("Jean-Pierre d'Orsay de Lys"), words.initials("zoé")) == (
        "1re",
        f"J.-P.{NB}O.{NB}L.",
        "Z.",
    )


@pytest.mark.parametrize(("language", "filtered"), [("fr", f"1{NB}h{NB}30 2e "), ("en", f"1{NB}h{NB}30{NB}min 2nd ")])
def test_filters_speak_the_language_of_the_page_and_are_silent_on_nothing(language: str, filtered: str):
    with translation.override(language):
        shown = Template("{% load words %}{{ 90|span }} {{ 2|ordinal }} {{ nothing|day }}").render(Context({"nothing": None}))

    assert shown == filtered


def catalogue() -> list[tuple[str, str]]:
    """Every msgid with its French, one pair for each plural form."""
    with (ROOT / "locale/fr/LC_MESSAGES/django.po").open("rb") as file:
        messages = [message for message in read_po(file, locale="fr") if message.id]
    pairs = []
    for message in messages:
        ids, strings = ([*x] if isinstance(x, list | tuple) else [x] for x in (message.id, message.string))
        pairs += [(ids[min(n, len(ids) - 1)], string) for n, string in enumerate(strings)]
    return pairs


def test_the_french_catalogue_is_complete_and_set_as_a_printer_would():
    wrong = []
    for english, french in catalogue():
        bare = PLACEHOLDER.sub("x", french)
        accepted = re.sub(f"«{NN}", f"«{NB}", bare).replace(f"{NN}»", f"{NB}»")
        if not french or words.typographic(accepted, "fr") != accepted:
            wrong.append((english, french))

    assert wrong == []


def test_no_one_shouts_in_either_language():
    assert [pair for pair in catalogue() if "!" in "".join(PLACEHOLDER.sub("", text) for text in pair)] == []


def test_english_messages_have_curly_apostrophes_and_quotes():
    straight = [english for english, _ in catalogue() if re.search(r"['\"]", PLACEHOLDER.sub("", english))]

    assert straight == []


@pytest.mark.parametrize(
    "said",
    [
        "chiffré de bout en bout",
        "zéro connaissance",
        "Anonyme",
        "le secret professionnel",
        "conforme RGPD",
        "certifiés",
        "coffre-fort numérique",
    ]
    + ["inviolable", "infalsifiable", "signature qualifiée", "valeur légale garantie", "end-to-end", "zero-knowledge", "GDPR compliant"],
)
def test_the_scan_knows_what_must_never_be_said(said: str):
    assert NEVER_SAID.search(said)


def test_what_must_never_be_said_is_said_nowhere():
    said = [text for pair in catalogue() for text in pair if NEVER_SAID.search(text)]
    for page in (ROOT / "templates").rglob("*"):
        if page.suffix in {".html", ".txt", ".svg", ".md"}:
            said += [f"{page.relative_to(ROOT)}: {found[0]}" for found in NEVER_SAID.finditer(page.read_text())]

    assert said == []
