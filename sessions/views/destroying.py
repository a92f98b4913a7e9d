"""Destroying by hand: what goes and what stays is said before, the passphrase and a word are typed, then it happens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from accounts.models import User
from accounts.views.vault import stepped_up
from clients.models import Coach, Engagement
from consent import attesting, retention
from consent.models import Destruction
from sessions.destroying import actions, going_on, plan
from sessions.models import Note
from sessions.notebook.forms import DestroyForm
from sessions.views.meetings import say
from vault.models import Renewal

Ground = Destruction.Ground


@require_http_methods(["GET", "POST"])
@admits(Coach)
@stepped_up
def note_destroy(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Say what goes with one note, and destroy it; then the rest is sealed anew."""
    rows = Note.objects.for_coach(coach).select_related("session__engagement__coach", "session__engagement__client")
    note = get_object_or_404(rows, pk=pk)
    form = DestroyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            gone = actions.destroy_note(note=note, vault=request.vault, by=coach)  # type: ignore[attr-defined]
            return redirect("renewal_page", gone.renewal)
        except Refused as no:
            say(request, no)
            return redirect("note_page", pk)
    facts = {"note": note, "form": form, "goes": plan.of_note(plan.notes_with(note)).named}
    return render(request, "sessions/note_destroy.html", facts)


@require_http_methods(["GET", "POST"])
@admits(Coach)
@stepped_up
def engagement_destroy(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Say what goes and what stays of an engagement, and destroy everything written in it."""
    engagement = get_object_or_404(Engagement.objects.for_coach(coach).select_related("client", "coach"), pk=pk)
    found, form = retention.schedule(engagement, timezone.now()), DestroyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            gone = actions.destroy_engagement(
                engagement=engagement,
                ground=ground_of(found),
                request=_request(found),
                vault=request.vault,
                by=coach,  # type: ignore[attr-defined]
            )
            if gone.renewal:
                return redirect("renewal_page", gone.renewal)
            messages.success(request, _("Everything written in this engagement is destroyed. The attestation follows within minutes."))
        except Refused as no:
            say(request, no)
        return redirect("retention_page", pk)
    facts = {
        "engagement": engagement,
        "found": found,
        "form": form,
        "goes": [] if found.destroyed else plan.of_engagement(engagement).named,
        "stays": attesting.staying(plan.staying(engagement)),
        "ground": Ground(ground_of(found)).label,
    }
    return render(request, "sessions/engagement_destroy.html", facts)


def ground_of(found: retention.Schedule) -> str:
    """Why it is destroyed: an erasure that was promised, the time that is over, or the coach's own decision."""
    if found.erasure is not None:
        return Ground.ERASURE
    is_over = found.due_date is not None and found.due_date <= found.today
    return Ground.RETENTION if is_over else Ground.DECISION


def _request(found: retention.Schedule) -> Any:
    return found.erasure.request if found.erasure is not None else None


# New keys


@require_POST
@admits(Coach)
def renewal_begin(request: HttpRequest, coach: Coach, pk: UUID, which: str) -> HttpResponse:
    """Begin a new epoch of the key of the notes, or of the shared space."""
    engagement = get_object_or_404(Engagement.objects.for_coach(coach).select_related("client", "coach"), pk=pk)
    if which not in ("notes", "shared"):
        raise Http404
    try:
        renewal = actions.begin_renewal(engagement=engagement, is_shared=which == "shared", vault=request.vault, by=coach)  # type: ignore[attr-defined]
    except Refused as no:
        say(request, no)
        return redirect("retention_page", pk)
    return redirect("renewal_page", renewal.pk)


@require_http_methods(["GET", "POST"])
@admits(Coach)
def renewal_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """How far a new epoch has come; a POST goes on for a second, or, where the rest does not open and the coach says so, without it."""
    renewal = going_on.of_coach(coach, pk)
    if renewal is None:
        raise Http404
    now = going_on.stand(renewal)
    if request.method == "POST" and not now.is_done:
        if "without" in request.POST:
            return without(request, renewal, coach)
        now = going_on.go_on(renewal, request.vault, coach)  # type: ignore[attr-defined]
    facts = {"stand": now, "engagement": going_on.engagement_of(renewal)}
    part = request.headers.get("HX-Request") == "true"
    return render(request, "sessions/_renewal.html" if part else "sessions/renewal_page.html", facts)


@stepped_up
def without(request: HttpRequest, renewal: Renewal, by: Coach | User) -> HttpResponse:
    """Destroy the key before without the texts that do not open, and show the same page again."""
    going_on.leave_behind(renewal, request.vault, by)  # type: ignore[attr-defined]
    return redirect(request.path)
