"""Planning sessions, and writing, finishing and amending notes."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.act import Refused
from accounts.models import User
from clients import actions as clients
from sessions import actions
from sessions.actions import Conflict
from sessions.models import Note, NoteVersion, Session
from vault import ledger
from vault.models import LedgerEntry
from vault.primitives import Closed


def events(about):
    return list(LedgerEntry.objects.filter(about=about.pk).order_by("position").values_list("event", flat=True))


def texts_kept(room, note):
    now = room.fresh(note)
    return [room.vault.open(one.body, now.place(one.version)) for one in NoteVersion.objects.filter(note=note)]


def test_sessions_are_numbered_per_engagement(room, cast):
    other = cast.engagement(cast.karim)

    numbers = [room.session().number, room.session().number, room.session(other).number]

    assert numbers == [1, 2, 1]


def test_a_session_is_held_cancelled_and_planned_again_as_the_table_says(room):
    session = room.session()

    actions.hold_session(session=session, by=room.camille)
    actions.reopen_session(session=session, by=room.camille)
    actions.cancel_session(session=session, by=room.camille)

    assert Session.objects.get(pk=session.pk).state == "cancelled"
    with pytest.raises(Refused):
        actions.hold_session(session=session, by=room.camille)
    with pytest.raises(Refused):
        actions.change_session(session=session, starts_at=timezone.now(), minutes=30, place="phone", agenda="", by=room.camille)
    assert events(session) == ["session.planned", "session.held", "session.reopened", "session.cancelled"]


def test_another_coach_changes_nothing(room, cast):
    session, bruno = room.session(), cast.bruno
    note = room.note("Elle hésite.", session)
    vault = cast.vault("Bruno Keller")

    for act in (
        lambda: actions.plan_session(engagement=room.engagement, starts_at=timezone.now(), minutes=60, place="office", agenda="", by=bruno),
        lambda: actions.hold_session(session=session, by=bruno),
        lambda: actions.start_note(session=session, vault=vault, by=bruno),
        lambda: actions.write_note(note=note, text="x", expected_version=note.version, keep=False, vault=vault, by=bruno),
        lambda: actions.finish_note(note=note, text="x", expected_version=note.version, vault=vault, by=bruno),
        lambda: actions.read_note(note=note, vault=vault, by=bruno),
        lambda: actions.delete_note(note=note, vault=vault, by=bruno),
    ):
        with pytest.raises(Refused, match="^$"):
            act()

    assert room.text(note) == "Elle hésite."


def test_starting_twice_gives_the_same_unfinished_note(room):
    session = room.session()

    first = actions.start_note(session=session, vault=room.vault, by=room.camille)
    second = actions.start_note(session=session, vault=room.vault, by=room.camille)

    assert first.pk == second.pk
    assert events(first) == ["note.started"]
    assert User.objects.get(pk=room.camille.person_id).has_acted


def test_a_note_is_stored_sealed_and_opens_again(room):
    note = room.note("Elle a parlé de Karim.")

    stored = room.fresh(note).body

    assert b"Karim" not in stored.stored()
    assert str(stored) == "‹sealed›"
    assert room.text(note) == "Elle a parlé de Karim."


def test_each_save_is_a_version_of_its_own_and_no_event(room):
    note = room.note()

    versions = [room.write(note, text).version for text in ("un", "un deux", "un deux trois")]

    assert versions == [2, 3, 4]
    assert events(note) == ["note.started"]


def test_an_older_version_conflicts_and_a_repeated_save_does_not(room):
    note = room.note()
    saved = room.write(note, "Du premier onglet", version=1)

    again = room.write(note, "Du premier onglet", version=1)
    with pytest.raises(Conflict) as conflict:
        room.write(note, "Du second onglet", version=1)

    assert again.version == saved.version == 2
    assert str(conflict.value) == ""
    assert room.text(note) == "Du premier onglet"


def test_the_text_that_loses_a_conflict_is_kept(room):
    note = room.note()
    room.write(note, "Du premier onglet", version=1)

    for _again in range(2):
        actions.keep_aside(note=note, text="Du second onglet", vault=room.vault, by=room.camille)
    room.write(note, "La suite")

    assert texts_kept(room, note) == ["Du second onglet"]
    assert room.fresh(note).version == 4  # 3 is the kept one's: no two texts ever share a place


def test_an_explicit_save_keeps_the_text_before(room):
    note = room.note()
    room.write(note, "un")
    room.write(note, "deux", keep=True)
    room.write(note, "trois")

    assert texts_kept(room, note) == ["un"]


def test_every_two_minutes_of_writing_a_text_is_kept(room):
    now = timezone.now()
    note = room.note()
    Note.objects.filter(pk=note.pk).update(made_at=now, saved_at=now)

    for seconds in range(0, 600, 20):
        room.write(note, f"Après {seconds} s", at=now + timedelta(seconds=seconds))

    assert texts_kept(room, note) == [f"Après {seconds} s" for seconds in (500, 400, 300, 200, 100)]


def test_a_text_that_suddenly_shrinks_is_kept(room):
    note = room.note("Une longue phrase. " * 200)

    room.write(note, "")

    assert texts_kept(room, note) == [("Une longue phrase. " * 200)]


def test_an_earlier_text_is_restored_as_a_new_version(room):
    note = room.note("avant")
    room.write(note, "après", keep=True)
    earlier = NoteVersion.objects.get(note=note)

    restored = actions.restore_version(note=note, earlier=earlier, expected_version=3, vault=room.vault, by=room.camille)

    assert (restored.version, room.text(note)) == (4, "avant")
    assert texts_kept(room, note) == ["après", "avant"]
    with pytest.raises(Conflict):
        actions.restore_version(note=note, earlier=earlier, expected_version=3, vault=room.vault, by=room.camille)


def test_another_notes_earlier_text_is_not_restored_here(room):
    note, other = room.note("ici"), room.note("là")
    room.write(other, "là-bas", keep=True)

    with pytest.raises(Conflict):
        actions.restore_version(
            note=note,
            earlier=NoteVersion.objects.get(note=other),
            expected_version=room.fresh(note).version,
            vault=room.vault,
            by=room.camille,
        )


def test_a_finished_note_no_longer_changes(room):
    note = room.finish(room.note("C’est dit."))

    with pytest.raises(Refused, match="This note is finished|Cette note est terminée"):
        room.write(note, "Autre chose")
    with pytest.raises(Refused):
        actions.delete_note(note=note, vault=room.vault, by=room.camille)

    assert room.write(note, "C’est dit.").version == note.version  # a save on its way when it was finished
    assert room.finish(note).version == note.version
    assert events(note).count("note.finished") == 1


def test_the_database_refuses_to_change_a_finished_note_or_a_kept_text(room):
    note = room.note("un")
    room.write(note, "deux", keep=True)
    room.finish(note)

    for change in (
        lambda: Note.objects.filter(pk=note.pk).update(finished_at=None),
        lambda: Note.objects.filter(pk=note.pk).update(version=9),
        lambda: NoteVersion.objects.filter(note=note).update(version=9),
    ):
        with pytest.raises(DatabaseError, match="a finished note never changes"), transaction.atomic():
            change()


def test_finishing_saves_the_last_words_and_writes_down_what_is_stored(room):
    note = room.finish(room.note("Presque"), "Presque tout")

    entry = LedgerEntry.objects.get(about=note.pk, event="note.finished")

    assert room.text(note) == "Presque tout"
    assert (entry.version, bytes(entry.digest)) == (3, ledger.hashlib.sha256(room.fresh(note).body.stored()).digest())


def test_an_empty_note_cannot_be_finished_but_deleted(room):
    note, written = room.note(), room.note("Des mots")

    with pytest.raises(Refused, match="empty|vide"):
        room.finish(note, "  \n ")
    with pytest.raises(Refused):
        actions.delete_note(note=written, vault=room.vault, by=room.camille)
    actions.delete_note(note=note, vault=room.vault, by=room.camille)

    assert list(Note.objects.all()) == [written]


def test_a_finished_note_is_amended_by_a_row_of_its_own(room):
    note = room.finish(room.note("C’est dit."))

    addition = actions.amend_note(note=note, vault=room.vault, by=room.camille)
    again = actions.amend_note(note=note, vault=room.vault, by=room.camille)
    room.write(addition, "Et ceci encore.")
    room.finish(addition)
    second = actions.amend_note(note=addition, vault=room.vault, by=room.camille)

    assert addition.pk == again.pk
    assert (addition.adds_to_id, second.adds_to_id) == (note.pk, note.pk)
    assert (room.text(note), room.text(addition)) == ("C’est dit.", "Et ceci encore.")
    assert events(addition) == ["note.amended", "note.finished"]


def test_an_unfinished_note_is_not_amended(room):
    with pytest.raises(Refused):
        actions.amend_note(note=room.note("Pas fini"), vault=room.vault, by=room.camille)


def test_reading_is_written_down_and_the_chain_holds(room):
    note = room.note("Elle hésite.")

    text = actions.read_note(note=room.fresh(note), vault=room.vault, by=room.camille)

    entry = LedgerEntry.objects.get(about=note.pk, event="note.read")
    assert text == "Elle hésite."
    assert (entry.subject, entry.by, entry.version) == (room.engagement.pk, room.camille.person_id, 2)
    assert list(ledger.verify_chain(room.camille.practice_id)) == []


def test_a_moved_ciphertext_does_not_open(room):
    session = room.session()
    note, other = room.finish(room.note("Sur l’un", session)), room.note("Sur l’autre", session)

    Note.objects.filter(pk=other.pk).update(body=room.fresh(note).body, version=note.version)

    with pytest.raises(Refused, match="does not open|ne s’ouvre pas"):
        actions.read_note(note=room.fresh(other), vault=room.vault, by=room.camille)
    assert LedgerEntry.objects.filter(event="refused", code="does_not_open").exists()


def test_an_older_text_put_back_under_a_newer_version_does_not_open(room):
    note = room.note("avant")
    before = room.fresh(note).body
    room.write(note, "après")

    Note.objects.filter(pk=note.pk).update(body=before)

    with pytest.raises(Refused):
        actions.read_note(note=room.fresh(note), vault=room.vault, by=room.camille)


@pytest.mark.parametrize("who", ["Anais Lefort", "Helene Vasseur", "Bruno Keller", "Dominique Serre"])
def test_nobody_else_holds_the_key(room, cast, who):
    note = room.fresh(room.note("Elle hésite."))
    for person in ("anais", "helene", "bruno", "dominique"):
        getattr(cast, person)
    vault = cast.vault(who)

    with pytest.raises(Closed):
        vault.open(note.body, note.place())

    assert not vault.holds(room.engagement.notes_key)


def test_an_ended_engagement_takes_no_more_sessions(room):
    type(room.engagement).objects.filter(pk=room.engagement.pk).update(ended_at=timezone.now())

    with pytest.raises(Refused):
        room.session()


def test_another_engagement_has_another_key(room, cast):
    other = clients.open_engagement(
        coach=room.camille,
        vault=room.vault,
        client=cast.anais,
        sponsor=None,
        wording="B",
        title="Suite",
        objective="",
        planned_sessions=None,
        by=room.camille,
    )
    here, there = room.note("ici"), room.note("là", room.session(other))

    Note.objects.filter(pk=here.pk).update(session=there.session)

    with pytest.raises(Closed):
        room.text(here)
