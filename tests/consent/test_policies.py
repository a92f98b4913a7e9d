"""The decision denies by default: only a consent that matches in every field, under wording A, lets one text be shown."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.policies import ConsentFacts, Facts, Request, decide

pytestmark = pytest.mark.no_database

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONTACT, EVENT, PRINT = uuid4(), uuid4(), b"f" * 32
CONSENT = ConsentFacts(
    id=uuid4(),
    purpose="sponsor.summary",
    contact=CONTACT,
    fingerprint=PRINT,
    given_at=NOW - timedelta(hours=1),
    opens_at=NOW - timedelta(minutes=59),
    until=date(2027, 1, 1),
    events=((EVENT, "given"),),
    is_signed=True,
)
FACTS = Facts(wording="A", sponsor_text="consent", is_engagement_open=True, has_contact_left=False, consent=CONSENT)
REQUEST = Request("sponsor.summary", CONTACT, PRINT)


def facts(**changed: object) -> Facts:
    ours = {name: changed.pop(name) for name in ("wording", "sponsor_text", "is_engagement_open", "has_contact_left") if name in changed}
    return dataclasses.replace(FACTS, consent=dataclasses.replace(CONSENT, **changed), **ours)


def test_a_consent_that_matches_permits_and_names_what_it_rests_on():
    decision = decide(REQUEST, FACTS, NOW)

    assert (decision.is_permitted, decision.code, decision.rests_on) == (True, "consent", (EVENT,))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"wording": "B"}, "wording_b"),
        ({"wording": None}, "no_agreement"),
        ({"wording": "C"}, "no_agreement"),
        ({"sponsor_text": "never"}, "no_summary"),
        ({"sponsor_text": None}, "no_summary"),
        ({"is_engagement_open": False}, "engagement_over"),
        ({"has_contact_left": True}, "contact_left"),
        ({"is_signed": False}, "no_consent"),
        ({"contact": uuid4()}, "another_consent"),
        ({"fingerprint": b"g" * 32}, "another_consent"),
        ({"purpose": "sponsor.attendance"}, "another_consent"),
        ({"events": ()}, "not_given"),
        ({"events": ((EVENT, "given"), (uuid4(), "withdrawn"))}, "not_given"),
        ({"events": ((EVENT, "withdrawn"),)}, "not_given"),
        ({"given_at": NOW + timedelta(seconds=1)}, "not_yet"),
        ({"opens_at": NOW + timedelta(microseconds=1)}, "not_yet"),
        ({"until": date(2026, 11, 22)}, "expired"),
        ({"events": None}, "error"),
    ],
)
def test_each_rule_says_no_with_its_own_word(changed, code):
    decision = decide(REQUEST, facts(**changed), NOW)

    assert (decision.is_permitted, decision.code) == (False, code)


def test_without_a_consent_the_answer_is_no():
    assert decide(REQUEST, dataclasses.replace(FACTS, consent=None), NOW).code == "no_consent"


@pytest.mark.parametrize("request_", [Request("marketing", CONTACT, PRINT), Request("sponsor.summary", CONTACT, b"f" * 31)])
def test_a_purpose_nobody_knows_and_half_a_fingerprint_are_refused(request_):
    assert decide(request_, FACTS, NOW).code == "purpose"


def test_the_last_day_still_counts():
    assert decide(REQUEST, facts(until=NOW.date()), NOW).is_permitted


kinds = st.sampled_from(["given", "withdrawn", "expired", "ended", "superseded"])
prints = st.sampled_from([PRINT, b"g" * 32, b"", b"f" * 31])
contacts = st.sampled_from([CONTACT, UUID(int=1)])
moments = st.integers(-5, 5).map(lambda hours: NOW + timedelta(hours=hours))
consents = st.builds(
    ConsentFacts,
    id=st.uuids(),
    purpose=st.sampled_from(["sponsor.summary", "sponsor.attendance", ""]),
    contact=contacts,
    fingerprint=prints,
    given_at=moments,
    opens_at=moments,
    until=st.integers(-2, 2).map(lambda days: NOW.date() + timedelta(days=days)),
    events=st.lists(kinds, max_size=3).map(lambda found: tuple((uuid4(), kind) for kind in found)),
    is_signed=st.booleans(),
)
worlds = st.builds(
    Facts,
    wording=st.sampled_from(["A", "B", None]),
    sponsor_text=st.sampled_from(["consent", "never", None]),
    is_engagement_open=st.booleans(),
    has_contact_left=st.booleans(),
    consent=st.none() | consents,
)
requests = st.builds(Request, purpose=st.sampled_from(["sponsor.summary", "sponsor.attendance", "x"]), contact=contacts, fingerprint=prints)


@given(requests, worlds)
def test_whatever_is_permitted_matches_in_every_field(request_, world):
    if decide(request_, world, NOW).is_permitted:
        consent = world.consent
        assert consent is not None
        assert (world.wording, world.sponsor_text) == ("A", "consent")
        assert world.is_engagement_open
        assert not world.has_contact_left
        assert (consent.purpose, consent.contact, consent.fingerprint) == (request_.purpose, request_.contact, request_.fingerprint)
        assert consent.is_signed
        assert [kind for _, kind in consent.events] == ["given"]
        assert max(consent.given_at, consent.opens_at) <= NOW
        assert NOW.date() <= consent.until


@given(requests, worlds, kinds.filter(lambda kind: kind != "given"))
def test_adding_an_end_never_turns_a_no_into_a_yes(request_, world, end):
    if world.consent is None:
        return
    ended = dataclasses.replace(world, consent=dataclasses.replace(world.consent, events=(*world.consent.events, (uuid4(), end))))

    assert not decide(request_, ended, NOW).is_permitted
