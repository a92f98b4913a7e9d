"""Secrets are made beside an empty database only, also where the database is a server of one's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coachvault.serve import BASE


@pytest.fixture(autouse=True)
def _default_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COACHVAULT_KEYS_FILE")


def test_the_command_makes_them_once_beside_an_empty_database(tmp_path: Path) -> None:
    """The run's own database was never migrated; the tests' is another."""
    env = {name: value for name, value in os.environ.items() if name != "COACHVAULT_KEYS_FILE"} | {"COACHVAULT_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "coachvault.first_run"]

    first = subprocess.run(command, cwd=BASE, env=env, capture_output=True, text=True, check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(command, cwd=BASE, env=env, capture_output=True, check=True)

    assert set(made) == {"instance.keys", "django.key", "demo.seed"}
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made
    assert not [value for value in made.values() if value.strip() in first.stdout]


def test_the_command_wants_to_be_told_where() -> None:
    env = {name: value for name, value in os.environ.items() if name != "COACHVAULT_DATA"}

    done = subprocess.run([sys.executable, "-m", "coachvault.first_run"], cwd=BASE, env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (1, "COACHVAULT_DATA is not set: it names the data folder.\n")
