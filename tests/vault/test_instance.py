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
WRITTEN = bytes.fromhex(  # NAME, under a key of 32 sevens
    "010a0b0c0d016674f242cadbc146dda1856d7cf6e305d767675d2caaa27a6d6c1030a5248c3201873ea9"
    "0923ca84476dd8bda04f9af452176ecdc4f8f3ff609371e11ecbf0eaf9d07318cbe800fd0057a19a20df96ca602b968bdf"
)
FOUND = "6bdba8b5940ece05716bc75f2b3f9f49a0b13ffe489cf179350f274ed1f9b3f0"  # an address, under the same


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


def test_nothing_is_closed_with_a_key_that_was_taken_out_of_the_file(keys_file: Callable[[str], None]) -> None:
    stays = f"00000001 {random_key().hex()}\n"
    keys_file(f"00000002 {random_key().hex()}\n{stays}")
    assert instance.names() == [b"\0\0\0\2", b"\0\0\0\1"]

    keys_file(stays)

    assert instance.encrypt(b"x", b"here")[1:5] == b"\0\0\0\1"


def test_a_file_that_is_damaged_or_gone_while_the_server_runs_stops_nothing(keys_file: Callable[[str], None]) -> None:
    keys_file(f"00000001 {random_key().hex()}\n")
    before = instance.digest("x", "address")

    keys_file("damaged")
    assert (instance.digest("x", "address"), instance.decrypt(instance.encrypt(b"y", b"here"), b"here")) == (before, b"y")
    Path(settings.KEYS_FILE).unlink()
    assert (instance.digest("x", "address"), instance.decrypt(instance.encrypt(b"y", b"here"), b"here")) == (before, b"y")


@pytest.mark.parametrize("damage", ["damaged", None])
def test_nothing_is_closed_with_the_keys_of_another_file(keys_file: Callable[[str], None], damage: str | None) -> None:
    instance.encrypt(b"x", b"here")  # the true file was read
    keys_file(damage or "")
    if damage is None:
        Path(settings.KEYS_FILE).unlink()

    with pytest.raises((ImproperlyConfigured, FileNotFoundError)):
        instance.encrypt(b"x", b"here")


def test_what_an_earlier_version_wrote_still_opens_and_is_still_found(keys_file: Callable[[str], None]) -> None:
    keys_file("0a0b0c0d " + "07" * 32 + "\n")

    assert instance.decrypt(WRITTEN, b"here") == NAME.encode()
    assert instance.address_digest("camille@example.org") == FOUND


def test_a_digest_under_another_instance_s_keys_is_found_with_those_alone() -> None:
    digests = instance.digests("camille@example.org", "address", [random_key(), bytes([7]) * 32])

    assert digests[1] == FOUND
    assert instance.address_digest("camille@example.org") not in digests


def test_a_value_tells_by_which_key_it_was_closed_and_what_is_none_tells_nothing() -> None:
    token = instance.encrypt(b"x", b"here")

    assert instance.name_of(token) == instance.names()[0]
    assert (instance.name_of(b"\2" + token[1:]), instance.name_of(b""), instance.name_of(b"plain")) == (None, None, None)


def test_each_purpose_has_a_key_of_its_own() -> None:
    token = instance.encrypt(b"x", b"here", "seed")

    assert instance.decrypt(token, b"here", "seed") == b"x"
    with pytest.raises(Closed):
        instance.decrypt(token, b"here")


def test_an_address_is_found_whatever_its_case_and_the_spaces_around_it() -> None:
    assert instance.address_digest(" Camille@Example.org ") == instance.address_digest("camille@example.org")
    assert instance.address_digest("camille@example.org") != instance.address_digest("camilla@example.org")
    assert len(instance.address_digest("x")) == 64
