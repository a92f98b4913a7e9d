"""The application's role reads and writes rows, and rules nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connections, transaction

from coachvault.postgres import APP
from tests.databases import as_owner, grant
from vault.roles import grant_to, refuse_owner

BOTH = pytest.mark.parametrize("alias", ["default", "keyring"])


def one(query: str, alias: str = "default") -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


@BOTH
def test_the_tests_run_as_a_role_that_owns_nothing(alias: str) -> None:
    owned = "(select count(*) from pg_class where relowner = current_user::regrole)"

    assert one(f"select current_user, session_user, {owned}", alias) == (APP, APP, 0)


@BOTH
@pytest.mark.parametrize(
    "statement",
    [
        "create table mine (number integer)",
        "create temporary table mine (number integer)",
        "create schema mine",
        "create function mine() returns integer language sql as 'select 1'",
        "alter table django_migrations add mine integer",
        "truncate django_migrations",
        "delete from django_migrations",
        "set role coachvault_owner",
        "set session_replication_role = replica",
    ],
)
def test_it_changes_no_schema_and_no_rule(alias: str, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied|must be owner"), transaction.atomic(using=alias):
        one(statement, alias)


def test_it_calls_no_function_that_was_not_opened_by_name() -> None:
    query = "select proname from pg_proc where pronamespace = 'public'::regnamespace and has_function_privilege(oid, 'execute')"

    with connections["default"].cursor() as cursor:
        cursor.execute(query)
        callable_by_it = {name for (name,) in cursor.fetchall() if not name.startswith("procrastinate_")}

    assert callable_by_it == {"ledger_append", "told_as_resealed"}


def test_the_application_starts_in_its_own_role() -> None:
    refuse_owner()


def test_the_application_refuses_to_start_as_the_owner(own_databases: dict[str, str]) -> None:
    with as_owner(), pytest.raises(ImproperlyConfigured, match="coachvault_owner, which owns or rules"):
        refuse_owner()


def test_a_table_of_a_later_migration_is_opened_too(own_databases: dict[str, str]) -> None:
    with as_owner(), connections["default"].cursor() as cursor:
        cursor.execute("create table later (number integer)")
        grant()

    assert one("select has_table_privilege('later', 'insert'), has_table_privilege('later', 'truncate')") == (True, False)


@BOTH
def test_an_upgrade_killed_while_it_grants_takes_nothing_from_the_application(own_databases: dict[str, str], alias: str) -> None:
    def killed(execute: Any, statement: Any, *rest: Any) -> Any:
        if "grant select" in str(statement):
            raise KeyboardInterrupt
        return execute(statement, *rest)

    with as_owner(), pytest.raises(KeyboardInterrupt), connections[alias].execute_wrapper(killed):
        grant_to(APP, alias)

    assert one("select count(*) >= 0 from django_migrations", alias) == (True,)
