"""The pages that say what is kept and what is not are true: what they cite is there, their figures are the code's, their sums are right."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.tree import ROOT, tree

PAGES = ("docs/asvs.md", "docs/rules.md", "docs/threats.md", "SECURITY.md")
REQUIREMENTS = ROOT / "tests" / "house" / "asvs_5_0_0.txt"  # number and level of each of levels 1 and 2
STATES = {"**Not met": "not met", "**The operator's": "the operator's", "**Nothing here": "nothing here"}  # all others are met
QUOTED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]*)\|")
SUM = re.compile(r"\| ([a-z ']+) \| (\d+) \| (\d+) \| (\d+) \|")
FILE = re.compile(
    r"(?:[\w.-]+/)*[\w.-]+\.(?:py|md|lock|toml|js|html|txt|conf|yaml|yml|service|timer)|\.ci/\w+|deploy(?:/[\w.-]+)*|Makefile"
)
NAMED = re.compile(r"(?P<file>[\w./-]+\.py):(?P<name>\w+)(?: = (?P<value>.+))?")
TEST = re.compile(r"(?P<file>tests/[\w/]+\.py)::(?P<name>test_\w+)")
COMMAND = re.compile(r"manage\.py (?P<name>[a-z_]+)")
SETTING = re.compile(r"COACHVAULT_[A-Z_]+|[A-Z]+_URL")
pytestmark = pytest.mark.no_database


def text(page: str) -> str:
    return (ROOT / page).read_text()


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those under a condition too."""
    for one in body:
        yield one
        for branch in ("body", "orelse", "finalbody") if isinstance(one, ast.If | ast.Try) else ():
            yield from statements(getattr(one, branch, []))


def bound(one: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """What a statement names, and the value it gets."""
    if isinstance(one, ast.FunctionDef | ast.ClassDef):
        yield one.name, None
    targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
    for name in (node for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)):
        yield name.id, one.value  # type: ignore[union-attr]


@cache
def names(path: Path) -> dict[str, list[ast.expr | None]]:
    """What a module names at its top, with each value it may get."""
    found: dict[str, list[ast.expr | None]] = {}
    for one in statements(tree(path).body):
        for name, value in bound(one):
            found.setdefault(name, []).append(value)
    return found


@cache
def headings(path: Path) -> frozenset[str]:
    """The anchors of a page, as its readers' programs make them."""
    found = re.findall(r"(?m)^#+ (.+)$", path.read_text())
    return frozenset(re.sub(r"[^\w -]", "", one.casefold()).replace(" ", "-") for one in found)


def is_value(path: Path, name: str, value: str) -> bool:
    wanted = ast.unparse(ast.parse(value, mode="eval").body)
    return any(one is not None and ast.unparse(one) == wanted for one in names(path)[name])


def wrong(cited: str) -> str:
    """Why a citation leads nowhere; empty when it leads somewhere, or when it is a word and no citation."""
    if match := TEST.fullmatch(cited) or NAMED.fullmatch(cited):
        path = ROOT / match["file"]
        if not path.is_file():
            return "no such file"
        if match["name"] not in names(path):
            return "no such name in it"
        value = match.groupdict().get("value")
        return "another value" if value and not is_value(path, match["name"], value) else ""
    place, _, anchor = cited.partition("#")
    if FILE.fullmatch(place):
        if not (ROOT / place).exists() and not (ROOT / "docs" / place).exists():
            return "no such file"
        return "no such heading" if anchor and anchor not in headings(ROOT / place) else ""
    if match := COMMAND.match(cited):
        return "" if [*ROOT.glob(f"*/management/commands/{match['name']}.py")] else "no such command"
    if SETTING.fullmatch(cited):
        return "" if f"`{cited}`" in text("README.md") else "no such setting"
    return "no such kind of citation" if "::" in cited else ""


def rows() -> list[tuple[str, int, str, str, str]]:
    """Number, level, what, how, shown by."""
    return [(number, int(level), what, how, shown) for number, level, what, how, shown in ROW.findall(text("docs/asvs.md"))]


def state(how: str) -> str:
    return next((state for words, state in STATES.items() if how.startswith(words)), "met")


@pytest.mark.parametrize("which", PAGES)
def test_whatever_a_page_cites_is_there(which: str) -> None:
    found = {cited: why for cited in QUOTED.findall(text(which)) if (why := wrong(cited))}

    assert found == {}


@pytest.mark.parametrize("which", PAGES)
def test_every_link_of_a_page_leads_somewhere(which: str) -> None:
    here = ROOT / which
    lost = []
    for link in LINK.findall(here.read_text()):
        place, _, anchor = link.partition("#")
        target = (here.parent / place).resolve() if place else here
        if "://" not in link and (not target.exists() or (anchor and anchor not in headings(target))):
            lost.append(link)

    assert lost == []


@pytest.mark.parametrize(
    "planted",
    [
        "tests/house/test_asvs.py::test_that_is_not_there",
        "tests/house/test_nowhere.py::test_anything",
        "accounts/rates.py:NOWHERE",
        "accounts/rates.py:FREE_TRIES = 6",
        "coachvault/nowhere.py",
        "docs/rules.md#nowhere",
        "manage.py nowhere",
        "COACHVAULT_NOWHERE",
    ],
)
def test_a_planted_citation_is_seen(planted: str) -> None:
    assert wrong(planted)


def test_each_requirement_of_levels_one_and_two_has_one_row_with_its_level() -> None:
    wanted = [(number, int(level)) for number, level in (line.split() for line in REQUIREMENTS.read_text().splitlines())]

    assert Counter(level for _, level in wanted) == {1: 70, 2: 183}
    assert [row[:2] for row in rows()] == wanted


def test_what_is_met_or_half_met_is_shown_by_something_and_what_is_not_has_a_reason() -> None:
    bare = [number for number, _level, _what, how, shown in rows() if state(how) == "met" and not QUOTED.search(shown)]
    silent = [number for number, _level, _what, how, _shown in rows() if state(how) != "met" and len(how.split("**")[-1].strip()) < 8]

    assert (bare, silent) == ([], [])


def test_the_sums_of_the_page_are_those_of_its_rows() -> None:
    counted = Counter((state(how), level) for _number, level, _what, how, _shown in rows())
    said = {name: tuple(map(int, sums)) for name, *sums in SUM.findall(text("docs/asvs.md"))}

    expected = {name: (counted[name, 1], counted[name, 2], counted[name, 1] + counted[name, 2]) for name in ("met", *STATES.values())}
    assert said == expected | {"requirements": tuple(map(sum, zip(*expected.values(), strict=True)))}


def test_what_is_claimed_in_public_is_what_the_threats_say() -> None:
    claim = re.search(r"(?s)## What CoachVault protects, and from whom\n\n(.+?)\n\n## ", text("SECURITY.md"))
    assert claim

    quoted = " ".join(re.sub(r"(?m)^> ?", "", text("docs/threats.md")).split())
    missing = [paragraph for paragraph in claim[1].split("\n\n") if " ".join(paragraph.split()) not in quoted]
    assert missing == []
