"""P8: sign in and unlock beside one Argon2id run at the same parameters; and a hundred people at the door at once."""

from __future__ import annotations

import statistics
import threading
import time
from pathlib import Path

from bench.figures import Row, alternately, percentile, timed
from bench.people import PASSPHRASE, People
from bench.stage import Server, Stage
from bench.visitor import Visitor

TIMES, CROWD, PATIENCE = 9, 100, 150.0


def rows(stage: Stage, server: Server, people: People) -> list[Row]:
    """The figures."""
    from vault import primitives, slots

    numbers = iter(range(1, 1000))

    def arrives() -> Visitor:
        visitor = Visitor(server.port, network=f"198.51.100.{next(numbers)}")
        visitor.get("/accounts/login/")
        return visitor

    waiting = [arrives() for _ in range(TIMES + 1)]
    mine, bare = alternately(
        TIMES,
        lambda: waiting.pop().post("/accounts/login/", {"login": people.addresses[0], "password": PASSPHRASE}),
        lambda: primitives.stretch(PASSPHRASE, bytes(16), slots.COST),
        warm=1,
    )
    return [Row("P8", "sign in and unlock / one Argon2id run", mine, bare, "ms", "≤ 1.15 ×", mine <= 1.15 * bare)]


def crowd(stage: Stage, server: Server, people: People) -> list[Row]:
    """The figures of a hundred people at once."""
    return Crowd(server, people).rows()


class Crowd:
    """A hundred people who sign in at once, each from a network of their own, while somebody else works."""

    def __init__(self, server: Server, people: People) -> None:
        self.server, self.people = server, people
        self.start, self.is_over = threading.Barrier(CROWD + 1), threading.Event()
        self.waited: list[float] = []
        self.turned_away = self.failed = 0
        self.lock = threading.Lock()

    def rows(self) -> list[Row]:
        """Let them in; how much memory it took, and how long somebody else waited for a page."""
        worker = Visitor(self.server.port)
        worker.sign_in(self.people.addresses[0], PASSPHRASE)
        before = memory(self.server.process.pid)
        others, peak = [timed(lambda: worker.get("/coach/"))], before
        threads = [threading.Thread(target=self._one, args=(number,), daemon=True) for number in range(CROWD)]
        for thread in threads:
            thread.start()
        self.start.wait(60)
        begun = time.monotonic()
        while any(thread.is_alive() for thread in threads) and time.monotonic() - begun < PATIENCE:
            others.append(timed(lambda: worker.get("/coach/")))
            peak = max(peak, memory(self.server.process.pid))
            time.sleep(0.1)
        took, slow = time.monotonic() - begun, percentile(others, 0.95)
        self.failed += sum(thread.is_alive() for thread in threads)
        note = (
            f"{len(self.waited)} of a hundred were in after {took:.0f} s, the median of them after {statistics.median(self.waited or [0]) / 1000:.0f} s; "
            f"{self.turned_away} times somebody was asked to come back in 5 s, {self.failed} did not get in; {len(others)} pages of somebody else meanwhile"
        )
        more = (peak - before) / 1_000_000
        return [
            Row("P8", "100 at once: memory", more, None, "MB", "≤ 700 MB more", more <= 700 and not self.failed),
            Row("P8", "100 at once: others’ p95", slow, None, "ms", "≤ 1,000 ms", slow <= 1000 and not self.failed, note),
        ]

    def _one(self, number: int) -> None:
        visitor = Visitor(self.server.port, network=f"203.0.113.{number}")
        form = {"login": self.people.addresses[number % len(self.people.addresses)], "password": PASSPHRASE}
        try:
            visitor.get("/accounts/login/")
            self.start.wait(60)
            begun = time.perf_counter()
            while (status := visitor.ask("POST", "/accounts/login/", form)[0]) == 503:
                with self.lock:
                    self.turned_away += 1
                time.sleep(float(visitor.headers["Retry-After"]))
            with self.lock:
                self.failed += status != 302
                self.waited.append((time.perf_counter() - begun) * 1000)
        except Exception:  # noqa: BLE001  one visitor's failure is a figure, not the end of the run
            with self.lock:
                self.failed += 1


def memory(pid: int) -> int:
    """Bytes that a process and its children have for themselves (their share of what is shared)."""
    total = 0
    for one in [pid, *(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]:
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total
