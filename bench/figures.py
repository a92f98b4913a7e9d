"""One line of the table, and how its figures are taken: alternately in one run, the median of several."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

once = False  # measure nothing: call everything a single time


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of ours beside the one that it is measured against, and whether the goal holds. `other` None: against nothing but the goal."""

    id: str
    what: str
    ours: float
    other: float | None
    unit: str
    goal: str
    holds: bool
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the other figure ours is."""
        return self.ours / self.other if self.other else None

    def kept(self) -> dict[str, Any]:
        """The row as it is written down."""
        return asdict(self) | {"ratio": None if self.ratio is None else round(self.ratio, 3)}


def timed(call: Callable[[], Any]) -> float:
    """How long a call takes, in milliseconds."""
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def alternately(times: int, *calls: Callable[[], Any], warm: int = 0) -> list[float]:
    """The median of each call's milliseconds, the calls made in turn; the first `warm` turns do not count."""
    if once:
        times, warm = 1, 0
    figures: list[list[float]] = [[] for _ in calls]
    for turn in range(warm + times):
        for kept, call in zip(figures, calls, strict=True):
            took = timed(call)
            if turn >= warm:
                kept.append(took)
    return [statistics.median(kept) for kept in figures]


def percentile(figures: list[float], part: float) -> float:
    """The figure that `part` of all do not exceed."""
    return sorted(figures)[min(len(figures) - 1, int(len(figures) * part))]


def table(rows: list[Row]) -> str:
    """The rows as text: row, ours, the other, ratio, goal, holds or not."""
    cells = [("row", "what", "ours", "the other", "ratio", "goal", "")]
    for row in rows:
        other = "" if row.other is None else f"{row.other:.1f} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
        cells.append((row.id, row.what, f"{row.ours:.1f} {row.unit}", other, ratio, row.goal, "holds" if row.holds else "DOES NOT HOLD"))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    right = {2, 3, 4}
    lines = [
        "  ".join(
            text.rjust(width) if at in right else text.ljust(width) for at, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    ]
    notes = [f"{row.id}: {row.note}" for row in rows if row.note]
    return "\n".join([*(line.rstrip() for line in lines), *notes])
