"""`manage.py worker`: does the jobs, in the application's role and in no other."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from vault.roles import refuse_owner


class Command(BaseCommand):
    """Runs until it is asked to stop, and then finishes the job at hand."""

    help = "Does the jobs of the queue until asked to stop."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse the owner's role, then work."""
        refuse_owner()
        connections.close_all()
        call_command("procrastinate", "worker", "--shutdown-graceful-timeout", "5")
