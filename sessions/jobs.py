"""What the worker does in this room. It holds no key: it deletes what its writer deleted."""

from __future__ import annotations

from contextlib import suppress

from django.utils import timezone

from accounts.act import Refused
from support.jobs import every


@every("* * * * *", "sessions.erase_entries")
def erase_entries() -> None:
    """Delete the rows of the notebook's texts whose deletion nobody undid."""
    from sessions.notebook.actions import UNDO_FOR, erase_entry
    from sessions.notebook.models import PrivateEntry, SharedEntry

    until = timezone.now() - UNDO_FOR
    for entry in [*PrivateEntry.objects.filter(deleted_at__lte=until), *SharedEntry.objects.filter(deleted_at__lte=until)]:
        with suppress(Refused):  # undone at this moment
            erase_entry(entry=entry, by=None)
