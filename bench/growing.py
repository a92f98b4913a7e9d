"""P4 and P5: a coach's pages among the notes of a million, beside a plain foreign-key filter, and beside a database with her alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import psycopg

from bench.figures import Row, alternately
from bench.filling import NOTES, PRACTICES, fill, size
from bench.people import PASSPHRASE, TEXT, People
from bench.practice import Practice, write_notes
from bench.stage import Server, Stage, free_port, serving
from bench.twins import served_by
from bench.visitor import Visitor
from coachvault.postgres import APP, OWNER, addresses

TIMES, WARM = 40, 8
HERS, EACH = 20, 25  # engagements of the measured coach with notes, and notes in each
LISTS = ("today", "clients", "engagement", "session", "log", "new note", "consents", "organisations")
WITH_NOTES = ("clients", "engagement", "today", "new note")  # where engagements or notes are listed


def rows(stage: Stage, server: Server, people: People) -> list[Row]:
    """The figures of both, measured in one run: the small database is a copy of this one from before it was filled."""
    practice = people.busy()
    note = write_notes(practice, HERS, EACH)
    with ExitStack() as standing:
        small = standing.enter_context(copied(stage))
        begun = time.monotonic()
        fill(stage)
        took, (notes, stored) = time.monotonic() - begun, size(stage)
        facts = f"{notes:,} notes, {PRACTICES:,} practices, {stored / 1e9:.1f} GB, filled in {took:.0f} s; her own notes are real"
        alone = Coach(standing.enter_context(other(stage, "coachvault.wsgi", small)), practice, note)
        plain = Coach(standing.enter_context(other(stage, "bench.plain_filter", {})), practice, note)
        among = Coach(standing.enter_context(other(stage, "coachvault.wsgi", {})), practice, note)  # as fresh as the others
        return [*beside_plain(among, plain, facts), *statements(practice), *beside_small(among, alone, facts)]


def beside_plain(among: Coach, plain: Coach, facts: str) -> list[Row]:
    """P4, on the pages."""
    found = []
    for name in WITH_NOTES:
        mine, bare = alternately(TIMES, among.pages[name], plain.pages[name], warm=WARM)
        found.append(Row("P4", f"page {name}, {NOTES:,} notes / plain foreign key", mine, bare, "ms", "≤ 1.1 ×", mine <= 1.1 * bare))
    found[-1] = with_note(found[-1], facts)
    return found


def statements(practice: Practice) -> list[Row]:
    """P4, on the statements alone, with the rows made of what comes back."""
    from django.db import connection

    from clients.models import Engagement
    from sessions.models import Note

    connection.close()
    coach, notes = practice.coach, Note.objects.without_text()
    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "engagements": (lambda: list(Engagement.objects.for_coach(coach)), lambda: list(Engagement.objects.filter(coach=coach))),
        "notes": (
            lambda: list(Note.objects.for_coach(coach).without_text()),
            lambda: list(notes.filter(session__engagement__coach=coach)),
        ),
    }
    found = []
    for name, (guarded, bare) in pairs.items():
        mine, plain = alternately(TIMES, guarded, bare, warm=WARM)
        what = f"all {name} of a coach, the statement / plain foreign key"
        found.append(Row("P4", what, mine, plain, "ms", "≤ 1.1 ×", mine <= 1.1 * plain))
    return found


def beside_small(among: Coach, alone: Coach, facts: str) -> list[Row]:
    """P5."""
    found = []
    for name, large in among.pages.items():
        mine, small = alternately(TIMES, large, alone.pages[name], warm=WARM)
        kind, most = ("list", 1.4) if name in LISTS else (name, 1.1)
        what = f"{name if kind == name else f'list: {name}'}, {NOTES:,} notes / her practice alone"
        found.append(Row("P5", what, mine, small, "ms", f"≤ {most} ×", mine <= most * small))
    found[-1] = with_note(found[-1], facts)
    return found


def with_note(row: Row, note: str) -> Row:
    """The row with a word on how it was taken."""
    return Row(row.id, row.what, row.ours, row.other, row.unit, row.goal, row.holds, note)


class Coach:
    """The coach at one server, and her pages there."""

    def __init__(self, server: Server, practice: Practice, note: Any) -> None:
        """Sign in."""
        self.visitor = Visitor(server.port)
        self.visitor.sign_in(practice.address, PASSPHRASE)
        first = practice.engagements[0]
        self.version, self.unfinished = note.version, note.pk
        page = {
            "today": "/coach/",
            "clients": "/coach/clients/",
            "engagement": f"/coach/engagements/{first.pk}/",
            "session": f"/coach/sessions/{note.session_id}/",
            "log": f"/coach/engagements/{first.pk}/log/",
            "new note": "/coach/notes/new/",
            "consents": "/coach/consents/",
            "organisations": "/coach/organisations/",
            "open": f"/coach/notes/{finished_in(first)}/",
        }
        self.pages: dict[str, Callable[[], Any]] = {name: lambda at=at: self.visitor.get(at) for name, at in page.items()}
        self.pages["save"] = self.save
        self.visitor.get(page["session"])

    def save(self) -> None:
        """Save the unfinished note, as the page's script does while somebody types."""
        self.visitor.more = {"If-Match": f'"{self.version}"', "X-Requested-With": "autosave"}
        answer = self.visitor.post(f"/coach/notes/{self.unfinished}/write/", {"text": f"{TEXT}{self.version}"}, status=200)
        self.version = json.loads(answer)["version"]
        self.visitor.more = {}


def finished_in(engagement: Any) -> Any:
    """A finished note of an engagement."""
    from sessions.models import Note

    return Note.objects.filter(session__engagement=engagement, finished_at__isnull=False).values_list("pk", flat=True)[0]


@contextmanager
def copied(stage: Stage) -> Iterator[dict[str, str]]:
    """A copy of the product's database as it stands, and the setting that names it; dropped afterwards. Whoever is connected is let go."""
    from django.db import connections

    connections.close_all()
    with stage.cluster.connect() as admin:
        for _ in range(50):
            admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'coachvault' and pid <> pg_backend_pid()")
            with suppress(psycopg.errors.ObjectInUse):
                admin.execute(f"create database small owner {OWNER} template coachvault")
                break
            time.sleep(0.1)
        admin.execute("revoke all on database small from public")
        admin.execute(f"grant connect on database small to {APP}")
        try:
            yield {"DATABASE_URL": f"{addresses(stage.data)['DATABASE_URL'].rpartition('/')[0]}/small"}
        finally:
            admin.execute("drop database small with (force)")


@contextmanager
def other(stage: Stage, application: str, more: dict[str, str]) -> Iterator[Server]:
    """One more web server of the instance."""
    port = free_port()
    env = stage.env | {"PORT": str(port), "COACHVAULT_URL": f"http://127.0.0.1:{port}"} | more
    with serving(served_by(application, port), port, env) as server:
        yield server
