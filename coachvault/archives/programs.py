"""PostgreSQL's own programs that copy a database out and in: as new as its server, told where it is by their environment alone."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Final

from django.db import connections

from coachvault.archives.files import Unfit
from coachvault.postgres import places

LEFT_OUT: Final = ("vault_unlock", "django_session", "cache")  # open vaults, sign-ins, counters
NAMES: Final = {
    "dbname": "PGDATABASE",
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "options": "PGOPTIONS",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "channel_binding": "PGCHANNELBINDING",
}


def dump(alias: str, target: Path) -> None:
    """Copy a database to a new file, 0600: what one moment saw, while others go on. Raises `Unfit`."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # pg_dump keeps the mode of a file that is there
    without = [f"--exclude-table-data={table}" for table in LEFT_OUT if alias == "default"]
    _run("pg_dump", alias, "--format=custom", "--no-owner", "--no-privileges", "--no-unlogged-table-data", *without, f"--file={target}")


def load(alias: str, source: Path, wanted: int) -> None:
    """Copy what `dump` made into an empty database, all of it or nothing. `wanted` is the version that made it. Raises `Unfit`."""
    name = str(connections[alias].get_connection_params()["dbname"])
    args = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", f"--dbname={name}", str(source)]
    _run("pg_restore", alias, *args, wanted=wanted)


def server(alias: str) -> int:
    """The major version of a database's server."""
    with connections[alias].cursor() as cursor:
        cursor.execute("select current_setting('server_version_num')::int / 10000")
        return int(cursor.fetchone()[0])


def chosen(program: str, wanted: int) -> tuple[int, Path]:
    """The oldest of this program that is at least as new as `wanted`, with its version. Raises `Unfit`."""
    there = sorted((version, place / program) for place in places() if (version := _version(place / program)) >= wanted)
    if not there:
        raise Unfit(f"No {program} of PostgreSQL {wanted} or newer is here. apt-get install postgresql-client-{wanted}")
    return there[0]


def _version(program: Path) -> int:
    if not program.exists():
        return 0
    said = subprocess.run([program, "--version"], capture_output=True, text=True, cwd="/", check=False).stdout
    match = re.search(r" (\d+)", said)
    return int(match[1]) if match else 0


def _run(program: str, alias: str, *args: str, wanted: int = 0) -> None:
    """Run one to its end. What it says is for the person at the terminal, and holds no row: its last line alone is passed on."""
    has = server(alias)
    version, path = chosen(program, max(has, wanted))
    if program == "pg_restore" and version > has and wanted > has:
        raise Unfit(f"The archive was made with PostgreSQL {wanted}; this server is {has}. Use a server of PostgreSQL {wanted} or newer.")
    facts = connections[alias].get_connection_params()
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    env |= {variable: str(facts[name]) for name, variable in NAMES.items() if facts.get(name)}
    done = subprocess.run(
        [path, *args], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", cwd="/", check=False
    )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith(f"{program}: error:")]
        raise Unfit(f"{program} stopped. {(errors or ['It did not say why.'])[-1][:300]}")
