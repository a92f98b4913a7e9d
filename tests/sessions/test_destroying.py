"""What must go is gone, what must stay opens, and the ledger agrees with every row that was sealed again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.act import Refused
from coachvault.verification import of_the_main_database
from consent import attesting, law, rights
from consent.actions import law as law_actions
from consent.actions.engagements import end_engagement
from consent.models import Destruction, Disclosure, LegalDisclosure, Proposal, RightsPart, RightsRequest, Task, Wish
from sessions import actions as sessions
from sessions.destroying import actions, going_on, plan
from sessions.models import ClearedName, MarkedPerson, Note, NoteVersion, OwnWords, PrivateEntry, Session, SharedEntry
from tests.cast import signed_in
from tests.consent import register
from tests.house.world import World, vault_of
from tests.sessions.standing import own_databases, standing, world
from tests.vault.people import sql
from vault import epochs, ledger
from vault.models import DataKey, LedgerEntry, Renewal
from vault.unlocked import Destroyed

__all__ = ["own_databases", "standing", "world"]


def broken() -> list[Any]:
    """What verify finds, remarks left out."""
    return [(check.name, found) for check in of_the_main_database() if not check.is_remark for found in check.found]


def renewed(renewal: Renewal, world: World) -> going_on.Stand:
    """The renewal, gone on with until it is done."""
    return going_on.go_on(Renewal.objects.get(pk=renewal.pk), vault_of(world.coach), world.coach)


def opened(row: Any, world: World) -> str:
    """What a row says to its coach."""
    now = type(row).objects.get(pk=row.pk)
    return vault_of(world.coach).open(now.body, now.place())


def finished(world: World) -> Note:
    """One more note, finished, with an addition."""
    facts = {"vault": vault_of(world.coach), "by": world.coach}
    session = sessions.plan_session(
        engagement=world.engagement, starts_at=timezone.now(), minutes=60, place="office", agenda="", by=world.coach
    )
    note = sessions.start_note(session=session, **facts)
    note = sessions.finish_note(note=note, text="Une note finie", expected_version=1, **facts)
    addition = sessions.amend_note(note=note, **facts)
    sessions.finish_note(note=addition, text="Un ajout fini", expected_version=1, **facts)
    return note


# New epochs


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_new_key_seals_everything_again_and_verify_agrees(world: World, is_shared: bool):
    note = finished(world)
    versions = dict(Note.objects.values_list("pk", "version"))
    renewal = actions.begin_renewal(engagement=world.engagement, is_shared=is_shared, vault=vault_of(world.coach), by=world.coach)
    before = epochs.left(renewal)

    now = renewed(renewal, world)

    assert (now.is_done, now.left, now.total, now.done) == (True, 0, before, before)
    assert before > 3
    assert dict(Note.objects.values_list("pk", "version")) == versions
    assert opened(note, world) == "Une note finie"
    assert opened(world.proposal, world).endswith(world.phrase("proposed"))
    assert opened(world.shared, world) == world.phrase("shared")
    assert vault_of(world.client).open(world.proposal.__class__.objects.get(pk=world.proposal.pk).body, world.proposal.place())
    assert set(DataKey.objects.filter(series=renewal.series, shredded_at__isnull=True).values_list("epoch", flat=True)) == {2}
    assert broken() == []


def test_every_kind_of_text_in_the_world_is_sealed_again_by_introspection(world: World):
    found = set()
    for is_shared in (False, True):
        renewal = actions.begin_renewal(engagement=world.engagement, is_shared=is_shared, vault=vault_of(world.coach), by=world.coach)
        renewed(renewal, world)
        series = world.engagement.shared_key if is_shared else world.engagement.notes_key
        for column in epochs.columns():
            rows = [column.value(row).stored()[:4] for row in column.under(series)]
            assert set(rows) <= {b"\0\0\0\2"}, column.name
            found |= {(column.model, column.field.attname)} if rows else set()

    seldom = {(Disclosure, "body"), (LegalDisclosure, "body"), (NoteVersion, "body"), (RightsPart, "draft"), (RightsRequest, "reason")}
    assert found >= plan.NAMES.keys() - seldom - {(Wish, "answer"), (Proposal, "answer")}


def test_every_sealed_column_of_an_engagement_has_a_name_on_the_attestation():
    beside = {(OwnWords, "body"), (PrivateEntry, "body"), (SharedEntry, "draft")}

    assert {(column.model, column.field.attname) for column in epochs.columns()} - beside == plan.NAMES.keys()
    assert set(plan.NAMES.values()) <= attesting.WHAT.keys()


def test_batches_are_small_and_an_interrupted_one_goes_on_at_the_next_unlock(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(epochs, "BATCH", 2)
    renewal = actions.begin_renewal(engagement=world.engagement, is_shared=False, vault=vault_of(world.coach), by=world.coach)

    batch = actions.reseal(renewal=renewal, vault=vault_of(world.coach), by=world.coach)

    assert batch.done == 2
    assert opened(world.note, world) == world.phrase("note")
    signed_in(world.coach.person)
    assert Renewal.objects.get().done_at is not None
    assert broken() == []


def test_nothing_is_destroyed_while_a_text_is_left_under_the_old_key(world: World):
    renewal = actions.begin_renewal(engagement=world.engagement, is_shared=False, vault=vault_of(world.coach), by=world.coach)

    with pytest.raises(Refused):
        actions.finish_renewal(renewal=renewal, by=world.coach)

    assert opened(world.note, world) == world.phrase("note")


def test_what_does_not_open_stops_the_destruction_until_the_coach_says_so(world: World):
    sql("update coaching_sessions_note set body = substring(body from 1 for 40) || 'x' where id = %s", world.note.pk)
    renewal = actions.begin_renewal(engagement=world.engagement, is_shared=False, vault=vault_of(world.coach), by=world.coach)

    now = renewed(renewal, world)

    assert (now.is_done, now.is_stuck, now.closed) == (False, True, 1)
    actions.finish_renewal(renewal=renewal, even_closed=True, by=world.coach)
    assert Renewal.objects.get().done_at is not None


def test_another_coach_can_do_nothing_with_it(world: World):
    renewal = actions.begin_renewal(engagement=world.engagement, is_shared=True, vault=vault_of(world.coach), by=world.coach)
    bruno = {"vault": vault_of(world.bruno), "by": world.bruno}

    for act in (
        lambda: actions.begin_renewal(engagement=world.engagement, is_shared=True, **bruno),
        lambda: actions.reseal(renewal=renewal, **bruno),
        lambda: actions.finish_renewal(renewal=renewal, by=world.bruno),
        lambda: actions.destroy_note(note=world.note, **bruno),
        lambda: actions.destroy_engagement(engagement=world.engagement, ground="decision", **bruno),
    ):
        with pytest.raises(Refused):
            act()
    assert Note.objects.filter(pk=world.note.pk).exists()


def test_psql_cannot_change_a_finished_note_by_raising_its_epoch(world: World):
    note = finished(world)

    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        sql("update coaching_sessions_note set body = '\\x00000009aa' where id = %s", note.pk)


# One note


def test_one_note_is_gone_at_once_and_for_good_once_the_rest_is_sealed_again(world: World):
    note = finished(world)
    kept = Note.objects.get(pk=note.pk)
    stolen, place = kept.body, kept.place()

    gone = actions.destroy_note(note=note, vault=vault_of(world.coach), by=world.coach)

    assert not Note.objects.filter(pk=note.pk).exists()
    assert not Note.objects.filter(adds_to=note.pk).exists()
    assert (gone.shredded_at, dict(gone.details["goes"])["note"]) == (None, 2)
    assert vault_of(world.coach).open(stolen, place) == "Une note finie"
    renewed(Renewal.objects.get(pk=gone.renewal), world)
    with pytest.raises(Destroyed):
        vault_of(world.coach).open(stolen, place)
    assert opened(world.note, world) == world.phrase("note")
    gone.refresh_from_db()
    assert gone.shredded_at is not None
    assert [key["epoch"] for key in gone.details["keys"]] == [1]
    assert broken() == []


def test_its_earlier_texts_and_what_was_prepared_of_it_go_too_and_a_copy_handed_over_stays(world: World):
    handed = RightsPart.objects.filter(request=world.handed).count()

    actions.destroy_note(note=world.note, vault=vault_of(world.coach), by=world.coach)

    assert not NoteVersion.objects.filter(note=world.note.pk).exists()
    assert RightsPart.objects.filter(request=world.handed).count() == handed


def test_a_note_put_back_by_psql_opens_nothing_and_verify_names_it(world: World):
    row = Note.objects.get(pk=world.note.pk)
    gone = actions.destroy_note(note=world.note, vault=vault_of(world.coach), by=world.coach)
    renewed(Renewal.objects.get(pk=gone.renewal), world)

    row.save(force_insert=True)

    with pytest.raises(Refused):
        sessions.read_note(note=Note.objects.get(pk=row.pk), vault=vault_of(world.coach), by=world.coach)
    assert ("notes", str(row.pk), "deleted_yet_here") in [(name, one.where, one.why) for name, one in broken()]


def test_old_bytes_put_back_after_sealing_again_are_named_by_verify(world: World):
    mark = MarkedPerson.objects.get(pk=world.marked.pk)
    old = mark.body.stored()
    renewal = actions.begin_renewal(engagement=world.engagement, is_shared=False, vault=vault_of(world.coach), by=world.coach)
    renewed(renewal, world)

    sql("update coaching_sessions_markedperson set body = %s where id = %s", old, mark.pk)

    assert [(name, one.why) for name, one in broken()] == [("marked people", "other_bytes")]


def test_a_note_on_which_a_hold_stands_is_not_destroyed(world: World):
    from consent.actions.retention import put_hold

    until = timezone.localdate() + timedelta(days=9)
    put_hold(engagement=world.engagement, ground="legal_claim", reason="Prud’hommes", until=until, by=world.coach)

    with pytest.raises(Refused):
        actions.destroy_note(note=world.note, vault=vault_of(world.coach), by=world.coach)

    assert Note.objects.filter(pk=world.note.pk).exists()


# Everything in an engagement


def destroyed(world: World) -> Destruction:
    """Everything written in the engagement, destroyed by its coach."""
    if world.engagement.ended_at is None:
        world.engagement = end_engagement(engagement=world.engagement, by=world.coach)
    return actions.destroy_engagement(engagement=world.engagement, ground="decision", vault=vault_of(world.coach), by=world.coach)


def test_an_engagement_s_texts_are_gone_and_its_register_opens(world: World):
    sealed = {column.name: [column.value(row) for row in column.under(world.engagement.notes_key)] for column in epochs.columns()}
    place = Note.objects.get(pk=world.note.pk).place()

    gone = destroyed(world)

    assert not Note.objects.filter(session__engagement=world.engagement).exists()
    assert not NoteVersion.objects.filter(note__session__engagement=world.engagement).exists()
    assert not MarkedPerson.objects.filter(engagement=world.engagement).exists()
    assert not ClearedName.objects.filter(engagement=world.engagement).exists()
    assert {one.agenda for one in Session.objects.filter(engagement=world.engagement)} == {""}
    world.engagement.refresh_from_db()
    assert world.engagement.details["objective"] == ""
    for series in (world.engagement.notes_key, world.engagement.shared_key, world.disclosure.series):
        assert not DataKey.objects.filter(series=series, shredded_at__isnull=True).exists()
    with pytest.raises(Destroyed):
        vault_of(world.coach).open(sealed["coaching_sessions_note.body"][0], place)
    entry, added = law_actions.read_entry(entry=_entry(world.law), vault=vault_of(world.coach), by=world.coach)
    assert entry.given == world.phrase("law")
    assert len(added) == 1
    assert gone.shredded_at is not None
    assert broken() == []


def _entry(row: LegalDisclosure) -> LegalDisclosure:
    return LegalDisclosure.objects.select_related("engagement__coach").get(pk=row.pk)


def test_what_the_client_was_told_goes_with_the_shared_space_and_the_register_keeps_it(world: World):
    destroyed(world)

    entry, added = law_actions.read_entry(entry=_entry(world.told), vault=vault_of(world.coach), by=world.coach)

    assert entry.given == world.phrase("told")
    assert [(one.kind, said) for one, said in added] == [("told", None)]


def test_what_was_signed_and_permitted_stays(world: World):
    before = rights.what_stays([world.engagement])

    gone = destroyed(world)

    assert rights.what_stays([world.engagement]) == before
    assert [tuple(one) for one in gone.details["stays"]] == before
    assert Disclosure.objects.filter(pk=world.disclosure.pk, closed_at__isnull=False).exists()


def test_the_client_s_own_draft_stays_theirs(world: World):
    destroyed(world)

    entry = SharedEntry.objects.select_related("engagement__client").get(pk=world.shared.pk)
    assert entry.draft is not None
    assert vault_of(world.client).open(entry.draft, entry.draft_place_now()) == world.phrase("unshared")


def test_the_attestation_holds_numbers_and_hashes_and_no_phrase(world: World):
    world.engagement = end_engagement(engagement=world.engagement, by=world.coach)
    hashes = plan.of_engagement(world.engagement).hashes
    gone = destroyed(world)

    assert attesting.attest(gone.pk)

    gone.refresh_from_db()
    assert gone.record is not None
    assert gone.document is not None
    said = json.loads(gone.record)
    assert sorted(said["sealed_bytes_sha256"]) == sorted(hashes)
    assert said["decided_by"] == "coach"
    assert {one["series"] for one in said["keys"]} == {
        str(world.engagement.notes_key),
        str(world.engagement.shared_key),
    }
    assert [phrase for phrase in world.readers() if phrase in gone.record.decode() and phrase.startswith("phrase")] == []
    assert gone.document.startswith(b"%PDF")
    from pades import verifying

    assert verifying.check(gone.document, fields=["Proof", "Archive"], at=timezone.now()).is_good
    assert attesting.attest(gone.pk)
    assert broken() == []


def test_no_attestation_is_made_while_a_half_is_still_there(world: World, monkeypatch: pytest.MonkeyPatch):
    gone = destroyed(world)
    monkeypatch.setattr(attesting.shredding, "finish", lambda at: 0)  # a keyring that does not answer

    assert not attesting.attest(gone.pk)

    monkeypatch.undo()
    assert attesting.attest(gone.pk)


def test_it_is_destroyed_once_and_an_engagement_that_goes_on_not_by_decision(world: World):
    with pytest.raises(Refused):
        actions.destroy_engagement(engagement=world.engagement, ground="decision", vault=vault_of(world.coach), by=world.coach)
    destroyed(world)

    with pytest.raises(Refused):
        destroyed(world)

    assert Destruction.objects.count() == 1


def test_an_old_register_under_the_notes_key_is_kept_by_a_new_epoch_and_needs_the_vault(world: World):
    _as_once(world)
    world.engagement = end_engagement(engagement=world.engagement, by=world.coach)

    with pytest.raises(Refused) as no, transaction.atomic():
        actions.destroy_engagement(engagement=world.engagement, ground="decision", vault=None, by=world.coach)
    assert no.value.code == "register_needs_the_vault"
    gone = destroyed(world)
    assert gone.shredded_at is None
    renewed(Renewal.objects.get(pk=gone.renewal), world)

    entry, _added = law_actions.read_entry(entry=_entry(world.law), vault=vault_of(world.coach), by=world.coach)
    assert entry.given == world.phrase("law")
    gone.refresh_from_db()
    assert gone.shredded_at is not None
    assert law.is_confirmed(_entry(world.law))


def _as_once(world: World) -> None:
    """The register as it was before entries had a key of their own: new entries beside, sealed with the notes' key as the action once did."""
    vault = vault_of(world.coach)
    row = LegalDisclosure(id=uuid4(), engagement=world.engagement, way="requisition", ground="court_or_authority", made_at=timezone.now())
    said = register.entry(text=world.phrase("law"))
    row.review_on = said.review_on
    row.body = vault.seal(json.dumps(said.kept()), row.place())
    row.save(force_insert=True)
    facts = {"kind": "law", "about": row.pk, "code": row.ground, "stored": row.body.stored()}
    ledger.record("law.recorded", chain=world.coach.practice_id, by=world.coach.person_id, **facts)
    world.law = row


def test_tasks_that_waited_for_it_are_done(world: World):
    destroyed(world)

    assert not Task.objects.open().filter(kind=Task.Kind.RETENTION).exists()
    assert LedgerEntry.objects.filter(event="engagement.destroyed", subject=world.engagement.pk).count() == 1
