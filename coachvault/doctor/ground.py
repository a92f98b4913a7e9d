"""What must stand before Django can start: Python, packages, secret files; and what the machine does with memory and disk.

Needs nothing but Python itself, so that it can speak when the rest cannot.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import resource
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coachvault.doctor.findings import Finding, good, is_missing, missing, told, warning
from coachvault.first_run import keys_file

BASE: Final = Path(__file__).resolve().parent.parent.parent
OLDEST_PYTHON: Final = (3, 11)
LOCKED: Final = re.compile(r"([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)( ;)?", re.ASCII)
KEY_LINE: Final = re.compile("[0-9a-f]{8} [0-9a-f]{64}")
FREE_BYTES: Final = 1 << 30
OURS: Final = ("coachvault.wsgi", "manage.py worker")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the instance's data and keys lie."""

    data: Path
    keys: Path

    @classmethod
    def found(cls) -> Place:
        """The place that the environment, or `.env`, names."""
        if (BASE / ".env").exists():
            from environs import Env

            Env().read_env(str(BASE / ".env"), recurse=False)
        data = Path(os.environ.get("COACHVAULT_DATA") or BASE / "var").resolve()
        return cls(data, keys_file(data))


def refuse() -> None:
    """Say what Django could not start without, and end with status 1; return where nothing of that is missing."""
    findings = [python(), packages()]
    if not is_missing(findings):
        findings += secrets(Place.found())
    if is_missing(findings):
        sys.stdout.write(told(findings) + "\nThe rest is looked at once this is cured.\n")
        sys.exit(1)


def look(place: Place) -> Iterator[Finding]:
    """Everything about the ground."""
    yield python()
    yield packages()
    yield from secrets(place)
    yield disk(place)
    yield swap()
    yield cores(place)


def python() -> Finding:
    """The interpreter is new enough."""
    said = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < OLDEST_PYTHON:
        return missing(
            "Python", f"{said}; 3.11 or newer is wanted", "sudo apt-get install -y python3 python3-venv && rm -rf .venv && make run"
        )
    return good("Python", said)


def packages(lock: Path = BASE / "requirements.lock") -> Finding:
    """Every locked package is installed in its locked version."""
    wrong, seen = [], 0
    for name, version, is_conditional in LOCKED.findall(lock.read_text()):
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = ""
        seen += 1
        if installed != version and not (is_conditional and not installed):
            wrong.append(f"{name} {installed or 'is not installed'} (locked: {version})")
    if wrong:
        return missing("packages", "; ".join(wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""), ".ci/setup run")
    return good("packages", f"{seen} as locked")


def secrets(place: Place) -> Iterator[Finding]:
    """The secret files are there, and their owner's alone."""
    yield secret("instance keys", place.keys, place)
    for name in ("django.key", "demo.seed"):
        yield secret(name, place.data / "secrets" / name, place)


def secret(name: str, path: Path, place: Place) -> Finding:
    """One secret file: there, 0600, the owner's of the data folder, whole."""
    if not path.exists():
        is_new = not (place.data / "postgres" / "PG_VERSION").exists() and "DATABASE_URL" not in os.environ
        again = f"Put {path} back from the newest secrets archive: .venv/bin/python manage.py restore DIR"
        return missing(name, f"{path} is not there", "make run" if is_new or path.name != place.keys.name else again)
    facts = path.stat()
    if stat.S_IMODE(facts.st_mode) & 0o177:
        return missing(name, f"others than its owner may read it ({stat.S_IMODE(facts.st_mode):04o})", f"chmod 600 {path}")
    owner = place.data.stat().st_uid
    if facts.st_uid != owner:
        return missing(name, "it does not belong to the owner of the data folder", f"chown {owner} {path}")
    if path == place.keys and not all(KEY_LINE.fullmatch(line) for line in path.read_text().splitlines() or [""]):
        return missing(
            name, "the file is damaged", f"Put {path} back from the newest secrets archive: .venv/bin/python manage.py restore DIR"
        )
    return good(name, "there, for its owner alone")


def disk(place: Place) -> Finding:
    """There is room for a day's work."""
    there = next(folder for folder in (place.data, *place.data.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / FREE_BYTES:.1f} GB free"
    return good("disk", said) if free >= FREE_BYTES else missing("disk", said, f"Make room under {there}: 1 GB is wanted.")


def swap(swaps: Path = Path("/proc/swaps")) -> Finding:
    """Memory, where open vaults are, is not written to disk."""
    is_on = swaps.exists() and len(swaps.read_text().splitlines()) > 1
    if is_on:
        return warning(
            "swap",
            "on: memory with open vaults may be written to disk",
            "sudo swapoff -a    # or encrypt it: see cryptsetup, swap in /etc/crypttab",
        )
    return good("swap", "off")


def cores(place: Place, processes: Path = Path("/proc")) -> Finding:
    """No process of this instance leaves its memory on disk when it crashes."""
    running, dumping = 0, []
    for entry in processes.iterdir():
        if entry.name.isdecimal() and (limit := core_limit(entry, place)) is not None:
            running += 1
            dumping += [entry.name] if limit != "0" else []
    if dumping:
        cure = "Set LimitCORE=0 in the service's unit (make run does it by itself), then start it again."
        return missing("core dumps", f"on in process {', '.join(sorted(dumping, key=int)[:4])}", cure)
    if running:
        return good("core dumps", f"off in {running} running processes")
    # Nothing runs, or it does behind systemd's walls: there a service sees itself alone
    return good("core dumps", "no process of this instance is seen from here; each switches them off as it starts")


def core_limit(process: Path, place: Place) -> str | None:
    """How large a core file this process may leave; None for a process that is not of this instance, or already gone."""
    try:
        command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        environment = (process / "environ").read_bytes().split(b"\0") if any(word in command for word in OURS) else []
        if os.fsencode(f"COACHVAULT_DATA={place.data}") not in environment:
            return None
        return (process / "limits").read_text().partition("Max core file size")[2].split()[0]
    except (OSError, IndexError):
        return None


def own_cores() -> Finding:
    """The process that asks leaves no memory on disk when it crashes."""
    is_off = resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    return (
        good("core dumps", "off") if is_off else missing("core dumps", "on", "Set LimitCORE=0 in the service's unit, then start it again.")
    )
