"""“Who sees what?” shows what would really open: it follows each change of a rule, an agreement, a consent, a key, whoever made it."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from clients import actions as clients
from clients import permissions
from clients.models import SponsorContact
from consent import policies
from consent.actions import consents, engagements
from consent.models import Agreement, Consent, Disclosure
from consent.purposes import ATTENDANCE, LISTING, PURPOSES
from consent.who_sees import Can, Reader, answers, general, stays_confidential
from tests.cast import signed_in
from tests.consent.agreements import in_force
from tests.consent.seen import answer, can, seen
from tests.consent.test_consents import Room
from tests.consent.test_summaries import Story
from tests.databases import as_owner
from vault import shredding
from vault.keyring import halves
from vault.models import DataKey, KeyGrant

HELENE, ANAIS, CAMILLE = "Hélène Vasseur", "Anaïs Lefort", "Camille Aubry"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def story(cast) -> Story:
    return Story(cast)


@pytest.fixture
def room(cast) -> Room:
    return Room(cast)


def until(days: int = 30):
    return timezone.localdate() + timedelta(days=days)


def open_now(disclosure: Disclosure) -> Disclosure:
    """The minute is over."""
    Disclosure.objects.filter(pk=disclosure.pk).update(opens_at=timezone.now() - timedelta(seconds=1))
    return disclosure


def plant(series, holder) -> KeyGrant:
    """A grant as somebody writes it into the database."""
    key = DataKey.objects.get(series=series)
    return KeyGrant.objects.create(key=key, holder=holder, giver=holder, wrapped=bytes(105), made_at=timezone.now())


# Keys


def test_notes_and_drafts_are_the_coachs_alone(story):
    table = seen(story.engagement)

    for code in ("notes", "drafts"):
        everybody = {column.name: can(table, code, column.name) for column in table.columns}
        assert [name for name, found in everybody.items() if found == Can.YES] == ["You"]
    assert answer(table, "notes", "coach").why == "Only your key opens this."


def test_a_grant_planted_in_the_database_shows_and_opens_nothing(story, cast):
    bruno = cast.bruno
    assert can(seen(story.engagement), "notes", "practice") == Can.NO

    planted = plant(story.engagement.notes_key, bruno.person_id)

    for reader in Reader:
        table = seen(story.engagement, reader)
        assert can(table, "notes", "practice") == Can.STRAY
        assert can(table, "notes", "coach") == Can.YES
        assert len(table.alarms) == 1
    page = signed_in(cast.camille.person).get(reverse("who_sees", args=[story.engagement.pk])).content.decode()
    assert "Une clé que personne n’a donnée" in page
    planted.delete()
    assert seen(story.engagement).alarms == ()


def test_a_grant_planted_for_whoever_runs_the_instance_shows_in_their_column(story, cast):
    plant(story.engagement.shared_key, cast.dominique.pk)

    assert can(seen(story.engagement), "proposals", "instance") == Can.STRAY
    assert can(seen(story.engagement), "notes", "instance") == Can.NO


def test_somebody_who_was_really_given_a_key_shows_though_no_rule_names_them(story, cast):
    bruno = cast.bruno
    cast.vault("Camille Aubry").grant(story.engagement.shared_key, to=bruno.person_id, at=timezone.now())

    table = seen(story.engagement, "client")

    assert can(table, "proposals", "practice") == Can.YES
    assert answer(table, "proposals", "client").why == "Your key opens this."


def test_a_key_given_to_somebody_without_a_column_is_told(story, cast):
    karim = cast.karim
    cast.vault("Camille Aubry").grant(story.engagement.shared_key, to=karim.person_id, at=timezone.now())

    assert seen(story.engagement).alarms == ("Somebody who has no place on this page holds a key to this engagement.",)


def test_a_grant_taken_out_of_the_database_is_missed(story):
    story.proposal()
    assert can(seen(story.engagement), "proposals", ANAIS) == Can.YES

    KeyGrant.objects.filter(holder=story.anais.person_id).delete()

    assert can(seen(story.engagement), "proposals", ANAIS) == Can.NO
    assert can(seen(story.engagement, "client"), "summary", "client") == Can.NO


def test_a_destroyed_key_opens_for_nobody(story):
    shredding.shred([story.engagement.notes_key], timezone.now())

    found = answer(seen(story.engagement), "notes", "coach")

    assert (found.can, found.why) == (Can.NO, "The key is destroyed: nobody reads this any more.")


# Texts


def test_a_text_waits_then_opens_at_its_minute_then_until_its_day_and_closes_with_its_consent(story):
    proposal = story.proposal()
    waiting = answer(seen(story.engagement), "summary", HELENE)
    assert (waiting.can, "without an answer it stays a no" in waiting.why) == (Can.NO, True)

    disclosure = story.approved(proposal)
    held = answer(seen(story.engagement), "summary", HELENE)
    assert held.can == Can.LATER
    assert held.says.startswith("From ")

    open_now(disclosure)
    shown = answer(seen(story.engagement, "client"), "summary", HELENE)
    assert shown.can == Can.YES
    assert shown.why.startswith("You authorised it on ")
    assert shown.says.startswith("Until ")

    consents.withdraw(consent=disclosure.consent, by=story.anais)
    gone = answer(seen(story.engagement, "client"), "summary", HELENE)
    assert gone.can == Can.NO
    assert gone.why.startswith("You withdrew it on ")


def test_after_its_last_day_a_text_is_shown_no_more_without_any_job(story):
    open_now(story.approved())

    found = answer(seen(story.engagement, at=timezone.now() + timedelta(days=40)), "summary", HELENE)

    assert (found.can, "ended" in found.why) == (Can.NO, True)


def test_a_copy_whose_key_is_gone_is_not_read_whatever_the_rows_say(story):
    disclosure = open_now(story.approved())
    key = DataKey.objects.get(series=disclosure.series)

    halves.destroy([key.pk], timezone.now())

    found = answer(seen(story.engagement), "summary", HELENE)
    assert (found.can, found.why) == (Can.NO, "The copy is closed, or its key is destroyed.")


def test_a_disclosure_opened_again_by_hand_is_not_read(own_databases, story):
    disclosure = open_now(story.approved())
    consents.withdraw(consent=disclosure.consent, by=story.anais)

    with as_owner():
        Disclosure.objects.filter(pk=disclosure.pk).update(closed_at=None)
        DataKey.objects.filter(series=disclosure.series).update(shredded_at=None)
        with connection.cursor() as cursor:
            cursor.execute("delete from consent_consentevent where kind = 'withdrawn'")

    assert can(seen(story.engagement), "summary", HELENE) == Can.NO


def test_a_copy_moved_to_another_contact_is_read_by_neither(own_databases, story):
    disclosure = open_now(story.approved())
    marc = clients.add_contact(
        sponsor=story.helene.sponsor, name="Marc Ondel", address="marc@example.org", role="manager", language="fr", by=story.camille
    )

    with as_owner():
        Disclosure.objects.filter(pk=disclosure.pk).update(contact=marc)

    table = seen(story.engagement)
    assert {can(table, "summary", name) for name in (HELENE, "Marc Ondel")} == {Can.NO}


def test_the_end_of_the_engagement_closes_every_contacts_column(story):
    open_now(story.approved())

    engagements.end_engagement(engagement=story.engagement, by=story.camille)

    table = seen(story.engagement)
    assert can(table, "summary", HELENE) == Can.NO
    assert answer(table, "existence", HELENE).why == "The engagement is over."


# Rules and agreements


def test_without_an_agreement_nothing_leaves_and_the_page_says_so(cast):
    cast.helene  # noqa: B018
    engagement = cast.engagement(cast.anais)

    table = seen(engagement)

    assert "nothing may go to anybody else" in table.promise
    assert answer(table, "existence", HELENE).why == "No agreement is in force."


def test_wording_b_is_named_as_the_reason(cast):
    cast.helene  # noqa: B018
    engagement = cast.engagement(cast.anais, wording="B")
    in_force(engagement)

    table = seen(engagement)

    assert {answer(table, code, HELENE).why for code in ("existence", "sessions", "attendance")} == {
        "Wording B is in force: nothing goes to anybody else."
    }
    assert "the law alone can require it" in table.promise


def test_an_amendment_changes_the_page(room):
    room.give(room.ask(LISTING))
    assert can(seen(room.engagement), "existence", HELENE) == Can.YES

    in_force(room.engagement, kind="amendment", wording="B", contacts=())

    assert answer(seen(room.engagement), "existence", HELENE).why == "Wording B is in force: nothing goes to anybody else."


def test_an_agreements_effect_decides(own_databases, cast):
    room = Room(cast)
    room.give(room.ask(ATTENDANCE, data=["dates", "number", "hours"]), data={"dates", "number", "hours"}, until=until())
    assert can(seen(room.engagement), "attendance", HELENE) == Can.YES

    with as_owner():
        row = Agreement.objects.get(engagement=room.engagement)
        row.details = {**row.details, "effects": {**row.details["effects"], "attendance": "never"}}
        row.save(update_fields=["details"])
    assert answer(seen(room.engagement), "attendance", HELENE).why == "The agreement in force does not provide for it."

    with as_owner():
        row.details = {**row.details, "effects": {**row.details["effects"], "attendance": "minimum"}}
        row.save(update_fields=["details"])
        Consent.objects.filter(engagement=room.engagement).update(until_date=timezone.localdate() - timedelta(days=1))
    found = answer(seen(room.engagement), "attendance", HELENE)
    assert (found.can, "opened, ended and given" in found.why) == (Can.PART, True)


def test_a_rule_that_changes_changes_the_page(room, monkeypatch):
    room.give(room.ask(LISTING))
    assert can(seen(room.engagement), "existence", HELENE) == Can.YES

    monkeypatch.setitem(PURPOSES, LISTING, replace(PURPOSES[LISTING], effect="barrier", allowed_by=frozenset({"nothing"})))

    assert answer(seen(room.engagement), "existence", HELENE).why == "The agreement in force does not provide for it."


def test_what_was_chosen_of_the_sessions_is_what_shows(room):
    room.give(room.ask(ATTENDANCE, data=["number"]), data={"number"}, until=until())

    table = seen(room.engagement, "client")

    assert answer(table, "sessions", HELENE).why == "You have not authorised it."
    found = answer(table, "attendance", HELENE)
    assert (found.can, found.why.startswith("How many were held. You authorised it on ")) == (Can.PART, True)


def test_a_refusal_and_a_withdrawal_are_each_said_to_those_who_may_know(room):
    consents.refuse(consent=room.ask(LISTING), by=room.anais)
    given = room.give(room.ask("special_data", by=room.anais))

    assert answer(seen(room.engagement), "existence", HELENE).why.startswith("Refused on ")
    assert answer(seen(room.engagement, "client"), "existence", HELENE).why.startswith("You refused on ")
    assert can(seen(room.engagement), "special", "coach") == Can.YES
    consents.withdraw(consent=given, by=room.anais)
    assert answer(seen(room.engagement), "special", "coach").why.startswith("Withdrawn on ")


def test_a_consent_that_only_the_database_gave_counts_for_nothing(own_databases, cast):
    room = Room(cast)
    given = room.give(room.ask(LISTING))

    with as_owner():
        Consent.objects.filter(pk=given.pk).update(given_at=timezone.now() - timedelta(days=1))

    found = answer(seen(room.engagement), "existence", HELENE)
    assert (found.can, found.why) == (Can.NO, "What is on file does not hold, so it counts for nothing.")


def test_a_three_way_agreement_tells_whoever_belongs_to_the_organisation(room):
    asked = can(seen(room.engagement, "client"), "existence", "organisation")
    in_force(room.engagement, kind="three_way", contacts=(room.helene,))

    table = seen(room.engagement, "client")

    assert (asked, can(table, "existence", "organisation")) == (Can.NO, Can.YES)
    assert can(table, "agreements", HELENE) == Can.YES
    assert can(table, "agreements", "organisation") == Can.NO


def test_supervision_that_the_agreement_provides_for_is_told(cast):
    room = Room(cast, options=frozenset({"pseudonymised_supervision_a"}))

    assert any("supervision" in one for one in seen(room.engagement).others)


# Permissions


def test_a_permission_that_was_taken_shows_to_the_client(room):
    assert can(seen(room.engagement, "client"), "sessions", "coach") == Can.YES

    permissions.take(permissions.COACH, room.camille.person, room.engagement)

    found = answer(seen(room.engagement, "client"), "sessions", "coach")
    assert (found.can, found.why) == (Can.NO, "The permission on this engagement was taken away.")


def test_a_permission_planted_for_another_coach_gives_nothing_and_the_pages_agree(room, cast):
    permissions.give(permissions.COACH, cast.bruno.person, room.engagement)

    assert can(seen(room.engagement), "sessions", "practice") == Can.NO
    assert signed_in(cast.bruno.person).get(reverse("engagement_page", args=[room.engagement.pk])).status_code == 404


# Who appears


def test_a_client_sees_no_contact_whom_she_does_not_know(story, cast):
    clients.add_contact(
        sponsor=cast.horizon, name="Marc Ondel", address="marc@example.org", role="manager", language="fr", by=story.camille
    )

    assert "Marc Ondel" in [column.name for column in seen(story.engagement).columns]
    assert HELENE not in [column.name for column in seen(story.engagement, "client").columns]
    browser = signed_in(story.anais.person)
    for name in ("client_who_sees", "client_engagement_sees"):
        page = browser.get(reverse(name, args=[story.engagement.pk])).content.decode()
        assert "Marc" not in page
        assert "Hélène" not in page
    story.proposal()
    assert HELENE in [column.name for column in seen(story.engagement, "client").columns]


def test_who_left_has_no_column(story):
    SponsorContact.objects.filter(pk=story.helene.pk).update(left_at=timezone.now())

    assert HELENE not in [column.name for column in seen(story.engagement).columns]


def test_a_draft_is_in_the_clients_table_whether_or_not_there_is_one(story):
    before = seen(story.engagement, "client").rows

    story.summary()

    assert seen(story.engagement, "client").rows == before


def test_what_stays_confidential_is_cited_only_to_whoever_sees_it_by_an_agreement(room):
    assert stays_confidential(room.engagement, room.helene) == []
    room.give(room.ask(LISTING))
    assert stays_confidential(room.engagement, room.helene) == []

    in_force(room.engagement, kind="three_way", contacts=(room.helene,))

    told = stays_confidential(room.engagement, room.helene)
    assert "The organisation reads only the texts allowed one by one." in told
    assert not any("supervision" in one or "health" in one for one in told)


def test_the_general_drawer_names_every_purpose_and_every_kind_of_recipient():
    facts = general.facts("coach")

    assert [label for label, _kind in facts["purposes"]] == [row.label for row in PURPOSES.values()]
    assert {str(kind) for _label, kind in facts["purposes"]} | set(facts["beside"]) == {str(kind) for kind in general.KINDS.values()}
    assert len(facts["wordings"]) == 2


def test_every_word_of_the_decision_has_a_reason_and_an_unknown_one_is_not_taken_for_a_missing_consent():
    known = answers.OF_RULES.keys() | answers.OF_CONSENTS
    source = inspect.getsource(policies._judge) + inspect.getsource(policies._by_agreement) + inspect.getsource(policies._by_consent)
    words = set(re.findall(r'return "(\w+)"|else "(\w+)"', source))
    nos = {one or other for one, other in words} - policies.YES - {""}

    assert nos - known == {"no_such_recipient", "not_the_client", "no_legal_entry", "purpose"}
    assert answers.why_not("purpose", None, Reader.CLIENT) == "A rule of this place says no."


# Cost


def test_the_number_of_statements_does_not_grow(story, django_assert_max_num_queries):
    open_now(story.approved())
    with django_assert_max_num_queries(20) as few:
        seen(story.engagement)
    for _ in range(2):
        open_now(story.approved())
    clients.add_contact(
        sponsor=story.helene.sponsor, name="Marc Ondel", address="marc@example.org", role="manager", language="fr", by=story.camille
    )

    with django_assert_max_num_queries(20) as many:
        seen(story.engagement)

    assert len(many) == len(few)
