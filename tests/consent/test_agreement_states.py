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
from consent.models import Agreement, Signature
from support.jobs import run_pending
from tests.consent.agreements import drafted, evidence, in_force, sent, signed
from vault.models import LedgerEntry

STATES = sorted({step.source for step in states.AGREEMENT} | {step.target for step in states.AGREEMENT})
WHO = [states.COACH, states.CLIENT, states.INSTANCE]
EVENTS = sorted({step.event for step in states.AGREEMENT})
no_database = pytest.mark.no_database


def attempts(agreement: Agreement) -> dict[str, Callable[[], Any]]:
    """Every event of the table, as an action on this agreement whatever its state."""
    engagement, text = agreement.engagement, documents.text_of(agreement)
    mine = {"agreement": agreement, "by": engagement.coach}
    return {
        "send": lambda: actions.send_agreement(text=text, document=b"%PDF", is_address_seen=True, **mine),
        "resend": lambda: actions.resend_agreement(is_address_seen=True, **mine),
        "cancel": lambda: actions.cancel_agreement(**mine),
        "countersign": lambda: actions.countersign_agreement(evidence=evidence(agreement, "coach"), signed_document=b"%PDF", **mine),
        "sign": lambda: actions.sign_agreement(agreement=agreement, evidence=evidence(agreement), link=None, by=engagement.client),
        "decline": lambda: actions.decline_agreement(agreement=agreement, reason="", link=None, by=engagement.client),
        "expire": lambda: actions.expire_agreement(agreement=agreement, by=None),
    }


def in_state(cast: Any, state: str) -> Agreement:
    """An agreement brought to this state by its people."""
    engagement = cast.engagement(cast.anais)
    if state == "draft":
        return drafted(engagement)
    if state == "superseded":
        before = in_force(engagement)
        in_force(engagement)
        before.refresh_from_db()
        return before
    if state in {"signed", "in_force"}:
        return signed(engagement) if state == "signed" else in_force(engagement)
    agreement = sent(engagement)
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
        if event == "expire" and state == "sent":
            continue  # its time has not come; the next test
        point = transaction.savepoint()
        if event in possible:
            assert attempt().state == possible[event]
        else:
            with pytest.raises(Refused):
                attempt()
            assert Agreement.objects.get(pk=agreement.pk).state == state
        transaction.savepoint_rollback(point)


def test_an_agreement_expires_after_thirty_days_and_not_before(cast) -> None:
    agreement = sent(cast.engagement(cast.anais))

    jobs.expire_agreements()
    agreement.refresh_from_db()
    assert agreement.state == "sent"
    assert agreement.expires_at - agreement.sent_at == timedelta(days=30)

    Agreement.objects.filter(pk=agreement.pk).update(expires_at=timezone.now())
    jobs.expire_agreements()
    agreement.refresh_from_db()
    assert (agreement.state, agreement.closed_at is not None) == ("expired", True)


def test_after_its_time_nothing_can_be_signed_even_before_the_worker_says_so(cast) -> None:
    agreement = sent(cast.engagement(cast.anais))
    Agreement.objects.filter(pk=agreement.pk).update(expires_at=timezone.now())

    for event in ("sign", "decline"):
        with pytest.raises(Refused) as no:
            attempts(agreement)[event]()
        assert no.value.code == "agreement_expired"


def test_the_next_agreement_in_force_replaces_the_one_before(cast) -> None:
    engagement = cast.engagement(cast.anais)
    first = in_force(engagement, wording="A")

    second = in_force(engagement, wording="B")

    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "in_force")
    assert list(Agreement.objects.in_force().filter(engagement=engagement)) == [second]


def test_wording_b_in_force_ends_what_was_permitted_under_a(cast) -> None:
    in_force(cast.engagement(cast.anais), wording="B")

    assert LedgerEntry.objects.filter(event="wording.changed").count() == 1


def test_only_one_agreement_is_on_its_way_and_a_new_draft_takes_the_place_of_a_draft(cast) -> None:
    engagement = cast.engagement(cast.anais)
    first, second = drafted(engagement), drafted(engagement)
    first.refresh_from_db()
    assert (first.state, second.state) == ("cancelled", "draft")

    sent(engagement)
    with pytest.raises(Refused) as no:
        drafted(engagement)
    assert no.value.code == "agreement_on_its_way"


def test_every_step_leaves_its_trace_in_the_ledger(cast) -> None:
    agreement = in_force(cast.engagement(cast.anais))

    events = list(LedgerEntry.objects.filter(about=agreement.id).order_by("position").values_list("event", "by", "code"))

    coach, client = cast.camille.person_id, cast.anais.person_id
    assert events == [
        ("agreement.drafted", coach, "a"),
        ("agreement.sent", coach, "a"),
        ("agreement.signed", client, "space"),
        ("agreement.in_force", coach, "a"),
    ]


def test_another_coach_moves_nothing(cast) -> None:
    agreement = sent(cast.engagement(cast.anais))

    with pytest.raises(Refused) as no:
        actions.cancel_agreement(agreement=agreement, by=cast.bruno)

    assert no.value.code == "not_your_engagement"


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "sent"},
        {"state": "in_force", "sent_at": timezone.now(), "expires_at": timezone.now(), "document": b"%PDF"},
        {"state": "declined", "sent_at": timezone.now(), "expires_at": timezone.now(), "document": b"%PDF"},
        {"state": "draft", "closed_at": timezone.now()},
        {"state": "draft", "sent_at": timezone.now()},
    ],
    ids=["sent without a document", "in force without a signed copy", "closed without a time", "a draft that is closed", "sent for ever"],
)
def test_the_database_refuses_a_row_that_cannot_be(cast, broken: dict[str, Any]) -> None:
    row = Agreement(engagement=cast.engagement(cast.anais), wording="A", language="fr", details={}, made_at=timezone.now(), **broken)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_the_database_refuses_two_in_force_two_on_their_way_and_two_signatures_of_one_side(cast) -> None:
    agreement = in_force(cast.engagement(cast.anais))
    twin = Agreement.objects.get(pk=agreement.pk)
    document, copy = bytes(twin.document), bytes(twin.signed_document)
    facts = {
        "engagement": twin.engagement,
        "wording": "A",
        "language": "fr",
        "details": {},
        "made_at": timezone.now(),
        "sent_at": timezone.now(),
    }
    facts |= {"expires_at": timezone.now(), "document": document}

    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.create(**facts, state="in_force", signed_document=copy, in_force_at=timezone.now())
    Agreement.objects.create(**facts, state="sent")
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.create(**facts, state="signed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(agreement=agreement, role="client", evidence={}, signed_at=timezone.now())


def test_letters_go_to_who_must_act_next_and_say_nothing(cast, settings, tmp_path) -> None:
    from support import mail

    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path
    in_force(cast.engagement(cast.anais))
    run_pending()

    letters = sorted(mail.inbox(), key=lambda letter: letter.at)

    assert [letter.to for letter in letters] == ["camille@example.org", "anais@example.org"]  # the link to sign was used before it left
    for letter in letters:
        for said in ("Anaïs", "Camille", "Horizon", "Lefort", "Aubry", "confidentialité"):
            assert said not in letter.subject + letter.text


def test_sending_again_replaces_the_link_and_gives_as_much_time_again(cast) -> None:
    agreement = sent(cast.engagement(cast.anais))
    before = Link.objects.get(about=agreement.pk)
    Agreement.objects.filter(pk=agreement.pk).update(expires_at=timezone.now() + timedelta(days=1))

    again = actions.resend_agreement(agreement=agreement, is_address_seen=True, by=cast.camille)

    assert again.expires_at > timezone.now() + timedelta(days=29)
    assert Link.objects.get(about=agreement.pk).pk != before.pk
