"""A contact sees an engagement while something opens it to them, and nothing tells that there is another."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.act import Refused
from clients.models import Engagement, SponsorContact
from consent import listing
from consent.actions import consents, looks
from consent.models import Consent, ConsentEvent, Disclosure
from sessions import actions as sessions
from tests.consent.agreements import in_force, sent, sign_next
from tests.consent.space import DATES, NUMBER, Space, plain
from vault.models import LedgerEntry


@pytest.fixture
def space(cast) -> Space:
    return Space(cast)


def why(space: Space, contact: SponsorContact | None = None) -> dict[str, str]:
    found = listing.engagements_for([contact or space.helene], timezone.now())
    return {one.engagement.client.name: one.why for one in found}


def page(space: Space, engagement: Engagement, contact: SponsorContact | None = None) -> tuple[int, str]:
    answer = space.browser(contact).get(f"/contact/engagements/{engagement.pk}/")
    return answer.status_code, answer.content.decode()


def test_a_confidentiality_agreement_alone_shows_nothing_in_either_wording(space):
    space.hidden(space.anais, wording="A")
    space.hidden(space.karim, wording="B")

    assert why(space) == {}


def test_a_three_way_agreement_a_consent_to_be_listed_and_an_open_text_each_show_an_engagement(space):
    space.three_way(space.anais)
    listed = space.hidden(space.karim)
    space.given(listed, "sponsor.listing")
    text = space.hidden(space.anais)
    space.shown(text)

    found = listing.engagements_for([space.helene], timezone.now())

    assert sorted((one.engagement.client.name, one.why) for one in found) == [
        ("Anaïs Lefort", "agreement"),
        ("Anaïs Lefort", "text"),
        ("Karim Benali", "consent"),
    ]


def test_each_appears_for_as_long_as_one_of_them_holds(space):
    engagement = space.hidden()
    listed = space.given(engagement, "sponsor.listing")
    text = space.shown(engagement)
    assert why(space) == {"Karim Benali": "consent"}

    consents.withdraw(consent=listed, by=space.karim)
    assert why(space) == {"Karim Benali": "text"}

    consents.withdraw(consent=text.consent, by=space.karim)
    assert why(space) == {}


def test_a_consent_that_is_asked_refused_or_for_attendance_alone_lists_nothing(space):
    engagement = space.hidden()
    question = space.asked(engagement, "sponsor.listing")
    space.given(engagement, "sponsor.attendance", data=DATES)
    assert why(space) == {}

    consents.refuse(consent=question, by=space.karim)
    assert why(space) == {}


def test_a_text_that_nobody_may_read_yet_shows_no_engagement(space):
    row = space.shown(space.hidden())
    Disclosure.objects.filter(pk=row.pk).update(opens_at=timezone.now() + timedelta(seconds=50))

    assert why(space) == {}


def test_a_consent_to_be_listed_is_for_one_contact_and_a_three_way_agreement_for_all_of_the_organisation(space):
    marc = space.contact("Marc Ondel")
    space.given(space.hidden(), "sponsor.listing")
    space.three_way(space.anais)

    assert why(space, marc) == {"Anaïs Lefort": "agreement"}


def test_a_state_written_by_hand_lists_nothing_since_no_signature_holds(space):
    question = space.asked(space.hidden(), "sponsor.listing")
    Consent.objects.filter(pk=question.pk).update(given_at=timezone.now(), way="space", signature=b"0" * 64)
    ConsentEvent.objects.create(consent=question, number=2, kind="given", at=timezone.now())

    assert why(space) == {}


def test_wording_b_hides_what_was_listed_whatever_came_before(space):
    engagement = space.hidden()
    space.given(engagement, "sponsor.listing")

    in_force(engagement, kind="amendment", wording="B")

    assert why(space) == {}
    assert page(space, engagement)[0] == 404


def test_once_it_is_over_a_three_way_agreement_still_shows_it_and_a_consent_does_not(space):
    agreed, listed = space.three_way(space.anais), space.hidden()
    space.given(listed, "sponsor.listing")

    Engagement.objects.filter(pk__in=[agreed.pk, listed.pk]).update(ended_at=timezone.now())

    assert why(space) == {"Anaïs Lefort": "agreement"}


def looked(space: Space, address: str) -> tuple[tuple, list[str]]:
    """What comes, and the statements that were asked, without their ids."""
    browser = space.browser()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = browser.get(address)
    return plain(answer), [query["sql"].partition("WHERE")[0].partition("SAVEPOINT")[0] for query in asked.captured_queries]


@pytest.mark.parametrize("address", ["/contact/", "/contact/portfolio/"])
def test_a_page_is_the_same_for_zero_and_for_four_hidden_engagements_to_the_last_byte_and_statement(space, address):
    marc = space.contact("Marc Ondel", rights=["sign"])
    nothing, asked_then = looked(space, address)
    for client in (space.anais, space.karim, space.karim):
        engagement = space.hidden(client)
        space.session(engagement)
        space.asked(engagement, "sponsor.listing")
    in_b = space.three_way(space.anais, marc)
    in_force(in_b, wording="B")

    hidden, asked_now = looked(space, address)

    assert hidden == nothing
    assert asked_now == asked_then


@pytest.mark.parametrize("address", ["/contact/", "/contact/portfolio/"])
def test_a_text_that_nobody_may_read_yet_changes_neither_the_page_nor_what_is_asked(space, address):
    engagement = space.hidden()
    looked(space, address)
    before = looked(space, address)
    row = space.shown(engagement)
    Disclosure.objects.filter(pk=row.pk).update(opens_at=timezone.now() + timedelta(seconds=50))

    assert looked(space, address) == before


def test_beside_an_engagement_that_is_shown_hidden_ones_change_nothing_either(space):
    shown = space.three_way(space.anais)
    addresses = ("/contact/", "/contact/portfolio/", f"/contact/engagements/{shown.pk}/", f"/contact/engagements/{shown.pk}/ask/")
    before = [looked(space, address) for address in addresses]
    for _number in range(3):
        space.session(space.hidden())

    assert [looked(space, address) for address in addresses] == before


def test_as_many_statements_for_one_engagement_as_for_five(space):
    space.given(space.hidden(), "sponsor.listing")
    space.shown(space.hidden())
    looked(space, "/contact/")
    one = looked(space, "/contact/")[1]
    for _number in range(2):
        space.three_way(space.anais)
        engagement = space.hidden()
        space.given(engagement, "sponsor.listing")

    assert len(looked(space, "/contact/")[1]) == len(one)


def test_hidden_another_organisation_s_and_nobody_s_engagements_answer_alike(space, cast):
    hidden = space.hidden()
    foreign = cast.engagement(cast.anais, sponsor=False)
    browser = space.browser()

    answers = [plain(browser.get(f"/contact/engagements/{pk}/")) for pk in (hidden.pk, foreign.pk, uuid4())]
    asked = [plain(browser.get(f"/contact/engagements/{pk}/ask/")) for pk in (hidden.pk, foreign.pk, uuid4())]

    assert {answer[0] for answer in (*answers, *asked)} == {404}
    assert len({answer[1] for answer in answers}) == 1
    assert len({answer[1] for answer in asked}) == 1
    assert answers[0][2] == answers[1][2] == answers[2][2]


def test_a_guess_at_what_is_hidden_leaves_no_line_in_the_clients_log(space):
    hidden = space.hidden()

    space.browser().get(f"/contact/engagements/{hidden.pk}/")

    assert not LedgerEntry.objects.filter(subject=hidden.pk, by=space.helene.person_id).exists()


def test_each_look_is_written_down_with_the_consent_event_that_it_rests_on(space):
    engagement = space.hidden()
    consent = space.given(engagement, "sponsor.listing")

    page(space, engagement)

    row = LedgerEntry.objects.get(event="engagement.viewed")
    assert (row.subject, row.by, row.code) == (engagement.pk, space.helene.person_id, "consent")
    assert row.other == consent.events.get(kind="given").pk


def test_a_look_decides_again_whatever_the_page_found_before(space):
    engagement = space.hidden()
    consent = space.given(engagement, "sponsor.listing")
    found = listing.find([space.helene], engagement.pk, timezone.now())
    assert found is not None
    consents.withdraw(consent=consent, by=space.karim)

    with pytest.raises(Refused) as no:
        looks.look(engagement=found.engagement, by=space.helene)

    assert no.value.code == "not_seen"


def test_by_a_text_alone_neither_beginning_nor_state_is_told(space):
    engagement = space.hidden()
    space.shown(engagement)

    told = page(space, engagement)[1]

    assert "Karim Benali" in told
    assert "Ouvert le" not in told
    assert "depuis le" not in space.browser().get("/contact/").content.decode()


def test_neither_title_aim_nor_agenda_is_shown_to_a_contact(space):
    engagement = space.three_way()
    sessions.plan_session(
        engagement=engagement, starts_at=timezone.now(), minutes=60, place="office", agenda="Le comité de jeudi", by=space.camille
    )

    told = page(space, engagement)[1] + space.browser().get("/contact/").content.decode()

    for text in ("Prise de poste", "Déléguer sans perdre le fil", "comité de jeudi"):
        assert text not in told


def test_the_agreed_aims_are_shown_to_whoever_signed_them_and_to_nobody_else(space):
    marc = space.contact("Marc Ondel")
    engagement = space.three_way()

    assert "Prendre la parole" in page(space, engagement)[1]
    assert page(space, engagement, marc)[0] == 200
    assert "Prendre la parole" not in page(space, engagement, marc)[1]


def test_aims_that_were_not_signed_by_all_yet_are_not_agreed(space):
    engagement = space.hidden()
    space.given(engagement, "sponsor.listing")
    three = sent(engagement, kind="three_way", contacts=(space.helene,))
    sign_next(three)

    assert "Prendre la parole" not in page(space, engagement)[1]


def test_what_stays_confidential_is_cited_from_the_agreement_in_force_and_only_to_its_party(space):
    agreed = space.three_way()
    listed = space.hidden()
    space.given(listed, "sponsor.listing")

    assert "L’organisation ne lit que les textes autorisés un par un." in page(space, agreed)[1]
    assert "supervision" not in page(space, agreed)[1]
    assert "L’organisation ne lit que les textes" not in page(space, listed)[1]


# Attendance


def seen(space: Space, engagement: Engagement) -> listing.Sessions | None:
    one = listing.find([space.helene], engagement.pk, timezone.now())
    assert one is not None
    return listing.Seen([space.helene], timezone.now()).sessions(one)


def test_without_a_consent_and_without_an_agreed_minimum_no_session_is_shown(space):
    engagement = space.hidden()
    space.given(engagement, "sponsor.listing")
    space.session(engagement)

    assert seen(space, engagement) is None
    assert "Séances tenues" not in page(space, engagement)[1]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"dates"}, (1, None, None)),
        ({"number"}, (None, 1, None)),
        ({"hours"}, (None, None, 90)),
        ({"dates", "number", "hours"}, (1, 1, 90)),
    ],
)
def test_only_what_was_chosen_of_the_sessions_that_were_held_is_shown(space, data, expected):
    engagement = space.hidden()
    space.given(engagement, "sponsor.listing")
    space.given(engagement, "sponsor.attendance", data=frozenset(data))
    space.session(engagement)
    space.session(engagement, days_ago=-4, held=False)
    sessions.cancel_session(session=space.session(engagement, days_ago=1, held=False), by=space.camille)

    shown = seen(space, engagement)

    assert shown is not None
    assert (shown.dates and len(shown.dates), shown.number, shown.minutes) == expected


def test_attendance_is_gone_once_it_is_withdrawn_or_its_last_day_is_over(space):
    engagement = space.hidden()
    space.given(engagement, "sponsor.listing")
    consent = space.given(engagement, "sponsor.attendance", data=NUMBER)
    space.session(engagement)
    one = listing.find([space.helene], engagement.pk, timezone.now())

    assert listing.Seen([space.helene], timezone.now() + timedelta(days=91)).sessions(one) is None
    consents.withdraw(consent=consent, by=space.karim)
    assert seen(space, engagement) is None


def test_a_consent_for_another_contact_shows_this_one_nothing(space):
    marc = space.contact("Marc Ondel")
    engagement = space.three_way()
    space.given(engagement, "sponsor.attendance", marc, data=NUMBER)
    space.session(engagement)

    shown = seen(space, engagement)

    assert shown is not None
    assert (shown.number, shown.dates, shown.minutes) == (None, None, None)


def test_the_agreed_minimum_says_done_at_the_end_and_not_when_the_last_session_is_held(space):
    engagement = space.three_way()
    for number in range(6):
        space.session(engagement, days_ago=number + 1)
    shown = seen(space, engagement)
    assert shown == listing.Sessions(is_done=False)

    Engagement.objects.filter(pk=engagement.pk).update(ended_at=timezone.now())

    assert seen(space, engagement) == listing.Sessions(is_done=True)
    assert "Fournie" in page(space, engagement)[1]
    assert "Séances tenues" not in page(space, engagement)[1]


def test_ended_before_what_was_due_was_given_nothing_is_said_to_be_done(space):
    engagement = space.three_way()
    space.session(engagement)
    Engagement.objects.filter(pk=engagement.pk).update(ended_at=timezone.now())

    assert seen(space, engagement) == listing.Sessions(is_done=False)
    assert "Fournie" not in page(space, engagement)[1]


# Figures


def test_figures_count_only_engagements_that_are_seen_and_only_what_is_seen_of_each(space):
    agreed = space.three_way()
    space.hidden()
    listed = space.hidden()
    space.given(listed, "sponsor.listing")
    space.given(listed, "sponsor.attendance", data=NUMBER)
    space.session(listed)
    space.session(agreed)

    figures = listing.figures(listing.Seen([space.helene], timezone.now()))
    assert figures == listing.Figures(engagements=2, opened_this_year=2, ended=0, sessions=None)

    space.given(agreed, "sponsor.attendance", data=frozenset({"number", "hours"}))
    assert listing.figures(listing.Seen([space.helene], timezone.now())).sessions == 2


def test_a_beginning_that_is_not_told_one_by_one_is_in_no_sum(space):
    space.shown(space.hidden())

    figures = listing.figures(listing.Seen([space.helene], timezone.now()))

    assert figures == listing.Figures(engagements=1, opened_this_year=None, ended=None, sessions=None)


def test_figures_are_for_whoever_has_that_right(space):
    marc = space.contact("Marc Ondel")

    assert space.browser().get("/contact/portfolio/").status_code == 200
    assert space.browser(marc).get("/contact/portfolio/").status_code == 404
    assert "/contact/portfolio/" not in space.browser(marc).get("/contact/").content.decode()
