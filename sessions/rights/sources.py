"""Everything a coach has written about a client, text by text: what a request for access is answered from.

A room or a kind of text that comes later adds a function to `KINDS`, and its name to `consent.rights.WHAT`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from clients.models import Client, Coach, Engagement
from consent import rights
from consent.models import RightsPart, RightsRequest, Summary
from consent.rights import Part
from sessions import actions
from sessions.models import Note, Session
from vault.unlocked import Unlocked

READ_FOR: Final = "rights"  # the ledger's word for a note opened to answer a request


@dataclass(frozen=True, slots=True)
class Source:
    """One text: the row that it stands in, and whose it is."""

    what: str
    row: Note | Session | Summary | Client
    engagement: Engagement
    at: datetime
    version: int = 1
    session: int | None = None

    @property
    def id(self) -> UUID:
        """The row's id."""
        return self.row.pk

    @property
    def what_name(self) -> object:
        """What it is, in words."""
        return rights.WHAT[self.what]


@dataclass(frozen=True, slots=True)
class Entry:
    """A text, and what was decided of it so far."""

    source: Source
    decided: Part | None

    @property
    def is_done(self) -> bool:
        """Whether it was gone through as it stands now."""
        return self.decided is not None and self.decided.version == self.source.version

    @property
    def has_changed(self) -> bool:
        """Whether it changed after it was gone through."""
        return self.decided is not None and not self.is_done


def _details(engagements: list[Engagement]) -> Iterator[Source]:
    """What is written down of the client: name, address, telephone, job."""
    first = engagements[0]
    yield Source("details", first.client, first, first.client.made_at)


def _agendas(engagements: list[Engagement]) -> Iterator[Source]:
    for one in Session.objects.filter(engagement__in=engagements):
        if one.agenda.strip():
            yield Source("agenda", one, _own(one, engagements), one.starts_at, session=one.number)


def _notes(engagements: list[Engagement]) -> Iterator[Source]:
    """Notes and additions, finished or not; one that nothing was ever written in is none."""
    notes = Note.objects.without_text().filter(session__engagement__in=engagements, version__gt=1)
    for note in notes.select_related("session"):
        note.session.engagement = _own(note.session, engagements)
        what = "addition" if note.adds_to_id else "note"
        yield Source(what, note, note.session.engagement, note.finished_at or note.saved_at, note.version, note.session.number)


def _drafts(engagements: list[Engagement]) -> Iterator[Source]:
    """Drafts of summaries that the client has never seen."""
    rows = Summary.objects.filter(engagement__in=engagements, deleted_at__isnull=True).exclude(pk__in=rights.was_proposed())
    for summary in rows.defer("body"):
        summary.engagement = _own(summary, engagements)
        yield Source("draft", summary, summary.engagement, summary.saved_at, summary.version)


KINDS: Final[tuple[Callable[[list[Engagement]], Iterator[Source]], ...]] = (_details, _agendas, _notes, _drafts)


def _own(row: Session | Summary, engagements: list[Engagement]) -> Engagement:
    return next(one for one in engagements if one.pk == row.engagement_id)


def sources_of(request: RightsRequest) -> list[Source]:
    """Every text that a request is about, oldest first. Needs request.engagement; no note is opened."""
    engagements = rights.engagements_of(request)
    return sorted((one for kind in KINDS for one in kind(engagements)), key=lambda one: one.at)


def entries_of(request: RightsRequest, vault: Unlocked) -> list[Entry]:
    """The same, each with what was decided of it. Raises `Closed`."""
    parts = RightsPart.objects.filter(request=request, draft__isnull=False).select_related("engagement__coach")
    decided = {part.source: rights.draft_of(part, vault) for part in parts}
    return [Entry(source, decided.get(source.id)) for source in sources_of(request)]


@sensitive_variables()
def text_of(source: Source, vault: Unlocked, by: Coach, *, at: datetime | None = None) -> str:
    """A source's text; of a note it is written down that it was read. Raises `Refused` or `Closed`."""
    row = source.row
    if isinstance(row, Note):
        return actions.read_note(note=row, vault=vault, by=by, code=READ_FOR, at=at)
    if isinstance(row, Session):
        return row.agenda
    if isinstance(row, Summary):
        return vault.open(row.body, row.place())
    known = {
        _("Name"): row.name,
        _("E-mail address"): row.address,
        _("Telephone"): row.details.get("phone"),
        _("Job"): row.details.get("job"),
    }
    return "\n".join(_("%(label)s: %(value)s") % {"label": label, "value": value} for label, value in known.items() if value)
