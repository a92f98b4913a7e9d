"""One command starts everything, keeps it running, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from coachvault.serve import BASE, SETTLED, Pause
from tests.cluster import free_port
from tests.coachvault.test_postgres import is_alive, wait_until_gone

pytestmark = pytest.mark.no_database
SECONDS = 60


def served(data: Path, port: int) -> subprocess.Popen[str]:
    """`make run` without make, on a data folder and a port."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COACHVAULT") and not name.endswith("_URL")}
    env = {**ours, "COACHVAULT_DATA": str(data), "PORT": str(port), "COACHVAULT_DEMO": "0", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "coachvault.serve"]
    return subprocess.Popen(command, env=env, cwd=BASE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def until(true: Callable[[], object], what: str) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if true():
            return
        time.sleep(0.05)
    raise AssertionError(f"not in {SECONDS} s: {what}")


def status(port: int, path: str = "/healthz") -> int:
    """The status of a page, 0 if nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return 0


def family(pid: int) -> dict[int, str]:
    """Everything that a process started, and what that started: command lines by process."""
    parents, found = {}, {}
    for entry in Path("/proc").iterdir():
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (ValueError, OSError):
            continue
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        children = [child for child, parent in parents.items() if parent == one]
        waiting += children
        for child in children:
            with suppress(OSError):  # it may end while we look
                found[child] = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def pick(pid: int, pattern: str) -> int:
    """The first process under `pid` whose command line matches."""
    return min(child for child, command in family(pid).items() if re.search(pattern, command))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A data folder and a port for all tests here: later ones find what earlier ones made."""
    return tmp_path_factory.mktemp("instance"), free_port()


@pytest.fixture
def instance(place: tuple[Path, int]) -> Iterator[subprocess.Popen[str]]:
    """A running instance that answers."""
    process = served(*place)
    try:
        until(lambda: status(place[1]) == 200 or process.poll() is not None, "the first page")
        assert process.poll() is None, process.communicate()[0]
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=SECONDS)


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_everything_in_order(instance: subprocess.Popen[str], place: tuple[Path, int], sig: signal.Signals) -> None:
    started = family(instance.pid)
    assert [any(name in command for command in started.values()) for name in ("gunicorn", "manage.py worker", "postgres")] == [True] * 3

    instance.send_signal(sig)

    said = instance.communicate(timeout=SECONDS)[0]
    assert instance.returncode == 0
    assert f"CoachVault is at http://127.0.0.1:{place[1]}" in said
    assert f"http://localhost:{place[1]}" in said
    assert "Traceback" not in said
    assert not [pid for pid in started if is_alive(pid)]
    assert "database system is shut down" in (place[0] / "postgres.log").read_text().splitlines()[-1]


def test_killed_it_leaves_nothing_running(instance: subprocess.Popen[str]) -> None:
    started = family(instance.pid)

    instance.kill()

    wait_until_gone(instance.pid, *started)


def test_what_ends_is_started_again(instance: subprocess.Popen[str], place: tuple[Path, int]) -> None:
    for pattern in ("gunicorn", "manage.py worker", "/postgres "):
        pid = pick(instance.pid, pattern)

        os.kill(pid, signal.SIGKILL)

        until(
            lambda pid=pid, pattern=pattern: not is_alive(pid) and any(re.search(pattern, c) for c in family(instance.pid).values()),
            pattern,
        )
        until(lambda: status(place[1], "/accounts/login/") == 200, "a page with the database behind it")


def test_starting_again_is_quick(place: tuple[Path, int], instance: subprocess.Popen[str]) -> None:
    instance.terminate()
    instance.communicate(timeout=SECONDS)
    begun = time.monotonic()
    again = served(*place)

    until(lambda: status(place[1], "/accounts/login/") == 200, "the first page")

    took = time.monotonic() - begun
    again.terminate()
    again.communicate(timeout=SECONDS)
    assert took < 12  # 4 s where nothing else runs; tests share their processors


def test_its_secrets_are_for_their_owner_alone(instance: subprocess.Popen[str], place: tuple[Path, int]) -> None:
    open_to_others = [path.name for path in place[0].iterdir() if path.stat().st_mode & 0o077]

    assert not [path for path in (place[0] / "secrets").iterdir() if path.stat().st_mode & 0o077]
    assert not open_to_others


def test_no_process_leaves_its_memory_on_disk(instance: subprocess.Popen[str]) -> None:
    limits = [Path(f"/proc/{pid}/limits").read_text() for pid in family(instance.pid)]

    assert all(re.search(r"Max core file size\s+0\s+0", limit) for limit in limits)


def test_a_second_instance_beside_it_has_its_own_of_everything(instance: subprocess.Popen[str], tmp_path: Path) -> None:
    port = free_port()
    other = served(tmp_path, port)

    until(lambda: status(port, "/accounts/login/") == 200, "the second instance's first page")

    other.terminate()
    other.communicate(timeout=SECONDS)
    assert other.returncode == 0
    assert instance.poll() is None


def test_a_folder_in_use_is_refused_in_a_sentence(instance: subprocess.Popen[str], place: tuple[Path, int]) -> None:
    second = served(place[0], free_port())

    said = second.communicate(timeout=SECONDS)[0]

    assert second.returncode == 1
    assert said.startswith(f"{place[0]} is in use by another CoachVault.")
    assert "Traceback" not in said


def test_a_port_in_use_is_refused_in_a_sentence(instance: subprocess.Popen[str], place: tuple[Path, int], tmp_path: Path) -> None:
    second = served(tmp_path, place[1])

    said = second.communicate(timeout=SECONDS)[0]

    assert second.returncode == 1
    assert said == f"Port {place[1]} is taken. Choose another: PORT={place[1] + 1} make run\n"
    assert not (tmp_path / "postgres").exists()


def test_after_three_quick_ends_each_makes_the_next_wait_longer_up_to_a_minute() -> None:
    pause, waits = Pause(), []

    for now in range(11):
        pause.after_end(lived=0.1, now=float(now))
        waits.append(pause.until - now)

    assert waits == [1, 1, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_after_a_long_life_it_is_started_again_at_once() -> None:
    pause = Pause(quick=9)

    pause.after_end(lived=SETTLED + 1, now=10.0)

    assert pause.until == 11.0
