"""A contact's question goes to the client. Whatever becomes of it, its contact sees it passed on, and closed after its day, unless a text is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.act import Refused
from clients.models import Engagement
from consent import listing, states
from consent.actions import consents, summaries
from consent.actions import requests as actions
from consent.models import Disclosure, InformationRequest
from tests.cast import signed_in
from tests.consent.agreements import in_force
from tests.consent.readings import read
from tests.consent.space import Space, plain
from tests.house.world import vault_of


@pytest.fixture
def space(cast) -> Space:
    return Space(cast)


@pytest.fixture
def engagement(space) -> Engagement:
    """One that Hélène sees by a three-way agreement, whatever becomes of a text."""
    return space.three_way()


def refused(call: Callable[..., Any], *args: Any, **facts: Any) -> str:
    with pytest.raises(Refused) as no:
        call(*args, **facts)
    return no.value.code


def nothing(space: Space, asked: InformationRequest) -> None:
    """The client never answers."""


def refuse(space: Space, asked: InformationRequest) -> None:
    actions.refuse_request(request=asked, by=space.anais)


def decline(space: Space, asked: InformationRequest) -> None:
    actions.decline_request(request=asked, by=space.camille)


def refuse_the_text(space: Space, asked: InformationRequest) -> None:
    actions.want_text(request=asked, by=space.anais)
    summaries.refuse(proposal=space.proposed(asked.engagement, asked), by=space.anais)


def leave_the_text(space: Space, asked: InformationRequest) -> None:
    actions.want_text(request=asked, by=space.anais)
    proposal = space.proposed(asked.engagement, asked)
    consents.expire(by=None, at=None)
    proposal.__class__.objects.filter(pk=proposal.pk).update(lapses_at=timezone.now())


def withdraw_the_text(space: Space, asked: InformationRequest) -> None:
    consents.withdraw(consent=space.shown(asked.engagement, asked).consent, by=space.anais)


def replace_the_text(space: Space, asked: InformationRequest) -> None:
    """A second version takes its place, and is refused."""
    row = space.shown(asked.engagement, asked)
    summary = row.consent.proposal.summary
    vault = vault_of(space.camille)
    again = summaries.write_summary(summary=summary, text="Autre", expected=summary.version, vault=vault, by=space.camille)
    reading = read("Autre", asked.engagement, vault)
    proposal = summaries.propose(summary=again, text="Autre", reading=reading, vault=vault, by=space.camille)
    summaries.refuse(proposal=proposal, by=space.anais)
    consents.withdraw(consent=row.consent, by=space.anais)


OUTCOMES = [nothing, refuse, decline, refuse_the_text, leave_the_text, withdraw_the_text, replace_the_text]


def letters_to(space: Space) -> int:
    """How many letters wait for Hélène."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where args->>'person' = %s", [str(space.helene.person_id)])
        return int(cursor.fetchone()[0])


def seen(space: Space, asked: InformationRequest) -> list[tuple]:
    browser = space.browser()
    addresses = ("/contact/", f"/contact/engagements/{asked.engagement_id}/", f"/contact/engagements/{asked.engagement_id}/ask/")
    return [plain(browser.get(address)) for address in addresses]


def after(space: Space, asked: InformationRequest, outcome: Callable[..., None]) -> tuple[list[tuple], list[tuple], int]:
    """What Hélène sees before and after the last day, and her letters, where this came of it. Nothing of it stays."""
    with transaction.atomic():
        outcome(space, InformationRequest.objects.select_related("engagement__client").get(pk=asked.pk))
        before, letters = seen(space, asked), letters_to(space)
        InformationRequest.objects.filter(pk=asked.pk).update(deadline_date=timezone.localdate() - timedelta(days=1))
        later = seen(space, asked)
        transaction.set_rollback(True)
    return before, later, letters


def test_refused_unanswered_declined_lapsed_withdrawn_and_replaced_are_one_to_the_last_byte_and_letter(space, engagement):
    asked = space.question(engagement)
    space.browser()

    silence, closed, letters = after(space, asked, nothing)
    others = {outcome.__name__: after(space, asked, outcome) for outcome in OUTCOMES[1:]}

    assert "Transmise" in silence[0][1].decode()
    assert "Close" in closed[0][1].decode()
    assert letters == 0
    for name, (before, later, told) in others.items():
        assert before == silence, name
        assert later == closed, name
        assert told == 0, name


def test_the_last_day_closes_it_at_its_end_and_never_earlier(space, engagement):
    asked = space.question(engagement, days=7)
    last = timezone.make_aware(timezone.datetime.combine(asked.deadline_date, timezone.datetime.max.time()))

    assert not asked.is_over(last)
    assert asked.is_over(last + timedelta(seconds=1))


def test_what_its_contact_sees_is_made_of_the_day_and_of_a_text_that_is_open_to_them_and_of_nothing_else():
    assert listing.shown_state(deadline_over=False, has_text=False) == "passed_on"
    assert listing.shown_state(deadline_over=True, has_text=False) == "closed"
    assert listing.shown_state(deadline_over=False, has_text=True) == listing.shown_state(deadline_over=True, has_text=True) == "text"
    assert {step.target for step in states.REQUEST_SEEN} == {"passed_on", "text", "closed"}


def test_an_authorised_text_answers_it_and_is_told_as_every_text_is(space, engagement):
    asked = space.question(engagement)
    row = space.shown(engagement, asked)

    page = space.browser().get(f"/contact/engagements/{engagement.pk}/").content.decode()

    assert f"/contact/summaries/{row.pk}/" in page
    assert "Lire le texte" in page
    assert "Transmise" not in page


def test_a_text_held_for_its_minute_is_no_answer_yet(space, engagement):
    asked = space.question(engagement)
    row = space.shown(engagement, asked)
    Disclosure.objects.filter(pk=row.pk).update(opens_at=timezone.now() + timedelta(seconds=50))

    assert "Transmise" in space.browser().get("/contact/").content.decode()


def test_a_text_about_something_else_answers_nothing(space, engagement):
    space.question(engagement)
    space.shown(engagement)

    assert "Transmise" in space.browser().get("/contact/").content.decode()


def test_client_and_coach_are_written_to_and_read_the_question_word_for_word(space, engagement, cast):
    asked = space.question(engagement)

    client = signed_in(space.anais.person).get(f"/client/requests/{asked.pk}/").content.decode()
    coach = signed_in(space.camille.person).get(f"/coach/engagements/{engagement.pk}/").content.decode()

    for page in (client, coach):
        assert "Où en est-elle" in page
        assert "Point annuel" in page
    with connection.cursor() as cursor:
        cursor.execute("select args->>'letter' from procrastinate_jobs where args->>'person' = %s", [str(space.anais.person_id)])
        assert cursor.fetchall()[-1] == ("something_new",)


def test_on_the_pages_the_client_asks_for_a_text_then_changes_their_mind(space, engagement):
    asked = space.question(engagement)
    browser = signed_in(space.anais.person)

    assert browser.post(f"/client/requests/{asked.pk}/write/").status_code == 302
    asked.refresh_from_db()
    assert asked.state == "wanted"
    browser.post(f"/client/requests/{asked.pk}/refuse/")
    asked.refresh_from_db()
    assert asked.state == "refused"
    assert "ne saura pas si vous avez refusé" in browser.get(f"/client/requests/{asked.pk}/").content.decode()


def test_the_coach_writes_from_the_question_for_whoever_asked_and_for_nobody_else(space, engagement):
    marc = space.contact("Marc Ondel")
    asked = space.question(engagement)
    browser = signed_in(space.camille.person)
    address = f"/coach/engagements/{engagement.pk}/summaries/new/?request={asked.pk}"

    page = browser.get(address).content.decode()
    assert "Hélène Vasseur" in page
    assert "Marc Ondel" not in page
    forged = browser.post(address, {"contact": str(marc.pk)})
    assert forged.status_code == 200
    assert not engagement.summaries.exists()
    browser.post(address, {"contact": str(space.helene.pk)})
    assert engagement.summaries.get().answers_id == asked.pk


@pytest.mark.parametrize("asked", ["not-an-id", "dc2d3b11-adbc-4724-afaa-5d2c98368fd0"])
def test_a_question_that_is_none_or_another_s_is_not_found_when_a_text_is_begun(space, engagement, asked):
    browser = signed_in(space.camille.person)

    assert browser.get(f"/coach/engagements/{engagement.pk}/summaries/new/?request={asked}").status_code == 404


def test_a_question_about_another_engagement_cannot_be_answered_here(space, engagement):
    other = space.hidden()
    space.given(other, "sponsor.listing")
    asked = space.question(other)
    vault = vault_of(space.camille)

    no = refused(
        summaries.start_summary, engagement=engagement, contact=space.helene, text="", answers=asked, vault=vault, by=space.camille
    )

    assert no == "question_of_another"


def test_one_question_at_a_time_and_fourteen_days_after_its_last_day_before_the_next(space, engagement):
    now = timezone.now()
    asked = space.question(engagement, days=7)
    refuse(space, asked)

    last = timezone.localdate(now) + timedelta(days=7)
    assert refused(space.question, engagement) == "asked_already"
    assert refused(space.question, engagement, at=now + timedelta(days=7)) == "asked_already"
    assert refused(space.question, engagement, at=now + timedelta(days=8)) == "too_soon"
    assert refused(space.question, engagement, at=now + timedelta(days=20)) == "too_soon"
    assert last == asked.deadline_date
    InformationRequest.objects.update(deadline_date=timezone.localdate() - timedelta(days=14))
    assert space.question(engagement).pk != asked.pk


def test_it_counts_for_each_contact_and_engagement_by_itself(space, engagement):
    space.question(engagement)
    other = space.hidden()
    space.given(other, "sponsor.listing")

    assert space.question(other)


@pytest.mark.parametrize("days", [6, 61, -1])
def test_its_last_day_lies_between_seven_and_sixty_days(space, engagement, days):
    assert refused(space.question, engagement, days=days) == "another_day"


@pytest.mark.parametrize(("days", "status"), [(6, 422), (7, 302), (60, 302), (61, 422)])
def test_on_the_page_a_wrong_day_gets_a_sentence_and_loses_nothing(space, engagement, days, status):
    day = timezone.localdate() + timedelta(days=days)
    answer = space.browser().post(
        f"/contact/engagements/{engagement.pk}/ask/", {"question": "Où en est-elle ?", "purpose": "Bilan", "deadline": day.isoformat()}
    )

    assert answer.status_code == status
    assert (status == 302) == InformationRequest.objects.exists()
    if status == 422:
        assert "Où en est-elle" in answer.content.decode()
        assert "entre sept et soixante jours" in answer.content.decode()


def test_under_wording_b_there_is_no_button_and_a_forged_question_finds_nothing(space, engagement):
    in_force(engagement, wording="B")
    body = {"question": "?", "purpose": "?", "deadline": (timezone.localdate() + timedelta(days=20)).isoformat()}

    assert space.browser().post(f"/contact/engagements/{engagement.pk}/ask/", body).status_code == 404
    assert refused(space.question, engagement) == "not_seen"
    assert not InformationRequest.objects.exists()


def test_about_a_hidden_engagement_nothing_can_be_asked(space):
    hidden = space.hidden()

    assert refused(space.question, hidden) == "not_seen"


def test_about_one_that_is_over_nothing_can_be_asked(space, engagement):
    Engagement.objects.filter(pk=engagement.pk).update(ended_at=timezone.now())

    assert refused(space.question, engagement) == "engagement_over"
    assert "Demander une information" not in space.browser().get(f"/contact/engagements/{engagement.pk}/").content.decode()


def test_that_the_agreement_lets_no_text_go_does_not_show_in_whether_one_may_ask(space):
    engagement = space.cast.engagement(space.karim)
    in_force(engagement, options=frozenset({"no_summary"}))
    space.given(engagement, "sponsor.listing")

    assert "Demander une information" in space.browser().get(f"/contact/engagements/{engagement.pk}/").content.decode()
    assert space.question(engagement)


def test_once_the_listing_is_withdrawn_the_question_stays_without_a_name(space):
    engagement = space.hidden()
    consent = space.given(engagement, "sponsor.listing")
    space.question(engagement)
    assert "Karim Benali" in space.browser().get("/contact/").content.decode()

    consents.withdraw(consent=consent, by=space.karim)

    page = space.browser().get("/contact/").content.decode()
    assert "Où en est-elle" in page
    assert "Karim Benali" not in page


def test_after_its_last_day_nobody_answers_it(space, engagement):
    asked = space.question(engagement)
    InformationRequest.objects.update(deadline_date=timezone.localdate() - timedelta(days=1))

    for act, by in ((actions.want_text, space.anais), (actions.refuse_request, space.anais), (actions.decline_request, space.camille)):
        assert refused(act, request=asked, by=by) == "request_passed_on"


def test_what_was_declined_is_not_taken_up_again(space, engagement):
    asked = space.question(engagement)
    decline(space, asked)

    assert refused(actions.want_text, request=asked, by=space.anais) == "request_declined"


def test_another_client_another_coach_and_another_contact_find_no_question(space, engagement, cast):
    marc = space.contact("Marc Ondel")
    asked = space.question(engagement)

    assert signed_in(space.karim.person).get(f"/client/requests/{asked.pk}/").status_code == 404
    assert signed_in(space.karim.person).post(f"/client/requests/{asked.pk}/refuse/").status_code == 404
    assert signed_in(cast.bruno.person).post(f"/coach/requests/{asked.pk}/decline/").status_code == 404
    assert "Où en est-elle" not in space.browser(marc).get(f"/contact/engagements/{engagement.pk}/").content.decode()
    assert "Où en est-elle" not in space.browser(marc).get("/contact/").content.decode()


def test_the_words_of_a_question_stand_encrypted(space, engagement):
    space.question(engagement)

    with connection.cursor() as cursor:
        cursor.execute("select t::text from consent_informationrequest t")
        assert "Où en est" not in cursor.fetchone()[0]


def test_an_answer_without_its_moment_is_refused_by_the_database(space, engagement):
    space.question(engagement)

    with pytest.raises(IntegrityError), transaction.atomic():
        InformationRequest.objects.update(state="refused")
