"""`support.words` in templates, each filter under its own name, in the page's language."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from support import words

register = template.Library()


def _quiet(filter_of: Callable[[Any], str]) -> Callable[[Any], str]:
    """Return the filter made silent on what is absent."""
    return lambda value: "" if value is None or value == "" else filter_of(value)


@register.filter
def typographic(value: str | None) -> str:
    """Set a text, or finished HTML between its tags."""
    if not value:
        return ""
    if isinstance(value, SafeString):
        return mark_safe(words.typographic_html(value))  # noqa: S308 — it was safe, and only spaces and quotes change
    return words.typographic(str(value))


@register.filter
def day(value: date | datetime | None) -> str:
    """Show "mardi 24 novembre 2026"."""
    return _quiet(words.day)(value)


@register.filter
def clock(value: datetime | time | None) -> str:
    """Show "14 h 05"."""
    return _quiet(words.clock)(value)


@register.filter
def day_and_time(value: datetime | None) -> str:
    """Show "mardi 24 novembre 2026 à 14 h 05"."""
    return _quiet(words.day_and_time)(value)


@register.filter
def month(value: date | datetime | None) -> str:
    """Show "novembre 2026"."""
    return _quiet(words.month)(value)


@register.filter
def short_day(value: date | datetime | None) -> str:
    """Show "24/11/2026"."""
    return _quiet(words.short_day)(value)


@register.filter
def span(value: int | None) -> str:
    """Show a number of minutes as "1 h 30"."""
    return _quiet(words.span)(value)


@register.filter
def hours(value: int | None) -> str:
    """Show a total of minutes as "12,5 h"."""
    return _quiet(words.hours)(value)


@register.filter
def listed(value: list[str] | None) -> str:
    """Show "a, b et c"."""
    return _quiet(words.listed)(value)


@register.filter
def ordinal(value: int | None) -> str:
    """Show "1er", "2e"."""
    return _quiet(words.ordinal)(value)


@register.filter
def initials(value: str | None) -> str:
    """Show "J.-P. M."."""
    return _quiet(words.initials)(value)


@register.filter
def euros(value: int | None) -> str:
    """Show cents as "1 234,50 €"."""
    return _quiet(words.euros)(value)
