"""What the pages of a note show of its text. Each text that is opened here is written down as read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_variables

from clients.models import Coach
from sessions import actions, leak_facts, overview
from sessions.markdown import html_of
from sessions.models import Note
from support.words import clock
from vault.unlocked import Unlocked


@dataclass(frozen=True, slots=True)
class Read:
    """A note that was opened for its coach, as HTML."""

    note: Note
    html: SafeString


@sensitive_variables()
def _read(note: Note, vault: Unlocked, by: Coach) -> Read:
    return Read(note, html_of(actions.read_note(note=note, vault=vault, by=by)))


@sensitive_variables()
def writing_page(note: Note, vault: Unlocked, by: Coach) -> dict[str, Any]:
    """What the editor shows: the text, and beside it the note before."""
    before = overview.note_before(note)
    beside = _read(before, vault, by) if before is not None and before.version > 1 else None
    now = timezone.localtime()
    is_from_today = note.version > 1 and timezone.localtime(note.saved_at).date() == now.date()
    return {
        "note": note,
        "text": actions.read_note(note=note, vault=vault, by=by),
        "beside": beside,
        "engagement": note.session.engagement,
        "marked": leak_facts.marked_in(note.session.engagement, vault, by),
        "saved_at": clock(note.saved_at) if is_from_today else "",
    }


@sensitive_variables()
def finished_page(note: Note, vault: Unlocked, by: Coach) -> dict[str, Any]:
    """What is read of a finished note: its text and its finished additions, and the addition that is not finished yet."""
    additions = list(Note.objects.filter(adds_to=note))  # hers, since the note is
    for one in additions:
        if one.session_id == note.session_id:
            one.session = note.session
    return {
        "note": note,
        "read": _read(note, vault, by),
        "additions": [_read(one, vault, by) for one in additions if one.finished_at is not None],
        "unfinished": next((one for one in additions if one.finished_at is None), None),
    }
