"""Makes the two archives while the instance runs: *main* is read first, then *secrets*, so that every key in main has its half."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from coachvault.archives import files, programs
from coachvault.archives.files import MAIN, SECRETS, Unfit
from coachvault.demo import ROWS
from vault import instance
from vault.keyring.models import Half
from vault.keys_check import refuse_wrong_keys

SECRETS_LAST: Final = timedelta(days=7)  # what was destroyed survives in an older one
ALONE: Final = 0x436F6173  # an advisory lock's number: no backup while the instance keys are rotated, and the other way round
DUMP: Final = "database.dump"
LAST: Final = "last-backup.json"  # in the data folder: what the doctor looks at
ATTEMPTS: Final = 10
SECRET_FILES: Final = ("django.key", "demo.seed")


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup wrote, and which secrets archives were too old to keep."""

    main: Path
    secrets: Path
    deleted: tuple[Path, ...]


def mark(text: str) -> str:
    """The instance's mark on a manifest: only its keys make it."""
    return instance.digest(text, "archive")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Make sure that no other backup writes here, and that no rotation of the instance keys is under way. Raises `Unfit`."""
    with (folder / ".lock").open("w") as lock, connections["default"].cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [ALONE])
        if not cursor.fetchone()[0]:
            raise Unfit("A backup or a rotation of the instance keys is under way. Try again once it has ended.")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise Unfit(f"Another backup is writing to {folder}. Try again once it has ended.") from None
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [ALONE])


def back_up(folder: Path) -> Made:
    """Write both archives to a folder and delete secrets archives that are too old. Raises `Unfit`, `ImproperlyConfigured`."""
    refuse_wrong_keys()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(folder):
            try:
                return _write(folder, _next_moment(folder))
            finally:
                for left in folder.glob(".*.new"):  # by this one, or by one that was killed
                    left.unlink()
    except OSError as no:
        raise Unfit(f"Nothing was backed up: {folder} cannot be written ({no.strerror}). Make room there, or name another folder.") from no


def _next_moment(folder: Path) -> datetime:
    """Now, or just after the newest archive here: a clock that was put back must not make an old archive the newest."""
    now = datetime.now(UTC).replace(microsecond=0)
    there = [files.moment_of(path) for kind in (MAIN, SECRETS) for path in files.found(folder, kind)]
    return max([now, *(moment + timedelta(seconds=1) for moment in there)])


def _write(folder: Path, moment: datetime) -> Made:
    """Write both beside their places, then give them their names: secrets first, since main is nothing without it.

    Begun again where a half was destroyed in between: texts may have been sealed anew just before, with a key that main does not know.
    """
    main, secrets = (folder / files.name_of(kind, moment) for kind in (MAIN, SECRETS))
    for _attempt in range(ATTEMPTS):
        before = destroyed()
        written = [_archive(main, MAIN, "default", main_members), _archive(secrets, SECRETS, "keyring", secret_members)]
        if destroyed() == before:
            break
        for new in written:
            new.unlink()
    else:
        raise Unfit("Keys are being destroyed without a pause. Nothing was backed up; try again in a few minutes.")
    for new, target in reversed(list(zip(written, (main, secrets), strict=True))):
        new.rename(target)
    _sync(folder)
    deleted = _delete_old(folder, moment)
    _note(folder, moment)
    return Made(main, secrets, deleted)


def destroyed() -> int:
    """How many halves are gone."""
    return Half.objects.filter(destroyed_at__isnull=False).count()


def main_members() -> Mapping[str, Path | bytes]:
    """What stands beside the main database: media, and which rows are the demo's."""
    media = Path(settings.MEDIA_ROOT)
    members = {f"media/{path.relative_to(media)}": path for path in sorted(media.rglob("*")) if path.is_file() and not path.is_symlink()}
    rows = Path(settings.DATA) / ROWS
    return members | ({ROWS: rows} if rows.exists() else {})


def secret_members() -> Mapping[str, Path | bytes]:
    """What stands beside the keyring: the secret files."""
    there = {name: Path(settings.DATA) / "secrets" / name for name in SECRET_FILES}
    return {"instance.keys": Path(settings.KEYS_FILE)} | {name: path for name, path in there.items() if path.exists()}


def _archive(target: Path, kind: str, alias: str, members: Callable[[], Mapping[str, Path | bytes]]) -> Path:
    """Write one archive beside its place. The moment is read before the dump, the files after it: what the rows name is there."""
    moment, dumped = datetime.now(UTC), files.beside(target.with_suffix(".dump"))
    programs.dump(alias, dumped)
    facts: dict[str, Any] = {"kind": kind, "moment": moment.isoformat(), "migrations": applied(alias)}
    facts |= {"postgres": programs.chosen("pg_dump", programs.server(alias))[0]}
    facts["keys"] = [name.hex() for name in instance.names()]
    new = files.write(target, {DUMP: dumped, **members()}, facts, mark)
    dumped.unlink()
    return new


def applied(alias: str) -> list[str]:
    """The migrations that made a database what it is."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connections[alias]).applied_migrations())


def _delete_old(folder: Path, moment: datetime) -> tuple[Path, ...]:
    """Delete the secrets archives that are older than a week, never the newest."""
    old = [path for path in files.found(folder, SECRETS)[:-1] if moment - files.moment_of(path) > SECRETS_LAST]
    for path in old:
        path.unlink()
    return tuple(old)


def _note(folder: Path, moment: datetime) -> None:
    """Keep where and when, for the doctor."""
    target = Path(settings.DATA) / LAST
    new = files.beside(target)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"moment": moment.isoformat(), "folder": str(folder.resolve())}, file)
    new.replace(target)


def _sync(folder: Path) -> None:
    """Put the new names on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
