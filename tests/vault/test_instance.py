"""The instance's keys: the newest closes, any that is known opens, and a wrong one destroys nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import transaction

from clients.models import Practice
from tests.vault.people import NOW, sql
from vault import instance
from vault.primitives import Closed, random_key

NAME = "Cabinet Aubry"


def a_practice(**details: Any) -> Practice:
    return Practice.objects.create(details={"name": NAME} | details, made_at=NOW)


def column(row: Practice) -> bytes:
    return bytes(sql("select details from clients_practice where id = %s", row.pk)[0][0])


@pytest.fixture
def keys_file(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Put other lines where the instance keys are read; the true ones come back afterwards."""
    true, other = settings.KEYS_FILE, tmp_path / "instance.keys"

    def write(lines: str) -> None:
        other.write_text(lines)
        settings.KEYS_FILE = other

    yield write
    settings.KEYS_FILE = true


def test_an_unknown_format_byte_is_refused_before_a_key_is_looked_for() -> None:
    with pytest.raises(Closed, match="unknown format"):
        instance.decrypt(b"\2" + instance.encrypt(b"x", b"here")[1:], b"here")


def test_with_a_wrong_key_nothing_is_read_and_nothing_is_destroyed(keys_file: Callable[[str], None]) -> None:
    row = a_practice()
    stored, name = column(row), column(row)[1:5].hex()
    keys_file(f"{name} {random_key().hex()}\n")

    found = Practice.objects.get(pk=row.pk)
    for act in (lambda: found.details, found.save, lambda: found.save(update_fields=["details"]), found.refresh_from_db):
        with pytest.raises(Closed), transaction.atomic():
            act()

    assert column(row) == stored
    with pytest.raises(CommandError, match="does not open"):
        call_command("dumpdata", "clients.practice", stdout=StringIO())


def test_a_key_that_this_instance_does_not_have_is_closed(keys_file: Callable[[str], None]) -> None:
    row = a_practice()
    keys_file(f"00000000 {random_key().hex()}\n")

    with pytest.raises(Closed, match="instance key"):
        _ = Practice.objects.get(pk=row.pk).details


def test_a_key_added_on_top_is_used_from_then_on_and_the_old_one_still_opens(keys_file: Callable[[str], None]) -> None:
    row = a_practice()
    keys_file(f"0a0b0c0d {random_key().hex()}\n" + Path(settings.KEYS_FILE).read_text())

    fresh = a_practice()

    assert Practice.objects.get(pk=row.pk).name == Practice.objects.get(pk=fresh.pk).name == NAME
    assert column(fresh)[1:5].hex() == "0a0b0c0d"
    assert instance.digest("x", "address") != instance.digest("x", "network")


def test_the_file_is_read_again_when_a_value_names_a_key_not_seen_yet(keys_file: Callable[[str], None]) -> None:
    old, new = random_key().hex(), random_key().hex()
    keys_file(f"00000002 {new}\n00000001 {old}\n")
    written = instance.encrypt(b"x", b"here")
    keys_file(f"00000001 {old}\n")
    instance._read_from = None
    instance.encrypt(b"y", b"here")  # read once, with the old key alone
    keys_file(f"00000002 {new}\n00000001 {old}\n")

    assert instance.decrypt(written, b"here") == b"x"


@pytest.mark.parametrize(
    "damage",
    ["", "\n", "00000001\n", "0001 " + "ab" * 32, "00000001 " + "ab" * 31, "00000001 " + "zz" * 32, "00000001 " + "ab" * 32 + "\n\n"],
)
def test_a_damaged_key_file_is_said_and_takes_nothing_from_what_was_read(keys_file: Callable[[str], None], damage: str) -> None:
    row = a_practice()
    keys_file(damage)
    instance._read_from = Path(settings.KEYS_FILE)  # as if it had been whole when it was read first

    with pytest.raises(ImproperlyConfigured, match="damaged"):
        instance.decrypt(b"\x01none" + bytes(80), b"here")

    assert Practice.objects.get(pk=row.pk).name == NAME


def test_each_purpose_has_a_key_of_its_own() -> None:
    token = instance.encrypt(b"x", b"here", "seed")

    assert instance.decrypt(token, b"here", "seed") == b"x"
    with pytest.raises(Closed):
        instance.decrypt(token, b"here")


def test_an_address_is_found_whatever_its_case_and_the_spaces_around_it() -> None:
    assert instance.address_digest(" Camille@Example.org ") == instance.address_digest("camille@example.org")
    assert instance.address_digest("camille@example.org") != instance.address_digest("camilla@example.org")
    assert len(instance.address_digest("x")) == 64
