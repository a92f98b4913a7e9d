"""What the coach has to do by when, and what is done."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.doors import admits
from clients.models import Coach
from consent import tasks
from consent.actions.tasks import finish_task
from consent.models import Task


@require_GET
@admits(Coach)
def task_list(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Show the open tasks by their day, and the last ones that are done."""
    mine, now = Task.objects.for_coach(coach).select_related("engagement__client"), timezone.now()
    facts = {"open": tasks.lines(mine.open(), now), "done": tasks.lines(mine.done()[: tasks.LATEST_DONE], now)}
    return render(request, "consent/task_list.html", facts)


@require_POST
@admits(Coach)
def task_done(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Say that a task is done which is done elsewhere. The others end on the page where they are done."""
    task = get_object_or_404(Task.objects.for_coach(coach), pk=pk)
    if task.kind not in tasks.BY_HAND:
        raise Http404
    finish_task(task=task, by=coach)
    messages.success(request, _("Done."))
    return redirect("task_list")
