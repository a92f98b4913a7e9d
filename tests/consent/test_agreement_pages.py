"""The pages of an agreement, for those it concerns; for everybody else they do not exist."""

from __future__ import annotations

import io

import pypdf
import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.act import Refused
from clients import actions as clients
from consent import actions, addresses, documents, overview
from consent.addresses import Concern
from consent.models import Agreement, Signature
from tests.cast import signed_in
from tests.consent.agreements import SIGNED, drafted, evidence, in_force, sent, signed

CHOICES = {"wording": "B", "language": "fr", "years": "5"}


@pytest.fixture
def engagement(cast):
    """Anaïs's engagement, paid for by Horizon."""
    return cast.engagement(cast.anais)


def newest() -> Agreement:
    return Agreement.objects.order_by("-made_at").first()


def test_the_coach_chooses_reads_sends_and_countersigns(cast, engagement) -> None:
    browser = signed_in(cast.camille.person)
    new = reverse("agreement_new", args=[engagement.pk])

    first = browser.get(new).content.decode()
    assert 'value="A" checked' in first
    preview = browser.get(reverse("agreement_preview", args=[engagement.pk]), CHOICES).content.decode()
    assert "pas même à votre demande" in preview
    assert "5\u00a0ans" in preview
    page = browser.post(new, CHOICES).url
    agreement = newest()
    assert (agreement.state, agreement.wording, page) == ("draft", "B", reverse("agreement_page", args=[agreement.pk]))
    assert browser.get(reverse("agreement_pdf", args=[agreement.pk])).content.startswith(b"%PDF")

    browser.post(reverse("agreement_send", args=[agreement.pk]))
    agreement.refresh_from_db()
    assert agreement.state == "sent"
    assert browser.get(reverse("agreement_pdf", args=[agreement.pk])).content == agreement.document
    assert documents.digest(agreement.document) == agreement.sha256

    actions.sign_agreement(agreement=agreement, evidence=evidence(agreement), link=None, by=cast.anais)
    assert browser.post(reverse("agreement_countersign", args=[agreement.pk]), {"name": "Camille Aubry"}).status_code == 422
    browser.post(reverse("agreement_countersign", args=[agreement.pk]), {"name": "Camille Aubry", "is_accepted": "on"})
    agreement.refresh_from_db()
    assert agreement.state == "in_force"
    assert Signature.objects.get(agreement=agreement, role="coach").evidence["name"] == "Camille Aubry"
    copy = browser.get(reverse("agreement_copy", args=[agreement.pk]))
    assert copy.content == agreement.signed_document
    assert pypdf.PdfReader(io.BytesIO(copy.content)).attachments[f"{documents.reference(agreement)}.pdf"][0] == agreement.document
    assert "En vigueur" in browser.get(page).content.decode()


def test_the_client_reads_signs_and_keeps_the_copy_in_their_space(cast, engagement) -> None:
    agreement = sent(engagement)
    browser, page = signed_in(cast.anais.person), reverse("client_agreement", args=[agreement.pk])

    shown = browser.get(page).content.decode()
    assert "L’essentiel, en mots simples" in shown
    assert "checked" not in shown.split("<main")[1]
    assert browser.post(page, {"step": "sign", "name": ""}).status_code == 422
    assert browser.post(page, SIGNED).status_code == 302

    signature = Signature.objects.get(agreement=agreement)
    assert (signature.person, signature.evidence["way"]) == (cast.anais.person_id, "space")
    ours = evidence(agreement, "coach")
    actions.countersign_agreement(agreement=agreement, evidence=ours, signed_document=b"%PDF both", by=cast.camille)
    assert browser.get(reverse("client_agreement_pdf", args=[agreement.pk])).content == b"%PDF both"
    assert "Garder un exemplaire" in browser.get(page).content.decode()


def test_the_client_declines_in_their_space_and_the_coach_reads_why_as_it_was_written(cast, engagement) -> None:
    agreement = sent(engagement)
    page = reverse("client_agreement", args=[agreement.pk])

    answer = signed_in(cast.anais.person).post(page, {"step": "decline", "reason": "Pas <i>encore</i>"}, follow=True)

    assert "Vous avez décliné" in answer.content.decode()
    assert (
        "Pas &lt;i&gt;encore&lt;/i&gt;"
        in signed_in(cast.camille.person).get(reverse("agreement_page", args=[agreement.pk])).content.decode()
    )


def test_for_everybody_else_an_agreement_does_not_exist(cast, engagement) -> None:
    agreement = in_force(engagement)
    of_coach = ["agreement_page", "agreement_pdf", "agreement_copy"]
    to_post = ["agreement_send", "agreement_resend", "agreement_cancel", "agreement_countersign"]
    of_client = ["client_agreement", "client_agreement_pdf"]
    strangers = {
        "another coach": (cast.bruno.person, of_coach, to_post),
        "a colleague who is a client too": (cast.karim.person, of_coach + of_client, to_post),
        "the contact who pays": (cast.helene.person, of_coach + of_client, to_post),
        "the administrator": (cast.dominique, of_coach + of_client, to_post),
        "the client herself": (cast.anais.person, of_coach, to_post),
        "the coach as a client": (cast.camille.person, of_client, []),
    }

    for who, (person, seen, posted) in strangers.items():
        browser = signed_in(person)
        for name in seen:
            assert browser.get(reverse(name, args=[agreement.pk])).status_code == 404, (who, name)
        for name in posted:
            assert browser.post(reverse(name, args=[agreement.pk])).status_code == 404, (who, name)
        if person != cast.camille.person:
            for name in ("agreement_new", "agreement_preview"):
                assert browser.get(reverse(name, args=[engagement.pk]), CHOICES).status_code == 404, (who, name)
    assert Agreement.objects.get(pk=agreement.pk).state == "in_force"


def test_a_client_signs_for_nobody_else(cast, engagement) -> None:
    agreement = sent(engagement)
    cast.engagement(cast.karim)

    assert signed_in(cast.karim.person).post(reverse("client_agreement", args=[agreement.pk]), SIGNED).status_code == 404
    assert Agreement.objects.get(pk=agreement.pk).state == "sent"


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
    sponsor = clients.add_sponsor(coach=cast.camille, name="Horizon", domain=domain, by=cast.camille)
    clients.add_contact(sponsor=sponsor, name="H", address=contact, role="hr", language="fr", by=cast.camille)
    client = clients.add_client(coach=cast.camille, name="A", address=address, phone="", job="", language="fr", by=cast.camille)
    engagement = cast.engagement(client)
    engagement.sponsor = sponsor

    assert addresses.concern(engagement) is expected


@pytest.mark.parametrize(("address", "code"), [("", "no_address"), ("anais@horizon.example", "organisation_address")])
def test_nothing_is_sent_to_such_an_address_unless_it_was_seen(cast, address: str, code: str) -> None:
    client = clients.add_client(coach=cast.camille, name="A", address=address, phone="", job="", language="fr", by=cast.camille)
    agreement = drafted(cast.engagement(client))
    browser = signed_in(cast.camille.person)
    page, send = reverse("agreement_page", args=[agreement.pk]), reverse("agreement_send", args=[agreement.pk])

    shown = browser.get(page).content.decode()
    sent_as = {"text": documents.text_of(agreement), "document": b"%PDF", "is_address_seen": False}
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

    assert "Renvoyer" in browser.get(page).content.decode()
    browser.post(reverse("agreement_resend", args=[agreement.pk]))
    browser.post(reverse("agreement_cancel", args=[agreement.pk]))
    shown = browser.get(page).content.decode()

    assert "Annulé par le coach" in shown
    assert "Renvoyer" not in shown
    assert "déjà en cours" not in browser.get(reverse("agreement_new", args=[engagement.pk])).content.decode()


def test_what_other_rooms_show_reads_the_right_rows_and_no_document(cast, engagement, django_assert_num_queries) -> None:
    first = in_force(engagement)
    second = signed(engagement, wording="B")

    with django_assert_num_queries(1):
        rows = overview.agreements_of(engagement)
        card = render_to_string("consent/_agreements_card.html", {"engagement": engagement, "agreements": rows})
    with django_assert_num_queries(1):
        mine = overview.agreements_for([cast.anais])
        home = render_to_string("consent/_client_agreements.html", {"agreements": mine})

    assert [row.pk for row in rows] == [row.pk for row in mine] == [second.pk, first.pk]
    assert "document" in rows[0].get_deferred_fields()
    assert overview.agreement_in_force(engagement) == first
    assert reverse("agreement_page", args=[first.pk]) in card
    assert reverse("client_agreement", args=[second.pk]) in home


def test_no_title_of_a_page_holds_a_name(cast, engagement) -> None:
    agreement = in_force(engagement)
    coach, client = signed_in(cast.camille.person), signed_in(cast.anais.person)
    pages = [coach.get(reverse("agreement_page", args=[agreement.pk])), coach.get(reverse("agreement_new", args=[engagement.pk]))]
    pages.append(client.get(reverse("client_agreement", args=[agreement.pk])))

    for page in pages:
        title = page.content.decode().partition("<title>")[2].partition("</title>")[0]
        assert title
        assert not any(name in title for name in ("Anaïs", "Lefort", "Camille", "Horizon"))
