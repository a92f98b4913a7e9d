"""People at work during a trial: each writes one note without end, through whichever node answers, and remembers what was acknowledged."""

from __future__ import annotations

import http.client
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bench.visitor import Visitor

PASSPHRASE = "six plain words for a trial"
PATIENCE = 60.0


@dataclass
class Written:
    """What one person had acknowledged, and how long they waited for it."""

    version: int = 0
    text: str = ""
    acknowledged: int = 0
    unlocked: int = 0
    errors: int = 0
    at: float = field(default_factory=time.monotonic)
    longest: float = 0.0


def coach(name: str) -> tuple[str, Any]:
    """A coach with an engagement and an unfinished note, made through the product's own actions: the address and the note."""
    from datetime import timedelta

    from django.utils import timezone

    from accounts import actions as accounts
    from clients import actions as clients
    from sessions import actions as sessions
    from vault import slots

    address = f"{name.lower()}@trial.example"
    user, vault = accounts.make_person(
        address=address, name=name, language="fr", passphrase=slots.stretched(PASSPHRASE), by=None, is_demo=True
    )
    me = clients.open_practice(person=user, name="", by=None)
    client = clients.add_client(coach=me, name="Anaïs Lefort", address="", phone="", job="", language="fr", by=me)
    facts = {"sponsor": None, "wording": "A", "title": "Prise de poste", "objective": "", "planned_sessions": 6}
    engagement = clients.open_engagement(coach=me, vault=vault, client=client, by=me, **facts)
    starts_at = timezone.now() - timedelta(minutes=10)
    session = sessions.plan_session(engagement=engagement, starts_at=starts_at, minutes=60, place="office", agenda="", by=me)
    return address, sessions.start_note(session=session, vault=vault, by=me)


class Person(threading.Thread):
    """Somebody who writes until told to stop."""

    def __init__(self, address: str, note: Any, ports: list[int]) -> None:
        """Sign in at the first node; the others are there for when it is not."""
        super().__init__(daemon=True)
        self.address, self.page = address, f"/coach/notes/{note.pk}/"
        self.visitors = [Visitor(port) for port in ports]
        for visitor in self.visitors:  # one name for all nodes, as the proxy has it; one browser
            visitor.host, visitor.cookies = self.visitors[0].host, self.visitors[0].cookies
        self.over, self.wrong = threading.Event(), ""
        self.written = Written(version=note.version)
        self.visitors[0].sign_in(address, PASSPHRASE)
        self.visitors[0].get(self.page)
        self.first = self.visitors[0]

    def run(self) -> None:
        """Write, and leave what went wrong for the trial to read."""
        number = 0
        try:
            while not self.over.is_set():
                number += 1
                self.save(f"Ligne {number}. Elle parle de la réunion de lundi.")
                time.sleep(0.02)
        except Exception as wrong:
            self.wrong = f"{self.address}: {wrong!r}"

    def save(self, text: str) -> None:
        """Save a text as the autosave does, again and again until it is acknowledged."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            status, answer = self.ask(self.page + "write/", {"text": text, "version": str(self.written.version)})
            if status == 200:
                return self.acknowledge(json.loads(answer)["version"], text)
            if status == 423:
                self.unlock()
            elif status in {0, 500, 502, 503}:
                self.written.errors += 1
                self.visitors.append(self.visitors.pop(0))
                time.sleep(0.05)
            else:
                raise RuntimeError(f"a save was answered with {status}")
        raise RuntimeError("nothing was saved for a minute")

    def acknowledge(self, version: int, text: str) -> None:
        """Remember what was acknowledged, and how long that took."""
        now = time.monotonic()
        seen = self.written
        seen.version, seen.text, seen.acknowledged = version, text, seen.acknowledged + 1
        seen.longest, seen.at = max(seen.longest, now - seen.at), now

    def ask(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        """Send a form in the background, as a script of the page does: status (0 where nobody answers) and text."""
        visitor = self.visitors[0]
        visitor.token, visitor.more = self.first.token, {"X-Requested-With": "fetch"}
        try:
            return visitor.ask("POST", path, form)
        except (OSError, http.client.HTTPException):
            with suppress(OSError):
                visitor.connection.close()
            return 0, ""

    def unlock(self) -> None:
        """Type the passphrase over the text, which stays on screen."""
        status, _ = self.ask("/accounts/unlock/", {"password": PASSPHRASE})
        self.written.unlocked += status == 204

    def begin_again(self) -> None:
        """Count the longest wait from now on."""
        self.written.longest, self.written.at, self.written.errors = 0.0, time.monotonic(), 0
