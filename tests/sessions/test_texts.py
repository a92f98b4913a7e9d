"""What a note takes, and what its Markdown becomes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.markdown import html_of
from sessions.texts import MOST_BYTES, TooLong, cleaned

pytestmark = pytest.mark.no_database


def test_lines_end_alike_and_control_characters_go():
    assert cleaned("un\r\ndeux\rtrois\x00\x0b\tquatre\x85\x9f") == "un\ndeux\ntrois\tquatre"


def test_a_letter_has_one_form():
    assert cleaned("e\u0301") == "é"


def test_a_note_of_a_million_bytes_is_taken_and_one_more_is_not():
    assert len(cleaned("é" * (MOST_BYTES // 2))) == MOST_BYTES // 2
    with pytest.raises(TooLong):
        cleaned("é" * (MOST_BYTES // 2) + "e")


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    once = cleaned(text)

    assert cleaned(once) == once == unicodedata.normalize("NFC", once)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**fort** et *doux*", "<p><strong>fort</strong> et <em>doux</em></p>\n"),
        ("une ligne\nune autre", "<p>une ligne<br>\nune autre</p>\n"),
        ("# Titre\n\n## Dessous", "<h3>Titre</h3>\n<h4>Dessous</h4>\n"),
        ("### Titre", "<h3>Titre</h3>\n"),
        ("- [ ] appeler\n- [x] lire", '<ul role="list">\n<li>☐ appeler</li>\n<li>☑ lire</li>\n</ul>\n'),
        ("[ici](https://example.org)", '<p><a href="https://example.org" rel="noreferrer noopener">ici</a></p>\n'),
        ("", ""),
    ],
)
def test_markdown_becomes_html(text, html):
    assert html_of(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![portrait](https://example.org/x.png)",
        "[ici](javascript:alert(1))",
        "[ici](data:text/html,x)",
        "<style>*{}</style>",
        "<iframe src='https://example.org'></iframe>",
        '<a href="https://example.org" onclick="x">ici</a>',
    ],
)
def test_nothing_that_runs_or_fetches_is_left(text):
    html = html_of(text)

    for forbidden in ("<script", "<img", "<style", "<iframe", "<a ", 'href="javascript', 'href="data'):
        assert forbidden not in html


def test_the_words_of_a_picture_stay():
    assert html_of("![portrait d’équipe](https://example.org/x.png)") == "<p>portrait d’équipe</p>\n"


@given(st.text(alphabet="<>&\"'[]()!#*_`- \nabjs:/", max_size=200))
def test_no_text_makes_a_tag_that_is_not_on_the_list(text):
    import re

    from sessions.markdown import TAGS

    assert {tag.lower() for tag in re.findall(r"</?([a-zA-Z][a-zA-Z0-9]*)", html_of(text))} <= TAGS
