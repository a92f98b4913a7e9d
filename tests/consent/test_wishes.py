"""A client says what they would like a contact to know: the coach writes it or declines, and no contact ever learns of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from consent import states
from consent.actions import wishes as actions
from consent.models import Agreement, Proposal, Summary, Wish
from consent.standing import Changed
from tests.cast import Cast, signed_in
from tests.consent.agreements import in_force
from tests.consent.stages import Stage
from tests.consent.test_summaries import Story, refused
from vault import ledger
from vault.models import DataKey, LedgerEntry

WORDS = "Dites à Hélène que je prendrais volontiers l’astreinte de mai."


@pytest.fixture
def stage(cast: Cast) -> Stage:
    """Hélène is known to Anaïs by a text that was proposed."""
    stage = Stage(cast)
    stage.proposed()
    return stage


def wished(stage: Stage, contact="helene", text: str = WORDS) -> Wish:
    """What Anaïs asked for."""
    named = getattr(stage, contact) if contact else None
    return actions.make_wish(engagement=stage.story.engagement, contact=named, text=text, vault=stage.vault("Anais Lefort"), by=stage.anais)


def opened(stage: Stage, wish: Wish, name: str = "Camille Aubry") -> str:
    return stage.vault(name).open(wish.body, wish.place())


def test_the_wish_is_sealed_for_the_two_of_them(stage):
    wish = wished(stage)

    assert opened(stage, wish) == opened(stage, wish, "Anais Lefort") == WORDS
    with connection.cursor() as cursor:
        cursor.execute("select body from consent_wish")
        assert b"astreinte" not in bytes(cursor.fetchone()[0])


def test_the_coach_begins_a_summary_with_exactly_the_client_s_words(stage):
    wish = wished(stage)

    summary = actions.take_wish(wish=wish, vault=stage.vault("Camille Aubry"), by=stage.camille)

    wish.refresh_from_db()
    assert (wish.state, wish.summary, summary.contact) == ("taken", summary, stage.helene)
    assert stage.vault("Camille Aubry").open(summary.body, summary.place()) == WORDS
    assert not summary.proposals.exists()
    assert DataKey.objects.filter(kind="copy").count() == 0


def test_the_coach_declines_with_a_sentence_that_the_client_reads(stage):
    wish = wished(stage)
    signed_in(stage.camille.person).post(reverse("coach_wish_decline", args=[wish.pk]), {"sentence": "Dites-le-lui vous-même."})

    page = signed_in(stage.anais.person).get(reverse("client_wish", args=[wish.pk])).content.decode()

    assert "Dites-le-lui vous-même." in page
    wish.refresh_from_db()
    assert wish.state == "declined"


def test_declining_without_a_sentence_is_said_and_declines_nothing(stage):
    wish = wished(stage)

    answer = signed_in(stage.camille.person).post(reverse("coach_wish_decline", args=[wish.pk]), {"sentence": " "})

    assert answer.status_code == 422
    assert "Veuillez écrire une phrase" in answer.content.decode()
    refused("empty", actions.decline_wish, wish=wish, sentence=" ", vault=stage.vault("Camille Aubry"), by=stage.camille)


def test_no_contact_ever_sees_one(stage):
    stage.disclosed()
    wish = wished(stage)
    actions.decline_wish(wish=wish, sentence="Plus tard.", vault=stage.vault("Camille Aubry"), by=stage.camille)
    helene = signed_in(stage.cast.helene.person)

    for address in ("/contact/", reverse("contact_summary", args=[stage.disclosure.pk])):
        page = helene.get(address).content.decode()
        assert "astreinte" not in page
        assert "Plus tard." not in page
    for name in ("client_wish", "coach_wish"):
        assert helene.get(reverse(name, args=[wish.pk])).status_code == 404
    assert not hasattr(Wish.objects, "for_sponsor")


@pytest.mark.parametrize("name", ["karim", "bruno", "dominique"])
def test_nobody_else_finds_or_answers_one(stage, name):
    wish = wished(stage)
    person = getattr(stage.cast, name)
    browser = signed_in(getattr(person, "person", person))

    for address in ("client_wish", "coach_wish"):
        assert browser.get(reverse(address, args=[wish.pk])).status_code == 404
    for address in ("client_wish_take_back", "coach_wish_write", "coach_wish_decline"):
        assert browser.post(reverse(address, args=[wish.pk]), {"sentence": "Non."}).status_code == 404
    wish.refresh_from_db()
    assert wish.state == "asked"


def test_under_wording_b_none_is_offered_and_a_forged_one_is_refused(cast):
    story = Story(cast, wording="B")
    browser = signed_in(cast.anais.person)
    address = reverse("wish_new", args=[story.engagement.pk])

    home = browser.get("/client/").content.decode()

    assert address not in home
    assert browser.get(address).status_code == 404
    assert browser.post(address, {"contact": "other", "text": WORDS}).status_code == 404
    facts = {"engagement": story.engagement, "contact": None, "text": WORDS, "vault": story.vault("Anais Lefort"), "by": story.anais}
    refused("wording_b", actions.make_wish, **facts)
    assert Wish.objects.count() == 0


def test_what_was_asked_before_wording_b_can_be_declined_and_not_written(stage):
    wish = wished(stage)
    in_force(stage.story.engagement, wording="B")
    browser = signed_in(stage.camille.person)

    page = browser.get(reverse("coach_wish", args=[wish.pk])).content.decode()
    browser.post(reverse("coach_wish_write", args=[wish.pk]))

    wish.refresh_from_db()
    assert wish.state == "asked"
    assert "garde tout entre vous" in page
    assert "Commencer une synthèse" not in page
    actions.decline_wish(wish=wish, sentence="L’accord ne le permet plus.", vault=stage.vault("Camille Aubry"), by=stage.camille)


def test_without_an_agreement_in_force_none_is_made(stage):
    Agreement.objects.update(state="superseded", closed_at=timezone.now())

    refused("no_agreement", wished, stage)


def test_a_contact_whom_the_client_does_not_know_is_not_shown_and_cannot_be_chosen(stage):
    marc = stage.marc  # at Horizon for other clients, for all she knows
    browser = signed_in(stage.anais.person)
    address = reverse("wish_new", args=[stage.story.engagement.pk])

    page = browser.get(address).content.decode()
    answer = browser.post(address, {"contact": str(marc.pk), "text": WORDS})

    assert "Hélène Vasseur" in page
    assert "Marc Ondel" not in page
    assert answer.status_code == 422
    assert WORDS in answer.content.decode(), "nothing typed is lost"
    refused("contact_of_another", wished, stage, "marc")


def test_somebody_whom_only_the_text_names_is_found_by_the_coach(stage):
    wish = wished(stage, None, "Dites à mon manager que je pars en mai.")
    browser = signed_in(stage.camille.person)
    marc = stage.marc

    browser.post(reverse("coach_wish_write", args=[wish.pk]))
    assert not Summary.objects.filter(contact=marc).exists(), "nobody was chosen"
    browser.post(reverse("coach_wish_write", args=[wish.pk]), {"contact": str(marc.pk)})

    wish.refresh_from_db()
    assert (wish.state, wish.summary.contact) == ("taken", marc)


def test_a_wish_for_one_contact_is_not_written_for_another(stage):
    wish, marc = wished(stage), stage.marc

    refused("another_contact", actions.take_wish, wish=wish, contact=marc, vault=stage.vault("Camille Aubry"), by=stage.camille)


def test_one_waits_for_each_contact_at_a_time(stage):
    wish = wished(stage)
    browser = signed_in(stage.anais.person)

    refused("waits", wished, stage)
    answer = browser.post(reverse("wish_new", args=[stage.story.engagement.pk]), {"contact": str(stage.helene.pk), "text": "Encore ceci."})
    assert answer.status_code == 422
    assert "attend encore" in answer.content.decode()
    assert "Encore ceci." in answer.content.decode()
    wished(stage, None)
    refused("waits", wished, stage, None)
    actions.take_back_wish(wish=wish, by=stage.anais)
    assert wished(stage).state == "asked"


EVENTS = {
    "take": lambda stage, wish: actions.take_wish(wish=wish, vault=stage.vault("Camille Aubry"), by=stage.camille),
    "decline": lambda stage, wish: actions.decline_wish(wish=wish, sentence="Non.", vault=stage.vault("Camille Aubry"), by=stage.camille),
    "take_back": lambda stage, wish: actions.take_back_wish(wish=wish, by=stage.anais),
}


@pytest.mark.parametrize("first", EVENTS)
@pytest.mark.parametrize("second", EVENTS)
def test_what_was_answered_is_answered(stage, first, second):
    wish = wished(stage)
    EVENTS[first](stage, wish)
    ended = Wish.objects.get(pk=wish.pk).state

    with pytest.raises(Changed):
        EVENTS[second](stage, wish)
    assert Wish.objects.get(pk=wish.pk).state == ended
    assert {step.event for step in states.WISH} == EVENTS.keys()


@pytest.mark.parametrize(
    "lie",
    [
        {"state": "taken"},
        {"state": "declined"},
        {"state": "taken_back"},
        {"answered_at": timezone.now()},
        {"state": "taken", "answered_at": timezone.now()},
    ],
)
def test_the_database_takes_no_half_answer(stage, lie):
    wish = wished(stage)

    with pytest.raises(IntegrityError), transaction.atomic():
        Wish.objects.filter(pk=wish.pk).update(**lie)


def test_the_pages_of_both_lead_to_it_and_the_log_tells_of_it(stage):
    wish = wished(stage)
    camille, anais = signed_in(stage.camille.person), signed_in(stage.anais.person)
    address = reverse("coach_wish", args=[wish.pk])

    assert address in camille.get("/coach/").content.decode()
    assert address in camille.get(reverse("engagement_page", args=[stage.story.engagement.pk])).content.decode()
    assert reverse("client_wish", args=[wish.pk]) in anais.get("/client/").content.decode()
    assert (
        "Demande qu’un contact sache quelque chose" in anais.get(reverse("client_log", args=[stage.story.engagement.pk])).content.decode()
    )
    camille.post(reverse("coach_wish_write", args=[wish.pk]))
    assert address not in camille.get("/coach/").content.decode()
    summary = Summary.objects.get(wishes=wish)
    assert "né des mots de votre client" in camille.get(reverse("summary_page", args=[summary.pk])).content.decode()
    assert [row.event for row in LedgerEntry.objects.filter(kind="wish").order_by("position")] == ["wish.made", "wish.taken"]
    assert not list(ledger.verify_chain(stage.camille.practice_id))


def test_a_wish_says_something_and_comes_from_the_client_of_the_engagement(stage):
    refused("empty", wished, stage, "helene", "  \n")
    facts = {"contact": None, "text": WORDS, "vault": stage.vault("Anais Lefort")}
    refused("other_parties", actions.make_wish, engagement=stage.story.engagement, by=stage.cast.karim, **facts)


def test_a_wish_leads_to_nothing_without_the_client_s_yes_to_the_very_text(stage):
    wish = wished(stage)
    summary = actions.take_wish(wish=wish, vault=stage.vault("Camille Aubry"), by=stage.camille)

    assert not Proposal.objects.filter(summary=summary).exists()
    assert "Anaïs" not in signed_in(stage.cast.helene.person).get("/contact/").content.decode()


def test_an_engagement_that_is_over_takes_no_wish(stage):
    stage.story.engagement.ended_at = timezone.now() - timedelta(days=1)
    stage.story.engagement.save(update_fields=["ended_at"])

    refused("engagement_over", wished, stage)


def test_a_contact_who_left_is_not_wished_for(stage):
    type(stage.helene).objects.update(left_at=timezone.now())

    refused("contact_of_another", wished, stage)
