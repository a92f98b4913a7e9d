"""A worker that is killed in the middle of any job, at any step: run again, the job ends as if nothing had happened.

A letter may go twice, if the worker dies between handing it over and saying so: no mail server can do better. It never goes three times,
and the links and codes in the older one no longer work.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from accounts import actions as accounts
from accounts import links
from accounts.factors import actions as factors
from accounts.factors import codes
from accounts.models import Link, SignIn
from clients.models import Engagement
from coachvault.serve import BASE, spawn, worker_command
from consent import actions, retention
from consent.actions import consents
from consent.actions.engagements import end_engagement
from consent.models import Agreement, Consent, ConsentEvent, Destruction, KnownFile, RetentionNotice, Signatory
from pades import authority
from pades.models import Authority
from sessions.destroying.actions import destroy_engagement
from sessions.models import PrivateEntry
from support import mail
from tests.cast import Cast
from tests.consent import agreements
from tests.databases import NAMES, copies
from tests.sessions.book import Book
from vault import primitives, slots
from vault.keyring import halves
from vault.keyring.models import Half
from vault.models import DataKey, Unlock

own_databases = pytest.fixture(copies, scope="module")

EVERY_STEP = os.environ.get("COACHVAULT_EVERY_STEP") == "1"  # else some steps of each job, at random
pytestmark = pytest.mark.timeout(3000 if EVERY_STEP else 300)
SEED = int(os.environ.get("COACHVAULT_SEED", str(time.time_ns())))
TRIES = 3

Check = Callable[[], None]
Made = tuple[dict[str, Any], Check]


@dataclass
class Scene:
    """A practice, a folder of mail, and a process that runs jobs and lets itself be killed."""

    cast: Cast
    folder: Path
    jobs: subprocess.Popen[str]

    def run(self, name: str, ids: dict[str, Any], step: int = 0) -> str:
        """Run a job up to a step: "killed", "failed", or "ended" and how many steps there were."""
        assert self.jobs.stdin
        assert self.jobs.stdout
        self.jobs.stdin.write(json.dumps([name, ids, step]) + "\n")
        self.jobs.stdin.flush()
        return self.jobs.stdout.readline().strip()

    def letters(self) -> list[mail.Letter]:
        """The letters of this scene, newest first."""
        return mail.inbox()


def environment(databases: dict[str, str], data: Path) -> dict[str, str]:
    """What a process of ours needs to stand on these databases."""
    env = {**os.environ, "COACHVAULT_DATA": str(data), "DJANGO_SETTINGS_MODULE": "coachvault.settings"}
    env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    for alias, names in NAMES.items():
        env |= {name: f"{os.environ[name].rpartition('/')[0]}/{databases[alias]}" for name in names}
    return env


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose mail is its own."""
    place = tmp_path_factory.mktemp("instance")
    for name in ("secrets", "static", "media"):
        (settings.DATA / name).mkdir(exist_ok=True)
        (place / name).symlink_to(settings.DATA / name)
    return place


@pytest.fixture(scope="module")
def scene(own_databases: dict[str, str], data: Path) -> Iterator[Scene]:
    """The scene, for all tests here."""
    command = [sys.executable, "-m", "tests.coachvault.killed"]
    env = environment(own_databases, data)
    with (
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(command, env=env, cwd=BASE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
    ):
        patch.setattr(slots, "COST", primitives.FLOOR)
        patch.setattr(settings, "EMAIL_FILE_PATH", data / "mail")
        yield Scene(Cast(), data / "mail", process)
        process.communicate()


@pytest.fixture(autouse=True)
def _no_letters_yet(data: Path) -> None:
    for letter in (data / "mail").glob("*"):
        letter.unlink()
    (data / "overwrite-log").unlink(missing_ok=True)


# Each job: what it finds, and what must have become of it


def send_link(scene: Scene) -> Made:
    link = accounts.send_link(
        kind=Link.Kind.SIGN_UP, letter="sign_up", address=f"{uuid4().hex}@example.org", language="fr", about=uuid4(), by=None
    )

    def check() -> None:
        mine = [letter for letter in scene.letters() if letter.to == link.address]
        tokens = [re.findall(r"/link/([\w-]+)/", letter.links[0])[0] for letter in mine]
        assert 1 <= len(mine) <= 2
        assert links.find(tokens[0], timezone.now()).pk == link.pk
        for older in tokens[1:]:
            assert not Link.objects.filter(token=links.digest(older)).exists()

    return {"link": str(link.pk)}, check


def write_to(scene: Scene) -> Made:
    def check() -> None:
        assert {letter.to for letter in scene.letters()} == {"camille@example.org"}
        assert 1 <= len(scene.letters()) <= 2

    return {"person": str(scene.cast.camille.person_id), "letter": "passphrase_changed"}, check


def finish_shredding(scene: Scene) -> Made:
    keys = [row.pk for _ in range(2) for row in DataKey.objects.filter(pk=_shredded_key(scene))]
    assert Half.objects.filter(pk__in=keys, half__isnull=False).count() == 2

    def check() -> None:
        assert not Half.objects.filter(pk__in=keys, half__isnull=False).exists()
        assert Half.objects.filter(pk__in=keys, destroyed_at__isnull=False).count() == 2
        with connections["default"].cursor() as cursor:
            cursor.execute("select id from vault_datakey where shredded_at is null")
            living = [row[0] for row in cursor.fetchall()]
        assert Half.objects.filter(pk__in=living, half__isnull=False).count() == len(living), "no key that lives has lost its half"

    return {}, check


def _shredded_key(scene: Scene) -> UUID:
    """A key marked as shredded whose half the dying process left."""
    engagement = scene.cast.engagement(scene.cast.anais)
    row = DataKey.objects.filter(shredded_at__isnull=True).order_by("-made_at").first()
    assert row
    assert engagement
    DataKey.objects.filter(pk=row.pk).update(shredded_at=timezone.now())
    return row.pk


def sweep_unlocks(scene: Scene) -> Made:
    now, facts = timezone.now(), {"person": uuid4(), "sign_in": "s", "root_key": b"x", "opened_at": timezone.now()}
    old = Unlock.objects.create(cookie=uuid4().hex, used_at=now - timedelta(hours=1), locks_at=now + timedelta(hours=1), **facts)
    fresh = Unlock.objects.create(cookie=uuid4().hex, used_at=now, locks_at=now + timedelta(hours=1), **facts)

    def check() -> None:
        assert not Unlock.objects.filter(pk=old.pk).exists()
        assert Unlock.objects.filter(pk=fresh.pk).exists()

    return {}, check


def clean_keyring(scene: Scene) -> Made:
    halves.destroy([_shredded_key(scene)], timezone.now())

    def check() -> None:
        assert (scene.folder.parent / "overwrite-log").exists()
        assert Half.objects.filter(half__isnull=False).exists()

    return {}, check


def expire_consents(scene: Scene) -> Made:
    engagement = scene.cast.engagement(scene.cast.anais)
    agreements.in_force(engagement)
    consent = consents.ask(engagement=engagement, purpose="sponsor.listing", contact=scene.cast.helene, terms={}, by=scene.cast.camille)
    Consent.objects.filter(pk=consent.pk).update(
        requested_at=timezone.now() - timedelta(days=40), lapses_at=timezone.now() - timedelta(days=9)
    )

    def check() -> None:
        assert list(ConsentEvent.objects.filter(consent=consent).values_list("kind", flat=True)) == ["requested", "lapsed"]

    return {}, check


def expire_agreements(scene: Scene) -> Made:
    agreement = agreements.sent(scene.cast.engagement(scene.cast.anais))
    Agreement.objects.filter(pk=agreement.pk).update(expires_at=timezone.now() - timedelta(minutes=1))

    def check() -> None:
        agreement.refresh_from_db()
        assert agreement.state == Agreement.State.EXPIRED
        assert list(agreement.events.values_list("kind", flat=True)).count("expired") == 1

    return {}, check


def remind_signatories(scene: Scene) -> Made:
    Agreement.objects.filter(state=Agreement.State.SENT).update(reminders=3)
    agreement = agreements.sent(scene.cast.engagement(scene.cast.anais))
    back = timezone.now() - timedelta(days=4)
    Agreement.objects.filter(pk=agreement.pk).update(sent_at=back)
    Signatory.objects.filter(agreement=agreement).update(asked_at=back)
    before = waiting("accounts.send_link")

    def check() -> None:
        agreement.refresh_from_db()
        assert agreement.reminders == 1
        assert waiting("accounts.send_link") == before + 1

    return {}, check


def mail_code(scene: Scene) -> Made:
    one = agreements.sent(scene.cast.engagement(scene.cast.anais)).signatories.get(role="client")

    def check() -> None:
        codes = [found[1] for letter in scene.letters() if (found := agreements.CODE.search(letter.text))]
        assert 1 <= len(codes) <= 2
        row = Signatory.objects.select_related("agreement").get(pk=one.pk)
        assert all(older == codes[0] or not actions.try_code(signatory=row, code=older, by=None) for older in codes[1:])
        assert actions.try_code(signatory=row, code=codes[0], by=None)

    return {"signatory": str(one.pk)}, check


def complete(scene: Scene) -> Made:
    agreement = agreements.in_force(scene.cast.engagement(scene.cast.anais), real=True)
    before = waiting("accounts.send_link") + waiting("accounts.write_to")

    def check() -> None:
        agreement.refresh_from_db()
        assert agreement.completed_at is not None
        stages = list(KnownFile.objects.filter(agreement=agreement).values_list("stage", flat=True))
        assert (stages.count("final"), stages.count("proof")) == (1, 1)
        assert list(agreement.events.values_list("kind", flat=True)).count("completed") == 1
        assert waiting("accounts.send_link") + waiting("accounts.write_to") <= before + 2, "one letter for each side"

    return {"agreement": str(agreement.pk)}, check


def complete_pending(scene: Scene) -> Made:
    agreement = agreements.in_force(scene.cast.engagement(scene.cast.anais))

    def check() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "select count(*) from procrastinate_jobs where task_name = 'consent.complete' and args::text like %s", [f"%{agreement.pk}%"]
            )
            assert cursor.fetchone()[0] >= 1

    return {}, check


def refresh_crls(scene: Scene) -> Made:
    authority.root_certificate()
    Authority.objects.update(crls_issued_at=timezone.now() - timedelta(days=2))

    def check() -> None:
        row = Authority.objects.get()
        assert timezone.now() - row.crls_issued_at < timedelta(minutes=5)
        assert all(authority.crl(which, timezone.now()) for which in ("root", "issuing"))

    return {}, check


def erase_entries(scene: Scene) -> Made:
    book = Book(scene.cast)
    gone, kept = book.private(), book.private()
    PrivateEntry.objects.filter(pk=gone.pk).update(deleted_at=timezone.now() - timedelta(minutes=2))

    def check() -> None:
        assert not PrivateEntry.objects.filter(pk=gone.pk).exists()
        assert PrivateEntry.objects.filter(pk=kept.pk).exists()

    return {}, check


def mail_sign_in_code(scene: Scene) -> Made:
    person = scene.cast.camille.person
    factors.send_code(person=person, attempt=uuid4().hex, by=person)
    link = Link.objects.filter(kind=Link.Kind.CODE).latest("expires_at")

    def check() -> None:
        found = [found[0] for letter in scene.letters() if (found := re.findall(r"\b\d{6}\b", letter.text))]
        assert 1 <= len(found) <= 2
        assert Link.objects.get(pk=link.pk).details["code"] == codes.digest(link.pk, found[0])

    return {"link": str(link.pk)}, check


def sweep_sign_ins(scene: Scene) -> Made:
    now, person = timezone.now(), scene.cast.camille.person
    Session.objects.create(session_key=uuid4().hex, session_data="", expire_date=now - timedelta(minutes=1))
    facts = {"person": person, "sign_in": uuid4().hex, "details": {}, "seen_at": now}
    old = SignIn.objects.create(session=uuid4().hex, made_at=now - timedelta(days=1), **facts)
    fresh = SignIn.objects.create(session=uuid4().hex, made_at=now, **facts)

    def check() -> None:
        assert not Session.objects.filter(expire_date__lte=now).exists()
        assert not SignIn.objects.filter(pk=old.pk).exists()
        assert SignIn.objects.filter(pk=fresh.pk).exists()

    return {}, check


def _due(scene: Scene) -> Engagement:
    """An engagement whose promised time is over, as was announced a month ago."""
    engagement, back = scene.cast.engagement(scene.cast.anais), timezone.now() - timedelta(days=30)
    agreements.in_force(engagement)
    end_engagement(engagement=engagement, by=scene.cast.camille)
    Engagement.objects.filter(pk=engagement.pk).update(ended_at=timezone.now() - timedelta(days=366 * 12))
    row = Engagement.objects.select_related("coach", "client").get(pk=engagement.pk)
    due_date = retention.schedule(row, timezone.now()).due_date
    for days in (30, 7):
        RetentionNotice.objects.create(engagement=row, days=days, due_date=due_date, made_at=back)
    return row


def keep_retention(scene: Scene) -> Made:
    engagement = _due(scene)

    def check() -> None:
        with connections["default"].cursor() as cursor:
            asked = "select count(*) from procrastinate_jobs where task_name = 'sessions.destroy_due' and args::text like %s"
            cursor.execute(asked, [f"%{engagement.pk}%"])
            assert cursor.fetchone()[0] >= 1

    return {}, check


def destroy_due(scene: Scene) -> Made:
    engagement = _due(scene)

    def check() -> None:
        gone = Destruction.objects.get(engagement=engagement)
        assert (gone.scope, gone.ground, gone.by) == ("engagement", "retention", None)
        assert not DataKey.objects.filter(series__in=[engagement.notes_key, engagement.shared_key], shredded_at__isnull=True).exists()

    return {"engagement": str(engagement.pk)}, check


def attest(scene: Scene) -> Made:
    engagement = _due(scene)
    gone = destroy_engagement(engagement=engagement, ground="retention", request=None, by=None)

    def check() -> None:
        row = Destruction.objects.get(pk=gone.pk)
        assert row.attested_at is not None
        assert row.document

    return {"destruction": str(gone.pk)}, check


def attest_pending(scene: Scene) -> Made:
    gone = destroy_engagement(engagement=_due(scene), ground="retention", request=None, by=None)

    def check() -> None:
        with connections["default"].cursor() as cursor:
            asked = "select count(*) from procrastinate_jobs where task_name = 'consent.attest' and args::text like %s"
            cursor.execute(asked, [f"%{gone.pk}%"])
            assert cursor.fetchone()[0] >= 1

    return {}, check


def waiting(task: str) -> int:
    """How many jobs of a kind wait in the queue."""
    with connections["default"].cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name = %s and status = 'todo'", [task])
        return int(cursor.fetchone()[0])


JOBS: dict[str, Callable[[Scene], Made]] = {
    "accounts.send_link": send_link,
    "accounts.write_to": write_to,
    "accounts.mail_code": mail_sign_in_code,
    "accounts.sweep_sign_ins": sweep_sign_ins,
    "accounts.sweep_unlocks": sweep_unlocks,
    "vault.finish_shredding": finish_shredding,
    "vault.clean_keyring": clean_keyring,
    "consent.expire": expire_consents,
    "consent.expire_agreements": expire_agreements,
    "consent.remind_signatories": remind_signatories,
    "consent.mail_code": mail_code,
    "consent.complete": complete,
    "consent.complete_pending": complete_pending,
    "pades.refresh_crls": refresh_crls,
    "sessions.erase_entries": erase_entries,
    "sessions.keep_retention": keep_retention,
    "sessions.destroy_due": destroy_due,
    "consent.attest": attest,
    "consent.attest_pending": attest_pending,
}
ELSEWHERE = {
    "consent.tell_contact": "looks for a disclosure, then is accounts.write_to",
    "take up what a stopped worker left": "test_what_a_killed_worker_left_is_taken_up_again_by_the_next",
}
PERIODIC = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}


def test_every_job_is_in_the_table() -> None:
    ours = {name for name in app.tasks if not name.startswith(("builtin:", "tests.", "procrastinate."))}

    assert ours == set(JOBS) | set(ELSEWHERE)


@pytest.mark.parametrize("name", JOBS)
def test_killed_at_any_step_and_run_again_a_job_ends_as_without(scene: Scene, name: str) -> None:
    rng, more = random.Random(f"{SEED} {name}"), {"timestamp": 0} if name in PERIODIC else {}
    ids, check = JOBS[name](scene)
    steps = int(scene.run(name, ids | more).removeprefix("ended "))
    check()
    chosen = range(1, steps + 1) if EVERY_STEP else sorted(rng.sample(range(1, steps + 1), min(TRIES, steps)))

    for step in chosen:
        clear(scene)
        ids, check = JOBS[name](scene)
        assert scene.run(name, ids | more, step) == "killed", (step, steps)
        assert scene.run(name, ids | more).startswith("ended"), (step, steps)
        check()
    print(f"{name}: {steps} steps, killed at {list(chosen)}, seed {SEED}")


def clear(scene: Scene) -> None:
    """Take away the letters."""
    for letter in scene.folder.glob("*"):
        letter.unlink()


def test_what_a_killed_worker_left_is_taken_up_again_by_the_next(own_databases: dict[str, str], data: Path, scene: Scene) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
    env = environment(own_databases, data)
    accounts.jobs.write_to.defer(person=str(scene.cast.camille.person_id), letter="passphrase_changed")
    hold = connections["default"].copy()
    with hold.cursor() as cursor:  # the job waits for this table, and is killed while it waits
        cursor.execute("begin; lock table accounts_user in access exclusive mode")
        worker = spawn(worker_command(), env)
        until(lambda: doing() == 1)
        worker.kill()
        worker.wait()
        cursor.execute("rollback")
    hold.close()
    assert (doing(), scene.letters()) == (1, [])
    with connections["default"].cursor() as cursor:
        cursor.execute("update procrastinate_workers set last_heartbeat = now() - interval '10 minutes'")  # or wait that long

    queue = JobManager(DjangoConnector(alias="default"))
    configure_task(name="take up what a stopped worker left", job_manager=queue).defer(timestamp=0)  # every second minute
    next_one = spawn(worker_command(), env)
    until(lambda: scene.letters())
    next_one.terminate()
    next_one.wait()

    assert [letter.to for letter in scene.letters()] == ["camille@example.org"]
    assert (doing(), waiting("accounts.write_to")) == (0, 0)


def doing() -> int:
    """How many letters are being written."""
    with connections["default"].cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where status = 'doing' and task_name = 'accounts.write_to'")
        return int(cursor.fetchone()[0])


def until(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
