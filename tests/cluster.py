"""Loaded with `-p tests.cluster`: a throw-away instance for this run of the tests, in place before the settings are read."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
from pathlib import Path

from coachvault.first_run import make_secrets
from coachvault.postgres import Cluster, addresses

# What is thrown away need not be safe on disk
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
DEFAULTS = {
    "COACHVAULT_PROXIES": "0",
    "COACHVAULT_SIGNUP": "first",
    "COACHVAULT_HOLD_SECONDS": "60",
    "COACHVAULT_CONTACT_CODE": "chosen",
    "COACHVAULT_MAIL": "file",
    "COACHVAULT_TSA": "",
}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_instance() -> None:
    """Make data folder, secrets and databases, and say so in the environment, for this process and its children."""
    place = Path(tempfile.mkdtemp(prefix="coachvault-tests-"))
    port = str(free_port())
    os.environ.update(DEFAULTS, COACHVAULT_DATA=str(place), PORT=port, COACHVAULT_URL=f"http://127.0.0.1:{port}")
    os.environ["COACHVAULT_KEYS_FILE"] = str(place / "secrets" / "instance.keys")
    make_secrets(place)
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    if "DATABASE_URL" not in os.environ:
        cluster = Cluster(place, more=QUICK)
        atexit.register(shutil.rmtree, cluster.socket, ignore_errors=True)
        atexit.register(cluster.stop)
        cluster.start()
        os.environ.update(addresses(place))


if "PYTEST_XDIST_WORKER" not in os.environ:  # workers share what the first process made
    make_instance()
