"""A database's address, read as libpq itself reads it: several hosts, TLS, a file with the password. Nothing it asks for is dropped."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

# A server that is gone without a word is given up after seconds, not after the quarter of an hour of TCP; an address may say otherwise
LIVELY: Final = {
    "connect_timeout": "3",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
PLACES: Final = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}


def database(url: str, setting: str) -> dict[str, Any]:
    """Django's settings of the database at `url`; raises ImproperlyConfigured, and does not repeat what may hold a password."""
    try:
        facts = conninfo_to_dict(url)
    except ProgrammingError:
        facts = {}
    if not facts.get("dbname"):
        raise ImproperlyConfigured(
            f"{setting} is no address of a PostgreSQL database. postgresql://role@host/database is one; "
            "of two servers: postgresql://role@host1,host2/database?target_session_attrs=read-write"
        )
    named: dict[str, Any] = {place: str(facts.pop(name, None) or "") for place, name in PLACES.items()}
    return named | {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {**LIVELY, **facts}}


def role(url: str, setting: str) -> str:
    """The role in an address; raises ImproperlyConfigured."""
    found = str(database(url, setting)["USER"])
    if not found:
        raise ImproperlyConfigured(f"{setting} names no role. postgresql://role@host/database does.")
    return found
