"""Write every answer of the decision about disclosures as tables."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from consent import truth_table


class Command(BaseCommand):
    """`manage.py decisions > docs/decisions.md`: after a change of the rules."""

    help = "writes every answer of the decision about disclosures as tables (docs/decisions.md)"
    requires_system_checks: list[str] = []  # noqa: RUF012

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the tables."""
        self.stdout.write(truth_table.whole(), ending="")
