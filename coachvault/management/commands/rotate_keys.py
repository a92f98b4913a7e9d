"""`manage.py rotate_keys`: a new instance key in front, and everything closed anew with it. `--finish` takes the old one away."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from coachvault import rotation
from coachvault.archives.files import Unfit


class Command(BaseCommand):
    """Runs as the owner, beside an instance that is working. Killed, it goes on where it was when it is run again."""

    help = "Puts a new instance key in front and closes everything anew with it. --finish takes out old keys that nothing names any more."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which of the two."""
        parser.add_argument("--finish", action="store_true", help="take the old key out of the file, once nothing names it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say what is left to do."""
        try:
            if options["finish"]:
                for name in rotation.finish():
                    self.stdout.write(f"The key {name} is gone from the file. Archives made before the rotation need it.")
                self.stdout.write("Make a backup now: .venv/bin/python manage.py backup DIR")
                return
            self._tell(rotation.rotate())
        except (Unfit, ImproperlyConfigured) as no:
            raise CommandError(str(no)) from no

    def _tell(self, done: rotation.Done) -> None:
        self.stdout.write(
            f"{done.name} is the newest key: {done.values} values were closed anew with it, {done.digests} digests made anew."
        )
        for one in done.closed:
            self.stdout.write(f"  does not open, and stays as it is: {one}")
        if done.left:
            told = ", ".join(f"{count} with {name}" for name, count in done.left.items())
            self.stdout.write(f"Written meanwhile, or not to be opened: {told}. Run it again.")
            return
        self.stdout.write("Nothing names an old key any more. Every archive made until now needs it: make a backup, and keep it.")
        self.stdout.write("When no older archive is needed: .venv/bin/python manage.py rotate_keys --finish")
