"""Brings an instance back from the newest of both archives, onto nothing. Refused, it has changed nothing; killed, it starts anew.

Until everything stands, destroyed again included, the instance keys lie under another name, without which nothing starts.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader

from accounts import actions as accounts
from accounts.jobs import OVERWRITE
from accounts.models import User
from clients.models import Coach
from coachvault.archives import files, programs
from coachvault.archives.again import Again, destroy_again
from coachvault.archives.backup import DUMP, SECRET_FILES
from coachvault.archives.files import MAIN, SECRETS, Archive, Unfit
from coachvault.demo import ROWS
from coachvault.first_run import holds
from coachvault.postgres import Cluster
from coachvault.serve import RESTORING
from vault import instance, ledger
from vault.keyring import halves

ONE: Final = 0x436F6172  # an advisory lock's number: one restore at a time
PATIENCE: Final = 20.0  # seconds for others to leave the databases
WITNESSES: Final = {"default": ("accounts_user", "clients_practice", "vault_ledger"), "keyring": ("keyring_half",)}
MORE_TABLES: Final = {"django_migrations", "cache", "vault_ledger_head"}
EMPTIED: Final = """
do $$ declare one record; begin
  for one in select oid::regclass as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and relowner = current_user::regrole loop
    execute format('drop table if exists %s cascade', one.name);
  end loop;
  for one in select oid::regprocedure as name from pg_proc where pronamespace = 'public'::regnamespace and proowner = current_user::regrole loop
    execute format('drop routine if exists %s cascade', one.name);
  end loop;
  for one in select oid::regtype as name from pg_type where typnamespace = 'public'::regnamespace and typowner = current_user::regrole
    and (typtype in ('e', 'd') or (typtype = 'c' and (select relkind from pg_class where oid = typrelid) = 'c')) loop
    execute format('drop type if exists %s cascade', one.name);
  end loop;
end $$
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """The newest of both archives, whole, of one instance, and of a version that is known here."""

    main: Archive
    secrets: Archive


def bring_back(folder: Path) -> tuple[Pair, Again]:
    """Restore the newest pair of a folder. Raises `Unfit`, and then nothing was changed, or a second run begins anew."""
    pair = choose(folder)
    with reachable(), alone():
        check_empty(pair)
        with marked():
            wait_until_alone()
            put_keys(pair)
            load(pair)
            call_command("upgrade")
            again = destroy_again(datetime.now(UTC))
            tell(pair, again)
            put_secrets(pair)
    return pair, again


# The archives


def choose(folder: Path) -> Pair:
    """The newest main and the newest secrets. Raises `Unfit` for half a pair and for all that is damaged or of another version."""
    if not folder.is_dir():
        raise Unfit(f"There is no folder {folder}.")
    newest = {kind: files.found(folder, kind)[-1:] for kind in (MAIN, SECRETS)}
    if lacking := [kind for kind, paths in newest.items() if not paths]:
        raise Unfit(
            f"{folder} holds no {' and no '.join(lacking)} archive. One alone opens nothing: "
            "copy the newest main-….tar and the newest secrets-….tar into one folder."
        )
    main, secrets = newest[MAIN][0], newest[SECRETS][0]
    if files.moment_of(secrets) < files.moment_of(main):
        raise Unfit(
            f"{main.name} is newer than {secrets.name}: keys made in between would be missing. Copy the secrets archive made with it, "
            f"or any newer one, into {folder}; or, if there is none, move {main.name} away to use the one before it."
        )
    pair = Pair(files.read(main), files.read(secrets))
    check_keys(pair)
    check_version(pair)
    return pair


def check_keys(pair: Pair) -> None:
    """Raise `Unfit` unless the keys in *secrets* are those of *main*, and both are as they were written."""
    keys = {line[:8]: bytes.fromhex(line[9:]) for line in pair.secrets.text("instance.keys").splitlines()}
    if lacking := [name for name in pair.main.manifest["keys"] if name not in keys]:
        raise Unfit(
            f"{pair.main.path.name} needs the instance key {', '.join(lacking)}, which {pair.secrets.path.name} does not hold: "
            "they are of two instances, or that key was taken away since. Copy the secrets archive made with it instead."
        )
    for archive in (pair.main, pair.secrets):
        if archive.manifest["mark"] not in instance.digests(files.canonical(archive.manifest), "archive", keys.values()):
            raise Unfit(
                f"{archive.path.name} was changed after it was written: it does not bear this instance's mark. Copy it again, or use another."
            )


def check_version(pair: Pair) -> None:
    """Raise `Unfit` for what a newer version wrote; what an older one wrote is brought up to date."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    for archive in (pair.main, pair.secrets):
        if newer := [name for name in archive.manifest["migrations"] if name not in known]:
            raise Unfit(
                f"{archive.path.name} was written by a newer version of CoachVault ({newer[-1]}). Install that version, then restore."
            )


# The instance


@contextmanager
def reachable() -> Iterator[None]:
    """Have both databases answer: start the private PostgreSQL where nothing else has."""
    data = Path(settings.DATA)
    with ExitStack() as stack:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if "DATABASE_URL" not in os.environ and _is_free(stack.enter_context((data / "lock").open("w"))):
            cluster = Cluster(data)
            stack.callback(cluster.stop)
            cluster.start()
        stack.callback(connections.close_all)
        yield


def _is_free(lock: object) -> bool:
    """Take the data folder, unless `make run` has it: then its PostgreSQL runs."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone() -> Iterator[None]:
    """Raise `Unfit` while another restore is at it."""
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [ONE])
        if not cursor.fetchone()[0]:
            raise Unfit("Another restore is under way.")
        yield


@contextmanager
def marked() -> Iterator[None]:
    """Tell the supervisor, if there is one, that web server and worker have to stand still."""
    path = Path(settings.DATA) / RESTORING
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_unfinished() -> bool:
    """Whether a restore was killed here: its keys are there, and those of an instance are not."""
    return Path(settings.KEYS_FILE).exists() and not Path(settings.KEYS_PLACE).exists()


def check_empty(pair: Pair) -> None:
    """Raise `Unfit` where there is anything already. What a killed restore left counts for nothing."""
    if is_unfinished():
        return
    cure = "Nothing was changed. Restore into another folder: COACHVAULT_DATA=/another/folder .venv/bin/python manage.py restore " + str(
        pair.main.path.parent
    )
    if "DATABASE_URL" in os.environ:
        cure = "Nothing was changed. Name two empty databases in DATABASE_URL, OWNER_URL, KEYRING_URL and KEYRING_OWNER_URL."
    for alias, witnesses in WITNESSES.items():
        with connections[alias].cursor() as cursor:
            there = set(connections[alias].introspection.table_names(cursor))
            if strange := {name for name in there - known_tables() if not name.startswith("procrastinate_")}:
                raise Unfit(f"There are tables in the {alias} database that are not CoachVault's ({min(strange)}). {cure}")
            for table in there.intersection(witnesses):
                cursor.execute(f"select exists (select from {table})")  # noqa: S608  a name of ours
                if cursor.fetchone()[0]:
                    raise Unfit(f"This instance is not empty: {table} has rows. {cure}")
    if holds(Path(settings.MEDIA_ROOT)):
        raise Unfit(f"{settings.MEDIA_ROOT} is not empty. {cure}")


def known_tables() -> set[str]:
    """Every table of this version."""
    return {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | MORE_TABLES


def wait_until_alone() -> None:
    """Wait until nobody else is connected to either database. Raises `Unfit`."""
    deadline = time.monotonic() + PATIENCE
    while others := sum(_others(alias) for alias in WITNESSES):
        if time.monotonic() > deadline:
            raise Unfit(f"{others} others are connected to the databases. Stop the web server and the worker, then run it again.")
        time.sleep(0.2)


def _others(alias: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null"
        )
        return int(cursor.fetchone()[0])


def put_keys(pair: Pair) -> None:
    """Put the instance keys where only a restore finds them. What lies in the place of an instance's keys is kept beside it."""
    restoring, place = Path(settings.KEYS_FILE), Path(settings.KEYS_PLACE)
    for folder in {restoring.parent, Path(settings.DATA) / "secrets"}:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    restoring.unlink(missing_ok=True)
    pair.secrets.extract("instance.keys", restoring)
    set_aside(place, restoring.read_text())


def set_aside(path: Path, coming: str) -> None:
    """Keep a secret file that something else will stand in the place of."""
    if path.exists():
        if path.read_text() == coming:
            path.unlink()
        else:
            path.rename(path.with_name(f"{path.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S}"))


def load(pair: Pair) -> None:
    """Main first: without its halves it opens nothing. What main knows as destroyed is destroyed before anything else happens."""
    for alias, archive in (("default", pair.main), ("keyring", pair.secrets)):
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute(EMPTIED)
        dumped = Path(settings.DATA) / f".{archive.path.name}.dump"
        dumped.unlink(missing_ok=True)
        try:
            archive.extract(DUMP, dumped)
            programs.load(alias, dumped, archive.manifest["postgres"])
        finally:
            dumped.unlink(missing_ok=True)
    for name in [*pair.main.names("media/"), *pair.main.names(ROWS)]:
        target = Path(settings.MEDIA_ROOT) / name.removeprefix("media/") if name != ROWS else Path(settings.DATA) / ROWS
        target.unlink(missing_ok=True)
        pair.main.extract(name, target)


def tell(pair: Pair, again: Again) -> None:
    """Keep the moment for every coach, and the restore in the ledger; let the keyring's files forget what was destroyed."""
    coaches = User.objects.filter(pk__in=Coach.objects.values_list("person_id", flat=True))
    accounts.tell_restored(people=list(coaches), known_to=pair.main.moment, by=None)
    with transaction.atomic():
        moment = pair.main.moment.strftime("%Y%m%dt%H%M%Sz")
        ledger.record("instance.restored", chain=ledger.INSTANCE, by=None, code=moment, version=again.keys)
    if halves.clean(datetime(1970, 1, 1, tzinfo=UTC)):
        (Path(settings.DATA) / OVERWRITE).touch(mode=0o600)


def put_secrets(pair: Pair) -> None:
    """Put the other secret files in their places, and last of all the instance keys: from here on everything starts."""
    for name in SECRET_FILES:
        target = Path(settings.DATA) / "secrets" / name
        if pair.secrets.names(name):
            set_aside(target, pair.secrets.text(name))
            pair.secrets.extract(name, target)
    connections.close_all()
    Path(settings.KEYS_FILE).rename(settings.KEYS_PLACE)
