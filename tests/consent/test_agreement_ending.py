"""How an agreement in force ends: renounced within fourteen days by a private client, or terminated; what it allowed ends with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.act import Refused
from clients import actions as clients
from consent import actions, policies, promises
from consent.models import Agreement, Consent, ConsentEvent, Disclosure
from tests.cast import signed_in
from tests.consent.agreements import SIGNED, completed, french, in_force, letters, opened, proven, sent, sign_next, token
from tests.consent.test_summaries import Story
from vault.models import DataKey

PARIS = ZoneInfo("Europe/Paris")
SIGNED_AT = datetime(2026, 11, 10, 9, 30, tzinfo=PARIS)
LAST_MINUTE = datetime(2026, 11, 24, 23, 59, 0, tzinfo=PARIS)
DAY_FIFTEEN = datetime(2026, 11, 25, 0, 0, 0, tzinfo=PARIS)


@pytest.fixture
def priced(cast) -> Agreement:
    """A priced coaching agreement of a private client, in force since a Tuesday morning."""
    agreement = in_force(cast.engagement(cast.anais, sponsor=False), kind="coaching")
    Agreement.objects.filter(pk=agreement.pk).update(in_force_at=SIGNED_AT)
    return Agreement.objects.get(pk=agreement.pk)


def test_it_can_be_renounced_until_the_last_minute_of_the_fourteenth_day_and_not_on_the_fifteenth(priced, cast) -> None:
    assert priced.can_be_renounced(LAST_MINUTE)
    assert not priced.can_be_renounced(DAY_FIFTEEN)

    with pytest.raises(Refused) as no:
        actions.renounce_agreement(agreement=priced, text="", by=cast.anais, at=DAY_FIFTEEN)
    assert no.value.code == "cannot_renounce"


def test_until_then_the_page_is_there_and_afterwards_it_is_not(priced, cast) -> None:
    page, shown = reverse("client_renounce", args=[priced.pk]), reverse("client_agreement", args=[priced.pk])
    with time_machine.travel(LAST_MINUTE, tick=False):
        browser = signed_in(cast.anais.person)
        assert browser.get(page).status_code == 200
        assert page in browser.get(shown).content.decode()
    with time_machine.travel(DAY_FIFTEEN, tick=False):
        browser = signed_in(cast.anais.person)
        assert browser.get(page).status_code == browser.post(page).status_code == 404
        assert page not in browser.get(shown).content.decode()
    assert Agreement.objects.get(pk=priced.pk).state == "in_force"


def test_renouncing_needs_no_reason_ends_the_agreement_and_is_acknowledged_by_mail(priced, cast, tmp_path, settings) -> None:
    letters(tmp_path, settings)
    before = len(list(tmp_path.glob("*.eml")))
    with time_machine.travel(LAST_MINUTE, tick=True):
        browser = signed_in(cast.anais.person)
        assert browser.post(reverse("client_renounce", args=[priced.pk])).status_code == 302

    row = Agreement.objects.get(pk=priced.pk)
    assert (row.state, row.closed_at is not None) == ("terminated", True)
    assert promises.in_force(row.engagement).wording is None
    found = letters(tmp_path, settings)
    assert sorted(letter.to for letter in found[: len(found) - before]) == ["anais@example.org", "camille@example.org"]
    for letter in found:
        assert "Anaïs" not in letter.text + letter.subject


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "confidentiality", "sponsor": False},
        {"kind": "coaching", "sponsor": True},
        {"kind": "coaching", "sponsor": False, "options": frozenset({"without_price"})},
    ],
    ids=["no price", "the organisation pays", "free of charge"],
)
def test_only_a_private_client_with_a_priced_agreement_may_renounce(cast, facts) -> None:
    sponsor = facts.pop("sponsor")
    agreement = in_force(cast.engagement(cast.anais, sponsor=sponsor), **facts)

    assert agreement.renounce_until is None
    with pytest.raises(Refused):
        actions.renounce_agreement(agreement=agreement, text="", by=cast.anais)
    assert signed_in(cast.anais.person).get(reverse("client_renounce", args=[agreement.pk])).status_code == 404


def test_nobody_renounces_for_the_client_nor_what_is_not_in_force_yet(priced, cast) -> None:
    cast.engagement(cast.karim)
    for by in (cast.karim, cast.helene, cast.camille):
        with pytest.raises(Refused):
            actions.renounce_agreement(agreement=priced, text="", by=by, at=LAST_MINUTE)
    waiting = sent(cast.engagement(cast.karim, sponsor=False), kind="coaching")
    with pytest.raises(Refused):
        actions.renounce_agreement(agreement=waiting, text="", by=cast.karim)


def test_the_express_request_to_begin_is_asked_of_the_consumer_alone_never_ticked_and_kept_either_way(cast) -> None:
    private = sent(cast.engagement(cast.anais, sponsor=False), kind="coaching", real=True)
    page = reverse("client_agreement", args=[private.pk])
    browser = signed_in(cast.anais.person)
    shown = browser.get(page).content.decode()
    assert 'name="express_request"' in shown
    assert "checked" not in shown.split("<main")[1]
    browser.post(page, SIGNED)
    assert private.signatories.get(role="client").evidence["express_request"] is False

    paid_for = sent(cast.engagement(cast.karim), kind="coaching", real=True)
    page = reverse("client_agreement", args=[paid_for.pk])
    browser = signed_in(cast.karim.person)
    assert 'name="express_request"' not in browser.get(page).content.decode()
    browser.post(page, {**SIGNED, "express_request": "on"})
    assert "express_request" not in paid_for.signatories.get(role="client").evidence


@pytest.mark.parametrize("end", ["terminated", "replaced by B", "amended to B"])
def test_what_the_agreement_allowed_ends_with_it_the_copy_is_shredded_and_the_consent_over(cast, end: str) -> None:
    story = Story(cast)
    disclosure = story.approved()
    assert DataKey.objects.filter(kind="copy", shredded_at__isnull=True).count() == 1

    if end == "terminated":
        actions.terminate_agreement(agreement=story.agreement, by=cast.camille)
    else:
        in_force(story.engagement, kind="coaching" if end == "replaced by B" else "amendment", wording="B")

    assert Disclosure.objects.get(pk=disclosure.pk).closed_at is not None
    assert not DataKey.objects.filter(kind="copy", shredded_at__isnull=True).exists()
    assert ConsentEvent.objects.filter(consent=Consent.objects.get(), kind="ended").exists()
    with pytest.raises(Refused):
        story.read(disclosure)


def test_another_agreement_in_wording_a_keeps_what_was_allowed(cast) -> None:
    story = Story(cast)
    disclosure = story.approved()

    in_force(story.engagement, kind="coaching", wording="A")

    assert story.read(disclosure)


def test_terminating_a_three_way_agreement_alone_leaves_the_base_and_its_copies(cast) -> None:
    story = Story(cast)
    disclosure = story.approved()
    three = in_force(story.engagement, kind="three_way", contacts=(cast.helene,))

    actions.terminate_agreement(agreement=three, by=cast.camille)

    assert promises.in_force(story.engagement).wording == "A"
    assert story.read(disclosure)


def test_after_the_end_the_signed_copy_stays_where_each_keeps_it(cast) -> None:
    agreement = completed(cast.engagement(cast.anais))
    actions.terminate_agreement(agreement=agreement, by=cast.camille)

    for person, name in ((cast.camille.person, "agreement_pdf"), (cast.anais.person, "client_agreement_pdf")):
        answer = signed_in(person).get(f"{reverse(name, args=[agreement.pk])}?download=1")
        assert answer.content == agreement.signed_document
    assert Agreement.objects.get(pk=agreement.pk).closed_at - timezone.now() < timedelta(minutes=1)


def test_who_signed_by_link_and_has_no_space_withdraws_by_the_link_to_the_copy(cast, tmp_path, settings) -> None:
    noe = clients.add_client(
        coach=cast.camille, name="Noé Arnal", address="noe@maison.example", phone="", job="", language="fr", by=cast.camille
    )
    agreement = completed(cast.engagement(noe, sponsor=False), kind="coaching")
    way = f"/sign/{token(tmp_path, settings)}/"

    browser = proven(way, tmp_path, settings)
    assert french("Confirm that I withdraw") in browser.get(way).content.decode()
    answer = browser.post(way, {"step": "renounce"})

    assert french("You have withdrawn from the contract") in answer.content.decode()
    assert Agreement.objects.get(pk=agreement.pk).state == "terminated"
    assert {letter.to for letter in letters(tmp_path, settings)[:2]} == {"noe@maison.example", "camille@example.org"}


def test_before_the_code_nobody_withdraws_by_a_link(cast, tmp_path, settings) -> None:
    noe = clients.add_client(
        coach=cast.camille, name="Noé Arnal", address="noe@maison.example", phone="", job="", language="fr", by=cast.camille
    )
    agreement = completed(cast.engagement(noe, sponsor=False), kind="coaching")
    way = f"/sign/{token(tmp_path, settings)}/"

    opened(way).post(way, {"step": "renounce"})

    assert Agreement.objects.get(pk=agreement.pk).state == "in_force"


def test_when_somebody_of_the_organisation_declines_the_client_who_had_signed_is_told(cast, tmp_path, settings) -> None:
    three = sent(cast.engagement(cast.anais), kind="three_way", contacts=(cast.helene,))
    three = sign_next(three)
    before = len(letters(tmp_path, settings))

    helene = three.signatories.get(role="sponsor")
    actions.decline_agreement(agreement=three, signatory=helene, reason="", link=None, by=cast.helene)

    found = letters(tmp_path, settings)
    assert sorted(letter.to for letter in found[: len(found) - before]) == ["anais@example.org", "camille@example.org"]


def test_an_agreement_in_wording_a_that_lets_no_summary_go_ends_what_was_open_and_offers_no_other(cast) -> None:
    story = Story(cast)
    disclosure = story.approved()
    assert not Disclosure.objects.get(pk=disclosure.pk).closed_at

    in_force(story.engagement, options=frozenset({"no_summary"}))

    assert Disclosure.objects.get(pk=disclosure.pk).closed_at
    with pytest.raises(Refused) as no:
        policies.check_may_write_summary(story.engagement)
    assert no.value.code == "not_agreed"
