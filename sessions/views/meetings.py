"""One session: planning it, its page, its state, and the start of a note about it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach, Engagement
from sessions import actions, crossings, overview, places, policies
from sessions.crossings import Crossing
from sessions.forms import SessionForm
from sessions.models import Session, SessionQuerySet

DO = {"hold": actions.hold_session, "cancel": actions.cancel_session, "reopen": actions.reopen_session}


def sessions_of(coach: Coach) -> SessionQuerySet:
    """The coach's sessions with what their pages show."""
    return Session.objects.for_coach(coach).select_related("engagement__client", "engagement__coach")


def say(request: HttpRequest, no: Refused) -> None:
    """Show the sentence of a refusal on the next page; one without a sentence stays a plain 404."""
    if not no.sentence:
        raise no
    messages.warning(request, str(no.sentence))


def _first_values() -> dict[str, object]:
    """The next full hour, an hour long, at the office."""
    soon = timezone.localtime() + timedelta(hours=1)
    return {"day": soon.date(), "time": soon.replace(minute=0), "minutes": 60, "place": Session.At.OFFICE}


def _unseen(request: HttpRequest, session: Session, coach: Coach) -> list[Crossing]:
    """Whom the client would cross in the waiting room, unless the page has said so and the coach plans it all the same."""
    found = crossings.of(session, coach, timezone.now())
    return [] if {crossing.key for crossing in found} <= set(request.POST.getlist("crossing")) else found


@require_http_methods(["GET", "POST"])
@admits(Coach)
def session_add(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Plan a session of an engagement, or note down one that took place."""
    engagement = get_object_or_404(Engagement.objects.for_coach(coach).select_related("client"), pk=pk)
    form = SessionForm(request.POST or None, initial=_first_values())
    context = {"form": form, "engagement": engagement, "places": places.choices()}
    if request.method == "POST" and form.is_valid():
        if found := _unseen(request, form.laid_over(Session(engagement=engagement)), coach):
            return render(request, "sessions/session_form.html", context | {"crossings": found})
        try:
            session = actions.plan_session(engagement=engagement, by=coach, **form.facts())
        except Refused as no:
            say(request, no)
            return redirect("engagement_page", pk=engagement.pk)
        return redirect("session_page", pk=session.pk)
    return render(request, "sessions/session_form.html", context)


@require_http_methods(["GET", "POST"])
@admits(Coach)
def session_edit(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Change a session's time, length, place or agenda."""
    session = get_object_or_404(sessions_of(coach), pk=pk)
    form = SessionForm(request.POST or None, initial=SessionForm.of(session))
    context = {"form": form, "session": session, "engagement": session.engagement, "places": places.choices()}
    if request.method == "POST" and form.is_valid():
        if found := _unseen(request, form.laid_over(session), coach):
            return render(request, "sessions/session_form.html", context | {"crossings": found})
        try:
            actions.change_session(session=session, by=coach, **form.facts())
        except Refused as no:
            say(request, no)
        return redirect("session_page", pk=session.pk)
    return render(request, "sessions/session_form.html", context)


@require_GET
@admits(Coach)
def session_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Show a session: when, where, agenda, notes."""
    session = get_object_or_404(sessions_of(coach), pk=pk)
    context = {
        "session": session,
        "notes": overview.notes_of(session),
        "hint": places.HINTS[session.place],
        "events": policies.events_of(session),
        "is_past": session.ends_at < timezone.now(),
    }
    return render(request, "sessions/session.html", context)


@require_POST
@admits(Coach)
def session_state(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Say that a session was held, is cancelled, or is planned again."""
    session = get_object_or_404(sessions_of(coach), pk=pk)
    event = request.POST.get("event", "")
    try:
        if event in DO:
            DO[event](session=session, by=coach)
    except Refused as no:
        say(request, no)
    return redirect("session_page", pk=session.pk)


@require_POST
@admits(Coach)
def note_start(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Start a note of a session, or go on with the one that is not finished."""
    session = get_object_or_404(sessions_of(coach), pk=pk)
    note = actions.start_note(session=session, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    return redirect("note_page", pk=note.pk)
