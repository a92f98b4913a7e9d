"""Secrets are made once, for their owner alone, and never beside data that they could not open."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from coachvault.first_run import KeysMissing, make_secrets

pytestmark = pytest.mark.no_database
NAMES = {"instance.keys", "django.key", "demo.seed"}


@pytest.fixture(autouse=True)
def default_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys where they are by default."""
    monkeypatch.delenv("COACHVAULT_KEYS_FILE")


def test_the_first_start_makes_three_secrets_for_their_owner_alone(tmp_path: Path) -> None:
    make_secrets(tmp_path)

    folder = tmp_path / "secrets"
    assert {path.name for path in folder.iterdir()} == NAMES
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert re.fullmatch(r"[0-9a-f]{8} [0-9a-f]{64}\n", (folder / "instance.keys").read_text())


def test_a_later_start_changes_nothing(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    before = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    make_secrets(tmp_path)

    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == before


def test_two_instances_share_no_secret(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_secrets(tmp_path / name)

    for name in NAMES:
        assert (tmp_path / "one" / "secrets" / name).read_text() != (tmp_path / "two" / "secrets" / name).read_text()


def test_data_without_its_keys_gets_no_new_ones(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")

    with pytest.raises(KeysMissing, match="secrets archive"):
        make_secrets(tmp_path)

    assert not (tmp_path / "secrets").exists()


def test_the_keys_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHVAULT_KEYS_FILE", str(tmp_path / "apart" / "keys"))

    make_secrets(tmp_path / "data")

    assert (tmp_path / "apart" / "keys").exists()
    assert not (tmp_path / "data" / "secrets" / "instance.keys").exists()
