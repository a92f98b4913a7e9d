"""Another instance on this machine: a data folder with its own PostgreSQL, commands run for it as from a shell, and a way to look into it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from coachvault.archives import files, programs
from coachvault.archives.backup import DUMP
from coachvault.postgres import APP, DATABASES, Cluster
from coachvault.serve import BASE
from tests.databases import NAMES

FACTS = ("HOST", "NAME", "USER", "PASSWORD", "PORT")


def commanded(data: Path, *command: str, **more: str) -> tuple[int, str]:
    """Run `manage.py …` for the instance of this folder; its exit status and what it said."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COACHVAULT") and not name.endswith("_URL")}
    env = {**ours, "COACHVAULT_DATA": str(data), "PYTHONWARNINGS": "ignore", **more}
    done = subprocess.run([sys.executable, "manage.py", *command], env=env, cwd=BASE, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@contextmanager
def looking_into(data: Path) -> Iterator[Cluster]:
    """Start the PostgreSQL of this folder, and be connected to it in the application's role, with its keys."""
    cluster = Cluster(data, more={"fsync": "off"})
    cluster.start()
    kept: dict[str, Any] = {alias: {name: connections[alias].settings_dict[name] for name in FACTS} for alias in NAMES}
    keys, home = settings.KEYS_FILE, settings.DATA
    try:
        for alias, name in (("default", DATABASES["DATABASE"]), ("keyring", DATABASES["KEYRING"])):
            connections[alias].close()
            connections[alias].settings_dict.update(HOST=str(cluster.socket), NAME=name, USER=APP, PASSWORD="", PORT="")
        settings.KEYS_FILE, settings.DATA = data / "secrets" / "instance.keys", data
        yield cluster
    finally:
        settings.KEYS_FILE, settings.DATA = keys, home
        for alias, facts in kept.items():
            connections[alias].close()
            connections[alias].settings_dict.update(facts)
        cluster.stop()


def dumped(archive: Path) -> str:
    """Everything that an archive's database holds, as text."""
    one, target = files.read(archive), archive.with_suffix(".look")
    one.extract(DUMP, target)
    _, program = programs.chosen("pg_restore", int(one.manifest["postgres"]))
    said = subprocess.run([program, "--file=-", target], capture_output=True, check=True, cwd="/").stdout
    target.unlink()
    return said.decode(errors="replace")
