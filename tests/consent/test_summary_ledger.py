"""What the ledger tells of a summary's way, event by event; and that a yes stands or falls as a whole."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.act import Refused
from clients.models import SponsorContact
from consent.actions import consents
from consent.actions import summaries as actions
from consent.models import Consent, ConsentEvent, Disclosure
from tests.cast import Cast
from tests.consent.stages import OTHER, Stage, at
from tests.consent.test_summaries import TEXT, refused
from vault.models import DataKey, LedgerEntry


def told(stage: Stage) -> list[tuple]:
    """The events of the engagement about this summary, in order: event, what it is about, by, other, code, version."""
    rows = LedgerEntry.objects.filter(subject=stage.story.engagement.pk, kind__in=["summary", "proposal", "consent", "disclosure"])
    return [(r.event, r.kind, r.about, r.by, r.other, r.code, r.version) for r in rows.order_by("position")]


def test_the_whole_way_is_told_in_order_with_who_whom_and_of_what(cast: Cast) -> None:
    stage = at(cast, "read")
    actions.download(disclosure=stage.disclosure, vault=stage.vault("Helene Vasseur"), by=stage.helene)
    consents.withdraw(consent=stage.consent, by=stage.anais)

    camille, anais, helene = stage.camille.person_id, stage.anais.person_id, stage.helene.person_id
    given = ConsentEvent.objects.get(consent=stage.consent, kind="given").pk
    consent, proposal, disclosure = stage.consent.pk, stage.proposal.pk, stage.disclosure.pk
    assert told(stage) == [
        ("summary.started", "summary", stage.summary.pk, camille, helene, "", 1),
        ("summary.proposed", "proposal", proposal, camille, helene, "nothing_found", 1),
        ("consent.requested", "consent", consent, camille, helene, "sponsor.summary", None),
        ("consent.given", "consent", consent, anais, helene, "sponsor.summary", None),
        ("summary.disclosed", "disclosure", disclosure, anais, helene, "", None),
        ("summary.viewed", "disclosure", disclosure, helene, given, "consent", None),
        ("summary.downloaded", "disclosure", disclosure, helene, given, "consent", None),
        ("consent.withdrawn", "consent", consent, anais, helene, "sponsor.summary", None),
    ]
    digest = LedgerEntry.objects.get(event="summary.disclosed").digest
    assert bytes(digest) == hashlib.sha256(Disclosure.objects.get().body.stored()).digest()


def test_a_wish_for_another_text_and_a_no_are_told_too(cast: Cast) -> None:
    stage = at(cast, "changes_asked")
    digest = LedgerEntry.objects.get(event="summary.changes_asked").digest
    stage.proposal.refresh_from_db()
    assert bytes(digest) == hashlib.sha256(stage.proposal.answer.stored()).digest()
    actions.refuse(proposal=stage.proposed(), by=stage.anais)

    assert [event for event, *_rest in told(stage)] == [
        "summary.started",
        "summary.proposed",
        "consent.requested",
        "consent.superseded",
        "summary.changes_asked",
        "summary.proposed",
        "consent.requested",
        "consent.refused",
        "summary.refused",
    ]


def test_a_contact_who_left_between_the_question_and_the_yes_gets_nothing(cast: Cast) -> None:
    stage = at(cast, "waiting")
    SponsorContact.objects.filter(pk=stage.helene.pk).update(left_at=timezone.now())

    refused("contact_left", stage.approved)
    assert stage.consent.state == "requested"
    assert (Disclosure.objects.count(), DataKey.objects.filter(kind="copy").count()) == (0, 0)


def test_what_the_client_saw_stands_in_the_consent_and_nothing_of_it_changes_later(cast: Cast) -> None:
    stage = at(cast, "waiting")
    before, until = timezone.now(), timezone.localdate() + timedelta(days=9)
    disclosure = stage.approved(until=until)
    consent = stage.consent

    assert (consent.until_date, consent.contact, consent.proposal, consent.way) == (until, stage.helene, stage.proposal, "space")
    assert consent.text_print == bytes(stage.proposal.fingerprint)
    assert bytes(consent.recipient_keys) == actions.public_keys(stage.helene.person_id).fingerprint()
    assert before <= consent.given_at <= timezone.now()
    assert (disclosure.contact, disclosure.maker, disclosure.details["series"]) == (
        stage.helene,
        stage.anais.person_id,
        str(disclosure.series),
    )
    assert disclosure.opens_at - disclosure.made_at == timedelta(seconds=settings.HOLD_SECONDS)
    stage.proposal.refresh_from_db()
    assert (stage.proposal.state, stage.proposal.answered_at) == ("approved", consent.given_at)


def test_the_contact_is_written_to_once_the_text_opens_and_not_before(cast: Cast) -> None:
    stage = at(cast, "approved")

    with connection.cursor() as cursor:
        cursor.execute("select args->>'disclosure', scheduled_at from procrastinate_jobs where task_name = 'consent.tell_contact'")
        assert cursor.fetchall() == [(str(stage.disclosure.pk), stage.disclosure.opens_at)]
        cursor.execute("select args->>'person', args->>'letter' from procrastinate_jobs where task_name = 'accounts.write_to' order by id")
        told_to = cursor.fetchall()
    assert (str(stage.anais.person_id), "summary_proposed") in told_to
    assert str(stage.helene.person_id) not in {person for person, _letter in told_to}


@pytest.mark.parametrize("state", ["withdrawn", "expired", "superseded", "held", "refused"])
def test_what_is_over_cannot_be_held_back(cast: Cast, state: str) -> None:
    stage = at(cast, state)

    with pytest.raises(Refused) as no:
        actions.hold(consent=stage.consent, by=stage.camille)
    assert no.value.code == ("has_ended" if state in {"held", "refused"} else "is_open_already")


def test_a_question_turned_to_another_contact_by_hand_is_approved_by_nobody(cast: Cast) -> None:
    stage = at(cast, "waiting")
    Consent.objects.update(contact=stage.marc)  # as somebody with psql would: a question is not signed yet

    refused("shown_another", stage.approved)
    assert DataKey.objects.filter(kind="copy").count() == 0


def test_at_the_instant_at_which_a_question_lapses_it_is_answered_no_more(cast: Cast) -> None:
    stage = at(cast, "waiting")

    with time_machine.travel(stage.proposal.lapses_at, tick=False):
        refused("not_waiting", actions.refuse, proposal=stage.proposal, by=stage.anais)
        refused("not_waiting", stage.approved)


def test_another_summary_for_the_same_contact_takes_no_place_of_this_one(cast: Cast) -> None:
    stage = Stage(cast)
    first = stage.disclosed()
    stage.summary = stage.story.summary()

    second = stage.disclosed()

    assert stage.look(first) == stage.look(second) == TEXT


def test_the_decision_is_asked_before_a_copy_is_made(cast: Cast) -> None:
    stage = at(cast, "waiting")

    refused("expired", stage.approved, until=timezone.localdate() - timedelta(days=1))
    assert stage.consent.state == "requested"
    assert (Disclosure.objects.count(), DataKey.objects.filter(kind="copy").count()) == (0, 0)


def test_a_copy_s_grant_is_bound_to_its_consent_and_its_text(cast: Cast) -> None:
    stage = at(cast, "authorised")

    assert actions.bound_to(stage.consent) == stage.consent.id.bytes + bytes(stage.proposal.fingerprint)


def test_holding_back_tells_the_client_and_closes_for_ever(cast: Cast) -> None:
    stage = at(cast, "approved")
    letters = "select count(*) from procrastinate_jobs where args->>'person' = %s and args->>'letter' = 'something_new'"
    with connection.cursor() as cursor:
        cursor.execute(letters, [str(stage.anais.person_id)])
        before = cursor.fetchone()[0]
        actions.hold(consent=stage.consent, by=stage.camille)
        cursor.execute(letters, [str(stage.anais.person_id)])
        assert cursor.fetchone()[0] == before + 1

    stage.disclosure.refresh_from_db()
    assert stage.disclosure.closed_at is not None
    assert stage.consent.state == "ended"
    refused("closed", stage.look, stage.readable())
    assert told(stage)[-1][:4] == ("consent.ended", "consent", stage.consent.pk, stage.camille.person_id)
    stage.written(OTHER)
    assert stage.proposed(text=OTHER).state == "proposed"
