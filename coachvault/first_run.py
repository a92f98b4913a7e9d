"""The secrets of an instance: made once, never made again beside data that they could not open."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


class KeysMissing(RuntimeError):
    """There is data here whose instance keys are gone; the text says the cure."""


def keys_file(data: Path) -> Path:
    """The file of the instance's keys."""
    return Path(os.environ.get("COACHVAULT_KEYS_FILE") or data / "secrets" / "instance.keys")


def make_secrets(data: Path) -> None:
    """Make the secret files that are not there, each 0600; raises KeysMissing, and then writes nothing."""
    folder, keys = data / "secrets", keys_file(data)
    if not keys.exists() and (data / "postgres" / "PG_VERSION").exists():
        raise KeysMissing(
            f"{keys} is missing, but {data} already holds data that only these keys open. "
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
