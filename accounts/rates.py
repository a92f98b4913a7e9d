"""A growing delay per address before Argon2id: 1 to 60 seconds, never a lock, so that the right passphrase always gets in."""

from __future__ import annotations

import threading
import time
from typing import Final

from allauth.core import ratelimit
from django.core.cache import cache
from django.db import connections
from django.http import HttpRequest

from vault.ration import Busy

FREE_TRIES: Final = 5
LONGEST: Final = 60
REMEMBERED: Final = 3600
_sleepers = threading.Semaphore(6)


def delay(failures: int) -> int:
    """Seconds to wait after so many wrong tries in a row."""
    return 0 if failures < FREE_TRIES else min(LONGEST, 2 ** (failures - FREE_TRIES))


def wait(digest: str) -> None:
    """Wait before trying a passphrase for this address. Raises `Busy` when too many wait already."""
    seconds = delay(cache.get("wrong:" + digest, 0))
    if not seconds:
        return
    if not _sleepers.acquire(blocking=False):
        raise Busy
    try:
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()
        time.sleep(seconds)
    finally:
        _sleepers.release()


def wrong(digest: str) -> None:
    """Count one wrong try."""
    key = "wrong:" + digest
    cache.set(key, cache.get(key, 0) + 1, REMEMBERED)


def right(digest: str) -> None:
    """Forget the wrong tries."""
    cache.delete("wrong:" + digest)


def may_ask_for_mail(request: HttpRequest, digest: str) -> bool:
    """Whether a letter may be asked for once more: by network, and by the address it is for."""
    return bool(ratelimit.consume(request, action="reset_password", key=digest))
