"""The same pages made in other ways, each with its own database and web server, ended and dropped afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.people import TEXT
from bench.stage import BASE, Server, Stage, free_port, serving
from coachvault.postgres import OWNER, addresses
from coachvault.serve import web_command


@contextmanager
def standing(stage: Stage, name: str) -> Iterator[tuple[Server, dict[str, str]]]:
    """The server of `bench.<name>`, and what its filling told: how its one person is signed in, and where the pages are."""
    with stage.cluster.connect() as admin:
        admin.execute(f"create database {name} owner {OWNER} template template0")
    env = stage.env | {"TWIN_URL": url(stage, name), "DJANGO_SETTINGS_MODULE": f"bench.{name}.settings"}
    try:
        fill = [sys.executable, "-m", f"bench.{name}.fill"]
        filled = subprocess.run(fill, cwd=BASE, env=env, check=True, input=TEXT, stdout=subprocess.PIPE, text=True)
        port = free_port()
        with serving(served_by(f"bench.{name}.wsgi", port), port, env) as server:
            yield server, json.loads(filled.stdout)
    finally:
        with stage.cluster.connect() as admin:
            admin.execute(f"drop database {name} with (force)")


def url(stage: Stage, name: str) -> str:
    """The owner's way to one more database of the same cluster."""
    return f"{addresses(stage.data)['OWNER_URL'].rpartition('/')[0]}/{name}"


def served_by(application: str, port: int) -> list[str]:
    """The product's web server with another application in it."""
    return [part.replace("coachvault.wsgi", application) for part in web_command(f"127.0.0.1:{port}")]
