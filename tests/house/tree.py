"""The program read as syntax trees, for the rules that no run of it can show."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("coachvault", "sessions", "consent", "clients", "accounts", "pades", "vault", "support")
BELOW_SESSIONS = ("consent", "clients", "accounts", "pades", "vault", "support")


@cache
def files(*, migrations: bool = False) -> tuple[Path, ...]:
    """Every Python file of the rooms."""
    found = (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))
    return tuple(path for path in found if migrations or "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(), str(path))


def name(path: Path) -> str:
    """A file as its path from the root."""
    return path.relative_to(ROOT).as_posix()


def module(path: Path) -> str:
    """A file as it is imported."""
    return name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def views() -> list[Path]:
    """Every file with views."""
    return [path for path in files() if path.name == "views.py" or path.parent.name == "views"]


def actions() -> list[Path]:
    """Every file with actions."""
    return [path for path in files() if path.name == "actions.py" or (path.parent.name == "actions" and path.name != "__init__.py")]


def dotted(node: ast.AST) -> str:
    """`a.b.c` as a text, calls and indexes in between left out; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def calls(node: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call inside, with the dotted name of what is called."""
    for found in ast.walk(node):
        if isinstance(found, ast.Call):
            yield dotted(found.func), found


def within(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Every node of a file with the outermost function or class that it stands in (empty at the top)."""
    for top in tree(path).body:
        inside = top.name if isinstance(top, ast.FunctionDef | ast.ClassDef) else ""
        for node in ast.walk(top):
            yield inside, node


def texts(path: Path) -> Iterator[str]:
    """Every text constant of a file that is not a docstring."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value
