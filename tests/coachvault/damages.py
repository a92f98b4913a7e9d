"""What somebody who owns the database could do to a practice, each with the check that must find it and what it must say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from consent.models import Attendance
from sessions.models import OwnWords
from tests.cast import Cast
from tests.house.world import World
from vault.models import DataKey

NOTE, VERSION, SESSION = "coaching_sessions_note", "coaching_sessions_noteversion", "coaching_sessions_session"
GIVEN = "insert into vault_keygrant (id, key_id, holder, giver, wrapped, signature, made_at) values ('{id}', '{key}', '{holder}', '{giver}', '', {signature}, now())"
PLANTED = f"insert into {NOTE} (id, session_id, body, version, made_at, saved_at) select '{{id}}', session_id, body, 1, now(), now() from {NOTE} limit 1"


@dataclass(frozen=True)
class Damage:
    """One statement, the check that finds it, the row it names and the code it gives."""

    statement: str
    check: str
    row: UUID
    code: str


def key_of(series: UUID) -> DataKey:
    """The only epoch of a series."""
    return DataKey.objects.get(series=series)


def damages(world: World, cast: Cast) -> Iterator[Damage]:
    """Every damage."""
    yield from of_the_ledger(world)
    yield from of_notes(world)
    yield from of_people(world)
    yield from of_notebooks(world, cast)
    yield from of_agreements(world)
    yield from of_summaries(world)
    yield from of_consents(world)
    yield from of_rights(world)
    yield from of_engagements(world, cast)
    yield from of_keys(world)
    yield from planted_grants(world, cast)


def changed(table: str, column: str, row: UUID, check: str) -> Damage:
    """One more byte in a column."""
    return Damage(f"update {table} set {column} = {column} || '\\x00' where id = '{row}'", check, row, "other_bytes")


def deleted(table: str, row: UUID, check: str) -> Damage:
    """A row less."""
    return Damage(f"delete from {table} where id = '{row}'", check, row, "missing")


def of_people(world: World) -> Iterator[Damage]:
    """Marks, cleared names and own words that change or go: each would let something through the confidentiality reading."""
    words = OwnWords.objects.get(coach=world.coach).pk
    for table, row, check in (
        ("coaching_sessions_markedperson", world.marked.pk, "marked people"),
        ("coaching_sessions_clearedname", world.cleared.pk, "cleared names"),
        ("coaching_sessions_ownwords", words, "lists of own words"),
    ):
        yield changed(table, "body", row, check)
        yield deleted(table, row, check)


def of_the_ledger(world: World) -> Iterator[Damage]:
    """Events that change or go."""
    event = f"event = 'note.finished' and about = '{world.note.pk}'"
    yield Damage(f"update vault_ledger set code = 'x' where {event}", "chains", world.coach.practice_id, "changed")
    yield Damage(f"delete from vault_ledger where {event}", "chains", world.coach.practice_id, "missing")
    yield Damage(f"delete from vault_ledger where {event}", "finished notes", world.note.pk, "no_event")
    yield Damage("update vault_ledger_signature set signature = ''", "chains", world.coach.practice_id, "a_signature_does_not_hold")


def of_notes(world: World) -> Iterator[Damage]:
    """Sessions and notes."""
    note, planted = world.note.pk, uuid4()
    yield deleted(SESSION, world.session.pk, "sessions")
    yield deleted(NOTE, note, "notes")
    yield Damage(PLANTED.format(id=planted), "notes", planted, "no_event")
    yield Damage(f"update {NOTE} set finished_at = null where id = '{note}'", "finished notes", note, "missing")
    yield changed(NOTE, "body", note, "texts of notes")
    yield Damage(f"update {NOTE} set version = 1 where id = '{note}'", "texts of notes", note, "older")
    yield Damage(f"update {VERSION} set body = '\\x00' where note_id = '{note}'", "texts kept aside", note, "other_bytes")
    yield Damage(f"delete from {VERSION} where note_id = '{note}'", "texts kept aside", note, "missing")
    yield Damage(f"update {SESSION} set state = 'cancelled'", "states of sessions", world.session.pk, "is_cancelled_after_session.held")


def of_notebooks(world: World, cast: Cast) -> Iterator[Damage]:
    """Notebooks, private texts, and texts for the coach."""
    private, shared, notebook = world.private.pk, world.shared.pk, world.private.notebook_id
    entry, text = "coaching_sessions_privateentry", "coaching_sessions_sharedentry"
    yield deleted(entry, private, "private texts")
    yield Damage(f"update {entry} set id = '{uuid4()}'", "private texts", private, "missing")
    yield changed(entry, "body", private, "texts of private entries")
    yield Damage(f"update {entry} set version = 2 where id = '{private}'", "texts of private entries", private, "older")
    yield deleted(text, shared, "texts for the coach")
    yield changed(text, "body", shared, "texts shared with coaches")
    yield Damage(f"update {text} set body = null, shared_at = null, shared_version = null", "texts shared with coaches", shared, "emptied")
    yield deleted("coaching_sessions_notebook", notebook, "notebooks")
    change = "update coaching_sessions_notebook set {}"
    yield Damage(change.format("destroyed_at = now()"), "notebooks destroyed", notebook, "no_event")
    yield Damage(change.format("destroyed_at = now()"), "keys of notebooks", notebook, "key_and_notebook_differ")
    yield Damage(change.format("key = gen_random_uuid()"), "keys of notebooks", notebook, "key_missing")
    yield Damage(change.format(f"key = '{world.engagement.shared_key}'"), "keys of notebooks", notebook, "key_of_another")
    own = f"update vault_datakey set kind = 'shared' where series = '{world.private.notebook.key}'"
    yield Damage(own, "keys of notebooks", notebook, "key_is_not_own")
    planted = GIVEN.format(
        id=(given := uuid4()),
        key=key_of(world.private.notebook.key).pk,
        holder=cast.camille.person_id,
        giver=cast.anais.person_id,
        signature="'\\x00'",
    )
    yield Damage(planted, "grants", given, "own_key_given")


def of_agreements(world: World) -> Iterator[Damage]:
    """Agreements and their signatures."""
    row = world.agreement.pk
    back = f"update consent_agreement set state = 'superseded', closed_at = now() where id = '{row}'"
    yield deleted("consent_agreement", row, "agreements")
    yield Damage(back, "states of agreements", row, "is_superseded_after_agreement.in_force")
    yield changed("consent_agreement", "document", row, "agreements as sent")
    yield changed("consent_agreement", "signed_document", row, "agreements as signed")
    for role in ("client", "coach"):
        mine = f"where agreement_id = '{row}' and role = '{role}'"
        taken = f"update consent_signatory set signed_at = null, evidence = null {mine}"
        yield Damage(taken, "signatures of agreements", row, "signature_missing")
        yield Damage(f"delete from consent_signatory {mine}", "signatures of agreements", row, "signature_missing")
    yield Damage(
        f"delete from consent_agreementevent where agreement_id = '{row}' and number = 2", "steps of agreements", row, "step_missing"
    )
    yield Damage("delete from consent_agreementevent where kind = 'in_force'", "steps of agreements", row, "steps_in_force_differ")


def of_summaries(world: World) -> Iterator[Damage]:
    """Drafts, proposals and what was shown."""
    summary, proposal = world.summary.pk, world.proposal.pk
    yield deleted("consent_summary", summary, "summaries")
    yield Damage(f"update consent_summary set deleted_at = null where id = '{summary}'", "deleted summaries", summary, "missing")
    yield changed("consent_summary", "body", summary, "texts of summaries")
    yield deleted("consent_proposal", proposal, "proposals")
    yield changed("consent_proposal", "body", proposal, "texts of proposals")
    yield changed("consent_proposal", "answer", proposal, "answers of clients")
    yield Damage(f"update consent_proposal set answer = null where id = '{proposal}'", "answers of clients", proposal, "emptied")
    yield changed("consent_disclosure", "body", world.disclosure.pk, "texts of disclosures")
    yield deleted("consent_disclosure", world.disclosure.pk, "disclosures")
    yield deleted("consent_informationrequest", world.information.pk, "questions of contacts")
    noted = Attendance.objects.get(about=world.session.pk).pk
    yield deleted("consent_attendance", noted, "attendance")


def of_consents(world: World) -> Iterator[Damage]:
    """Consents, their ends, and the copies that rest on them."""
    consent, shown = world.consent.pk, world.disclosure.pk
    copy = key_of(world.disclosure.series).pk
    end = f"insert into consent_consentevent (id, number, kind, at, consent_id) values (gen_random_uuid(), 3, '{{}}', now(), '{consent}')"
    yield deleted("consent_consent", consent, "consents")
    yield Damage(f"delete from consent_consentevent where consent_id = '{consent}'", "events of consents", consent, "given_is_gone")
    yield Damage(end.format("withdrawn"), "events of consents", consent, "withdrawn_of_no_event")
    yield Damage(
        f"update consent_consentevent set number = 5 where consent_id = '{consent}' and kind = 'given'",
        "events of consents",
        consent,
        "event_missing",
    )
    yield Damage(f"update consent_consent set given_at = null, way = '' where id = '{consent}'", "consents given", consent, "missing")
    yield Damage(end.format("expired"), "copies", shown, "ended_yet_open")
    yield Damage(f"update consent_disclosure set closed_at = now() where id = '{shown}'", "copies", shown, "closed_yet_held")
    yield Damage(f"update consent_disclosure set maker = gen_random_uuid() where id = '{shown}'", "copies", shown, "not_made_by_the_client")
    yield Damage(f"update consent_disclosure set contact_id = gen_random_uuid() where id = '{shown}'", "copies", shown, "another_contact")
    yield Damage(f"delete from vault_keygrant where key_id = '{copy}'", "copies", shown, "open_without_grant")
    yield Damage(f"delete from vault_datakey where id = '{copy}'", "copies", shown, "no_key")
    yield Damage(f"update vault_datakey set series = gen_random_uuid() where id = '{copy}'", "copies", copy, "copy_of_nothing")


def of_rights(world: World) -> Iterator[Damage]:
    """Requests about data, answers, copies."""
    row, handed = world.request.pk, world.handed.pk
    copy = world.handed.parts.first().pk
    yield deleted("consent_rightsrequest", row, "requests about data")
    yield deleted("consent_rightsanswer", handed, "answers about data")
    yield deleted("consent_rightspart", copy, "copies handed over")
    yield changed("consent_rightsrequest", "text", row, "texts of requests")
    yield changed("consent_rightsrequest", "reason", row, "reasons for putting off")
    yield changed("consent_rightsanswer", "body", handed, "texts of answers")
    yield changed("consent_rightspart", "body", copy, "texts of copies")
    closed = f"update consent_rightsrequest set state = 'withdrawn', closed_at = now() where id = '{row}'"
    yield Damage(closed, "states of requests", row, "is_withdrawn_after_rights.put_off")


def of_engagements(world: World, cast: Cast) -> Iterator[Damage]:
    """Engagements, their keys and who may enter them."""
    row, may = world.engagement.pk, "clients_engagementuserpermission"
    theirs = f"where user_id = '{cast.camille.person_id}'"
    yield deleted("clients_engagement", row, "engagements")
    yield Damage(
        f"update clients_engagement set notes_key = shared_key where id = '{row}'", "keys of engagements", row, "notes_key_missing"
    )
    yield Damage(
        f"update clients_engagement set shared_key = gen_random_uuid() where id = '{row}'", "keys of engagements", row, "shared_key_missing"
    )
    yield Damage(f"delete from {may} {theirs}", "permissions", row, "permission_missing")
    yield Damage(f"update {may} set user_id = '{cast.bruno.person_id}' {theirs}", "permissions", row, "permission_of_another")
    yield deleted("clients_client", world.client.pk, "clients")
    yield deleted("clients_sponsor", world.sponsor.pk, "organisations")
    yield deleted("clients_sponsorcontact", world.contact.pk, "contacts")
    yield deleted("clients_coach", world.coach.pk, "coaches")
    yield deleted("clients_practice", world.coach.practice_id, "practices")
    yield deleted("accounts_user", cast.bruno.person_id, "people")


def of_keys(world: World) -> Iterator[Damage]:
    """Keys, and what holds them."""
    notes, copy = key_of(world.engagement.notes_key), key_of(world.disclosure.series)
    given = copy.grants.get()
    yield Damage(f"delete from vault_keygrant where key_id = '{notes.pk}'", "keys are held", notes.pk, "nobody_holds_it")
    yield Damage(
        f"delete from vault_keygrant where key_id = '{notes.pk}'", "keys of engagements", world.engagement.pk, "coach_holds_no_key"
    )
    yield Damage(f"update vault_datakey set shredded_at = now() where id = '{copy.pk}'", "grants", given.pk, "key_is_shredded")
    yield Damage(f"delete from vault_personkeys where person = '{given.holder}'", "grants", given.pk, "holder_has_no_keys")
    yield Damage(f"delete from vault_personkeys where person = '{given.giver}'", "grants", given.pk, "giver_has_no_keys")


def planted_grants(world: World, cast: Cast) -> Iterator[Damage]:
    """Grants that nobody may give."""
    coach, client, stranger = cast.camille.person_id, cast.anais.person_id, cast.bruno.person_id
    notes, shared, copy = (
        key_of(series).pk for series in (world.engagement.notes_key, world.engagement.shared_key, world.disclosure.series)
    )
    for key, holder, giver, code in (
        (notes, client, coach, "own_key_given"),
        (notes, client, client, "giver_is_not_the_maker"),
        (shared, stranger, client, "giver_is_not_the_maker"),
        (shared, uuid4(), coach, "holder_has_no_keys"),
        (copy, coach, client, "copy_held_by_several"),
        (copy, client, client, "copy_held_by_its_maker"),
    ):
        planted, signature = uuid4(), "null" if holder == giver else "'\\x00'"
        yield Damage(GIVEN.format(id=planted, key=key, holder=holder, giver=giver, signature=signature), "grants", planted, code)
    statement = GIVEN.format(id=uuid4(), key=shared, holder=stranger, giver=coach, signature="'\\x00'")
    yield Damage(statement, "keys of engagements", world.engagement.pk, "shared_key_held_by_another")
