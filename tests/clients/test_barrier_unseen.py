"""Two colleagues of one coach, and a contact who may know of one of them only: nothing that they can reach tells of the other.

Each is let loose on every link from their first page, with and without the other client's engagement there: no name, no initials and no id of
the other, the same pages to the letter, the same questions to the database.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from django.core import mail as outgoing
from django.db import connection, connections, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.jobs import write_to
from accounts.models import User
from clients import actions as clients
from consent.actions import summaries
from sessions import actions as sessions
from support import mail
from support.words import initials
from tests.cast import Cast, signed_in
from tests.consent import agreements, readings
from tests.house.world import World, vault_of

LINK = re.compile(r'(?:href|data-href|src|hx-get|action|formaction)="(/[^"#?]*)')
NEVER = ("/static/", "/accounts/logout", "/mail/", "/verify", "/pades/")
ITSELF = [  # what differs from one look to the next by itself: tokens, and the log's times, which the database gives
    (re.compile(r'"[A-Za-z0-9]{64}"'), '"TOKEN"'),
    (re.compile(r"\b\d{1,2}[\s\u00a0\u202f]h[\s\u00a0\u202f]\d{2}\b"), "CLOCK"),
    (re.compile(r'datetime="[^"]*"'), "DATETIME"),
]


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside did not happen, in either database."""
    with transaction.atomic("default"), transaction.atomic("keyring"):
        yield
        transaction.set_rollback(True, "default")
        transaction.set_rollback(True, "keyring")


@dataclass
class Seen:
    """One answer: status, text as it can be compared, everything that was sent, how many questions it took."""

    status: int
    text: str
    sent: bytes
    questions: int


def words_of(document: bytes) -> str:
    """What stands in a PDF, and what it is called; nothing for the empty ones that the tests are signed with."""
    try:
        pages = pypdf.PdfReader(io.BytesIO(document))
        return "\n".join(page.extract_text() for page in pages.pages) + str(dict(pages.metadata or {}).get("/Title"))
    except pypdf.errors.PdfReadError:
        return ""


def read(content: bytes, kind: str) -> str:
    """What somebody reads in an answer, without what differs by itself."""
    if content.startswith(b"%PDF"):
        return words_of(content)
    text = content.decode("utf-8", "replace") if "text" in kind or "json" in kind else ""
    for pattern, put in ITSELF:
        text = pattern.sub(put, text)
    return text


def let_loose(user: User, browser: Browser) -> dict[str, Seen]:
    """Every page that links, forms and pictures lead this person to; of the looking nothing stays."""
    seen: dict[str, Seen] = {}
    waiting = ["/", "/client/", "/contact/", "/coach/", "/admin/", "/accounts/settings/"]
    with undone():
        while waiting:
            path = waiting.pop()
            if path in seen or path.startswith(NEVER):
                continue
            with CaptureQueriesContext(connection) as questions, CaptureQueriesContext(connections["keyring"]) as more:
                answer = browser.get(path)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            text = read(content, answer.get("Content-Type", ""))
            seen[path] = Seen(answer.status_code, text, content + str(answer.headers).encode(), len(questions) + len(more))
            waiting += [*LINK.findall(text), *([answer["Location"]] if answer.status_code == 302 else [])]
    return seen


@dataclass
class Colleagues:
    """Anaïs's engagement, which Hélène knows of, in full; Karim's, of which she must not know, can be put there or not."""

    cast: Cast
    anais: World = field(init=False)
    people: dict[str, tuple[User, Browser]] = field(init=False)

    def __post_init__(self) -> None:
        self.cast.karim  # noqa: B018  who has joined, for another coach's sake
        self.anais = World.of_anais(self.cast)
        clients.lift_barrier(barrier=self.anais.barrier, by=self.cast.camille)  # alone, she is walled from nobody
        self.plan(self.anais)
        users: dict[str, Any] = {"anais": self.cast.anais.person, "helene": self.cast.helene.person}
        self.people = {name: (user, signed_in(user)) for name, user in users.items()}

    def plan(self, world: World) -> None:
        """A session in three days, at the hour at which the other one has hers."""
        facts = {"starts_at": timezone.now() + timedelta(days=3), "minutes": 60, "place": "office", "agenda": ""}
        sessions.plan_session(engagement=world.engagement, by=self.cast.camille, **facts)

    def put_karim(self) -> World:
        """All that there can be about Karim, Hélène asked for something too, walled from Anaïs by hand besides, crossing at the door."""
        karim, coach = World.of_karim(self.cast), self.cast.camille
        vault, text = vault_of(coach), "Un texte que Karim n’a pas encore approuvé"
        summary = summaries.start_summary(engagement=karim.engagement, contact=self.cast.helene, text=text, vault=vault, by=coach)
        summaries.propose(summary=summary, text=text, reading=readings.read(text, karim.engagement, vault), vault=vault, by=coach)
        clients.add_barrier(client=self.cast.anais, other=self.cast.karim, reason="Ils se connaissent", by=coach)
        self.plan(karim)
        return karim


@pytest.fixture
def colleagues(cast: Cast) -> Colleagues:
    return Colleagues(cast)


def ids_of(world: World) -> set[str]:
    """Every id by which something of an engagement goes."""
    rows = [world.client, world.engagement, world.agreement, world.tripartite, world.session, world.note, world.disclosure, world.consent]
    rows += [world.proposal, world.summary, world.barrier, world.receipt, world.contact]
    return {str(row.pk) for row in rows} | {str(world.client.person_id), str(world.engagement.notes_key), str(world.engagement.shared_key)}


def told_of(world: World, seen: dict[str, Seen]) -> list[tuple[str, str]]:
    """Where something of somebody's engagement is said: its names, initials, phrases, ids."""
    client = world.client
    words = {
        client.name,
        *client.name.split(),
        client.address,
        world.contact.name,
        *(world.phrase(what) for what in ("objective", "disclosed")),
    }
    words |= {world.engagement.title, f'data-initials="{initials(client.name)}"', f">{initials(client.name)}<"} | ids_of(world)
    words |= {one.replace("-", "") for one in ids_of(world)}
    return [(path, word) for path, one in seen.items() for word in words if word in one.text or word.encode() in one.sent or word in path]


def test_what_is_looked_for_is_found_where_it_may_stand(colleagues: Colleagues) -> None:
    found = {word for _path, word in told_of(colleagues.anais, let_loose(*colleagues.people["anais"]))}

    assert {"Anaïs Lefort", str(colleagues.anais.engagement.pk), "Anaïs"} <= found


@pytest.mark.parametrize("who", ["anais", "helene"])
def test_nothing_that_they_reach_tells_of_the_other(colleagues: Colleagues, who: str) -> None:
    karim = colleagues.put_karim()

    seen = let_loose(*colleagues.people[who])

    assert len(seen) > 8
    assert {one.status for path, one in seen.items() if path.startswith(("/client/", "/contact/"))} <= {200, 302, 404, 405}
    assert told_of(karim, seen) == []
    assert not [path for path, one in seen.items() if path.startswith(("/client", "/contact")) and "cloison" in one.text.lower()]


def test_the_other_finds_nothing_of_her_either(colleagues: Colleagues) -> None:
    colleagues.put_karim()
    seen = let_loose(colleagues.cast.karim.person, signed_in(colleagues.cast.karim.person))

    helene = colleagues.anais.contact.name  # who may ask him for something, and is named to him then
    assert [(path, word) for path, word in told_of(colleagues.anais, seen) if word not in {helene, str(colleagues.anais.contact.pk)}] == []


@pytest.mark.parametrize("who", ["anais", "helene"])
def test_the_pages_are_the_same_to_the_letter_whether_the_other_is_there_or_not(
    colleagues: Colleagues, who: str, time_machine: Any
) -> None:
    time_machine.move_to(timezone.now(), tick=False)  # some pages and documents say what time it is
    user, browser = colleagues.people[who]
    let_loose(user, browser)  # what is kept in memory from the first time on
    alone = let_loose(user, browser)

    with undone():
        colleagues.put_karim()
        together = let_loose(user, browser)

    assert together.keys() == alone.keys()
    assert [path for path in alone if (together[path].status, together[path].text) != (alone[path].status, alone[path].text)] == []
    assert [
        (path, alone[path].questions, together[path].questions) for path in alone if together[path].questions != alone[path].questions
    ] == []


def test_the_papers_of_a_three_way_agreement_name_nobody_else(cast: Cast) -> None:
    for client in (cast.karim, cast.anais):
        paper = agreements.sent(cast.engagement(client), kind="three_way", contacts=(cast.helene,), real=True)
    user, browser = cast.anais.person, signed_in(cast.anais.person)

    seen = let_loose(user, browser)

    words = next(one.text for path, one in seen.items() if str(paper.pk) in path and path.endswith(".pdf"))
    assert "Anaïs Lefort" in words
    assert "Hélène Vasseur" in words
    assert not [(path, word) for path, one in seen.items() for word in ("Karim", "Benali") if word in one.text or word.encode() in one.sent]


def test_mails_of_the_same_moment_share_no_number(cast: Cast) -> None:
    for client in (cast.anais, cast.karim):
        write_to(person=str(client.person_id), letter="summary_proposed")
    mail.send(to=cast.anais.address, language="fr", letter="agreement_to_sign", context={"link": "/sign/a/"})
    mail.send(to=cast.karim.address, language="fr", letter="agreement_to_sign", context={"link": "/sign/b/"})

    for one, other in (outgoing.outbox[:2], outgoing.outbox[2:]):
        numbers = [
            set(re.findall(r"\d{2,}", f"{letter.extra_headers['Message-ID']}{letter.subject}{letter.body}")) for letter in (one, other)
        ]
        ours = set(re.findall(r"\d{2,}", mail.settings.URL))
        assert numbers[0] & numbers[1] <= ours
        assert one.extra_headers["Message-ID"] != other.extra_headers["Message-ID"]
        assert one.subject == other.subject
