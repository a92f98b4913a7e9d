"""A new instance key in front, and everything that the instance can read closed anew with it, while people go on working.

Killed at any point it goes on where it was. An old key is taken out of the file only by `--finish`, once nothing names it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connections

from accounts.jobs import OVERWRITE
from coachvault.archives.backup import ALONE
from coachvault.archives.files import Unfit
from coachvault.first_run import replace
from coachvault.rotation import columns, digests, seeds
from vault import instance
from vault.keys_check import refuse_wrong_keys
from vault.primitives import random_key

# Whoever began to write with an old key has ended by then
IN_FRONT_FOR: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Done:
    """What one run closed anew, what does not open, and what still names an old key."""

    name: str
    values: int
    digests: int
    closed: tuple[str, ...]
    left: dict[str, int]


@contextmanager
def alone() -> Iterator[None]:
    """Neither a backup nor another rotation meanwhile. Raises `Unfit`."""
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [ALONE])
        if not cursor.fetchone()[0]:
            raise Unfit("A backup or another rotation is under way. Try again once it has ended.")
        try:
            yield
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [ALONE])


def rotate() -> Done:
    """Put a new key in front, unless a rotation was begun and not finished, and close everything anew. Raises `Unfit`, ImproperlyConfigured."""
    refuse_wrong_keys()
    with alone():
        if len(instance.names()) == 1:
            put_in_front()
        newest = instance.names()[0]
        turned = digests.turn()
        values, closed = columns.walk(newest)
        values += seeds.walk(newest)
        with connections["keyring"].cursor() as cursor:
            cursor.execute("select keyring_clean()")  # its file forgets what the old key opens
        (Path(settings.DATA) / OVERWRITE).touch(mode=0o600)
        return Done(newest.hex(), values, turned, tuple(closed), still_named())


def put_in_front() -> None:
    """A new key as the first line of the file. Running processes see that the file has changed before they close the next value."""
    path = Path(settings.KEYS_FILE)
    replace(path, f"{secrets.token_hex(4)} {random_key().hex()}\n{path.read_text()}")


def still_named() -> dict[str, int]:
    """How many values and look-up digests still need each key but the newest."""
    newest, *older = instance.names()
    found: dict[str, int] = {}
    for name in older:
        count = columns.count(name) + seeds.count(name)
        if count:
            found[name.hex()] = count
    if older and (left := digests.left()):
        found["look-up digests"] = left
    return found


def finish(now: float | None = None) -> list[str]:
    """Take every old key out of the file; their names. Raises `Unfit` while something names one, or may be about to."""
    refuse_wrong_keys()
    path = Path(settings.KEYS_FILE)
    with alone():
        newest, *older = path.read_text().splitlines()
        if not older:
            raise Unfit("There is no old key: nothing was changed.")
        if (now or time.time()) - path.stat().st_mtime < IN_FRONT_FOR.total_seconds():
            since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            raise Unfit(
                f"The new key has been in front since {since:%H:%M:%S} UTC only; somebody may still be writing with the old one. Wait five minutes."
            )
        if left := still_named():
            told = ", ".join(f"{count} values with {name}" for name, count in left.items())
            raise Unfit(f"Old keys are still needed ({told}). Nothing was changed. Run manage.py rotate_keys first.")
        replace(path, newest + "\n")
        return [line[:8] for line in older]
