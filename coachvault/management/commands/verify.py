"""`manage.py verify`: walks the ledger and opens nothing; says what does not hold and where, and then ends with status 1."""

from __future__ import annotations

import sys
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils import timezone

from coachvault.verification import checks
from vault.keys_check import refuse_wrong_keys
from vault.verification import Check

SHOWN: Final = 20


class Command(BaseCommand):
    """Runs in the application's role, beside an instance that is working."""

    help = "Checks chains, rows, stored bytes, keys and grants against the ledger. Opens nothing. Exit status 1 on a break."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per check, then where it does not hold."""
        refuse_wrong_keys()  # every signature would seem wrong
        broken = 0
        for check in checks(timezone.now()):
            self._tell(check)
            broken += bool(check.found) and not check.is_remark
        if broken:
            self.stdout.write(f"\n{broken} of the checks above do not hold.")
            sys.exit(1)
        self.stdout.write("\nEverything holds.")

    def _tell(self, check: Check) -> None:
        word = "good" if not check.found else "REMARK" if check.is_remark else "BROKEN"
        more = f", {len(check.found)} found" if check.found else ""
        self.stdout.write(f"{word:<7} {check.name} ({check.asked}{more})")
        for one in check.found[:SHOWN]:
            self.stdout.write(f"          {one.where} {one.why}")
        if len(check.found) > SHOWN:
            self.stdout.write(f"          … and {len(check.found) - SHOWN} more")
