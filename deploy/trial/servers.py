"""PostgreSQL servers of a trial, on loopback, set up with the very files of deploy/postgres; a standby, its promotion, a kill."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from bench.stage import free_port
from coachvault.postgres import binaries, die_with_parent

FILES: Final = Path(__file__).resolve().parents[1] / "postgres"
SECONDS: Final = 30.0
PASSWORD: Final = secrets.token_hex(16)
HBA: Final = "host all all 127.0.0.1/32 scram-sha-256\nhost replication coachvault_standby 127.0.0.1/32 scram-sha-256\n"


def unprivileged() -> dict[str, Any]:
    """As whom PostgreSQL runs: ourselves, or for root somebody who is not."""
    if os.geteuid():
        return {}
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def below(pid: int) -> list[int]:
    """A process and everything it started."""
    parents = {}
    for entry in Path("/proc").iterdir():
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (ValueError, OSError):
            continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


class Server:
    """One server: its folder, its port, and which files of deploy/postgres it has."""

    def __init__(self, place: Path, name: str, *files: str) -> None:
        """A server that is not there yet, in a folder of `place`."""
        self.home, self.name, self.files, self.port = place / name, name, files, free_port()
        self.programs, self.drop = binaries(None), unprivileged()
        self.process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make it, empty."""
        self._folder()
        password = self.home.with_name(f"{self.name}.password")
        password.write_text(PASSWORD)
        if self.drop:
            os.chown(password, self.drop["user"], self.drop["group"])
        self._run("initdb", "-D", self.home, "-U", "postgres", f"--pwfile={password}", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C")
        with (self.home / "postgresql.conf").open("a") as file:
            file.write("include_dir 'conf.d'\n")
        (self.home / "pg_hba.conf").write_text(HBA)
        (self.home / "conf.d").mkdir()
        for name in self.files:
            self.give(name)

    def make_from(self, primary: Server) -> None:
        """Make it a standby of another server, which must not bring along that it waits for a standby."""
        self._folder()
        self._run(
            *("pg_basebackup", "-D", self.home, "-R", "-X", "stream", "--checkpoint=fast"),
            *("-d", f"{primary.url('coachvault_standby', 'postgres')}?application_name=standby"),
        )
        self.take("synchronous.conf")

    def give(self, name: str) -> None:
        """Put a file of deploy/postgres in its place."""
        shutil.copy(FILES / name, self.home / "conf.d" / name)
        if self.drop:
            for path in (self.home / "conf.d", self.home / "conf.d" / name):
                os.chown(path, self.drop["user"], self.drop["group"])

    def take(self, name: str) -> None:
        """Take a file of deploy/postgres away again."""
        (self.home / "conf.d" / name).unlink(missing_ok=True)

    def start(self) -> None:
        """Start it, and return when it answers."""
        with self.home.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.home, "-p", str(self.port), "-c", "listen_addresses=127.0.0.1"]
                + ["-c", "unix_socket_directories="],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGQUIT),
                **self.drop,
            )
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.ask("select 1")
                return
            except psycopg.OperationalError:
                time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not start; it says why in {self.home.with_suffix('.log')}")

    def kill(self) -> None:
        """The machine is gone: every process of the server at once, without a word."""
        assert self.process is not None
        for pid in below(self.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(SECONDS)

    def cut_off(self) -> None:
        """The line between a standby and its primary breaks."""
        self.ask("alter system set primary_conninfo = ''")
        self.ask("select pg_reload_conf()")

    def promote(self) -> None:
        """Make a standby the primary."""
        assert self.ask("select pg_promote(true, 30)") is True

    def url(self, role: str, database: str) -> str:
        """The address of a database of this server."""
        return f"postgresql://{role}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def ask(self, statement: str, database: str = "postgres") -> Any:
        """The first value of a query, as the superuser."""
        with psycopg.connect(self.url("postgres", database), autocommit=True, connect_timeout=3) as connection:
            cursor = connection.execute(statement)
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def make_database(self, database: str) -> None:
        """The roles and the database, as deploy/postgres/roles.sql makes them, with a password each."""
        script = FILES / "roles.sql"
        self._run("psql", "-X", "-q", "-v", f"database={database}", "-d", self.url("postgres", "postgres"), text=script.read_text())
        for role in ("coachvault_owner", "coachvault_app"):
            self.ask(f"alter role {role} password '{PASSWORD}'")

    def _folder(self) -> None:
        self.home.mkdir(mode=0o700)
        if self.drop:
            os.chown(self.home, self.drop["user"], self.drop["group"])

    def _run(self, program: str, *args: Any, text: str | None = None) -> None:
        command = [str(self.programs / program), *map(str, args)]
        done = subprocess.run(command, input=text, capture_output=True, text=True, cwd="/", check=False, **self.drop)
        if done.returncode or "ERROR" in done.stderr:
            raise RuntimeError(f"{program}: {done.stderr}")


@contextmanager
def ending(*servers: Server) -> Iterator[None]:
    """Whatever happens, none of these servers goes on running."""
    try:
        yield
    finally:
        for server in servers:
            server.stop()


def both(first: Server, second: Server, role: str, database: str) -> str:
    """One address for two servers, of which the one that takes writes is meant."""
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in (first, second))
    return f"postgresql://{role}:{PASSWORD}@{hosts}/{database}?target_session_attrs=read-write"
