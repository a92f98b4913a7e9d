"""After a restore, what either archive knows as shredded or withdrawn is destroyed again, and the rows say so.

*Main* knows keys that were marked, and consents that ended; *secrets*, which is newer, knows halves that are gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from consent.actions.restored import end_destroyed
from sessions.notebook.actions import notebook_destroyed
from sessions.notebook.models import Notebook
from vault import ledger, shredding
from vault.keyring.models import Half
from vault.models import DataKey, KeyGrant


@dataclass(frozen=True, slots=True)
class Again:
    """How many keys were destroyed again, and how many consents were ended because of it."""

    keys: int
    consents: int


def destroy_again(at: datetime) -> Again:
    """Destroy the halves of what main knows as shredded, mark in main what the keyring knows as destroyed, and end what stood on it."""
    destroyed = shredding.finish(at)
    gone = dict(Half.objects.filter(destroyed_at__isnull=False).values_list("pk", "destroyed_at"))
    keys = {key.pk: key for key in DataKey.objects.filter(shredded_at__isnull=True, pk__in=list(gone))}
    consents = end_destroyed(series={key.series for key in keys.values()}, by=None)
    living = DataKey.objects.filter(shredded_at__isnull=True).exclude(pk__in=list(keys)).values("series")  # another epoch stays
    lost = Notebook.objects.filter(key__in={key.series for key in keys.values()}, destroyed_at__isnull=True).exclude(key__in=living)
    for notebook in lost:
        notebook_destroyed(notebook=notebook, by=None)
    for pk, key in keys.items():
        mark(pk, key.practice, gone[pk])
    destroyed += shredding.finish(at)  # of the copies whose consent had ended
    return Again(destroyed + len(keys), consents)


def mark(pk: UUID, practice: UUID, at: datetime) -> None:
    """Say of a key what the keyring knows: it is destroyed, since then, and nobody holds it."""
    with transaction.atomic():
        DataKey.objects.filter(pk=pk, shredded_at__isnull=True).update(shredded_at=at)
        KeyGrant.objects.filter(key=pk).delete()
        ledger.record("key.destroyed_again", chain=practice, by=None, kind="key", about=pk)
