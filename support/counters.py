"""The cache of counters: Django's in the database, with one statement to a write where Django needs five.

Whoever signs in is counted several times before and after the passphrase; what is counted, and for how long, stays as it was.
"""

from __future__ import annotations

import base64
import itertools
import pickle
from datetime import UTC, datetime
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router
from django.utils import timezone

LOOK_ROUND: Final = 100  # each so many writes the rows are counted, and cleared out where there are too many

WRITE: Final = """
insert into {table} as kept (cache_key, value, expires) values (%s, %s, %s)
on conflict (cache_key) do update set value = excluded.value, expires = excluded.expires
"""
UNLESS_THERE: Final = " where kept.expires < %s"


class Counters(DatabaseCache):
    """`set` and `add` in one statement each, so that of two processes that add one key at the same instant only one does."""

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(table, params)
        self._writes = itertools.count(1)

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        expires = self.get_backend_timeout(timeout)
        if mode == "touch" or expires is None or next(self._writes) % LOOK_ROUND == 0:
            return bool(super()._base_set(mode, key, value, timeout))
        connection = connections[router.db_for_write(self.cache_model_class)]
        now = timezone.now().replace(microsecond=0)
        statement = WRITE.format(table=connection.ops.quote_name(self._table))
        kept = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode()
        facts = [key, kept, datetime.fromtimestamp(expires, tz=UTC).replace(microsecond=0)]
        with connection.cursor() as cursor:
            cursor.execute(*((statement + UNLESS_THERE, [*facts, now]) if mode == "add" else (statement, facts)))
            return bool(cursor.rowcount)
