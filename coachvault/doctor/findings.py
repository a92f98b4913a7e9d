"""One thing looked at: how it is, and the line that cures it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is. A warning is for the operator to weigh; only what is missing ends the command with status 1."""

    GOOD = "good"
    WARNING = "warning"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class Finding:
    """A thing by its name, its state, what was seen, and the command that cures it."""

    name: str
    state: State
    said: str
    cure: str = ""


def good(name: str, said: str) -> Finding:
    """This thing is as it must be."""
    return Finding(name, State.GOOD, said)


def warning(name: str, said: str, cure: str = "") -> Finding:
    """This thing works, and is better changed."""
    return Finding(name, State.WARNING, said, cure)


def missing(name: str, said: str, cure: str) -> Finding:
    """The instance cannot go without this thing."""
    return Finding(name, State.MISSING, said, cure)


def told(findings: Iterable[Finding]) -> str:
    """The findings as lines for a terminal, each cure below what it cures."""
    lines = []
    for one in findings:
        lines.append(f"{one.state:<8} {one.name}: {one.said}")
        lines += [f"         → {line}" for line in one.cure.splitlines()]
    return "\n".join(lines) + "\n"


def is_missing(findings: Iterable[Finding]) -> bool:
    """Whether the instance cannot go without something that was found."""
    return any(one.state is State.MISSING for one in findings)
