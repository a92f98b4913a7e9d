"""Tries on this machine what docs/operations.md says of nodes that die: `.venv/bin/python -m deploy.trial [--people N] [--seconds S]`.

Two web nodes with nothing in common but two secret files, a worker, a main database with a synchronous hot standby, a keyring's server.
While people write, a node is killed, then the primary, and the standby is promoted. Everything is on loopback, in a temporary folder, and
ends by itself; it fails if one acknowledged text is lost.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.stage import free_port, plain_environment
from coachvault.first_run import make_secrets
from coachvault.serve import BASE, Child, worker_command
from deploy.trial.people import Person, coach
from deploy.trial.servers import PASSWORD, Server, both, ending

NAMES = ("Camille", "Bruno", "Nadia", "Olivier", "Pauline", "Quentin", "Rachel", "Samir")
SECRETS = ("django.key", "instance.keys")
SECONDS = 60.0


def say(what: str, seconds: float | None = None) -> None:
    """One line of the result."""
    print(what if seconds is None else f"{what:<76}{seconds:6.2f} s", flush=True)


def until(true: Callable[[], object], what: str, seconds: float = SECONDS) -> float:
    """Wait until something is true; how long that took. Raises if it does not become true."""
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        if true():
            return time.monotonic() - begun
        time.sleep(0.05)
    raise RuntimeError(f"not in {seconds:.0f} s: {what}")


def status(port: int, path: str) -> int:
    """The status of a page, 0 if nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return 0


class Trial:
    """The machines, as processes: two web nodes, a worker, three PostgreSQL servers."""

    def __init__(self, place: Path) -> None:
        """Nothing runs yet."""
        self.place = place
        self.primary = Server(place, "primary", "both.conf", "database.conf")
        self.standby = Server(place, "standby", "both.conf", "database.conf")
        self.keyring = Server(place, "keyring", "both.conf", "keyring.conf")
        self.ports = [free_port(), free_port()]
        self.env: dict[str, str] = {}
        self.children: list[Child] = []
        self.over = threading.Event()

    def set_up_databases(self) -> None:
        """The servers as deploy/postgres sets them up, the standby a copy of the primary, then synchronous."""
        for server, database in ((self.primary, "coachvault"), (self.keyring, "keyring")):
            server.make()
            server.start()
            server.make_database(database)
        self.primary.ask("create role coachvault_standby login replication")
        self.primary.ask(f"alter role coachvault_standby password '{PASSWORD}'")
        self.standby.make_from(self.primary)
        self.standby.start()
        self.primary.give("synchronous.conf")
        self.primary.ask("select pg_reload_conf()")
        until(lambda: self.primary.ask("select sync_state from pg_stat_replication") == "quorum", "the standby is synchronous")

    def environment(self, node: str) -> dict[str, str]:
        """What a node is told. Its data folder holds copies of two secret files, and shares nothing with another's."""
        data = self.place / node
        (data / "secrets").mkdir(parents=True, mode=0o700)
        for name in SECRETS:
            shutil.copy(self.place / "first" / "secrets" / name, data / "secrets" / name)
        return self.env | {"COACHVAULT_DATA": str(data), "COACHVAULT_KEYS_FILE": str(data / "secrets" / "instance.keys")}

    def set_up_instance(self) -> None:
        """Secrets, schema, static files."""
        first = self.place / "first"
        url = f"http://127.0.0.1:{self.ports[0]}"
        self.env = plain_environment() | {
            "COACHVAULT_DATA": str(first),
            "COACHVAULT_URL": url,
            "PORT": str(self.ports[0]),
            "COACHVAULT_STATIC": str(self.place / "static"),
            "COACHVAULT_DEMO": "0",
            "DATABASE_URL": both(self.primary, self.standby, "coachvault_app", "coachvault"),
            "OWNER_URL": both(self.primary, self.standby, "coachvault_owner", "coachvault"),
            "KEYRING_URL": self.keyring.url("coachvault_app", "keyring"),
            "KEYRING_OWNER_URL": self.keyring.url("coachvault_owner", "keyring"),
        }
        make_secrets(first)
        self.manage("upgrade")
        os.environ.clear()
        os.environ.update(self.env, DJANGO_SETTINGS_MODULE="coachvault.settings")
        import django

        django.setup()

    def manage(self, *command: str) -> None:
        """One command of manage.py; raises if it fails."""
        subprocess.run([sys.executable, "manage.py", *command], cwd=BASE, env=self.env, check=True, stdout=subprocess.DEVNULL)

    def start_nodes(self) -> None:
        """Two web nodes and the worker, kept running as systemd would."""
        web = [sys.executable, "manage.py", "web", "--bind"]
        self.children = [
            Child("first node", [*web, f"127.0.0.1:{self.ports[0]}"], self.environment("node1")),
            Child("second node", [*web, f"127.0.0.1:{self.ports[1]}"], self.environment("node2")),
            Child("worker", worker_command(), self.environment("worker")),
        ]
        threading.Thread(target=self.keep_running, daemon=True).start()
        until(lambda: [status(port, "/readyz") for port in self.ports] == [200, 200], "both nodes are ready")

    def keep_running(self) -> None:
        """Start again what ended."""
        while not self.over.wait(0.1):
            for child in self.children:
                child.watch(time.monotonic())

    def stop(self) -> None:
        """End the nodes and the worker."""
        self.over.set()
        time.sleep(0.3)
        for child in self.children:
            child.ask_to_end()
        for child in self.children:
            child.end()


@contextmanager
def at_work(trial: Trial, people: list[Person], seconds: float) -> Iterator[None]:
    """Everybody writes; what is inside happens meanwhile; then everybody has written once more."""
    try:
        yield
        counts = [person.written.acknowledged for person in people]
        until(
            lambda: any(p.wrong for p in people) or all(p.written.acknowledged > n for p, n in zip(people, counts, strict=True)),
            "everybody's next text is saved",
        )
        time.sleep(seconds)
    finally:
        if wrong := [person.wrong for person in people if person.wrong]:
            raise RuntimeError("; ".join(wrong))


def kill_a_node(trial: Trial, people: list[Person], seconds: float) -> None:
    """The first node is gone with kill -9; people go on through the second, with their vaults open."""
    for person in people:
        person.begin_again()
    with at_work(trial, people, seconds):
        node = trial.children[0].process
        assert node is not None
        os.killpg(node.pid, signal.SIGKILL)
    say("a web node killed: longest time between two saved texts of one person", max(p.written.longest for p in people))
    say(f"  asked again {sum(p.written.errors for p in people)} times; passphrases typed again: {sum(p.written.unlocked for p in people)}")
    if any(p.written.unlocked for p in people):
        raise RuntimeError("a vault was locked by the death of a node")
    say("  the node, started again, is ready", until(lambda: status(trial.ports[0], "/readyz?of=node") == 200, "the node is back"))


def cut_the_line(trial: Trial, people: list[Person]) -> None:
    """The standby hears nothing any more; from then on nobody is told that a text is saved. Raises if somebody is."""
    trial.standby.cut_off()
    until(lambda: not trial.primary.ask("select count(*) from pg_stat_replication"), "the line is cut")
    time.sleep(0.3)  # answers that are on their way
    before = sum(person.written.acknowledged for person in people)
    time.sleep(0.7)
    if sum(person.written.acknowledged for person in people) > before:
        raise RuntimeError("a text was acknowledged that is on one disk only")
    say("the standby cut off for a second: nobody is told that a text is saved")


def kill_the_primary(trial: Trial, people: list[Person], seconds: float) -> None:
    """First the line between the two servers breaks, then the primary's machine is gone; the standby is promoted.

    People type their passphrase once and have lost nothing: what is on one disk only was acknowledged to nobody.
    """
    for person in people:
        person.begin_again()
    with at_work(trial, people, seconds):
        cut_the_line(trial, people)
        killed = time.monotonic()
        trial.primary.kill()
        until(lambda: status(trial.ports[0], "/readyz?of=node") == 503, "a node says that the database is gone")
        say("primary killed; a node says so after", time.monotonic() - killed)
        trial.standby.promote()
        promoted = time.monotonic()
        say("standby promoted, after the kill", promoted - killed)
        until(lambda: [status(port, "/readyz?of=node") for port in trial.ports] == [200, 200], "both nodes are ready again")
        say("both nodes ready again, after the promotion", time.monotonic() - promoted)
        until(lambda: all(p.written.unlocked for p in people), "everybody has typed their passphrase")
    say("longest time between two saved texts of one person", max(p.written.longest for p in people))
    say(f"  passphrases typed again: {sum(p.written.unlocked for p in people)} by {len(people)} people (a standby has no open vaults)")
    until(lambda: status(trial.ports[1], "/readyz") == 200, "the worker gives signs of life")
    say("the worker gives signs of life again, after the promotion", time.monotonic() - promoted)


def nothing_is_lost(people: list[Person], notes: list[Any]) -> None:
    """Every text that was acknowledged last is what is stored; raises if not."""
    from django.db import connections

    from accounts.models import User
    from deploy.trial.people import PASSPHRASE
    from sessions.models import Note
    from vault import instance, slots
    from vault.unlocked import Unlocked

    connections.close_all()  # those of the primary that is gone
    for person, note in zip(people, notes, strict=True):
        now = Note.objects.get(pk=note.pk)
        user = User.objects.get(username=instance.address_digest(person.address))
        vault = Unlocked(user.pk, slots.open_with_passphrase(user.pk, PASSPHRASE))
        if (now.version, vault.open(now.body, now.place())) != (person.written.version, person.written.text):
            raise RuntimeError(f"{person.address}: version {now.version} is stored, {person.written.version} was acknowledged")
    say(f"texts acknowledged: {sum(p.written.acknowledged for p in people)}; lost: 0")


@contextmanager
def apart(log: Path) -> Iterator[None]:
    """What nodes and worker say goes into a file; its end is shown if the trial fails."""
    kept = os.dup(2)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    except BaseException:
        os.dup2(kept, 2)
        print("\n".join(log.read_text().splitlines()[-20:]), file=sys.stderr)
        raise
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def run(trial: Trial, number: int, seconds: float) -> None:
    """People at work, one death after the other, and what is left."""
    made = [coach(name) for name in NAMES[:number]]
    try:
        trial.start_nodes()
        people = [Person(address, note, trial.ports) for address, note in made]
        for person in people:
            person.start()
        time.sleep(seconds)
        kill_a_node(trial, people, seconds)
        kill_the_primary(trial, people, seconds)
        for person in people:
            person.over.set()
        for person in people:
            person.join(SECONDS)
        nothing_is_lost(people, [note for _, note in made])
        trial.manage("verify")
        say("manage.py verify: everything holds")
    finally:
        trial.stop()


def main() -> None:
    """The whole trial."""
    parser = argparse.ArgumentParser(prog="python -m deploy.trial", description=__doc__)
    parser.add_argument("--people", type=int, choices=range(1, len(NAMES) + 1), default=4)
    parser.add_argument("--seconds", type=float, default=5.0, help="of work before and after each death (at most 60)")
    wanted = parser.parse_args()
    seconds = min(60.0, max(0.5, wanted.seconds))
    os.umask(0o077)
    place = Path(tempfile.mkdtemp(prefix="coachvault-trial-"))
    place.chmod(0o711)  # PostgreSQL's own user walks through
    trial = Trial(place)
    try:
        with apart(place / "nodes.log"), ending(trial.primary, trial.standby, trial.keyring):
            trial.set_up_databases()
            trial.set_up_instance()
            run(trial, wanted.people, seconds)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
