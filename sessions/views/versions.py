"""Earlier texts of a note: listed, opened to read, made the note's text again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach
from sessions import actions
from sessions.actions import Conflict
from sessions.markdown import html_of
from sessions.models import NoteVersion
from sessions.views.meetings import say
from sessions.views.notes import note_of, version_sent


@require_GET
@admits(Coach)
def note_versions(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """List the earlier texts of a note."""
    note = note_of(coach, pk, with_text=False)
    earlier = NoteVersion.objects.for_coach(coach).filter(note=note).defer("body")
    return render(request, "sessions/versions.html", {"note": note, "earlier": earlier})


@require_GET
@admits(Coach)
@sensitive_variables()
def note_version(request: HttpRequest, coach: Coach, pk: UUID, version: int) -> HttpResponse:
    """Open one earlier text, to read."""
    note = note_of(coach, pk, with_text=False)
    earlier = get_object_or_404(NoteVersion.objects.for_coach(coach), note=note, version=version)
    earlier.note = note
    try:
        html = html_of(actions.read_version(earlier=earlier, vault=request.vault, by=coach))  # type: ignore[attr-defined]
    except Refused as no:
        return render(request, "sessions/note_closed.html", {"note": note, "sentence": no.sentence}, status=409)
    return render(request, "sessions/version.html", {"note": note, "earlier": earlier, "html": html})


@require_POST
@admits(Coach)
def note_restore(request: HttpRequest, coach: Coach, pk: UUID, version: int) -> HttpResponse:
    """Make an earlier text the note's text again."""
    note = note_of(coach, pk, with_text=False)
    earlier = get_object_or_404(NoteVersion.objects.for_coach(coach), note=note, version=version)
    try:
        actions.restore_version(note=note, earlier=earlier, expected_version=version_sent(request), vault=request.vault, by=coach)  # type: ignore[attr-defined]
        messages.success(request, _("The earlier text is back. The one it replaced is kept among the earlier texts."))
    except Conflict:
        messages.warning(request, _("This note was changed meanwhile. Nothing was replaced."))
    except Refused as no:
        say(request, no)
    return redirect("note_page", pk=note.pk)
