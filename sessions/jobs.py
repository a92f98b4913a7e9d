"""What the worker does in this room. It holds no key: it deletes what its writer deleted, and destroys on its day what was announced."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.utils import timezone

from accounts.act import Refused
from support.jobs import every, job


@every("* * * * *", "sessions.erase_entries")
def erase_entries() -> None:
    """Delete the rows of the notebook's texts whose deletion nobody undid."""
    from sessions.notebook.actions import UNDO_FOR, erase_entry
    from sessions.notebook.models import PrivateEntry, SharedEntry

    until = timezone.now() - UNDO_FOR
    for entry in [*PrivateEntry.objects.filter(deleted_at__lte=until), *SharedEntry.objects.filter(deleted_at__lte=until)]:
        with suppress(Refused):  # undone at this moment
            erase_entry(entry=entry, by=None)


@every("37 * * * *", "sessions.keep_retention")
def keep_retention() -> None:
    """Announce what will be destroyed, and have destroyed what is due: each engagement on its own, so that one that fails hinders none."""
    from consent import retention
    from consent.actions.retention import give_notice
    from sessions.destroying.plan import waiting

    now = timezone.now()
    for engagement in waiting():
        found = retention.schedule(engagement, now)
        if found.notice is not None:
            with suppress(Refused):  # another worker was first
                give_notice(engagement=engagement, by=None)
        if found.ground is not None:
            destroy_due.defer(engagement=str(engagement.pk))


@job("sessions.destroy_due", retry=5, alone_by="engagement")
def destroy_due(engagement: str) -> None:
    """Destroy everything written in an engagement, if it is still due at this moment. A repeat finds nothing left to do."""
    from clients.models import Engagement
    from consent import retention
    from sessions.destroying.actions import destroy_engagement

    row = Engagement.objects.select_related("coach", "client").get(pk=UUID(engagement))
    found = retention.schedule(row, timezone.now())
    if found.ground is None:
        return
    request = found.erasure.request if found.erasure is not None and found.ground == "erasure" else None
    with suppress(Refused):  # a hold put at this moment; a register that only the coach's vault can keep
        destroy_engagement(engagement=row, ground=found.ground, request=request, by=None)
