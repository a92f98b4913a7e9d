"""Destroying keys: the main row is marked first, then the half goes; the worker repeats it until it is gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from vault.keyring import halves
from vault.keyring.models import Half
from vault.models import DataKey, KeyGrant


def shred(series: Iterable[UUID], at: datetime) -> None:
    """Mark these keys as shredded and delete their grants, in the caller's transaction; the halves are destroyed right after its commit."""
    rows = list(DataKey.objects.select_for_update().filter(series__in=list(series), shredded_at__isnull=True).order_by("pk"))
    keys = [row.id for row in rows]
    DataKey.objects.filter(pk__in=keys).update(shredded_at=at)
    KeyGrant.objects.filter(key__in=keys).delete()

    def destroy_halves() -> None:
        halves.destroy(keys, at)

    if keys:
        transaction.on_commit(destroy_halves, robust=True)  # what fails here is finished by the worker


def finish(at: datetime) -> int:
    """Destroy the halves of every key marked shredded that still has one; how many there were. Run by the worker each minute."""
    marked = DataKey.objects.filter(shredded_at__isnull=False).values_list("pk", flat=True)
    left = list(Half.objects.filter(pk__in=list(marked), destroyed_at__isnull=True).values_list("pk", flat=True))
    return halves.destroy(left, at)
