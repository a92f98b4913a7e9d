"""kill -9 of web, worker and PostgreSQL at random points under load: what was acknowledged is there and opens, the two databases agree, and it is quick.

COACHVAULT_FAULT_ROUNDS=20 kills each part twenty times; COACHVAULT_SEED repeats the order of a run.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from coachvault.postgres import addresses
from coachvault.serve import BASE
from tests.cast import PASSPHRASE
from tests.cluster import free_port
from tests.coachvault.test_postgres import is_alive, wait_until_gone
from tests.coachvault.test_serve import family, status
from tests.coachvault.walker import Walker

ROUNDS = int(os.environ.get("COACHVAULT_FAULT_ROUNDS", "1"))
SEED = int(os.environ.get("COACHVAULT_SEED", str(time.time_ns())))
pytestmark = [pytest.mark.no_database, pytest.mark.timeout(900 + 200 * ROUNDS)]

RECOVERY = 5.0  # seconds, where nothing else runs; others who wait for the same processors take their share
PARTS = {
    "web server": r"gunicorn",
    "one web process": r"gunicorn",
    "job worker": r"manage\.py worker",
    "PostgreSQL": r"/postgres -D",
    "one connection": r"postgres: coachvault_app coachvault .*(idle|UPDATE|INSERT|COMMIT|SELECT)",
}
MAKE = """
import django; django.setup()
from tests.cast import Cast
from vault import primitives, slots
slots.COST = primitives.FLOOR
cast = Cast()
print(cast.engagement(cast.anais).pk, cast.camille.person.address, cast.anais.person.address)
"""
OPEN = """
import django; django.setup()
import json
from django.urls import reverse
from accounts.models import User
from sessions.models import Note, PrivateEntry
from sessions.notebook import reading
from tests.cast import PASSPHRASE
from vault import slots
from vault.unlocked import Unlocked
vaults = {user.name: Unlocked(user.pk, slots.open_with_passphrase(user.pk, PASSPHRASE)) for user in User.objects.all()}
coach, client = vaults["Camille Aubry"], vaults["Anais Lefort"]
opened = {reverse("note_page", args=[note.pk]): coach.open(note.body, note.place()) for note in Note.objects.all()}
entries = PrivateEntry.objects.select_related("notebook__client__coach").filter(notebook__destroyed_at__isnull=True)
opened |= {reverse("notebook_private", args=[entry.pk]): reading.private_text(entry, client) for entry in entries}
print(json.dumps(opened))
"""
FINISH = (
    "import django; django.setup()\nfrom django.utils import timezone\nfrom vault import shredding\nprint(shredding.finish(timezone.now()))"
)


@dataclass
class Instance:
    """An instance of its own, as `make run` has it."""

    place: Path
    port: int
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it; what it says goes into a file, since a pipe that nobody reads would stop it one day."""
        env = {**self.env, "COACHVAULT_DEMO": "0"}
        with self.said.open("ab") as said:
            self.process = subprocess.Popen([sys.executable, "-m", "coachvault.serve"], env=env, cwd=BASE, stdout=said, stderr=said)
        until(lambda: status(self.port, "/readyz") == 200 or self.process.poll() is not None, "ready")

    @property
    def said(self) -> Path:
        return self.place.with_suffix(".log")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("COACHVAULT") and not name.endswith("_URL")}
        return {**ours, "COACHVAULT_DATA": str(self.place), "PORT": str(self.port), "DJANGO_SETTINGS_MODULE": "coachvault.settings"}

    def says(self, *command: str) -> str:
        """What a program says that runs beside it."""
        done = subprocess.run([sys.executable, *command], env=self.env, cwd=BASE, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def kill(self, part: str, rng: random.Random) -> int:
        """kill -9 one part; the process that it was."""
        until(lambda: len(self.found(part)) > (part == "one web process"), f"{part} to be there")
        found = self.found(part)  # the first web process only starts the others
        pid = rng.choice(found[1:] if part == "one web process" else found if part == "one connection" else found[:1])
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return pid

    def found(self, part: str) -> list[int]:
        """The processes of a part, the oldest first."""
        return sorted(pid for pid, command in family(self.process.pid).items() if re.search(PARTS[part], command))


class NotNow(Exception):
    """Something is down; the same again in a moment."""


@dataclass
class Writer(threading.Thread):
    """Somebody who writes one text after the other, remembers what was acknowledged, and goes on whatever happens."""

    url: str
    address: str
    over: threading.Event
    acknowledged: list[float] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)  # by page: the last one acknowledged, then those sent since
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.me, self.number = Walker(self.url), 0

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self.write()
            except (OSError, http.client.HTTPException, NotNow):
                time.sleep(0.05)
            except Exception as error:  # noqa: BLE001
                self.troubles.append(f"{error!r} at {self.me.at}: {self.me.status} {self.me.page[-1000:]!r}")
                return

    @abstractmethod
    def write(self) -> None:
        """Do one thing."""

    def fresh(self) -> str:
        """A text that was never written before."""
        self.number += 1
        return f"texte {self.address} {self.number} {os.urandom(6).hex()}"

    def enter(self) -> None:
        """Sign in, or unlock, if that is what the first page asks for. Raises `NotNow`."""
        self.me.get("/")
        way = self.me.at.partition("?")[0]
        if self.me.status == 200 and way.endswith(("/login/", "/unlock/")):
            self.me.post(self.me.at, login=self.address, password=PASSPHRASE)
            if self.me.status == 302:
                self.me.get(self.me.header("Location"))
        if self.me.status != 200:
            raise NotNow

    def posted(self, path: str, **form: Any) -> None:
        """Send a form that leads on to another page of the same space. Raises `NotNow`."""
        if self.me.post(path, **form) != 302 or "/accounts/" in self.me.header("Location"):
            raise NotNow

    def saved(self, page: str, version: str) -> str:
        """Save a fresh text to a page; the version that is there now."""
        text = self.fresh()
        self.texts.setdefault(page, [""]).append(text)  # at first nothing is promised
        headers = {"Content-Type": "application/x-www-form-urlencoded", "If-Match": version, "X-Requested-With": "autosave"}
        headers["X-CSRFToken"] = self.me.token.decode()
        answer = self.me.ask("POST", f"{page}write/", f"text={text.replace(' ', '+')}", **headers)
        if answer == 200:
            self.texts[page] = [text]
            self.acknowledged.append(time.monotonic())
            return str(json.loads(self.me.page)["version"])
        if answer == 409:
            said = json.loads(self.me.page)
            if said["text"] not in self.texts[page]:
                self.troubles.append(f"{page} holds what was not sent last: {said}")
            return str(said["version"])
        if answer in {302, 403, 423}:
            self.enter()
        elif answer < 500:
            self.troubles.append(f"{page}: {answer} {self.me.page[:300]!r}")
        return version


@dataclass
class CoachWrites(Writer):
    """A coach: a session, a note, a few saves, and the next."""

    engagement: str = ""

    def write(self) -> None:
        self.enter()
        facts = {"day": "2026-01-05", "time": "10:00", "minutes": "60", "place": "video", "agenda": ""}
        self.posted(f"/coach/engagements/{self.engagement}/sessions/new/", **facts)
        self.posted(f"/coach/sessions/{self.me.id()}/note/")
        page, version = self.me.header("Location"), "1"
        self.me.get(page)
        for _ in range(12):
            if self.over.is_set():
                break
            version = self.saved(page, version)

    __hash__ = threading.Thread.__hash__


@dataclass
class ClientWrites(Writer):
    """A client: a notebook whose key is made, a few texts, and then the whole notebook destroyed with its key."""

    destroyed: int = 0

    def write(self) -> None:
        self.enter()
        for _ in range(2):
            self.posted("/client/notebook/private/new/")
            page = self.me.header("Location")
            self.me.get(page)
            version = "1"
            for _ in range(3):
                version = self.saved(page, version)
        if self.over.is_set():
            return
        self.texts = {}  # from here on nobody promised anything
        self.me.get("/client/notebook/destroy/")
        if "/reauthenticate/" in self.me.at:
            self.me.post(self.me.at, password=PASSPHRASE)
        self.posted("/client/notebook/destroy/", word="détruire")
        self.destroyed += 1

    __hash__ = threading.Thread.__hash__


def until(true: Callable[[], object], what: str | Callable[[], str]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + 150
    while not true():
        assert time.monotonic() < deadline, what if isinstance(what, str) else what()
        time.sleep(0.02)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    """A running instance of its own."""
    made = Instance(tmp_path / "instance", free_port())
    made.start()
    try:
        yield made
    finally:
        made.process.terminate()
        made.process.wait(60)


def test_what_was_acknowledged_survives_kill_9_of_every_part_under_load(instance: Instance) -> None:
    rng, over = random.Random(SEED), threading.Event()
    engagement, coach, client = instance.says("-c", MAKE).split()
    writers: list[Any] = [CoachWrites(instance.url, coach, over, engagement=engagement) for _ in range(3)]
    writers.append(ClientWrites(instance.url, client, over))
    for writer in writers:
        writer.start()
    until(lambda: all(writer.acknowledged or writer.troubles for writer in writers), "the first acknowledged write of everybody")

    took: dict[str, list[tuple[float, float]]] = {part: [] for part in PARTS}
    loads = [os.getloadavg()[0]]
    for _ in range(ROUNDS):
        for part in rng.sample(list(PARTS), len(PARTS)):
            time.sleep(rng.uniform(0.1, 0.8))
            took[part].append(recovered(instance, part, rng, writers))
            loads.append(os.getloadavg()[0])
    over.set()
    for writer in writers:
        writer.join(60)
    instance.process.kill()  # and at last everything at once
    wait_until_gone(instance.process.pid)
    instance.process.wait(60)
    instance.start()

    assert [trouble for writer in writers for trouble in writer.troubles] == []
    assert not_there(instance, writers) == []
    agree = the_two_databases(instance)
    count = sum(len(writer.acknowledged) for writer in writers)
    print(f"seed {SEED}: {count} writes acknowledged, {writers[-1].destroyed} notebooks destroyed; {agree}")
    if "COACHVAULT_FAULT_ROUNDS" in os.environ:
        print("\n".join(f"{count:6} {what}" for what, count in sum((w.me.statuses for w in writers), Counter()).most_common(40)))
    busy = max(1.0, max(loads) / (os.cpu_count() or 1))
    told = [
        f"{part}: ready after {max(times)[0]:.1f} s at most, written after {max(w for _, w in times):.1f} s" for part, times in took.items()
    ]
    print("; ".join(told), f"(processors wanted {busy:.1f} times over)")
    instance.says("manage.py", "verify")
    assert not re.search("Traceback|texte", instance.said.read_text())
    assert max(ready for times in took.values() for ready, _ in times) < RECOVERY * busy


def recovered(instance: Instance, part: str, rng: random.Random, writers: list[Any]) -> tuple[float, float]:
    """kill -9 a part; the seconds until it is there again and pages answer, and until a write was acknowledged after that."""
    pid, begun = instance.kill(part, rng), time.monotonic()
    until(lambda: not is_alive(pid) and instance.found(part) and status(instance.port, "/readyz") == 200, f"{part} again")
    ready = time.monotonic()

    def written() -> bool:
        return any(at > ready for writer in writers for at in writer.acknowledged[-3:])

    until(written, lambda: f"a write after {part}: {[(w.troubles, w.me.statuses.most_common(12), w.me.at) for w in writers]}")
    return ready - begun, time.monotonic() - begun


def not_there(instance: Instance, writers: list[Any]) -> list[str]:
    """The pages whose text is not what was acknowledged last, or something sent after it."""
    opened = json.loads(instance.says("-c", OPEN))
    return [
        f"{page}: {opened.get(page)}" for writer in writers for page, texts in writer.texts.items() if opened.get(page, "") not in texts
    ]


def the_two_databases(instance: Instance) -> str:
    """Check that every key that lives has its half, and that what was shredded has none once the worker's job has run."""

    def rows(which: str, statement: str) -> list[Any]:
        with psycopg.connect(addresses(instance.place)[which]) as connection:
            return connection.execute(statement).fetchall()

    def shredded_with_half() -> set[Any]:
        shredded = {key for (key,) in rows("OWNER_URL", "select id from vault_datakey where shredded_at is not null")}
        return shredded & {key for (key,) in rows("KEYRING_OWNER_URL", "select key from keyring_half where half is not null")}

    living = {key for (key,) in rows("OWNER_URL", "select id from vault_datakey where shredded_at is null")}
    halves = {key for (key,) in rows("KEYRING_OWNER_URL", "select key from keyring_half where half is not null")}
    every = {key for (key,) in rows("OWNER_URL", "select id from vault_datakey")}
    assert living <= halves, f"{len(living - halves)} keys without a half"
    waiting = len(shredded_with_half())
    instance.says("-c", FINISH)
    assert not shredded_with_half()
    return f"{len(living)} keys live, {len(every - living)} shredded ({waiting} finished by the worker), {len(halves - every)} halves that no key uses"
