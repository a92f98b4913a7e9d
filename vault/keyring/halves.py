"""Make, read and destroy the instance's halves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, connections

from vault import primitives
from vault.keyring.models import Half
from vault.primitives import Closed


class Away(OperationalError):
    """The keyring does not answer: nothing sealed opens at this moment, and nothing new is sealed."""


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as no:
        raise Away("the keyring does not answer") from no


def make(key: UUID) -> bytes:
    """Keep a fresh half for a new DataKey, at once and for good: it is written before the DataKey's own row."""
    half = primitives.random_key()
    with _reached():
        Half.objects.create(key=key, half=half)
    return half


def read(key: UUID) -> bytes:
    """The half of a DataKey, or `Closed` when it was destroyed or never was."""
    with _reached():
        rows = list(Half.objects.raw('SELECT * FROM "keyring_half" WHERE key = %s', [key]))
    for row in rows:
        if row.half is not None:
            return bytes(row.half)
    raise Closed("this key was destroyed")


def destroy(keys: Iterable[UUID], at: datetime) -> int:
    """Destroy the halves of these DataKeys for ever; how many still had one. Doing it again does nothing."""
    with _reached():
        return Half.objects.filter(pk__in=list(keys), destroyed_at__isnull=True).update(half=None, destroyed_at=at)


def clean(since: datetime) -> bool:
    """Rewrite the halves' table if any was destroyed since then, so that its file forgets them; whether it was done.

    What was written before still stands in the write-ahead log, until that is overwritten.
    """
    if not Half.objects.filter(destroyed_at__gte=since).exists():
        return False
    with connections["keyring"].cursor() as cursor:
        cursor.execute("select keyring_clean()")
    return True
