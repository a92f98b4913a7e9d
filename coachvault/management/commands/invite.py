"""`manage.py invite ADDRESS`: mails the link with which a coach, or an administrator, makes an account."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from clients import actions
from vault.keys_check import refuse_wrong_keys


class Command(BaseCommand):
    """For whoever has the server's shell; the worker sends the letter."""

    help = "Mails a link to make an account here, valid for 24 hours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, and as what."""
        parser.add_argument("address")
        parser.add_argument("--administrator", action="store_true", help="somebody who looks after the instance; they see no content")
        parser.add_argument("--language", choices=["fr", "en"], default="fr")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send it."""
        try:
            validate_email(options["address"])
        except ValidationError as no:
            raise CommandError("This is not an e-mail address.") from no
        refuse_wrong_keys()
        actions.invite_coach(address=options["address"], language=options["language"], is_administrator=options["administrator"], by=None)
        self.stdout.write("A link is on its way.")
