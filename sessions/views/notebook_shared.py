"""Texts that a client writes for the coach, and the coach's reading of them. Each is a text of its own: none was ever private."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Client, Coach, Engagement
from sessions.actions import Conflict
from sessions.notebook import actions, reading
from sessions.notebook.models import PrivateEntry, SharedEntry
from sessions.views.meetings import say
from sessions.views.notebook import closed, deleted, not_saved, notebook_for, other_text, saved, saved_today
from sessions.views.notes import version_sent


def _shared(clients: list[Client], pk: UUID) -> SharedEntry:
    rows = SharedEntry.objects.for_client(clients).select_related("engagement__coach__person", "engagement__client")
    return get_object_or_404(rows, pk=pk)


def _copied_from(clients: list[Client], pk: str) -> PrivateEntry | None:
    """The private text that a new one begins with a copy of, if the page says which."""
    if not pk:
        return None
    try:
        which = UUID(pk)
    except ValueError:
        which = UUID(int=0)
    rows = PrivateEntry.objects.for_client(clients).filter(deleted_at__isnull=True).select_related("notebook__client__coach")
    return get_object_or_404(rows, pk=which)


@require_GET
@admits(Client)
def shared_new(request: HttpRequest, clients: list[Client]) -> HttpResponse:
    """Say who would read it, and choose for whom it is, where there are several."""
    copied = _copied_from(clients, request.GET.get("from", ""))
    readers = reading.readers_for(clients, request.vault)  # type: ignore[attr-defined]
    ready = [reader.engagement for reader in readers if reader.is_ready]
    context = {"ready": ready, "waiting": len(readers) - len(ready), "copied": copied, "has_ended": not readers}
    return render(request, "sessions/notebook_shared_new.html", context)


@require_POST
@admits(Client)
@sensitive_variables()
def shared_start(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Begin a text for the coach of this engagement: empty, or with a copy of a private one."""
    engagement = get_object_or_404(Engagement.objects.for_client(clients).select_related("coach", "client"), pk=pk)
    copied, by = _copied_from(clients, request.POST.get("from", "")), reading.client_of(clients, engagement.client_id)
    try:
        text = reading.private_text(copied, request.vault) if copied else ""  # type: ignore[attr-defined]
        sent = {"engagement": engagement, "text": text, "notebook": notebook_for(request, by), "vault": request.vault}  # type: ignore[attr-defined]
        entry = actions.start_shared(by=by, **sent)
    except Refused as no:
        say(request, no)
        return redirect("notebook")
    return redirect("notebook_shared", entry.pk)


@require_GET
@admits(Client)
@sensitive_variables()
def shared_page(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Show a text for the coach: to write in, or to read once the engagement has ended."""
    entry = _shared(clients, pk)
    if entry.deleted_at is not None:
        return redirect("notebook")
    has_ended = entry.engagement.ended_at is not None
    try:
        is_read = has_ended and entry.shared_at is not None
        text = (reading.shared_text if is_read else reading.written_text)(entry, request.vault)  # type: ignore[attr-defined]
    except Refused as no:
        return closed(request, no)
    saved_at = saved_today(entry.saved_at) if entry.version > 1 else ""
    page = "sessions/notebook_shared_read.html" if has_ended else "sessions/notebook_shared.html"
    reads = "you-only" if entry.draft else "you-and-coach"
    return render(request, page, {"entry": entry, "text": text, "saved_at": saved_at, "reads": reads})


@require_POST
@sensitive_post_parameters()
@admits(Client)
@sensitive_variables()
def shared_write(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Save what is being written. The coach reads nothing of it."""
    return _kept(request, clients, pk, share=False)


@require_POST
@sensitive_post_parameters()
@admits(Client)
@sensitive_variables()
def shared_share(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Let the coach read exactly the text that is on screen."""
    return _kept(request, clients, pk, share=True)


@sensitive_variables()
def _kept(request: HttpRequest, clients: list[Client], pk: UUID, *, share: bool) -> HttpResponse:
    """Save or share what was sent, and answer."""
    entry = _shared(clients, pk)
    if "text" not in request.POST:
        return HttpResponseBadRequest()
    page, by = reverse("notebook_shared", args=[pk]), reading.client_of(clients, entry.engagement.client_id)
    sent = {"text": request.POST["text"], "expected_version": version_sent(request), "vault": request.vault}  # type: ignore[attr-defined]
    try:
        act = actions.share if share else actions.write_shared
        row = act(entry=entry, notebook=notebook_for(request, by), by=by, **sent)
    except Conflict:
        now = _shared(clients, pk)
        return other_text(request, page, reading.written_text(now, request.vault), now)  # type: ignore[attr-defined]
    except Refused as no:
        return not_saved(request, page, no)
    if share:
        messages.success(request, _("Your coach can read this text."))
        return redirect("notebook")
    return saved(request, row, page)


@require_POST
@admits(Client)
def shared_delete(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Delete a text for the coach, or undo that."""
    entry = _shared(clients, pk)
    return deleted(request, entry, reading.client_of(clients, entry.engagement.client_id))


# The coach


@require_GET
@admits(Coach)
@sensitive_variables()
def shared_entry(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Open a text that a client shared; that it was read is written down, and the client sees it."""
    entry = get_object_or_404(SharedEntry.objects.for_coach(coach).select_related("engagement__client"), pk=pk)
    try:
        text = actions.read_shared(entry=entry, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    except Refused as no:
        return closed(request, no)
    return render(request, "sessions/shared_entry.html", {"entry": entry, "text": text})
