"""A note saved at the very moment at which everything is destroyed is destroyed too, or not saved: nothing survives, and nobody waits for ever."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from accounts.act import Refused
from consent.actions.engagements import end_engagement
from consent.models import Destruction
from sessions import actions as sessions
from sessions.actions import Conflict
from sessions.destroying import actions, going_on
from sessions.models import Note, NoteVersion
from tests.cast import Cast
from tests.sessions.conftest import FIRST_NAME, Room
from tests.sessions.test_parallel import together
from vault import epochs, shredding
from vault.keyring.models import Half
from vault.models import DataKey, Renewal
from vault.primitives import Closed

ROUNDS = 5


def tried(act, **facts):
    """What an act gives, or why not."""
    with suppress(Refused, Closed, Conflict):
        return act(**facts)


def test_a_note_saved_while_everything_is_destroyed_leaves_nothing_that_opens(own_databases):
    cast = Cast()
    for _ in range(ROUNDS):
        room = Room(cast)
        note = room.note("Avant")
        end_engagement(engagement=room.engagement, by=room.camille)
        writing = {"note": note, "text": "Pendant", "expected_version": room.fresh(note).version, "keep": True, "by": room.camille}
        starting = {"session": note.session, "by": room.camille}
        going = {"engagement": room.engagement, "ground": "decision", "by": room.camille}

        together(
            [
                partial(tried, sessions.write_note, vault=cast.vault(FIRST_NAME), **writing),
                partial(tried, sessions.start_note, vault=cast.vault(FIRST_NAME), **starting),
                partial(tried, actions.destroy_engagement, **going),
                partial(tried, actions.destroy_engagement, **going),
            ]
        )

        assert Destruction.objects.filter(engagement=room.engagement).count() == 1
        assert not Note.objects.filter(session__engagement=room.engagement).exists()
        keys = DataKey.objects.filter(series__in=[room.engagement.notes_key, room.engagement.shared_key])
        assert not keys.filter(shredded_at__isnull=True).exists()
        assert not Half.objects.filter(pk__in=list(keys.values_list("pk", flat=True)), destroyed_at__isnull=True).exists()


def test_texts_saved_while_a_key_is_renewed_are_all_under_the_new_one(own_databases):
    room = Room(Cast())
    notes = [room.note(f"Texte {n}", room.session(hours=-n)) for n in range(1, 5)]
    for round_ in range(ROUNDS):
        renewal = actions.begin_renewal(engagement=room.engagement, is_shared=False, vault=room.cast.vault(FIRST_NAME), by=room.camille)
        writers = [
            partial(
                tried,
                sessions.write_note,
                note=note,
                text=f"Tour {round_}",
                expected_version=room.fresh(note).version,
                keep=True,
                vault=room.cast.vault(FIRST_NAME),
                by=room.camille,
            )
            for note in notes[:2]
        ]

        together([*writers, *[partial(going_on.go_on, renewal, room.cast.vault(FIRST_NAME), room.camille)] * 2])
        while not going_on.go_on(Renewal.objects.get(pk=renewal.pk), room.cast.vault(FIRST_NAME), room.camille).is_done:
            pass

        room.vault = room.cast.vault(FIRST_NAME)
        assert epochs.left(renewal) == 0
        assert [room.text(note) for note in notes[:2]] == [f"Tour {round_}"] * 2
        assert all(room.vault.open(one.body, one.place()) for one in NoteVersion.objects.exclude(version=1))


def test_a_worker_killed_between_the_two_databases_is_finished_by_the_next(own_databases, monkeypatch):
    room = Room(Cast())
    room.note("Un texte")
    engagement = end_engagement(engagement=room.engagement, by=room.camille)
    monkeypatch.setattr(shredding.halves, "destroy", lambda keys, at: (_ for _ in ()).throw(KeyboardInterrupt))
    with suppress(KeyboardInterrupt):
        actions.destroy_engagement(engagement=engagement, ground="decision", by=room.camille)
    monkeypatch.undo()
    gone = Destruction.objects.get()
    assert Half.objects.filter(destroyed_at__isnull=True).count() == Half.objects.count()

    from consent import attesting

    assert attesting.halves_are_gone(gone, gone.begun_at)

    assert not Half.objects.filter(pk__in=[key["id"] for key in gone.details["keys"]], destroyed_at__isnull=True).exists()


def test_a_worker_killed_in_the_middle_of_a_batch_leaves_it_as_it_was(own_databases, monkeypatch):
    room = Room(Cast())
    note = room.note("Un texte")
    renewal = actions.begin_renewal(engagement=room.engagement, is_shared=False, vault=room.cast.vault(FIRST_NAME), by=room.camille)
    before = room.fresh(note).body
    monkeypatch.setattr(Note, "save", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with suppress(KeyboardInterrupt):
        actions.reseal(renewal=renewal, vault=room.cast.vault(FIRST_NAME), by=room.camille)
    monkeypatch.undo()

    assert room.fresh(note).body == before
    assert going_on.go_on(renewal, room.cast.vault(FIRST_NAME), room.camille).is_done
    room.vault = room.cast.vault(FIRST_NAME)
    assert room.text(note) == "Un texte"
