"""The coach's first page, and the way to a new note."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.doors import admits, needs_second_factor
from clients.models import Coach
from consent import rights, tasks
from consent.models import RightsRequest
from sessions import overview
from sessions.first_steps import steps


@require_GET
@admits(Coach)
def today(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Show what today holds and what waits; while the practice is new, what to do first."""
    now = timezone.now()
    day = overview.day_of(coach, now)
    first = steps(coach.person, day.begun, has_second_factor=not needs_second_factor(coach, coach.person)) if day.is_new else []
    next_step = next((step for step in first if not step.is_done), None)
    mine = RightsRequest.objects.for_coach(coach).open().select_related("engagement__client")
    waiting = rights.clocks(mine, timezone.localdate(now))
    facts = {
        "day": day,
        "rights": waiting,
        "tasks": tasks.next_of(coach, now),
        "now": now,
        "steps": first,
        "done": sum(step.is_done for step in first),
        "next_step": next_step,
    }
    return render(request, "sessions/today.html", facts)


@require_GET
@admits(Coach)
def note_new(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Ask which session a new note is about."""
    now = timezone.now()
    return render(request, "sessions/note_new.html", {"sessions": overview.sessions_to_note(coach, now), "now": now})
