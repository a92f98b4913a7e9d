"""The decision denies by default: only what the agreement itself permits, or a consent that matches in every field, lets anything be shown."""

from __future__ import annotations

import dataclasses
import datetime as dt
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import states
from consent.policies import AGREED, YES, ConsentFacts, Facts, Request, decide
from consent.purposes import PURPOSES, Kind

pytestmark = pytest.mark.no_database

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONTACT, CLIENT, ASKED, GIVEN, PRINT = str(uuid4()), str(uuid4()), uuid4(), uuid4(), b"f" * 32
CONSENT = ConsentFacts(
    purpose="sponsor.summary",
    recipient=CONTACT,
    fingerprint=PRINT,
    given_at=NOW - timedelta(hours=1),
    opens_at=NOW - timedelta(minutes=59),
    until=date(2027, 1, 1),
    events=((ASKED, "requested"), (GIVEN, "given")),
    way="space",
    is_signed=True,
)
EFFECTS = {
    "sponsor_text": "consent",
    "attendance": "consent",
    "special_data": "consent",
    "recordings": "consent",
    "reference": "consent",
    "naming": "consent",
    "supervision": "consent",
}
FACTS = Facts(client=CLIENT, wording="A", effects=EFFECTS, consent=CONSENT)
REQUEST = Request("sponsor.summary", "contact", CONTACT, PRINT)


def facts(**changed: object) -> Facts:
    names = {field.name for field in dataclasses.fields(Facts)} - {"consent"}
    ours = {name: changed.pop(name) for name in names & changed.keys()}
    return dataclasses.replace(FACTS, consent=dataclasses.replace(CONSENT, **changed), **ours)


def asked(purpose: str) -> Request:
    """Exactly what a purpose must name."""
    row = PURPOSES[purpose]
    return Request(
        purpose,
        row.kind,
        CONTACT if row.kind == Kind.CONTACT else "Dr Vial",
        PRINT if "text" in row.must_name else b"",
        frozenset(list(row.data)[:1]) if "data" in row.must_name else frozenset(),
    )


def consent_to(request: Request, **changed: object) -> Facts:
    """The facts with a consent that matches this request in every field."""
    matching = {"purpose": request.purpose, "recipient": request.recipient, "fingerprint": request.fingerprint, "data": request.data}
    return facts(**{**matching, "uses_left": 1, **changed})


def test_a_consent_that_matches_permits_names_what_it_rests_on_and_what_must_be_done():
    decision = decide(REQUEST, FACTS, NOW)

    assert (decision.is_permitted, decision.code, decision.rests_on) == (True, "consent", (ASKED, GIVEN))
    assert decision.obligations == ("watermark", "log")


def test_a_no_names_the_events_that_it_was_judged_by_too():
    assert decide(REQUEST, facts(until=date(2026, 11, 22)), NOW).rests_on == (ASKED, GIVEN)
    assert decide(REQUEST, dataclasses.replace(FACTS, consent=None), NOW).rests_on == ()


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_each_purpose_is_permitted_by_a_consent_that_matches_and_by_nothing_less(purpose):
    request = asked(purpose)

    assert decide(request, consent_to(request), NOW).code == "consent"
    assert decide(request, dataclasses.replace(FACTS, consent=None), NOW).code == "no_consent"
    assert decide(request, consent_to(request, recipient="another"), NOW).code == "another_consent"
    assert decide(request, consent_to(request, events=((ASKED, "requested"),)), NOW).code == "not_given"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"wording": "B"}, "wording_b"),
        ({"wording": None}, "no_agreement"),
        ({"wording": "C"}, "no_agreement"),
        ({"effects": EFFECTS | {"sponsor_text": "never"}}, "not_agreed"),
        ({"effects": {}}, "not_agreed"),
        ({"is_engagement_open": False}, "engagement_over"),
        ({"has_recipient_left": True}, "recipient_left"),
        ({"may_recipient_receive": False}, "no_right"),
        ({"is_signed": False}, "no_consent"),
        ({"way": "paper"}, "no_consent"),
        ({"way": "oral"}, "no_consent"),
        ({"way": ""}, "no_consent"),
        ({"recipient": str(uuid4())}, "another_consent"),
        ({"fingerprint": b"g" * 32}, "another_consent"),
        ({"fingerprint": b""}, "another_consent"),
        ({"purpose": "sponsor.attendance"}, "another_consent"),
        ({"events": ()}, "not_given"),
        ({"events": ((GIVEN, "given"),)}, "not_given"),
        ({"events": ((ASKED, "requested"), (GIVEN, "given"), (uuid4(), "withdrawn"))}, "not_given"),
        ({"events": ((ASKED, "requested"), (GIVEN, "given"), (uuid4(), "withdrawn"), (uuid4(), "given"))}, "not_given"),
        ({"events": ((ASKED, "requested"), (uuid4(), "refused"))}, "not_given"),
        ({"given_at": NOW + timedelta(seconds=1)}, "not_yet"),
        ({"opens_at": NOW + timedelta(microseconds=1)}, "not_yet"),
        ({"until": date(2026, 11, 22)}, "expired"),
        ({"until": None}, "no_period"),
        ({"events": None}, "error"),
        ({"given_at": None}, "error"),
    ],
)
def test_each_rule_says_no_with_its_own_word(changed, code):
    decision = decide(REQUEST, facts(**changed), NOW)

    assert (decision.is_permitted, decision.code) == (False, code)
    assert decision.obligations == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"purpose": "marketing"},
        {"purpose": "sponsor.listing"},  # names no text
        {"fingerprint": b"f" * 31},
        {"fingerprint": b""},
        {"data": frozenset({"dates"})},
        {"kind": "professional"},
        {"kind": "coach"},
    ],
)
def test_a_request_that_is_not_of_the_table_is_refused(changed):
    assert decide(dataclasses.replace(REQUEST, **changed), FACTS, NOW).code == "purpose"


@pytest.mark.parametrize("kind", ["family", "friend", "colleague", "media", "", "Contact"])
def test_no_such_recipient_exists(kind):
    request = dataclasses.replace(REQUEST, kind=kind)

    assert decide(request, facts(has_legal_entry=True), NOW).code == "no_such_recipient"


def test_half_a_fingerprint_is_no_fingerprint_for_a_purpose_without_a_text():
    request = dataclasses.replace(asked("sponsor.listing"), fingerprint=b"x")

    assert decide(request, consent_to(request), NOW).code == "purpose"


def test_data_that_the_purpose_does_not_offer_or_that_was_not_chosen_is_refused():
    dates, more = frozenset({"dates"}), frozenset({"dates", "hours"})
    request = Request("sponsor.attendance", "contact", CONTACT, data=dates)

    assert decide(request, consent_to(request, data=more), NOW).code == "consent"
    assert decide(dataclasses.replace(request, data=more), consent_to(request), NOW).code == "another_consent"
    assert (
        decide(dataclasses.replace(request, data=frozenset({"moods"})), consent_to(request, data=frozenset({"moods"})), NOW).code
        == "purpose"
    )
    assert decide(dataclasses.replace(request, data=frozenset()), consent_to(request), NOW).code == "purpose"


def test_a_consent_for_one_use_is_used_up():
    request = asked("referral")

    assert decide(request, consent_to(request, uses_left=0), NOW).code == "used_up"
    assert decide(request, consent_to(request, uses_left=None), NOW).code == "used_up"


def test_paper_and_word_of_mouth_count_only_where_the_table_says_so():
    listing, recording = asked("sponsor.listing"), asked("recording")

    assert decide(listing, consent_to(listing, way="paper"), NOW).code == "consent"
    assert decide(listing, consent_to(listing, way="paper", is_signed=False), NOW).code == "no_consent"
    assert decide(listing, consent_to(listing, way="oral"), NOW).code == "no_consent"
    assert decide(recording, consent_to(recording, way="oral"), NOW).code == "consent"
    assert decide(recording, consent_to(recording, way="oral", is_signed=False), NOW).code == "no_consent"


def test_the_clients_own_copy_is_always_theirs_and_nobody_elses():
    everything_over = Facts(client=CLIENT, wording="B", is_engagement_open=False, has_recipient_left=True)

    own = decide(Request("sponsor.summary", "client", CLIENT, PRINT), everything_over, NOW)

    assert (own.is_permitted, own.code) == (True, "own_copy")
    assert decide(Request("", "client", CLIENT), everything_over, NOW).is_permitted
    assert decide(Request("", "client", CONTACT), FACTS, NOW).code == "not_the_client"


def test_recourse_to_law_needs_an_entry_of_the_register_and_no_consent():
    request = Request("", "authority", "Tribunal judiciaire")

    assert decide(request, facts(has_legal_entry=True, wording="B", is_engagement_open=False), NOW).code == "law"
    assert decide(request, FACTS, NOW).code == "no_legal_entry"


def test_a_legal_entry_opens_nothing_to_a_contact():
    assert decide(REQUEST, dataclasses.replace(FACTS, consent=None, has_legal_entry=True), NOW).code == "no_consent"


def test_what_the_agreement_itself_permits_needs_no_consent():
    no_consent = dataclasses.replace(FACTS, consent=None)
    pseudonymised = Request("supervision", "supervisor", "Dr Vial", data=frozenset({"pseudonymised"}))
    minimum = Request("sponsor.attendance", "contact", CONTACT, data=frozenset({"minimum"}))

    in_b = dataclasses.replace(no_consent, wording="B", effects={"supervision": "pseudonymised"})
    assert decide(pseudonymised, in_b, NOW).code == "agreement"
    assert decide(dataclasses.replace(pseudonymised, data=frozenset({"identified"})), in_b, NOW).code == "wording_b"
    assert decide(dataclasses.replace(pseudonymised, data=frozenset({"identified", "pseudonymised"})), in_b, NOW).code == "wording_b"
    in_a = dataclasses.replace(in_b, wording="A")
    assert decide(pseudonymised, in_a, NOW).code == "agreement"
    assert decide(dataclasses.replace(pseudonymised, data=frozenset({"identified"})), in_a, NOW).code == "not_agreed"
    agreed = dataclasses.replace(no_consent, effects={"attendance": "minimum"}, names_sponsor=True)
    assert decide(minimum, agreed, NOW).code == "agreement"
    assert decide(minimum, dataclasses.replace(agreed, wording="B"), NOW).code == "wording_b"
    assert decide(minimum, no_consent, NOW).code == "purpose"
    assert decide(asked("sponsor.attendance"), agreed, NOW).code == "no_consent"
    assert decide(asked("sponsor.listing"), agreed, NOW).code == "agreement"
    assert decide(asked("sponsor.listing"), dataclasses.replace(agreed, wording="B"), NOW).code == "wording_b"
    assert decide(asked("sponsor.listing"), dataclasses.replace(agreed, has_recipient_left=True), NOW).code == "recipient_left"


def test_of_an_engagement_that_is_over_a_three_way_agreement_still_says_that_it_was_and_nothing_else_is_said():
    over = dataclasses.replace(FACTS, consent=None, is_engagement_open=False, names_sponsor=True, effects={"attendance": "minimum"})
    minimum = Request("sponsor.attendance", "contact", CONTACT, data=frozenset({"minimum"}))

    assert decide(asked("sponsor.listing"), over, NOW).code == "agreement"
    assert decide(minimum, over, NOW).code == "agreement"
    assert decide(minimum, dataclasses.replace(over, effects={"attendance": "consent"}), NOW).code == "engagement_over"
    for request in (asked("sponsor.listing"), minimum):
        assert decide(request, dataclasses.replace(over, names_sponsor=False), NOW).code == "engagement_over"
        assert decide(request, dataclasses.replace(over, wording="B"), NOW).code == "wording_b"
        assert decide(request, dataclasses.replace(over, may_recipient_receive=False), NOW).code == "no_right"
    for purpose in PURPOSES.keys() - {"sponsor.listing"}:
        given = dataclasses.replace(consent_to(asked(purpose)), is_engagement_open=False, names_sponsor=True)
        assert decide(asked(purpose), given, NOW).code == "engagement_over"
    pseudonymised = Request("supervision", "supervisor", "Dr Vial", data=frozenset({"pseudonymised"}))
    assert decide(pseudonymised, dataclasses.replace(over, effects={"supervision": "pseudonymised"}), NOW).code == "engagement_over"


def test_under_b_the_coach_may_still_keep_what_nobody_else_reads():
    for purpose in ("recording", "special_data"):
        request = asked(purpose)

        assert decide(request, consent_to(request, wording="B"), NOW).code == "consent"
        assert decide(request, consent_to(request, wording="B", effects={}), NOW).code == "not_agreed"


def test_the_last_day_still_counts_to_its_end_where_the_practice_is():
    last = facts(until=date(2026, 11, 30))

    assert decide(REQUEST, last, datetime(2026, 11, 30, 22, 59, tzinfo=UTC)).is_permitted  # 23:59 in Paris
    assert decide(REQUEST, last, datetime(2026, 11, 30, 23, 0, tzinfo=UTC)).code == "expired"


def test_from_the_first_instant_on_and_not_before():
    opens = NOW + timedelta(seconds=60)

    assert decide(REQUEST, facts(opens_at=opens), opens).is_permitted
    assert decide(REQUEST, facts(given_at=NOW, opens_at=NOW), NOW).is_permitted


def test_no_purpose_lets_a_contact_read_without_the_clients_own_key_a_text():
    for row in PURPOSES.values():
        if "text" in row.must_name and row.kind in (Kind.CONTACT, Kind.PROFESSIONAL):
            assert row.ways == {"space"}, row.code
    assert all(row.kind not in (Kind.CLIENT, Kind.AUTHORITY) for row in PURPOSES.values())


# Properties, over 20,000 random cases

kinds = st.sampled_from(["requested", "given", "refused", "lapsed", "withdrawn", "expired", "ended", "superseded"])
prints = st.sampled_from([PRINT, b"g" * 32, b"", b"f" * 31])
recipients = st.sampled_from([CONTACT, CLIENT, "Dr Vial", ""])
codes = st.sampled_from([*PURPOSES, "", "marketing"])
data = st.frozensets(
    st.sampled_from(["dates", "number", "hours", "minimum", "pseudonymised", "identified", "audio", "name", "moods"]), max_size=3
)
moments = st.integers(-5, 5).map(lambda hours: NOW + timedelta(hours=hours))
likely = st.sampled_from([["requested", "given"], ["requested", "given", "withdrawn"], ["requested"]])
OF_A_CONSENT = {
    "purpose": codes,
    "recipient": recipients,
    "fingerprint": prints,
    "data": data,
    "given_at": moments,
    "opens_at": moments,
    "until": st.none() | st.integers(-2, 2).map(lambda days: NOW.date() + dt.timedelta(days=days)),
    "events": (likely | st.lists(kinds, max_size=4)).map(lambda found: tuple((uuid4(), kind) for kind in found)),
    "way": st.sampled_from(["space", "paper", "oral", ""]),
    "is_signed": st.booleans(),
    "uses_left": st.sampled_from([None, 0, 1]),
}
consents = st.builds(ConsentFacts, **OF_A_CONSENT)
OF_A_WORLD = {
    "client": st.just(CLIENT),
    "wording": st.sampled_from(["A", "B", None]),
    "effects": st.fixed_dictionaries(
        {}, optional={key: st.sampled_from(["consent", "never", "minimum", "pseudonymised"]) for key in EFFECTS}
    ),
    "names_sponsor": st.booleans(),
    "is_engagement_open": st.booleans(),
    "has_recipient_left": st.booleans(),
    "may_recipient_receive": st.booleans(),
    "has_legal_entry": st.booleans(),
    "consent": st.none() | consents,
}
worlds = st.builds(Facts, **OF_A_WORLD)
requests = st.builds(Request, purpose=codes, kind=st.sampled_from([*Kind, "family"]), recipient=recipients, fingerprint=prints, data=data)


@st.composite
def near_misses(draw):
    """A request and a world that permit it, then at most two things changed: random cases seldom come near a yes."""
    request = asked(draw(st.sampled_from(sorted(PURPOSES))))
    world = consent_to(request)
    if name := draw(st.none() | st.sampled_from(sorted(OF_A_WORLD))):
        world = dataclasses.replace(world, **{name: draw(OF_A_WORLD[name])})
    if world.consent is not None and (name := draw(st.none() | st.sampled_from(sorted(OF_A_CONSENT)))):
        world = dataclasses.replace(world, consent=dataclasses.replace(world.consent, **{name: draw(OF_A_CONSENT[name])}))
    return request, world


cases = st.tuples(requests, worlds) | near_misses()


@pytest.mark.timeout(600)
@settings(max_examples=20_000, deadline=None)
@given(cases, kinds)
def test_whatever_is_permitted_matches_in_every_field_and_no_event_more_turns_a_no_into_a_yes(case, event):
    request, world = case

    decision = decide(request, world, NOW)

    assert decision.is_permitted == (decision.code in YES)
    if decision.is_permitted:
        _is_own_copy_law_agreed_or_matches(request, world, decision.code)
    if world.consent is not None and states.fold(kind for _, kind in world.consent.events) != "requested":
        _ends_or_stays_a_no(request, world, event, decision)


def _is_own_copy_law_agreed_or_matches(request, world, code):
    if code == "own_copy":
        assert (request.kind, request.recipient) == ("client", CLIENT)
        return
    if code == "law":
        assert request.kind == "authority"
        assert world.has_legal_entry
        return
    row = PURPOSES[request.purpose]
    assert row.kind == request.kind
    assert world.wording in ("A", "B")
    assert world.is_engagement_open or (code == "agreement" and row.kind == "contact" and world.names_sponsor)
    assert not world.has_recipient_left
    assert world.may_recipient_receive
    if world.wording == "B":
        assert not row.leaves or (request.purpose, request.data) == ("supervision", frozenset({"pseudonymised"}))
    granted = world.effects.get(row.effect)
    if code == "agreement":
        assert (row.code, granted, request.data) in AGREED or (row.code == "sponsor.listing" and world.names_sponsor)
        return
    assert row.effect is None or granted in row.allowed_by
    consent = world.consent
    assert consent is not None
    assert (consent.purpose, consent.recipient, consent.fingerprint) == (request.purpose, request.recipient, request.fingerprint)
    assert request.data <= consent.data
    assert consent.way in row.ways
    assert consent.is_signed
    assert [kind for _, kind in consent.events] == ["requested", "given"]
    assert max(consent.given_at, consent.opens_at) <= NOW
    assert consent.until is None or consent.until >= NOW.date()
    assert consent.until is not None or "until" not in row.must_name
    assert consent.uses_left or "uses" not in row.must_name


def _ends_or_stays_a_no(request, world, event, before):
    """An end turns a consent's yes into a no, and nothing that happens later turns a no into a yes."""
    later = dataclasses.replace(world, consent=dataclasses.replace(world.consent, events=(*world.consent.events, (uuid4(), event))))

    after = decide(request, later, NOW)

    assert after.code != "consent"
    assert before.is_permitted or not after.is_permitted


@given(cases)
def test_deciding_is_pure(case):
    request, world = case

    assert decide(request, world, NOW) == decide(request, world, NOW)


def test_anything_unforeseen_denies():
    assert decide(None, FACTS, NOW).code == "error"
    assert decide(REQUEST, None, NOW).code == "error"
    assert decide(REQUEST, FACTS, None).code == "error"
