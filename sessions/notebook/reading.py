"""What the pages show of a notebook. The client's own looks are not written down; the coach's are, by `actions.read_shared`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F, Q
from django.views.decorators.debug import sensitive_variables

from accounts.act import Refused
from clients.models import Client, Coach, Engagement
from sessions.notebook import policies
from sessions.notebook.models import Notebook, PrivateEntry, SharedEntry
from vault.primitives import Closed
from vault.sealed import Place, Sealed
from vault.unlocked import Unlocked

PAGE: Final = 30
FIRST_WORDS: Final = 110
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One text in the list: its first words, or None where it does not open."""

    entry: PrivateEntry | SharedEntry
    first_words: str | None


@sensitive_variables()
def opened(sealed: Sealed, place: Place, vault: Unlocked) -> str:
    """A sealed text of a notebook. Raises `Refused` where what is stored is not what was saved, or the key is gone."""
    try:
        return vault.open(sealed, place)
    except Closed:
        raise Refused(policies.does_not_open(), code="does_not_open") from None


@sensitive_variables()
def private_text(entry: PrivateEntry, vault: Unlocked) -> str:
    """A private text, for its writer. Needs notebook.client.coach. Raises `Refused` where it is not as it was saved."""
    policies.check_as_made(entry.notebook)
    return opened(entry.body, entry.place(), vault)


@sensitive_variables()
def written_text(entry: SharedEntry, vault: Unlocked) -> str:
    """A text for the coach as its writer left it: what is being written, else what was shared. Raises `Refused`."""
    if entry.draft is None:
        return shared_text(entry, vault)
    notebook = Notebook.objects.select_related("client__coach").filter(client=entry.engagement.client_id, destroyed_at__isnull=True).first()
    if notebook is None:
        raise Refused(policies.does_not_open(), code="does_not_open")
    policies.check_as_made(notebook)
    return opened(entry.draft, entry.draft_place(notebook), vault)


@sensitive_variables()
def shared_text(entry: SharedEntry, vault: Unlocked) -> str:
    """What the coach can read of a text, for its writer. Raises `Refused`."""
    if entry.body is None:
        raise Refused(code="not_shared")
    return opened(entry.body, entry.place(), vault)


@sensitive_variables()
def listed(clients: list[Client], vault: Unlocked, before: int | None = None) -> tuple[list[Line], int | None]:
    """A person's texts, the latest first, and where the next page begins (microseconds since 1970), or None. Nothing that is still empty."""
    private = PrivateEntry.objects.for_client(clients).select_related("notebook__client__coach")
    shared = SharedEntry.objects.for_client(clients).select_related("engagement__coach__person", "engagement__client")
    found: list[PrivateEntry | SharedEntry] = []
    for rows in (private, shared):
        there = rows.filter(deleted_at__isnull=True, version__gt=1)
        if before is not None:
            there = there.filter(saved_at__lt=EPOCH + timedelta(microseconds=before))
        found += there.order_by("-saved_at")[: PAGE + 1]
    found.sort(key=lambda entry: entry.saved_at, reverse=True)
    lines = [Line(entry, _first_words(entry, vault)) for entry in found[:PAGE]]
    return lines, (lines[-1].entry.saved_at - EPOCH) // timedelta(microseconds=1) if len(found) > PAGE else None


@sensitive_variables()
def _first_words(entry: PrivateEntry | SharedEntry, vault: Unlocked) -> str | None:
    try:
        text = private_text(entry, vault) if isinstance(entry, PrivateEntry) else written_text(entry, vault)
    except Refused:
        return None
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= FIRST_WORDS else line[:FIRST_WORDS].rsplit(" ", 1)[0] + "…"


def just_deleted(clients: list[Client], since: datetime) -> PrivateEntry | SharedEntry | None:
    """What this person deleted last, if it was after `since`: it can be undone."""
    private = PrivateEntry.objects.for_client(clients).filter(deleted_at__gt=since).order_by("-deleted_at").first()
    shared = SharedEntry.objects.for_client(clients).filter(deleted_at__gt=since).order_by("-deleted_at").first()
    return max(filter(None, (private, shared)), key=lambda entry: entry.deleted_at or EPOCH, default=None)


@dataclass(frozen=True, slots=True)
class Reader:
    """One engagement whose coach could be given something to read, and whether the shared key is there already."""

    engagement: Engagement
    is_ready: bool


def readers_for(clients: list[Client], vault: Unlocked) -> list[Reader]:
    """The engagements under way of a person, the latest first."""
    under_way = Engagement.objects.for_client(clients).filter(ended_at__isnull=True).select_related("coach__person", "client")
    return [Reader(engagement, vault.holds(engagement.shared_key)) for engagement in under_way]


def shared_in(engagement: Engagement, coach: Coach) -> list[SharedEntry]:
    """What a coach was given to read in an engagement, the latest first; no text is fetched."""
    rows = SharedEntry.objects.for_coach(coach).filter(engagement=engagement)
    return list(rows.defer("draft", "body", "saved_at", "made_at", "version").order_by("-shared_at"))


def unread_by(coach: Coach) -> list[SharedEntry]:
    """What a coach was given to read and has not opened, the latest first; no text is fetched."""
    rows = SharedEntry.objects.for_coach(coach).select_related("engagement__client")
    unread = rows.filter(Q(read_version__isnull=True) | ~Q(read_version=F("shared_version")))
    return list(unread.defer("draft", "body", "saved_at", "made_at", "version").order_by("-shared_at")[:25])


def has_written(clients: list[Client]) -> bool:
    """Whether this person wrote a private text before, and so was told what it means."""
    return PrivateEntry.objects.for_client(clients).filter(version__gt=1).exists()


def notebooks(clients: list[Client]) -> list[Notebook]:
    """The notebooks of a person that are there to be destroyed."""
    return list(Notebook.objects.for_client(clients).select_related("client"))


def client_of(clients: list[Client], pk: UUID) -> Client:
    """The row of this person with that id."""
    return next(client for client in clients if client.pk == pk)
