"""Jobs leave with their transaction, carry ids only, and are done by a real worker as the application's role."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from support import jobs

done: list[str] = []


@jobs.job("tests.note")
def note(*, key: str, number: int = 1) -> None:
    """Remember having run."""
    done.append(f"{key} {number}")


@jobs.job("tests.fail")
def fail(*, key: str) -> None:
    """Fail for good."""
    raise ValueError("no")


@jobs.job("tests.flaky", retry=2)
def flaky(*, key: str) -> None:
    """Fail, to be tried again."""
    raise ValueError("not yet")


@jobs.job("tests.chain", alone_by="key")
def chain(*, key: str) -> None:
    """Queue one job that stays and one that is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    with transaction.atomic():
        note.defer(key="kept")
    try:
        with transaction.atomic():
            note.defer(key="undone")
            raise KeyError
    except KeyError:
        done.append("chained")


@pytest.fixture(autouse=True)
def _nothing_done_yet() -> None:
    done.clear()


def test_a_job_leaves_with_its_transaction(own_databases):
    with transaction.atomic():
        note.defer(key=uuid4(), number=2)
        assert jobs.standing()["waiting"] == 1

    jobs.run_pending()

    [ran] = done
    assert (UUID(ran.removesuffix(" 2")).version, jobs.standing()) == (4, {"waiting": 0, "running": 0, "failed": 0})


def test_a_job_of_a_transaction_that_failed_never_runs(own_databases):
    with transaction.atomic():
        note.defer(key="a")
        transaction.set_rollback(True)

    jobs.run_pending()

    assert done == []


def test_a_job_queues_others_in_its_own_transaction(own_databases):
    chain.defer(key="a")

    jobs.run_pending()

    assert done == ["chained", "kept 1"]


def test_while_jobs_are_held_none_starts_and_then_all_do(own_databases):
    note.defer(key="held")
    with ThreadPoolExecutor(1) as worker:
        with jobs.held():
            running = worker.submit(jobs.run_pending)
            with pytest.raises(TimeoutError):
                running.result(timeout=1)
            assert done == []
        running.result(timeout=20)

    assert done == ["held 1"]


def test_a_failure_is_raised_counted_and_can_be_tried_again(own_databases):
    fail.defer(key="a")
    with pytest.raises(ValueError, match="no"):
        jobs.run_pending()
    [(number, name)] = jobs.failed()

    jobs.again(number)

    assert (name, jobs.standing()) == ("tests.fail", {"waiting": 1, "running": 0, "failed": 0})


def test_a_job_that_may_try_again_waits_before_it_does(own_databases):
    flaky.defer(key="a")
    with pytest.raises(ValueError, match="not yet"):
        jobs.run_pending()

    jobs.run_pending()

    assert jobs.standing() == {"waiting": 1, "running": 0, "failed": 0}


def test_a_worker_leaves_no_connection_behind(own_databases):
    chain.defer(key="a")

    jobs.run_pending()

    for _ in range(50):  # the server takes a moment to see that somebody left
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_stat_activity where datname = current_database()")
            (connected,) = cursor.fetchone()
        if connected == 1:
            break
        time.sleep(0.1)
    assert connected == 1


def test_inside_a_transaction_jobs_run_here():
    note.defer(key="a")
    chain.defer(key="b")

    jobs.run_pending()

    assert done == ["a 1", "chained", "kept 1"]


def test_a_browsers_loop_on_this_thread_does_not_keep_jobs_from_running():
    loop = asyncio.new_event_loop()
    asyncio._set_running_loop(loop)
    try:
        note.defer(key="b")
        jobs.run_pending()
        assert asyncio._get_running_loop() is loop
    finally:
        asyncio._set_running_loop(None)
        loop.close()

    assert done == ["b 1"]


def test_a_job_for_later_waits():
    note.later(datetime.now(UTC) + timedelta(hours=1), key="a")

    jobs.run_pending()

    assert (done, jobs.standing()["waiting"]) == ([], 1)


def test_a_job_called_runs_now():
    note(key="a", number=3)

    assert done == ["a 3"]


@pytest.mark.parametrize("value", ["a text", "camille@example.org", "A" * 43, "", None, 1.5, True, {"a": 1}, ["a"], b"a"])
def test_only_ids_travel(value: object):
    with pytest.raises(jobs.NotAnId) as refusal:
        note.defer(key=value)  # type: ignore[arg-type]

    assert "example" not in str(refusal.value)


def test_an_argument_that_the_job_does_not_take_is_refused_at_once():
    with pytest.raises(TypeError):
        note.defer(kee="a")


def test_a_periodic_job_is_registered_once_with_its_times():
    from procrastinate.contrib.django import app

    ticks: list[int] = []
    tick = jobs.every("*/5 * * * *", "tests.tick")(lambda: ticks.append(1))

    tick()

    registered = app.periodic_registry.periodic_tasks.pop(("tests.tick", ""))
    assert (registered.cron, ticks) == ("*/5 * * * *", [1])
