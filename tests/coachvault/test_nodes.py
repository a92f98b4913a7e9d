"""A web node keeps nothing that another one needs: two with nothing in common but two secret files serve one person, and either may die."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from bench.visitor import Visitor
from coachvault.serve import BASE, Child, spawn
from sessions.models import Note
from tests.cast import PASSPHRASE, Cast
from tests.cluster import free_port
from tests.databases import NAMES
from tests.live import UNSAFE, wait_for
from tests.sessions.conftest import FIRST_NAME, Room


class Node:
    """One web node: a data folder of its own, a port of its own."""

    def __init__(self, data: Path, env: dict[str, str]) -> None:
        self.port, self.data = free_port(), data
        (data / "secrets").mkdir(parents=True)
        for name in ("django.key", "instance.keys"):
            shutil.copy(settings.DATA / "secrets" / name, data / "secrets" / name)
        env = env | {"COACHVAULT_DATA": str(data), "COACHVAULT_KEYS_FILE": str(data / "secrets" / "instance.keys")}
        self.child = Child("node", [sys.executable, "manage.py", "web", "--bind", f"127.0.0.1:{self.port}"], env)
        self.child.process = spawn(self.child.command, env)
        self.visitor = Visitor(self.port)
        self.visitor.host = env["COACHVAULT_URL"].partition("://")[2]  # the proxy says the same to every node

    def die(self) -> None:
        """Kill -9, all of it."""
        assert self.child.process is not None
        os.killpg(self.child.process.pid, signal.SIGKILL)
        self.child.process.wait()


@pytest.fixture
def nodes(own_databases: dict[str, str], tmp_path: Path) -> Iterator[list[Node]]:
    """Two nodes behind one address; static files as an image has them."""
    port = str(free_port())
    env = {name: value for name, value in os.environ.items() if name != UNSAFE}
    env |= {"PORT": port, "COACHVAULT_URL": f"http://127.0.0.1:{port}", "COACHVAULT_STATIC": str(settings.STATIC_ROOT)}
    for alias, names in NAMES.items():
        env |= {name: f"{os.environ[name].rpartition('/')[0]}/{own_databases[alias]}" for name in names}
    made = [Node(tmp_path / name, env) for name in ("one", "two")]
    try:
        for node in made:
            wait_for(f"http://127.0.0.1:{node.port}", node.child.process, f"127.0.0.1:{port}")
        yield made
    finally:
        for node in made:
            node.visitor.connection.close()
            node.child.ask_to_end()
            node.child.end()


def at(nodes: list[Node], address: str) -> list[Visitor]:
    """One browser, as each node meets it; signed in at the first."""
    for node in nodes:
        node.visitor.cookies = nodes[0].visitor.cookies
    nodes[0].visitor.sign_in(address, PASSPHRASE)
    return [node.visitor for node in nodes]


def test_any_node_serves_the_next_request_and_the_death_of_one_locks_nobody(nodes: list[Node]) -> None:
    room = Room(Cast())
    note = room.note("Le début.")
    first, second = at(nodes, "camille@example.org")
    page = f"/coach/notes/{note.pk}/"

    assert "Le début." in first.get(page)
    assert "Le début." in second.get(page), "the vault that one node opened is open at the other"
    first.post(page + "write/", {"text": "Écrit par le premier.", "version": str(Note.objects.get(pk=note.pk).version)})
    nodes[0].die()
    assert "Écrit par le premier." in second.get(page)
    second.post(page + "write/", {"text": "Écrit par le second.", "version": str(Note.objects.get(pk=note.pk).version)})

    now = Note.objects.get(pk=note.pk)
    assert room.cast.vault(FIRST_NAME).open(now.body, now.place()) == "Écrit par le second."


def test_a_node_writes_nothing_to_disk_but_the_locks_of_its_machine(nodes: list[Node]) -> None:
    Cast().camille  # noqa: B018
    first, second = at(nodes, "camille@example.org")
    first.get("/coach/")
    second.get("/coach/")

    written = {str(path.relative_to(node.data)) for node in nodes for path in node.data.rglob("*") if path.is_file()}

    assert written - {"argon2.0", "argon2.1"} == {"secrets/django.key", "secrets/instance.keys"}


def test_a_node_is_ready_without_a_worker_while_the_instance_is_not(nodes: list[Node]) -> None:
    visitor = nodes[0].visitor

    assert visitor.ask("GET", "/readyz") == (503, "worker\n")
    assert visitor.ask("GET", "/readyz?of=node") == (200, "ok\n")
    assert visitor.ask("GET", "/readyz?of=nothing") == (503, "worker\n")


@pytest.mark.no_database
def test_a_further_node_collects_its_static_files_without_the_owner_and_once(tmp_path: Path) -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere"
    env = os.environ | {name: nowhere for names in NAMES.values() for name in names} | {"COACHVAULT_STATIC": str(tmp_path / "static")}
    command = [sys.executable, "manage.py", "upgrade", "--files-only"]

    subprocess.run(command, cwd=BASE, env=env, check=True)
    first = {path: path.stat().st_mtime_ns for path in (tmp_path / "static").rglob("*")}
    subprocess.run(command, cwd=BASE, env=env, check=True)

    assert tmp_path / "static" / "staticfiles.json" in first
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "static").rglob("*")} == first
