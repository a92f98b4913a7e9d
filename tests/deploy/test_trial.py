"""Nodes and the primary die while people write, on real servers set up with the files of deploy/: no acknowledged text is lost."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.stage import plain_environment
from coachvault.serve import BASE

pytestmark = pytest.mark.no_database


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that PostgreSQL's own user can walk through."""
    with tempfile.TemporaryDirectory(prefix="coachvault-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.mark.timeout(300)
def test_a_node_and_then_the_primary_die_and_nothing_acknowledged_is_lost(place: Path) -> None:
    env = plain_environment() | {"TMPDIR": str(place)}

    done = subprocess.run(
        [sys.executable, "-m", "deploy.trial", "--people", "1", "--seconds", "0.5"],
        cwd=BASE, env=env, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"texts acknowledged: \d+; lost: 0", done.stdout)
    assert "passphrases typed again: 0\n" in done.stdout, "the death of a node locks nobody"
    assert "passphrases typed again: 1 by 1 people" in done.stdout, "a promoted standby has no open vault"
    assert list(place.iterdir()) == [], "nothing stays behind"
