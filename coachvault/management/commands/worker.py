"""`manage.py worker`: does the jobs, in the application's role and in no other."""

from __future__ import annotations

import os
import resource
import threading
import time
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from vault.keys_check import refuse_wrong_keys
from vault.roles import refuse_owner

GRACE_SECONDS: Final = 6  # for the job at hand, once whoever started the worker is gone


def end_with(parent: int) -> None:
    """End this process a little after its parent: without a database the queue's own way to stop waits half a minute for one."""
    while os.getppid() == parent:
        time.sleep(0.2)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


class Command(BaseCommand):
    """Runs until it is asked to stop, and then finishes the job at hand."""

    help = "Does the jobs of the queue until asked to stop."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say how it may be started."""
        parser.add_argument("--supervised", action="store_true", help="end with the process that started it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Leave no memory on the disk, refuse the owner's role, then work."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        refuse_owner()
        refuse_wrong_keys()
        connections.close_all()
        if options["supervised"]:
            threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
        connector = app.connector
        assert isinstance(connector, DjangoConnector)
        with app.replace_connector(connector.get_worker_connector()) as queue:
            queue.run_worker(shutdown_graceful_timeout=5)
