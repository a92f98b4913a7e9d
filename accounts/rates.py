"""A growing delay per address before Argon2id: 1 to 60 seconds, never a lock, so that the right passphrase always gets in."""

from __future__ import annotations

import threading
import time
from typing import Final

from allauth.core import ratelimit
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.http import HttpRequest

from vault.ration import Busy

FREE_TRIES: Final = 5
LONGEST: Final = 60
REMEMBERED: Final = 3600
_sleepers = threading.Semaphore(6)
_waiting: set[str] = set()


def delay(failures: int) -> int:
    """Seconds to wait after so many wrong tries in a row."""
    return 0 if failures < FREE_TRIES else min(LONGEST, 2 ** (failures - FREE_TRIES))


def wait(digest: str, failures: int | None = None, *, alone: bool = False) -> None:
    """Wait as long as so many wrong tries for this digest ask (None: those counted so far).

    Raises `Busy` when too many wait already; `alone`: when anybody waits for this digest.
    """
    seconds = delay(cache.get("wrong:" + digest, 0) if failures is None else failures)
    if not seconds:
        return
    if (alone and digest in _waiting) or not _sleepers.acquire(blocking=False):
        raise Busy
    _waiting.add(digest)
    try:
        for held in connections.all(initialized_only=True):
            if not held.in_atomic_block:
                held.close()
        time.sleep(seconds)
    finally:
        _waiting.discard(digest)
        _sleepers.release()


def wrong(digest: str) -> int:
    """Count one wrong try; how many there were before it. Tries at the same instant each get their own number."""
    key = "wrong:" + digest
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        before = int(cache.get(key, 0))
        cache.set(key, before + 1, REMEMBERED)
    return before


def right(digest: str) -> None:
    """Forget the wrong tries."""
    cache.delete("wrong:" + digest)


def may_ask_for_mail(request: HttpRequest, digest: str) -> bool:
    """Whether a letter may be asked for once more: by network, and by the address it is for."""
    return bool(ratelimit.consume(request, action="reset_password", key=digest))


def may_try_a_passkey(request: HttpRequest) -> bool:
    """Whether this network may ask once more to sign in with a passkey (ACCOUNT_RATE_LIMITS)."""
    return bool(ratelimit.consume(request, action="passkey"))


def may_check_a_file(request: HttpRequest) -> bool:
    """Whether this network may have one more file checked (ACCOUNT_RATE_LIMITS)."""
    return bool(ratelimit.consume(request, action="check_a_file"))
