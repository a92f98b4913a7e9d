"""P10: `make run` until the first page, the second time; and the first time from a clean clone, with the packages cached."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Row
from bench.stage import BASE, free_port, plain_environment, wait_for
from coachvault.postgres import socket_folder

TIMES, SECONDS = 3, 900
PAGE = "/accounts/login/"


def second_start() -> list[Row]:
    """The second start and those after it; the first makes the data folder and does not count."""
    with folder() as data:
        took = [until_first_page(["make", "-o", ".venv/.run", "run"], BASE, data) for _ in range(TIMES + 1)]
    figure = statistics.median(took[1:])
    note = f"the start that made the data folder, without the demo: {took[0] / 1000:.1f} s"
    return [Row("P10", "make run, second start, to the first page", figure, None, "ms", "≤ 4,000 ms", figure <= 4000, note)]


def clean_clone() -> list[Row]:
    """The first start from a clone without `.venv`, the demo made, everything pip wants in its cache."""
    with folder() as data, tempfile.TemporaryDirectory(prefix="coachvault-clone-") as clone:
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(BASE), clone], check=True)
        took = until_first_page(["make", "run"], Path(clone), data, with_demo=True)
    return [Row("P10", "make run from a clean clone, to the first page", took, None, "ms", "≤ 60,000 ms", took <= 60_000)]


@contextmanager
def folder() -> Iterator[Path]:
    """A data folder that goes away afterwards."""
    data = Path(tempfile.mkdtemp(prefix="coachvault-bench-"))
    try:
        yield data
    finally:
        shutil.rmtree(socket_folder(data), ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)


def until_first_page(command: list[str], where: Path, data: Path, *, with_demo: bool = False) -> float:
    """Milliseconds from the command to the first page; everything is stopped afterwards, in order."""
    port = free_port()
    env = plain_environment() | {"COACHVAULT_DATA": str(data), "PORT": str(port)} | ({} if with_demo else {"COACHVAULT_DEMO": "0"})
    begun = time.monotonic()
    process = subprocess.Popen(command, cwd=where, env=env, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = begun + SECONDS
        while True:
            try:
                wait_for(port, PAGE, process)
                return (time.monotonic() - begun) * 1000
            except RuntimeError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
