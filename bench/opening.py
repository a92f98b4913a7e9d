"""P1: open a sealed note, signed in, with the ledger written, beside the same page in plain Django."""

from __future__ import annotations

from bench.figures import Row, alternately
from bench.people import PASSPHRASE, People
from bench.stage import Server, Stage
from bench.twins import standing
from bench.visitor import Visitor

TIMES, WARM = 200, 40


def rows(stage: Stage, server: Server, people: People) -> list[Row]:
    """The figures."""
    ours = Visitor(server.port)
    ours.sign_in(people.addresses[0], PASSPHRASE)
    page = f"/coach/notes/{people.note.pk}/"
    with standing(stage, "twin") as (other, kept):
        theirs = Visitor(other.port, cookies={"sessionid": kept["session"]})
        same_size(ours.get(page), theirs.get(kept["page"]))
        mine, plain = alternately(TIMES, lambda: ours.get(page), lambda: theirs.get(kept["page"]), warm=WARM)
    holds = mine <= 1.5 * plain and mine - plain <= 4
    return [Row("P1", "open a sealed note, ledger written / plain Django", mine, plain, "ms", "≤ 1.5 × and ≤ 4 ms more", holds)]


def same_size(ours: str, *others: str) -> None:
    """Raise where another page is not ours by more than a twentieth of its length."""
    sizes = [len(ours), *(len(other) for other in others)]
    if max(abs(sizes[0] - size) for size in sizes) > 0.05 * sizes[0]:
        raise RuntimeError(f"not the same page: {sizes} characters")
