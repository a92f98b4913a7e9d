"""`make run`: private PostgreSQL, web server and job worker, started, watched and stopped as one.

One Ctrl-C (or SIGTERM, or a closed terminal) stops all of it in order; even kill -9 leaves nothing running.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from environs import Env

from coachvault.first_run import KeysMissing, make_secrets
from coachvault.postgres import Cluster, PostgresError, die_with_parent

BASE = Path(__file__).resolve().parent.parent
LONGEST_PAUSE = 60.0
RESTORING = "restoring"  # a file that a restore holds locked
PATIENCE = 15.0  # seconds for a child to end by itself


class CannotServe(RuntimeError):
    """Something stands in the way; the text says what, and what cures it."""


@dataclass
class Pause:
    """How long to wait before a new start: longer after each quick end, up to a minute."""

    seconds: float = 1.0
    until: float = 0.0

    def after_end(self, lived: float, now: float) -> None:
        """Note that something ended after `lived` seconds."""
        self.seconds = 1.0 if lived > LONGEST_PAUSE else min(LONGEST_PAUSE, self.seconds * 2)
        self.until = now + self.seconds


@dataclass
class Child:
    """A program that is kept running."""

    name: str
    command: list[str]
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: Pause = field(default_factory=lambda: Pause(seconds=0.5))

    def watch(self, now: float) -> None:
        """Start it if it does not run and its pause is over."""
        if self.process and self.process.poll() is not None:
            self.pause.after_end(now - self.started, now)
            say(f"The {self.name} ended ({self.process.returncode}); starting it again in {self.pause.seconds:.0f} s.")
            self.process = None
        if self.process is None and now >= self.pause.until:
            self.started = now
            self.process = spawn(self.command, self.env)

    def ask_to_end(self) -> None:
        """Ask it to finish what it is at, and end."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def end(self) -> None:
        """Wait for it to end, and end it if it does not."""
        if self.process:
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def say(line: str) -> None:
    """Tell the person at the terminal."""
    print(line, flush=True)


def spawn(command: list[str], env: dict[str, str], stdout: IO[str] | None = None, stderr: IO[str] | None = None) -> subprocess.Popen[bytes]:
    """Start a program that hears no Ctrl-C of ours and does not outlive us."""
    return subprocess.Popen(
        command,
        env=env,
        cwd=BASE,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )


def restore_is_at_work(data: Path) -> bool:
    """Whether `manage.py restore` is at work here. A restore that was killed has let go of its file."""
    try:
        with (data / RESTORING).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def web_command(bind: str) -> list[str]:
    """The web server. Its log holds no addresses of pages, and nothing but Django decides which proxy to believe."""
    beat = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108
    return [
        *(sys.executable, "-m", "gunicorn", "coachvault.wsgi", "--bind", bind),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "32", "--backlog", "256", "--keep-alive", "5"),
        *("--graceful-timeout", "5", "--log-level", "warning", "--logger-class", "coachvault.error_reports.ServerLog"),
        *("--forwarded-allow-ips", "", "--no-control-socket"),
        *beat,
    ]


def worker_command() -> list[str]:
    """The worker that does the jobs."""
    return [sys.executable, "manage.py", "worker", "--supervised"]


class Instance:
    """One data folder and one port, and everything that runs for them."""

    def __init__(self) -> None:
        """Read the settings that decide where things lie."""
        if (BASE / ".env").exists():
            Env().read_env(str(BASE / ".env"), recurse=False)
        self.data = Path(os.environ.get("COACHVAULT_DATA") or BASE / "var").resolve()
        port = os.environ.get("PORT") or "8000"
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise CannotServe(f"PORT is {port!r}: a number from 1 to 65535 is wanted.")
        self.port = int(port)
        self.url = (os.environ.get("COACHVAULT_URL") or f"http://127.0.0.1:{port}").rstrip("/")
        self.local = urlsplit(self.url).hostname in {"127.0.0.1", "::1", "localhost"}
        self.env = {**os.environ, "COACHVAULT_DATA": str(self.data), "PORT": port}
        self.stopping = threading.Event()
        self.cluster: Cluster | None = None
        self.cluster_started, self.pause = 0.0, Pause(seconds=0.5)
        self.children = [
            Child("web server", web_command(f"127.0.0.1:{port}"), self.env),
            Child("worker", worker_command(), self.env),
        ]
        self.lock: IO[str] | None = None

    def serve(self) -> int:
        """Start everything, keep it running until asked to stop, stop everything."""
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, lambda *_: self.stopping.set())
        self.take_folder()
        self.check_port()
        make_secrets(self.data)
        try:
            if "DATABASE_URL" not in os.environ:
                self.cluster = Cluster(self.data)
                self.cluster.start(self.stopping.is_set)
            self.prepare()
            self.keep_running()
        finally:
            self.stop()
        return 0

    def take_folder(self) -> None:
        """Make sure that no other instance uses the data folder."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.lock = (self.data / "lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotServe(
                f"{self.data} is in use by another CoachVault. Stop that one, or choose another folder: COACHVAULT_DATA=… make run"
            ) from None

    def check_port(self) -> None:
        """Make sure that the port can be had."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except PermissionError:
                raise CannotServe(f"Port {self.port} is for root only. Choose another: PORT=8000 make run") from None
            except OSError:
                raise CannotServe(f"Port {self.port} is taken. Choose another: PORT={self.port % 65535 + 1} make run") from None

    def prepare(self) -> None:
        """Bring databases and static files up to date; on a first start make the demo practice."""
        if self.stopping.is_set():
            return
        upgrade = spawn([sys.executable, "manage.py", "upgrade"], self.env)
        if self.wait(upgrade) and not self.stopping.is_set():
            raise CannotServe("The instance could not be brought up to date; it says why above. Nothing was started.")
        if self.local and os.environ.get("COACHVAULT_DEMO") != "0" and list(BASE.glob("*/management/commands/demo.py")):
            self.show_demo()

    def show_demo(self) -> None:
        """Print the demo practice's sign-ins; make it if this was never tried and there is no practice."""
        kept = self.data / "demo-tried"
        if not kept.exists() and not self.stopping.is_set():
            say("First start: making the demo practice. This takes a moment.")
            new = kept.with_suffix(".new")
            with new.open("w") as told:
                demo = spawn([sys.executable, "manage.py", "demo", "--first-start"], self.env, stdout=told)
                failed = self.wait(demo)
            if failed:
                say("The demo practice could not be made; it says why above. CoachVault itself is not affected.")
                return
            new.chmod(0o600)
            new.replace(kept)
        if kept.exists() and kept.stat().st_size:
            say(kept.read_text().rstrip())

    def wait(self, process: subprocess.Popen[bytes]) -> int:
        """The exit status of a step, which ends early when we are asked to stop."""
        while process.poll() is None:
            if self.stopping.wait(0.05):
                process.terminate()
                process.wait()
        return process.returncode

    def keep_running(self) -> None:
        """Start the children, say where they are, and start again what ends."""
        told = False
        while not self.stopping.is_set():
            now = time.monotonic()
            self.watch_cluster(now)
            self.overwrite_log()
            if restore_is_at_work(self.data):
                self.stand_still()
                continue
            for child in self.children:
                child.watch(now)
            if not told and self.answers():
                say(f"CoachVault is at {self.url}   Ctrl-C stops it.")
                if self.local:
                    say(f"For passkeys, which want a name: http://localhost:{self.port}")
                told = True
            self.stopping.wait(0.2 if told else 0.05)

    def watch_cluster(self, now: float) -> None:
        """Start PostgreSQL again if it ended."""
        if self.cluster and not self.cluster.is_running() and now >= self.pause.until:
            say("PostgreSQL ended; starting it again.")
            self.pause.after_end(now - self.cluster_started, now)
            self.cluster_started = now
            try:
                self.cluster.start(self.stopping.is_set)
            except PostgresError as error:
                say(f"{error}\nTrying again in {self.pause.seconds:.0f} s.")

    def overwrite_log(self) -> None:
        """Once the worker has cleaned the keyring, let its write-ahead log forget what was destroyed."""
        asked = self.data / "overwrite-log"
        if self.cluster and self.cluster.is_running() and asked.exists():
            self.cluster.overwrite_log()
            asked.unlink(missing_ok=True)

    def stand_still(self) -> None:
        """Stop web server and worker while a restore is at work; they start again by themselves, with what it brought."""
        for child in self.children:
            child.ask_to_end()
        for child in self.children:
            child.end()
        self.stopping.wait(0.2)

    def answers(self) -> bool:
        """True once the web server answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz", headers={"Host": urlsplit(self.url).netloc})
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """Stop the web server and the worker, then what they stand on."""
        for child in self.children:
            child.ask_to_end()
        for child in self.children:
            child.end()
        if self.cluster:
            self.cluster.stop()


def main() -> int:
    """Serve until asked to stop; the exit status."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # memory holds open vaults
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM, os.getppid())()
    try:
        return Instance().serve()
    except (CannotServe, KeysMissing, PostgresError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
