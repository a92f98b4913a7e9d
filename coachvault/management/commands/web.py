"""`manage.py web`: one web node, in the application's role and in no other, until it is asked to stop."""

from __future__ import annotations

import os
import resource
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from coachvault.serve import web_command


class Command(BaseCommand):
    """Becomes the web server that `make run` starts too: whoever watches this process watches that one."""

    help = "Serves the pages at ADDRESS:PORT, without TLS: a proxy stands in front."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where it listens."""
        parser.add_argument("--bind", default=f"127.0.0.1:{settings.PORT}", metavar="ADDRESS:PORT")

    def handle(self, *args: Any, **options: Any) -> None:
        """Leave no memory on disk, then become the web server."""
        os.umask(0o077)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        command = web_command(options["bind"])
        os.execv(command[0], command)  # noqa: S606
