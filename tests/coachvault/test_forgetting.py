"""A destroyed half leaves the private PostgreSQL's files: the table's after the hourly rewrite, the log's after it was overwritten."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from coachvault.postgres import Cluster
from vault.keyring import halves

pytestmark = pytest.mark.timeout(120)


def stands_in(folder: Path, bytes_: bytes) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and bytes_ in path.read_bytes()]


def test_a_destroyed_half_is_gone_from_table_and_log_after_the_hour(own_databases):
    key, home = uuid4(), Path(settings.DATA) / "postgres"
    halves.make(key)
    with connections["keyring"].cursor() as cursor:
        cursor.execute("select half from keyring_half where key = %s", [key])
        stored = bytes(cursor.fetchone()[0])
    cluster = Cluster(Path(settings.DATA))
    cluster.overwrite_log()
    assert stands_in(home, stored), "while it exists it stands in the table's file"

    halves.destroy([key], timezone.now())
    for _ in range(20):  # as each hour: a reader under way, autovacuum for one, makes the rewrite keep the dead row once more
        assert halves.clean(timezone.now() - timedelta(hours=1))
        cluster.overwrite_log()
        if not stands_in(home, stored):
            break
        time.sleep(0.5)

    assert stands_in(home, stored) == []


def test_nothing_is_rewritten_when_nothing_was_destroyed(own_databases):
    halves.make(uuid4())

    assert not halves.clean(timezone.now() - timedelta(hours=1))
