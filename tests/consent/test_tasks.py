"""A coach's list of things to do: once each, by their day, hers alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.act import Refused
from consent.actions.tasks import add_task, finish_task
from consent.models import Task
from tests.cast import signed_in
from tests.consent.test_at_once import at_once
from vault.models import LedgerEntry

NOW = timezone.now


def added(cast, **more) -> Task:
    facts = {"coach": cast.camille, "engagement": None, "kind": "rights", "about": uuid4(), "by": None}
    return add_task(**facts | more)


def test_the_same_thing_is_to_be_done_once_until_it_is_done(cast) -> None:
    first = added(cast)

    again = added(cast, about=first.about)
    other = added(cast, about=first.about, kind="recall")
    finish_task(task=first, by=cast.camille)
    later = added(cast, about=first.about)

    assert again == first
    assert len({first.pk, other.pk, later.pk}) == 3
    assert LedgerEntry.objects.filter(event="task.added").count() == 3


def test_two_at_the_same_instant_make_one(own_databases, cast) -> None:
    about = uuid4()
    assert cast.camille

    results = at_once(*[lambda: added(cast, about=about)] * 4)

    assert len({task.pk for task in results}) == 1
    assert Task.objects.count() == 1


def test_the_database_too_keeps_one_open_task_about_a_row(cast) -> None:
    task = added(cast)

    with pytest.raises(IntegrityError, match="one_open_task"), transaction.atomic():
        Task(coach=task.coach, kind=task.kind, about=task.about, made_at=NOW(), details={}).save(force_insert=True)


def test_finishing_twice_changes_nothing_and_another_s_is_refused(cast) -> None:
    task = added(cast)
    done = finish_task(task=task, by=cast.camille)

    assert finish_task(task=task, by=cast.camille).done_at == done.done_at
    with pytest.raises(Refused) as no:
        finish_task(task=task, by=cast.bruno)
    assert no.value.code == "not_your_task"
    assert LedgerEntry.objects.filter(event="task.done").count() == 1


def test_an_unknown_kind_and_another_coach_s_engagement_are_refused(cast) -> None:
    engagement = cast.engagement(cast.anais)

    for facts in ({"kind": "chore"}, {"coach": cast.bruno, "engagement": engagement}):
        with pytest.raises(Refused):
            added(cast, **facts)


def test_open_ones_come_by_their_day_and_what_has_none_last(cast) -> None:
    soon, late, none = (added(cast, due_at=NOW() + timedelta(days=2)), added(cast, due_at=NOW() - timedelta(days=1)), added(cast))

    assert list(Task.objects.for_coach(cast.camille).open()) == [late, soon, none]
    assert [one.is_overdue(NOW()) for one in (late, soon, none)] == [True, False, False]


def test_the_page_marks_what_is_late_and_takes_off_what_is_done_elsewhere(cast) -> None:
    engagement = cast.engagement(cast.anais)
    added(cast, engagement=engagement, kind="law_review", due_at=NOW() - timedelta(days=1))
    place = added(cast, engagement=engagement, kind="recall", details={"place": "Page « Ils me font confiance »"})
    browser = signed_in(cast.camille.person)

    page = browser.get(reverse("task_list")).content.decode()
    today = browser.get(reverse("today")).content.decode()

    assert page.index("En retard") < page.index("Ils me font confiance")
    assert "Ils me font confiance" in today
    assert browser.post(reverse("task_done", args=[place.pk])).status_code == 302
    assert Task.objects.get(pk=place.pk).done_at is not None


def test_what_ends_on_its_own_page_is_not_ticked_off_and_another_s_is_not_there(cast) -> None:
    mine, theirs = added(cast, kind="law_papers"), added(cast, coach=cast.bruno, kind="recall")
    browser = signed_in(cast.camille.person)

    for task in (mine, theirs):
        assert browser.post(reverse("task_done", args=[task.pk])).status_code == 404

    assert not Task.objects.filter(done_at__isnull=False).exists()


def test_a_task_leaves_no_line_in_a_log_that_a_client_reads(cast) -> None:
    engagement = cast.engagement(cast.anais)
    finish_task(task=added(cast, engagement=engagement), by=cast.camille)

    assert not LedgerEntry.objects.filter(event__startswith="task.", subject__isnull=False).exists()
