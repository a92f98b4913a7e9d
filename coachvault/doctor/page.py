"""The same checks for the administrator's page: names and states, no text of theirs, asked again after a minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from coachvault.doctor import databases, ground, safety, services
from coachvault.doctor.findings import Finding, State

SECONDS: Final = 60
NAMES: Final[dict[str, Any]] = {
    "Python": _("Python"),
    "packages": _("Packages"),
    "instance keys": _("Instance keys"),
    "django.key": _("Secret of the sign-ins"),
    "demo.seed": _("Secret of the demo"),
    "disk": _("Free disk space"),
    "swap": _("Memory written to disk"),
    "core dumps": _("Memory written after a crash"),
    "database": _("Database"),
    "keyring": _("Keyring"),
    "transport": _("Encrypted connections"),
    "role": _("Rights of the program"),
    "migrations of the database": _("Version of the database"),
    "migrations of the keyring": _("Version of the keyring"),
    "ledger": _("Log that only grows"),
    "unlock table": _("Table of open vaults"),
    "what is stored": _("Keys open what is stored"),
    "clock": _("Clocks agree"),
    "PostgreSQL of the database": _("PostgreSQL of the database"),
    "PostgreSQL of the keyring": _("PostgreSQL of the keyring"),
    "keyring's WAL": _("What is destroyed stays destroyed"),
    "connections": _("Connections"),
    "servers' logs": _("Logs of the database"),
    "mail": _("E-mail"),
    "documents": _("PDF documents"),
    "worker": _("Work in the background"),
    "signatures": _("Signatures and their time-stamps"),
    "static files": _("Files for browsers"),
    "file modes": _("Files for their owner alone"),
    "backup": _("A recent backup"),
    "rotation": _("Change of the instance keys"),
    "halves": _("Destroyed keys are gone"),
    "way in": _("Encrypted way in"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One check as the page shows it."""

    name: Any
    is_good: bool
    is_missing: bool


_lock = threading.Lock()
_kept: tuple[float, list[Line]] = (float("-inf"), [])


def lines() -> list[Line]:
    """What was found at most a minute ago. While one request looks, others are shown what was found before."""
    global _kept
    if time.monotonic() - _kept[0] > SECONDS and _lock.acquire(blocking=not _kept[1]):
        try:
            if time.monotonic() - _kept[0] > SECONDS:
                _kept = (
                    time.monotonic(),
                    [Line(NAMES[one.name], one.state is State.GOOD, one.state is State.MISSING) for one in _looked()],
                )
        finally:
            _lock.release()
    return _kept[1]


def _looked() -> Iterator[Finding]:
    place = ground.Place.found()
    yield from ground.secrets(place)
    yield from (ground.disk(place), ground.swap(), ground.own_cores())
    yield from databases.look()
    yield from safety.look()
    yield from (services.mail(), services.documents(), services.worker(), services.signatures(), services.static_files())
