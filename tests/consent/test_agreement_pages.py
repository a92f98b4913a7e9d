"""The pages of an agreement for its coach and its client, from the choice to the signed copy."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.act import Refused
from clients import actions as clients
from consent import actions, addresses, completing, documents, overview, promises, wordings
from consent.addresses import Concern
from consent.models import Agreement
from tests.cast import signed_in
from tests.consent.agreements import SIGNED, completed, drafted, french, in_force, sent, sign_next, signed

CHOICES = {"wording": "B", "language": "fr", "years": "5", "code_of_conduct": "ICF"}


@pytest.fixture
def engagement(cast):
    """Anaïs's engagement, paid for by Horizon."""
    return cast.engagement(cast.anais)


def newest() -> Agreement:
    return Agreement.objects.order_by("-made_at").first()


def test_the_coach_chooses_reads_sends_signs_last_and_keeps_copy_and_proof(cast, engagement) -> None:
    browser = signed_in(cast.camille.person)
    new = reverse("agreement_draft", args=[engagement.pk, "confidentiality"])

    first = browser.get(new).content.decode()
    assert 'value="A" checked' in first or 'checked value="A"' in first or 'value="A" id="id_wording_0" checked' in first
    preview = browser.post(reverse("agreement_preview", args=[engagement.pk, "confidentiality"]), CHOICES).content.decode()
    assert "pas même à votre demande" in preview
    assert "5 ans" in preview.replace("\u00a0", " ")
    page = browser.post(new, CHOICES).url
    agreement = newest()
    assert (agreement.state, agreement.wording, page) == ("draft", "B", reverse("agreement_page", args=[agreement.pk]))
    assert browser.get(reverse("agreement_pdf", args=[agreement.pk])).content.startswith(b"%PDF")

    browser.post(reverse("agreement_send", args=[agreement.pk]))
    agreement.refresh_from_db()
    assert agreement.state == "sent"
    assert browser.get(reverse("agreement_pdf", args=[agreement.pk])).content == agreement.document
    assert documents.digest(agreement.document) == agreement.sha256

    sign_next(agreement, real=True)
    countersign = reverse("agreement_countersign", args=[agreement.pk])
    assert browser.post(countersign, {"name": "Camille Aubry"}).status_code == 422
    browser.post(countersign, {"name": "Camille Aubry", "is_accepted": "on"})
    agreement.refresh_from_db()
    assert agreement.state == "in_force"
    assert agreement.signatories.get(role="coach").evidence["name"] == "Camille Aubry"
    assert browser.get(f"{reverse('agreement_pdf', args=[agreement.pk])}?download=1").status_code == 404
    assert browser.get(reverse("agreement_proof", args=[agreement.pk])).status_code == 404

    assert completing.complete(agreement.pk)
    agreement.refresh_from_db()
    copy = browser.get(f"{reverse('agreement_pdf', args=[agreement.pk])}?download=1")
    assert copy.content == agreement.signed_document
    assert copy.content.startswith(agreement.document)
    assert browser.get(reverse("agreement_proof", args=[agreement.pk])).content == agreement.proof
    assert french("In force") in browser.get(page).content.decode() or "En vigueur" in browser.get(page).content.decode()


def test_the_client_reads_signs_and_keeps_copy_and_proof_in_their_space(cast, engagement) -> None:
    agreement = sent(engagement, real=True)
    browser, page = signed_in(cast.anais.person), reverse("client_agreement", args=[agreement.pk])

    shown = browser.get(page).content.decode()
    assert agreement.details["key_points"][0]["title"] in shown
    assert "checked" not in shown.split("<main")[1]
    assert browser.post(page, {"step": "sign", "name": ""}).status_code == 422
    assert browser.post(page, SIGNED).status_code == 302

    one = agreement.signatories.get(role="client")
    assert (one.person, one.evidence["way"]) == (cast.anais.person_id, "space")
    pdf, proof = (reverse(name, args=[agreement.pk]) for name in ("client_agreement_pdf", "client_agreement_proof"))
    assert browser.get(pdf).content == agreement.document
    assert browser.get(f"{pdf}?download=1").status_code == browser.get(proof).status_code == 404
    sign_next(agreement, real=True)
    assert completing.complete(agreement.pk)
    agreement.refresh_from_db()
    assert browser.get(f"{pdf}?download=1").content == browser.get(pdf).content == agreement.signed_document
    assert browser.get(proof).content == agreement.proof
    assert proof in browser.get(page).content.decode()


def test_the_client_declines_in_their_space_and_the_coach_reads_why_as_it_was_written(cast, engagement) -> None:
    agreement = sent(engagement)
    page = reverse("client_agreement", args=[agreement.pk])

    answer = signed_in(cast.anais.person).post(page, {"step": "decline", "reason": "Pas <i>encore</i>"}, follow=True)

    assert french("You declined. The coach is told; nothing else follows from it.") in answer.content.decode()
    shown = signed_in(cast.camille.person).get(reverse("agreement_page", args=[agreement.pk])).content.decode()
    assert "Pas &lt;i&gt;encore&lt;/i&gt;" in shown


def test_the_coach_answers_a_question_from_the_agreement_s_page(cast, engagement) -> None:
    agreement = sent(engagement)
    one = agreement.signatories.get(role="client")
    signed_in(cast.anais.person).post(
        reverse("client_agreement", args=[agreement.pk]), {"step": "question", "question": "Qui lit <b>cela</b> ?"}
    )
    browser, page = signed_in(cast.camille.person), reverse("agreement_page", args=[agreement.pk])
    assert "Qui lit &lt;b&gt;cela&lt;/b&gt;" in browser.get(page).content.decode()

    assert browser.post(reverse("agreement_answer", args=[agreement.pk, one.pk]), {"answer": ""}).status_code == 422
    browser.post(reverse("agreement_answer", args=[agreement.pk, one.pk]), {"answer": "Vous et moi."})

    assert "Vous et moi." in signed_in(cast.anais.person).get(reverse("client_agreement", args=[agreement.pk])).content.decode()


@pytest.mark.parametrize(
    ("address", "domain", "contact", "expected"),
    [
        ("anais@maison.example", "horizon.example", "h@horizon.example", Concern.NONE),
        ("anais@Horizon.EXAMPLE", "horizon.example", "h@elsewhere.example", Concern.ORGANISATION),
        ("anais@mail.horizon.example", "horizon.example", "h@elsewhere.example", Concern.ORGANISATION),
        ("anais@nothorizon.example", "horizon.example", "h@elsewhere.example", Concern.NONE),
        ("anais@groupe.example", "", "h@groupe.example", Concern.ORGANISATION),
        ("anais@gmail.com", "", "h@gmail.com", Concern.NONE),
        ("h@gmail.com", "", "H@gmail.com", Concern.ORGANISATION),
        ("", "horizon.example", "h@horizon.example", Concern.NO_ADDRESS),
    ],
)
def test_an_address_that_others_read_is_noticed(cast, address: str, domain: str, contact: str, expected: Concern) -> None:
    sponsor = clients.add_sponsor(coach=cast.camille, name="Groupe", domain=domain, by=cast.camille)
    clients.add_contact(sponsor=sponsor, name="H", address=contact, role="hr", language="fr", by=cast.camille)
    client = clients.add_client(coach=cast.camille, name="A", address=address, phone="", job="", language="fr", by=cast.camille)
    engagement = cast.engagement(client, sponsor=False)
    engagement.sponsor = sponsor

    assert addresses.concern(engagement) is expected


@pytest.mark.parametrize(("address", "code"), [("", "no_address"), ("anais@horizon.example", "organisation_address")])
def test_nothing_is_sent_to_such_an_address_unless_it_was_seen(cast, address: str, code: str) -> None:
    client = clients.add_client(coach=cast.camille, name="A", address=address, phone="", job="", language="fr", by=cast.camille)
    agreement = drafted(cast.engagement(client))
    browser = signed_in(cast.camille.person)
    page, send = reverse("agreement_page", args=[agreement.pk]), reverse("agreement_send", args=[agreement.pk])

    shown = browser.get(page).content.decode()
    sent_as = {"text": documents.text_of(agreement), "document": b"%PDF", "pages": 1, "is_address_seen": False}
    with pytest.raises(Refused) as no:
        actions.send_agreement(agreement=agreement, **sent_as, by=cast.camille)
    refused = browser.post(send, follow=True).content.decode()

    assert no.value.code == code
    assert ("is_address_seen" in shown) == bool(address)
    assert "notice danger" in refused
    assert Agreement.objects.get(pk=agreement.pk).state == "draft"
    if address:
        browser.post(send, {"is_address_seen": "on"})
        assert Agreement.objects.get(pk=agreement.pk).state == "sent"


def test_sending_again_and_taking_back_are_offered_while_they_are_possible(cast, engagement) -> None:
    agreement, browser = sent(engagement), signed_in(cast.camille.person)
    page = reverse("agreement_page", args=[agreement.pk])
    resend, cancel = (reverse(f"agreement_{what}", args=[agreement.pk]) for what in ("resend", "cancel"))

    assert resend in browser.get(page).content.decode()
    browser.post(resend)
    browser.post(cancel)
    shown = browser.get(page).content.decode()

    assert french("Taken back by the coach") in shown
    assert resend not in shown
    assert cancel not in shown
    assert browser.get(reverse("agreement_draft", args=[engagement.pk, "confidentiality"])).status_code == 200


def test_an_agreement_is_terminated_only_with_its_reference_typed_out(cast, engagement) -> None:
    agreement, browser = in_force(engagement), signed_in(cast.camille.person)
    terminate = reverse("agreement_terminate", args=[agreement.pk])

    for typed in ("", "CV-00000000", "on"):
        browser.post(terminate, {"reference": typed})
        assert Agreement.objects.get(pk=agreement.pk).state == "in_force"
    browser.post(terminate, {"reference": f" {documents.reference(agreement).lower()} "})

    assert Agreement.objects.get(pk=agreement.pk).state == "terminated"


def test_what_other_rooms_show_reads_the_right_rows_and_no_document(cast, engagement, django_assert_num_queries) -> None:
    first = in_force(engagement)
    second = signed(engagement, kind="coaching", wording="B")
    overview.agreements_for([cast.anais])  # a process asks once for a permission's number

    with django_assert_num_queries(1):
        rows = overview.agreements_of(engagement)
        card = render_to_string("consent/_agreements_card.html", {"engagement": engagement, "agreements": rows})
    with django_assert_num_queries(1):
        mine = overview.agreements_for([cast.anais])
        home = render_to_string("consent/_client_agreements.html", {"agreements": mine})

    assert [row.pk for row in rows] == [row.pk for row in mine] == [second.pk, first.pk]
    assert {"document", "signed_document", "proof"} <= rows[0].get_deferred_fields()
    assert overview.agreement_in_force(engagement) == first
    assert reverse("agreement_page", args=[first.pk]) in card
    assert reverse("client_agreement", args=[second.pk]) in home


def test_no_title_of_a_page_holds_a_name(cast, engagement) -> None:
    agreement = completed(engagement)
    three = sent(engagement, kind="three_way", contacts=(cast.helene,))
    sign_next(three)
    coach, client, contact = (signed_in(person) for person in (cast.camille.person, cast.anais.person, cast.helene.person))
    pages = [coach.get(reverse("agreement_page", args=[agreement.pk]))]
    pages += [
        coach.get(reverse("agreement_draft", args=[engagement.pk, "coaching"])),
        coach.get(reverse("agreement_page", args=[three.pk])),
    ]
    pages.append(client.get(reverse("client_agreement", args=[agreement.pk])))
    pages.append(contact.get(reverse("contact_agreement", args=[three.pk])))

    for page in pages:
        assert page.status_code == 200
        title = page.content.decode().partition("<title>")[2].partition("</title>")[0]
        assert title
        assert not any(name in title for name in ("Anaïs", "Lefort", "Camille", "Horizon", "Hélène"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_in_force_can_be_said_in_sentences(cast, engagement, language: str) -> None:
    in_force(engagement)
    in_force(engagement, kind="three_way", contacts=(cast.helene,))

    promise = promises.in_force(engagement)

    assert promise.effects["retention"] == "3"
    assert len(wordings.effect_sentences(promise.effects, language)) == len(promise.effects)
