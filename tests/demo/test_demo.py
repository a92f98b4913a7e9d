"""The demo practice, looked at from outside: who reads what, and what a thief finds."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from accounts.models import User
from clients.models import Practice
from coachvault.doctor import services
from coachvault.doctor.findings import State
from consent.models import Agreement, Proposal
from support import jobs
from tests.databases import as_owner, copies
from tests.demo.visitor import Visitor
from vault import ledger, primitives, slots

pytestmark = pytest.mark.timeout(600)

own_databases = pytest.fixture(copies, scope="module")


def made(folder: Path) -> dict[str, Any]:
    """The manifest of a demo made now, by the owner."""
    with as_owner():
        call_command("demo", manifest=str(folder / "manifest.json"))
    return json.loads((folder / "manifest.json").read_text())


@pytest.fixture(scope="module")
def practice(own_databases: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the manifest of one demo for all who look at it."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slots, "COST", primitives.FLOOR)
        made(folder)
    return folder


def everything_stored(*folders: Path) -> list[tuple[str, bytes]]:
    """Every row of both databases as text, and every file of these folders, name and bytes."""
    found = []
    for alias in connections:
        connection = connections[alias]
        for table in connection.introspection.table_names():
            with connection.cursor() as cursor:
                cursor.execute(f'select t::text from "{table}" t')
                found.append((f"{alias}.{table}", "\n".join(row[0] for row in cursor.fetchall()).encode()))
    for folder in folders:
        found += [(str(path), path.read_bytes()) for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return found


def holders(phrase: str, stored: list[tuple[str, bytes]]) -> list[str]:
    """Where a phrase stands in clear, as UTF-8 or as the hex that a dump of bytes shows."""
    forms = (phrase.encode(), phrase.encode().hex().encode(), json.dumps(phrase).strip('"').encode())
    return [where for where, data in stored if any(form in data for form in forms)]


def test_the_demo_shows_every_state_and_at_least_forty_phrases(practice):
    manifest = json.loads((practice / "manifest.json").read_text())
    phrases = [secret["phrase"] for secret in manifest["secrets"]]

    assert len(phrases) >= 40
    assert len(set(phrases)) == len(phrases)
    assert Practice.objects.count() == 2
    assert User.objects.filter(is_demo=True).count() == 13
    agreements = Agreement.objects.all()
    every = {(kind, state) for kind in Agreement.Kind.values for state in Agreement.State.values}
    assert {(a.kind, a.state) for a in agreements} == every - {("elsewhere", "signed")}, "what was signed elsewhere no coach signs again"
    assert {(a.wording, a.state) for a in agreements if a.kind == "confidentiality"} >= {
        ("A", "in_force"),
        ("B", "superseded"),
        ("B", "sent"),
    }
    assert not [a.pk for a in agreements if a.in_force_at and not a.completed_at], "each signed one is complete"
    assert {p.state for p in Proposal.objects.all()} == {"proposed", "changes_asked", "refused", "lapsed", "approved"}
    assert not [broken for chain in ledger.chains() for broken in ledger.verify_chain(chain)]
    assert (practice / "manifest.json").stat().st_mode & 0o777 == 0o600

    first = (practice / "manifest.json").read_text()
    made(practice)
    assert (practice / "manifest.json").read_text() == first, "written again, the manifest is the same"


def test_everybody_reads_what_is_theirs_nobody_reads_more_and_a_thief_reads_nothing(practice, live, live_data, live_mail):
    manifest = json.loads((practice / "manifest.json").read_text())

    wrong = []
    for person in manifest["people"]:
        visitor = Visitor(live)
        visitor.sign_in(person["email"], person["passphrase"])
        pages = visitor.crawl()
        wrong += [(person["email"], "status", path, status) for path, (status, _) in pages.items() if status not in (200, 422)]
        for secret in manifest["secrets"]:
            seen = [path for path, (_, text) in pages.items() if secret["phrase"] in text]
            if bool(seen) != (person["email"] in secret["readable_by"]):
                wrong.append((person["email"], "reads" if seen else "cannot read", secret["phrase"], seen[:3]))
    assert not wrong

    for _ in range(100):
        with connections["default"].cursor() as cursor:
            cursor.execute("select count(*) from procrastinate_jobs where status in ('todo', 'doing') and scheduled_at is null")
            if not cursor.fetchone()[0]:
                break
        time.sleep(0.2)
    stored = everything_stored(live_mail, settings.DATA / "postgres", settings.DATA / "media")
    assert list(live_mail.iterdir()), "the worker has written mail"
    seen = holders("agreement.in_force", stored)
    assert "default.vault_ledger" in seen, "what stands in clear is found"
    assert any("/postgres/" in where for where in seen), "in the database's files too"
    found = {secret["phrase"]: where for secret in manifest["secrets"] if (where := holders(secret["phrase"], stored))}
    assert not found
    assert not {p["email"]: w for p in manifest["people"] if (w := [x for x in holders(p["email"], stored) if "/mail/" not in x])}


def test_it_waits_while_somebody_else_makes_it_or_takes_it_away(practice):
    def again() -> None:
        try:
            call_command("demo")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        with jobs.held():
            asked = other.submit(again)
            with pytest.raises(TimeoutError):
                asked.result(timeout=1)
        asked.result(timeout=20)


def test_its_signatures_can_be_checked_from_the_first_moment(practice):
    assert services.signatures().state is State.GOOD


def test_it_is_removed_whole(practice):
    call_command("verify")
    with as_owner():
        call_command("demo", remove=True)
    assert User.objects.count() == 0
    assert Practice.objects.count() == 0
    call_command("verify")


def test_the_demo_refuses_an_address_that_is_not_this_machine(own_databases, settings):
    settings.LOCAL = False

    with pytest.raises(CommandError, match="this machine only"):
        call_command("demo")
