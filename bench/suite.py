"""P11: the test suite without the browser stories."""

from __future__ import annotations

import subprocess
import sys
import time

from bench.figures import Row
from bench.stage import BASE, plain_environment

SECONDS = 900


def rows() -> list[Row]:
    """The figure; it holds only if every test passes."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", "--ignore", "tests/stories"]
    begun = time.monotonic()
    done = subprocess.run(command, cwd=BASE, env=plain_environment(), capture_output=True, text=True, timeout=SECONDS, check=False)
    took, last = time.monotonic() - begun, (done.stdout.strip().splitlines() or [""])[-1]
    return [Row("P11", "test suite without browser stories", took, None, "s", "≤ 60 s", took <= 60 and done.returncode == 0, last)]
