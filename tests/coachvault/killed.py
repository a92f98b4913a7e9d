"""Run jobs in processes that are killed on the way: `python -m tests.coachvault.killed` reads `[job, ids, step]` a line, and says what became of each.

A step is a statement to a database, a letter that is about to lie in its folder, or the end of the job before the queue hears of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any


def main() -> None:
    """Serve until the other side closes; one process for each job, so that killing one leaves the next."""
    import django

    django.setup()
    from django.db import connections
    from procrastinate.contrib.django import app

    app.perform_import_paths()
    for line in sys.stdin:
        connections.close_all()
        name, ids, step = json.loads(line)
        pid = os.fork()
        if pid == 0:
            run(app.tasks[name].func, ids, step)
        status = os.waitpid(pid, 0)[1]
        if status:  # who ended by itself has said so
            print("killed" if os.WIFSIGNALED(status) else "failed", flush=True)


def run(job: Callable[..., Any], ids: dict[str, Any], last: int) -> None:
    """Do a job and die at a step; 0 is never."""
    from django.db import connections

    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Callable[..., Any], *call: Any) -> Any:
        step()
        return execute(*call)

    for connection in connections.all():
        connection.execute_wrappers.append(statement)
    sys.addaudithook(lambda event, args: step() if event == "os.rename" and str(args[1]).endswith(".eml") else None)
    try:
        job(**ids)
        step()
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    print(f"ended {steps}", flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
