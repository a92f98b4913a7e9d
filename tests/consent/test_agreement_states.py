"""An agreement goes only the ways that its table names, and the database keeps what the table promises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.act import Refused
from accounts.models import Link
from consent import actions, documents, jobs, states
from consent.models import Agreement, AgreementEvent, Signatory
from support import mail
from tests.consent.agreements import completed, drafted, evidence, in_force, letters, sent, sign_next, signed
from vault.models import LedgerEntry

STATES = sorted({step.source for step in states.AGREEMENT} | {step.target for step in states.AGREEMENT})
WHO = [states.COACH, states.CLIENT, states.SIGNATORY, states.INSTANCE]
EVENTS = sorted({step.event for step in states.AGREEMENT})
CLOSED = {"declined", "expired", "cancelled", "superseded", "terminated"}
no_database = pytest.mark.no_database


def signing(agreement: Agreement) -> Any:
    """The client's signature, whatever the state."""
    one = agreement.signatories.get(role="client")
    one.agreement = agreement
    stands = agreement.signed_document or agreement.document or b""
    facts = {"agreement": agreement, "signatory": one, "evidence": evidence(one), "link": None, "by": agreement.engagement.client}
    return actions.sign_agreement(document=stands + b" again", base=documents.digest(stands), **facts)


def countersigning(agreement: Agreement) -> Any:
    """The coach's signature, whatever the state."""
    one = agreement.signatories.get(role="coach")
    one.agreement = agreement
    stands = agreement.signed_document or agreement.document or b""
    facts = {"agreement": agreement, "evidence": evidence(one), "by": agreement.engagement.coach}
    return actions.countersign_agreement(document=stands + b" again", base=documents.digest(stands), **facts)


def completing(agreement: Agreement) -> Any:
    """The time-stamp, whatever the state."""
    stands = agreement.signed_document or agreement.document or b""
    return actions.complete_agreement(agreement=agreement, base=documents.digest(stands), document=stands + b" at", proof=b"%PDF", by=None)


def attempts(agreement: Agreement) -> dict[str, Callable[[], Any]]:
    """Every event of the table that somebody starts, as an action on this agreement whatever its state."""
    engagement, text = agreement.engagement, documents.text_of(agreement)
    mine = {"agreement": agreement, "by": engagement.coach}
    one, client = agreement.signatories.get(role="client"), engagement.client
    return {
        "send": lambda: actions.send_agreement(text=text, document=b"%PDF", pages=1, is_address_seen=True, **mine),
        "resend": lambda: actions.resend_agreement(is_address_seen=True, **mine),
        "cancel": lambda: actions.cancel_agreement(**mine),
        "countersign": lambda: countersigning(agreement),
        "sign_last": lambda: signing(agreement),
        "decline": lambda: actions.decline_agreement(agreement=agreement, signatory=one, reason="", link=None, by=client),
        "expire": lambda: actions.expire_agreement(agreement=agreement, by=None),
        "renounce": lambda: actions.renounce_agreement(agreement=agreement, text="", by=client),
        "terminate": lambda: actions.terminate_agreement(**mine),
        "complete": lambda: completing(agreement),
    }


def in_state(cast: Any, state: str) -> Agreement:
    """An agreement brought to this state by its people: a priced one of a private client, so that all ways are open."""
    engagement = cast.engagement(cast.anais, sponsor=False)
    if state == "draft":
        return drafted(engagement, kind="coaching")
    if state in {"signed", "in_force", "terminated", "superseded"}:
        row = (signed if state == "signed" else in_force)(engagement, kind="coaching")
        if state == "terminated":
            actions.terminate_agreement(agreement=row, by=cast.camille)
        if state == "superseded":
            in_force(engagement, kind="coaching")
        return Agreement.objects.get(pk=row.pk)
    agreement = sent(engagement, kind="coaching")
    if state == "expired":
        Agreement.objects.filter(pk=agreement.pk).update(expires_at=timezone.now())
    if state != "sent":
        attempts(agreement)[{"declined": "decline", "cancelled": "cancel", "expired": "expire"}[state]]()
    return Agreement.objects.get(pk=agreement.pk)


@no_database
@given(st.sampled_from(STATES), st.sampled_from(EVENTS), st.sampled_from(WHO))
def test_a_step_that_the_table_does_not_name_is_refused(source: str, event: str, who: str) -> None:
    named = [step.target for step in states.AGREEMENT if (step.source, step.event, step.who) == (source, event, who)]

    assert states.allows(states.AGREEMENT, source, event, who) == bool(named)
    if named:
        assert states.after(states.AGREEMENT, source, event, who) == named[0]
    else:
        with pytest.raises(states.NoSuchStep):
            states.after(states.AGREEMENT, source, event, who)


@no_database
@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from(WHO)), max_size=40))
def test_whatever_is_tried_what_is_closed_stays_closed_and_nothing_is_in_force_without_its_signatures(tries) -> None:
    state, signatures = "draft", []

    for event, who in tries:
        try:
            after = states.after(states.AGREEMENT, state, event, who)
        except states.NoSuchStep:
            continue
        assert state not in CLOSED or after == state
        signatures += [event] if event in {"sign", "sign_last", "confirm", "countersign"} else []
        state = after

    ends = [event for event in signatures if event != "sign"]
    assert ends in ([], ["sign_last"], ["sign_last", "countersign"], ["confirm"]), "nothing is signed again once all before the coach have"
    assert signatures == [one for one in signatures if one == "sign"] + ends, "the coach is last"
    if state in {"in_force", "superseded", "terminated"}:
        assert ends in (["sign_last", "countersign"], ["confirm"])


@no_database
def test_the_table_names_the_states_of_the_model_and_each_step_once() -> None:
    steps = [(step.source, step.event, step.who) for step in states.AGREEMENT]

    assert set(STATES) == set(Agreement.State.values)
    assert len(steps) == len(set(steps))


@no_database
def test_the_drawing_in_the_documentation_is_the_table() -> None:
    assert (Path(__file__).resolve().parents[2] / "docs" / "states.md").read_text() == states.diagram()


@pytest.mark.parametrize("state", STATES)
def test_the_actions_take_the_steps_of_the_table_and_no_other(cast, state: str) -> None:
    agreement = in_state(cast, state)
    possible = {step.event: step.target for step in states.AGREEMENT if step.source == state}

    for event, attempt in attempts(agreement).items():
        if event == "expire" and state in {"sent", "signed"}:
            continue  # its time has not come; the next test
        point = transaction.savepoint()
        if event in possible:
            assert attempt().state == possible[event]
        else:
            with pytest.raises(Refused):
                attempt()
            assert Agreement.objects.get(pk=agreement.pk).state == state
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("bring", [sent, signed])
def test_an_agreement_expires_thirty_days_after_it_was_last_asked_for_and_not_before(cast, bring) -> None:
    agreement = bring(cast.engagement(cast.anais))

    jobs.expire_agreements()
    agreement.refresh_from_db()
    assert agreement.state in {"sent", "signed"}
    asked = max(one.asked_at for one in agreement.signatories.all() if one.asked_at)
    assert agreement.expires_at - asked == timedelta(days=30)

    Agreement.objects.filter(pk=agreement.pk).update(expires_at=timezone.now())
    jobs.expire_agreements()
    agreement.refresh_from_db()
    assert (agreement.state, agreement.closed_at is not None) == ("expired", True)


def test_after_its_time_nothing_can_be_signed_even_before_the_worker_says_so(cast) -> None:
    agreement = sent(cast.engagement(cast.anais))
    Agreement.objects.filter(pk=agreement.pk).update(expires_at=timezone.now())

    for event in ("sign_last", "decline"):
        with pytest.raises(Refused) as no:
            attempts(agreement)[event]()
        assert no.value.code == "agreement_expired"


def test_the_next_agreement_in_force_replaces_the_one_before(cast) -> None:
    engagement = cast.engagement(cast.anais)
    first = in_force(engagement, wording="A")

    second = in_force(engagement, kind="coaching", wording="B")

    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "in_force")
    assert list(Agreement.objects.in_force().filter(engagement=engagement)) == [second]


def test_wording_b_in_force_ends_what_was_permitted_under_a(cast) -> None:
    in_force(cast.engagement(cast.anais), wording="B")

    assert LedgerEntry.objects.filter(event="consents.reconsidered").count() == 1


def test_only_one_agreement_of_a_kind_is_on_its_way_and_a_new_draft_takes_the_place_of_a_draft(cast) -> None:
    engagement = cast.engagement(cast.anais)
    first, second = drafted(engagement), drafted(engagement)
    first.refresh_from_db()
    assert (first.state, second.state) == ("cancelled", "draft")

    sent(engagement)
    with pytest.raises(Refused) as no:
        drafted(engagement)
    assert no.value.code == "agreement_on_its_way"


def test_every_step_leaves_its_trace_in_the_ledger_and_in_the_trail(cast) -> None:
    agreement = completed(cast.engagement(cast.anais))

    events = list(LedgerEntry.objects.filter(about=agreement.id).order_by("position").values_list("event", "by", "code"))
    steps = list(AgreementEvent.objects.filter(agreement=agreement).values_list("number", "kind"))

    coach, client = cast.camille.person_id, cast.anais.person_id
    assert events == [
        ("agreement.drafted", coach, "a"),
        ("agreement.sent", coach, "a"),
        ("agreement.signed", client, "space"),
        ("agreement.in_force", coach, "a"),
        ("agreement.proven", None, ""),
        ("agreement.completed", None, ""),
    ]
    assert steps == list(enumerate(["drafted", "fixed", "asked", "signed", "asked", "signed", "in_force", "completed"], 1))


def test_another_coach_moves_nothing(cast) -> None:
    agreement = sent(cast.engagement(cast.anais))
    mine = {"agreement": agreement, "by": cast.bruno}

    for attempt in (
        lambda: actions.cancel_agreement(**mine),
        lambda: actions.resend_agreement(is_address_seen=True, **mine),
        lambda: actions.terminate_agreement(**mine),
        lambda: actions.answer_question(signatory=agreement.signatories.get(role="client"), text="x", **mine),
        lambda: actions.countersign_agreement(evidence={}, document=b"%PDF", base="", **mine),
    ):
        with pytest.raises(Refused) as no:
            attempt()
        assert no.value.code == "not_your_engagement"


FIXED = {"sent_at": timezone.now(), "expires_at": timezone.now(), "document": b"%PDF"}


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "sent"},
        {"state": "in_force", **FIXED},
        {"state": "in_force", "signed_document": b"%PDF", **FIXED},
        {"state": "declined", **FIXED},
        {"state": "draft", "closed_at": timezone.now()},
        {"state": "draft", "sent_at": timezone.now()},
        {"state": "sent", "completed_at": timezone.now(), **FIXED},
        {"state": "sent", "completed_at": timezone.now(), "proof": b"%PDF", **FIXED},
        {"state": "draft", "kind": "three_way", "wording": "B"},
    ],
    ids=[
        "sent without a document",
        "in force without a signed file",
        "in force without a time",
        "closed without a time",
        "a draft that is closed",
        "sent for ever",
        "complete without a proof",
        "complete and not in force",
        "three-way in wording B",
    ],
)
def test_the_database_refuses_a_row_that_cannot_be(cast, broken: dict[str, Any]) -> None:
    facts = {"wording": "A", "language": "fr", "details": {}, "made_at": timezone.now(), **broken}
    row = Agreement(engagement=cast.engagement(cast.anais), **facts)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_the_database_refuses_two_in_force_and_two_on_their_way(cast) -> None:
    agreement = in_force(cast.engagement(cast.anais))
    twin = Agreement.objects.get(pk=agreement.pk)
    copy = bytes(twin.signed_document)
    facts = {"engagement": twin.engagement, "wording": "A", "language": "fr", "details": {}, "made_at": timezone.now()}
    facts |= {"sent_at": timezone.now(), "expires_at": timezone.now(), "document": bytes(twin.document)}

    for kind in ("confidentiality", "coaching", "elsewhere"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.create(**facts, kind=kind, state="in_force", signed_document=copy, in_force_at=timezone.now())
    Agreement.objects.create(**facts, state="sent")
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.create(**facts, state="signed")


@pytest.mark.parametrize(
    "broken",
    [
        {"role": "client", "position": 9},
        {"role": "coach", "position": 9},
        {"role": "sponsor", "position": 9},
        {"role": "sponsor", "position": 1},
        {"role": "sponsor", "position": 9, "signed_at": timezone.now()},
        {"role": "sponsor", "position": 9, "signed_at": timezone.now(), "evidence": {"name": "x"}},
    ],
    ids=[
        "two clients",
        "two coaches",
        "a sponsor who is nobody",
        "two in one place",
        "signed without evidence",
        "signed without being asked",
    ],
)
def test_the_database_refuses_a_signatory_that_cannot_be(cast, broken: dict[str, Any]) -> None:
    agreement = sent(cast.engagement(cast.anais))
    more = {"contact": cast.helene} if "signed_at" in broken or broken["position"] == 1 else {}

    with pytest.raises(IntegrityError), transaction.atomic():
        Signatory.objects.create(agreement=agreement, details={"name": "x"}, **broken, **more)


def test_letters_go_to_who_must_act_next_and_say_nothing(cast, settings, tmp_path) -> None:
    in_force(cast.engagement(cast.anais), real=True)

    found = sorted(letters(tmp_path, settings), key=lambda letter: letter.at)

    # the link to sign was used before it left; the coach is told of her turn, then that all is complete
    assert [letter.to for letter in found] == ["camille@example.org", "anais@example.org", "camille@example.org"]
    for letter in mail.inbox():
        for said in ("Anaïs", "Camille", "Horizon", "Lefort", "Aubry", "confidentialité", "contrat"):
            assert said not in letter.subject + letter.text


def test_sending_again_replaces_the_link_and_gives_as_much_time_again(cast) -> None:
    agreement = sent(cast.engagement(cast.anais))
    one = agreement.signatories.get(role="client")
    before = Link.objects.get(about=one.pk)
    Agreement.objects.filter(pk=agreement.pk).update(expires_at=timezone.now() + timedelta(days=1), reminders=2)

    again = actions.resend_agreement(agreement=agreement, is_address_seen=True, by=cast.camille)

    assert again.expires_at > timezone.now() + timedelta(days=29)
    assert Link.objects.get(about=one.pk).pk != before.pk
    assert again.reminders == 0


def test_whoever_is_asked_is_reminded_after_three_seven_and_fourteen_days_and_then_left_alone(cast) -> None:
    agreement = sent(cast.engagement(cast.anais), kind="three_way", contacts=(cast.helene,))

    for role in ("client", "sponsor"):
        one = agreement.signatories.get(role=role)
        for days, expected in ((2, 0), (3, 1), (6, 1), (7, 2), (14, 3), (20, 3)):
            Signatory.objects.filter(pk=one.pk).update(asked_at=timezone.now() - timedelta(days=days))
            jobs.remind_signatories()
            assert AgreementEvent.objects.filter(signatory=one, kind="reminded").count() == expected, (role, days)
        sign_next(agreement)
