"""Periods of consumer law end on a working day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import days

pytestmark = pytest.mark.no_database


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25), (2285, 3, 22)]
)
def test_easter_is_when_the_calendar_says(year: int, month: int, day: int) -> None:
    assert days.easter(year) == date(year, month, day)


@pytest.mark.parametrize(
    ("would_end", "ends"),
    [
        (date(2026, 11, 26), date(2026, 11, 26)),  # a Thursday
        (date(2026, 11, 28), date(2026, 11, 30)),  # a Saturday
        (date(2026, 12, 25), date(2026, 12, 28)),  # Christmas, then a weekend
        (date(2027, 3, 28), date(2027, 3, 30)),  # Easter Sunday, then Easter Monday
        (date(2027, 5, 6), date(2027, 5, 7)),  # Ascension
        (date(2027, 5, 17), date(2027, 5, 18)),  # Whit Monday
    ],
)
def test_a_period_ends_on_a_working_day(would_end: date, ends: date) -> None:
    assert days.last_of(would_end) == ends


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_it_is_never_shortened_and_never_long(day: date) -> None:
    end = days.last_of(day)

    assert days.is_working(end)
    assert day <= end <= day + timedelta(days=5)
