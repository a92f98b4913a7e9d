"""A client's address is corrected while an agreement is out: said before, and sent again from the page that follows."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clients.models import Client, Engagement
from tests.cast import Cast, signed_in
from tests.consent import agreements


@pytest.fixture
def engagement(cast: Cast) -> Engagement:
    return cast.engagement(cast.anais)


def typed(client: Client, **changed: str) -> dict[str, str]:
    return {"name": client.name, "address": client.address, "phone": "", "job": "", "language": "fr", **changed}


def test_the_form_says_what_another_address_does_while_an_agreement_is_out(cast, engagement):
    browser, here = signed_in(cast.camille.person), reverse("client_edit", args=[cast.anais.pk])
    assert "Un contrat est parti pour signature" not in browser.get(here).content.decode()

    agreement = agreements.sent(engagement)

    assert "Un contrat est parti pour signature" in browser.get(here).content.decode()
    answer = browser.post(here, typed(cast.anais, address="anais@ailleurs.example"))
    assert answer["Location"] == reverse("agreement_page", args=[agreement.pk])
    page = browser.get(answer["Location"]).content.decode()
    assert "ne mène plus nulle part. Renvoyez le contrat" in page
    assert reverse("agreement_resend", args=[agreement.pk]) in page


def test_another_telephone_number_changes_nothing_for_the_agreement(cast, engagement):
    agreements.sent(engagement)
    browser = signed_in(cast.camille.person)

    answer = browser.post(reverse("client_edit", args=[cast.anais.pk]), typed(cast.anais, phone="06 12 34 56 78"))

    assert answer["Location"] == reverse("client_page", args=[cast.anais.pk])


def test_what_she_has_signed_already_is_out_no_more(cast, engagement):
    agreements.sign_next(agreements.sent(engagement))
    browser = signed_in(cast.camille.person)

    assert "Un contrat est parti pour signature" not in browser.get(reverse("client_edit", args=[cast.anais.pk])).content.decode()
