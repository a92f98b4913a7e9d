"""Instance keys that are missing or another instance's: nothing starts, the cure is said, nothing is written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from coachvault.first_run import KeysMissing, has_data, make_secrets
from coachvault.serve import BASE
from tests.cast import Cast
from tests.vault.people import sql
from vault.keyring import halves
from vault.keys_check import refuse_wrong_keys
from vault.primitives import random_key

CURE = "do not open what is stored here"


@pytest.fixture
def true() -> Path:
    """This instance's keys."""
    return Path(settings.KEYS_FILE)


@pytest.fixture
def wrong(true: Path, tmp_path: Path, cast: Cast) -> Iterator[Path]:
    """Another instance's keys, under the name that the stored values have, where somebody is stored."""
    assert cast.camille.pk
    other = tmp_path / "instance.keys"
    other.write_text(f"{true.read_text()[:8]} {random_key().hex()}\n")
    settings.KEYS_FILE = other
    yield other
    settings.KEYS_FILE = true


def everything() -> list[object]:
    """What is stored, as bytes."""
    return sql("select details, username from accounts_user order by id") + sql("select root_key from vault_slot order by id")


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("worker", ()),
        ("upgrade", ()),
        ("invite", ("new@example.org",)),
        ("verify", ()),
        ("demo", ()),
        ("backup", ("/nowhere",)),
        ("rotate_keys", ()),
    ],
)
def test_no_command_goes_on_with_wrong_keys_and_nothing_is_destroyed(wrong: Path, command: str, more: tuple[str, ...]) -> None:
    before, keys = everything(), wrong.read_text()

    with pytest.raises((ImproperlyConfigured, CommandError), match=CURE):
        call_command(command, *more, stdout=StringIO())

    assert (everything(), wrong.read_text()) == (before, keys)


def test_keys_without_the_older_one_are_wrong_too(wrong: Path) -> None:
    wrong.write_text(f"00000001 {random_key().hex()}\n")

    with pytest.raises(ImproperlyConfigured, match="secrets archive"):
        refuse_wrong_keys()


def test_the_file_and_the_keys_in_it_are_named(wrong: Path) -> None:
    """So that whoever looks for the right file knows which one this is."""
    wrong.write_text(f"0000000a {random_key().hex()}\n0000000b {random_key().hex()}\n")

    with pytest.raises(ImproperlyConfigured) as no:
        refuse_wrong_keys()

    assert f"{wrong} (0000000a, 0000000b)" in str(no.value)


@pytest.mark.parametrize("main", ["delete from vault_slot", "set local search_path = pg_temp"])
def test_a_keyring_that_does_not_open_is_told_beside_a_main_database_that_is_empty_or_new(true: Path, wrong: Path, main: str) -> None:
    """The keyring's server kept its data, the main database is being made anew: under other keys none of its halves opens."""
    settings.KEYS_FILE = true
    halves.make(uuid4())
    sql(main)
    refuse_wrong_keys()

    settings.KEYS_FILE = wrong

    with pytest.raises(ImproperlyConfigured, match=CURE):
        refuse_wrong_keys()


def test_right_keys_pass_and_so_does_an_instance_where_nothing_is_stored(cast: Cast) -> None:
    refuse_wrong_keys()
    assert cast.camille.pk

    refuse_wrong_keys()


def test_one_damaged_value_stops_nobody(cast: Cast) -> None:
    assert cast.camille.pk
    assert cast.anais.pk
    sql(
        "update vault_slot set root_key = set_byte(root_key, 60, 1 - least(get_byte(root_key, 60), 1)) where id = (select id from vault_slot limit 1)"
    )

    refuse_wrong_keys()


@pytest.mark.parametrize("scribble", [b"\1", b"\1none", b"\1none" + bytes(73), b"\2none" + bytes(100)])
def test_what_somebody_wrote_over_a_value_stops_nobody(cast: Cast, scribble: bytes) -> None:
    """Nor could an instance be kept from starting by whoever writes to its database."""
    assert cast.camille.pk
    assert cast.anais.pk

    sql("update vault_slot set root_key = %s where id = (select id from vault_slot limit 1)", scribble)

    refuse_wrong_keys()


@pytest.mark.no_database
def test_without_keys_a_command_says_the_cure_in_a_sentence_and_writes_nothing(tmp_path: Path) -> None:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COACHVAULT") and not name.endswith("_URL")}
    done = subprocess.run(
        [sys.executable, "manage.py", "worker"],
        env={**ours, "COACHVAULT_DATA": str(tmp_path)},
        cwd=BASE,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "django.key is missing: nothing was started and nothing was written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_new_key_is_made_beside_a_database_that_holds_people(
    own_databases: dict[str, str], cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COACHVAULT_KEYS_FILE")
    monkeypatch.setenv("DATABASE_URL", f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{own_databases['default']}")
    assert not has_data(tmp_path)
    assert cast.camille.pk

    with pytest.raises(KeysMissing, match="New keys were not made"):
        make_secrets(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:hush@%2Fnowhere/none")
    with pytest.raises(KeysMissing, match="does not say whether it holds data") as refused:
        make_secrets(tmp_path)

    assert list(tmp_path.iterdir()) == []
    assert "hush" not in str(refused.value)


@pytest.mark.no_database
def test_a_restore_that_was_not_finished_is_said_and_gets_no_new_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COACHVAULT_KEYS_FILE")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "restoring.keys").write_text("x")

    with pytest.raises(KeysMissing, match="A restore was not finished here"):
        make_secrets(tmp_path)
