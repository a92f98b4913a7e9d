"""`manage.py check` fails on a view that does not say whom it admits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, get_resolver

from accounts.doors import Anyone


def every_view(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every address of the instance and the view behind it."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        where = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield where, pattern.callback
        else:
            yield from every_view(pattern.url_patterns, where)


@register("doors")
def every_view_says_whom_it_admits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """List the views without a door, and those where the door and Django's own login requirement disagree."""
    found: list[CheckMessage] = []
    for where, view in every_view():
        who = getattr(view, "admits", None)
        if who is None:
            found.append(Error(f"/{where} does not say whom it admits", id="accounts.E001"))
        elif getattr(view, "login_required", True) == (who is Anyone):
            found.append(Error(f"/{where} admits {who.__name__}, but its login requirement says otherwise", id="accounts.E002"))
    return found
