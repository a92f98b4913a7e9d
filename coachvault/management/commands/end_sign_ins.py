"""`manage.py end_sign_ins ADDRESS` or `--everybody`: signs people out wherever they are, and shuts their vaults."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import actions
from accounts.models import User
from vault import instance


class Command(BaseCommand):
    """For whoever has the server's shell, after a theft or when somebody calls. Nobody's passphrase changes."""

    help = "Ends every sign-in of one person, or of everybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("address", nargs="?")
        whose.add_argument("--everybody", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """End them."""
        people = User.objects.order_by("pk")
        if not options["everybody"]:
            people = people.filter(username=instance.address_digest(options["address"]))
            if not people:
                raise CommandError("Nobody has this address.")
        for person in people:
            actions.end_sign_ins(person=person, by=None)
        self.stdout.write(f"Signed out wherever they were: {len(people)}.")
