"""`manage.py doctor`: each thing the instance needs is good, or the exact command that cures it is said; status 1 if something is missing."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from coachvault.doctor import databases, ground, safety, services
from coachvault.doctor.findings import is_missing, told


class Command(BaseCommand):
    """Runs in the application's role, beside an instance that is working or not."""

    help = "Looks at each thing the instance needs, and says the command that cures what is missing. Exit status 1 if something is."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at everything, then say how it is."""
        findings = [*ground.look(ground.Place.found()), *databases.look(), *safety.look(), *services.look()]
        self.stdout.write(told(findings))
        if is_missing(findings):
            self.stdout.write("Something is missing; the lines with an arrow cure it.")
            sys.exit(1)
        self.stdout.write("Nothing is missing.")
