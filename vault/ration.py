"""Two Argon2id runs at a time on the whole machine; forty may wait; no database connection is held meanwhile."""

from __future__ import annotations

import fcntl
import secrets
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, TextIO

from django.conf import settings
from django.db import connections

PLACES: Final = 2
WAITING_PER_PROCESS: Final = 20
_room = threading.Semaphore(WAITING_PER_PROCESS)


class Busy(Exception):
    """Too many people are unlocking at this moment: answer 503 with Retry-After."""


@contextmanager
def _locked() -> Iterator[None]:
    """Hold a free place; when none is free, wait for one of them."""
    with ExitStack() as files:
        places = [files.enter_context(open(Path(settings.DATA) / f"argon2.{number}", "w")) for number in range(PLACES)]
        if not any(_is_free(file) for file in places):
            fcntl.flock(secrets.choice(places), fcntl.LOCK_EX)
        yield


def _is_free(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def place() -> Iterator[None]:
    """Wait for one of the machine's places. A dead process frees its own, since the kernel holds the lock."""
    if not _room.acquire(blocking=False):
        raise Busy
    try:
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()
        Path(settings.DATA).mkdir(parents=True, exist_ok=True)
        with _locked():
            yield
    finally:
        _room.release()
