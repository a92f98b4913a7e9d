"""Work for later: it leaves with the transaction that asked for it, and carries ids only."""

import asyncio
import fcntl
import inspect
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connections, transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

Id = str | int | UUID
DATABASE: Final = "default"
# No space, no @, and shorter than the token of a link: a text, an address or a secret cannot pass for an id.
ID: Final = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
PERIODIC_DELAY_SECONDS: Final = 600  # what was due while no worker ran is made up for, if not older than this
HELD: Final = "jobs-held"  # a file that whoever wants the worker to stand still holds locked
FIRST_WAIT_SECONDS: Final = 4  # then 16, 64, 256, 1024…


class NotAnId(TypeError):
    """Something other than an id was given to a job; its value is not repeated."""


@dataclass(frozen=True)
class Job:
    """A function that runs later, or now when called."""

    name: str
    call: Callable[..., Any]
    alone_by: str | None = None

    def __call__(self, **ids: Id) -> Any:
        """Run here and now."""
        return self.call(**_checked(self.name, ids))

    def defer(self, **ids: Id) -> int:
        """Put the job in the queue, through the transaction under way; return its number, raise NotAnId."""
        return self._queued(None, ids)

    def later(self, at: datetime, /, **ids: Id) -> int:
        """Put the job in the queue, not to start before `at`."""
        return self._queued(at, ids)

    def _queued(self, at: datetime | None, ids: dict[str, Id]) -> int:
        """Write the row of the queue over Django's own connection, also from inside another job."""
        plain = _checked(self.name, ids)
        inspect.signature(self.call).bind(**plain)
        lock = f"{self.name} {plain[self.alone_by]}" if self.alone_by else None
        return configure_task(name=self.name, job_manager=_queue(), lock=lock, schedule_at=at).defer(**plain)


def job(name: str, *, retry: int = 0, alone_by: str | None = None) -> Callable[[Callable[..., Any]], Job]:
    """Make a job of a function: `retry` more attempts after a failure, one at a time for each value of the id `alone_by`."""

    def register(call: Callable[..., Any]) -> Job:
        app.task(name=name, retry=_patience(retry))(_closing(call))
        return Job(name, call, alone_by)

    return register


def every(cron: str, name: str, *, retry: int = 0) -> Callable[[Callable[[], Any]], Job]:
    """Make a job that starts by itself, at the times `cron` says (UTC); never twice at once."""

    def register(call: Callable[[], Any]) -> Job:
        def run(timestamp: int) -> Any:
            return call()

        task = app.task(name=name, retry=_patience(retry), lock=name, queueing_lock=name)(_closing(run))
        app.periodic(cron=cron)(task)
        return Job(name, call)

    return register


def _patience(retry: int) -> RetryStrategy | bool:
    """Return the waits between attempts, each four times the one before."""
    return RetryStrategy(max_attempts=retry, exponential_wait=FIRST_WAIT_SECONDS) if retry else False


@contextmanager
def held() -> Iterator[None]:
    """Let no job start, and nobody else hold them, for as long as this lasts; those that were begun go on. On this machine only."""
    path = Path(settings.DATA) / HELD
    with path.open("a") as file:
        path.chmod(0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _wait_while_held() -> None:
    """Wait until nobody holds the jobs any more."""
    try:
        with (Path(settings.DATA) / HELD).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        pass


def _closing(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, which waits while jobs are held, followed by the closing of its thread's connections."""

    def run(**ids: Any) -> Any:
        _wait_while_held()
        try:
            return call(**ids)
        finally:
            if not any(one.in_atomic_block for one in connections.all(initialized_only=True)):
                connections.close_all()

    return run


def _checked(name: str, ids: dict[str, Id]) -> dict[str, str | int]:
    """Return the ids as JSON carries them, raise NotAnId."""
    for key, value in ids.items():
        if type(value) not in (str, int, UUID) or (type(value) is str and not ID.fullmatch(value)):
            raise NotAnId(f"{name}: {key} is not an id. Jobs carry ids and short codes; look the rest up when the job runs.")
    return {key: value if isinstance(value, int) else str(value) for key, value in ids.items()}


def _queue() -> JobManager:
    """Return the queue over Django's connection, inside a worker too, whose own connector knows no transaction of ours."""
    return JobManager(DjangoConnector(alias=DATABASE))


@app.periodic(cron="*/2 * * * *")
@app.task(name="take up what a stopped worker left", queueing_lock="stalled", pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Queue again the jobs whose worker has died."""
    for stalled in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(stalled)


def work(*, wait: bool = True, periodic: bool = True) -> None:
    """Run the worker: until told to stop, or until the queue is empty if not `wait`."""
    app.periodic_defaults["max_delay"] = PERIODIC_DELAY_SECONDS if periodic else -1
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(wait=wait, delete_jobs="successful", install_signal_handlers=wait, listen_notify=wait)


def standing() -> dict[str, int]:
    """Return how many jobs are waiting, running and failed."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    names = {"waiting": Status.TODO, "running": Status.DOING, "failed": Status.FAILED}
    return {name: ProcrastinateJob.objects.filter(status=status.value).count() for name, status in names.items()}


def failed() -> list[tuple[int, str]]:
    """Return number and name of each job that has given up, newest first."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    return list(ProcrastinateJob.objects.filter(status=Status.FAILED.value).order_by("-id").values_list("id", "task_name"))


def again(number: int) -> None:
    """Queue a failed job once more."""
    from django.utils import timezone

    _queue().retry_job_by_id(number, retry_at=timezone.now())


def run_pending() -> None:
    """Run what is in the queue, for tests, until nothing is due; raise the first failure.

    With everything committed a real worker does it, over connections of its own. Inside a transaction,
    whose rows no one else can see, the jobs run here one after the other.
    """
    if connections[DATABASE].in_atomic_block:
        _drain_here()
        return
    failures: list[BaseException] = []

    async def noting(call_next: Callable[[], Any], context: JobContext, worker: Any) -> Any:
        try:
            return await call_next()
        except BaseException as failure:
            failures.append(failure)
            raise

    app.worker_defaults["worker_middleware"] = [noting]
    try:
        with ThreadPoolExecutor(1) as thread:  # a loop of its own, whatever loop the caller is in
            thread.submit(work, wait=False, periodic=False).result()
    finally:
        del app.worker_defaults["worker_middleware"]
    if failures:
        raise failures[0]


def _drain_here() -> None:
    """Fetch, run and finish jobs over the connection and in the transaction of the caller.

    A browser driven from this thread leaves its event loop marked as running here; ours is another one.
    """
    beside = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        _drain()
    finally:
        asyncio._set_running_loop(beside)


def _drain() -> None:
    """Take one job after the other until nothing is due."""
    queue = _queue()
    worker = async_to_sync(queue.register_worker)()
    while due := async_to_sync(queue.fetch_job)(queues=None, worker_id=worker):
        ids = json.loads(str(due.task_kwargs))  # Django's connection leaves JSON as it was written
        status = Status.FAILED
        try:
            with transaction.atomic():
                app.tasks[due.task_name].func(**ids)
            status = Status.SUCCEEDED
        finally:
            async_to_sync(queue.finish_job)(job=due, status=status, delete_job=status is Status.SUCCEEDED)
    async_to_sync(queue.unregister_worker)(worker)
