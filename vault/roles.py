"""What the application's role may do, and the refusal to run as any other.

Everything is closed first and then opened by name; the owner says it again after every migration.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

READ = "select"
ADD = "select, insert"
ALL = "select, insert, update, delete"
TABLES = {
    "django_migrations": READ,
    "vault_ledger": READ,  # written through ledger_append alone
    "vault_ledger_head": READ,
    "vault_ledger_signature": ADD,
    "consent_consentevent": ADD,  # what happened to a consent has happened
    "pades_authority": "select, insert, update",  # made once, never taken away
}
FUNCTIONS = ("ledger_append", "keyring_clean", "told_as_resealed")
FUNCTION_FAMILIES = ("procrastinate_",)  # the queue's own: they run with the caller's rights

RULES = """
select role.rolname from pg_roles role
where role.rolname in (session_user, current_user) and (
  role.rolsuper or role.rolbypassrls or role.rolcreatedb or role.rolcreaterole or role.rolreplication
  or exists (select 1 from pg_class where relowner = role.oid)
  or exists (select 1 from pg_proc where proowner = role.oid)
  or exists (select 1 from pg_namespace where nspowner = role.oid)
  or exists (select 1 from pg_database where datname = current_database() and pg_has_role(role.oid, datdba, 'MEMBER'))
  or has_schema_privilege(role.oid, 'public', 'CREATE'))
"""


def grant_to(role: str, alias: str) -> None:
    """Give the application's `role` what it may have in the database `alias`, and nothing else. Run as the owner."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        app = sql.Identifier(role)
        close_database(cursor, app)
        grant_tables(cursor, app)
        grant_functions(cursor, app)


def say(cursor: CursorWrapper, statement: str, **names: sql.Composable) -> None:
    """Execute a statement with its names quoted."""
    cursor.execute(sql.SQL(statement).format(**names))  # type: ignore[arg-type]


def close_database(cursor: CursorWrapper, app: sql.Identifier) -> None:
    """Let nobody but the application and the owner in, where the database is ours to close."""
    cursor.execute("select datname, pg_has_role(current_user, datdba, 'MEMBER') from pg_database where datname = current_database()")
    name, ours = cursor.fetchone()
    if ours:
        database = sql.Identifier(name)
        say(cursor, "revoke all on database {database} from public, {app}", database=database, app=app)
        say(cursor, "grant connect on database {database} to {app}", database=database, app=app)
        say(cursor, "revoke create on schema public from public, {app}", app=app)
    say(cursor, "grant usage on schema public to {app}", app=app)


def grant_tables(cursor: CursorWrapper, app: sql.Identifier) -> None:
    """Close every table of ours, then open each as far as it needs."""
    cursor.execute("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') "
                   "and relowner = current_user::regrole")  # fmt: skip
    for (table,) in cursor.fetchall():
        say(cursor, "revoke all on {table} from public, {app}", table=sql.Identifier("public", table), app=app)
        say(cursor, f"grant {TABLES.get(table, ALL)} on {{table}} to {{app}}", table=sql.Identifier("public", table), app=app)
    say(cursor, "grant usage, select on all sequences in schema public to {app}", app=app)


def grant_functions(cursor: CursorWrapper, app: sql.Identifier) -> None:
    """Close every function of ours, whatever its arguments, then open those the application calls."""
    cursor.execute("select proname, oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace "
                   "and prokind in ('f', 'p') and proowner = current_user::regrole")  # fmt: skip
    for name, signature in cursor.fetchall():
        function = sql.SQL(signature)
        say(cursor, "revoke all on routine {function} from public, {app}", function=function, app=app)
        if name in FUNCTIONS or name.startswith(FUNCTION_FAMILIES):
            say(cursor, "grant execute on routine {function} to {app}", function=function, app=app)


def refuse_owner() -> None:
    """Raise ImproperlyConfigured if the application runs as a role that owns or rules one of its databases."""
    for alias, setting in (("default", "DATABASE_URL"), ("keyring", "KEYRING_URL")):
        with connections[alias].cursor() as cursor:
            cursor.execute(RULES)
            if ruler := cursor.fetchone():
                raise ImproperlyConfigured(
                    f"The application may not run as {ruler[0]}, which owns or rules the {alias} database. "
                    f"Set {setting} to the application's role, which owns nothing."
                )
