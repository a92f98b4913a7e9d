"""One version for several contacts: each a question of its own, with its own copy and its own end; and versions, one after the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.act import Refused
from clients import actions as clients
from consent import readers
from consent.actions import consents
from consent.actions import summaries as actions
from consent.models import Consent, Disclosure, Proposal
from consent.standing import Changed
from tests.cast import Cast, signed_in
from tests.consent.stages import OTHER, Stage, at
from tests.consent.test_summaries import TEXT, refused
from vault.models import DataKey, KeyGrant


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return Stage(cast)


def both_disclosed(stage: Stage) -> tuple[Disclosure, Disclosure]:
    """The same version, readable by Hélène and by Marc."""
    return stage.disclosed(stage.helene), stage.disclosed(stage.marc)


def states(stage: Stage) -> dict[str, str]:
    """Where the summary stands with each contact, as the pages say it."""
    asked = readers.history(readers.with_answers(Proposal.objects.filter(summary=stage.summary)), timezone.now())
    return {one.contact.name: one.state for one in readers.with_each([stage.helene, stage.marc], asked)}


def test_a_second_contact_is_a_new_question_on_the_same_version_and_voids_nothing(stage):
    first = stage.proposed(stage.helene)

    second = stage.proposed(stage.marc)

    first.refresh_from_db()
    assert (first.state, second.state, first.version, second.version) == ("proposed", "proposed", 1, 1)
    assert first.fingerprint != second.fingerprint, "each copy has a salt of its own"
    assert {row.contact for row in Consent.objects.all()} == {stage.helene, stage.marc}


def test_each_contact_has_a_copy_that_the_other_cannot_open(stage):
    hers, his = both_disclosed(stage)

    assert hers.series != his.series
    assert stage.look(hers) == stage.look(his, "Marc Ondel") == TEXT
    refused("closed", stage.look, hers, "Marc Ondel")
    refused("closed", stage.look, his)
    holders = {grant.key.series: grant.holder for grant in KeyGrant.objects.filter(key__kind="copy").select_related("key")}
    assert holders == {hers.series: stage.helene.person_id, his.series: stage.marc.person_id}


def test_withdrawing_for_one_leaves_the_other_readable(stage):
    hers, his = both_disclosed(stage)

    consents.withdraw(consent=hers.consent, by=stage.anais)

    refused("closed", stage.look, hers)
    assert stage.look(his, "Marc Ondel") == TEXT
    assert DataKey.objects.get(series=hers.series).shredded_at is not None
    assert DataKey.objects.get(series=his.series).shredded_at is None
    assert states(stage) == {"Hélène Vasseur": "withdrawn", "Marc Ondel": "read"}


def test_refusing_for_one_leaves_the_question_about_the_other(stage):
    hers, his = stage.proposed(stage.helene), stage.proposed(stage.marc)

    actions.refuse(proposal=hers, by=stage.anais)
    stage.approved(his)

    assert states(stage) == {"Hélène Vasseur": "refused", "Marc Ondel": "approved"}


def test_a_newer_version_takes_the_place_of_the_older_for_the_contact_who_gets_it_alone(stage):
    hers, his = both_disclosed(stage)
    stage.written(OTHER)
    stage.proposed(stage.helene, OTHER)

    newer = stage.readable(stage.approved())

    refused("closed", stage.look, hers)
    assert states(stage) == {"Hélène Vasseur": "authorised", "Marc Ondel": "authorised"}
    assert stage.look(newer) == OTHER
    assert stage.look(his, "Marc Ondel") == TEXT
    assert DataKey.objects.get(series=hers.series).shredded_at is not None


def test_until_the_newer_version_is_approved_the_older_stays_readable(stage):
    hers = stage.disclosed()
    stage.written(OTHER)

    waiting = stage.proposed(text=OTHER)

    assert stage.look(hers) == TEXT
    actions.refuse(proposal=waiting, by=stage.anais)
    assert stage.look(hers) == TEXT


def test_editing_after_proposing_voids_every_open_question_and_every_approval_that_nobody_could_use(stage):
    hers, his = stage.proposed(stage.helene), stage.proposed(stage.marc)
    held = stage.approved(hers)

    stage.written(OTHER)

    held.refresh_from_db()
    assert held.closed_at is not None
    assert DataKey.objects.get(series=held.series).shredded_at is not None
    assert [event.kind for event in held.consent.events.all()] == ["requested", "given", "superseded"]
    assert states(stage) == {"Hélène Vasseur": "superseded", "Marc Ondel": "void"}
    with pytest.raises(Changed):
        stage.approved(his)


def test_editing_leaves_what_can_be_read_already_and_what_the_client_asked_to_change(stage):
    hers = stage.disclosed(stage.helene)
    his = stage.proposed(stage.marc)
    actions.ask_changes(proposal=his, text=OTHER, vault=stage.vault("Anais Lefort"), by=stage.anais)

    stage.written("Un autre début.")

    assert stage.look(hers) == TEXT
    assert states(stage) == {"Hélène Vasseur": "read", "Marc Ondel": "changes_asked"}


def test_saving_the_same_text_again_voids_nothing_and_makes_no_version(stage):
    stage.proposed()

    saved = stage.written(TEXT)

    assert saved.version == 1
    assert states(stage)["Hélène Vasseur"] == "waiting"


def test_a_contact_added_later_can_be_asked_about_the_same_version(stage):
    stage.disclosed(stage.helene)
    later = stage.marc

    stage.proposed(later)

    assert states(stage) == {"Hélène Vasseur": "authorised", "Marc Ondel": "waiting"}


def test_a_contact_who_left_is_asked_about_no_more(stage):
    both_disclosed(stage)
    stage.marc.left_at = timezone.now()
    stage.marc.save()

    refused("contact_left", stage.proposed, stage.marc)
    assert states(stage)["Marc Ondel"] == "left"


def test_the_same_version_for_the_same_contact_renews_the_question_and_the_copy(stage):
    old = stage.disclosed(until=timezone.localdate() + timedelta(days=10))

    new = stage.disclosed()

    refused("closed", stage.look, old)
    assert stage.look(new) == TEXT


def test_the_coach_s_page_offers_each_contact_and_asks_about_the_one_that_was_chosen(stage):
    stage.proposed(stage.helene)
    marc = stage.marc
    browser = signed_in(stage.camille.person)
    address = reverse("summary_page", args=[stage.summary.pk])

    page = browser.get(address).content.decode()
    assert "Proposer pour Marc Ondel" in page
    assert "Proposer pour Hélène Vasseur" not in page
    browser.post(reverse("summary_propose", args=[stage.summary.pk]), {"finish": "1", "contact": str(marc.pk)})

    assert states(stage) == {"Hélène Vasseur": "waiting", "Marc Ondel": "waiting"}
    assert "Proposer pour Marc Ondel" not in browser.get(address).content.decode()


def test_a_page_that_is_not_up_to_date_proposes_nothing_to_anybody(stage):
    stage.proposed(stage.helene)
    marc = stage.marc
    stage.written(OTHER)

    signed_in(stage.camille.person).post(reverse("summary_propose", args=[stage.summary.pk]), {"finish": "1", "contact": str(marc.pk)})

    assert states(stage) == {"Hélène Vasseur": "void", "Marc Ondel": "not_asked"}


def test_a_contact_of_another_organisation_cannot_be_chosen(stage):
    nord = clients.add_sponsor(coach=stage.camille, name="Nord", domain="", by=stage.camille)
    zoe = clients.add_contact(sponsor=nord, name="Zoé", address="zoe@nord.example", role="hr", language="fr", by=stage.camille)
    browser = signed_in(stage.camille.person)

    for contact in (zoe.pk, "x", stage.anais.pk):
        answer = browser.post(reverse("summary_propose", args=[stage.summary.pk]), {"finish": "1", "contact": str(contact)})
        assert answer.status_code == 404

    assert Proposal.objects.count() == 0


def test_the_coach_holds_back_the_one_that_was_meant(stage):
    hers = stage.proposed(stage.helene)
    his = stage.proposed(stage.marc)
    hers, his = stage.approved(hers), stage.approved(his)
    browser = signed_in(stage.camille.person)

    browser.post(reverse("summary_hold", args=[stage.summary.pk]), {"consent": str(hers.consent_id)})

    hers.refresh_from_db()
    his.refresh_from_db()
    assert hers.closed_at is not None
    assert his.closed_at is None


def test_the_coach_takes_the_answer_that_was_given_for_one_contact(stage):
    hers, his = stage.proposed(stage.helene), stage.proposed(stage.marc)
    anais = {"vault": stage.vault("Anais Lefort"), "by": stage.anais}
    actions.ask_changes(proposal=hers, text=OTHER, **anais)
    actions.ask_changes(proposal=his, text="Rien que ceci.", **anais)

    signed_in(stage.camille.person).post(reverse("summary_take_answer", args=[stage.summary.pk]), {"proposal": str(hers.pk)})

    newest = Proposal.objects.order_by("-proposed_at").first()
    assert (newest.contact, newest.state, newest.version) == (stage.helene, "proposed", 2)
    assert actions.unsalted(stage.vault("Anais Lefort").open(newest.body, newest.place()))[0] == OTHER
    his.refresh_from_db()
    assert his.state == "superseded", "it was an answer to a text that is no more"


def test_the_client_s_page_shows_each_contact_and_each_version(stage):
    first = stage.proposed(stage.helene)
    actions.ask_changes(proposal=first, text=OTHER, vault=stage.vault("Anais Lefort"), by=stage.anais)
    stage.written(OTHER)
    stage.proposed(stage.helene, OTHER)
    second = stage.proposed(stage.marc, OTHER)
    browser = signed_in(stage.anais.person)

    page = browser.get(reverse("client_proposal", args=[second.pk])).content.decode()

    assert "Les autres personnes qui pourraient lire ce texte" in page
    for said in ("Version 1, pour Hélène Vasseur", "Version 2, pour Hélène Vasseur", "Version 2, pour Marc Ondel", "Modification demandée"):
        assert said in page
    changes = browser.get(reverse("client_proposal_compare", args=[second.pk])).content.decode()
    assert "<ins>" in changes
    assert "<del>" in changes
    assert browser.get(reverse("client_proposal_compare", args=[first.pk])).status_code == 404, "there is none before"
    assert signed_in(stage.camille.person).get(reverse("proposal_compare", args=[second.pk])).status_code == 200


def test_what_ends_within_thirty_days_stands_on_the_coach_s_first_page_and_can_be_asked_again(stage):
    stage.disclosed(until=timezone.localdate() + timedelta(days=29))
    stage.disclosed(stage.marc, until=timezone.localdate() + timedelta(days=31))
    browser = signed_in(stage.camille.person)

    today = browser.get("/coach/").content.decode()
    page = browser.get(reverse("summary_page", args=[stage.summary.pk])).content.decode()

    assert "Autorisations à renouveler" in today
    assert today.count("jusqu’au") == 1
    assert "Proposer pour Hélène Vasseur" in page
    assert "Proposer pour Marc Ondel" not in page


def test_what_is_over_or_withdrawn_is_not_to_be_renewed(cast):
    stage = at(cast, "withdrawn")

    assert "Autorisations à renouveler" not in signed_in(stage.camille.person).get("/coach/").content.decode()


def test_a_text_whose_last_day_is_over_is_shown_to_nobody_even_before_the_worker_looked(stage):
    with time_machine.travel(timezone.now() - timedelta(days=62)):
        old = stage.disclosed(until=timezone.localdate() + timedelta(days=60))

    refused("expired", stage.look, old)
    assert states(stage)["Hélène Vasseur"] == "expired"
    assert "Anaïs" not in signed_in(stage.cast.helene.person).get("/contact/").content.decode()


@pytest.mark.parametrize("no", ["refused", "withdrawn"])
def test_after_a_no_the_same_text_waits_fourteen_days_for_the_same_contact_and_nothing_else_does(cast, no):
    stage = at(cast, no)

    refused("too_soon", stage.proposed)
    page = signed_in(stage.camille.person).get(reverse("summary_page", args=[stage.summary.pk])).content.decode()
    assert "moins de quatorze jours" in page
    stage.proposed(stage.marc)
    with time_machine.travel(timezone.now() + timedelta(days=14, hours=1)):
        assert stage.proposed().state == "proposed"
    stage.written(OTHER)
    assert stage.proposed(text=OTHER).state == "proposed"


def test_who_asked_for_a_change_is_not_asked_the_same_again(cast):
    stage = at(cast, "changes_asked")

    page = signed_in(stage.camille.person).get(reverse("summary_page", args=[stage.summary.pk])).content.decode()

    assert "Proposer ce texte tel quel" in page
    assert "Proposer pour Hélène Vasseur" not in page


def test_nobody_is_asked_twice_at_the_same_time_about_the_same_contact(stage):
    first = stage.proposed()

    second = stage.proposed()

    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "proposed")
    with pytest.raises(Refused):
        stage.approved(first)
