"""What a contact may do is asked at each place; whoever leaves finds nothing at their next request, and their copies are gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import links
from accounts.act import Refused
from accounts.models import Link
from clients import actions as clients
from clients.models import RIGHTS_OF, SponsorContact
from consent import policies
from consent.actions import consents, contacts, summaries, terminate_agreement
from consent.actions.engagements import end_engagement
from consent.models import Agreement, Disclosure, InformationRequest
from tests.cast import person, signed_in
from tests.consent.agreements import in_force, sent, sign_next
from tests.consent.readings import read
from tests.consent.space import NUMBER, Space
from tests.house.world import vault_of
from vault.keyring.models import Half
from vault.models import DataKey

EVERY = SponsorContact.Right.values


@pytest.fixture
def space(cast) -> Space:
    return Space(cast)


def refused(call, *args, **facts) -> str:
    with pytest.raises(Refused) as no:
        call(*args, **facts)
    return no.value.code


def with_rights(space: Space, *rights: str) -> SponsorContact:
    """Hélène with these rights from now on."""
    details = {"name": space.helene.name, "address": space.helene.address, "role": "hr", "language": "fr"}
    return contacts.change(contact=space.helene, rights=rights, by=space.camille, **details)


def left(space: Space) -> SponsorContact:
    return contacts.leave(contact=space.helene, by=space.camille)


@pytest.mark.parametrize(("role", "rights"), [("hr", set(EVERY)), ("manager", {"sign", "receive", "ask"}), ("buyer", set())])
def test_a_role_decides_at_first_what_a_contact_may_do(space, role, rights):
    contact = space.contact("Marc Ondel", role=role)

    assert contact.rights == rights == RIGHTS_OF[role]


def test_who_was_there_before_there_were_rights_has_those_of_the_role(space):
    details = {key: value for key, value in space.helene.details.items() if key != "rights"}
    space.helene.details = details
    space.helene.save()

    assert SponsorContact.objects.get(pk=space.helene.pk).rights == set(EVERY)


def test_without_the_right_to_receive_nothing_is_asked_begun_or_proposed_for_a_contact(space):
    engagement = space.hidden()
    summary = space.proposed(engagement).summary
    marc = with_rights(space, "sign")
    vault = vault_of(space.camille)

    def begin() -> None:
        summaries.start_summary(engagement=engagement, contact=marc, text="", vault=vault, by=space.camille)

    assert refused(begin) == "contact_may_not"
    assert (
        refused(
            summaries.propose, summary=summary, text="?", contact=marc, reading=read("?", engagement, vault), vault=vault, by=space.camille
        )
        == "no_right"
    )
    for purpose in ("sponsor.listing", "sponsor.attendance"):
        data = NUMBER if purpose == "sponsor.attendance" else frozenset()
        assert refused(space.asked, engagement, purpose, marc, data) == "no_right"
    page = signed_in(space.camille.person).get(f"/coach/engagements/{engagement.pk}/summaries/new/").content.decode()
    assert "Hélène Vasseur" not in page


def test_taking_the_right_to_receive_away_ends_consents_and_questions_and_shreds_copies(space, django_capture_on_commit_callbacks):
    engagement = space.hidden()
    listed, attendance = space.given(engagement, "sponsor.listing"), space.given(engagement, "sponsor.attendance", data=NUMBER)
    other = space.hidden()
    row, question = space.shown(other), space.asked(other, "sponsor.listing")

    with django_capture_on_commit_callbacks(execute=True):
        with_rights(space, "sign")

    assert {one.state for one in (listed, attendance, row.consent, question)} == {"ended"}
    key = DataKey.objects.get(series=row.series)
    assert key.shredded_at is not None
    assert Half.objects.get(pk=key.pk).half is None
    assert Disclosure.objects.get(pk=row.pk).closed_at is not None
    assert space.browser().get(f"/contact/summaries/{row.pk}/").status_code == 404


def test_taking_another_right_away_ends_nothing_of_what_was_authorised(space):
    row = space.shown(space.hidden())

    with_rights(space, "receive")

    assert Disclosure.objects.get(pk=row.pk).closed_at is None
    assert space.browser().get(f"/contact/summaries/{row.pk}/").status_code == 200


def test_a_right_that_is_given_back_revives_nothing(space):
    row = space.shown(space.hidden())
    with_rights(space)
    with_rights(space, *EVERY)

    assert space.browser().get(f"/contact/summaries/{row.pk}/").status_code == 404


def test_without_the_right_to_ask_there_is_no_button_and_a_forged_question_finds_nothing(space):
    engagement = space.three_way()
    asked = space.question(engagement)
    with_rights(space, "receive", "sign")
    body = {"question": "?", "purpose": "?", "deadline": (timezone.localdate() + timedelta(days=20)).isoformat()}
    browser = space.browser()

    assert "Demander une information" not in browser.get(f"/contact/engagements/{engagement.pk}/").content.decode()
    assert browser.get(f"/contact/engagements/{engagement.pk}/ask/").status_code == 404
    assert browser.post(f"/contact/engagements/{engagement.pk}/ask/", body).status_code == 404
    assert refused(space.question, engagement) == "contact_may_not"
    asked.refresh_from_db()
    assert asked.state == "ended"


def test_whoever_may_ask_must_be_able_to_receive(space):
    marc = space.contact("Marc Ondel", rights=["ask"])

    assert refused(policies.check_contact_may, marc, "ask") == "contact_may_not"


def test_without_the_right_to_sign_a_contact_is_no_signatory_and_signs_nothing_that_waits(space):
    engagement = space.hidden()
    three = sent(engagement, kind="three_way", contacts=(space.helene,))
    sign_next(three)
    link = Link.objects.get(about=three.signatories.get(role="sponsor").pk)
    with_rights(space, "receive")

    three.refresh_from_db()
    link.refresh_from_db()
    assert three.state == Agreement.State.CANCELLED
    assert link.used_at is not None
    assert space.browser().get(f"/contact/agreements/{three.pk}/").status_code == 404
    assert refused(sent, engagement, kind="three_way", contacts=(SponsorContact.objects.get(pk=space.helene.pk),)) == "contact_may_not"
    page = signed_in(space.camille.person).get(f"/coach/engagements/{engagement.pk}/agreements/new/three_way/").content.decode()
    assert str(space.helene.pk) not in page


def test_whoever_may_sign_no_more_keeps_what_they_signed(space):
    engagement = space.three_way()
    three = engagement.agreements.get()
    with_rights(space)

    assert space.browser().get(f"/contact/agreements/{three.pk}/").status_code == 200
    assert space.browser().get(f"/contact/engagements/{engagement.pk}/").status_code == 404
    assert Agreement.objects.get(pk=three.pk).state == "in_force"


def test_a_right_written_for_somebody_whose_turn_it_is_stops_them_even_with_the_row_as_it_was(space):
    engagement = space.hidden()
    three = sent(engagement, kind="three_way", contacts=(space.helene,))
    sign_next(three)
    row = SponsorContact.objects.get(pk=space.helene.pk)
    row.details = {**row.details, "rights": ["receive"]}
    row.save()

    assert refused(sign_next, three) == "may_not_sign"


# On the coach's pages


def test_the_coach_chooses_rights_on_the_contacts_page(space):
    browser = signed_in(space.camille.person)
    body = {"name": "Hélène Vasseur", "address": space.helene.address, "role": "hr", "language": "fr", "rights": ["sign", "receive"]}

    assert browser.post(f"/coach/contacts/{space.helene.pk}/edit/", body).status_code == 302
    assert SponsorContact.objects.get(pk=space.helene.pk).rights == {"sign", "receive"}
    page = browser.get(f"/coach/organisations/{space.horizon.pk}/").content.decode()
    assert "signe, reçoit" in page


def test_figures_without_receiving_get_a_sentence_and_change_nothing(space):
    body = {"name": "H", "address": space.helene.address, "role": "hr", "language": "fr", "rights": ["portfolio"]}

    answer = signed_in(space.camille.person).post(f"/coach/contacts/{space.helene.pk}/edit/", body)

    assert "il faut aussi pouvoir recevoir" in answer.content.decode()
    assert SponsorContact.objects.get(pk=space.helene.pk).rights == set(EVERY)


def test_leaving_needs_the_name_typed_once_more(space):
    browser = signed_in(space.camille.person)
    address = f"/coach/contacts/{space.helene.pk}/left/"

    assert browser.post(address, {"name": "oui"}).status_code == 422
    assert browser.post(address, {"name": ""}).status_code == 422
    assert SponsorContact.objects.get(pk=space.helene.pk).left_at is None
    assert browser.post(address, {"name": " hélène  VASSEUR"}).status_code == 302
    assert SponsorContact.objects.get(pk=space.helene.pk).left_at is not None
    assert browser.get(address).status_code == 404
    assert "Parti le" in browser.get(f"/coach/organisations/{space.horizon.pk}/").content.decode()


def test_another_coach_can_neither_change_nor_remove_a_contact(space, cast):
    browser = signed_in(cast.bruno.person)

    assert browser.post(f"/coach/contacts/{space.helene.pk}/left/", {"name": space.helene.name}).status_code == 404
    assert refused(contacts.leave, contact=space.helene, by=cast.bruno) == "not_hers"
    details = {"name": "X", "address": space.helene.address, "role": "hr", "language": "fr"}
    assert refused(contacts.change, contact=space.helene, rights=[], by=cast.bruno, **details) == "not_hers"


# Leaving


def test_the_next_request_of_somebody_signed_in_who_has_left_finds_nothing(space):
    agreed = space.three_way()
    row = space.shown(agreed)
    asked = space.question(agreed)
    browser = space.browser()
    addresses = ["/contact/", f"/contact/engagements/{agreed.pk}/", f"/contact/summaries/{row.pk}/", "/contact/portfolio/"]
    addresses += [f"/contact/agreements/{agreed.agreements.get().pk}/", f"/contact/engagements/{agreed.pk}/ask/"]
    assert {browser.get(address).status_code for address in addresses} == {200}

    left(space)

    assert {browser.get(address).status_code for address in addresses} == {404}
    assert browser.post(f"/contact/engagements/{agreed.pk}/ask/", {}).status_code == 404
    asked.refresh_from_db()
    assert asked.state == "ended"
    assert browser.get("/").status_code == 200


def test_leaving_ends_every_consent_of_every_client_and_shreds_the_copies_in_one_transaction(space, django_capture_on_commit_callbacks):
    rows = [space.shown(space.hidden(client)) for client in (space.anais, space.karim)]
    listed = space.given(space.hidden(), "sponsor.listing")
    marc = space.contact("Marc Ondel")
    his = space.given(space.hidden(), "sponsor.listing", marc)

    with django_capture_on_commit_callbacks(execute=True):
        left(space)

    assert {one.state for one in (*(row.consent for row in rows), listed)} == {"ended"}
    assert his.state == "given"
    for row in rows:
        key = DataKey.objects.get(series=row.series)
        assert not key.grants.exists()
        assert Half.objects.get(pk=key.pk).half is None


def test_links_to_join_and_to_sign_are_dead_and_no_letter_follows(space, cast):
    paul = clients.add_contact(
        sponsor=space.horizon, name="Paul Rey", address="paul@horizon.example", role="hr", language="fr", by=cast.camille
    )
    clients.invite(invited=paul, by=cast.camille)
    engagement = space.hidden()
    three = sent(engagement, kind="three_way", contacts=(paul,))
    sign_next(three)
    tokens = {}
    for link in Link.objects.filter(about__in=[paul.pk, three.signatories.get(role="sponsor").pk]):
        tokens[link.kind] = links.new_token()
        Link.objects.filter(pk=link.pk).update(token=links.digest(tokens[link.kind]))
    browser = signed_in(space.anais.person)
    assert browser.get(f"/sign/{tokens['sign']}/").status_code == 200

    contacts.leave(contact=paul, by=cast.camille)

    assert browser.get(f"/sign/{tokens['sign']}/").status_code == 404
    assert browser.get(f"/link/{tokens['join']}/").status_code == 404
    three.refresh_from_db()
    assert three.state == "cancelled"
    assert refused(clients.invite, invited=SponsorContact.objects.get(pk=paul.pk), by=cast.camille) == "cannot_be_invited"


def test_who_has_left_and_signed_hears_nothing_of_the_agreement_any_more(space, cast):
    agreed = space.three_way()
    left(space)
    three = agreed.agreements.get()

    def letters() -> int:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from procrastinate_jobs where args->>'person' = %s", [str(space.helene.person_id)])
            return int(cursor.fetchone()[0])

    before = letters()
    terminate_agreement(agreement=three, by=space.camille)

    assert letters() == before


def test_a_contact_elsewhere_stays_one_there(space, cast):
    other = clients.add_sponsor(coach=cast.camille, name="Boréal", domain="", by=cast.camille)
    there = clients.add_contact(
        sponsor=other, name="Hélène Vasseur", address=space.helene.address, role="hr", language="fr", by=cast.camille
    )
    clients.join(invited=there, person=space.helene.person, by=space.helene.person)
    elsewhere = cast.engagement(cast.karim)
    elsewhere.sponsor = other
    elsewhere.save(update_fields=["sponsor"])
    in_force(elsewhere)
    space.given(elsewhere, "sponsor.listing", there)
    agreed = space.three_way()
    browser = space.browser()

    left(space)

    page = browser.get("/contact/").content.decode()
    assert "Karim Benali" in page
    assert "Anaïs" not in page
    assert browser.get(f"/contact/engagements/{elsewhere.pk}/").status_code == 200
    assert browser.get(f"/contact/engagements/{agreed.pk}/").status_code == 404


def test_what_was_asked_before_cannot_be_given_to_somebody_who_has_left(space):
    question = space.asked(space.hidden(), "sponsor.listing")
    left(space)

    assert refused(consents.give, consent=question, data=frozenset(), until=None, evidence={}, vault=vault_of(space.karim), by=space.karim)
    assert question.state == "ended"


def test_nobody_leaves_twice(space):
    left(space)

    assert refused(contacts.leave, contact=space.helene, by=space.camille) == "has_left"
    assert not InformationRequest.objects.exists()


def test_a_contact_of_another_organisation_sees_nothing_of_this_one(space, cast):
    space.three_way()
    other = clients.add_sponsor(coach=cast.camille, name="Boréal", domain="", by=cast.camille)
    user, _vault = person("Nadia Ferrat")
    nadia = clients.add_contact(sponsor=other, name="Nadia Ferrat", address=user.address, role="hr", language="fr", by=cast.camille)
    clients.join(invited=nadia, person=user, by=user)

    assert "Anaïs" not in signed_in(user).get("/contact/").content.decode()


def test_no_consent_outlives_an_engagement_even_where_an_agreement_still_lists_it(space):
    engagement = space.hidden()
    consent = space.given(engagement, "sponsor.listing")
    in_force(engagement, kind="three_way", contacts=(space.helene,))
    assert consent.state == "given"

    end_engagement(engagement=engagement, by=space.camille)

    assert [event.kind for event in consent.events.all()] == ["requested", "given", "ended"]
    page = space.browser().get("/contact/").content.decode()
    assert "Karim Benali" in page
    assert "Terminé" in page
