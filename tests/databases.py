"""The databases of the tests: made and migrated by the owner, then used by the application's role."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from dj_database_url import parse
from django.db import connections
from django.test.utils import setup_databases, teardown_databases

NAMES = {"default": ("DATABASE_URL", "OWNER_URL"), "keyring": ("KEYRING_URL", "KEYRING_OWNER_URL")}
numbers = itertools.count(1)


def use_role(role: str) -> None:
    """Make both connections those of `role`, "app" or "owner"."""
    for alias, (app, owner) in NAMES.items():
        wanted = parse(os.environ[app if role == "app" else owner])
        connections[alias].close()
        connections[alias].settings_dict.update(USER=wanted["USER"], PASSWORD=wanted["PASSWORD"])


@contextmanager
def as_owner() -> Iterator[None]:
    """Run what is inside as the owner of the databases; for set-up and for acts that only the owner may do."""
    use_role("owner")
    try:
        yield
    finally:
        use_role("app")


def owner_connection(alias: str) -> psycopg.Connection:
    """The owner, beside the database that is to be copied or dropped."""
    facts = parse(os.environ[NAMES[alias][1]])
    port = facts["PORT"] or None
    return psycopg.connect(
        host=facts["HOST"], port=port, user=facts["USER"], password=facts["PASSWORD"] or None, dbname=facts["NAME"], autocommit=True
    )


def end_connections(owner: psycopg.Connection, name: str) -> None:
    """End what is still connected to a database: once a browser runs, Django no longer sees the connections made before.

    Of one that is ending by itself PostgreSQL no longer says whose it is: it is looked for again.
    """
    for _ in range(50):
        try:
            owner.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()"
                " and backend_type = 'client backend'",
                [name],
            )
        except psycopg.errors.InsufficientPrivilege:
            time.sleep(0.1)
        else:
            return


def run_alone(owner: psycopg.Connection, name: str, statement: str) -> None:
    """Run what PostgreSQL refuses while somebody is connected to this database, once nobody is."""
    for _ in range(50):
        end_connections(owner, name)
        try:
            owner.execute(statement)
        except psycopg.errors.ObjectInUse:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"somebody stays connected to {name}")


def grant() -> None:
    """Say the grants, as `manage.py upgrade` does after every migration."""
    from vault.roles import grant_to

    for alias, (app, _) in NAMES.items():
        grant_to(parse(os.environ[app])["USER"], alias)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker, django_db_modify_db_settings: None) -> Iterator[None]:
    """Both databases, migrated and granted; from then on every test is the application's role."""
    from coachvault.management.commands.upgrade import make_cache_table

    with django_db_blocker.unblock():
        use_role("owner")
        made = setup_databases(verbosity=0, interactive=False, aliases=list(NAMES), serialized_aliases=[])
        make_cache_table()
        grant()
        use_role("app")
    yield
    with django_db_blocker.unblock():
        use_role("owner")
        for alias in NAMES:
            with owner_connection(alias) as owner:
                end_connections(owner, connections[alias].settings_dict["NAME"])
        teardown_databases(made, verbosity=0)


def copies(django_db_setup: None, django_db_blocker) -> Iterator[dict[str, str]]:
    """For tests that must really commit: copies of both databases, thrown away afterwards; the names by alias."""
    names: dict[str, str] = {}
    sources = {alias: connections[alias].settings_dict["NAME"] for alias in NAMES}
    with django_db_blocker.unblock():
        for alias, source in sources.items():
            names[alias] = f"{source}_{next(numbers)}"
            connections[alias].close()
            with owner_connection(alias) as owner:
                run_alone(owner, source, f'create database "{names[alias]}" template "{source}"')
            connections[alias].settings_dict["NAME"] = names[alias]
        use_role("owner")
        grant()  # a copy brings its tables' grants along, not the database's own
        use_role("app")
        try:
            yield names
        finally:
            for alias, source in sources.items():
                connections[alias].close()
                connections[alias].settings_dict["NAME"] = source
                with owner_connection(alias) as owner:
                    # not "with (force)": the owner may not end a vacuum that way, and waits for it this way
                    run_alone(owner, names[alias], f'drop database "{names[alias]}"')


# A module whose tests share their people says `own_databases = pytest.fixture(copies, scope="module")`
own_databases = pytest.fixture(copies)
