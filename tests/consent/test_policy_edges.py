"""The checks around the decision, asked directly: at the last moment before and the first moment after, and always with a sentence."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts.act import Refused
from clients.models import Client, Engagement, SponsorContact
from consent import policies
from consent.actions import consents
from consent.actions import summaries as actions
from consent.models import Agreement, Consent, Disclosure, InformationRequest, Summary
from consent.policies import Facts, Request
from consent.purposes import ATTENDANCE, LISTING, PURPOSES, SUMMARY
from consent.reading import Reading, digest_of
from consent.standing import Changed, begin, of_engagement, sign
from tests.cast import Cast
from tests.consent.agreements import in_force
from tests.consent.stages import Stage
from tests.consent.test_consents import Room
from tests.consent.test_policies import CONTACT, EFFECTS, FACTS, NOW, asked
from vault.models import LedgerEntry
from vault.unlocked import public_keys

TICK = timedelta(microseconds=1)


def no(check: Callable[..., None], *facts: Any) -> tuple[str, bool]:
    """The code of the refusal, and whether it has a sentence; nothing where nothing is refused."""
    try:
        check(*facts)
    except Refused as refusal:
        return refusal.code, refusal.sentence not in ("", None)
    return "", False


def unasked(**changed: Any) -> Facts:
    return dataclasses.replace(FACTS, consent=None, **changed)


# Whether a question is worth asking


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_what_would_permit_a_request_is_a_consent_that_matches_it_from_this_moment_for_this_day(purpose: str) -> None:
    request = asked(purpose)

    given = policies.as_if_given(request, NOW)

    assert (given.purpose, given.recipient, given.fingerprint, given.data) == (
        purpose,
        request.recipient,
        request.fingerprint,
        request.data,
    )
    assert (given.given_at, given.opens_at, given.until, given.uses_left) == (NOW, NOW, timezone.localdate(NOW), 1)
    assert (given.way, given.is_signed, [kind for _event, kind in given.events]) == ("space", True, ["requested", "given"])
    assert no(policies.check_could_be_given, request, unasked(), NOW) == ("", False)
    assert policies.decide(request, unasked(), NOW).code == "no_consent"


def test_why_it_could_not_be_given_is_a_sentence_for_what_the_coach_may_know() -> None:
    request = asked(SUMMARY)

    for changed, code in [
        ({"wording": "B"}, "wording_b"),
        ({"wording": None}, "no_agreement"),
        ({"effects": {}}, "not_agreed"),
        ({"is_engagement_open": False}, "engagement_over"),
        ({"has_recipient_left": True}, "recipient_left"),
        ({"may_recipient_receive": False}, "no_right"),
    ]:
        with pytest.raises(Refused) as refusal:
            policies.check_could_be_given(request, unasked(**changed), NOW)
        assert (refusal.value.code, str(refusal.value.sentence)) == (code, str(policies.SENTENCES[code]))
    with pytest.raises(Refused) as refusal:
        policies.check_could_be_given(dataclasses.replace(request, fingerprint=b""), unasked(), NOW)
    assert (refusal.value.code, refusal.value.sentence) == ("purpose", "")


def test_nobody_is_asked_what_the_agreement_permits_already() -> None:
    request = Request(ATTENDANCE, "contact", CONTACT, b"", frozenset({"minimum"}))
    facts = unasked(effects=EFFECTS | {"attendance": "minimum"})
    engagement = Engagement(client=Client(person_id=None))

    assert no(policies.check_may_ask, engagement, request, facts, NOW) == ("agreed_already", True)
    assert no(policies.check_may_ask, engagement, asked(LISTING), unasked(names_sponsor=True), NOW) == ("agreed_already", True)
    assert no(policies.check_may_ask, engagement, asked(SUMMARY), unasked(), NOW) == ("client_has_no_space", True)


def test_nobody_is_asked_who_has_no_vault_to_answer_with(cast: Cast) -> None:
    client = cast.anais
    engagement = Engagement(client=client)
    assert no(policies.check_may_ask, engagement, asked(SUMMARY), unasked(), NOW) == ("", False)

    client.person_id = uuid4()

    assert no(policies.check_may_ask, engagement, asked(SUMMARY), unasked(), NOW) == ("client_has_no_space", True)


# When it may be asked again


def standing(room: Room) -> list[Consent]:
    return list(of_engagement(room.engagement))


def test_a_fortnight_after_a_no_ends_to_the_moment_and_only_a_no_counts(cast: Cast) -> None:
    room = Room(cast)
    recipient = str(room.helene.pk)
    consents.refuse(consent=room.ask(), by=room.anais)
    refused_at = standing(room)[0].events.get(kind="refused").at
    given = room.give(room.ask(ATTENDANCE, by=room.anais, data=["dates"]), data={"dates"}, until=timezone.localdate() + timedelta(days=30))
    given_at = given.events.get(kind="given").at

    for check in (policies.check_has_cooled_off, policies.check_is_not_too_soon):
        assert no(check, standing(room), LISTING, recipient, refused_at + policies.COOLS_OFF - TICK) == ("too_soon", True)
        assert no(check, standing(room), LISTING, recipient, refused_at + policies.COOLS_OFF) == ("", False)
        assert no(check, standing(room), ATTENDANCE, recipient, given_at) == ("asked_already", True)
    assert no(policies.check_has_cooled_off, standing(room), LISTING, str(room.anais.pk), refused_at) == ("", False)


def test_a_day_after_a_question_ends_to_the_moment_and_binds_no_purpose_that_does_not_cool_off(cast: Cast) -> None:
    room = Room(cast)
    recipient, asked_at = str(room.helene.pk), room.ask().requested_at

    check = policies.check_is_not_too_soon
    assert no(check, standing(room), ATTENDANCE, recipient, asked_at + timedelta(days=1) - TICK) == ("one_a_day", True)
    assert no(check, standing(room), ATTENDANCE, recipient, asked_at + timedelta(days=1)) == ("", False)
    assert no(check, standing(room), SUMMARY, recipient, asked_at) == ("", False)


# Contacts


def test_a_contact_asks_with_both_rights_and_while_they_are_there(cast: Cast) -> None:
    helene, right = cast.helene, SponsorContact.Right

    def with_rights(*given: str) -> SponsorContact:
        helene.details = {**helene.details, "rights": list(given)}
        return helene

    assert no(policies.check_contact_may, with_rights("receive", "ask"), right.ASK) == ("", False)
    assert no(policies.check_contact_may, with_rights("ask"), right.ASK) == ("contact_may_not", False)
    assert no(policies.check_contact_may, with_rights("receive"), right.ASK) == ("contact_may_not", False)
    assert no(policies.check_contact_may, with_rights("receive"), right.RECEIVE) == ("", False)
    assert no(policies.check_contact_may, with_rights("sign"), right.SIGN) == ("", False)
    helene.left_at = NOW
    assert no(policies.check_contact_may, with_rights("receive", "ask"), right.ASK) == ("contact_left", False)


def test_a_contact_asks_again_from_the_fifteenth_day_after_the_last_one(cast: Cast) -> None:
    helene = cast.helene
    helene.details = {**helene.details, "rights": ["receive", "ask"]}
    today = timezone.localdate(NOW)

    def asking(*last_days: int, engagement: Engagement | None = None) -> tuple[str, bool]:
        earlier = [InformationRequest(deadline_date=today + timedelta(days=days)) for days in last_days]
        return no(policies.check_may_request, helene, engagement or Engagement(), earlier, NOW)

    assert asking() == ("", False)
    assert asking(0, -30) == ("asked_already", True)
    assert asking(-1) == asking(-13, -40) == ("too_soon", True)
    assert asking(-14) == ("", False)
    assert asking(engagement=Engagement(ended_at=NOW)) == ("engagement_over", True)
    helene.left_at = NOW
    assert asking() == ("contact_left", False)


# Agreements and summaries


def test_what_can_stand_beside_what_is_in_force_can_be_drafted_and_nothing_else(cast: Cast) -> None:
    kinds, engagement = Agreement.Kind, cast.engagement(cast.anais)
    check = policies.check_may_draft

    assert no(check, engagement, kinds.AMENDMENT) == ("nothing_to_amend", True)
    assert no(check, engagement, kinds.CONFIDENTIALITY) == no(check, engagement, kinds.THREE_WAY) == ("", False)
    in_force(engagement, wording="A")
    assert no(check, engagement, kinds.AMENDMENT, "A") == ("nothing_to_amend", True)
    assert no(check, engagement, kinds.AMENDMENT, "B") == no(check, engagement, kinds.AMENDMENT) == ("", False)
    assert no(check, engagement, kinds.CONFIDENTIALITY, "A") == ("", False)
    assert no(check, engagement, kinds.THREE_WAY, "A") == ("", False)
    assert no(check, engagement, kinds.THREE_WAY, "B") == ("wording_b", True)
    engagement.sponsor = None
    assert no(check, engagement, kinds.THREE_WAY, "A") == ("no_sponsor", True)
    assert no(check, engagement, kinds.CONFIDENTIALITY, "A") == ("", False)
    engagement.ended_at = NOW
    assert no(check, engagement, kinds.CONFIDENTIALITY) == ("engagement_over", True)
    assert no(policies.check_engagement_open, engagement) == ("engagement_over", True)


def test_under_wording_b_no_three_way_agreement_is_drafted(cast: Cast) -> None:
    engagement = cast.engagement(cast.anais, wording="B")
    in_force(engagement, wording="B")

    assert no(policies.check_may_draft, engagement, Agreement.Kind.THREE_WAY) == ("wording_b", True)
    assert no(policies.check_may_write_summary, engagement) == ("wording_b", True)


def test_a_summary_needs_an_agreement_that_lets_it_go_an_organisation_and_an_open_engagement(cast: Cast) -> None:
    engagement, alone, silent = (cast.engagement(cast.anais, sponsor=given) for given in (True, False, True))
    check = policies.check_may_write_summary

    assert no(check, engagement) == ("no_agreement", True)
    in_force(engagement, wording="A")
    in_force(alone, wording="A")
    row = in_force(silent, wording="A")
    row.details = {**row.details, "effects": {**row.details["effects"], "sponsor_text": "never"}}
    row.save(update_fields=["details"])
    assert no(check, engagement) == ("", False)
    assert no(check, silent) == ("not_agreed", True)
    assert no(check, alone) == ("no_sponsor", True)
    engagement.sponsor = None
    assert no(check, engagement) == ("no_sponsor", True)
    engagement.ended_at = NOW
    assert no(check, engagement) == ("engagement_over", True)


def test_a_summary_is_proposed_only_for_whom_it_could_reach(cast: Cast) -> None:
    stage = Stage(cast)
    check, summary = policies.check_may_propose, stage.summary
    other = SponsorContact(sponsor_id=None, person_id=stage.helene.person_id)

    assert no(check, summary, stage.helene) == ("", False)
    assert no(check, summary, other) == ("contact_left", True)
    stage.helene.left_at = NOW
    assert no(check, summary, stage.helene) == ("contact_left", True)
    stage.helene.left_at = None
    stage.helene.details = {**stage.helene.details, "rights": ["ask"]}
    assert no(check, summary, stage.helene) == ("no_right", True)
    stage.helene.refresh_from_db()
    person, stage.helene.person_id = stage.helene.person_id, None
    assert no(check, summary, stage.helene) == ("contact_has_no_space", True)
    stage.helene.person_id = person
    summary.engagement.client.person_id = None
    assert no(check, summary, stage.helene) == ("client_has_no_space", True)


def test_nothing_is_proposed_for_keys_that_do_not_hold_or_that_the_coach_does_not_know(cast: Cast) -> None:
    stage = Stage(cast)
    known = stage.helene.details
    stage.helene.details = {**known, "keys": "0" * 64}
    assert no(policies.check_may_propose, stage.summary, stage.helene) == ("keys_not_known", True)

    stage.helene.details = known
    with connection.cursor() as cursor:
        anothers = "select signing from vault_personkeys where person = %s"
        cursor.execute(
            f"update vault_personkeys set signing = ({anothers}) where person = %s", [stage.anais.person_id, stage.helene.person_id]
        )

    assert no(policies.check_may_propose, stage.summary, stage.helene) == ("other_keys", True)


def test_a_text_that_was_refused_waits_a_fortnight_for_this_contact_in_this_version(cast: Cast) -> None:
    stage = Stage(cast)
    stage.proposed()
    actions.refuse(proposal=stage.proposal, by=stage.anais)
    at, check = stage.consent.events.get(kind="refused").at, policies.check_text_is_not_too_soon
    stage.summary.refresh_from_db()

    assert no(check, stage.summary, stage.helene, at + policies.COOLS_OFF - TICK) == ("too_soon", True)
    assert no(check, stage.summary, stage.helene, at + policies.COOLS_OFF) == ("", False)
    assert no(check, stage.summary, stage.marc, at) == ("", False)
    assert no(check, stage.story.summary(), stage.helene, at) == ("", False)
    assert no(check, stage.written("Un autre texte."), stage.helene, at) == ("", False)


def test_only_what_was_read_as_it_stands_for_this_engagement_is_proposed() -> None:
    summary = Summary(engagement=Engagement())
    reading = Reading(summary.engagement_id, digest_of("Le texte"), 0, frozenset({"a"}), frozenset({"a", "b"}))
    check, as_read = policies.check_was_read, dataclasses.replace

    assert no(check, summary, "Le texte", reading) == ("", False)
    assert no(check, summary, "Un autre", reading) == ("not_read", True)
    assert no(check, summary, "Le texte", as_read(reading, engagement=uuid4())) == ("not_read", True)
    assert no(check, summary, "Le texte", as_read(reading, stops=1)) == ("not_read", True)
    assert no(check, summary, "Le texte", as_read(reading, answered=frozenset({"b"}))) == ("not_read", True)


# The one place where a copy is made, asked directly


def disclosed(stage: Stage, consent: Consent, **changed: Any) -> str:
    """Why no copy is made."""
    vault = stage.vault("Anais Lefort")
    assert stage.proposal is not None
    facts = {
        "consent": consent,
        "value": vault.open(stage.proposal.body, stage.proposal.place()),
        "public": public_keys(stage.helene.person_id),
        "vault": vault,
        "by": stage.anais,
    }
    with pytest.raises(Refused) as refusal:
        actions.disclose(**{**facts, **changed})
    return refusal.value.code


def test_no_copy_is_made_without_a_yes_of_another_text_or_for_somebody_who_left(cast: Cast) -> None:
    stage = Stage(cast)
    stage.proposed()

    assert disclosed(stage, stage.consent) == "no_consent"
    stage.approved()
    salted, _print = actions._salted("Un autre texte.")
    assert disclosed(stage, stage.consent, value=salted) == "another_consent"
    consent = stage.consent
    consent.contact.left_at = NOW
    assert disclosed(stage, consent) == "recipient_left"


def test_a_new_text_supersedes_what_this_contact_had_of_this_summary_and_no_other(cast: Cast) -> None:
    stage = Stage(cast)
    stage.proposed()
    first = stage.approved()
    stage.summary = stage.story.summary()
    stage.proposed()
    second = stage.approved()

    assert [Consent.objects.get(pk=one.consent_id).state for one in (first, second)] == ["given", "given"]


def written(event: str) -> dict[str, Any]:
    """The last line of the access log with this event."""
    return LedgerEntry.objects.filter(event=event).order_by("-id").values("by", "about", "subject", "other", "digest", "kind", "code")[0]


def test_the_log_says_who_disclosed_what_to_whom_and_with_which_bytes_and_the_mail_waits_for_the_minute(cast: Cast) -> None:
    stage = Stage(cast)
    stage.proposed()
    first = stage.approved()
    stage.written("Un autre texte, plus court.")
    stage.proposed(text="Un autre texte, plus court.")

    second = stage.approved()

    line = written("summary.disclosed")
    assert (line["by"], line["about"], line["kind"]) == (stage.anais.person_id, second.pk, "disclosure")
    assert (line["subject"], line["other"]) == (stage.story.engagement.pk, stage.helene.person_id)
    assert bytes(line["digest"]) == hashlib.sha256(second.body.stored()).digest()
    with connection.cursor() as cursor:
        cursor.execute("select args->>'disclosure', scheduled_at from procrastinate_jobs where task_name like '%tell_contact'")
        assert sorted(cursor.fetchall()) == sorted((str(one.pk), one.opens_at) for one in (first, second))


@pytest.mark.parametrize(("is_open", "who"), [(True, "anais"), (False, "camille")])
def test_the_log_says_whose_act_replaced_a_text_the_yes_to_the_next_or_the_next_before_its_minute_was_over(
    cast: Cast, is_open: bool, who: str
) -> None:
    stage = Stage(cast)
    stage.proposed()
    first = stage.approved()
    Disclosure.objects.filter(pk=first.pk).update(opens_at=timezone.now() + timedelta(seconds=-1 if is_open else 50))
    stage.written("Un autre texte, plus court.")
    stage.proposed(text="Un autre texte, plus court.")
    stage.approved()

    line = written("consent.superseded")

    person = {"anais": stage.anais.person_id, "camille": stage.camille.person_id}[who]
    assert (line["by"], line["about"]) == (person, first.consent_id)


@pytest.mark.parametrize(("act", "event"), [(actions.view, "summary.viewed"), (actions.download, "summary.downloaded")])
def test_the_log_says_who_looked_and_on_which_yes_it_rested_and_a_look_after_the_last_day_is_none(
    cast: Cast, act: Callable[..., str], event: str
) -> None:
    stage = Stage(cast)
    stage.proposed()
    disclosure = stage.readable(stage.approved())
    look = {"disclosure": disclosure, "vault": stage.vault("Helene Vasseur"), "by": stage.helene}

    act(**look)

    line, given = written(event), stage.consent.events.get(kind="given")
    assert (line["by"], line["about"], line["kind"]) == (stage.helene.person_id, disclosure.pk, "disclosure")
    assert (line["subject"], line["other"], line["code"]) == (stage.story.engagement.pk, given.pk, "consent")
    with pytest.raises(Refused) as refusal:
        act(**look, at=timezone.now() + timedelta(days=400))
    assert refusal.value.code == "expired"


# Behind the first guard stands a second


def test_a_question_that_names_another_contact_than_its_proposal_gets_no_yes(cast: Cast) -> None:
    stage = Stage(cast)
    stage.proposed()
    Consent.objects.filter(pk=stage.consent.pk).update(contact=stage.marc)

    with pytest.raises(Changed) as refusal:
        stage.approved()

    assert refusal.value.code == "shown_another"
    assert not Disclosure.objects.exists()


def test_a_text_for_nobody_of_an_organisation_is_not_disclosed_as_a_copy(cast: Cast) -> None:
    stage, now = Stage(cast), timezone.now()
    stage.proposed()
    salted, fingerprint = actions._salted("Une lettre pour le docteur Vial.")
    letter = Consent(engagement=stage.story.engagement, purpose="referral", fingerprint=fingerprint, most_uses=1)
    letter.terms = {"recipient": "Dr Vial", "asked_by": "client", "notice": consents.NOTICE}
    begin(letter, who="client", now=now, lapses_at=now + timedelta(days=14))
    sign(letter, evidence={}, vault=stage.vault("Anais Lefort"), now=now)

    assert disclosed(stage, Consent.objects.get(pk=letter.pk), value=salted) == "not_for_a_contact"


def test_a_copy_that_holds_another_text_than_the_approved_one_shows_nothing(cast: Cast) -> None:
    stage = Stage(cast)
    stage.proposed()
    disclosure = stage.readable(stage.approved())
    salted, _print = actions._salted("Un autre texte, scellé pour Hélène sous le même oui.")
    helene, practice = stage.helene.person_id, stage.camille.practice_id
    copy = stage.vault("Anais Lefort").copy_for(
        helene, public_keys(helene), practice=practice, bound_to=actions.bound_to(stage.consent), at=timezone.now()
    )
    disclosure.series, disclosure.maker, disclosure.details = copy.series, copy.maker, {"series": str(copy.series)}
    disclosure.body = copy.seal(salted, disclosure.place(practice))
    disclosure.save()

    with pytest.raises(Refused) as refusal:
        actions.view(disclosure=disclosure, vault=stage.vault("Helene Vasseur"), by=stage.helene)

    assert refusal.value.code == "another_text"
