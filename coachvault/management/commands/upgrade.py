"""`manage.py upgrade`: bring both databases, the grants and the static files to what this version wants. Safe to repeat."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from coachvault import dsn
from coachvault.postgres import addresses
from vault.keys_check import refuse_wrong_keys
from vault.roles import grant_to

ONE_AT_A_TIME = 0x436F616368  # an advisory lock's number: two nodes must not migrate together
SETTINGS = {"default": "DATABASE_URL", "keyring": "KEYRING_URL"}


class Command(BaseCommand):
    """Runs as the owner of the databases."""

    help = "Brings databases, grants and static files up to date. Safe to repeat."
    requires_system_checks = []  # they are about the code, and `make check` runs them

    def add_arguments(self, parser: CommandParser) -> None:
        """Which half of it."""
        parser.add_argument("--files-only", action="store_true", help="the static files alone: on a further node, or in an image")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, grant, collect."""
        if not options["files_only"]:
            self._databases()
        collect_static()

    def _databases(self) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        refuse_wrong_keys()  # before anything is changed
        for alias in ("keyring", "default"):
            call_command("migrate", database=alias, interactive=False, verbosity=0)
        make_cache_table()
        for alias, setting in SETTINGS.items():
            url = os.environ.get(setting) or addresses(settings.DATA)[setting]
            grant_to(dsn.role(url, setting), alias)


def make_cache_table() -> None:
    """Make the table of counters. UNLOGGED: counting at the door waits for no disk, and a crash forgets only who knocked how often."""
    call_command("createcachetable", verbosity=0)
    with connections["default"].cursor() as cursor:
        cursor.execute("select relpersistence from pg_class where oid = 'cache'::regclass")
        if cursor.fetchone() != ("u",):
            cursor.execute("alter table cache set unlogged")


def collect_static() -> None:
    """Collect the static files, if any of them changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    seen = fingerprint()
    if not stamp.exists() or stamp.read_text() != seen:
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(seen)


def fingerprint() -> str:
    """What tells one set of static files from another: names and bytes. Times change when an image is packed."""
    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found.update(path.encode() + b"\0" + hashlib.sha256(Path(storage.path(path)).read_bytes()).digest())
    return found.hexdigest()
