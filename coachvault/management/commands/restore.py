"""`manage.py restore DIR`: brings back the newest *main* and *secrets* of DIR onto an empty instance, and destroys again what they know as destroyed."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from coachvault.archives.files import Unfit
from coachvault.archives.restore import bring_back
from coachvault.postgres import PostgresError


class Command(BaseCommand):
    """Runs as the owner. Starts the private PostgreSQL itself where nothing else has."""

    help = "Brings back the newest main and secrets archives of DIR onto an empty instance. Anything else is refused and left as it is."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from."""
        parser.add_argument("folder", metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say up to which moment the instance knows."""
        os.umask(0o077)
        try:
            pair, again = bring_back(Path(options["folder"]).absolute())
        except (Unfit, ImproperlyConfigured, PostgresError) as no:
            raise CommandError(str(no)) from no
        except (DatabaseError, OSError) as no:
            why = no.strerror if isinstance(no, OSError) else type(no).__name__
            raise CommandError(f"The restore stopped ({why}). Nothing starts like this; run it again, and it begins anew.") from no
        main, secrets = (f"{archive.moment:%Y-%m-%d %H:%M:%S} UTC" for archive in (pair.main, pair.secrets))
        self.stdout.write(f"Everything that was saved up to {main} is back. What came after it is lost.")
        self.stdout.write(
            f"What was destroyed up to {secrets} stays destroyed: {again.keys} keys and {again.consents} consents were ended again."
        )
        self.stdout.write("What was shredded or withdrawn after that came back: each coach is shown the date until they confirm it.")
        self.stdout.write("Next: make run (or start your services), then .venv/bin/python manage.py verify")
