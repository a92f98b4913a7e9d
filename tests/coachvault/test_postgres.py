"""The private PostgreSQL: only its own user may come in, and only through a file; no crash costs a row."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from dj_database_url import parse

from coachvault.postgres import ADMIN, APP, OWNER, Cluster, PostgresError, addresses, socket_folder

pytestmark = pytest.mark.no_database


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster under a path with everything that a path can have."""
    cluster = Cluster(tmp_path_factory.mktemp("data") / "Été: 100 %41 d'Anne")
    cluster.start()
    yield cluster
    cluster.stop()


def one(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    return row[0] if row else None


def test_each_address_leads_to_its_database_in_its_role(cluster: Cluster) -> None:
    found = {}

    for name, url in addresses(cluster.data).items():
        facts = parse(url)
        with psycopg.connect(host=facts["HOST"], user=facts["USER"], dbname=facts["NAME"]) as connection:
            found[name] = one(connection, "select current_user || ' in ' || current_database()")

    assert found == {
        "DATABASE_URL": f"{APP} in coachvault",
        "OWNER_URL": f"{OWNER} in coachvault",
        "KEYRING_URL": f"{APP} in keyring",
        "KEYRING_OWNER_URL": f"{OWNER} in keyring",
    }


def test_it_listens_on_no_network(cluster: Cluster) -> None:
    assert cluster.process
    ours = {os.readlink(f"/proc/{cluster.process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{cluster.process.pid}/fd")}

    tcp = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]

    assert ours.isdisjoint(f"socket:[{line[9]}]" for line in tcp)


def test_its_folders_are_closed_to_others(cluster: Cluster) -> None:
    assert {path.stat().st_mode & 0o777 for path in (cluster.home, cluster.socket)} == {0o700}
    assert (cluster.data / "postgres.log").stat().st_mode & 0o777 == 0o600


def test_nobody_comes_in_under_a_name_that_the_system_does_not_confirm(cluster: Cluster) -> None:
    with cluster.connect() as admin:
        admin.execute("create role stranger login superuser")

    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        cluster.connect(role="stranger")


def test_checksums_are_on_and_what_is_deleted_is_not_kept_in_old_files(cluster: Cluster) -> None:
    wanted = {"data_checksums": "on", "wal_recycle": "off", "archive_mode": "off", "max_wal_senders": "0", "max_connections": "200"}

    with cluster.connect() as admin:
        assert {name: one(admin, f"show {name}") for name in wanted} == wanted


def test_its_log_shows_no_value(cluster: Cluster) -> None:
    with cluster.connect() as admin:
        admin.execute("create table names (name text unique)")
        admin.execute("insert into names values ('Marguerite')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            admin.execute("insert into names values ('Marguerite')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            admin.execute("select 'Marguerite'::integer")

    assert b"Marguerite" not in (cluster.data / "postgres.log").read_bytes()


def test_killed_it_comes_back_with_every_row(cluster: Cluster) -> None:
    with cluster.connect("coachvault", OWNER) as owner:
        owner.execute("create table kept as select generate_series(1, 1000) as number")
    assert cluster.process
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.process.wait()

    cluster.start()

    with cluster.connect("coachvault", OWNER) as owner:
        assert one(owner, "select count(*) from kept") == 1000


def test_two_run_side_by_side(cluster: Cluster, tmp_path: Path) -> None:
    other = Cluster(tmp_path)
    other.start()

    with cluster.connect() as one_of_them, other.connect() as the_other:
        assert one(one_of_them, "show data_directory") != one(the_other, "show unix_socket_directories")
    other.stop()

    assert socket_folder(cluster.data) != socket_folder(tmp_path)
    assert cluster.is_running()
    assert not other.is_running()
    assert not other.socket.exists()


def test_the_application_cannot_become_the_owner(cluster: Cluster) -> None:
    for role in (OWNER, ADMIN):
        with cluster.connect("coachvault", APP) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(f"set role {role}")


def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, signal, sys; from coachvault.postgres import Cluster; c = Cluster(pathlib.Path(sys.argv[1])); c.start(); "
        "print(c.process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )

    said = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True)

    assert said.returncode == -signal.SIGKILL
    wait_until_gone(int(said.stdout))


def test_a_half_made_cluster_is_never_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "postgres.new" / "base").mkdir(parents=True)
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("15\n")
    cluster = Cluster(tmp_path)

    cluster.start()
    cluster.stop()

    assert not (tmp_path / "postgres.new").exists()


def test_data_of_another_version_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("12\n")

    with pytest.raises(PostgresError, match="apt-get install postgresql-12"):
        Cluster(tmp_path)


def test_the_programs_of_the_wheel_do_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHVAULT_POSTGRES", "wheel")
    cluster = Cluster(tmp_path)

    cluster.start()

    with cluster.connect("keyring", APP) as app:
        assert str(one(app, "show server_version")).startswith("18")
    cluster.stop()


def wait_until_gone(*pids: int) -> None:
    """Fail if one of these processes still lives after a while."""
    for _ in range(200):
        alive = [pid for pid in pids if is_alive(pid)]
        if not alive:
            return
        time.sleep(0.05)
    raise AssertionError(f"still there: {alive}")


def is_alive(pid: int) -> bool:
    """True if the process exists and is more than a name in the table."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
