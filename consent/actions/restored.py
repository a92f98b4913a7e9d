"""What a restore has to end: copies whose key was destroyed after the backup, and copies that stand open although their consent has ended."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.act import act
from consent import states
from consent.models import Disclosure
from consent.standing import Kind, end, locked
from vault import ledger
from vault.models import DataKey
from vault.primitives import Closed


@act
def end_destroyed(*, series: Collection[UUID], by: None, at: datetime | None = None) -> int:
    """This function will end each consent whose copy is sealed with one of these destroyed keys, and destroy again what had ended; how many."""
    now, ended = at or timezone.now(), 0
    living = set(DataKey.objects.filter(kind=DataKey.Kind.COPY, shredded_at__isnull=True).values_list("series", flat=True))
    for disclosure in Disclosure.objects.select_related("consent").prefetch_related("consent__events").defer("body"):
        try:
            every = disclosure.every_series()
        except Closed:
            continue  # somebody wrote to the database: `verify` names it
        has_ended = disclosure.closed_at is not None or disclosure.consent.state not in {"requested", "given"}
        if every & set(series) or (has_ended and every & living):
            end(locked(disclosure.consent), Kind.ENDED, states.INSTANCE, now, by=None)
            ended += 1
    ledger.record("consents.destroyed_again", chain=ledger.INSTANCE, by=None, version=ended, at=at)
    return ended
