"""`manage.py doctor` says of each thing whether it is there, and its cures cure."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from accounts.jobs import finish_shredding
from coachvault.doctor import databases, ground, page, safety, services
from coachvault.doctor.findings import Finding, State, told
from coachvault.doctor.ground import Place
from coachvault.first_run import make_secrets
from coachvault.management.commands.upgrade import collect_static
from consent.models import Agreement
from pades import authority
from pades.models import Authority
from support import pdf
from tests.cast import Cast, signed_in
from tests.consent import agreements
from tests.databases import NAMES, as_owner
from tests.vault.people import sql
from vault.roles import grant_to

GOOD, WARNING, MISSING = State.GOOD, State.WARNING, State.MISSING
on_the_ground = pytest.mark.no_database


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A data folder with its secrets, and nothing else."""
    make_secrets(tmp_path)
    return Place(tmp_path, tmp_path / "secrets" / "instance.keys")


@pytest.fixture(autouse=True)
def own_keys_file(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Secrets of a test's own place lie in that place."""
    if "place" in request.fixturenames:
        monkeypatch.delenv("COACHVAULT_KEYS_FILE")


def states(findings: list[Finding]) -> dict[str, State]:
    """Each thing's state by its name."""
    return {one.name: one.state for one in findings}


# The ground


@on_the_ground
def test_the_ground_of_this_machine_is_good(place: Place) -> None:
    found = states(list(ground.look(place)))

    assert {name for name, state in found.items() if state is MISSING} == set()
    assert list(found) == ["Python", "packages", "instance keys", "django.key", "demo.seed", "disk", "swap", "core dumps"]


@on_the_ground
def test_an_old_python_and_packages_that_are_not_the_locked_ones_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("django==1.0 \\\n    --hash=sha256:00\nno-such-package[with]==2.0 \\\nnot-here==3.0 ; sys_platform == 'win32' \\\n")
    found = ground.packages(lock)

    assert found.state is MISSING
    assert found.cure == ".ci/setup run"
    assert "django 5.2" in found.said
    assert "no-such-package is not installed" in found.said
    assert "not-here" not in found.said

    monkeypatch.setattr(ground, "OLDEST_PYTHON", (99, 0))
    assert ground.python().state is MISSING


@on_the_ground
def test_secret_files_are_there_and_their_owner_s_alone(place: Place) -> None:
    keys, seed = place.keys, place.data / "secrets" / "demo.seed"
    for mode in (0o644, 0o640, 0o700):
        keys.chmod(mode)
        found = ground.secret("instance keys", keys, place)
        assert (found.state, found.cure) == (MISSING, f"chmod 600 {keys}")
    keys.chmod(0o600)
    assert states(list(ground.secrets(place))) == dict.fromkeys(("instance keys", "django.key", "demo.seed"), GOOD)

    seed.unlink()
    assert states(list(ground.secrets(place)))["demo.seed"] is MISSING
    keys.write_text("not keys\n")
    assert "damaged" in ground.secret("instance keys", keys, place).said


@on_the_ground
def test_keys_that_are_gone_are_made_on_a_new_instance_and_put_back_on_an_old_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    place.keys.unlink()
    assert ground.secret("instance keys", place.keys, place).cure == "make run"

    (place.data / "postgres").mkdir()
    (place.data / "postgres" / "PG_VERSION").write_text("15")

    assert "restore" in ground.secret("instance keys", place.keys, place).cure


@on_the_ground
def test_a_full_disk_is_missing_and_swap_is_a_warning(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swaps = tmp_path / "swaps"
    swaps.write_text("Filename Type Size\n")
    assert ground.swap(swaps).state is GOOD
    swaps.write_text("Filename Type Size\n/dev/sda2 partition 1\n")
    assert ground.swap(swaps).state is WARNING
    assert "swapoff" in ground.swap(swaps).cure

    monkeypatch.setattr(ground, "FREE_BYTES", 1 << 60)
    assert ground.disk(place).state is MISSING


@on_the_ground
def test_a_process_of_this_instance_that_would_dump_its_memory_is_found(place: Place, tmp_path: Path) -> None:
    def process(number: int, command: str, data: Path, limit: str) -> None:
        folder = tmp_path / "proc" / str(number)
        folder.mkdir(parents=True)
        (folder / "cmdline").write_bytes(command.replace(" ", "\0").encode())
        (folder / "environ").write_bytes(b"A=b\0" + os.fsencode(f"COACHVAULT_DATA={data}") + b"\0")
        (folder / "limits").write_text(f"Max core file size        {limit}    unlimited    bytes\n")

    process(2, "python -m gunicorn coachvault.wsgi", Path("/elsewhere"), "unlimited")
    process(3, "vi core", place.data, "unlimited")
    assert "no process of this instance is seen" in ground.cores(place, tmp_path / "proc").said

    process(1, "python -m gunicorn coachvault.wsgi", place.data, "0")
    assert ground.cores(place, tmp_path / "proc") == Finding("core dumps", GOOD, "off in 1 running processes")

    process(4, "python manage.py worker", place.data, "unlimited")

    assert (ground.cores(place, tmp_path / "proc").state, "process 4" in ground.cores(place, tmp_path / "proc").said) == (MISSING, True)


@on_the_ground
def test_it_speaks_where_django_cannot_start(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("COACHVAULT")} | {"COACHVAULT_DATA": str(tmp_path)}

    done = subprocess.run([sys.executable, "manage.py", "doctor"], cwd=ground.BASE, env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (1, "")
    assert "MISSING  instance keys:" in done.stdout
    assert "→" in done.stdout


# The databases


@contextmanager
def elsewhere(alias: str) -> Iterator[None]:
    """A database where nobody listens."""
    facts = connections[alias].settings_dict
    connections[alias].close()
    host, facts["HOST"] = facts["HOST"], "/nowhere"
    try:
        yield
    finally:
        connections[alias].close()
        facts["HOST"] = host


@pytest.mark.parametrize("alias", NAMES)
def test_a_database_that_is_away_is_missing_and_the_rest_waits(
    own_databases: dict[str, str], alias: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with elsewhere(alias):
        found = list(databases.look())
        assert states(found)[databases.named(alias)] is MISSING
        assert len(found) == 2
        assert f'psql "${databases.URLS[alias]}"' in told(found)
        monkeypatch.delenv(databases.URLS[alias])

        assert databases.reachable(alias).cure == "make run"


def test_the_databases_of_the_tests_are_good(own_databases: dict[str, str], cast: Cast) -> None:
    cast.engagement(cast.anais)

    found = list(databases.look())

    assert [one for one in found if one.state is not GOOD] == []
    assert len(found) == 15
    assert "opens (5 values tried)" in told(found)


def test_the_owner_s_role_and_a_role_with_too_many_rights_are_missing_until_upgraded(own_databases: dict[str, str]) -> None:
    with as_owner():
        assert databases.role().state is MISSING
        sql("grant update on vault_ledger to coachvault_app")
    found = databases.role()
    assert (found.state, "vault_ledger: update" in found.said, found.cure) == (MISSING, True, databases.UPGRADE)

    with as_owner():
        grant_to("coachvault_app", "default")

    assert databases.role().state is GOOD


@pytest.mark.parametrize("alias", NAMES)
def test_a_migration_that_waits_is_missing(own_databases: dict[str, str], alias: str) -> None:
    app = "keyring" if alias == "keyring" else "procrastinate"
    with as_owner():
        sql("delete from django_migrations where app = %s", app, alias=alias)

    found = databases.migrations(alias)

    assert (found.state, f"{app} " in found.said, found.cure) == (MISSING, True, databases.UPGRADE)


def cure(line: str, names: dict[str, str]) -> None:
    """Run a command as it was said, on the copies of the databases."""
    addresses = {owner: f"{os.environ[owner].rpartition('/')[0]}/{names[alias]}" for alias, (_, owner) in NAMES.items()}
    here = line.replace(".venv/bin/python", sys.executable)
    subprocess.run(here, shell=True, env={**os.environ, **addresses}, check=True, timeout=60)


WEAKENED = [
    "alter table vault_ledger disable trigger ledger_rows",
    "alter table vault_ledger enable trigger ledger_truncate",
    "alter table vault_ledger_signature enable replica trigger ledger_signed_rows",
    "drop trigger ledger_signed_truncate on vault_ledger_signature",
]


def test_a_ledger_that_is_not_guarded_is_missing_and_the_cure_guards_it(own_databases: dict[str, str]) -> None:
    for statement in WEAKENED:
        with as_owner():
            sql(statement)
        found = databases.ledger()
        assert found.state is MISSING, statement

    cure(found.cure, own_databases)
    assert databases.ledger().state is GOOD

    with as_owner():
        sql("create or replace function ledger_refuse() returns trigger language plpgsql as $$ begin return new; end $$")
    assert databases.ledger().state is MISSING


def test_an_unlock_table_in_the_wal_is_missing_and_the_cure_takes_it_out(own_databases: dict[str, str]) -> None:
    with as_owner():
        sql("alter table vault_unlock set logged")
    found = databases.unlocks()
    assert found.state is MISSING

    cure(found.cure, own_databases)

    assert databases.unlocks().state is GOOD


def test_keys_that_do_not_open_what_is_stored_are_missing(cast: Cast, place: Place, settings: Any) -> None:
    assert databases.keys().said == "nothing is stored yet"
    assert cast.camille
    assert databases.keys().state is GOOD

    settings.KEYS_FILE = place.keys

    assert (databases.keys().state, "accounts.User" in databases.keys().said) == (MISSING, True)


def test_a_value_that_was_changed_is_found(cast: Cast) -> None:
    assert cast.camille
    sql("update vault_slot set root_key = root_key || '\\x00'")

    assert "vault.Slot" in databases.keys().said


def test_clocks_that_disagree_are_missing() -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=8)):
        assert databases.clock().state is MISSING
    assert databases.clock().state is GOOD


@pytest.mark.parametrize("alias", NAMES)
def test_a_server_that_is_too_old_or_no_longer_corrected_is_said(alias: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "years, corrected until" in databases.server(alias).said
    with time_machine.travel("2031-01-01"):
        assert databases.server(alias).state is WARNING

    monkeypatch.setattr(databases, "OLDEST", 99)

    assert databases.server(alias).state is MISSING


def test_a_server_whose_settings_are_others_is_said_with_the_lines_that_change_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.state for one in (databases.wal(), databases.room(), databases.log())] == [GOOD, GOOD, GOOD]
    monkeypatch.setattr(databases, "WAL", {"archive_mode": "off", "max_wal_senders": "7", "wal_recycle": "on"})
    monkeypatch.setattr(databases, "CONNECTIONS", 100_000)
    monkeypatch.setattr(databases, "LOG", {"log_error_verbosity": "verbose"})

    wal, room, log = databases.wal(), databases.room(), databases.log()

    assert [wal.state, room.state, log.state] == [MISSING, MISSING, WARNING]
    assert '"alter system set max_wal_senders = 7"' in wal.cure
    assert "archive_mode" not in wal.cure
    assert '"alter system set max_connections = 100000"' in room.cure
    monkeypatch.delenv("KEYRING_URL")
    assert "make run" in databases.wal().cure


# The rest


@on_the_ground
def test_mail_that_cannot_be_written_is_missing(tmp_path: Path, settings: Any) -> None:
    settings.MAIL, settings.EMAIL_FILE_PATH = "file", tmp_path / "mail" / "new"
    assert services.mail().state is GOOD
    (tmp_path / "mail").write_text("a file where a folder is wanted")

    assert services.mail().state is MISSING


class MailServer(socketserver.StreamRequestHandler):
    """Greets, and answers EHLO as it was told to."""

    answer = b"250 here\r\n"

    def handle(self) -> None:
        """Answer every line alike."""
        self.wfile.write(b"220 here\r\n")
        while self.rfile.readline():
            self.wfile.write(self.answer)


@on_the_ground
def test_a_mail_server_that_does_not_answer_ehlo_is_missing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MAIL, settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = "smtp", False, False
    with socketserver.TCPServer(("127.0.0.1", 0), MailServer) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        assert services.mail().state is GOOD
        monkeypatch.setattr(MailServer, "answer", b"502 what\r\n")
        assert services.mail().state is MISSING
        server.shutdown()
        thread.join()

    assert (services.mail().state, "does not answer" in services.mail().said) == (MISSING, True)


@on_the_ground
def test_documents_that_cannot_be_made_are_missing_with_the_line_that_brings_the_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert services.documents().state is GOOD
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")
    for pool, said in ((pdf.Pool(more={"PYTHONPATH": str(tmp_path)}), f"sudo {pdf.LIBRARIES}"), (pdf.Pool(seconds=0.001), ".ci/setup run")):
        monkeypatch.setattr(pdf, "_pool", pool)
        found = services.documents()
        pool.close()
        assert (found.state, found.cure) == (MISSING, said)


def test_a_worker_without_a_sign_of_life_is_missing() -> None:
    assert services.worker().state is MISSING
    sql("insert into procrastinate_workers (last_heartbeat) values (now() - interval '2 minutes')")
    assert services.worker().state is MISSING

    sql("update procrastinate_workers set last_heartbeat = now()")

    assert services.worker().state is GOOD


@on_the_ground
def test_static_files_that_are_not_collected_are_missing(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    assert services.static_files().state is MISSING
    collect_static()
    assert services.static_files().state is GOOD

    (tmp_path / "static" / ".collected").write_text("another version")

    assert services.static_files().state is MISSING


def test_the_command_ends_with_the_status_of_what_it_found() -> None:
    said = StringIO()

    with pytest.raises(SystemExit, match="1"):
        call_command("doctor", stdout=said)

    assert "MISSING  worker:" in said.getvalue()
    assert "Something is missing" in said.getvalue()


def test_the_administrator_sees_how_it_is_and_neither_paths_nor_commands(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(page, "_kept", (float("-inf"), []))
    browser = signed_in(cast.dominique)

    text = browser.get("/admin/").content.decode()

    assert "Clés de l’instance" in text
    assert not [word for word in (str(django_settings.DATA), "psql", "chmod", "postgresql://") if word in text]
    with transaction.atomic(), django_assert_max_num_queries(20):
        browser.get("/admin/")


def test_an_agreement_that_waits_long_for_its_time_stamp_is_told_and_so_are_stale_lists(cast: Cast) -> None:
    assert services.signatures().state is GOOD
    agreement = agreements.in_force(cast.engagement(cast.anais))

    assert services.signatures().state is GOOD, "a moment is no delay"

    Agreement.objects.filter(pk=agreement.pk).update(in_force_at=timezone.now() - timedelta(hours=1))
    found = services.signatures()
    assert (found.state, "1 signed agreements wait" in found.said) == (MISSING, True)

    Agreement.objects.filter(pk=agreement.pk).update(in_force_at=timezone.now())
    authority.authority(timezone.now())
    Authority.objects.update(crls_issued_at=timezone.now() - timedelta(days=40), crls_end_at=timezone.now() - timedelta(days=10))
    assert services.signatures().state is MISSING


# What keeps the data safe


def test_files_that_others_can_look_into_are_missing_and_the_cure_closes_them(place: Place, settings: Any) -> None:
    settings.DATA, settings.KEYS_FILE, settings.MEDIA_ROOT = place.data, place.keys, place.data / "media"
    (place.data / "mail").mkdir()
    (place.data / "mail").chmod(0o755)  # whatever the umask
    found = safety.modes()

    assert (found.state, found.cure) == (MISSING, f"chmod go= {place.data / 'mail'}")
    subprocess.run(found.cure.split(), check=True)
    assert safety.modes().state is GOOD


def test_a_backup_that_was_never_made_or_is_old_is_said(place: Place, settings: Any) -> None:
    settings.DATA = place.data
    assert safety.backups().state is WARNING
    assert "manage.py backup" in safety.backups().cure
    for days, state in ((0, GOOD), (2, WARNING), (8, MISSING)):
        moment = (timezone.now() - timedelta(days=days)).isoformat()
        (place.data / "last-backup.json").write_text(json.dumps({"moment": moment, "folder": "/backups"}))
        assert safety.backups().state is state
    (place.data / "last-backup.json").write_text("{")
    assert safety.backups().state is WARNING


def test_a_rotation_that_was_begun_and_not_finished_is_a_warning(place: Place, settings: Any) -> None:
    settings.KEYS_FILE = place.keys
    assert safety.rotation().state is GOOD

    place.keys.write_text("00000002 " + "ab" * 32 + "\n" + place.keys.read_text())

    assert safety.rotation().state is WARNING
    assert "rotate_keys --finish" in safety.rotation().cure


def test_halves_of_shredded_keys_are_missing_until_the_worker_has_destroyed_them(cast: Cast) -> None:
    engagement = cast.engagement(cast.anais)
    assert safety.halves().state is GOOD
    sql("update vault_datakey set shredded_at = now() - interval '6 minutes' where series = %s", engagement.notes_key)
    assert safety.halves().state is MISSING

    finish_shredding()

    assert safety.halves().state is GOOD


@pytest.mark.parametrize(
    ("local", "https", "proxies", "state"),
    [(True, False, 0, GOOD), (False, True, 0, MISSING), (False, True, 1, GOOD), (True, True, 0, MISSING)],
)
def test_https_wants_a_proxy_that_is_trusted(settings: Any, local: bool, https: bool, proxies: int, state: State) -> None:
    settings.LOCAL, settings.HTTPS, settings.PROXIES = local, https, proxies

    assert safety.transport().state is state


def test_every_thing_that_is_looked_at_has_a_name_on_the_page() -> None:
    assert {one.name for one in page._looked()} <= page.NAMES.keys()
