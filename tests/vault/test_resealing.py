"""Sealing again, text by text: the ledger tells who and what, what does not open is named, and what was destroyed stays so."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, transaction

from sessions.models import MarkedPerson, OwnWords
from sessions.people import actions as people
from tests.cast import Cast
from tests.vault.people import NOW, a_key, sql
from vault import epochs, shredding
from vault.epochs import Batch, Column
from vault.models import LedgerEntry, Renewal
from vault.unlocked import Unlocked

CAMILLE = "Camille Aubry"


@pytest.fixture
def words(cast: Cast) -> OwnWords:
    """Camille's own list, the only text that its key seals."""
    coach = cast.camille
    return people.write_words(typed="Projet Tilleul", expected=0, vault=cast.vault(CAMILLE), by=coach)


@pytest.fixture
def vault(cast: Cast, words: OwnWords) -> Unlocked:
    return cast.vault(CAMILLE)


def resealed(renewal: Renewal, words: OwnWords, vault: Unlocked, **more: object) -> Batch:
    facts = {"chain": words.coach.practice_id, "by": words.coach.person_id, "at": None}
    return epochs.reseal(renewal, vault, **(facts | more))  # type: ignore[arg-type]


def test_the_ledger_tells_who_sealed_which_text_again_and_as_which_bytes(words: OwnWords, vault: Unlocked) -> None:
    renewal = epochs.begin(words.key, vault, NOW)

    assert resealed(renewal, words, vault) == Batch(1)

    row, told = OwnWords.objects.get(pk=words.pk), LedgerEntry.objects.get(event="resealed")
    assert (told.chain, told.by, told.about) == (words.coach.practice_id, words.coach.person_id, words.pk)
    assert (told.kind, told.code, told.version) == ("coaching_sessions_ownwords", "body", 1)
    assert bytes(told.digest or b"") == row.body.digest() != words.body.digest()
    assert vault.open(row.body, row.place()) == "Projet Tilleul"
    assert Renewal.objects.get(pk=renewal.pk).resealed == 1


def test_the_time_of_it_is_the_database_s_own(words: OwnWords, vault: Unlocked) -> None:
    renewal = epochs.begin(words.key, vault, NOW)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        resealed(renewal, words, vault, at=NOW)

    assert OwnWords.objects.get(pk=words.pk).body == words.body


def test_what_does_not_open_is_named_left_as_it_is_and_not_tried_again(words: OwnWords, vault: Unlocked) -> None:
    sql("update coaching_sessions_ownwords set body = substring(body from 1 for 40)")
    renewal = epochs.begin(words.key, vault, NOW)

    first = resealed(renewal, words, vault)

    assert first == Batch(0, frozenset({words.pk}))
    assert resealed(renewal, words, vault, without=first.closed) == Batch()
    assert OwnWords.objects.get(pk=words.pk).body.stored() == words.body.stored()[:40]
    assert not LedgerEntry.objects.filter(event="resealed").exists()


def test_the_old_epoch_is_destroyed_with_a_text_under_it_only_where_the_coach_says_so(words: OwnWords, vault: Unlocked) -> None:
    renewal = epochs.begin(words.key, vault, NOW)

    assert epochs.finish(renewal, NOW) is None
    assert vault.open(words.body, words.place()) == "Projet Tilleul"
    assert [key.epoch for key in epochs.finish(renewal, NOW, even_closed=True) or []] == [1]


def test_of_a_key_that_was_destroyed_meanwhile_nothing_is_tried_though_others_live(words: OwnWords, vault: Unlocked) -> None:
    renewal = epochs.begin(words.key, vault, NOW)
    a_key(vault)
    shredding.shred([words.key], NOW)

    assert resealed(renewal, words, vault) == Batch()


def test_every_text_that_a_key_seals_is_told_by_its_column_its_row_and_its_bytes(words: OwnWords, vault: Unlocked) -> None:
    ((column, row, digest),) = epochs.seals_of([a_key(vault), words.key])

    assert (column.name, row, digest) == ("coaching_sessions_ownwords.body", words.pk, words.body.digest())
    assert list(epochs.seals_of([])) == []


def test_a_row_is_read_together_with_the_one_that_names_its_key(cast: Cast, django_assert_num_queries) -> None:
    engagement = cast.engagement(cast.anais)
    people.mark_person(engagement=engagement, name="Solène Roux", role="", vault=cast.vault(CAMILLE), by=cast.camille)
    column = Column(MarkedPerson, MarkedPerson._meta.get_field("body"))  # type: ignore[arg-type]

    with django_assert_num_queries(1):
        (row,) = column.with_its_key(column.under(engagement.notes_key))
        assert row.engagement.notes_key == engagement.notes_key


def test_a_batch_takes_so_many_texts_and_the_next_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "BATCH", 1)
    engagement, vault = cast.engagement(cast.anais), cast.vault(CAMILLE)
    facts = {"engagement": engagement, "vault": vault, "by": cast.camille}
    people.mark_person(name="Solène Roux", role="", **facts)
    people.clear_name(part="Roux", clients=frozenset(), **facts)
    renewal = epochs.begin(engagement.notes_key, vault, NOW)
    assert epochs.total(renewal) == 2

    left = []
    while epochs.left(renewal):
        batch = epochs.reseal(renewal, vault, chain=cast.camille.practice_id, by=cast.camille.person_id, at=None)  # type: ignore[arg-type]
        left.append((batch.done, epochs.left(renewal)))

    assert left == [(1, 1), (1, 0)]
