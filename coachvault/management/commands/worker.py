"""`manage.py worker`: does the jobs, in the application's role and in no other."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from vault.roles import refuse_owner


class Command(BaseCommand):
    """Runs until it is asked to stop, and then finishes the job at hand."""

    help = "Does the jobs of the queue until asked to stop."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse the owner's role, then work."""
        refuse_owner()
        connections.close_all()
        connector = app.connector
        assert isinstance(connector, DjangoConnector)
        with app.replace_connector(connector.get_worker_connector()) as queue:
            queue.run_worker(shutdown_graceful_timeout=5)
