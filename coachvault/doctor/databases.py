"""What must be true of both databases: reachable, in the application's role, up to date, append-only, opened by these keys."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import User
from coachvault.doctor import transport
from coachvault.doctor.findings import Finding, good, missing, warning
from coachvault.postgres import OLDEST, addresses
from vault.keyring.models import Half
from vault.models import Slot
from vault.primitives import Closed
from vault.roles import refuse_owner

URLS: Final = {"default": "DATABASE_URL", "keyring": "KEYRING_URL"}
OWNERS: Final = {"default": "OWNER_URL", "keyring": "KEYRING_OWNER_URL"}
UPGRADE: Final = ".venv/bin/python manage.py upgrade"
TRIGGERS: Final = {  # name: table, and when it fires
    "ledger_rows": ("vault_ledger", "before update or delete on vault_ledger for each row"),
    "ledger_truncate": ("vault_ledger", "before truncate on vault_ledger for each statement"),
    "ledger_signed_rows": ("vault_ledger_signature", "before update or delete on vault_ledger_signature for each row"),
    "ledger_signed_truncate": ("vault_ledger_signature", "before truncate on vault_ledger_signature for each statement"),
}
WAL: Final = {"archive_mode": "off", "max_wal_senders": "0", "wal_recycle": "off"}
LOG: Final = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
CONNECTIONS: Final = 200
CLOCK_SECONDS: Final = 5
WRITES: Final = ("insert", "update", "delete", "truncate")
RELEASES: Final = {  # major version: when it came out, and until when it is corrected
    15: (date(2022, 10, 13), date(2027, 11, 11)),
    16: (date(2023, 9, 14), date(2028, 11, 9)),
    17: (date(2024, 9, 26), date(2029, 11, 8)),
    18: (date(2025, 9, 25), date(2030, 11, 14)),
}


def look() -> Iterator[Finding]:
    """Everything about the databases. What cannot be looked at while one is away is left out."""
    reached = [reachable(alias) for alias in URLS]
    yield from reached
    if any(one.cure for one in reached):
        return
    yield from transport.look()
    yield role()
    yield from (migrations(alias) for alias in URLS)
    if one("select to_regclass('vault_ledger') is null"):
        return
    yield ledger()
    yield unlocks()
    yield keys()
    yield clock()
    yield from (server(alias) for alias in URLS)
    yield wal()
    yield room()
    yield log()


def one(query: str, alias: str = "default") -> Any:
    """The only value of a query."""
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0] if row else None


def shown(names: Iterable[str], alias: str) -> dict[str, str]:
    """Settings of the server as it has them."""
    with connections[alias].cursor() as cursor:
        cursor.execute("select name, setting from pg_settings where name = any(%s)", [list(names)])
        return dict(cursor.fetchall())


def named(alias: str) -> str:
    """What a database is called here."""
    return "keyring" if alias == "keyring" else "database"


def is_private(alias: str) -> bool:
    """Whether the private PostgreSQL of the data folder serves it."""
    return URLS[alias] not in os.environ


def as_owner(alias: str, statements: str) -> str:
    """The command that has these statements executed by the owner of a database. No password stands in it."""
    private = addresses(settings.DATA)[OWNERS[alias]]
    url = repr(private) if OWNERS[alias] not in os.environ else f"os.environ['{OWNERS[alias]}']"
    return f".venv/bin/python -c \"import os, psycopg; psycopg.connect({url}, autocommit=True).execute('{statements}')\""


def as_server(alias: str, wanted: dict[str, str]) -> str:
    """The commands that change settings of a server."""
    if is_private(alias):
        return "Stop `make run` and start it again: it starts its own PostgreSQL with these settings."
    lines = [f'sudo -u postgres psql -c "alter system set {name} = {value}"' for name, value in wanted.items()]
    return "\n".join([*lines, "sudo systemctl restart postgresql    # on that server"])


def reachable(alias: str) -> Finding:
    """The database answers."""
    try:
        one("select 1", alias)
    except (OperationalError, DatabaseError):
        if is_private(alias):
            return missing(named(alias), "the private PostgreSQL is not running", "make run")
        return missing(
            named(alias), f"it does not answer at the address in {URLS[alias]}", f'psql "${URLS[alias]}" -c "select 1"    # says why'
        )
    return good(named(alias), "answers")


def role() -> Finding:
    """The application's role owns nothing, in neither database."""
    try:
        refuse_owner()
    except ImproperlyConfigured as no:
        return missing("role", str(no), UPGRADE)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select table_name || ': ' || privilege from (values ('vault_ledger'), ('vault_ledger_head')) t (table_name), unnest(%s::text[]) privilege "
            "where to_regclass(table_name) is not null and has_table_privilege(to_regclass(table_name), privilege)",
            [list(WRITES)],
        )
        if too_much := [name for (name,) in cursor.fetchall()]:
            return missing("role", f"it may write the ledger past its function ({', '.join(too_much)})", UPGRADE)
    return good("role", "owns nothing")


def migrations(alias: str) -> Finding:
    """Every migration was applied."""
    executor = MigrationExecutor(connections[alias])
    targets = [key for key in executor.loader.graph.leaf_nodes() if (alias == "keyring") == (key[0] == "keyring")]
    waiting = [f"{step.app_label} {step.name}" for step, _ in executor.migration_plan(targets)]
    name = f"migrations of the {named(alias)}"
    return missing(name, f"{len(waiting)} wait ({waiting[0]} first)", UPGRADE) if waiting else good(name, "all applied")


def ledger() -> Finding:
    """The triggers that keep the ledger append-only are there, fire always, and refuse."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select tgname, tgenabled from pg_trigger join pg_proc on pg_proc.oid = tgfoid "
            "where proname = 'ledger_refuse' and prosrc ~ '^\\s*begin raise exception'"
        )
        there = dict(cursor.fetchall())
    wrong = [name for name in TRIGGERS if there.get(name) != "A"]
    statements = [
        *(f"create trigger {name} {TRIGGERS[name][1]} execute function ledger_refuse()" for name in wrong if name not in there),
        *(f"alter table {TRIGGERS[name][0]} enable always trigger {name}" for name in wrong),
    ]
    if wrong:
        said = f"not guarded by {', '.join(wrong)}; afterwards run `manage.py verify`"
        return missing("ledger", said, as_owner("default", "; ".join(statements)))
    return good("ledger", "append-only, whoever writes")


def unlocks() -> Finding:
    """Open vaults are kept out of the WAL."""
    if one("select relpersistence from pg_class where oid = 'vault_unlock'::regclass") != "u":
        return missing("unlock table", "it is written to the WAL", as_owner("default", "alter table vault_unlock set unlogged"))
    return good("unlock table", "unlogged")


def keys() -> Finding:
    """The instance keys open what is stored, the oldest and the newest of it."""
    seen = 0
    for rows, column in ((User.objects.order_by("made_at"), "details"), (Slot.objects.order_by("made_at"), "root_key")):
        for row in {found.pk: found for found in (rows.first(), rows.last()) if found is not None}.values():
            seen += 1
            if not opens(row, column):
                return _wrong_keys(row)
    half = Half.objects.filter(half__isnull=False).first()
    if half is not None and not opens(half, "half"):
        return _wrong_keys(half)
    seen += half is not None
    return good("what is stored", f"opens ({seen} values tried)" if seen else "nothing is stored yet")


def opens(row: Any, column: str) -> bool:
    """Whether the instance keys open this value."""
    try:
        getattr(row, column)
    except Closed:
        return False
    return True


def _wrong_keys(row: Any) -> Finding:
    said = f"the instance keys do not open a stored value ({row._meta.label}): they are not the keys of this instance, or the value was changed"
    return missing(
        "what is stored", said, f"Put {settings.KEYS_FILE} back from the newest secrets archive: .venv/bin/python manage.py restore DIR"
    )


def clock() -> Finding:
    """The database's clock and this machine's agree: one writes the ledger's times, the other decides what is open."""
    apart = abs((timezone.now() - one("select clock_timestamp()")).total_seconds())
    said = f"{apart:.1f} s between the database and this machine"
    return good("clock", said) if apart < CLOCK_SECONDS else missing("clock", said, "sudo timedatectl set-ntp true    # on both machines")


def server(alias: str) -> Finding:
    """PostgreSQL is new enough, and still gets its corrections."""
    name, version = f"PostgreSQL of the {named(alias)}", one("select current_setting('server_version')", alias).split()[0]
    major, today = int(version.partition(".")[0]), timezone.now().date()
    newer = f"sudo apt-get install -y postgresql-{max(RELEASES)}    # then pg_upgradecluster"
    if major < OLDEST:
        return missing(name, f"{version}; {OLDEST} or newer is wanted", newer)
    if major not in RELEASES:
        return good(name, version)
    since, until = RELEASES[major]
    said = f"{version}, out for {(today - since).days / 365.25:.0f} years, corrected until {until}"
    return warning(name, said, newer) if until < today else good(name, said)


def wal() -> Finding:
    """The keyring's server keeps no old files in which a destroyed half would survive."""
    has = shown(WAL, "keyring")
    wrong = {name: value for name, value in WAL.items() if has.get(name) != value}
    if wrong:
        said = "what is shredded survives in old files: " + ", ".join(f"{name} is {has.get(name)}" for name in wrong)
        return missing("keyring's WAL", said, as_server("keyring", wrong))
    return good("keyring's WAL", "nothing old is kept")


def room() -> Finding:
    """Two web processes of 32 threads and a worker find their connections."""
    has = min(int(shown(["max_connections"], alias)["max_connections"]) for alias in URLS)
    if has < CONNECTIONS:
        return missing("connections", f"max_connections is {has}", as_server("default", {"max_connections": str(CONNECTIONS)}))
    return good("connections", f"up to {has}")


def log() -> Finding:
    """The servers' logs hold no statements and no values."""
    wrong = {name: value for alias in URLS for name, value in LOG.items() if shown(LOG, alias).get(name) != value}
    if wrong:
        return warning("servers' logs", "they may hold statements and values", as_server("default", wrong))
    return good("servers' logs", "no statements, no values")
