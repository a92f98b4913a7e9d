"""The archives themselves: what is written, what is kept, and that half a pair, a damaged or a foreign one is refused before anything changes."""

from __future__ import annotations

import json
import os
import resource
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from coachvault.archives import backup, files, programs, restore
from coachvault.archives.files import Unfit
from tests.cast import Cast, signed_in
from tests.coachvault.elsewhere import dumped
from tests.databases import as_owner, copies
from tests.vault.people import sql
from vault import primitives, slots
from vault.keyring import halves

pytestmark = pytest.mark.timeout(120)
own_databases = pytest.fixture(copies, scope="module")
MEDIA, PLACE = b"\x01 sealed segment " * 9, uuid4().hex  # others of this run make archives at the same time


@pytest.fixture(scope="module")
def made(own_databases: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with one backup of an instance with one coach, who is signed in."""
    kept, slots.COST = slots.COST, primitives.FLOOR
    signed_in(Cast().camille.person)
    folder, media = tmp_path_factory.mktemp("made"), Path(settings.MEDIA_ROOT) / PLACE / "0001"
    media.parent.mkdir(parents=True, exist_ok=True)
    media.write_bytes(MEDIA)
    run(folder)
    yield folder
    slots.COST = kept


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to be damaged."""
    return Path(shutil.copytree(made, tmp_path / "folder"))


def run(folder: Path) -> str:
    """`manage.py backup`; what it said."""
    said = StringIO()
    with as_owner():
        call_command("backup", str(folder), stdout=said)
    return said.getvalue()


def newest(folder: Path, kind: str) -> Path:
    return files.found(folder, kind)[-1]


def test_open_vaults_sign_ins_and_counters_are_left_out_and_media_is_there(made: Path) -> None:
    main = files.read(newest(made, "main"))
    text = dumped(newest(made, "main"))

    assert sql("select count(*) > 0 from vault_unlock") == [(True,)]
    for table in ("vault_unlock", "django_session", "cache"):
        assert f"COPY public.{table} " not in text
    assert "COPY public.accounts_user " in text
    assert "UNLOGGED TABLE public.vault_unlock" in text
    with tarfile.open(main.path) as tar:
        assert tar.extractfile(f"media/{PLACE}/0001").read() == MEDIA  # type: ignore[union-attr]


def test_both_are_for_their_owner_alone_and_leave_nothing_beside_them(made: Path) -> None:
    names = sorted(path.name for path in made.iterdir() if path.name != ".lock")

    assert [name.partition("-")[0] for name in names] == ["main", "secrets"]
    assert len({name.partition("-")[2] for name in names}) == 1
    assert {(made / name).stat().st_mode & 0o777 for name in names} == {0o600}
    assert list(Path(json.loads((Path(settings.DATA) / backup.LAST).read_text())["folder"]).glob("main-*"))


def test_secrets_older_than_a_week_are_deleted_but_never_the_newest(folder: Path) -> None:
    source, now = newest(folder, "secrets"), datetime.now(UTC)
    for days in (6, 8, 30):
        shutil.copy(source, folder / files.name_of("secrets", now - timedelta(days=days)))
    old_main = folder / files.name_of("main", now - timedelta(days=30))
    shutil.copy(newest(folder, "main"), old_main)

    said = run(folder)

    assert [(now - files.moment_of(path)).days for path in files.found(folder, "secrets")[:1]] == [6]
    assert said.count("older than a week") == 2
    assert old_main.exists()
    for path in files.found(folder, "secrets"):
        path.unlink()
    only = folder / files.name_of("secrets", now - timedelta(days=30))
    shutil.copy(source if source.exists() else old_main, only)
    assert backup._delete_old(folder, now) == ()


def test_a_clock_that_was_put_back_makes_no_old_archive_the_newest(folder: Path) -> None:
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    for kind in ("main", "secrets"):
        newest(folder, kind).rename(folder / files.name_of(kind, ahead))

    run(folder)

    assert {files.moment_of(newest(folder, kind)) for kind in ("main", "secrets")} == {ahead + timedelta(seconds=1)}


def test_a_backup_during_which_a_key_was_destroyed_begins_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, looked = [], backup.main_members

    def destroyed_meanwhile() -> Mapping[str, Path | bytes]:
        read.append(halves.make(key := uuid4()))
        if len(read) < 3:
            halves.destroy([key], timezone.now())
        return looked()

    monkeypatch.setattr(backup, "main_members", destroyed_meanwhile)
    run(folder)
    assert len(read) == 3
    assert restore.choose(folder).main.manifest["kind"] == "main"

    monkeypatch.setattr(backup, "ATTEMPTS", 1)
    read.clear()
    before = sorted(os.listdir(folder))
    with pytest.raises(CommandError, match="Nothing was backed up"):
        run(folder)
    assert sorted(os.listdir(folder)) == before


def test_what_a_killed_backup_left_is_cleared_and_two_do_not_run_at_once(folder: Path) -> None:
    left = folder / ".main-20260101T000000Z.dump.new"
    left.write_bytes(b"half")
    heard: list[str] = []

    def second() -> None:
        try:
            backup.back_up(folder)
        except Unfit as no:
            heard.append(str(no))
        connections.close_all()

    with as_owner(), backup.alone(folder):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    run(folder)

    assert "under way" in heard[0]
    assert not left.exists()
    assert len(files.found(folder, "main")) == 2


def test_a_full_disk_is_said_and_nothing_half_written_stays(folder: Path) -> None:
    before, limits = sorted(os.listdir(folder)), resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with as_owner(), pytest.raises(Unfit, match="Nothing was backed up|pg_dump stopped"):
            backup.back_up(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert sorted(os.listdir(folder)) == before


# What a restore refuses. Nothing of the instance has been touched by then.


def test_a_whole_pair_is_taken(folder: Path) -> None:
    pair = restore.choose(folder)

    assert pair.main.manifest["kind"] == "main"
    assert pair.main.moment <= pair.secrets.moment


def cut(path: Path, keep: float) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * keep)])


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 3] ^= 1
    path.write_bytes(bytes(raw))


@pytest.mark.parametrize("kind", ["main", "secrets"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: cut(path, 0.0),
        lambda path: cut(path, 0.3),
        lambda path: path.write_bytes(path.read_bytes().partition(b"manifest.json")[0]),
        flip,
        lambda path: path.write_bytes(b"x"),
    ],
)
def test_a_damaged_archive_is_refused(folder: Path, kind: str, damage: Callable[[Path], None]) -> None:
    damage(newest(folder, kind))

    with pytest.raises(Unfit, match="damaged or was cut short|does not hold what its checksums say"):
        restore.choose(folder)


@pytest.mark.parametrize("kind", ["main", "secrets"])
def test_half_a_pair_is_refused_with_the_cure(folder: Path, kind: str) -> None:
    newest(folder, kind).unlink()

    with pytest.raises(Unfit, match=f"holds no {kind} archive. One alone opens nothing"):
        restore.choose(folder)


def test_secrets_older_than_main_are_refused(folder: Path) -> None:
    main = newest(folder, "main")
    main.rename(folder / files.name_of("main", files.moment_of(main) + timedelta(seconds=1)))

    with pytest.raises(Unfit, match="keys made in between would be missing"):
        restore.choose(folder)


def rewritten(path: Path, **facts: object) -> None:
    """The same archive with another manifest, every checksum right."""
    members, manifest = [], {}
    with tarfile.open(path) as tar:
        for member in tar:
            raw = tar.extractfile(member).read()  # type: ignore[union-attr]
            if member.name == files.MANIFEST:
                manifest = json.loads(raw) | facts
                raw = json.dumps(manifest).encode()
                member.size = len(raw)
            members.append((member, raw))
    with tarfile.open(path, "w") as tar:
        for member, raw in members:
            tar.addfile(member, BytesIO(raw))


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"format": 2}, "is of format 2"),
        ({"moment": "2020-01-01T00:00:00+00:00"}, "changed after it was written"),
        ({"keys": ["00000000"]}, "needs the instance key 00000000"),
        ({"mark": "0" * 64}, "changed after it was written"),
    ],
)
def test_a_manifest_that_somebody_wrote_is_refused(folder: Path, facts: dict[str, object], why: str) -> None:
    rewritten(newest(folder, "main"), **facts)

    with pytest.raises(Unfit, match=why):
        restore.choose(folder)


def test_what_a_newer_version_wrote_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = backup.applied
    monkeypatch.setattr(backup, "applied", lambda alias: [*before(alias), "consent.9999_later"])
    run(folder)

    with pytest.raises(Unfit, match="newer version of CoachVault .consent.9999_later"):
        restore.choose(folder)


def test_a_member_that_leads_elsewhere_is_refused(folder: Path) -> None:
    path = newest(folder, "main")
    files.write(path, {"../outside": b"x"}, {"kind": "main"}, lambda text: "").rename(path)

    with pytest.raises(Unfit, match="damaged"):
        files.read(path)


def test_an_instance_that_holds_anything_is_refused(folder: Path, own_databases: dict[str, str], tmp_path: Path, settings: object) -> None:
    pair = restore.choose(folder)
    with as_owner():
        with pytest.raises(Unfit, match="not empty: (accounts_user|clients_practice|vault_ledger) has rows. Nothing was changed"):
            restore.check_empty(pair)
        with pytest.raises(CommandError, match="not empty"):
            call_command("restore", str(folder), stdout=StringIO())
    assert sql("select count(*) from accounts_user") == [(1,)]
    assert not (Path(settings.DATA) / restore.RESTORING).exists()  # type: ignore[attr-defined]


def test_a_program_as_new_as_the_server_is_taken_and_its_lack_is_said() -> None:
    version, path = programs.chosen("pg_dump", 15)

    assert version >= 15
    assert path.exists()
    with pytest.raises(Unfit, match="apt-get install postgresql-client-99"):
        programs.chosen("pg_dump", 99)
