"""`make bench`: measures, prints one table and writes bench/results.json. BENCH='--clean-clone --suite' measures the long rows too."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
from datetime import UTC, datetime
from pathlib import Path

from bench import agreeing, approving, figures, growing, listing, mixed, opening, signing_in, starting, suite
from bench.figures import Row, table
from bench.people import arrive
from bench.stage import product, staged

RESULTS = Path(__file__).with_name("results.json")
ON_STAGE = {
    "P1": opening.rows,
    "P2": listing.rows,
    "P7": agreeing.rows,
    "P9": approving.rows,
    "P8": signing_in.rows,
    "P12": mixed.rows,
    "P8 crowd": signing_in.crowd,
    "P4 P5": growing.rows,
}  # the crowd late: its stragglers are in nobody’s way; the million notes last, since they stay


def main() -> None:
    """Measure what was asked for, one row after the other."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="only these, as P1 P2 P4")
    parser.add_argument("--clean-clone", action="store_true", help="P10 from a clean clone too: installs everything once more")
    parser.add_argument("--no-crowd", action="store_true", help="P8 without the hundred people at once")
    parser.add_argument("--suite", action="store_true", help="P11: runs the test suite")
    parser.add_argument(
        "--once", action="store_true", help="each page once: only to see that ours and the others are still the same; keeps no figure"
    )
    wanted = parser.parse_args()
    figures.once = wanted.once
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = set(wanted.rows) or {"P1", "P2", "P4", "P7", "P8", "P9", "P10", "P12"}
    asked |= {"P8 crowd"} if "P8" in asked and not wanted.no_crowd else set()
    asked |= {"P4 P5"} if asked & {"P4", "P5"} else set()
    rows: list[Row] = []
    if "P10" in asked:
        rows += said(starting.second_start())
    if wanted.clean_clone:
        rows += said(starting.clean_clone())
    if wanted.suite:
        rows += said(suite.rows())
    if asked & ON_STAGE.keys():
        rows = on_stage(asked) + rows
    print("\n" + table(sorted(rows, key=lambda row: int(row.id[1:]))))


def on_stage(asked: set[str]) -> list[Row]:
    """The rows that want a running instance with people in it."""
    with staged() as stage:
        people = arrive()
        with product(stage) as server:
            return [row for name, measure in ON_STAGE.items() if name in asked for row in said(measure(stage, server, people))]


def said(rows: list[Row]) -> list[Row]:
    """The rows, told at once: a later row that fails takes nothing away."""
    print(table(rows), flush=True)
    if not figures.once:
        keep(rows)
    return rows


def keep(rows: list[Row]) -> None:
    """Write the figures beside those of other rows measured before."""
    kept = json.loads(RESULTS.read_text())["rows"] if RESULTS.exists() else []
    measured = {(row.id, row.what) for row in rows}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    machine = {"cores": len(os.sched_getaffinity(0)), "load": round(os.getloadavg()[0], 1), "python": platform.python_version()}
    new = [row.kept() | {"measured_at": at, "machine": machine} for row in rows]
    everything = [*(one for one in kept if (one["id"], one["what"]) not in measured), *new]
    RESULTS.write_text(json.dumps({"rows": sorted(everything, key=lambda one: int(one["id"][1:]))}, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
