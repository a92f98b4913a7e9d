"""What keeps the data safe: file modes, backups, a rotation begun and not finished, halves that ought to be gone, the way in from outside."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import Error
from django.utils import timezone

from coachvault.archives.backup import LAST
from coachvault.doctor.findings import Finding, good, missing, warning
from vault import instance
from vault.keyring.models import Half
from vault.models import DataKey
from vault.verification import SHREDDED_BY_NOW

BACKUP: Final = ".venv/bin/python manage.py backup /another/disk    # daily, from cron or a timer"
LATE, TOO_LATE = timedelta(hours=26), timedelta(days=7)
ROTATE: Final = ".venv/bin/python manage.py rotate_keys    # then, once no older archive is needed: rotate_keys --finish"
WORKER: Final = "make run    # or the worker alone: .venv/bin/python manage.py worker"


def look() -> Iterator[Finding]:
    """Everything that keeps the data safe."""
    yield modes()
    yield backups()
    yield rotation()
    yield halves()
    yield transport()


def modes() -> Finding:
    """Secrets, media and mail are their owner's alone."""
    data = Path(settings.DATA)
    there = [
        path for path in (data / "secrets", Path(settings.KEYS_FILE).parent, Path(settings.MEDIA_ROOT), data / "mail") if path.is_dir()
    ]
    wide = sorted({str(path.resolve()) for path in there if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)})
    if wide:
        return missing("file modes", f"others can look into {', '.join(wide)}", f"chmod go= {' '.join(wide)}")
    return good("file modes", "for their owner alone")


def backups() -> Finding:
    """A backup was made lately."""
    try:
        kept = json.loads((Path(settings.DATA) / LAST).read_text())
        made, folder = datetime.fromisoformat(kept["moment"]), kept["folder"]
    except (OSError, ValueError, KeyError, TypeError):
        return warning("backup", "none was ever made here", BACKUP)
    said, age = f"the newest is of {made.astimezone(UTC):%Y-%m-%d %H:%M} UTC, in {folder}", timezone.now() - made
    if age > TOO_LATE:
        return missing("backup", said, BACKUP)
    return warning("backup", said, BACKUP) if age > LATE else good("backup", said)


def rotation() -> Finding:
    """No rotation of the instance keys was begun and not finished."""
    old = len(instance.names()) - 1
    if old:
        return warning("rotation", f"begun and not finished: {old} old keys are still in the file", ROTATE)
    return good("rotation", "one key, and nothing half done")


def halves() -> Finding:
    """What was shredded has no half any more."""
    before = timezone.now() - SHREDDED_BY_NOW
    try:
        gone = list(DataKey.objects.filter(shredded_at__lt=before).values_list("pk", flat=True))
        left = Half.objects.filter(pk__in=gone, destroyed_at__isnull=True).count() if gone else 0
    except Error:
        return missing("halves", "they cannot be looked at while a database is away", WORKER)
    if left:
        return missing("halves", f"{left} shredded keys still have theirs: no worker has destroyed them", WORKER)
    return good("halves", f"{len(gone)} keys were shredded, and none has one")


def transport() -> Finding:
    """From outside there is https alone, and the proxy in front is believed as far as it was said."""
    if settings.LOCAL and not settings.HTTPS:
        return good("way in", "plain http, from this machine alone")
    if not settings.PROXIES:
        return missing(
            "way in", f"{settings.URL} without a trusted proxy: each page would lead to itself for ever", "COACHVAULT_PROXIES=1 make run"
        )
    return good("way in", f"{settings.URL}, through {settings.PROXIES} trusted proxies")
