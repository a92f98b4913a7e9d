"""The client's own notebook: what is in it, its private texts, and its end. Nothing of these pages is the coach's to see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits, wants_a_page
from accounts.views.vault import stepped_up
from clients.models import Client
from sessions.actions import Conflict
from sessions.notebook import actions, reading
from sessions.notebook.forms import DestroyForm
from sessions.notebook.models import Notebook, PrivateEntry, SharedEntry
from sessions.texts import TooLong
from sessions.views.engagements import page_number
from sessions.views.meetings import say
from sessions.views.notes import version_sent
from support.words import clock

SHOWN_FOR: Final = timedelta(seconds=10)  # the way to undo a deletion


def saved_today(saved_at: Any) -> str:
    """When a text was saved, for the editor's line, if that was today."""
    return clock(saved_at) if timezone.localtime(saved_at).date() == timezone.localdate() else ""


@sensitive_variables()
def saved(request: HttpRequest, entry: PrivateEntry | SharedEntry, page: str) -> HttpResponse:
    """Answer a save: in JSON for the editor, by the next page for whoever has no scripts."""
    if wants_a_page(request):
        messages.success(request, _("Saved."))
        return redirect(page)
    return JsonResponse({"version": entry.version, "saved_at": clock(entry.saved_at)})


@sensitive_variables()
def other_text(request: HttpRequest, page: str, text: str, entry: PrivateEntry | SharedEntry) -> HttpResponse:
    """Answer a save that another one came before: with both texts."""
    if wants_a_page(request):
        context = {"page": page, "mine": request.POST["text"], "theirs": text, "sentence": _("This text was also changed elsewhere.")}
        return render(request, "sessions/notebook_not_saved.html", context, status=409)
    return JsonResponse({"version": entry.version, "text": text, "saved_at": clock(entry.saved_at)}, status=409)


@sensitive_variables()
def not_saved(request: HttpRequest, page: str, no: Refused) -> HttpResponse:
    """Say why nothing was saved, and give back what was typed; a refusal without a sentence stays a plain 404."""
    if not no.sentence:
        raise no
    status = 413 if isinstance(no, TooLong) else 410
    if wants_a_page(request):
        context = {"page": page, "mine": request.POST["text"], "sentence": str(no.sentence)}
        return render(request, "sessions/notebook_not_saved.html", context, status=status)
    return JsonResponse({"error": str(no.sentence)}, status=status)


@sensitive_variables()
def closed(request: HttpRequest, no: Refused) -> HttpResponse:
    """Say that a text does not open."""
    if not no.sentence:
        raise no
    return render(request, "sessions/notebook_closed.html", {"sentence": no.sentence}, status=409)


@require_GET
@admits(Client)
@sensitive_variables()
def notebook(request: HttpRequest, clients: list[Client]) -> HttpResponse:
    """List the person's texts, private and for the coach, the latest first."""
    before = page_number(request)
    lines, after = reading.listed(clients, request.vault, before)  # type: ignore[attr-defined]
    context = {
        "lines": lines,
        "after": after,
        "first": before is None,
        "has_written": reading.has_written(clients),
        "several": len({client.coach_id for client in clients}) > 1,
        "has_notebook": bool(reading.notebooks(clients)),
        "deleted": reading.just_deleted(clients, timezone.now() - SHOWN_FOR),
    }
    return render(request, "sessions/notebook.html", context)


# Private texts


def _private(clients: list[Client], pk: UUID) -> PrivateEntry:
    rows = PrivateEntry.objects.for_client(clients).select_related("notebook__client__coach")
    return get_object_or_404(rows, pk=pk)


def notebook_for(request: HttpRequest, client: Client) -> Notebook:
    """The client's notebook, made when it is first needed."""
    return actions.make_notebook(vault=request.vault, by=client)  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@admits(Client)
def private_new(request: HttpRequest, clients: list[Client]) -> HttpResponse:
    """Say who reads a private text and what cannot be undone, before its first line; then begin one."""
    if request.method == "GET":
        return render(request, "sessions/notebook_private_new.html")
    client = clients[0]
    try:
        entry = actions.start_private(notebook=notebook_for(request, client), vault=request.vault, by=client)  # type: ignore[attr-defined]
    except Refused as no:
        return closed(request, no)
    return redirect("notebook_private", entry.pk)


@require_GET
@admits(Client)
@sensitive_variables()
def private_page(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Show a private text, to go on writing."""
    entry = _private(clients, pk)
    try:
        text = reading.private_text(entry, request.vault)  # type: ignore[attr-defined]
    except Refused as no:
        return closed(request, no)
    if entry.deleted_at is not None:
        return redirect("notebook")
    saved_at = saved_today(entry.saved_at) if entry.version > 1 else ""
    return render(request, "sessions/notebook_private.html", {"entry": entry, "text": text, "saved_at": saved_at})


@require_POST
@sensitive_post_parameters()
@admits(Client)
@sensitive_variables()
def private_write(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Save a private text; `finish` leads back to the list."""
    entry = _private(clients, pk)
    if "text" not in request.POST:
        return HttpResponseBadRequest()
    page, by = reverse("notebook_private", args=[pk]), reading.client_of(clients, entry.notebook.client_id)
    keep = wants_a_page(request) or "X-Keep" in request.headers
    sent = {"text": request.POST["text"], "expected_version": version_sent(request), "keep": keep}
    try:
        row = actions.write_private(entry=entry, vault=request.vault, by=by, **sent)  # type: ignore[attr-defined]
    except Conflict:
        now = _private(clients, pk)
        return other_text(request, page, reading.private_text(now, request.vault), now)  # type: ignore[attr-defined]
    except Refused as no:
        return not_saved(request, page, no)
    return saved(request, row, reverse("notebook") if "finish" in request.POST else page)


@require_POST
@admits(Client)
def private_delete(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Delete a private text, or undo that."""
    entry = _private(clients, pk)
    return deleted(request, entry, reading.client_of(clients, entry.notebook.client_id))


def deleted(request: HttpRequest, entry: PrivateEntry | SharedEntry, by: Client) -> HttpResponse:
    """Delete a text, or with `undo` in the address put it back; then show the list."""
    try:
        if "undo" in request.GET:
            actions.restore_entry(entry=entry, by=by)
        else:
            actions.delete_entry(entry=entry, by=by)
    except Refused as no:
        say(request, no)
    return redirect("notebook")


# The end


@require_http_methods(["GET", "POST"])
@admits(Client)
@stepped_up
def destroy(request: HttpRequest, clients: list[Client]) -> HttpResponse:
    """Destroy the private notebook, for good, once its word is typed."""
    mine = reading.notebooks(clients)
    if not mine:
        return redirect("notebook")
    form = DestroyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            for one in mine:
                actions.destroy_notebook(notebook=one, by=reading.client_of(clients, one.client_id))
        except Refused as no:
            return closed(request, no)
        messages.success(request, _("Your private notebook is destroyed. Nobody can open it any more, not even you."))
        return redirect("notebook")
    return render(request, "sessions/notebook_destroy.html", {"form": form}, status=422 if form.errors else 200)
