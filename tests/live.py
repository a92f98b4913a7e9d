"""The running product for browser stories: the real web server and worker, on databases of their own."""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from coachvault.serve import Child, spawn, web_command, worker_command
from tests.cluster import free_port
from tests.databases import NAMES

WHOLE = ("/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable")
SHELLS = ("/usr/bin/chromium-headless-shell",)  # the same pages without windows around them, in two thirds of the time
UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Chromium as the system has it, else Playwright's own; it calls nobody."""
    return {**browser_type_launch_args, "args": QUIET, **program(*SHELLS, *WHOLE)}


def program(*paths: str) -> dict[str, str]:
    """The first of these programs that is there, as Playwright is told of it."""
    return next(({"executable_path": path} for path in paths if Path(path).exists()), {})


@pytest.fixture(scope="session", autouse=True)
def browser_and_rows() -> None:
    """Let a story look at rows: a browser's loop runs in the same thread, and Django would take it for asynchronous code."""
    os.environ[UNSAFE] = "true"


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: stories take their address from `live`. (Playwright's own fixture is of a kind that pytest is giving up.)"""


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """The static files, collected once for all who test."""
    from coachvault.management.commands.upgrade import collect_static

    with (settings.DATA / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        collect_static()


@pytest.fixture
def live_data(tmp_path: Path) -> Path:
    """A data folder whose mail is its own; secrets, files and media are those of this run."""
    for name in ("secrets", "static", "media"):
        (settings.DATA / name).mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(settings.DATA / name)
    return tmp_path


@pytest.fixture
def live_mail(live_data: Path) -> Path:
    """The folder into which the running product writes its mail."""
    return live_data / "mail"


@pytest.fixture
def live(own_databases: dict[str, str], live_data: Path) -> Iterator[str]:
    """The address of a running web server with a worker beside it."""
    with running(own_databases, live_data) as url:
        yield url


@contextmanager
def running(databases: dict[str, str], data: Path, log: Path | None = None, **more: str) -> Iterator[str]:
    """The real web server and worker on these databases, in an environment with `more` in it; what they say goes into the file `log`."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {**os.environ, "COACHVAULT_DATA": str(data), "PORT": str(port), "COACHVAULT_URL": url, **more}
    env.pop(UNSAFE)
    for alias, names in NAMES.items():
        env |= {name: f"{os.environ[name].rpartition('/')[0]}/{databases[alias]}" for name in names}
    children = [Child("web server", quick(web_command(f"127.0.0.1:{port}")), env), Child("worker", worker_command(), env)]
    with log.open("w") if log else nullcontext() as said:
        for child in children:
            child.process = spawn(child.command, env, stdout=said, stderr=said)
    try:
        wait_for(url, children[0].process, urlsplit(env["COACHVAULT_URL"]).netloc)
        yield url
    finally:  # what is thrown away need not end in order, and waiting for it costs more than many a story
        for child in children:
            if child.process:
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()


def quick(command: list[str]) -> list[str]:
    """A web server of one process with as many threads, and passphrases at the cost of tests: starting and signing in took longer than most stories."""
    at = command.index("--workers") + 1
    return [*command[:at], "1", *command[at + 1 :], "--config", "tests/quick_server.py"]


def wait_for(url: str, process: subprocess.Popen[bytes] | None, host: str, seconds: float = 30) -> None:
    """Return when the address answers; raises if the server ended or takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        try:
            connection.request("GET", "/healthz", headers={"Host": host})
            if connection.getresponse().status < 500:  # behind a proxy it leads to https
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise RuntimeError("the web server did not start; it says why above")
