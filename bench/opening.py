"""P1: open a sealed note, signed in, with the ledger written, beside the same page in plain Django."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.figures import Row, alternately
from bench.people import PASSPHRASE, TEXT, People
from bench.stage import BASE, Server, Stage, free_port, serving
from bench.visitor import Visitor
from coachvault.postgres import OWNER
from coachvault.serve import web_command

TIMES, WARM = 200, 40


@contextmanager
def twin(stage: Stage) -> Iterator[tuple[Server, dict[str, str]]]:
    """The twin's server, and how its one person is signed in."""
    with stage.cluster.connect() as admin:
        admin.execute(f"create database twin owner {OWNER} template template0")
    env = stage.env | {"TWIN_URL": os.environ.get("TWIN_URL") or twin_url(stage), "DJANGO_SETTINGS_MODULE": "bench.twin.settings"}
    filled = subprocess.run(
        [sys.executable, "-m", "bench.twin.fill"], cwd=BASE, env=env, check=True, input=TEXT, stdout=subprocess.PIPE, text=True
    )
    port = free_port()
    command = [part.replace("coachvault.wsgi", "bench.twin.wsgi") for part in web_command(f"127.0.0.1:{port}")]
    with serving(command, port, env) as server:
        yield server, json.loads(filled.stdout)


def twin_url(stage: Stage) -> str:
    """The twin's database, in the same cluster."""
    from coachvault.postgres import addresses

    return f"{addresses(stage.data)['OWNER_URL'].rpartition('/')[0]}/twin"


def rows(stage: Stage, server: Server, people: People) -> list[Row]:
    """The figures."""
    ours = Visitor(server.port)
    ours.sign_in(people.addresses[0], PASSPHRASE)
    page = f"/coach/notes/{people.note.pk}/"
    with twin(stage) as (other, kept):
        theirs = Visitor(other.port, cookies={"sessionid": kept["session"]})
        sizes = [len(ours.get(page)), len(theirs.get(kept["page"]))]
        if abs(sizes[0] - sizes[1]) > 0.05 * sizes[0]:
            raise RuntimeError(f"not the same page: {sizes} characters")
        mine, plain = alternately(TIMES, lambda: ours.get(page), lambda: theirs.get(kept["page"]), warm=WARM)
    holds = mine <= 1.5 * plain and mine - plain <= 4
    return [Row("P1", "open a sealed note, ledger written / plain Django", mine, plain, "ms", "≤ 1.5 × and ≤ 4 ms more", holds)]
