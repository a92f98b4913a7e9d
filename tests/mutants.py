"""Mutants of one module, made by mutmut, each tried against the tests that run through its function, all in one process with one database.

    make mutants MODULE=consent/policies.py TESTS="tests/consent/test_policies.py tests/consent/test_consents.py" [ONLY=regular expression]

mutmut's own runner begins a new process and a new database for every mutant: seconds each, instead of milliseconds. Decorated functions, which
mutmut leaves alone, are mutated beneath their decorators. The wording of sentences (`_("…")`, `raise Closed("…")`) is no rule and is not
mutated; that something is raised, and what, is. Tests that take longer than `SLOW` seconds are left out. docs/mutants.md keeps the figures.
"""

from __future__ import annotations

import ast
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

SLOW, PATIENCE = 10.0, 90.0  # seconds: of a test that is left out, of a test that a mutant makes hang
PATH = Path(os.environ["MUTATE"])
NAME = ".".join(PATH.with_suffix("").parts).removesuffix(".__init__")


def undecorated(source: str) -> tuple[str, str]:
    """The module without the decorators of its top-level functions, and the lines that put them back at its end."""
    lines, again = source.splitlines(), []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            whole = node.name
            for decorator in reversed(node.decorator_list):
                whole = f"{ast.unparse(decorator)}({whole})"
                for number in range(decorator.lineno - 1, decorator.end_lineno or decorator.lineno):
                    lines[number] = ""
            again.append(f"{node.name} = {whole}")
    return "\n".join(lines) + "\n", "\n".join(again) + "\n"


def mutated() -> tuple[str, list[str]]:
    """The module with all its mutants in it, and their names."""
    plain, again = undecorated(PATH.read_text())
    made = mutate_file_contents(str(PATH), plain)
    meaning = {node.name: WordsLeft().visit(node) for node in ast.walk(ast.parse(made.code)) if isinstance(node, ast.FunctionDef)}
    bodies = {name: "\n".join(ast.unparse(line) for line in node.body) for name, node in meaning.items()}
    names = [name for name in made.mutant_names if bodies[name] != bodies[f"{function_of(name)}__mutmut_orig"]]
    return f"{made.code}\n{again}", [f"{NAME}.{name}" for name in names]


class WordsLeft(ast.NodeTransformer):
    """Takes the words out of sentences, so that two functions which differ in nothing else are one."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id in ("_", "gettext", "gettext_lazy", "ngettext", "pgettext"):
            return ast.Constant("a sentence")
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        if isinstance(node.exc, ast.Call) and node.exc.args and isinstance(node.exc.args[0], ast.Constant | ast.JoinedStr):
            node.exc.args[0] = ast.Constant("what went wrong")
        return self.generic_visit(node)


def function_of(mutant: str) -> str:
    """The function that a mutant is of, as mutmut names it."""
    return re.sub(r"__mutmut_\d+$", "", mutant)


CODE, MUTANTS = mutated()


class Mutated(importlib.machinery.SourceFileLoader):
    """Loads the mutated text in the module's place."""

    def get_code(self, fullname: str) -> CodeType:
        return compile(CODE, str(PATH), "exec", dont_inherit=True)


class Finder(importlib.abc.MetaPathFinder):
    """Finds the mutated module."""

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != NAME:
            return None
        return importlib.util.spec_from_file_location(fullname, PATH.resolve(), loader=Mutated(fullname, str(PATH.resolve())))


sys.meta_path.insert(0, Finder())


def outcome(item: pytest.Item) -> bool:
    """Run one test; whether it passed. What it used is put away, but for what the whole session uses: whichever test comes next, it begins anew."""
    if hasattr(item, "_initrequest"):
        item._initrequest()
    reports = runtestprotocol(item, nextitem=item.session, log=False)  # type: ignore[arg-type]
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        print(*(report.longreprtext for report in reports if report.failed))
    return all(report.passed or report.skipped for report in reports)


def first_pass(items: list[pytest.Item]) -> dict[str, list[tuple[float, pytest.Item]]]:
    """Each function's tests with their seconds, quickest first. A test that fails without a mutant is no use."""
    set_mutant_under_test("stats")
    of: dict[str, list[tuple[float, pytest.Item]]] = defaultdict(list)
    outcome(items[0])  # makes the databases, whose time is not the test's
    for item in items:
        state()._stats.clear()
        begun = time.monotonic()
        if not outcome(item):
            raise pytest.UsageError(f"{item.nodeid} fails without a mutant")
        took = time.monotonic() - begun
        for function in state()._stats if took < SLOW else ():
            of[function].append((took, item))
    return {function: sorted(found, key=lambda one: one[0]) for function, found in of.items()}


def survivors(tests: dict[str, list[tuple[float, pytest.Item]]]) -> list[str]:
    """The mutants that no test noticed."""
    left = []
    for number, mutant in enumerate(MUTANTS, 1):
        set_mutant_under_test(mutant)
        mine = [item for _took, item in tests.get(function_of(mutant), [])]
        for kept in vars(sys.modules[NAME]).values():
            if isinstance(kept, functools._lru_cache_wrapper):
                kept.cache_clear()  # what another mutant worked out
        if all(outcome(item) for item in mine):
            left.append(mutant)
            print(f"{number}/{len(MUTANTS)} survived: {mutant}", flush=True)
    return left


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.timeout(PATIENCE))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    if session.testsfailed or session.config.option.collectonly:
        return False
    items = session.items
    tests = first_pass(items)
    MUTANTS[:] = [one for one in MUTANTS if re.search(os.environ.get("ONLY", ""), one)]
    begun, left = time.monotonic(), survivors(tests)
    set_mutant_under_test("")
    killed = len(MUTANTS) - len(left)
    print(f"{PATH}: {killed} of {len(MUTANTS)} mutants killed ({killed / max(len(MUTANTS), 1):.1%}) in {time.monotonic() - begun:.0f} s")
    for mutant in left:
        print(difference(mutant))
    return True


def difference(mutant: str) -> str:
    """What a mutant changes, as two lines."""
    import difflib

    short = mutant.rpartition(".")[2]
    trees = {node.name: node for node in ast.walk(ast.parse(CODE)) if isinstance(node, ast.FunctionDef)}
    texts = [ast.unparse(trees[name]).splitlines()[1:] for name in (f"{function_of(short)}__mutmut_orig", short)]
    changed = [line for line in difflib.unified_diff(*texts, n=0, lineterm="") if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return "\n".join([f"· {short}", *changed])
