"""“Who sees what?” as a test asks it: what somebody can, by the thing's code and the person's name or kind."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from clients.models import Engagement
from consent.who_sees import Answer, Reader, Table
from sessions import who_sees

PARTIES = ("client", "coach__person", "sponsor")


def seen(engagement: Engagement, reader: str = "coach", at: datetime | None = None) -> Table:
    """The table, read anew."""
    row = Engagement.objects.select_related(*PARTIES).get(pk=engagement.pk)
    return who_sees.table(row, Reader(reader), at or timezone.now())


def answer(table: Table, code: str, who: str, number: int = 0) -> Answer:
    """What somebody, by name or kind of column, can of a thing; where there are several rows of a kind, of one of them."""
    row = [one for one in table.rows if one.code == code][number]
    return next(found for column, found in zip(table.columns, row.answers, strict=True) if who in (column.name, column.kind))


def can(table: Table, code: str, who: str, number: int = 0) -> str:
    """The same in a word."""
    return str(answer(table, code, who, number).can)
