"""Two writers at the same moment: one is saved, the other is told, and no word is lost."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections, transaction

from sessions import actions
from sessions.actions import Conflict
from sessions.models import NoteVersion, Session
from tests.cast import Cast
from tests.sessions.conftest import FIRST_NAME, Room


def together(writers):
    """Run all writers at once, each on connections of its own; what each returned or raised."""
    start = Barrier(len(writers))

    def run(writer):
        try:
            start.wait()
            return writer()
        except Conflict as no:
            return no
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(writers)) as pool:
        return list(pool.map(run, writers))


def test_of_two_tabs_saving_at_once_one_is_saved_and_the_other_told(own_databases):
    room = Room(Cast())
    note = room.note("Le début.")
    vaults = [room.cast.vault(FIRST_NAME) for _ in range(2)]

    def writer(number):
        return lambda: actions.write_note(
            note=note, text=f"Le début. Onglet {number}.", expected_version=2, keep=False, vault=vaults[number], by=room.camille
        )

    answers = together([writer(0), writer(1)])

    lost = next(i for i, answer in enumerate(answers) if isinstance(answer, Conflict))
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert room.text(note) == f"Le début. Onglet {1 - lost}."
    assert room.fresh(note).version == 3

    actions.keep_aside(note=note, text=f"Le début. Onglet {lost}.", vault=room.vault, by=room.camille)

    kept = NoteVersion.objects.get(note=note)
    assert room.vault.open(kept.body, room.fresh(note).place(kept.version)) == f"Le début. Onglet {lost}."


def waits_for_a_lock(seconds=10):
    """Return when somebody in this database waits for another's row; raises if nobody does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with connections["default"].cursor() as cursor:
            cursor.execute("select pg_stat_clear_snapshot()")  # a transaction would go on seeing what it saw first
            cursor.execute("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_a_save_that_comes_while_another_is_under_way_waits_and_is_told(own_databases):
    room = Room(Cast())
    note = room.note("Le début.")
    other = room.cast.vault(FIRST_NAME)

    def late():
        return actions.write_note(note=note, text="Le second.", expected_version=2, keep=False, vault=other, by=room.camille)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            room.write(note, "Le premier.", version=2)
            answer = pool.submit(together, [late])
            waits_for_a_lock()

        assert isinstance(answer.result()[0], Conflict)
    assert room.text(note) == "Le premier."


def test_sessions_planned_at_once_have_different_numbers(own_databases):
    room = Room(Cast())

    together([lambda: room.session() for _ in range(4)])

    assert sorted(Session.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_a_note_started_twice_at_once_is_one_note(own_databases):
    room = Room(Cast())
    session = room.session()

    def start():
        return actions.start_note(session=session, vault=room.cast.vault(FIRST_NAME), by=room.camille).pk

    assert len(set(together([start, start]))) == 1
