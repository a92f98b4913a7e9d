"""Signing by a mailed link: opened on purpose, proven by a code, once, with evidence; and nothing for anybody else."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.act import Refused
from accounts.models import Link
from clients import actions as clients
from consent import actions, documents
from consent.models import Agreement, AgreementEvent, Signatory
from tests.consent.agreements import SIGNED, completed, evidence, french, proven, sent, sign_next, signed, token

pytestmark = pytest.mark.usefixtures("_mailbox")


@pytest.fixture
def _mailbox(tmp_path, settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path


@pytest.fixture
def agreement(cast) -> Agreement:
    """An agreement that is with Anaïs, who has a space, in French, as a real PDF."""
    return sent(cast.engagement(cast.anais), real=True)


@pytest.fixture
def way(agreement, tmp_path, settings) -> str:
    """The address in the letter."""
    return f"/sign/{token(tmp_path, settings)}/"


@pytest.fixture
def phone(way, tmp_path, settings) -> Browser:
    """Anaïs's telephone, in which she typed the code."""
    return proven(way, tmp_path, settings)


@pytest.fixture
def newcomer(cast):
    """A client who has an address and no space yet."""
    return clients.add_client(
        coach=cast.camille, name="Noé Œuvrard", address="noe@elsewhere.example", phone="", job="", language="fr", by=cast.camille
    )


def row_of(agreement: Agreement) -> Agreement:
    return Agreement.objects.get(pk=agreement.pk)


def client_of(agreement: Agreement) -> Signatory:
    return Signatory.objects.get(agreement=agreement, role="client")


def test_with_the_code_the_document_is_shown_in_its_own_language_and_it_is_kept_when(agreement, way, phone) -> None:
    answer = phone.get(way, headers={"accept-language": "en"})

    page = answer.content.decode()
    assert '<html lang="fr"' in page
    assert answer.headers["Content-Language"] == "fr"
    assert agreement.details["key_points"][0]["title"] in page
    assert french("%(coach)s, for %(client)s") % {"coach": "Camille Aubry", "client": "Anaïs Lefort"} in page
    assert "checked" not in page
    assert timezone.now() - client_of(agreement).opened_at < timedelta(minutes=1)
    opened = AgreementEvent.objects.get(agreement=agreement, kind="opened")
    assert dict(opened.data) == {"by": "Client", "network": "203.0.113.9", "browser": "Firefox for a telephone"}
    assert Link.objects.get(about=client_of(agreement).pk).used_at is None


def test_the_pdf_is_the_fixed_one_shown_in_place_under_a_name_that_tells_nothing(agreement, way, phone) -> None:
    answer = phone.get(f"{way}document.pdf")

    assert answer.content == agreement.document
    assert answer.headers["Content-Disposition"] == f'inline; filename="{documents.reference(agreement)}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_each_page_is_shown_as_a_picture_and_no_other(agreement, way, phone) -> None:
    pages = agreement.details["pages"]

    assert phone.get(f"{way}page/1.png").content.startswith(b"\x89PNG")
    assert phone.get(f"{way}page/{pages}.png").headers["Cache-Control"] == "no-store"
    for number in (0, pages + 1, 999):
        assert phone.get(f"{way}page/{number}.png").status_code == 404


def test_signing_keeps_the_whole_evidence_and_the_pdf_names_its_hash(agreement, way, phone) -> None:
    assert phone.post(way, {**SIGNED, "name": "  Anaïs L.  "}).status_code == 302

    one = client_of(agreement)
    kept = dict(one.evidence)
    assert timezone.now() - datetime.fromisoformat(kept.pop("at")) < timedelta(minutes=1)
    assert timezone.now() - datetime.fromisoformat(kept.pop("code_at")) < timedelta(minutes=1)
    assert kept == {
        "name": "Anaïs L.",
        "statement": agreement.details["statements"]["client"],
        "network": "203.0.113.9",
        "browser": "Firefox for a telephone",
        "language": "fr",
        "way": "link",
        "sha256": agreement.sha256,
        "template": documents.text_of(agreement).template_name,
        "wording": "A",
        "method": "simple electronic signature",
        "sent_to": "anais@example.org",
        "link": str(Link.objects.get(about=one.pk).pk),
    }
    row = row_of(agreement)
    assert (one.person, row.state) == (None, "signed")
    assert row.signed_document.startswith(row.document)
    assert len(row.signed_document) > len(row.document)
    assert documents.evidence_digest(one.evidence).encode("utf-16-be") in row.signed_document or (
        documents.evidence_digest(one.evidence).encode() in row.signed_document
    )


def test_a_name_can_be_drawn_and_the_strokes_are_kept_as_they_are(agreement, way, phone) -> None:
    strokes = [[[0.1, 0.5], [0.4, 0.1], [0.9, 0.5]], [[0.2, 0.9], [0.8, 0.9]]]

    phone.post(way, {**SIGNED, "drawing": json.dumps(strokes)})

    assert client_of(agreement).evidence["drawing"] == strokes


@pytest.mark.parametrize(
    "drawing", ["<svg onload=x>", "[[[2, 0]]]", "[[[NaN, 0], [0, 0], [1, 1]]]", '{"a": 1}', "[[1, 2]]", '[[["0", 0]]]']
)
def test_a_drawing_that_is_none_signs_nothing(agreement, way, phone, drawing: str) -> None:
    assert phone.post(way, {**SIGNED, "drawing": drawing}).status_code == 422

    assert row_of(agreement).state == "sent"


def test_behind_a_proxy_the_network_address_is_that_of_the_person(agreement, way, phone, settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    phone.post(way, SIGNED, headers={"x-forwarded-for": "10.0.0.1, 198.51.100.23"})

    assert client_of(agreement).evidence["network"] == "198.51.100.23"


@pytest.mark.parametrize("missing", ["name", "is_accepted"])
def test_a_name_and_the_statement_are_both_needed(agreement, way, phone, missing: str) -> None:
    without = {name: value for name, value in SIGNED.items() if name != missing}

    for given in (without, {**without, missing: "  "} if missing == "name" else without):
        answer = phone.post(way, given)
        assert answer.status_code == 422
        assert "errorlist" in answer.content.decode()

    assert row_of(agreement).state == "sent"


def test_a_used_link_says_so_and_nothing_more_and_a_replay_signs_nothing_twice(agreement, way, phone) -> None:
    phone.post(way, SIGNED)
    stands, forwarded = row_of(agreement).signed_document, Browser()

    replayed = phone.post(way, {**SIGNED, "name": "Somebody Else"})
    answers = [forwarded.get(way), *(forwarded.post(way, {"step": step}, follow=True) for step in ("open", "space", "decline", "code"))]
    answers.append(forwarded.post(way, SIGNED, follow=True))

    assert replayed.status_code == 302
    assert {answer.status_code for answer in answers} == {410}
    for answer in answers:
        for said in ("Camille", "Anaïs", agreement.title):
            assert said not in answer.content.decode()
    assert forwarded.get(f"{way}document.pdf").status_code == 404
    assert client_of(agreement).evidence["name"] == "Anaïs Lefort"
    assert row_of(agreement).signed_document == stands


def test_whoever_signed_sees_the_thanks_for_an_hour_in_that_browser_and_no_file_before_all_have_signed(agreement, way, phone) -> None:
    phone.post(way, SIGNED)

    assert french("Thank you, it is signed") in phone.get(way).content.decode()
    assert phone.get(f"{way}document.pdf?download=1").status_code == 404
    assert phone.get(f"{way}proof.pdf").status_code == 404
    session = phone.session
    session["signing"] = {key: [what, when - 3601] for key, (what, when) in session["signing"].items()}
    session.save()
    assert phone.get(way).status_code == 410


def test_declining_after_reading_keeps_the_reason_and_ends_the_link(agreement, way, phone) -> None:
    assert phone.get(way).status_code == 200
    phone.post(way, {"step": "read"})

    answer = phone.post(way, {"step": "decline", "reason": "Je préfère en parler d’abord. <b>Merci</b>"})

    assert french("You declined") in answer.content.decode()
    row = row_of(agreement)
    assert (row.state, row.details["reason"]) == ("declined", "Je préfère en parler d’abord. <b>Merci</b>")
    assert phone.get(way).status_code == 410
    assert phone.post(way, SIGNED, follow=True).status_code == 410
    assert client_of(agreement).signed_at is None


def test_a_question_reaches_the_coach_and_the_answer_comes_with_a_new_link(agreement, way, phone, cast, tmp_path, settings) -> None:
    assert phone.post(way, {"step": "question", "question": "Et si je change de <i>poste</i> ?"}).status_code == 302

    one = client_of(agreement)
    actions.answer_question(agreement=agreement, signatory=one, text="Nous en reparlons.", by=cast.camille)

    assert Browser().get(way).status_code == 404, "the new link takes the place of the one before"
    newer = f"/sign/{token(tmp_path, settings)}/"
    page = proven(newer, tmp_path, settings).get(newer).content.decode()
    assert "Et si je change de &lt;i&gt;poste&lt;/i&gt;" in page
    assert "Nous en reparlons." in page


def test_whoever_would_rather_sign_on_paper_says_so_and_can_still_sign(agreement, way, phone) -> None:
    for _ in range(2):
        assert phone.post(way, {"step": "paper"}).status_code == 302

    assert AgreementEvent.objects.filter(agreement=agreement, kind="paper_asked").count() == 1
    phone.post(way, SIGNED)
    assert row_of(agreement).state == "signed"


def test_whoever_signs_without_a_space_makes_one_at_once_and_finds_the_agreement_there(cast, newcomer, tmp_path, settings) -> None:
    agreement = sent(cast.engagement(newcomer), real=True)
    way = f"/sign/{token(tmp_path, settings)}/"
    phone = proven(way, tmp_path, settings)
    phone.post(way, {**SIGNED, "name": "Noé Œuvrard"})

    to_enrol = phone.post(way, {"step": "space"})

    assert to_enrol.status_code == 302
    assert to_enrol.url.startswith("/link/")
    words = "six plain words make a vault"
    assert phone.post(to_enrol.url, {"name": "Noé Œuvrard", "passphrase": words, "again": words}).status_code == 302
    newcomer.refresh_from_db()
    assert newcomer.person_id is not None
    assert phone.get(f"/client/agreements/{agreement.pk}/document.pdf").content == agreement.document
    assert phone.post(way, {"step": "space"}).status_code == 302  # offered once: they have a space now
    assert Link.objects.filter(kind="join", about=newcomer.pk).count() == 1


def test_before_signing_no_space_is_offered(cast, newcomer, tmp_path, settings) -> None:
    sent(cast.engagement(newcomer), real=True)
    way = f"/sign/{token(tmp_path, settings)}/"

    answer = proven(way, tmp_path, settings).post(way, {"step": "space"})

    assert answer.url == way
    assert not Link.objects.filter(kind="join", about=newcomer.pk).exists()


def test_without_a_space_the_signed_copy_and_its_proof_come_by_a_link_of_its_own_and_a_code(cast, newcomer, tmp_path, settings) -> None:
    agreement = completed(cast.engagement(newcomer), real=True)
    way = f"/sign/{token(tmp_path, settings)}/"

    before = Browser().get(f"{way}document.pdf")
    phone = proven(way, tmp_path, settings)

    assert before.status_code == 404
    assert french("Signed by all") in phone.get(way).content.decode()
    assert phone.get(f"{way}document.pdf?download=1").content == agreement.signed_document
    assert phone.get(f"{way}proof.pdf").content == agreement.proof


def test_a_contact_without_a_space_has_the_signed_copy_by_link_and_never_the_proof(cast, tmp_path, settings) -> None:
    paul = clients.add_contact(
        sponsor=cast.horizon, name="Paul Rey", address="paul@horizon.example", role="manager", language="fr", by=cast.camille
    )
    agreement = completed(cast.engagement(cast.anais), kind="three_way", contacts=(paul,))
    way = f"/sign/{token(tmp_path, settings)}/"

    phone = proven(way, tmp_path, settings)

    assert phone.get(f"{way}document.pdf?download=1").content == agreement.signed_document
    assert "proof.pdf" not in phone.get(way).content.decode()
    assert phone.get(f"{way}proof.pdf").status_code == 404


def test_a_signature_over_other_bytes_a_shorter_file_another_one_or_without_a_name_is_refused(agreement, cast) -> None:
    one, stands = client_of(agreement), agreement.document
    good = {"document": stands + b" signed", "base": documents.digest(stands)}
    wrongs = [
        ({"sha256": "0" * 64}, good, "another_document"),
        ({"name": "  "}, good, "no_name"),
        ({"statement": ""}, good, "no_name"),
        ({}, {**good, "base": documents.digest(b"%PDF another")}, "another_document"),
        ({}, {**good, "document": stands[:-1]}, "not_the_same_file"),
        ({}, {**good, "document": b"%PDF another"}, "not_the_same_file"),
    ]

    for changed, file, code in wrongs:
        with pytest.raises(Refused) as no:
            actions.sign_agreement(agreement=agreement, signatory=one, evidence=evidence(one, **changed), link=None, by=cast.anais, **file)
        assert no.value.code == code

    row = row_of(agreement)
    assert (row.state, row.signed_document, client_of(agreement).signed_at) == ("sent", None, None)


def test_the_coach_s_signature_over_a_file_that_lacks_the_client_s_is_refused(cast) -> None:
    agreement = signed(cast.engagement(cast.anais), real=True)
    one = Signatory.objects.get(agreement=agreement, role="coach")
    stands = agreement.signed_document

    for document, base in (
        (agreement.document + b" coach", agreement.document),
        (stands[:-1], stands),
        (stands + b" coach", agreement.document),
    ):
        with pytest.raises(Refused):
            actions.countersign_agreement(
                agreement=agreement, evidence=evidence(one), document=document, base=documents.digest(base), by=cast.camille
            )

    assert row_of(agreement).state == "signed"


def test_a_coach_who_countersigns_twice_makes_one_signed_file(cast) -> None:
    agreement = sign_next(signed(cast.engagement(cast.anais)))
    one = Signatory.objects.get(agreement=agreement, role="coach")
    stands = row_of(agreement).signed_document

    with pytest.raises(Refused):
        actions.countersign_agreement(
            agreement=agreement, evidence=evidence(one), document=stands + b"x", base=documents.digest(stands), by=cast.camille
        )

    assert row_of(agreement).signed_document == stands
