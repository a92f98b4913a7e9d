"""Who sees what of an agreement: for everybody it does not concern it does not exist, and what exists for them is no more than theirs."""

from __future__ import annotations

import io
from uuid import uuid4

import pypdf
import pytest
from django.urls import reverse

from accounts.act import Refused
from clients import actions as clients
from consent import actions, completing
from consent.models import Agreement
from tests.cast import signed_in
from tests.consent.agreements import SIGNED, completed, drafted, in_force, sent, sign_next

OF_COACH = ["agreement_page", "agreement_pdf", "agreement_proof"]
OF_CLIENT = ["client_agreement", "client_agreement_pdf", "client_agreement_proof", "client_renounce"]
OF_CONTACT = ["contact_agreement", "contact_agreement_pdf"]
PICTURES = ["agreement_picture", "client_agreement_picture", "contact_agreement_picture"]
TO_POST = ["agreement_send", "agreement_resend", "agreement_cancel", "agreement_countersign", "agreement_terminate"]
EVERY = OF_COACH + OF_CLIENT + OF_CONTACT


@pytest.fixture
def engagement(cast):
    """Anaïs's engagement, paid for by Horizon."""
    return cast.engagement(cast.anais)


def other_organisation(cast):
    """A contact, with a space, of another organisation of Camille's."""
    ailleurs = clients.add_sponsor(coach=cast.camille, name="Ailleurs", domain="ailleurs.example", by=cast.camille)
    person = cast._person("Ines Marin")[0]
    contact = clients.add_contact(sponsor=ailleurs, name="Inès", address=person.address, role="hr", language="fr", by=cast.camille)
    clients.join(invited=contact, person=person, by=person)
    return contact


def test_for_everybody_else_an_agreement_does_not_exist(cast, engagement) -> None:
    agreement = completed(engagement, kind="three_way", contacts=(cast.helene,))
    stranger = other_organisation(cast)
    strangers = {
        "another coach": (cast.bruno.person, EVERY, TO_POST),
        "a colleague who is a client too": (cast.karim.person, EVERY, TO_POST),
        "a contact of another organisation": (stranger.person, EVERY, TO_POST),
        "the contact who signed": (cast.helene.person, OF_COACH + OF_CLIENT, TO_POST),
        "the administrator": (cast.dominique, EVERY, TO_POST),
        "the client herself": (cast.anais.person, OF_COACH + OF_CONTACT, TO_POST),
        "the coach as a client or a contact": (cast.camille.person, OF_CLIENT + OF_CONTACT, []),
    }

    for who, (person, seen, posted) in strangers.items():
        browser = signed_in(person)
        for name in seen:
            here, nowhere = (browser.get(reverse(name, args=[pk])) for pk in (agreement.pk, uuid4()))
            assert (here.status_code, nowhere.status_code) == (404, 404), (who, name)
        for name in PICTURES:
            if name.replace("_picture", "") in seen or name.replace("picture", "page") in seen:
                assert browser.get(reverse(name, args=[agreement.pk, 1])).status_code == 404, (who, name)
        for name in posted:
            assert browser.post(reverse(name, args=[agreement.pk])).status_code == 404, (who, name)
        if person != cast.camille.person:
            for name in ("agreement_draft", "agreement_preview"):
                answer = browser.post(reverse(name, args=[engagement.pk, "confidentiality"]), {"wording": "A", "language": "fr"})
                assert answer.status_code == 404, (who, name)
            assert browser.get(reverse("agreement_new", args=[engagement.pk])).status_code == 404, who
    assert Agreement.objects.get(pk=agreement.pk).state == "in_force"


def test_a_client_signs_for_nobody_else(cast, engagement) -> None:
    agreement = sent(engagement)
    cast.engagement(cast.karim)

    assert signed_in(cast.karim.person).post(reverse("client_agreement", args=[agreement.pk]), SIGNED).status_code == 404
    assert Agreement.objects.get(pk=agreement.pk).state == "sent"


def test_drafts_are_no_business_of_a_client_nor_those_dropped_as_drafts(cast, engagement) -> None:
    browser, draft = signed_in(cast.anais.person), drafted(engagement)

    for _ in range(2):
        assert not Agreement.objects.for_client([cast.anais]).exists()
        for name in OF_CLIENT:
            assert browser.get(reverse(name, args=[draft.pk])).status_code == 404
        assert browser.post(reverse("client_agreement", args=[draft.pk]), SIGNED).status_code == 404
        if draft.state == "draft":
            draft = actions.cancel_agreement(agreement=draft, by=cast.camille)


def test_the_contact_sees_a_three_way_agreement_from_their_turn_on_and_never_the_proof(cast, engagement) -> None:
    other = in_force(engagement)
    agreement = sent(engagement, kind="three_way", contacts=(cast.helene,), real=True)
    browser = signed_in(cast.helene.person)
    page, pdf = (reverse(name, args=[agreement.pk]) for name in OF_CONTACT)
    assert browser.get(page).status_code == browser.get(pdf).status_code == 404
    assert documents_said(browser, agreement) is False

    sign_next(agreement, real=True)

    assert browser.get(page).status_code == 200
    assert browser.get(pdf).content == agreement.document
    assert browser.get(f"{pdf}?download=1").status_code == 404
    while agreement.state != "in_force":
        agreement = sign_next(agreement, real=True)
    assert completing.complete(agreement.pk)
    agreement.refresh_from_db()
    shown = browser.get(page).content.decode()
    assert browser.get(f"{pdf}?download=1").content == agreement.signed_document
    assert "proof.pdf" not in shown
    assert browser.get(f"{page}proof.pdf").status_code == 404
    for name in OF_CONTACT:
        assert browser.get(reverse(name, args=[other.pk])).status_code == 404


def documents_said(browser, agreement: Agreement) -> bool:
    """Whether the contact's home tells of this agreement."""
    return str(agreement.pk) in browser.get(reverse("contact_home")).content.decode()


def test_a_three_way_agreement_taken_back_before_their_turn_never_existed_for_the_contact(cast, engagement) -> None:
    agreement = sent(engagement, kind="three_way", contacts=(cast.helene,))
    actions.cancel_agreement(agreement=agreement, by=cast.camille)

    browser = signed_in(cast.helene.person)

    assert browser.get(reverse("contact_agreement", args=[agreement.pk])).status_code == 404
    assert not documents_said(browser, agreement)


def test_the_signed_file_holds_no_address_of_anybody(cast, engagement) -> None:
    private = {"address": "anais.privee@maison.example", "phone": "0612345678"}
    clients.change_client(client=cast.anais, details=private, language="fr", by=cast.camille)
    agreement = completed(engagement, kind="three_way", contacts=(cast.helene,), real=True)
    reader = pypdf.PdfReader(io.BytesIO(agreement.signed_document))
    words = " ".join(page.extract_text() for page in reader.pages)
    streams = b"".join(
        one.get_data() for number in range(1, int(reader.trailer["/Size"])) if hasattr(one := reader.get_object(number), "get_data")
    )
    for raw in (agreement.signed_document, words.encode(), streams):
        for said in ("maison.example", "0612345678", "192.0.2.7", "anais@example.org", "helene@example.org", "camille@example.org"):
            assert said.encode() not in raw, said
            assert said.encode("utf-16-be") not in raw, said
            assert said.encode().hex().encode() not in raw.lower(), said


def test_what_a_contact_reads_of_the_others_is_that_they_signed(cast, engagement) -> None:
    agreement = sent(engagement, kind="three_way", contacts=(cast.helene,))
    client = agreement.signatories.get(role="client")
    actions.ask_question(signatory=client, text="une question à moi", by=cast.anais)
    actions.answer_question(agreement=agreement, signatory=client, text="une réponse pour elle", by=cast.camille)
    sign_next(agreement)

    shown = signed_in(cast.helene.person).get(reverse("contact_agreement", args=[agreement.pk])).content.decode()

    for said in ("une question à moi", "une réponse pour elle", "anais@example.org", "192.0.2.7", "Firefox"):
        assert said not in shown


def test_another_kind_than_there_is_and_a_three_way_without_organisation_are_not_drafted(cast) -> None:
    alone = cast.engagement(cast.anais, sponsor=False)
    browser = signed_in(cast.camille.person)

    for kind in ("pledge", "three_way", "amendment", "x"):
        assert browser.get(reverse("agreement_draft", args=[alone.pk, kind])).status_code == 404
    with pytest.raises(Refused) as no:
        drafted(cast.engagement(cast.karim), kind="three_way", contacts=(), wording="A")
    assert no.value.code == "no_signers"
