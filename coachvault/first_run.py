"""The secrets of an instance: made once, never made again beside data that they could not open."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path


class KeysMissing(RuntimeError):
    """There is data here whose instance keys are gone; the text says the cure."""


def keys_file(data: Path) -> Path:
    """The file of the instance's keys."""
    return Path(os.environ.get("COACHVAULT_KEYS_FILE") or data / "secrets" / "instance.keys")


def holds_data(data: Path) -> str:
    """What holds data already: the data folder's own PostgreSQL, or the one that DATABASE_URL names; empty if neither. Raises KeysMissing."""
    if (data / "postgres" / "PG_VERSION").exists():
        return str(data)
    if not (url := os.environ.get("DATABASE_URL")):
        return ""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            found = connection.execute("select exists (select from pg_class where relname = 'django_migrations')").fetchone()
    except psycopg.Error:
        raise KeysMissing(
            "The database at DATABASE_URL does not answer, so nobody knows whether it holds data already. "
            "No keys were made: beside data of another instance they would open nothing."
        ) from None
    return "the database at DATABASE_URL" if found and found[0] else ""


def make_secrets(data: Path) -> None:
    """Make the secret files that are not there, each 0600; raises KeysMissing, and then writes nothing."""
    folder, keys = data / "secrets", keys_file(data)
    if not keys.exists() and (held_in := holds_data(data)):
        raise KeysMissing(
            f"{keys} is missing, but {held_in} already holds data that only these keys open. "
            "Put the file back from your newest secrets archive, or name its place in COACHVAULT_KEYS_FILE. "
            "New keys were not made: they would open nothing. For an empty instance, choose another COACHVAULT_DATA."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    keys.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(keys, f"{secrets.token_hex(4)} {secrets.token_hex(32)}\n")
    write_once(folder / "django.key", f"{secrets.token_urlsafe(64)}\n")
    write_once(folder / "demo.seed", f"{secrets.token_hex(32)}\n")


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
