"""People who look at one page after the other, each at the next as soon as one is there: in a process of its own, asked by JSON.

Asked on standard input: the port, each person's cookies and pages, for how long. Told on standard output: how long, and each page's milliseconds.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time
from typing import Any

from bench.figures import timed
from bench.visitor import Visitor


def look(port: int, person: dict[str, Any], until: float, told: list[float]) -> None:
    """One person's pages, round and round."""
    visitor = Visitor(port, cookies=person["cookies"])
    for page in itertools.cycle(person["pages"]):
        if time.monotonic() >= until:
            return
        told.append(timed(lambda page=page: visitor.get(page)))


def main() -> None:
    """Let everybody look at once."""
    asked = json.load(sys.stdin)
    told: list[list[float]] = [[] for _ in asked["people"]]
    begun = time.monotonic()
    until = begun + asked["seconds"]
    threads = [
        threading.Thread(target=look, args=(asked["port"], person, until, kept)) for person, kept in zip(asked["people"], told, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    print(json.dumps({"seconds": took, "ms": [one for kept in told for one in kept]}))


if __name__ == "__main__":
    main()
