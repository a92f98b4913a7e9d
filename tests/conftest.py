"""What every test has: both databases, no network but this machine's own, and a browser where one is asked for."""

from __future__ import annotations

import pytest
from django.conf import settings

from tests.cast import Cast
from tests.databases import django_db_setup, own_databases
from tests.live import base_url, browser_and_rows, browser_type_launch_args, live, live_data, live_mail, static_files
from vault import primitives, slots

__all__ = [
    "base_url",
    "browser_and_rows",
    "browser_type_launch_args",
    "django_db_setup",
    "live",
    "live_data",
    "live_mail",
    "own_databases",
    "static_files",
]


def pytest_configure() -> None:
    """Let each browser of a test find static files when it asks for one: looking through all of them took longer than most requests."""
    settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test may use both databases, in a transaction of its own; unless it takes copies, or says `no_database`.

    Whoever drives a browser comes last: its event loop then runs on this thread, and jobs refuse to be run beside one.
    """
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "own_databases" in names or item.get_closest_marker("no_database") or item.get_closest_marker("django_db"):
            continue
        item.add_marker(pytest.mark.django_db(databases=["default", "keyring"]))


@pytest.fixture(autouse=True)
def _quick_argon2(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cheapest Argon2id that the vault accepts; one test has the real one."""
    monkeypatch.setattr(slots, "COST", primitives.FLOOR)


@pytest.fixture
def cast() -> Cast:
    """The people of the tests: tests/cast.py."""
    return Cast()
