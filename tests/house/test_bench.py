"""The benchmark is run by hand; the pages that it compares must not grow apart in the meantime."""

from __future__ import annotations

import subprocess
import sys

from bench.stage import BASE, plain_environment


def test_ours_and_the_twins_still_show_the_same_pages() -> None:
    asked = [sys.executable, "-m", "bench", "--once", "P1", "P2"]
    done = subprocess.run(asked, cwd=BASE, env=plain_environment(), capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stderr[-2000:]
    assert [line[:2] for line in done.stdout.split("\n\n")[-1].splitlines()[1:4]] == ["P1", "P2", "P2"]
