"""Consents: asked one at a time, answered by the client's own key, taken back in one step; what no longer may stand ends."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.act import Refused
from clients.models import Engagement
from consent import consent_receipts, policies
from consent.actions import consents, engagements
from consent.facts import facts_of, request_of
from consent.models import Consent, ConsentEvent, Disclosure, Task
from consent.purposes import ATTENDANCE, LISTING
from consent.standing import Changed, of_engagement
from support.jobs import run_pending
from tests.cast import PASSPHRASE, Cast, signed_in
from tests.consent.agreements import blank, in_force
from tests.consent.test_summaries import Story, refused
from tests.databases import as_owner
from vault.models import DataKey, LedgerEntry

NOW = timezone.now


class Room:
    """Anaïs's engagement under wording A, with Hélène who may be told things."""

    def __init__(self, cast: Cast, wording: str = "A", **agreement: object) -> None:
        self.cast, self.anais, self.helene, self.camille = cast, cast.anais, cast.helene, cast.camille
        self.engagement = cast.engagement(cast.anais, wording=wording)
        in_force(self.engagement, wording=wording, **agreement)

    def ask(self, purpose: str = LISTING, *, by=None, **terms) -> Consent:
        contact = self.helene if purpose.startswith("sponsor.") else None
        return consents.ask(engagement=self.engagement, purpose=purpose, contact=contact, terms=terms, by=by or self.camille)

    def asked_before(self) -> Consent:
        """A question of three days ago."""
        consent = self.ask()
        Consent.objects.filter(pk=consent.pk).update(requested_at=later(-3))
        return consent

    def give(self, consent: Consent, *, data=frozenset(), until=None) -> Consent:
        vault = self.cast.vault("Anais Lefort")
        return consents.give(consent=consent, data=frozenset(data), until=until, evidence={}, vault=vault, by=self.anais)

    def decision(self, consent: Consent) -> policies.Decision:
        consent = Consent.objects.get(pk=consent.pk)
        return policies.decide(request_of(consent), facts_of(self.engagement, contact=self.helene, consent=consent), NOW())


@pytest.fixture
def room(cast) -> Room:
    return Room(cast)


def later(days: float):
    return NOW() + timedelta(days=days)


def kinds(consent: Consent) -> list[str]:
    return list(ConsentEvent.objects.filter(consent=consent).values_list("kind", flat=True))


def test_a_question_opens_nothing_and_a_yes_does(room):
    consent = room.ask()
    assert room.decision(consent).code == "no_consent"

    room.give(consent)

    assert room.decision(consent).is_permitted
    assert kinds(consent) == ["requested", "given"]


def test_the_client_chooses_less_or_other_than_was_asked_and_until_when(room):
    consent = room.ask(ATTENDANCE, data=["dates", "hours"])

    given = room.give(consent, data={"number"}, until=timezone.localdate() + timedelta(days=40))

    assert given.data == {"number"}
    assert room.decision(consent).is_permitted


def test_attendance_without_a_last_day_or_without_anything_chosen_is_not_given(room):
    consent = room.ask(ATTENDANCE, data=["dates"])

    refused("no_period", room.give, consent, data={"dates"})
    refused("purpose", room.give, consent, until=timezone.localdate())
    refused("purpose", room.give, consent, data={"moods"}, until=timezone.localdate())
    assert kinds(consent) == ["requested"]


def test_every_field_is_under_the_clients_signature(own_databases, cast):
    room = Room(cast)
    consent = room.give(room.ask(ATTENDANCE, data=["dates"]), data={"dates"}, until=timezone.localdate() + timedelta(days=9))
    assert room.decision(consent).is_permitted
    lies = {
        "until_date": timezone.localdate() + timedelta(days=99),
        "most_uses": 5,
        "given_at": later(-1),
        "terms": {"data": ["dates", "hours"]},
    }

    for name, lie in lies.items():
        with as_owner():
            row = Consent.objects.get(pk=consent.pk)
            kept = getattr(row, name)
            setattr(row, name, lie)
            row.save(update_fields=[name])
            assert room.decision(consent).code == "no_consent", name
            setattr(row, name, kept)
            row.save(update_fields=[name])
    assert room.decision(consent).is_permitted


def test_what_was_given_cannot_be_changed_and_events_cannot_be_taken_away_by_the_application(room):
    consent = room.give(room.ask())

    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(until_date=timezone.localdate())
    for statement in ("delete from consent_consentevent", "update consent_consentevent set kind = 'given'"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_no_answer_is_given_twice_or_after_another(room):
    consent = room.ask()
    consents.refuse(consent=consent, by=room.anais)

    for again in (lambda: room.give(consent), lambda: consents.refuse(consent=consent, by=room.anais)):
        with pytest.raises(Changed):
            again()
    consents.withdraw(consent=consent, by=room.anais)
    assert kinds(consent) == ["requested", "refused"]


def test_silence_is_a_no(room):
    consent = room.ask()

    assert consents.expire.__wrapped__(by=None, at=None) == 0
    Consent.objects.update(lapses_at=NOW())
    assert consents.expire(by=None) == 1

    assert kinds(consent) == ["requested", "lapsed"]
    with pytest.raises(Changed):
        room.give(consent)


def test_withdrawing_needs_no_vault_and_twice_is_once(room):
    consent = room.give(room.ask())

    consents.withdraw(consent=consent, by=room.anais)
    consents.withdraw(consent=consent, by=room.anais)

    assert kinds(consent) == ["requested", "given", "withdrawn"]
    assert room.decision(consent).code == "not_given"


def too_soon(room, purpose: str, at) -> str:
    """Why the coach may not ask this at that moment, in a word."""
    try:
        policies.check_is_not_too_soon(list(of_engagement(room.engagement)), purpose, str(room.helene.pk), at)
    except Refused as no:
        return no.code
    return ""


def test_after_a_no_the_coach_waits_a_fortnight_and_the_client_does_not(room):
    consents.refuse(consent=room.ask(), by=room.anais)

    assert too_soon(room, LISTING, later(13.99)) == "too_soon"
    assert too_soon(room, LISTING, later(14.01)) == ""
    assert too_soon(room, ATTENDANCE, later(2)) == ""
    refused("too_soon", room.ask)
    room.give(room.ask(by=room.anais))


def test_after_a_withdrawal_too(room):
    consents.withdraw(consent=room.give(room.ask()), by=room.anais)

    assert too_soon(room, LISTING, later(13.99)) == "too_soon"
    assert too_soon(room, LISTING, later(14.01)) == ""


def test_one_question_a_day_and_never_the_same_twice(room):
    room.ask()

    refused("asked_already", room.ask)
    refused("one_a_day", room.ask, ATTENDANCE, data=["dates"])
    assert too_soon(room, ATTENDANCE, later(1.01)) == ""
    assert too_soon(room, LISTING, later(20)) == "asked_already"
    assert Consent.objects.count() == 1


def test_what_the_client_started_does_not_count_as_the_coachs_question(room):
    room.give(room.ask(by=room.anais))

    room.ask(ATTENDANCE, data=["dates"])

    assert Consent.objects.count() == 2


def test_a_recording_is_asked_for_again_each_time(room):
    consents.refuse(consent=room.ask("recording", data=["audio"]), by=room.anais)

    again = room.ask("recording", data=["audio"])

    assert kinds(again) == ["requested"]


def test_what_the_agreement_forbids_is_not_asked(cast):
    room = Room(cast, wording="B")

    refused("wording_b", room.ask)
    refused("wording_b", room.ask, by=room.anais)
    room.give(room.ask("special_data"))
    assert Consent.objects.count() == 1


def test_without_an_agreement_nothing_is_asked(cast):
    engagement = cast.engagement(cast.anais)

    with pytest.raises(Refused) as no:
        consents.ask(engagement=engagement, purpose=LISTING, contact=cast.helene, terms={}, by=cast.camille)
    assert no.value.code == "no_agreement"


def test_a_contact_of_another_organisation_or_one_who_left_is_nobody(room, cast):
    from clients import actions as clients

    elsewhere = clients.add_sponsor(coach=cast.camille, name="Ailleurs", domain="", by=cast.camille)
    stranger = clients.add_contact(sponsor=elsewhere, name="X", address="x@example.org", role="hr", language="fr", by=cast.camille)
    facts = {"engagement": room.engagement, "purpose": LISTING, "terms": {}, "by": cast.camille}

    refused("recipient_left", consents.ask, contact=stranger, **facts)
    room.helene.left_at = NOW()
    room.helene.save()
    refused("recipient_left", consents.ask, contact=room.helene, **facts)


def test_when_a_contact_leaves_what_was_theirs_ends(room):
    consent, waiting = room.give(room.asked_before()), room.ask(ATTENDANCE, data=["dates"])
    room.helene.left_at = NOW()
    room.helene.save()

    consents.reconsider(engagement=room.engagement, by=room.camille)

    assert (kinds(consent)[-1], kinds(waiting)[-1]) == ("ended", "ended")


def test_an_amendment_to_b_ends_what_leaves_and_leaves_what_stays(room):
    listing = room.give(room.asked_before())
    health = room.give(room.ask("special_data"))

    in_force(room.engagement, wording="B", kind="amendment")

    assert (kinds(listing)[-1], kinds(health)[-1]) == ("ended", "given")


def test_the_end_of_the_engagement_ends_every_consent_and_shreds_the_copies(cast, django_capture_on_commit_callbacks):
    story = Story(cast)
    disclosure, waiting = story.approved(), story.proposal()

    with django_capture_on_commit_callbacks(execute=True):
        engagements.end_engagement(engagement=story.engagement, by=story.camille)

    waiting.refresh_from_db()
    disclosure.refresh_from_db()
    assert waiting.state == "superseded"
    assert disclosure.closed_at is not None
    assert kinds(disclosure.consent)[-1] == "ended"
    assert DataKey.objects.get(series=disclosure.series).shredded_at is not None
    refused("engagement_over", engagements.end_engagement, engagement=story.engagement, by=story.camille)


def test_a_summarys_question_is_a_consent_too_and_is_answered_with_its_text_alone(cast):
    story = Story(cast)
    proposal = story.proposal()
    question = Consent.objects.get(proposal=proposal)

    assert kinds(question) == ["requested"]
    refused("refused_with_its_text", consents.refuse, consent=question, by=story.anais)
    refused("taken_back_with_its_text", consents.take_back, consent=question, by=story.camille)
    refused(
        "approved_with_its_text", consents.give,
        consent=question, data=frozenset(), until=timezone.localdate(), evidence={}, vault=story.vault("Anais Lefort"), by=story.anais,
    )  # fmt: skip
    assert Disclosure.objects.count() == 0


def test_the_receipt_names_everything_and_tells_the_salt_to_the_client_alone(cast):
    story = Story(cast)
    consent = story.approved().consent

    mine = consent_receipts.as_json(consent, language="fr", salt="ab" * 32)
    coachs = consent_receipts.as_json(consent, language="en")

    assert mine["schema_version"] == "ISO/IEC TS 27560:2023"
    assert mine["pii_processing"]["purposes"][0]["purpose_type"] == "sponsor.summary"
    assert mine["text"] == {"fingerprint_sha256": consent.text_print.hex(), "salt": "ab" * 32}
    assert coachs["text"] == {"fingerprint_sha256": consent.text_print.hex()}
    assert [event["event_state"] for event in mine["events"]] == ["requested", "given"]
    assert {party["party_role"] for party in mine["party_identification"]} == {"pii_controller", "pii_principal", "recipient"}
    json.dumps(mine)


def test_the_receipts_hash_is_of_the_sentences_that_were_shown(room):
    shown = "Une phrase d’alors."
    consent = room.ask()
    consents.give(
        consent=consent, data=frozenset(), until=None, evidence={"notice": shown}, vault=room.cast.vault("Anais Lefort"), by=room.anais
    )

    record = consent_receipts.as_json(Consent.objects.get(pk=consent.pk), language="en")

    assert record["pii_processing"]["privacy_notice"]["text"] == shown


def test_each_step_is_in_the_ledger_under_its_own_name(room):
    consent = room.give(room.ask())
    consents.withdraw(consent=consent, by=room.anais)

    told = LedgerEntry.objects.filter(about=consent.pk).order_by("position").values_list("event", "by", "code")
    assert list(told) == [
        ("consent.requested", room.camille.person_id, LISTING),
        ("consent.given", room.anais.person_id, LISTING),
        ("consent.withdrawn", room.anais.person_id, LISTING),
    ]


def test_mails_about_it_hold_no_word_of_it(room, mailoutbox):
    consents.withdraw(consent=room.give(room.ask(reason="pour le tableau")), by=room.anais)
    run_pending()

    for mail in mailoutbox:
        assert "tableau" not in mail.body
        assert "Lefort" not in mail.body


def test_the_page_asks_for_the_passphrase_and_loses_nothing(room):
    room.ask(ATTENDANCE, data=["dates"])
    consent = Consent.objects.get()
    browser = signed_in(room.anais.person)

    answer = browser.post(
        f"/client/authorisations/{consent.pk}/give/", {"data": ["dates"], "until": "2027-03-01", "password": "wrong words"}
    )

    assert answer.status_code == 200
    assert 'value="2027-03-01"' in answer.content.decode()
    assert "checked" in answer.content.decode()
    assert kinds(consent) == ["requested"]


def test_giving_takes_a_choice_and_withdrawing_one_click(room):
    consent = room.ask()
    browser = signed_in(room.anais.person)

    page = browser.get("/client/authorisations/").content.decode()
    give_clicks = 2 if f"/client/authorisations/{consent.pk}/" in page else 99  # open the question, authorise
    browser.post(f"/client/authorisations/{consent.pk}/give/", {"password": PASSPHRASE})
    listed = browser.get("/client/authorisations/").content.decode()
    withdraw_clicks = 1 if f'action="/client/authorisations/{consent.pk}/withdraw/"' in listed else 99

    assert withdraw_clicks <= give_clicks
    browser.post(reverse("vault_lock"))
    locked = browser.get("/client/authorisations/").content.decode()
    assert f'action="/client/authorisations/{consent.pk}/withdraw/"' in locked
    assert "Vasseur" not in locked
    assert browser.post(f"/client/authorisations/{consent.pk}/withdraw/").status_code == 302
    assert kinds(consent)[-1] == "withdrawn"


def test_another_persons_consent_is_no_consent(room, cast):
    consent = room.ask()
    browser = signed_in(cast.karim.person)
    cast.engagement(cast.karim)

    for way in ("", "receipt.json", "receipt.pdf"):
        assert browser.get(f"/client/authorisations/{consent.pk}/{way}").status_code == 404
    for way in ("give", "refuse", "withdraw"):
        assert browser.post(f"/client/authorisations/{consent.pk}/{way}/").status_code == 404
    assert kinds(consent) == ["requested"]


def test_a_client_is_offered_the_contacts_they_know_and_no_other_of_the_organisation(room, cast):
    from tests.house.world import _contact

    marc = _contact(cast.horizon, "Marc Ondel")
    browser = signed_in(room.anais.person)
    assert "Ondel" not in browser.get("/client/authorisations/").content.decode()
    assert browser.get(f"/client/engagements/{room.engagement.pk}/authorise/{marc.pk}/{LISTING}/").status_code == 404

    consents.refuse(consent=room.ask(), by=room.anais)

    page = browser.get("/client/authorisations/").content.decode()
    assert f"/client/engagements/{room.engagement.pk}/authorise/{room.helene.pk}/{LISTING}/" in page
    assert "Ondel" not in page
    start = f"/client/engagements/{room.engagement.pk}/authorise/{room.helene.pk}/{ATTENDANCE}/"
    assert browser.get(start).status_code == 200
    answer = browser.post(start, {"data": ["number"], "until": "2027-03-01", "password": PASSPHRASE})
    assert answer.status_code == 302
    assert Consent.objects.standing().get().data == {"number"}
    assert browser.post(start, {"data": ["number"], "until": "2027-03-01", "password": PASSPHRASE}).status_code == 404


def test_the_list_to_keep_is_no_formula(room):
    room.engagement.client.details = {**room.engagement.client.details, "name": "=1+1"}
    room.engagement.client.save()
    room.ask()
    browser = signed_in(room.camille.person)

    first = browser.get("/coach/consents/list.csv")
    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    answer = browser.get("/coach/consents/list.csv")

    assert first.url.startswith("/accounts/reauthenticate/")
    assert answer.status_code == 200
    assert "'=1+1" in answer.content.decode()
    assert Engagement.objects.count() == 1


def attested(room, purpose=LISTING, way="paper", page=b"%PDF-1.7", **terms) -> Consent:
    contact = room.helene if purpose.startswith("sponsor.") else None
    return consents.attest(engagement=room.engagement, purpose=purpose, contact=contact, terms=terms, way=way, page=page, by=room.camille)


def test_a_yes_on_paper_counts_is_marked_so_and_is_withdrawn_like_any_other(room):
    consent = attested(room)
    assert room.decision(consent).is_permitted
    browser = signed_in(room.anais.person)

    page = browser.get(f"/client/authorisations/{consent.pk}/").content.decode()
    paper = browser.get(f"/client/authorisations/{consent.pk}/page.pdf")
    browser.post(f"/client/authorisations/{consent.pk}/withdraw/")

    assert "page.pdf" in page
    assert paper.content == b"%PDF-1.7"
    assert room.decision(consent).code == "not_given"


def test_no_text_is_ever_permitted_on_paper_and_only_what_the_table_says_orally(room):
    refused("not_in_this_way", attested, room, "sponsor.summary")
    refused("not_in_this_way", attested, room, LISTING, way="oral")
    refused("not_in_this_way", attested, room, LISTING, way="space")
    consent = attested(room, "recording", way="oral", page=None, data=["audio"])

    assert room.decision(consent).is_permitted


def test_paper_without_its_page_is_none(room):
    with pytest.raises(IntegrityError, match="consent_on_paper_has_its_page"), transaction.atomic():
        attested(room, page=None)


def test_paper_opens_nothing_under_wording_b(cast):
    room = Room(cast, wording="B")

    refused("wording_b", attested, room)


def test_the_coach_keeps_a_photographed_page(room):
    browser = signed_in(room.camille.person)
    address = f"/coach/engagements/{room.engagement.pk}/consents/{LISTING}/paper/"

    wrong = browser.post(address, {"contact": str(room.helene.pk), "page": SimpleUploadedFile("x.pdf", b"no pdf")})
    browser.post(address, {"contact": str(room.helene.pk), "page": SimpleUploadedFile("x.pdf", blank(1))})

    assert wrong.status_code == 200
    assert Consent.objects.get().way == "paper"
    assert browser.post(address, {"contact": str(room.helene.pk), "page": SimpleUploadedFile("x.pdf", blank(1))}).status_code == 200
    assert Consent.objects.count() == 1


def test_withdrawing_what_stands_in_public_gives_the_coach_the_places_to_correct(room):
    places = ["Site du cabinet", "Plaquette 2026"]
    consent = room.ask("reference", data=["name"], recipient="Site du cabinet", places=places)
    room.give(consent, data={"name"}, until=timezone.localdate() + timedelta(days=90))
    assert not Task.objects.exists()

    consents.withdraw(consent=consent, by=room.anais)
    consents.withdraw(consent=consent, by=room.anais)

    task = Task.objects.get()
    assert (task.kind, task.about, task.details["place"]) == ("recall", consent.pk, "Site du cabinet · Plaquette 2026")


def test_a_question_that_is_turned_into_a_yes_on_paper_in_the_database_is_none(own_databases, cast):
    room = Room(cast)
    asked = room.ask()
    with as_owner():
        Consent.objects.filter(pk=asked.pk).update(way="oral", given_at=NOW())
        ConsentEvent.objects.create(consent=asked, number=2, kind="given", at=NOW())
        assert room.decision(asked).code == "no_consent"
        row = Consent.objects.get(pk=asked.pk)
        row.page, row.way = b"%PDF", "paper"
        row.save(update_fields=["page", "way"])

    assert room.decision(asked).code == "no_consent"


def test_what_was_attested_cannot_be_stretched_in_the_database(own_databases, cast):
    room = Room(cast)
    consent = attested(room)
    assert room.decision(consent).is_permitted
    with as_owner():
        Consent.objects.filter(pk=consent.pk).update(given_at=NOW() - timedelta(days=9))

    assert room.decision(consent).code == "no_consent"


def test_paper_does_not_go_round_a_no_of_the_last_fortnight(room):
    consents.refuse(consent=room.ask(), by=room.anais)

    refused("too_soon", attested, room)
    assert Consent.objects.count() == 1


def test_the_receipt_of_a_summary_that_was_approved_on_the_page_holds_the_sentences_shown(cast):
    story = Story(cast)
    proposal = story.proposal()
    browser = signed_in(story.anais.person)
    page = browser.get(f"/client/summaries/{proposal.pk}/").content.decode()
    body = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("fingerprint", "keys", "contact")}

    browser.post(f"/client/summaries/{proposal.pk}/approve/", {**body, "until": "2027-03-01", "password": PASSPHRASE})

    record = browser.get(f"/client/authorisations/{Consent.objects.get().pk}/receipt.json").json()
    assert "mot pour mot tel que vous l’avez approuvé" in record["pii_processing"]["privacy_notice"]["text"]
    assert len(record["text"]["salt"]) == 64
