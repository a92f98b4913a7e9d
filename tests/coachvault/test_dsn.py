"""A database's address means to Django what it means to libpq, and nothing that it asks for is dropped."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql.base import DatabaseWrapper

from coachvault import dsn
from coachvault.serve import BASE

pytestmark = pytest.mark.no_database
TWO = "postgresql://coachvault_app:p%40ss@db1.example:5432,db2.example:5433/coachvault?target_session_attrs=read-write&sslmode=verify-full"


def test_two_servers_of_which_one_takes_writes() -> None:
    found = dsn.database(TWO, "DATABASE_URL")

    assert (found["HOST"], found["PORT"]) == ("db1.example,db2.example", "5432,5433")
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("coachvault_app", "p@ss", "coachvault")
    assert found["OPTIONS"]["target_session_attrs"] == "read-write"


def test_tls_that_was_asked_for_reaches_the_connection() -> None:
    settings = dsn.database(TWO, "DATABASE_URL") | {"TIME_ZONE": None, "CONN_HEALTH_CHECKS": True, "AUTOCOMMIT": True}

    given = DatabaseWrapper(settings).get_connection_params()

    assert given["sslmode"] == "verify-full"
    assert given["host"] == "db1.example,db2.example"


def test_a_socket_with_a_port() -> None:
    found = dsn.database("postgresql://coachvault_app@%2Fvar%2Frun%2Fpostgresql:5433/keyring", "KEYRING_URL")

    assert (found["HOST"], found["PORT"], found["NAME"]) == ("/var/run/postgresql", "5433", "keyring")


def test_a_silent_server_is_given_up_after_seconds_unless_the_address_says_otherwise() -> None:
    assert dsn.database("postgresql://a@h/d", "DATABASE_URL")["OPTIONS"]["connect_timeout"] == "3"
    assert dsn.database("postgresql://a@h/d?connect_timeout=9", "DATABASE_URL")["OPTIONS"]["connect_timeout"] == "9"


@pytest.mark.parametrize("url", ["mysql://a:secret@h/d", "postgresql://a:secret@h/d?nonsense=1", "postgresql://a:secret@h", ""])
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is no address of a PostgreSQL database") as refused:
        dsn.database(url, "DATABASE_URL")

    assert "secret" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_the_grants_need_a_role() -> None:
    assert dsn.role(TWO, "DATABASE_URL") == "coachvault_app"
    with pytest.raises(ImproperlyConfigured, match="KEYRING_URL names no role"):
        dsn.role("postgresql:///keyring?host=/var/run/postgresql", "KEYRING_URL")


@pytest.mark.parametrize("proxies", ["-1", "two"])
def test_a_number_of_proxies_that_is_none_stops_the_start(proxies: str) -> None:
    env = {**os.environ, "COACHVAULT_PROXIES": proxies}

    done = subprocess.run(
        [sys.executable, "-c", "import coachvault.settings"], cwd=BASE, env=env, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "COACHVAULT_PROXIES" in done.stderr
