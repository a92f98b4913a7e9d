"""Secrets are made beside an empty database only, also where the database is a server of one's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from coachvault.first_run import KeysMissing, make_secrets
from coachvault.serve import BASE
from tests.cluster import free_port


@pytest.fixture(autouse=True)
def _default_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COACHVAULT_KEYS_FILE")


def url_of_this_database() -> str:
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"


def test_beside_a_database_with_data_no_key_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", url_of_this_database())

    with pytest.raises(KeysMissing, match="the database at DATABASE_URL already holds data"):
        make_secrets(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_beside_a_database_that_does_not_answer_no_key_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://somebody:hush@127.0.0.1:{free_port()}/somewhere")

    with pytest.raises(KeysMissing, match="nobody knows whether it holds data") as refused:
        make_secrets(tmp_path)

    assert list(tmp_path.iterdir()) == []
    assert "hush" not in str(refused.value)


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
