"""A name drawn by hand: strokes of points, as evidence keeps them and as the stamp shows them. Never a picture, so nothing hides in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

MOST_POINTS: Final = 3000
WIDTH: Final = 300  # of the drawing as the stamp shows it; its height is a third
HEIGHT: Final = 100

Strokes = list[list[list[float]]]


def strokes(typed: str) -> Strokes:
    """The strokes that the page sent as JSON: points from 0 to 1 across and down. Raises `ValueError` for anything else."""
    if not typed.strip():
        return []
    found = json.loads(typed)
    if not isinstance(found, list) or not all(isinstance(stroke, list) for stroke in found):
        raise ValueError("not a list of strokes")
    drawn = [[_point(point) for point in stroke] for stroke in found if stroke]
    if sum(map(len, drawn)) > MOST_POINTS:
        raise ValueError("too many points")
    return drawn if sum(map(len, drawn)) > 2 else []


def _point(value: object) -> list[float]:
    if not isinstance(value, list) or len(value) != 2 or not all(type(part) in (int, float) for part in value):
        raise ValueError("not a point")
    across, down = float(value[0]), float(value[1])
    if not (0 <= across <= 1 and 0 <= down <= 1):  # not a number fails too
        raise ValueError("outside the field")
    return [round(across, 4), round(down, 4)]


def path(drawn: Sequence[Sequence[Sequence[float]]]) -> str:
    """The strokes as the `d` of an SVG path, 300 wide and 100 high."""
    lines = []
    for stroke in drawn:
        points = [f"{across * WIDTH:.1f} {down * HEIGHT:.1f}" for across, down in stroke]
        lines.append("M" + "L".join(points if len(points) > 1 else points * 2))
    return "".join(lines)
