"""A note: written and autosaved while unfinished, read once finished. Texts pass through, and stay nowhere."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from accounts.act import Refused
from accounts.doors import admits, wants_a_page
from clients.models import Coach
from sessions import actions
from sessions.actions import Conflict
from sessions.markdown import html_of
from sessions.models import Note
from sessions.reading import finished_page, writing_page
from sessions.texts import TooLong, cleaned
from sessions.under_way import keep_vault_open
from sessions.views.meetings import say
from support.words import clock


def note_of(coach: Coach, pk: UUID, *, with_text: bool = True) -> Note:
    """The coach's note with what opening it needs, or 404."""
    notes = Note.objects.for_coach(coach).select_related("session__engagement__client")
    note = get_object_or_404(notes if with_text else notes.without_text(), pk=pk)
    note.session.engagement.take_for_coach(coach)
    return note


def version_sent(request: HttpRequest) -> int:
    """The version that the page was holding; 0, which no note has, where it does not say."""
    held = request.headers.get("If-Match", "").strip('"') or request.POST.get("finish") or request.POST.get("version", "")
    return int(held) if held.isascii() and held.isdigit() and len(held) < 10 else 0


@require_GET
@admits(Coach)
@sensitive_variables()
def note_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Show a note: to write in while it is unfinished, to read with its additions once it is finished."""
    note = note_of(coach, pk)
    if note.adds_to_id is not None and note.finished_at is not None:
        return redirect(f"{reverse('note_page', args=[note.adds_to_id])}#addition-{note.pk}")
    keep_vault_open(request, note.session, timezone.now())
    try:
        if note.finished_at is None:
            return render(request, "sessions/note_write.html", writing_page(note, request.vault, coach))  # type: ignore[attr-defined]
        return render(request, "sessions/note_read.html", finished_page(note, request.vault, coach))  # type: ignore[attr-defined]
    except Refused as no:
        if not no.sentence:
            raise
        return render(request, "sessions/note_closed.html", {"note": note, "sentence": no.sentence}, status=409)


@require_POST
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def note_write(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Save a note's text: for the autosave in JSON, for a page without scripts by going back to it."""
    note = note_of(coach, pk)
    if "text" not in request.POST:
        return HttpResponseBadRequest()
    sent = {"note": note, "text": request.POST["text"], "vault": request.vault, "by": coach}  # type: ignore[attr-defined]
    keep = wants_a_page(request) or "X-Keep" in request.headers
    keep_vault_open(request, note.session, timezone.now())
    try:
        saved = actions.write_note(expected_version=version_sent(request), keep=keep, **sent)
    except Conflict:
        actions.keep_aside(**sent)
        return changed_elsewhere(request, coach, note)
    except TooLong as no:
        return not_saved(request, note, no, 413)
    except Refused as no:
        if no.sentence:
            actions.keep_aside(**sent)
        return not_saved(request, note, no, 410)
    if wants_a_page(request):
        messages.success(request, _("Saved."))
        return redirect("note_page", pk=note.pk)
    return JsonResponse({"version": saved.version, "saved_at": clock(saved.saved_at)})


@sensitive_variables()
def changed_elsewhere(request: HttpRequest, coach: Coach, note: Note) -> HttpResponse:
    """Answer a save that another one came before: with the text that stands there now. What was sent is among the earlier texts."""
    if wants_a_page(request):
        messages.warning(request, _("This note was also changed elsewhere. What you had written is kept among its earlier texts."))
        return redirect("note_page", pk=note.pk)
    now = note_of(coach, note.pk)
    text = actions.read_note(note=now, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    return JsonResponse({"version": now.version, "text": text, "saved_at": clock(now.saved_at)}, status=409)


@sensitive_variables()
def not_saved(request: HttpRequest, note: Note, no: Refused, status: int) -> HttpResponse:
    """Say why nothing was saved, and give back what is kept nowhere; a refusal without a sentence stays a plain 404."""
    if not no.sentence:
        raise no
    if wants_a_page(request) and isinstance(no, TooLong):
        context = {"page": reverse("note_page", args=[note.pk]), "mine": request.POST["text"], "sentence": str(no.sentence)}
        return render(request, "sessions/notebook_not_saved.html", context, status=status)
    if wants_a_page(request):
        messages.warning(request, str(no.sentence))
        return redirect("note_page", pk=note.pk)
    return JsonResponse({"error": str(no.sentence)}, status=status)


@require_POST
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def note_finish(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Finish a note with the text that was on screen."""
    note = note_of(coach, pk)
    if "text" not in request.POST:
        return HttpResponseBadRequest()
    sent = {"note": note, "text": request.POST["text"], "vault": request.vault, "by": coach}  # type: ignore[attr-defined]
    try:
        actions.finish_note(expected_version=version_sent(request), **sent)
    except Conflict:
        actions.keep_aside(**sent)
        return changed_elsewhere(request, coach, note)
    except TooLong as no:
        return not_saved(request, note, no, 413)
    except Refused as no:
        say(request, no)
    return redirect("note_page", pk=note.pk)


@require_POST
@admits(Coach)
def note_amend(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Start an addition to a finished note."""
    note = note_of(coach, pk)
    try:
        note = actions.amend_note(note=note, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    except Refused as no:
        say(request, no)
    return redirect("note_page", pk=note.pk)


@require_POST
@admits(Coach)
def note_delete(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Delete an empty note."""
    note = note_of(coach, pk)
    try:
        actions.delete_note(note=note, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    except Refused as no:
        say(request, no)
        return redirect("note_page", pk=note.pk)
    messages.success(request, _("The empty note is deleted."))
    return redirect("session_page", pk=note.session_id)


@require_POST
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def note_preview(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Show what was typed as it will be read. Nothing is kept."""
    try:
        text = cleaned(request.POST.get("text", ""))
    except TooLong as no:
        return render(request, "sessions/_preview.html", {"sentence": no.sentence})
    return render(request, "sessions/_preview.html", {"html": html_of(text)})
