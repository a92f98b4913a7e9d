"""A summary goes to one contact only through the client's own key, and is gone when the client says so."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.act import Refused
from clients import actions as clients
from consent.actions import consents
from consent.actions import summaries as actions
from consent.models import Agreement, Consent, ConsentEvent, Disclosure, Proposal, Summary
from consent.standing import Changed
from consent.wanted import Wanted
from tests.cast import signed_in
from tests.consent.agreements import in_force
from tests.consent.readings import read
from tests.databases import as_owner
from tests.house.world import _contact
from vault import ledger, shredding
from vault.keyring.models import Half
from vault.models import DataKey, KeyGrant, LedgerEntry, PersonKeys
from vault.primitives import Closed
from vault.unlocked import public_keys

TEXT = "Anaïs a posé trois jalons avec son équipe et les tient."


class Story:
    """Anaïs's engagement under wording A, with a summary for Hélène."""

    def __init__(self, cast, wording: str = "A") -> None:
        self.cast = cast
        self.helene, self.anais, self.camille = cast.helene, cast.anais, cast.camille
        self.engagement = cast.engagement(self.anais, wording=wording)
        self.agreement = in_force(self.engagement, wording=wording)

    def vault(self, name: str):
        return self.cast.vault(name)

    def summary(self) -> Summary:
        return actions.start_summary(
            engagement=self.engagement, contact=self.helene, text=TEXT, vault=self.vault("Camille Aubry"), by=self.camille
        )

    def proposal(self, summary: Summary | None = None) -> Proposal:
        vault = self.vault("Camille Aubry")
        reading = read(TEXT, self.engagement, vault)
        return actions.propose(summary=summary or self.summary(), text=TEXT, reading=reading, vault=vault, by=self.camille)

    def approved(self, proposal: Proposal | None = None, **changed) -> Disclosure:
        proposal = proposal or self.proposal()
        shown = {
            "fingerprint": bytes(proposal.fingerprint),
            "contact": self.helene,
            "keys": public_keys(self.helene.person_id).fingerprint(),
            "until": timezone.localdate() + timedelta(days=30),
        }
        return actions.approve(proposal=proposal, evidence={}, vault=self.vault("Anais Lefort"), by=self.anais, **{**shown, **changed})

    def read(self, disclosure: Disclosure, after: float | None = None) -> str:
        opens_in = settings.HOLD_SECONDS + 1 if after is None else after
        Disclosure.objects.filter(pk=disclosure.pk).update(opens_at=timezone.now() + timedelta(seconds=settings.HOLD_SECONDS - opens_in))
        return actions.view(disclosure=disclosure, vault=self.vault("Helene Vasseur"), by=self.helene)


@pytest.fixture
def story(cast) -> Story:
    return Story(cast)


def refused(code: str, call, *args, **facts) -> None:
    with pytest.raises(Refused) as no:
        call(*args, **facts)
    assert no.value.code == code


def test_before_the_client_approves_no_copy_exists_and_the_contact_holds_nothing(story):
    story.proposal()

    assert Disclosure.objects.count() == 0
    assert DataKey.objects.filter(kind="copy").count() == 0
    assert KeyGrant.objects.filter(holder=story.helene.person_id).count() == 0


def test_the_client_reads_exactly_the_text_that_was_proposed(story):
    proposal = story.proposal()

    text, fingerprint = actions.unsalted(story.vault("Anais Lefort").open(proposal.body, proposal.place()))

    assert text == TEXT
    assert fingerprint == bytes(proposal.fingerprint)


def test_the_contact_reads_the_approved_text_after_a_minute_and_not_before(story):
    disclosure = story.approved()

    refused("not_yet", story.read, disclosure, after=settings.HOLD_SECONDS - 1)
    assert story.read(disclosure) == TEXT


def test_coach_and_client_keep_no_grant_on_the_copy(story):
    disclosure = story.approved()

    assert list(KeyGrant.objects.filter(key__series=disclosure.series).values_list("holder", flat=True)) == [story.helene.person_id]


def test_withdrawing_needs_no_vault_shreds_the_copy_and_the_next_request_finds_nothing(story, django_capture_on_commit_callbacks):
    disclosure = story.approved()
    assert story.read(disclosure) == TEXT

    with django_capture_on_commit_callbacks(execute=True):
        consents.withdraw(consent=disclosure.consent, by=story.anais)

    refused("closed", story.read, disclosure)
    key = DataKey.objects.get(series=disclosure.series)
    assert key.shredded_at is not None
    assert not key.grants.exists()
    assert Half.objects.get(pk=key.pk).half is None


@pytest.mark.parametrize("lie", [{"series": uuid4()}, {"closed_at": timezone.now()}])
def test_withdrawing_shreds_the_copy_whatever_was_written_over_its_row(story, lie):
    disclosure = story.approved()
    Disclosure.objects.update(**lie)

    consents.withdraw(consent=disclosure.consent, by=story.anais)

    assert DataKey.objects.get(series=disclosure.series).shredded_at is not None


def test_withdrawing_twice_changes_nothing(story):
    disclosure = story.approved()
    consents.withdraw(consent=disclosure.consent, by=story.anais)

    consents.withdraw(consent=disclosure.consent, by=story.anais)

    assert [e.kind for e in disclosure.consent.events.all()] == ["requested", "given", "withdrawn"]


def test_what_was_withdrawn_stays_shut_when_the_database_is_changed_by_hand(own_databases, cast):
    story = Story(cast)
    disclosure = story.approved()
    key = DataKey.objects.get(series=disclosure.series)
    grant = KeyGrant.objects.get(key=key)
    consents.withdraw(consent=disclosure.consent, by=story.anais)

    with as_owner():
        ConsentEvent.objects.filter(kind="withdrawn").delete()
    Disclosure.objects.update(closed_at=None)
    DataKey.objects.filter(pk=key.pk).update(shredded_at=None)
    grant.save(force_insert=True)

    refused("no_key", story.read, disclosure)


@pytest.mark.parametrize("changed", [{"fingerprint": b"x" * 32}, {"keys": b"x" * 32}])
def test_approving_something_else_than_what_was_shown_does_nothing(story, changed):
    with pytest.raises(Changed):
        story.approved(**changed)

    assert not Consent.objects.filter(given_at__isnull=False).exists()
    assert (Disclosure.objects.count(), DataKey.objects.filter(kind="copy").count()) == (0, 0)


def test_a_contact_whose_keys_were_replaced_by_hand_gets_nothing(story):
    proposal = story.proposal()
    shown = public_keys(story.helene.person_id).fingerprint()
    row, other = PersonKeys.objects.get(pk=story.helene.person_id), PersonKeys.objects.get(pk=story.camille.person_id)
    row.sealing, row.signing = bytes(other.sealing), bytes(other.signing)
    row.save()

    with pytest.raises(Changed):
        story.approved(proposal, keys=shown)
    assert Disclosure.objects.count() == 0


def test_a_proposal_is_answered_once(story):
    proposal = story.proposal()
    actions.refuse(proposal=proposal, by=story.anais)

    with pytest.raises(Changed):
        story.approved(proposal)


def test_an_unanswered_proposal_lapses(story):
    proposal = story.proposal()
    Proposal.objects.update(lapses_at=timezone.now())
    Consent.objects.update(lapses_at=timezone.now())

    with pytest.raises(Changed):
        story.approved(proposal)
    consents.expire(by=None)

    proposal.refresh_from_db()
    assert proposal.state == "lapsed"


def test_a_new_text_voids_the_proposal_and_the_approval_that_nobody_used(story):
    summary = story.summary()
    first = story.proposal(summary)
    disclosure = story.approved(first)

    second = story.proposal(summary)

    disclosure.refresh_from_db()
    assert disclosure.closed_at is not None
    assert second.state == "proposed"
    refused("closed", story.read, disclosure)


def test_a_newer_approved_text_takes_the_place_of_the_one_shown(story):
    summary = story.summary()
    old = story.approved(story.proposal(summary))
    assert story.read(old) == TEXT

    new = story.approved(story.proposal(summary))

    refused("closed", story.read, old)
    assert story.read(new) == TEXT


def test_changes_asked_reach_the_coach_sealed(story):
    proposal = story.proposal()

    wanted = Wanted("Anaïs tient ses engagements.", "Sans le mot « jalons ».")
    actions.ask_changes(proposal=proposal, text=wanted.text, comment=wanted.comment, vault=story.vault("Anais Lefort"), by=story.anais)

    proposal.refresh_from_db()
    assert proposal.state == "changes_asked"
    assert Wanted.read(story.vault("Camille Aubry").open(proposal.answer, proposal.place("proposal.answer"))) == wanted
    with connection.cursor() as cursor:
        cursor.execute("select answer from consent_proposal")
        assert b"jalons" not in bytes(cursor.fetchone()[0])


def test_under_wording_b_nothing_is_written_proposed_or_shown(cast):
    story = Story(cast, wording="B")

    refused("wording_b", story.summary)


def test_without_an_agreement_in_force_nothing_is_written(story):
    Agreement.objects.update(state="superseded", closed_at=timezone.now())

    refused("no_agreement", story.summary)


def test_when_wording_b_comes_into_force_the_copies_are_shredded(story):
    disclosure = story.approved()
    waiting = story.proposal()

    in_force(story.engagement, wording="B")

    waiting.refresh_from_db()
    assert waiting.state == "superseded"
    refused("closed", story.read, disclosure)
    assert DataKey.objects.get(series=disclosure.series).shredded_at is not None


def test_a_wording_rewritten_by_hand_counts_as_no_agreement(story):
    disclosure = story.approved()
    Agreement.objects.update(wording="B")  # as somebody with psql would

    refused("no_agreement", story.read, disclosure)


def test_a_consent_whose_signature_does_not_hold_counts_as_none(own_databases, cast):
    story = Story(cast)
    disclosure = story.approved()
    with as_owner():
        Consent.objects.update(until_date=timezone.localdate() + timedelta(days=300))

    refused("no_consent", story.read, disclosure)


def test_a_consent_expires_with_its_day(story):
    disclosure = story.approved(until=timezone.localdate())
    tomorrow = timezone.now() + timedelta(days=1, hours=1)

    refused("expired", actions.view, disclosure=disclosure, vault=story.vault("Helene Vasseur"), by=story.helene, at=tomorrow)
    assert consents.expire.__wrapped__(by=None, at=None) == 0


def test_the_coach_holds_what_nobody_can_read_yet_and_not_what_can_be_read(story):
    first = story.approved()
    actions.hold(consent=first.consent, by=story.camille)
    second = story.approved(story.proposal(first.consent.proposal.summary))
    assert story.read(second) == TEXT

    refused("closed", story.read, first)
    refused("is_open_already", actions.hold, consent=second.consent, by=story.camille)


def test_a_contact_who_left_reads_nothing(story):
    disclosure = story.approved()
    story.helene.left_at = timezone.now()
    story.helene.save()

    refused("recipient_left", story.read, disclosure)


def test_the_copy_does_not_open_for_another_consent_or_another_row(story):
    disclosure = story.approved()
    vault = story.vault("Helene Vasseur")

    with pytest.raises(Closed):
        vault.open(disclosure.body, disclosure.place(story.camille.practice_id), bound_to=b"another")


def test_a_copy_that_is_moved_to_another_contact_by_hand_shows_them_not_even_a_name(story):
    disclosure = story.approved()
    story.read(disclosure)
    marc = _contact(story.cast.horizon, "Marc Ondel")
    Disclosure.objects.update(contact=marc)

    page = signed_in(marc.person).get("/contact/").content.decode()

    assert "Lefort" not in page
    assert not Disclosure.objects.for_sponsor([marc], timezone.now()).exists()


def test_a_yes_is_written_down_as_the_clients(story):
    disclosure = story.approved()

    told = LedgerEntry.objects.filter(about=disclosure.consent_id).order_by("position").values_list("event", "by", "other")
    helene = story.helene.person_id
    assert list(told) == [("consent.requested", story.camille.person_id, helene), ("consent.given", story.anais.person_id, helene)]


def test_each_look_and_each_refusal_is_written_down(story):
    disclosure = story.approved()
    story.read(disclosure)
    consents.withdraw(consent=disclosure.consent, by=story.anais)
    refused("closed", story.read, disclosure)

    viewed = LedgerEntry.objects.get(event="summary.viewed")
    denied = LedgerEntry.objects.filter(event="refused").last()
    assert (viewed.about, viewed.by, viewed.other, viewed.code) == (
        disclosure.pk, story.helene.person_id, disclosure.consent.events.get(kind="given").pk, "consent",
    )  # fmt: skip
    assert (denied.by, denied.kind, denied.code) == (story.helene.person_id, "view", "closed")
    assert not list(ledger.verify_chain(story.camille.practice_id))


def test_the_database_takes_no_disclosure_without_a_consent(story):
    disclosure = story.approved()

    with pytest.raises(Exception, match="null value"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update consent_disclosure set consent_id = null where id = %s", [disclosure.pk])
    with pytest.raises(Exception, match="protected|violates|Cannot delete"), transaction.atomic():
        disclosure.consent.delete()


def test_two_saves_of_a_draft_never_lose_a_word(story):
    summary = story.summary()
    vault = story.vault("Camille Aubry")
    actions.write_summary(summary=summary, text="un", expected=1, vault=vault, by=story.camille)

    with pytest.raises(actions.Conflict) as conflict:
        actions.write_summary(summary=summary, text="deux", expected=1, vault=vault, by=story.camille)
    again = actions.write_summary(summary=summary, text="un", expected=1, vault=vault, by=story.camille)

    assert (conflict.value.version, conflict.value.text, again.version) == (2, "un", 2)


def test_shredding_is_finished_by_the_worker_when_it_was_cut_short(story):
    disclosure = story.approved()
    consents.withdraw(consent=disclosure.consent, by=story.anais)  # its on-commit step does not run in this test's transaction
    key = DataKey.objects.get(series=disclosure.series)
    assert Half.objects.get(pk=key.pk).half is not None

    shredding.finish(timezone.now())

    assert Half.objects.get(pk=key.pk).half is None


def test_a_text_that_was_moved_by_hand_is_said_so_and_shows_nothing(story):
    one, two = story.summary(), story.summary()
    Summary.objects.filter(pk=one.pk).update(body=two.body)

    answer = signed_in(story.camille.person).get(f"/coach/summaries/{one.pk}/")

    assert answer.status_code == 409
    assert "ne s’ouvre pas" in answer.content.decode()


def test_a_fingerprint_rewritten_by_hand_is_approved_by_nobody(story):
    proposal = story.proposal()
    shown = bytes(proposal.fingerprint)
    Proposal.objects.update(fingerprint=b"x" * 32)

    with pytest.raises(Changed):
        story.approved(proposal, fingerprint=shown)


def test_a_contact_of_another_organisation_is_no_reader(story):
    camille = story.camille
    other = clients.add_sponsor(coach=camille, name="Nord", domain="", by=camille)
    stranger = clients.add_contact(sponsor=other, name="Zoé", address="zoe@nord.example", role="hr", language="fr", by=camille)
    summary = story.summary()

    facts = {"engagement": story.engagement, "text": TEXT, "vault": story.vault("Camille Aubry"), "by": camille}
    refused("contact_of_another", actions.start_summary, contact=stranger, **facts)
    Summary.objects.update(contact=stranger)
    summary.refresh_from_db()
    refused("contact_left", story.proposal, summary)
