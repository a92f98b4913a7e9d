"""Fence 6, no act without a trace: every action wears `@act`, is signed, writes the ledger last, and does no slow work inside its transaction."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.act import Refused, act
from clients.models import Practice
from support.jobs import Job
from tests.cast import Cast
from tests.house import tree
from vault.models import LedgerEntry

READS = {  # public functions beside the actions that change nothing
    ("accounts/actions.py", "slot_password"): "makes a random word",
    ("clients/actions.py", "already_joined"): "asks whether",
    ("clients/actions.py", "link_owner"): "names somebody by a digest",
    ("clients/actions.py", "invited_by"): "finds whom a link invites",
    ("consent/actions/keys.py", "hold_open_to"): "holds rows",
    ("consent/actions/summaries.py", "hold_contact"): "holds a row",
    ("consent/actions/summaries.py", "keys_shown"): "compares keys",
    ("consent/actions/summaries.py", "unsalted"): "takes a text apart",
    ("consent/actions/summaries.py", "bound_to"): "puts bytes together",
}
SAVED_AS_ONE_WRITES = {  # no event: writing is not one, finishing and proposing are
    ("consent/actions/summaries.py", "write_summary"),
    ("sessions/actions.py", "write_note"),
    ("sessions/notebook/actions.py", "write_shared"),
}
SHARED = {"consent.course", "consent.standing"}  # what the actions on agreements, and those on consents, share
CHANGES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "defer",
    "later",
    "grant",
    "give",
    "take",
    "note",
    "shred",
    "record",
}
SLOW = {
    "stretched",
    "stretch",
    "open_with_passphrase",
    "open_with_recovery",
    "open_stretched",
    "render",
    "render_text",
    "render_signed_copy",
    "sleep",
    "urlopen",
}
ELSEWHERE = {"pdf", "mail", "subprocess", "requests", "urllib", "socket", "time", "shutil", "tempfile"}  # whose functions take their time

Function = tuple[Path, ast.FunctionDef]


def functions() -> list[Function]:
    """Every function at the top of an actions module."""
    return [(path, node) for path in tree.actions() for node in tree.tree(path).body if isinstance(node, ast.FunctionDef)]


def known(path: Path, call: ast.Call) -> Any:
    """What a call in an actions module calls, if it can be named: `f(…)` or `module.f(…)`."""
    found: Any = importlib.import_module(tree.module(path))
    for part in tree.dotted(call.func).split("."):
        found = getattr(found, part, None)
    return found


def is_act(path: Path, node: ast.FunctionDef) -> bool:
    return bool(getattr(getattr(importlib.import_module(tree.module(path)), node.name), "is_act", False))


def acts() -> list[Function]:
    """Every action."""
    return [(path, node) for path, node in functions() if is_act(path, node)]


def public() -> list[Function]:
    """Every function that other modules may call."""
    return [(path, node) for path, node in functions() if not node.name.startswith("_")]


def label(one: Function) -> tuple[str, str]:
    return tree.name(one[0]), one[1].name


def changes(node: ast.AST, path: Path) -> Iterator[ast.Call]:
    """The calls inside that change something: of a row, a job, a key or the ledger, themselves or through a helper of the same module."""
    helpers = {one.name: one for where, one in functions() if where == path and one.name.startswith("_")}
    for name, call in tree.calls(node):
        last = name.rpartition(".")[2]
        if last in CHANGES or getattr(known(path, call), "is_act", False) or (name in helpers and any(changes(helpers[name], path))):
            yield call


def leaves_a_trace(path: Path, statements: list[ast.stmt]) -> bool:
    """Whether the last of these statements, a bare `return` left out, writes the ledger: itself, by a helper that does so last, or by another action."""
    *before, last = statements
    if isinstance(last, ast.Return) and not (isinstance(last.value, ast.Call) and getattr(known(path, last.value), "is_act", False)):
        return bool(before) and leaves_a_trace(path, before)
    if isinstance(last, ast.For | ast.If):
        return leaves_a_trace(path, last.body)
    value = getattr(last, "value", None)
    if not isinstance(value, ast.Call):
        return False
    if tree.dotted(value.func) == "ledger.record" or getattr(known(path, value), "is_act", False):
        return True
    helper = next(
        (one for where, one in functions() if where == path and one.name == tree.dotted(value.func) and one.name.startswith("_")), None
    )
    called = known(path, value)
    if helper is None and inspect.isfunction(called) and called.__module__ in SHARED:
        found = ast.parse(inspect.getsource(called)).body[0]
        return isinstance(found, ast.FunctionDef) and leaves_a_trace(
            tree.ROOT.joinpath(*called.__module__.split(".")).with_suffix(".py"), found.body
        )
    return helper is not None and leaves_a_trace(path, helper.body)


def early_returns(node: ast.FunctionDef) -> Iterator[ast.Return]:
    """The returns that are not the function's last statement."""
    return (found for found in ast.walk(node) if isinstance(found, ast.Return) and found is not node.body[-1])


def test_there_are_actions_to_look_at() -> None:
    assert {path.parts[len(tree.ROOT.parts)] for path, _ in acts()} == {"accounts", "clients", "consent", "sessions"}


def test_every_public_function_of_an_actions_module_is_an_action_or_changes_nothing() -> None:
    others = {label(one): one for one in public() if not is_act(*one)}

    assert others.keys() == READS.keys()
    assert [name for name, (path, node) in others.items() if any(changes(node, path))] == []


def test_every_action_is_keyword_only_and_says_who_and_when() -> None:
    for path, node in acts():
        found = inspect.signature(getattr(importlib.import_module(tree.module(path)), node.name)).parameters

        assert {one.kind for one in found.values()} == {inspect.Parameter.KEYWORD_ONLY}, node.name
        assert found["by"].default is inspect.Parameter.empty, f"{node.name}: whose act it is must be said"
        assert "at" in found, f"{node.name}: time is an argument"


def test_every_action_writes_the_ledger_last() -> None:
    silent = {label(one) for one in acts() if not leaves_a_trace(one[0], one[1].body)}

    assert silent == SAVED_AS_ONE_WRITES


def test_whatever_returns_early_has_changed_nothing() -> None:
    changed = [
        label((path, node))
        for path, node in acts()
        for found in early_returns(node)
        for call in changes(node, path)
        if call.lineno < found.lineno and label((path, node)) not in SAVED_AS_ONE_WRITES
    ]

    assert changed == []


def test_nothing_slow_happens_inside_an_action() -> None:
    slow = [
        (*label((path, node)), name)
        for path, node in functions()
        for name, _call in tree.calls(node)
        if name.rpartition(".")[2] in SLOW or name.partition(".")[0] in ELSEWHERE
    ]

    assert slow == []


def test_jobs_are_deferred_with_the_transaction_and_never_run_in_it() -> None:
    run = [
        (*label((path, node)), name) for path, node in functions() for name, call in tree.calls(node) if isinstance(known(path, call), Job)
    ]

    assert run == []


@act
def do_then_refuse(*, by: Any, at: None = None) -> None:
    """This function will make a practice, then refuse."""
    Practice.objects.create(details={"name": "Planted"}, made_at="2026-01-01T00:00:00Z")
    raise Refused("a sentence for her", code="planted")


def test_a_refusal_leaves_its_trace_and_nothing_else(cast: Cast) -> None:
    practices = cast.camille.practice and Practice.objects.count()

    with pytest.raises(Refused, match="a sentence for her"):
        do_then_refuse(by=cast.camille)

    assert Practice.objects.count() == practices
    trace = LedgerEntry.objects.get(event="refused")
    assert (trace.chain, trace.kind, trace.code, trace.by) == (
        cast.camille.practice_id,
        "do_then_refuse",
        "planted",
        cast.camille.person_id,
    )


def test_any_other_failure_leaves_nothing(cast: Cast) -> None:
    @act
    def do_then_break(*, by: Any, at: None = None) -> None:
        Practice.objects.create(details={"name": "Planted"}, made_at="2026-01-01T00:00:00Z")
        raise ZeroDivisionError

    practices = cast.camille.practice and Practice.objects.count()

    with pytest.raises(ZeroDivisionError):
        do_then_break(by=cast.camille)

    assert Practice.objects.count() == practices
    assert not LedgerEntry.objects.filter(event="refused").exists()


@pytest.mark.no_database
def test_an_action_that_takes_places_or_has_no_author_is_refused_at_import() -> None:
    with pytest.raises(TypeError, match="keyword-only"):
        act(lambda name, *, by: None)
    with pytest.raises(TypeError, match="`by` among them"):
        act(lambda *, name: None)
