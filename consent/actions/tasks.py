"""What is put on a coach's list of things to do, and what is taken off it. Other actions call these inside their own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.act import Refused, act, person_of
from clients.models import Coach, Engagement
from consent.models import Task
from vault import ledger


@act
def add_task(
    *,
    coach: Coach,
    engagement: Engagement | None,
    kind: str,
    about: UUID | None,
    due_at: datetime | None = None,
    details: Mapping[str, Any] | None = None,
    by: Any,
    at: datetime | None = None,
) -> Task:
    """This function will give a coach something to do. While a task of this kind about the same row is open it does nothing.

    Whoever causes it is `by`: a client who withdraws, a coach, or None for the instance. Refuses an engagement of another coach.
    """
    if kind not in Task.Kind.values or (engagement is not None and engagement.coach_id != coach.pk):
        raise Refused(code="no_such_task")
    Coach.objects.select_for_update(no_key=True).get(pk=coach.pk)  # two at once: the second sees what the first made
    same = Task.objects.open().filter(coach=coach, kind=kind, about=about).first() if about else None
    if same is not None:
        return same
    task = Task(coach=coach, engagement=engagement, kind=kind, about=about, due_at=due_at, made_at=at or timezone.now())
    task.details = dict(details or {})
    task.save(force_insert=True)
    _write("task.added", task, by, at)
    return task


@act
def finish_task(*, task: Task, by: Coach | None, at: datetime | None = None) -> Task:
    """This function will take a task off the list. Doing it again changes nothing. Refuses another coach's."""
    row = Task.objects.select_for_update(of=("self",)).select_related("coach").get(pk=task.pk)
    if by is not None and row.coach_id != by.pk:
        raise Refused(code="not_your_task")
    if row.done_at is not None:
        return row
    row.done_at = at or timezone.now()
    row.save(update_fields=["done_at"])
    _write("task.done", row, by, at)
    return row


def _write(event: str, task: Task, by: Any, at: datetime | None) -> None:
    """No `subject`: what the law asked is not for the log that a client reads."""
    ledger.record(event, chain=task.coach.practice_id, by=person_of(by), kind="task", about=task.id, code=task.kind, at=at)
