"""When a period of French consumer law ends: not on a Saturday, a Sunday or a public holiday (Code de la consommation, art. L221-19)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

FIXED: Final = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))  # Code du travail, art. L3133-1
AFTER_EASTER: Final = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday: days after Easter Sunday


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    days = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * days) // 451
    month, day = divmod(moon + days - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_working(day: date) -> bool:
    """Whether this is neither a Saturday, a Sunday nor a public holiday in France."""
    moving = {easter(day.year) + timedelta(days=after) for after in AFTER_EASTER}
    return day.weekday() < 5 and (day.month, day.day) not in FIXED and day not in moving


def last_of(day: date) -> date:
    """The day on which a period that would end on `day` ends: that day, or the next working one."""
    while not is_working(day):
        day += timedelta(days=1)
    return day
