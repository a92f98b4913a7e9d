"""What the tests of this room do with a browser, and what they look for in the tables."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

from allauth.mfa.totp.internal import auth as totp
from django.db import connections
from django.test import Client as Browser

from accounts.models import User
from tests.cast import PASSPHRASE

INSIDE = "/accounts/settings/"


def sign_in(browser: Browser, address: str = "camille@example.org", passphrase: str = PASSPHRASE, **more: Any) -> Any:
    return browser.post("/accounts/login/", {"login": address, "password": passphrase, **more})


def is_open(browser: Browser) -> bool:
    """Whether this browser gets to a page behind an open vault."""
    return browser.get(INSIDE, {"again": 1}).status_code == 200


def second_factor(user: User) -> str:
    """Switch on a second factor; the app's secret."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    """What the app shows now."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def everything_stored() -> Iterator[tuple[str, str]]:
    """Every row of every table of both databases, as text; bytes read as letters too."""
    for alias in ("default", "keyring"):
        for name in connections[alias].introspection.table_names():
            with connections[alias].cursor() as cursor:
                cursor.execute(f'select t::text from "{name}" t')
                for (row,) in cursor.fetchall():
                    letters = b"".join(bytes.fromhex(found) for found in re.findall(r"\b(?:[0-9a-f]{2}){16,}\b", row.replace("\\x", " ")))
                    yield f"{alias}.{name}", row + letters.decode("latin1")
