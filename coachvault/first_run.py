"""The secrets of an instance: made once, never made again beside data that they could not open."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import psycopg


def holds(folder: Path) -> bool:
    """Whether a folder holds any file."""
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))


class KeysMissing(RuntimeError):
    """There is data here whose instance keys are gone; the text says the cure."""


def keys_file(data: Path) -> Path:
    """The file of the instance's keys."""
    return Path(os.environ.get("COACHVAULT_KEYS_FILE") or data / "secrets" / "instance.keys")


def make_secrets(data: Path) -> None:
    """Make the secret files that are not there, each 0600; raises KeysMissing, and then writes nothing."""
    folder, keys = data / "secrets", keys_file(data)
    if keys.with_name("restoring.keys").exists() and not keys.exists():
        raise KeysMissing("A restore was not finished here. Run it again, and it begins anew: .venv/bin/python manage.py restore DIR")
    if not keys.exists() and has_data(data):
        raise KeysMissing(
            f"{keys} is missing, but there is already data here that only these keys open. "
            "Put the file back from your newest secrets archive, or name its place in COACHVAULT_KEYS_FILE. "
            "New keys were not made: they would open nothing. For an empty instance, choose another COACHVAULT_DATA."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    keys.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(keys, f"{secrets.token_hex(4)} {secrets.token_hex(32)}\n")
    write_once(folder / "django.key", f"{secrets.token_urlsafe(64)}\n")
    write_once(folder / "demo.seed", f"{secrets.token_hex(32)}\n")


def has_data(data: Path) -> bool:
    """Whether a database was made here, or the one that DATABASE_URL names holds people; raises KeysMissing if that cannot be known."""
    if (data / "postgres" / "PG_VERSION").exists():
        return True
    if "DATABASE_URL" not in os.environ:
        return False
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as there:
            row = there.execute("select to_regclass('vault_slot') is not null").fetchone()
            if row and row[0]:
                row = there.execute("select exists (select from vault_slot)").fetchone()
            return bool(row and row[0])
    except psycopg.Error:
        raise KeysMissing(
            f"{keys_file(data)} is missing, and the database in DATABASE_URL does not say whether it holds data that only these keys open. "
            "New keys were not made. Start the database first, or put the file back from your newest secrets archive."
        ) from None


def replace(path: Path, text: str) -> None:
    """Write `text` in place of a file in one step: whoever reads it sees the old one or the new one, and it keeps owner and mode."""
    new, facts = path.with_name(f".{path.name}.{secrets.token_hex(4)}"), path.stat()
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        if (facts.st_uid, facts.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(file.fileno(), facts.st_uid, facts.st_gid)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def write_once(path: Path, text: str) -> None:
    """Write `text` to `path` in one step, 0600, on disk before it has its name; leave a file that is there alone."""
    if path.exists():
        return
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)  # unlike a rename, this never replaces
    except FileExistsError:
        pass
    finally:
        new.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def main() -> int:
    """Make the secrets of a new instance under COACHVAULT_DATA, for whoever does not start it with `make run`; the exit status."""
    if not (data := os.environ.get("COACHVAULT_DATA")):
        print("COACHVAULT_DATA is not set: it names the data folder.", file=sys.stderr)
        return 1
    os.umask(0o077)
    try:
        make_secrets(Path(data).resolve())
    except KeysMissing as no:
        print(no, file=sys.stderr)
        return 1
    print(
        f"The secrets are in {Path(data).resolve() / 'secrets'} and {keys_file(Path(data).resolve())}. Copy them to a safe place, apart from any backup."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
