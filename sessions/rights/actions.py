"""What is written down when a client takes everything with them."""

from __future__ import annotations

from datetime import datetime

from accounts.act import act, person_of
from clients.models import Client, Engagement
from vault import ledger


@act
def note_download(*, clients: list[Client], code: str, by: Client, at: datetime | None = None) -> None:
    """This function will write down, in each engagement, that its client downloads what their space shows; `code` says in which form."""
    for one in Engagement.objects.for_client(clients).select_related("coach"):
        ledger.record(
            "space.downloaded",
            chain=one.practice_id,
            by=person_of(by),
            kind="engagement",
            about=one.pk,
            subject=one.pk,
            code=code,
            at=at,
        )
