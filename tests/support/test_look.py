"""The look holds its promises: nothing inline, nothing from elsewhere, light pages, readable colours, and files whose origin is known."""

import hashlib
import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "coachvault" / "static"
PAGES = sorted(TEMPLATES.rglob("*.html"))
DOCUMENTS = {"pdf", "mail"}
OURS = [*PAGES, *sorted(STATIC.rglob("*.css")), *sorted((STATIC / "js").glob("*.js"))]
STYLESHEET = STATIC / "css" / "coachvault.css"
ERRORS = ["400", "403", "403_csrf", "404", "429", "500", "503"]
pytestmark = pytest.mark.no_database


def is_document(path: Path) -> bool:
    """Return whether a template becomes a PDF or a letter, which no browser policy holds."""
    return path.is_relative_to(TEMPLATES) and path.relative_to(TEMPLATES).parts[0] in DOCUMENTS


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2, relative luminance)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, contrast ratio)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def colours() -> dict[str, tuple[str, str]]:
    """Return each colour token with its light and its dark value."""
    found = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", STYLESHEET.read_text())
    return {name: (light, dark) for name, light, dark in found}


def vendored() -> dict[str, str]:
    """Return the path and the sum of each file listed in docs/vendored.md."""
    return dict(re.findall(r"`([^`]+)` \| `([0-9a-f]{64})` \|", (ROOT / "docs" / "vendored.md").read_text()))


def test_no_page_holds_a_style_or_a_script_of_its_own() -> None:
    inline = re.compile(r"<style|<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle=|\son[a-z]+=[\"']|hx-on|javascript:", re.I)

    guilty = [str(page.relative_to(ROOT)) for page in PAGES if not is_document(page) and inline.search(page.read_text())]

    assert guilty == []


def test_nothing_comes_from_another_host() -> None:
    abroad = re.compile(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}", re.I)
    names_only = "http://www.w3.org/"

    guilty = [str(path.relative_to(ROOT)) for path in OURS if abroad.search(re.sub(re.escape(names_only), "", path.read_text()))]

    assert guilty == []


def test_the_heaviest_page_loads_at_most_sixty_kilobytes_of_styles_and_scripts() -> None:
    htmx = Path(finders.find("django_htmx/htmx-2.min.js"))
    every = [STYLESHEET, htmx, *STATIC.rglob("*.js")]

    weight = sum(len(brotli.compress(path.read_bytes(), quality=11)) for path in every)

    assert weight <= 60 * 1024


def test_every_vendored_file_is_the_one_listed() -> None:
    listed = vendored()

    wrong = [path for path, digest in listed.items() if hashlib.sha256((ROOT / path).read_bytes()).hexdigest() != digest]

    assert wrong == []


def test_every_file_of_others_is_listed() -> None:
    theirs = [
        *(STATIC / "fonts").iterdir(),
        *(STATIC / "vendor").iterdir(),
        *(STATIC / "licences").iterdir(),
        *(TEMPLATES / "cotton" / "icons").iterdir(),
    ]

    missing = {str(path.relative_to(ROOT)) for path in theirs} - vendored().keys()

    assert missing == set()


def test_every_icon_named_in_a_page_exists() -> None:
    there = {path.stem for path in (TEMPLATES / "cotton" / "icons").glob("*.svg")}

    named = {name for page in PAGES for name in re.findall(r"(?:<c-icon name|\bicon)=\"([a-z0-9-]+)\"", page.read_text())}

    assert named - there == set()


def test_every_component_is_explained() -> None:
    explained = (ROOT / "docs" / "look.md").read_text()

    forgotten = [
        path.stem for path in (TEMPLATES / "cotton").glob("*.html") if not re.search(rf"\b{path.stem.replace('_', '-')}\b", explained)
    ]

    assert forgotten == []


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_is_readable_on_every_ground_it_stands_on(scheme: int) -> None:
    token = colours()
    grounds = ["bg", "side", "surface", "sunk"]
    pairs = [(text, ground) for text in ("ink", "muted", "accent", "danger") for ground in grounds]
    pairs += [
        ("ink", "hover"),
        ("accent-ink", "accent"),
        ("accent-ink", "accent-deep"),
        ("accent-deep", "accent-soft"),
        ("ink", "accent-soft"),
    ]
    pairs += [("danger-ink", "danger-fill"), *((name, f"{name}-soft") for name in ("ok", "warn", "danger"))]

    pale = [(text, ground) for text, ground in pairs if contrast(token[text][scheme], token[ground][scheme]) < 4.5]

    assert pale == []


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_the_edge_of_a_field_can_be_seen(scheme: int) -> None:
    token = colours()

    faint = [ground for ground in ("bg", "surface", "sunk") if contrast(token["edge"][scheme], token[ground][scheme]) < 3]

    assert faint == []


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_page_renders_with_nothing_given_to_it(name: str) -> None:
    page = get_template(f"{name}.html").render()

    assert "<h1" in page


def test_scripts_keep_nothing_in_the_browser() -> None:
    stores = re.compile(r"localStorage|sessionStorage(?!\.removeItem)|indexedDB|document\.cookie|caches\.|\beval\(|new Function|innerHTML")

    guilty = [path.name for path in (STATIC / "js").glob("*.js") if stores.search(path.read_text())]

    assert guilty == []
