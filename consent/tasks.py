"""How a coach's tasks are shown: what each is called, where it is done, and whether its day is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse

from clients.models import Coach
from consent.models import Task

ADDRESSES: Final[Mapping[str, str]] = {  # of what a task is about
    Task.Kind.LAW_PAPERS: "law_complete",
    Task.Kind.LAW_REVIEW: "law_page",
    Task.Kind.RIGHTS: "rights_page",
    Task.Kind.OTHER_KEY: "keys_confirm",
    Task.Kind.RETENTION: "retention_page",
}
BY_HAND: Final = {Task.Kind.RECALL}  # done elsewhere: the coach says so here
BY_THE_HOUR: Final = {Task.Kind.LAW_PAPERS}  # the others have their whole day
NEXT: Final = 5
LATEST_DONE: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One task as a page shows it."""

    task: Task
    address: str
    is_overdue: bool
    is_by_hand: bool
    has_hour: bool


def lines(tasks: Iterable[Task], at: datetime) -> list[Line]:
    """Tasks as a page shows them."""
    return [
        Line(task, address_of(task), task.is_overdue(at), task.kind in BY_HAND and task.done_at is None, task.kind in BY_THE_HOUR)
        for task in tasks
    ]


def address_of(task: Task) -> str:
    """Where a task is done; empty where no page is about it."""
    if task.about is not None and task.kind in ADDRESSES:
        return reverse(ADDRESSES[task.kind], args=[task.about])
    return reverse("engagement_page", args=[task.engagement_id]) if task.engagement_id else ""


def next_of(coach: Coach, at: datetime) -> list[Line]:
    """The few that come first."""
    return lines(Task.objects.for_coach(coach).open().select_related("engagement__client")[:NEXT], at)
