"""Each signs in their turn, once, and as themselves: the client first, the organisation's people in order, the coach last."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.act import Refused
from clients import actions as clients
from consent import actions, documents, fixing
from consent.models import Agreement, KnownFile, Signatory
from support.pdf import PdfFailed
from tests.cast import Cast, signed_in
from tests.consent.agreements import SIGNED, drafted, evidence, french, in_force, sent, sign_next, signed

MINE = {"name": "Somebody", "is_accepted": "on"}


def manager_of(cast: Cast) -> Any:
    """A second person of Horizon who signs, without a space."""
    return clients.add_contact(
        sponsor=cast.horizon, name="Paul Rey", address="paul@horizon.example", role="manager", language="fr", by=cast.camille
    )


@pytest.fixture
def four(cast) -> Agreement:
    """A three-way agreement for Anaïs, Hélène, her manager and Camille."""
    return sent(cast.engagement(cast.anais), kind="three_way", contacts=(cast.helene, manager_of(cast)))


def people(agreement: Agreement) -> list[Signatory]:
    return list(Signatory.objects.filter(agreement=agreement).select_related("contact", "agreement").order_by("position"))


def try_to_sign(agreement: Agreement, one: Signatory) -> str:
    """What comes of this person's signature now: done, or the code of the refusal."""
    agreement = Agreement.objects.get(pk=agreement.pk)
    stands = agreement.signed_document or agreement.document
    file = {"document": stands + b" " + one.field.encode(), "base": documents.digest(stands), "evidence": evidence(one)}
    try:
        if one.role == "coach":
            actions.countersign_agreement(agreement=agreement, by=agreement.engagement.coach, **file)
        else:
            by = one.contact or agreement.engagement.client
            actions.sign_agreement(agreement=agreement, signatory=one, link=None, by=by, **file)
    except Refused as no:
        return no.code
    return "done"


def test_the_order_is_client_then_the_organisation_as_chosen_then_the_coach(four) -> None:
    assert [(one.role, one.name, one.field, one.asked_at is not None) for one in people(four)] == [
        ("client", "Anaïs Lefort", "Client", True),
        ("sponsor", "Hélène Vasseur", "Sponsor2", False),
        ("sponsor", "Paul Rey", "Sponsor3", False),
        ("coach", "Camille Aubry", "Coach", False),
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 3), min_size=1, max_size=10))
def test_whoever_tries_in_whatever_order_signs_only_in_their_turn_and_once(cast, tries) -> None:
    paul = getattr(cast, "paul", None) or manager_of(cast)
    cast.paul = paul
    clients_join(cast, paul)
    engagement = cast.engagement(cast.anais)
    agreement = sent(engagement, kind="three_way", contacts=(cast.helene, paul))
    signed_by: list[int] = []

    for who in tries:
        outcome = try_to_sign(agreement, people(agreement)[who])
        if who == len(signed_by):
            assert outcome == "done"
            signed_by.append(who)
        else:
            assert outcome in {"not_your_turn", "signed_already", "agreement_sent", "agreement_signed", "agreement_in_force"}

    assert signed_by == list(range(len(signed_by)))
    assert Signatory.objects.filter(agreement=agreement, signed_at__isnull=False).count() == len(signed_by)
    state = Agreement.objects.get(pk=agreement.pk).state
    assert state == {3: "signed", 4: "in_force"}.get(len(signed_by), "sent")


def clients_join(cast: Cast, contact: Any) -> None:
    """Give the contact a space, so that she can sign in it."""
    if contact.person_id is None:
        clients.join(invited=contact, person=cast._person("Paul Rey")[0], by=cast._person("Paul Rey")[0])


def test_nobody_signs_or_declines_as_somebody_else(four, cast) -> None:
    client, sponsor, _, _ = people(four)
    stands = four.document
    file = {"document": stands + b"x", "base": documents.digest(stands), "link": None}
    cast.engagement(cast.karim)

    for one, by in ((client, cast.karim), (client, cast.helene), (sponsor, cast.anais), (client, cast.camille)):
        for attempt in (
            lambda one=one, by=by: actions.sign_agreement(agreement=four, signatory=one, evidence=evidence(one), by=by, **file),
            lambda one=one, by=by: actions.decline_agreement(agreement=four, signatory=one, reason="", link=None, by=by),
            lambda one=one, by=by: actions.ask_question(signatory=one, text="?", by=by),
            lambda one=one, by=by: actions.note_read(signatory=one, pages=1, by=by),
        ):
            with pytest.raises(Refused) as no:
                attempt()
            assert no.value.code == "another_signatory"

    assert Agreement.objects.get(pk=four.pk).state == "sent"


def test_forged_requests_out_of_turn_are_refused(cast) -> None:
    agreement = sent(cast.engagement(cast.anais), kind="three_way", contacts=(cast.helene,), real=True)
    hers, mine = signed_in(cast.helene.person), signed_in(cast.camille.person)
    contact, coach = f"/contact/agreements/{agreement.pk}/", f"/coach/agreements/{agreement.pk}/countersign/"

    assert hers.post(contact, MINE).status_code == 404
    assert mine.post(coach, MINE).status_code == 302
    sign_next(agreement, real=True)
    assert mine.post(coach, MINE).status_code == 302
    assert [one.signed_at is not None for one in people(agreement)] == [True, False, False]
    assert hers.post(contact, MINE).status_code == 302
    assert [one.signed_at is not None for one in people(agreement)] == [True, True, False]
    assert mine.post(coach, MINE).status_code == 302

    assert Agreement.objects.get(pk=agreement.pk).state == "in_force"


def test_the_file_itself_takes_no_signature_out_of_turn(cast) -> None:
    agreement = sent(cast.engagement(cast.anais), kind="three_way", contacts=(cast.helene,), real=True)
    client, _, coach = people(agreement)

    with pytest.raises(PdfFailed):
        fixing.sign(agreement, coach, evidence(coach), at=timezone.now())
    once = fixing.sign(agreement, client, evidence(client), at=timezone.now())
    agreement.signed_document = once.document
    with pytest.raises(PdfFailed):
        fixing.sign(agreement, client, evidence(client), at=timezone.now())
    with pytest.raises(PdfFailed):
        fixing.sign(agreement, coach, evidence(coach), at=timezone.now())


def test_the_same_person_signs_twice_in_vain_and_is_told_so(cast) -> None:
    agreement = sent(cast.engagement(cast.anais), real=True)
    browser, page = signed_in(cast.anais.person), f"/client/agreements/{agreement.pk}/"
    browser.post(page, SIGNED)
    first = Agreement.objects.get(pk=agreement.pk).signed_document

    answer = browser.post(page, {**SIGNED, "name": "Another Name"}, follow=True)

    assert french("You have signed already.") in answer.content.decode()
    assert Agreement.objects.get(pk=agreement.pk).signed_document == first
    assert people(agreement)[0].evidence["name"] == "Anaïs Lefort"


def test_a_contact_of_the_organisation_declines_and_what_the_client_signed_is_closed(four, cast) -> None:
    sign_next(four)
    sponsor, stands = people(four)[1], Agreement.objects.get(pk=four.pk).signed_document
    page = f"/contact/agreements/{four.pk}/"
    browser = signed_in(cast.helene.person)
    assert browser.get(page).status_code == 200

    browser.post(page, {"step": "decline", "reason": "Pas ce mois-ci"})

    row = Agreement.objects.get(pk=four.pk)
    assert (row.state, row.details["declined_by"], row.signed_document) == ("declined", "Sponsor2", stands)
    assert sponsor.signed_at is None
    assert try_to_sign(four, people(four)[1]) != "done"
    assert try_to_sign(four, people(four)[2]) != "done"


def test_the_client_is_not_told_what_the_organisation_gave_as_its_reason(four, cast) -> None:
    sign_next(four)
    signed_in(cast.helene.person).post(f"/contact/agreements/{four.pk}/", {"step": "decline", "reason": "budget gelé"})

    shown = signed_in(cast.anais.person).get(f"/client/agreements/{four.pk}/").content.decode()

    assert "budget gelé" not in shown
    assert "budget gelé" in signed_in(cast.camille.person).get(f"/coach/agreements/{four.pk}/").content.decode()


def test_a_three_way_agreement_is_signed_only_by_the_organisation_that_pays_and_who_still_works_there(cast) -> None:
    elsewhere = clients.add_sponsor(coach=cast.camille, name="Autre", domain="autre.example", by=cast.camille)
    stranger = clients.add_contact(sponsor=elsewhere, name="Inès", address="ines@autre.example", role="hr", language="fr", by=cast.camille)
    engagement = cast.engagement(cast.anais)

    for contacts, code in (((), "no_signers"), ((stranger,), "signer_of_another"), ((cast.helene, stranger), "signer_of_another")):
        with pytest.raises(Refused) as no:
            drafted(engagement, kind="three_way", contacts=contacts)
        assert no.value.code == code


@pytest.mark.timeout(180)
@pytest.mark.parametrize("second", ["sign", "decline"])
def test_of_two_who_answer_at_the_same_moment_one_is_first_and_the_file_is_not_forked(own_databases, second: str) -> None:
    cast = Cast()
    agreement = sent(cast.engagement(cast.anais))
    ready, outcomes = threading.Barrier(2), []

    def answer(event: str, mark: bytes) -> None:
        try:
            one = people(agreement)[0]
            stands = agreement.document
            file = {"document": stands + mark, "base": documents.digest(stands)}
            ready.wait(10)
            if event == "sign":
                actions.sign_agreement(agreement=agreement, signatory=one, evidence=evidence(one), link=None, by=cast.anais, **file)
            else:
                actions.decline_agreement(agreement=agreement, signatory=one, reason="", link=None, by=cast.anais)
            outcomes.append("done")
        except Refused as no:
            outcomes.append(no.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=answer, args=facts) for facts in (("sign", b" one"), (second, b" two"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(outcomes) == 2
    assert outcomes.count("done") == 1
    row = Agreement.objects.get(pk=agreement.pk)
    files = KnownFile.objects.filter(agreement=row, stage="signed").count()
    assert files == (1 if row.state == "signed" else 0)
    assert people(agreement)[0].signed_at is not None if row.state == "signed" else row.signed_document is None
    numbers = list(row.events.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.timeout(180)
def test_a_new_agreement_in_force_and_another_at_the_same_moment_leave_one(own_databases) -> None:
    cast = Cast()
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    rivals = [signed(engagement), signed(engagement, kind="coaching", wording="B")]
    ready, outcomes = threading.Barrier(2), []

    def countersign(agreement: Agreement) -> None:
        try:
            ready.wait(10)
            outcomes.append(try_to_sign(agreement, people(agreement)[-1]))
        except Exception as no:
            outcomes.append(type(no).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=countersign, args=[one]) for one in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert Agreement.objects.in_force().filter(engagement=engagement).count() == 1
    assert outcomes == ["done", "done"], "the later one replaces the earlier"
    assert {Agreement.objects.get(pk=one.pk).state for one in rivals} == {"in_force", "superseded"}


@pytest.mark.timeout(180)
def test_a_double_click_on_draft_leaves_one_draft(own_databases) -> None:
    cast = Cast()
    engagement = cast.engagement(cast.anais)
    ready, outcomes = threading.Barrier(2), []

    def draft() -> None:
        try:
            ready.wait(10)
            outcomes.append(drafted(engagement).state)
        except Exception as no:
            outcomes.append(type(no).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=draft) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert outcomes == ["draft", "draft"]
    assert sorted(Agreement.objects.values_list("state", flat=True)) == ["cancelled", "draft"]
