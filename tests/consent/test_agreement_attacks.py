"""Whoever writes to the database behind the product's back: what the product refuses by itself, and what `manage.py verify` names."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import links
from accounts.act import Refused
from accounts.models import Link
from clients import actions as clients
from coachvault.verification import of_the_main_database
from consent import actions, checking, completing, documents, fixing, promises, signing
from consent.checking import Verdict
from consent.models import Agreement, AgreementEvent, KnownFile, Signatory
from support.pdf import PdfFailed
from tests.cast import signed_in
from tests.consent.agreements import completed, evidence, french, in_force, opened, sent, sign_next, signed, token
from vault.primitives import Closed


def noticed() -> set[tuple[str, str, str]]:
    """What `manage.py verify` finds: the check, the row, why."""
    return {(check.name, one.where.partition(" ")[0], one.why) for check in of_the_main_database() for one in check.found}


def named(found: set[tuple[str, str, str]], row: UUID) -> set[str]:
    return {why for _, where, why in found if where == str(row)}


@pytest.fixture
def three(cast) -> Agreement:
    """A three-way agreement that Anaïs has signed and that is with Hélène."""
    return sign_next(sent(cast.engagement(cast.anais), kind="three_way", contacts=(cast.helene,)))


def one_of(agreement: Agreement, role: str) -> Signatory:
    return Signatory.objects.select_related("contact", "agreement").get(agreement=agreement, role=role)


def test_a_story_that_nobody_touched_is_sound(three, cast) -> None:
    agreement = completed(cast.engagement(cast.karim), real=True)
    in_force(cast.engagement(cast.karim))
    priced = in_force(cast.engagement(cast.anais, sponsor=False), kind="coaching")
    actions.renounce_agreement(agreement=priced, text="", by=cast.anais)
    confirmed = in_force(cast.engagement(cast.karim), kind="elsewhere", upload=b"%PDF-1.7 as it came")
    actions.terminate_agreement(agreement=confirmed, by=cast.camille)
    one = one_of(three, "sponsor")
    actions.note_opening(signatory=one, where={"network": "", "browser": ""}, by=cast.helene)
    actions.ask_question(signatory=one, text="?", by=cast.helene)
    actions.decline_agreement(agreement=three, signatory=one, reason="", link=None, by=cast.helene)

    assert noticed() == set()
    assert agreement.state == "in_force"


STATES: list[tuple[str, Callable[..., Agreement], dict[str, str], str]] = [
    ("signed by nobody, put in force", sent, {"state": "in_force"}, "is_in_force_after_agreement.sent"),
    ("signed by the client alone, put in force", signed, {"state": "in_force"}, "is_in_force_after_agreement.signed"),
    ("in force, taken back to sent", in_force, {"state": "sent"}, "is_sent_after_agreement.in_force"),
    ("in force, made to be replaced", in_force, {"state": "superseded"}, "is_superseded_after_agreement.in_force"),
    ("in force, made to be terminated", in_force, {"state": "terminated"}, "is_terminated_after_agreement.in_force"),
]


@pytest.mark.parametrize(("bring", "written", "why"), [row[1:] for row in STATES], ids=[row[0] for row in STATES])
def test_verify_names_a_state_that_no_event_led_to(cast, bring, written, why: str) -> None:
    agreement = bring(cast.engagement(cast.anais))
    now = timezone.now()
    closed = {"closed_at": now} if written["state"] in {"superseded", "terminated"} else {"closed_at": None}
    if written["state"] == "in_force":
        closed["in_force_at"] = now
        with connection.cursor() as cursor:
            cursor.execute(
                "update consent_agreement set signed_document = coalesce(signed_document, document) where id = %s", [agreement.pk]
            )

    Agreement.objects.filter(pk=agreement.pk).update(**written, **closed)

    assert why in named(noticed(), agreement.pk)


@pytest.mark.parametrize("column", ["kind", "wording"])
def test_another_kind_or_wording_promises_nothing(cast, column: str) -> None:
    agreement = in_force(cast.engagement(cast.anais), wording="B")

    Agreement.objects.filter(pk=agreement.pk).update(**{column: {"kind": "elsewhere", "wording": "A"}[column]})

    assert promises.in_force(agreement.engagement).wording is None
    assert noticed() == set(), "verify opens nothing: it cannot know what the text says"


def test_a_file_signed_by_the_client_alone_takes_no_last_signature_of_the_coach_whatever_the_rows_say(cast) -> None:
    agreement = sent(cast.engagement(cast.anais), kind="three_way", contacts=(cast.helene,), real=True)
    sign_next(agreement, real=True)
    Agreement.objects.filter(pk=agreement.pk).update(state="signed")
    AgreementEvent.objects.filter(agreement=agreement, signatory__role="sponsor").update(signatory=None)
    Signatory.objects.filter(agreement=agreement, role="sponsor").delete()
    Signatory.objects.filter(agreement=agreement, role="coach").update(asked_at=timezone.now())

    answer = signed_in(cast.camille.person).post(
        reverse("agreement_countersign", args=[agreement.pk]), {"name": "Camille Aubry", "is_accepted": "on"}, follow=True
    )

    sentence = french("Your signature could not be put into the document. Nothing was signed; please try again.")
    assert sentence in answer.content.decode()
    assert Agreement.objects.get(pk=agreement.pk).state == "signed"
    assert "signatories_missing" in named(noticed(), agreement.pk)


def test_signatories_in_another_order_sign_nothing(three) -> None:
    sponsor, coach = one_of(three, "sponsor"), one_of(three, "coach")
    for position, one in ((9, sponsor), (2, coach), (3, sponsor)):
        Signatory.objects.filter(pk=one.pk).update(position=position)
    Signatory.objects.filter(pk=coach.pk).update(asked_at=timezone.now())
    Agreement.objects.filter(pk=three.pk).update(state="signed")
    stands = Agreement.objects.get(pk=three.pk).signed_document

    with pytest.raises(Refused) as no:
        actions.countersign_agreement(
            agreement=three,
            evidence=evidence(one_of(three, "coach")),
            document=stands + b"x",
            base=documents.digest(stands),
            by=three.engagement.coach,
        )

    assert no.value.code == "signatory_moved"


def test_another_contact_written_in_is_asked_nothing_shown_nothing_and_signs_nothing(three, cast, tmp_path, settings) -> None:
    person = cast._person("Ines Marin")[0]
    ailleurs = clients.add_sponsor(coach=cast.camille, name="Ailleurs", domain="ailleurs.example", by=cast.camille)
    stranger = clients.add_contact(sponsor=ailleurs, name="Inès", address=person.address, role="hr", language="fr", by=cast.camille)
    clients.join(invited=stranger, person=person, by=person)
    way = token(tmp_path, settings)
    Signatory.objects.filter(agreement=three, role="sponsor").update(contact=stranger)

    assert signed_in(person).get(reverse("contact_agreement", args=[three.pk])).status_code == 404
    assert signing.look(way, timezone.now()) is None
    with pytest.raises(Refused) as no:
        actions.resend_agreement(agreement=three, is_address_seen=True, by=cast.camille)
    assert no.value.code == "signatory_moved"
    with pytest.raises(Refused):
        actions.decline_agreement(agreement=three, signatory=one_of(three, "sponsor"), reason="", link=None, by=stranger)


def test_a_signature_moved_to_another_agreement_counts_in_neither_and_verify_names_both(cast) -> None:
    source = signed(cast.engagement(cast.anais), real=True)
    target = sent(cast.engagement(cast.anais), kind="coaching", real=True)
    AgreementEvent.objects.filter(agreement=target, signatory__role="client").update(signatory=None)
    Signatory.objects.filter(agreement=target, role="client").delete()
    moved = one_of(source, "client")
    Signatory.objects.filter(pk=moved.pk).update(agreement=target)
    Agreement.objects.filter(pk=target.pk).update(state="signed")
    Signatory.objects.filter(agreement=target, role="coach").update(asked_at=timezone.now())

    coach = one_of(target, "coach")
    assert not Signatory.objects.get(pk=moved.pk).is_in_place
    with pytest.raises(PdfFailed):
        fixing.sign(target, coach, evidence(coach), at=timezone.now())

    found = noticed()
    assert "signature_missing" in named(found, source.pk)
    assert "signature_of_no_event" in named(found, target.pk)


@pytest.mark.parametrize("number", [1, 3, 7])
def test_a_step_taken_out_is_named_by_verify_and_before_the_proof_is_made_it_is_not_made(cast, number: int) -> None:
    agreement = in_force(cast.engagement(cast.anais))
    AgreementEvent.objects.filter(agreement=agreement, number=number).delete()

    assert {why for why in named(noticed(), agreement.pk) if why.startswith("step")}
    if number < 7:  # the last one leaves no gap: the ledger alone knows of it
        assert completing.complete(agreement.pk) is False


def test_a_signature_taken_back_is_named_and_opens_no_second_one(cast) -> None:
    agreement = signed(cast.engagement(cast.anais))
    with connection.cursor() as cursor:
        cursor.execute(
            "update consent_signatory set signed_at = null, evidence = null where agreement_id = %s and role = 'client'", [agreement.pk]
        )
    one, stands = one_of(agreement, "client"), Agreement.objects.get(pk=agreement.pk).signed_document

    with pytest.raises(Refused):
        actions.sign_agreement(
            agreement=agreement,
            signatory=one,
            evidence=evidence(one),
            document=stands + b"x",
            base=documents.digest(stands),
            link=None,
            by=cast.anais,
        )

    assert "signature_missing" in named(noticed(), agreement.pk)


def test_a_known_link_written_into_the_database_still_meets_the_code(cast, tmp_path, settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path
    agreement = sent(cast.engagement(cast.anais), real=True)
    mine = links.new_token()
    Link.objects.filter(about=one_of(agreement, "client").pk).update(token=links.digest(mine))

    browser = opened(f"/sign/{mine}/")

    page = browser.get(f"/sign/{mine}/").content.decode()
    assert "Lefort" not in page
    assert browser.get(f"/sign/{mine}/document.pdf").status_code == 404


def test_a_link_led_to_another_signatory_or_with_another_s_address_leads_nowhere(three, cast, tmp_path, settings) -> None:
    way = token(tmp_path, settings)
    link = Link.objects.get(token=links.digest(way))
    Link.objects.filter(pk=link.pk).update(about=one_of(three, "client").pk)
    assert signing.look(way, timezone.now()) is None

    Link.objects.filter(pk=link.pk).update(about=one_of(three, "sponsor").pk)
    other = Link.objects.exclude(pk=link.pk).first()
    with connection.cursor() as cursor:
        cursor.execute(
            "update accounts_link set details = (select details from accounts_link where id = %s) where id = %s", [other.pk, link.pk]
        )
    with pytest.raises(Closed):
        signing.look(way, timezone.now())
    assert Browser().get(f"/sign/{way}/").status_code == 409


def test_an_earlier_stage_written_in_as_the_final_file_or_as_the_proof_is_not_called_so(cast) -> None:
    agreement = completed(cast.engagement(cast.anais), real=True)

    fixed = KnownFile.objects.get(agreement=agreement, stage="fixed")

    for stage in ("final", "proof"):
        KnownFile.objects.filter(pk=fixed.pk).update(stage=stage)
        assert checking.check(agreement.document, timezone.now()).verdict is Verdict.ALTERED


def test_a_file_led_to_another_agreement_is_not_called_its_file(cast) -> None:
    mine, other = completed(cast.engagement(cast.anais), real=True), completed(cast.engagement(cast.karim), real=True)

    KnownFile.objects.filter(agreement=mine, stage="final").update(agreement=other)

    found = checking.check(mine.signed_document, timezone.now())
    assert (found.verdict, found.reference) == (Verdict.ALTERED, "")


def test_other_bytes_in_the_place_of_a_file_do_not_open_and_verify_names_them(cast) -> None:
    agreement, other = completed(cast.engagement(cast.anais), real=True), completed(cast.engagement(cast.karim), real=True)
    for column in ("document", "signed_document"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"update consent_agreement set {column} = (select {column} from consent_agreement where id = %s) where id = %s",
                [other.pk, agreement.pk],
            )

    answer = signed_in(cast.camille.person).get(reverse("agreement_pdf", args=[agreement.pk]))

    assert answer.status_code == 409
    found = noticed()
    assert ("agreements as sent", str(agreement.pk), "other_bytes") in found
    assert ("agreements as signed", str(agreement.pk), "other_bytes") in found
