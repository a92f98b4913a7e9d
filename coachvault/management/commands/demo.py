"""`manage.py demo`: makes the invented practice for trying out, writes its manifest, or takes it away again."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from clients.models import Practice
from coachvault.demo import ROWS
from coachvault.demo.build import Demo
from coachvault.demo.manifest import manifest
from coachvault.demo.people import PEOPLE, passphrase
from support.jobs import held
from vault.keys_check import refuse_wrong_keys


class Command(BaseCommand):
    """Only where the address is this machine's."""

    help = "Makes the demo practice if it is not there; --manifest FILE writes who signs in how; --remove takes it away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which of the three things to do."""
        parser.add_argument("--manifest", metavar="FILE", help="write the manifest to FILE (0600)")
        parser.add_argument("--first-start", action="store_true", help="only on an instance without any practice; prints the sign-ins")
        parser.add_argument("--remove", action="store_true", help="take the whole demo away")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make, write or remove."""
        if not settings.LOCAL or settings.HTTPS:
            raise CommandError(f"The demo is for trying out on this machine only; COACHVAULT_URL is {settings.URL}.")
        refuse_wrong_keys()
        with held():  # the worker lives in the present: what the demo's past has not closed yet, it would
            return self._do(options)

    def _do(self, options: dict[str, Any]) -> None:
        exists = User.objects.filter(is_demo=True).exists()
        if options["remove"]:
            return self._remove(exists)
        if options["first_start"] and Practice.objects.exists():
            return None
        if not exists:
            Demo(timezone.now()).make()
        if options["first_start"]:
            self._print_sign_ins()
        if options["manifest"]:
            self._write(Path(options["manifest"]))
        return None

    def _write(self, path: Path) -> None:
        if not (Path(settings.DATA) / ROWS).exists():
            raise CommandError("This instance's demo was not finished. `manage.py demo --remove`, then `manage.py demo` again.")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(manifest(timezone.now()), file, ensure_ascii=False, indent=1)

    def _print_sign_ins(self) -> None:
        self.stdout.write("Demo sign-ins (address, passphrase):")
        for person in PEOPLE.values():
            self.stdout.write(f"  {person.role:7} {person.address:24} {passphrase(person)}")

    def _remove(self, exists: bool) -> None:
        from coachvault.demo.removal import remove

        if exists:
            remove(timezone.now())
        (Path(settings.DATA) / ROWS).unlink(missing_ok=True)
        self.stdout.write("The demo is gone." if exists else "There was no demo here.")
