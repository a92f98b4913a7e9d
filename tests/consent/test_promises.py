"""What the agreements in force promise together; one that was written over makes them promise nothing."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import actions, policies, promises
from consent.models import Agreement
from tests.consent.agreements import in_force, sent, sign_next, signed

KINDS = ["confidentiality", "coaching", "elsewhere", "three_way", "amendment"]


def one(kind: str, wording: str, **effects: str) -> Agreement:
    """An agreement as a row in force holds it."""
    row = Agreement(kind=kind, wording=wording)
    row.details = {"kind": kind, "wording": wording, "effects": effects | {"wording": wording}, "in_force_at": "2026-11-25T10:00:00+00:00"}
    return row


@pytest.mark.no_database
def test_nothing_in_force_promises_nothing() -> None:
    assert promises.together([]) == promises.Promise(None, {}, ())


@pytest.mark.no_database
@pytest.mark.parametrize("base", ["confidentiality", "coaching", "elsewhere"])
def test_an_amendment_changes_the_wording_of_its_base_and_leaves_the_rest(base: str) -> None:
    for before, after in (("A", "B"), ("B", "A")):
        promise = promises.together([one("amendment", after), one(base, before, retention="3")])

        assert (promise.wording, promise.effects["wording"], promise.effects["retention"]) == (after, after, "3")


@pytest.mark.no_database
def test_an_amendment_whose_base_is_over_promises_nothing() -> None:
    assert promises.together([one("amendment", "A")]).wording is None
    assert promises.together([one("amendment", "B"), one("three_way", "A", listing="yes")]).wording == "A"


@pytest.mark.no_database
def test_a_three_way_agreement_stands_beside_and_adds_what_the_base_does_not_say() -> None:
    promise = promises.together(
        [one("confidentiality", "A", attendance="never"), one("three_way", "A", attendance="minimum", listing="yes")]
    )

    assert (promise.wording, promise.effects["listing"], promise.effects["attendance"]) == ("A", "yes", "never")
    assert len(promise.agreements) == 2


def test_an_agreement_whose_state_alone_says_in_force_promises_nothing(cast) -> None:
    agreement = signed(cast.engagement(cast.anais))
    Agreement.objects.filter(pk=agreement.pk).update(state="in_force", in_force_at=agreement.sent_at)

    assert promises.in_force(agreement.engagement) == promises.Promise()


def test_an_amendment_to_b_leaves_no_effect_by_which_anything_goes_out(cast) -> None:
    engagement = cast.engagement(cast.anais)
    in_force(engagement, wording="A")
    in_force(engagement, kind="amendment", wording="B")

    effects = promises.in_force(engagement).effects

    assert {effects[key] for key in ("sponsor_text", "attendance", "naming", "reference", "supervision")} == {"never"}


@pytest.mark.no_database
@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(["A", "B"])), max_size=5, unique_by=lambda pair: pair[0]),
    st.data(),
)
def test_one_column_written_over_counts_for_nothing_whatever_else_is_in_force(pairs, data) -> None:
    rows = [one(*pair) for pair in pairs]
    if not rows:
        return
    victim = data.draw(st.sampled_from(rows))
    column = data.draw(st.sampled_from(["kind", "wording"]))
    values = {"kind": [*KINDS, "", "of nobody"], "wording": ["A", "B", "", "C"]}[column]
    setattr(victim, column, data.draw(st.sampled_from([value for value in values if value != getattr(victim, column)])))

    assert promises.together(rows) == promises.Promise()


@pytest.mark.no_database
@pytest.mark.parametrize("kinds", [("three_way", "confidentiality", "amendment"), ("three_way", "coaching")])
def test_in_whatever_order_the_rows_come_they_promise_the_same(kinds) -> None:
    rows = [one(kind, "A", **{f"of_{kind}": "yes", "attendance": kind}) for kind in kinds]

    found = [promises.together(list(order)) for order in itertools.permutations(rows)]

    assert len({(promise.wording, tuple(sorted(promise.effects.items()))) for promise in found}) == 1


def test_wording_b_ends_a_three_way_agreement_and_no_three_way_agreement_begins_under_b(cast) -> None:
    engagement = cast.engagement(cast.anais)
    in_force(engagement, wording="A")
    three = in_force(engagement, kind="three_way", contacts=(cast.helene,))
    assert promises.in_force(engagement).wording == "A"

    in_force(engagement, kind="amendment", wording="B")

    three.refresh_from_db()
    assert three.state == "superseded"
    assert promises.in_force(engagement).wording == "B"
    with pytest.raises(policies.Refused) as no:
        in_force(engagement, kind="three_way", contacts=(cast.helene,))
    assert no.value.code == "wording_b"


def test_a_three_way_agreement_sent_before_b_is_in_force_cannot_enter_into_force_after_it(cast) -> None:
    engagement = cast.engagement(cast.anais)
    in_force(engagement, wording="A")
    waiting = sent(engagement, kind="three_way", contacts=(cast.helene,))
    for _ in range(2):
        waiting = sign_next(waiting)
    in_force(engagement, kind="amendment", wording="B")

    with pytest.raises(policies.Refused) as no:
        sign_next(waiting)

    assert no.value.code == "wording_b"
    assert Agreement.objects.get(pk=waiting.pk).state == "signed"
    assert promises.in_force(engagement).wording == "B"


def test_an_amendment_stands_over_its_base_until_a_new_base_replaces_both(cast) -> None:
    engagement = cast.engagement(cast.anais)
    base = in_force(engagement, wording="B")
    amendment = in_force(engagement, kind="amendment", wording="A")
    assert promises.in_force(engagement).wording == "A"

    in_force(engagement, kind="coaching", wording="B")

    assert {Agreement.objects.get(pk=row.pk).state for row in (base, amendment)} == {"superseded"}
    assert promises.in_force(engagement).wording == "B"


def test_when_the_base_is_terminated_its_amendment_promises_nothing_any_more(cast) -> None:
    engagement = cast.engagement(cast.anais)
    base = in_force(engagement, wording="B")
    in_force(engagement, kind="amendment", wording="A")

    actions.terminate_agreement(agreement=base, by=cast.camille)

    assert promises.in_force(engagement).wording is None


def test_an_amendment_needs_something_to_amend_and_another_wording(cast) -> None:
    engagement = cast.engagement(cast.anais)
    for bring in (lambda: None, lambda: in_force(engagement, wording="A")):
        bring()
        with pytest.raises(policies.Refused) as no:
            in_force(engagement, kind="amendment", wording="A")
        assert no.value.code == "nothing_to_amend"


@pytest.mark.parametrize("column", ["kind", "wording"])
def test_written_over_in_the_database_the_agreement_permits_nothing(cast, column: str) -> None:
    engagement = cast.engagement(cast.anais)
    row = in_force(engagement, wording="B")

    Agreement.objects.filter(pk=row.pk).update(**{column: {"kind": "coaching", "wording": "A"}[column]})

    assert promises.in_force(engagement).wording is None
    with pytest.raises(policies.Refused) as no:
        policies.check_may_write_summary(engagement)
    assert no.value.code == "no_agreement"
