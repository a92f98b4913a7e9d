"""The files themselves: nothing half done, nothing too long, no host in the lock files, and every text in both languages."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.house.tree import ROOT, files

KEYWORDS = {
    name: places
    for names, places in {
        ("_", "gettext", "gettext_lazy", "gettext_noop"): None,
        ("ngettext", "ngettext_lazy"): (1, 2),
        ("pgettext", "pgettext_lazy"): ((1, "c"), 2),
        ("npgettext", "npgettext_lazy"): ((1, "c"), 2, 3),
    }.items()
    for name in names
}
LONGEST = 450
HALF_DONE = re.compile(r"(?<!\.)\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b|NotImplemented" + r"Error")
WRITTEN_BY_HAND = {".py", ".html", ".txt", ".css", ".js", ".md", ".toml", ".sh", ""}
Message = tuple[str, str]  # context, text
pytestmark = pytest.mark.no_database


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository, or of the tree where there is none."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    names = said.stdout.splitlines() if said.returncode == 0 else []
    return tuple(path for path in (ROOT / name for name in names) if path.is_file()) or files(migrations=True)


def by_hand() -> Iterator[Path]:
    """The texts among them that people wrote: no asset, no file of others, no catalogue."""
    for path in tracked():
        parts = path.relative_to(ROOT).parts
        if path.suffix in WRITTEN_BY_HAND and not {"vendor", "licences", "assets", "icons"} & set(parts) and path.name != "LICENSE":
            yield path


def test_the_lock_files_name_no_host() -> None:
    locks = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]

    assert [path.name for path in locks if "://" in path.read_text()] == []
    assert [name for name in ("uv.lock", "pylock.toml", "poetry.lock") if (ROOT / name) in tracked()] == []


def test_nothing_is_left_half_done() -> None:
    assert [str(path.relative_to(ROOT)) for path in by_hand() if HALF_DONE.search(path.read_text())] == []


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    code = [path for path in by_hand() if path.suffix in {".py", ".js", ".html"} and not {"migrations", "tests"} & set(path.parts)]

    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in code}

    assert {name: lines for name, lines in long.items() if lines >= LONGEST} == {}


def as_python(template: str) -> str:
    """A template as Python that holds its texts, without the indentation that is its own."""
    return re.sub(r"(?m)^[ \t]+", "", templatize(template))


def messages(source: str) -> Iterator[Message]:
    """The texts to translate in a Python source."""
    for _line, function, found, _comments in extract_python(io.BytesIO(source.encode()), list(KEYWORDS), [], {"encoding": "utf-8"}):
        words = [found] if isinstance(found, str) else list(found or [None])
        if function in {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}:
            yield str(words[0]), str(words[1])
        elif words[0]:
            yield "", str(words[0])


@cache
def used() -> frozenset[Message]:
    """Every text to translate, in the code and in the templates."""
    found = {message for path in files() for message in messages(path.read_text())}
    for path in (ROOT / "templates").rglob("*.*"):
        if path.suffix in {".html", ".txt"}:
            found |= set(messages(as_python(path.read_text())))
    return frozenset(found)


@cache
def translated() -> dict[Message, tuple[str, ...]]:
    """The French catalogue."""
    with (ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    assert not catalogue.obsolete
    found = {}
    for message in catalogue:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            found[(message.context or "", key)] = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return found


def shown(texts: set[Message]) -> str:
    return "\n".join(sorted(text for _context, text in texts))


def test_the_reader_of_texts_finds_each_kind() -> None:
    code = 'x = _("one"), gettext_noop("two"), ngettext("three", "threes", n), pgettext("here", "four")'
    page = '{% translate "five" %}{% blocktranslate trimmed with a=b %}\n  six {{ a }}\n{% endblocktranslate %}<c-x title="{% translate "seven" %}" />{{ _("eight") }}'

    assert set(messages(code)) == {("", "one"), ("", "two"), ("", "three"), ("here", "four")}
    assert set(messages(as_python(page))) == {("", "five"), ("", "six %(a)s"), ("", "seven"), ("", "eight")}


def test_every_text_has_its_french() -> None:
    missing = {text for text in used() if not all(translated().get(text, ("",)))}

    assert not missing, shown(missing)


def test_the_catalogue_holds_no_text_that_is_not_used() -> None:
    unused = set(translated().keys() - used())

    assert not unused, shown(unused)


def test_a_translation_names_what_its_text_names() -> None:
    names = re.compile(r"%\(\w+\)s|%s|%d")

    wrong = {key for key, texts in translated().items() for text in texts[-1:] if set(names.findall(key[1])) != set(names.findall(text))}

    assert not wrong, shown(wrong)
