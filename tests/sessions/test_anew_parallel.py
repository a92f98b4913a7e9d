"""Everything sealed again in two tabs at once, while somebody writes, and with a worker killed in the middle: no word is lost, no key twice new."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest

from accounts.act import Refused
from consent.actions import keys as leaks
from sessions import actions as sessions
from sessions.destroying import actions, going_on
from tests.cast import PASSPHRASE, Cast
from tests.sessions.conftest import FIRST_NAME, Room
from tests.sessions.test_parallel import together
from vault import epochs, slots
from vault.models import DataKey, LedgerEntry, Renewal


@pytest.fixture
def leaked(own_databases: dict[str, str]) -> Room:
    """Camille has new keys, and three notes of before."""
    room = Room(Cast())
    room.notes = [room.note(f"Texte {number}", room.session(hours=-number)) for number in range(1, 4)]  # type: ignore[attr-defined]
    by = room.camille.person
    leaks.renew(person=by, vault=room.cast.vault(FIRST_NAME), new=slots.stretched(PASSPHRASE), by=by)
    return room


def living(room: Room) -> list[int]:
    mine = DataKey.objects.filter(maker=room.camille.person_id, shredded_at__isnull=True)
    return sorted(mine.values_list("epoch", flat=True))


def texts(room: Room) -> list[str]:
    room.vault = room.cast.vault(FIRST_NAME)
    return [room.text(note) for note in room.notes]  # type: ignore[attr-defined]


def test_two_tabs_and_a_writer_at_once(leaked: Room):
    by, cast = leaked.camille, leaked.cast

    def tab() -> None:
        with suppress(Refused):
            actions.begin_anew(vault=cast.vault(FIRST_NAME), by=by.person)
        while going_on.where(by.person_id).is_going:
            going_on.go_on_with_all(by.person, cast.vault(FIRST_NAME))

    def writer() -> None:
        for number in range(10):
            now = leaked.fresh(leaked.notes[0])  # type: ignore[attr-defined]
            facts = {"expected_version": now.version, "keep": True, "vault": cast.vault(FIRST_NAME), "by": by}
            sessions.write_note(note=now, text=f"Tour {number}", **facts)

    together([tab, tab, writer])

    assert texts(leaked) == ["Tour 9", "Texte 2", "Texte 3"]
    assert living(leaked) == [2, 2]
    renewed = list(LedgerEntry.objects.filter(event="key.renewed").values_list("about", flat=True))
    assert sorted(renewed) == sorted(Renewal.objects.values_list("pk", flat=True))
    assert len(renewed) == 2


def test_a_worker_killed_while_it_begins_has_begun_nothing_and_the_next_begins_all(leaked: Room, monkeypatch: pytest.MonkeyPatch):
    by, whole, seen = leaked.camille.person, epochs.begin, []

    def killed(series: UUID, *facts: Any, **more: Any) -> Renewal:
        seen.append(series)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return whole(series, *facts, **more)

    monkeypatch.setattr(epochs, "begin", killed)
    with suppress(KeyboardInterrupt):
        actions.begin_anew(vault=leaked.cast.vault(FIRST_NAME), by=by)
    monkeypatch.undo()

    assert (Renewal.objects.count(), living(leaked), len(epochs.old(by.pk))) == (0, [1, 1], 2)
    assert len(actions.begin_anew(vault=leaked.cast.vault(FIRST_NAME), by=by)) == 2
    going_on.go_on_with_all(by, leaked.cast.vault(FIRST_NAME))
    assert texts(leaked) == ["Texte 1", "Texte 2", "Texte 3"]
    assert living(leaked) == [2, 2]
