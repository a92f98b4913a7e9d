"""After signing out nothing of what was read or written is left in the browser: no storage, no cache, no way back, nothing in its files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Page, Request, Response, expect

from sessions.models import Note
from tests.cast import Cast
from tests.coachvault import sinks
from tests.coachvault.test_sinks import word
from tests.live import WHOLE, program
from tests.sessions.conftest import Room
from tests.stories.walk import sign_in

pytestmark = [pytest.mark.usefixtures("browser"), pytest.mark.timeout(120)]  # `browser` makes it come last
LEFT = "localStorage.length + sessionStorage.length"
ASK = """async () => JSON.stringify([{...localStorage}, {...sessionStorage}, (await indexedDB.databases()).map((one) => one.name),
  await caches.keys(), document.cookie, history.state, window.name])"""


@dataclass
class Seen:
    """What a browser sent and showed."""

    places: sinks.Found = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note every request and title of a tab."""
        page.on("request", self._sent)
        page.on("response", lambda answer: self.answers.append(answer))
        page.on("console", lambda said: self.places.append(("console", said.text.encode())))
        page.on("download", lambda one: self.places.append(("file name", one.suggested_filename.encode())))

    def _sent(self, request: Request) -> None:
        self.places.append(("address", request.url.encode()))
        self.places.append(("referrer", request.headers.get("referer", "").encode()))


@pytest.fixture
def words() -> dict[str, str]:
    """What is written and read, one word each."""
    return {kind: word(kind) for kind in ("note", "typing", "agenda", "name", "control")}


@pytest.fixture
def room(live: str, words: dict[str, str]) -> Room:
    """Camille with a session under way, whose client has a name of its own."""
    room = Room(Cast())
    client = room.engagement.client
    client.details = {**client.details, "name": words["name"]}
    client.save(update_fields=["details"])
    room.session(hours=-0.25, agenda=words["agenda"])
    return room


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """Where the browser keeps what it keeps."""
    return tmp_path / "profile"


def opened(browser_type: BrowserType, arguments: dict, profile: Path) -> BrowserContext:
    """The whole browser, with a profile on the disk, as people have it."""
    arguments = {**arguments, "channel": "chromium", **program(*WHOLE)}
    return browser_type.launch_persistent_context(profile, **arguments, locale="fr-FR", viewport={"width": 1280, "height": 860})


def test_nothing_stays_in_a_browser_after_signing_out(
    live: str, room: Room, words: dict[str, str], profile: Path, browser_type: BrowserType, browser_type_launch_args: dict
) -> None:
    seen = Seen()
    context = opened(browser_type, browser_type_launch_args, profile)
    page = context.pages[0]
    seen.watch(page)
    page.goto(f"{live}/accounts/help/?control={words['control']}")

    sign_in(page, live, room.camille.person.address)
    titles = wander(page, live, room, words)
    page.goto(f"{live}/coach/")
    page.evaluate("document.querySelector('form[action$=\"/logout/\"]').submit()")
    page.wait_for_url("**/accounts/login/**")

    seen.places += [("title", title.encode()) for title in titles]
    seen.places.append(("storage", page.evaluate(ASK).encode()))
    assert page.evaluate(LEFT) == 0
    backwards(page, words)
    context.close()
    left = [(f"profile {path.relative_to(profile)}", path.read_bytes()) for path in profile.rglob("*") if path.is_file()]
    assert sinks.holders(words.pop("control"), left), "what does stand in an address is found in the profile"
    found = {kind: where for kind, said in words.items() if (where := sinks.holders(said, seen.places + left))}
    assert not found
    assert not [
        answer.url for answer in seen.answers if "/static/" not in answer.url and "no-store" not in answer.headers.get("cache-control", "")
    ]


def wander(page: Page, live: str, room: Room, words: dict[str, str]) -> list[str]:
    """Write a note, look at a few pages, leave one in the middle of a word; the titles met."""
    titles = []
    page.goto(f"{live}/coach/")
    page.get_by_role("button", name="Nouvelle note").click()
    page.wait_for_url("**/coach/notes/*/")
    page.locator("#note").fill(words["note"])
    expect(page.locator("[data-autosave-state]")).to_have_text(re.compile("Enregistré à"))
    note, engagement = Note.objects.latest("made_at"), room.engagement
    for address in (
        f"engagements/{engagement.pk}/",
        f"clients/{engagement.client_id}/",
        f"clients/{engagement.client_id}/edit/",
        f"notes/{note.pk}/",
    ):
        page.goto(f"{live}/coach/{address}")
        assert words["name"] in page.content()
        titles.append(page.title())
    page.locator("#note").press_sequentially(words["typing"])
    titles.append(page.title())
    expect(page.locator("[data-autosave-state]")).to_have_text(re.compile("Enregistré à"))
    return titles


def backwards(page: Page, words: dict[str, str]) -> None:
    """The button that goes back leads to the way to sign in, and shows nothing on the way."""
    for _ in range(4):
        page.go_back()
        page.wait_for_load_state()
        assert not [kind for kind, said in words.items() if kind != "control" and said in page.content()], page.url
        assert page.evaluate(LEFT) == 0
