"""Two Argon2id runs at a time on the whole machine; forty may wait; no database connection is held meanwhile."""

from __future__ import annotations

import fcntl
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connections

PLACES: Final = 2
WAITING_PER_PROCESS: Final = 20
_room = threading.Semaphore(WAITING_PER_PROCESS)


class Busy(Exception):
    """Too many people are unlocking at this moment: answer 503 with Retry-After."""


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
        with open(Path(settings.DATA) / f"argon2.{secrets.randbelow(PLACES)}", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    finally:
        _room.release()
