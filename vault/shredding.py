"""Destroying keys: the main row is marked first, then the half goes; the worker repeats it until it is gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from vault.keyring import halves
from vault.keyring.models import Half
from vault.models import DataKey, KeyGrant


def hold(series: Iterable[UUID]) -> list[DataKey]:
    """The living epochs of these keys: nobody seals with them, and nobody else destroys them, until the transaction ends."""
    return list(DataKey.objects.select_for_update().filter(series__in=list(series), shredded_at__isnull=True).order_by("pk"))


def shred(series: Iterable[UUID], at: datetime) -> list[DataKey]:
    """Mark these keys as shredded and delete their grants, in the caller's transaction; the halves are destroyed right after its commit."""
    return _shred(hold(series), at)


def shred_before(series: UUID, epoch: int, at: datetime) -> list[DataKey]:
    """The same for the epochs of one key that come before this one."""
    return _shred([row for row in hold([series]) if row.epoch < epoch], at)


def _shred(rows: list[DataKey], at: datetime) -> list[DataKey]:
    keys = [row.id for row in rows]
    DataKey.objects.filter(pk__in=keys).update(shredded_at=at)
    KeyGrant.objects.filter(key__in=keys).delete()

    def destroy_halves() -> None:
        halves.destroy(keys, at)

    if keys:
        transaction.on_commit(destroy_halves, robust=True)  # what fails here is finished by the worker
    return rows


def finish(at: datetime) -> int:
    """Destroy the halves of every key marked shredded that still has one; how many there were. Run by the worker each minute."""
    marked = DataKey.objects.filter(shredded_at__isnull=False).values_list("pk", flat=True)
    left = list(Half.objects.filter(pk__in=list(marked), destroyed_at__isnull=True).values_list("pk", flat=True))
    return halves.destroy(left, at)
