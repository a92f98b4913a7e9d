"""A throw-away instance on loopback: data folder, PostgreSQL and web servers. What is started here is ended here."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from coachvault.first_run import make_secrets
from coachvault.postgres import Cluster
from coachvault.serve import BASE, spawn, web_command

PATIENCE = 60.0
SETTINGS = {"COACHVAULT_PROXIES": "1", "COACHVAULT_HOLD_SECONDS": "0", "COACHVAULT_MAIL": "file", "COACHVAULT_SIGNUP": "first"}


@dataclass(frozen=True)
class Stage:
    """Where the instance of this run is, and with which environment its processes start."""

    data: Path
    port: int
    env: dict[str, str]
    cluster: Cluster


@dataclass(frozen=True)
class Server:
    """A web server of this run."""

    port: int
    process: subprocess.Popen[bytes]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plain_environment() -> dict[str, str]:
    """This process's environment without anything that says where an instance lies."""
    ours = ("COACHVAULT_", "PG")
    urls = {"DATABASE_URL", "KEYRING_URL", "OWNER_URL", "KEYRING_OWNER_URL", "PORT", "MAKELEVEL", "MAKEFLAGS"}
    return {name: value for name, value in os.environ.items() if not name.startswith(ours) and name not in urls}


@contextmanager
def staged() -> Iterator[Stage]:
    """An instance in the application's role, up to date and empty; Django of this process belongs to it."""
    with ExitStack() as ending:
        data = Path(tempfile.mkdtemp(prefix="coachvault-bench-"))
        ending.callback(shutil.rmtree, data, ignore_errors=True)
        port = free_port()
        env = (
            plain_environment() | SETTINGS | {"COACHVAULT_DATA": str(data), "PORT": str(port), "COACHVAULT_URL": f"http://127.0.0.1:{port}"}
        )
        make_secrets(data)
        cluster = Cluster(data)
        ending.callback(cluster.stop)
        cluster.start()
        subprocess.run([sys.executable, "manage.py", "upgrade"], cwd=BASE, env=env, check=True)
        os.environ.clear()
        os.environ.update(env, DJANGO_SETTINGS_MODULE="coachvault.settings")
        import django

        django.setup()
        yield Stage(data, port, env, cluster)


@contextmanager
def serving(command: list[str], port: int, env: dict[str, str], path: str = "/healthz") -> Iterator[Server]:
    """A program that answers on a port, ended afterwards."""
    process = spawn(command, env)
    try:
        wait_for(port, path, process)
        yield Server(port, process)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def product(stage: Stage) -> Iterator[Server]:
    """The product's own web server, as `make run` starts it."""
    with serving(web_command(f"127.0.0.1:{stage.port}"), stage.port, stage.env) as server:
        yield server


def wait_for(port: int, path: str, process: subprocess.Popen[bytes], pause: float = 0.01) -> None:
    """Return when an address answers; raises if the program ended or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(pause)
    raise RuntimeError("the web server did not start; it says why above")
