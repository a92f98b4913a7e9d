"""The tripwire: more than a person reads asks for the passphrase, twice that shuts every vault; nothing typed is lost, nothing is missed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import tripwire
from accounts.tripwire import Tripped
from sessions import actions, leak_facts
from sessions.models import Note
from support import jobs, mail
from tests.cast import PASSPHRASE, Cast, signed_in
from tests.sessions.conftest import Room
from vault import ledger
from vault.models import LedgerEntry, Unlock


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> None:
    """Three in a minute and eight in an hour, so that a test need not write sixty notes."""
    monkeypatch.setattr(tripwire, "IN_A_MINUTE", 3)
    monkeypatch.setattr(tripwire, "IN_AN_HOUR", 8)
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path / "mail"


def notes(room: Room, number: int) -> list[Note]:
    return [room.fresh(room.note(f"Note {n}", room.session())) for n in range(number)]


def finished(room: Room, number: int) -> list[Note]:
    """The page of a note that is being written shows the one before beside it; of a finished one it shows that one alone."""
    return [room.finish(note) for note in notes(room, number)]


def read(room: Room, note: Note, **more: object) -> str:
    return actions.read_note(note=note, vault=room.vault, by=room.camille, **more)  # type: ignore[arg-type]


def answers(browser, several: list[Note]) -> list[int]:
    return [browser.get(reverse("note_page", args=[note.pk])).status_code for note in several]


def test_the_limits_are_those_of_the_design() -> None:
    import inspect

    source = inspect.getsource(tripwire)
    assert "IN_A_MINUTE: Final = 60\n" in source
    assert "IN_AN_HOUR: Final = 300\n" in source


def test_the_fourth_different_note_in_a_minute_is_not_shown_and_leaves_no_event(room):
    first, second, third, fourth = notes(room, 4)
    for note in (first, second, third, first, first):
        read(room, note)

    with pytest.raises(Tripped) as no:
        read(room, fourth)

    assert not no.value.is_double
    assert not LedgerEntry.objects.filter(event="note.read", about=fourth.pk).exists()
    assert read(room, first)


def test_a_minute_later_reading_goes_on(room):
    *several, fourth = notes(room, 4)
    for note in several:
        read(room, note)

    with pytest.raises(Tripped):
        tripwire.check(room.camille.person_id, fourth.pk, timezone.now())
    tripwire.check(room.camille.person_id, several[0].pk, timezone.now())
    tripwire.check(room.camille.person_id, fourth.pk, timezone.now() + timedelta(minutes=2))


def test_nine_in_an_hour_are_too_many_however_slowly(room, monkeypatch):
    monkeypatch.setattr(tripwire, "IN_A_MINUTE", 100)
    *several, ninth = notes(room, 9)
    for note in several:
        read(room, note)

    with pytest.raises(Tripped):
        read(room, ninth)
    tripwire.check(room.camille.person_id, ninth.pk, timezone.now() + timedelta(hours=1, minutes=1))


def test_the_page_asks_for_the_passphrase_and_goes_on_where_it_was(room):
    several, browser = finished(room, 4), signed_in(room.camille.person)

    assert answers(browser, several[:3]) == [200, 200, 200]
    here = reverse("note_page", args=[several[3].pk])
    answer = browser.get(here)

    assert answer["Location"] == "/accounts/unlock/?" + urlencode({"next": here})
    assert "Beaucoup de textes" in browser.get(answer["Location"]).content.decode()
    assert not Unlock.objects.filter(person=room.camille.person_id).exists()
    assert browser.post("/accounts/unlock/", {"password": PASSPHRASE, "next": here})["Location"] == here
    assert browser.get(here).status_code == 200
    assert LedgerEntry.objects.filter(event="tripwire.asked", by=room.camille.person_id).count() == 1


def test_a_background_request_gets_423_and_what_was_typed_can_be_saved_after_unlocking(room):
    several, browser = notes(room, 4), signed_in(room.camille.person)
    answers(browser, several[:3])
    address = reverse("note_write", args=[several[3].pk])
    stale = {"headers": {"If-Match": '"1"', "X-Requested-With": "autosave"}}

    answer = browser.post(address, {"text": "Ce que je tape"}, **stale)  # another text is there: it would be shown

    assert answer.status_code == 423
    assert "Note 3" not in answer.content.decode()
    assert browser.post("/accounts/unlock/", {"password": PASSPHRASE}, headers={"X-Requested-With": "unlock"}).status_code == 204
    version = room.fresh(several[3]).version
    saved = browser.post(address, {"text": "Ce que je tape"}, headers={"If-Match": f'"{version}"', "X-Requested-With": "autosave"})
    assert saved.status_code == 200
    assert room.text(several[3]) == "Ce que je tape"


def test_twice_that_shuts_every_vault_of_hers_and_mails_her(room, cast):
    several, browser, elsewhere = finished(room, 8), signed_in(room.camille.person), signed_in(room.camille.person)
    signed_in(cast.anais.person)
    answers(browser, several[:4])
    browser.post("/accounts/unlock/", {"password": PASSPHRASE})

    assert answers(browser, several[3:6]) == [200, 200, 200]
    assert answers(browser, several[6:7]) == [302]

    assert not Unlock.objects.filter(person=room.camille.person_id).exists()
    assert Unlock.objects.filter(person=cast.anais.person_id).exists()
    assert elsewhere.get("/coach/").status_code == 302
    assert LedgerEntry.objects.filter(event="tripwire.locked", about=room.camille.person_id).count() == 1
    jobs.run_pending()
    letters = [letter for letter in mail.inbox() if letter.to == room.camille.person.address]
    assert "coffre" in letters[0].subject
    assert "Note" not in letters[0].text


def test_after_that_her_passphrase_lets_her_read_on(room):
    several, browser = finished(room, 8), signed_in(room.camille.person)
    answers(browser, several[:4])
    browser.post("/accounts/unlock/", {"password": PASSPHRASE})
    answers(browser, several[3:7])

    browser.post("/accounts/unlock/", {"password": PASSPHRASE})

    assert answers(browser, several[:3]) == [200, 200, 200]


def test_another_open_browser_does_not_go_round_it(room):
    several, one, other = finished(room, 8), signed_in(room.camille.person), signed_in(room.camille.person)
    answers(one, several[:4])

    assert answers(other, several[:3]) == [200, 200, 200]
    assert answers(other, several[3:4]) == [302], "its own three are over"
    assert answers(other, several[4:5]) == [302]


def test_another_coach_reading_much_is_nothing_to_her(room, cast):
    several = notes(room, 3)
    for note in several:
        read(room, note)

    tripwire.check(cast.bruno.person_id, several[0].pk, timezone.now())


def test_what_the_confidentiality_reading_opens_does_not_count(room):
    several = notes(room, 3)
    for note in several:
        read(room, note)

    for _ in range(5):
        leak_facts.marked_in(room.engagement, room.vault, room.camille)
        assert list(LedgerEntry.objects.filter(event="note.read").values_list("about", flat=True)) == [note.pk for note in several]

    assert read(room, several[0])
    assert LedgerEntry.objects.filter(event="note.read").count() == 4


def test_many_at_the_same_instant_are_all_counted(own_databases):
    room = Room(Cast())
    several, shown, tripped = notes(room, 10), [], []
    gate = threading.Barrier(10)

    def one(note: Note) -> None:
        try:
            gate.wait(10)
            shown.append(read(room, note))
        except Tripped:
            tripped.append(note)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=[note]) for note in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert (len(shown), len(tripped)) == (3, 7)
    assert LedgerEntry.objects.filter(event="note.read").count() == 3
    assert list(ledger.verify_chain(room.camille.practice_id)) == []
