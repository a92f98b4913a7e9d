"""Two run at a time on the machine, some wait, and the rest are told to come back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from tests.vault.people import sql
from vault import ration, slots

pytestmark = pytest.mark.usefixtures("places_of_our_own")
RIGHT, WRONG = "six plain words make a vault", "six plain words make a fault"
ROOT = bytes(range(32))


@pytest.fixture
def places_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody who signs in somewhere else in the suite takes a place here."""
    monkeypatch.setattr(settings, "DATA", tmp_path)


@contextmanager
def places_taken(how_many: int) -> Iterator[threading.Event]:
    """Threads that hold or wait for a place until the event is set."""
    leave, ready = threading.Event(), threading.Semaphore(0)

    def stay() -> None:
        ready.release()
        with ration.place():
            leave.wait(30)
        connections.close_all()

    threads = [threading.Thread(target=stay) for _ in range(how_many)]
    for thread in threads:
        thread.start()
        ready.acquire()
    try:
        yield leave
    finally:
        leave.set()
        for thread in threads:
            thread.join()


def enter(entered: threading.Event) -> None:
    with ration.place():
        entered.set()
    connections.close_all()


def test_two_run_at_a_time_and_a_third_waits() -> None:
    inside, leave = threading.Semaphore(0), threading.Event()

    def stay() -> None:
        with ration.place():
            inside.release()
            leave.wait(30)
        connections.close_all()

    two = [threading.Thread(target=stay) for _ in range(2)]
    for thread in two:
        thread.start()
    assert all(inside.acquire(timeout=20) for _ in two), "the second waited although a place was free"
    entered = threading.Event()
    third = threading.Thread(target=enter, args=[entered])
    third.start()

    assert not entered.wait(0.3)
    leave.set()
    assert entered.wait(20)
    for thread in [*two, third]:
        thread.join()


def test_the_twenty_first_is_told_to_come_back() -> None:
    with places_taken(20):
        deadline = time.monotonic() + 10
        while ration._room._value and time.monotonic() < deadline:
            time.sleep(0.01)
        with pytest.raises(ration.Busy):
            slots.open_with_passphrase(None, RIGHT)
        with pytest.raises(ration.Busy):
            slots.stretched(RIGHT)

    entered = threading.Event()
    enter(entered)
    assert entered.is_set()


def test_a_refusal_inside_gives_the_place_back() -> None:
    for _ in range(25):
        with pytest.raises(ZeroDivisionError), ration.place():
            _ = 1 / 0


HOLD = """
import sys
import django
from django.conf import settings
django.setup()
settings.DATA = sys.argv[1]
from vault import ration, slots
one, other = ration.place(), ration.place()
one.__enter__(), other.__enter__()
print(slots.COST.memory, slots.COST.passes, flush=True)
input()
"""


def test_the_places_are_the_machine_s_and_a_killed_process_frees_its_own() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "coachvault.settings"}
    command = [sys.executable, "-c", HOLD, str(settings.DATA)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR, env=environment)
    assert other.stdout is not None
    assert other.stdout.readline() == "131072 4\n"  # inside, and at the product's own cost
    entered = threading.Event()
    waiting = threading.Thread(target=enter, args=[entered])
    waiting.start()

    assert not entered.wait(0.3)
    other.kill()
    assert entered.wait(20)
    waiting.join()
    other.communicate()


def test_no_connection_is_held_while_waiting(own_databases: dict[str, str]) -> None:
    assert sql("select 1") == [(1,)]

    with ration.place():
        assert connections["default"].connection is None

    assert sql("select 1") == [(1,)]


def test_a_connection_in_a_transaction_stays_as_it_is() -> None:
    sql("select 1")

    with ration.place():
        assert connections["default"].connection is not None


def test_the_places_are_files_of_the_data_folder() -> None:
    with ration.place():
        assert {path.name for path in Path(settings.DATA).glob("argon2.*")} == {"argon2.0", "argon2.1"}
