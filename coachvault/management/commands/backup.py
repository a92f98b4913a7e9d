"""`manage.py backup DIR`: writes two archives, *main* and *secrets*, of one moment. Either alone opens nothing: keep them in two places."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from coachvault.archives.backup import back_up
from coachvault.archives.files import Unfit


class Command(BaseCommand):
    """Runs as the owner, beside an instance that is working."""

    help = "Writes two archives to DIR: main (database, media) and secrets (keyring, keys). Deletes secrets archives older than 7 days."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("folder", metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write them and say what was done."""
        try:
            made = back_up(Path(options["folder"]).absolute())
        except (Unfit, ImproperlyConfigured) as no:
            raise CommandError(str(no)) from no
        for path in (made.main, made.secrets):
            self.stdout.write(f"{path}   {path.stat().st_size / 1024:.0f} kB")
        for path in made.deleted:
            self.stdout.write(f"{path} is gone: it was older than a week.")
        self.stdout.write("Keep the two in different places: either alone opens nothing, both together are the whole instance.")
