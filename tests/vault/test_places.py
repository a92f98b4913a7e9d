"""A sealed text opens at its own place and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.vault.people import OWN, SHARED, a_key, a_person, a_place, again
from vault.primitives import Closed, context
from vault.sealed import Place, Sealed
from vault.unlocked import Unlocked

TEXT = "Elle veut partir"


@pytest.fixture
def vault() -> Unlocked:
    return a_person()


PLACES = st.builds(
    Place,
    purpose=st.sampled_from(["note.body", "note.bod", "summary.body", ""]),
    practice=st.uuids(),
    row=st.uuids(),
    version=st.integers(0, 2**31 - 1),
    series=st.uuids(),
    maker=st.uuids(),
)


@given(PLACES, PLACES, st.integers(1, 3), st.integers(1, 3))
def test_two_places_never_have_the_same_context(one: Place, other: Place, epoch: int, later: int) -> None:
    assert (one.context(epoch) == other.context(later)) == ((one, epoch) == (other, later))


def test_a_place_s_context_is_written_as_the_design_says() -> None:
    practice, row, series, maker = (UUID(int=number) for number in (1, 2, 3, 4))
    place = Place("note.body", practice, row, 7, series, maker)

    assert place.context(9) == context("note.body", practice.bytes, row.bytes, 7, series.bytes, 9, maker.bytes)


@given(
    changes=st.fixed_dictionaries(
        {},
        optional={
            "purpose": st.sampled_from(["note.bod", "summary.body", "note.body."]),
            "practice": st.uuids(),
            "row": st.uuids(),
            "version": st.integers(2, 99),
            "series": st.sampled_from(["own", "shared", "hers"]),
            "maker": st.sampled_from(["hers", "nobody"]),
        },
    ).filter(bool)
)
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_opens_at_its_own_place_and_nowhere_else(vault: Unlocked, changes: dict[str, Any]) -> None:
    colleague = a_person()
    series = {"own": a_key(vault), "shared": a_key(vault, SHARED), "hers": a_key(colleague)}
    maker = {"hers": colleague.person, "nobody": uuid4()}
    place = a_place(vault, a_key(vault))
    sealed = vault.seal(TEXT, place)
    changes |= {"series": series[changes["series"]]} if "series" in changes else {}
    changes |= {"maker": maker[changes["maker"]]} if "maker" in changes else {}

    assert again(vault).open(sealed, place) == TEXT
    for reader in (vault, again(vault), colleague):
        with pytest.raises(Closed):
            reader.open(sealed, replace(place, **changes))


@pytest.mark.parametrize("kind", [OWN, SHARED])
def test_two_sealed_values_swapped_never_open(vault: Unlocked, kind: str) -> None:
    """Between rows, fields, versions, engagements and coaches, with all the keys in one hand."""
    colleague, series = a_person(), a_key(vault, kind)
    place = a_place(vault, series)
    others = [
        replace(place, row=uuid4()),
        replace(place, purpose="summary.body"),
        replace(place, version=2),
        replace(place, practice=uuid4()),
        replace(place, series=a_key(vault, kind)),
    ]
    texts = [(each, vault.seal(TEXT, each)) for each in [place, *others]]
    hers = a_place(colleague, a_key(colleague, kind), row=place.row)
    texts.append((hers, colleague.seal(TEXT, hers)))

    for here, _ in texts:
        for there, sealed in texts:
            for reader in (vault, colleague):
                if here is there and reader.person == here.maker:
                    assert reader.open(sealed, here) == TEXT
                else:
                    with pytest.raises(Closed):
                        reader.open(sealed, here)


@given(st.data())
@hypothesis_settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_or_cut_it_stays_closed(vault: Unlocked, data: st.DataObject) -> None:
    place = a_place(vault, a_key(vault))
    stored = vault.seal(TEXT, place).stored()
    at = data.draw(st.integers(0, len(stored) - 1))
    changed = stored[:at] + bytes([stored[at] ^ data.draw(st.integers(1, 255))]) + stored[at + 1 :]

    for damaged in (changed, stored[:at], stored + b"\0"):
        with pytest.raises(Closed):
            vault.open(Sealed(damaged), place)


@given(st.text(max_size=400))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_and_short_ones_look_alike(vault: Unlocked, text: str) -> None:
    place = a_place(vault, a_key(vault))

    sealed = vault.seal(text, place)

    assert vault.open(sealed, place) == text
    if len(text.encode()) <= 252:
        assert len(sealed.stored()) == 4 + 1 + 72 + 256
