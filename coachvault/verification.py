"""What `manage.py verify` asks of the practice: which events make which rows, whose bytes the ledger knows, and who may hold what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Model

from accounts.models import User
from clients.models import Client, Coach, Engagement, EngagementUserPermission, Practice, Sponsor, SponsorContact
from clients.permissions import COACH, FOLLOW
from consent.models import (
    Agreement,
    AgreementEvent,
    AgreementTemplate,
    Attendance,
    Consent,
    ConsentEvent,
    Destruction,
    Disclosure,
    Hold,
    InformationRequest,
    LegalAddition,
    LegalDisclosure,
    Pledge,
    PledgeReceipt,
    Proposal,
    RetentionNotice,
    RightsAnswer,
    RightsPart,
    RightsRequest,
    Signatory,
    Summary,
    Task,
    Wish,
)
from sessions.models import ClearedName, MarkedPerson, Note, Notebook, NoteVersion, OwnWords, PrivateEntry, Session, SharedEntry
from vault import verification
from vault.verification import Bytes, Check, Rows, States


def table(model: type[Model]) -> str:
    """The table of a model."""
    return str(model._meta.db_table)


ROWS: Final = (
    Rows("people", table(User), ("person.made",), ("person.removed",)),
    Rows("coaches", table(Coach), ("coach.made",)),
    Rows("clients", table(Client), ("client.added",)),
    Rows("organisations", table(Sponsor), ("sponsor.added",)),
    Rows("contacts", table(SponsorContact), ("contact.added",)),
    Rows("engagements", table(Engagement), ("engagement.opened",)),
    Rows("sessions", table(Session), ("session.planned",)),
    Rows("notes", table(Note), ("note.started", "note.amended"), ("note.deleted", "note.destroyed")),
    Rows("marked people", table(MarkedPerson), ("mark.made",), ("mark.removed",)),
    Rows("cleared names", table(ClearedName), ("name.cleared",), ("name.uncleared",)),
    Rows("lists of own words", table(OwnWords), ("words.started",)),
    Rows("finished notes", table(Note), ("note.finished",), ("note.destroyed",), where="finished_at is not null"),
    Rows("notebooks", table(Notebook), ("notebook.made",)),
    Rows("notebooks destroyed", table(Notebook), ("notebook.destroyed",), where="destroyed_at is not null"),
    Rows("private texts", table(PrivateEntry), ("private_entry.started",), ("private_entry.erased",)),
    Rows("texts for the coach", table(SharedEntry), ("shared_entry.started",), ("shared_entry.erased",)),
    Rows("agreements", table(Agreement), ("agreement.drafted",)),
    Rows("agreements in force, once", table(Agreement), ("agreement.in_force",), where="in_force_at is not null"),
    Rows("agreements complete", table(Agreement), ("agreement.completed",), where="completed_at is not null"),
    Rows("signatures", table(Signatory), ("signature.given",), where="signed_at is not null"),
    Rows("pledges", table(Pledge), ("pledge.written",), ("pledge.discarded",)),
    Rows("receipts of pledges", table(PledgeReceipt), ("pledge.delivered", "pledge.renewed", "pledge.acknowledged")),
    Rows("templates", table(AgreementTemplate), ("template.started", "template.revised"), ("template.deleted",)),
    Rows("attendance", table(Attendance), ("attendance.noted",), ("attendance.forgotten",)),
    Rows("questions of contacts", table(InformationRequest), ("request.asked",)),
    Rows("summaries", table(Summary), ("summary.started",)),
    Rows("deleted summaries", table(Summary), ("summary.deleted",), where="deleted_at is not null"),
    Rows("wishes", table(Wish), ("wish.made",)),
    Rows("proposals", table(Proposal), ("summary.proposed",)),
    Rows("consents", table(Consent), ("consent.requested",)),
    Rows("consents given", table(Consent), ("consent.given",), where="given_at is not null"),
    Rows("disclosures", table(Disclosure), ("summary.disclosed",)),
    Rows("legal disclosures", table(LegalDisclosure), ("law.recorded",)),
    Rows("what was added to them", table(LegalAddition), ("law.completed", "law.put_off", "law.told")),
    Rows("tasks", table(Task), ("task.added",)),
    Rows("tasks done", table(Task), ("task.done",), where="done_at is not null"),
    Rows("requests about data", table(RightsRequest), ("rights.asked",)),
    Rows("answers about data", table(RightsAnswer), ("rights.answered",)),
    Rows("holds", table(Hold), ("hold.put",)),
    Rows("announcements of destruction", table(RetentionNotice), ("retention.noticed",)),
    Rows("destructions", table(Destruction), ("destruction.begun", "engagement.destroyed")),
    Rows("attestations", table(Destruction), ("destruction.attested",), where="attested_at is not null"),
    Rows("copies handed over", table(RightsPart), ("rights.handed_over",), where="body is not null"),
)
BYTES: Final = (
    Bytes(
        "texts of notes", table(Note), "body", "note", ("note.started", "note.amended", "note.restored", "note.finished"),
        final="row.finished_at is not null", has_versions=True,
    ),
    Bytes("marked people", table(MarkedPerson), "body", "mark", ("mark.made", "mark.changed")),
    Bytes("cleared names", table(ClearedName), "body", "name", ("name.cleared",)),
    Bytes("lists of own words", table(OwnWords), "body", "words", ("words.started", "words.written")),
    Bytes(
        "texts of private entries", table(PrivateEntry), "body", "private_entry", ("private_entry.started", "private_entry.kept"),
        final="false", has_versions=True,
    ),
    Bytes("texts shared with coaches", table(SharedEntry), "body", "shared_entry", ("shared_entry.shared",)),
    Bytes("texts of summaries", table(Summary), "body", "summary", ("summary.started",), final="false", has_versions=True),
    Bytes("texts of proposals", table(Proposal), "body", "proposal", ("summary.proposed",)),
    Bytes("answers of clients", table(Proposal), "answer", "proposal", ("summary.changes_asked",)),
    Bytes("texts of wishes", table(Wish), "body", "wish", ("wish.made",)),
    Bytes("answers to wishes", table(Wish), "answer", "wish", ("wish.declined",)),
    Bytes("texts of disclosures", table(Disclosure), "body", "disclosure", ("summary.disclosed",)),
    Bytes("legal disclosures", table(LegalDisclosure), "body", "law", ("law.recorded",)),
    Bytes("what was added to legal disclosures", table(LegalAddition), "body", "law_part", ("law.completed", "law.put_off", "law.told")),
    Bytes("texts of requests", table(RightsRequest), "text", "rightsrequest", ("rights.asked",)),
    Bytes("reasons for putting off", table(RightsRequest), "reason", "rightsrequest", ("rights.put_off",)),
    Bytes("texts of answers", table(RightsAnswer), "body", "rightsanswer", ("rights.answered",)),
    Bytes("texts of copies", table(RightsPart), "body", "rightspart", ("rights.handed_over",)),
    Bytes("attestations of destruction", table(Destruction), "document", "destruction", ("destruction.attested",)),
    Bytes("agreements as sent", table(Agreement), "document", "agreement", ("agreement.drafted", "agreement.sent")),
    Bytes(
        "agreements as signed", table(Agreement), "signed_document", "agreement",
        ("agreement.signed", "agreement.in_force", "agreement.completed"),
    ),
    Bytes("proof files", table(Agreement), "proof", "agreement", ("agreement.proven",)),
    Bytes("evidence of signatures", table(Signatory), "evidence", "signatory", ("signature.given",)),
    Bytes("pledges as published", table(Pledge), "document", "pledge", ("pledge.published",)),
    Bytes("proofs of receipt", table(PledgeReceipt), "evidence", "receipt", ("pledge.acknowledged",)),
    Bytes(
        "templates", table(AgreementTemplate), "details", "template",
        ("template.started", "template.revised", "template.written", "template.published"),
    ),
)  # fmt: skip
STATES: Final = (
    States(
        "states of templates",
        table(AgreementTemplate),
        {"template.written": ("draft",), "template.published": ("published",)}
        | dict.fromkeys(("template.replaced", "template.retired"), ("retired",)),
    ),
    States(
        "states of sessions",
        table(Session),
        {"session.planned": ("planned",), "session.held": ("held",), "session.cancelled": ("cancelled",), "session.reopened": ("planned",)},
    ),
    States(
        "states of agreements",
        table(Agreement),
        {"agreement.drafted": ("draft", "cancelled")}  # a draft is cancelled by the next one, without an event of its own
        | dict.fromkeys(("agreement.sent", "agreement.resent"), ("sent",))
        | {"agreement.signed": ("sent", "signed"), "agreement.renounced": ("terminated",)}  # others may still have to sign
        | {f"agreement.{state}": (state,) for state in ("in_force", "superseded", "declined", "expired", "cancelled", "terminated")},
    ),
    States(
        "states of wishes",
        table(Wish),
        {"wish.made": ("asked",)} | {f"wish.{state}": (state,) for state in ("taken", "declined", "taken_back")},
    ),
    States(
        "states of requests",
        table(RightsRequest),
        {
            "rights.asked": ("asked",),
            "rights.put_off": ("extended",),
            "rights.withdrawn": ("withdrawn",),
            "rights.answered": ("answered",),
        },
    ),
    States(
        "states of pledges",
        table(Pledge),
        {"pledge.written": ("draft",), "pledge.published": ("published",), "pledge.replaced": ("replaced",)},
    ),
)
TABLES: Final = {
    model.__name__.lower(): table(model)
    for model in (
        Practice,
        Coach,
        Agreement,
        AgreementEvent,
        Signatory,
        Client,
        SponsorContact,
        Engagement,
        EngagementUserPermission,
        Consent,
        ConsentEvent,
        Disclosure,
        Note,
        NoteVersion,
        Notebook,
    )
}
PRACTICES: Final = """
select coalesce(told.chain, p.id), case when p.id is null then 'missing' else 'no_event' end
from (select distinct chain from vault_ledger where event = 'coach.made' and chain not in (select chain from vault_ledger where event = %(removed)s)) told
full join {practice} p on p.id = told.chain where p.id is null or told.chain is null order by 1
"""
KEPT_ASIDE: Final = """
select l.about, case when v.id is null then 'missing' else 'other_bytes' end
from vault_ledger l join {note} n on n.id = l.about left join {noteversion} v on v.note_id = l.about and v.version = l.version
left join lateral (
  select r.digest from vault_ledger r
  where r.about = v.id and r.event = 'resealed' and r.kind = '{noteversion}' and r.code = 'body' order by r.id desc limit 1) again on true
where l.event = 'note.kept_aside' and (v.id is null or sha256(v.body) <> coalesce(again.digest, l.digest)) order by 1
"""
KEYS: Final = """
with e as (select e.id, e.notes_key, e.shared_key, c.person_id as coach, c.practice_id as practice, cl.person_id as client
  from {engagement} e join {coach} c on c.id = e.coach_id join {client} cl on cl.id = e.client_id)
select e.id, needed.name || '_key_missing' from e cross join lateral (values ('notes', e.notes_key, 'own'), ('shared', e.shared_key, 'shared')) needed (name, series, kind)
where not exists (select 1 from vault_datakey k where k.series = needed.series and k.kind = needed.kind and k.maker = e.coach and k.practice = e.practice)
union all
select e.id, 'coach_holds_no_key' from e join vault_datakey k on k.series in (e.notes_key, e.shared_key) and k.shredded_at is null
where not exists (select 1 from vault_keygrant g where g.key_id = k.id and g.holder = e.coach)
union all
select e.id, 'shared_key_held_by_another' from e join vault_datakey k on k.series = e.shared_key join vault_keygrant g on g.key_id = k.id
where g.holder <> e.coach and g.holder is distinct from e.client order by 1
"""
PERMISSIONS: Final = """
with wanted as (
  select e.id, c.person_id as person, %(coach_may)s as may from {engagement} e join {coach} c on c.id = e.coach_id
  union all select e.id, cl.person_id, %(client_may)s from {engagement} e join {client} cl on cl.id = e.client_id where cl.person_id is not null
), given as (
  select o.content_object_id as id, o.user_id as person, p.codename as may from {engagementuserpermission} o join auth_permission p on p.id = o.permission_id
)
select id, case when given.person is null then 'permission_missing' else 'permission_of_another' end
from wanted full join given using (id, person, may) where wanted.person is null or given.person is null order by 1
"""
DISCLOSURES: Final = """
select d.id, case
  when d.maker is distinct from cl.person_id then 'not_made_by_the_client'
  when d.contact_id is distinct from co.contact_id then 'another_contact'
  when k.id is null then 'no_key'
  when d.closed_at is not null and (k.shredded_at is null or g.id is not null) then 'closed_yet_held'
  when d.closed_at is null and exists (select 1 from {consentevent} x where x.consent_id = co.id and x.kind not in ('requested', 'given')) then 'ended_yet_open'
  when d.closed_at is null and (k.shredded_at is not null or g.id is null) then 'open_without_grant' end
from {disclosure} d left join {consent} co on co.id = d.consent_id left join {engagement} e on e.id = co.engagement_id
left join {client} cl on cl.id = e.client_id left join {sponsorcontact} r on r.id = d.contact_id
left join vault_datakey k on k.series = d.series and k.kind = 'copy' and k.maker = d.maker
left join vault_keygrant g on g.key_id = k.id and g.holder = r.person_id
union all
select k.id, 'copy_of_nothing' from vault_datakey k
where k.kind = 'copy' and k.shredded_at is null and not exists (select 1 from {disclosure} d where d.series = k.series) order by 1
"""
NOTEBOOKS: Final = """
select n.id, case when k.id is null then 'key_missing' when cl.person_id is distinct from k.maker then 'key_of_another' when k.kind <> 'own' then 'key_is_not_own'
  when (n.destroyed_at is null) <> (k.shredded_at is null) then 'key_and_notebook_differ' end
from {notebook} n join {client} cl on cl.id = n.client_id left join vault_datakey k on k.series = n.key
  and not exists (select 1 from vault_datakey later where later.series = k.series and later.epoch > k.epoch) order by 1
"""
EVENTS: Final = """
with told as (select about as id, substr(event, 9) as kind, count(*) as n from vault_ledger
  where kind = 'consent' and event like 'consent.%%' and about in (select id from {consent}) group by 1, 2),
here as (select consent_id as id, kind, count(*) as n from {consentevent} group by 1, 2)
select coalesce(told.id, here.id), coalesce(kind, '') || case when here.n is null then '_is_gone' when told.n is null then '_of_no_event' else '_differs' end
from told full join here using (id, kind) where told.n is distinct from here.n
union all
select consent_id, 'event_missing' from {consentevent} group by consent_id having count(*) <> max(number)
union all
select c.id, 'given_without_saying' from {consent} c
where (c.given_at is not null) <> exists (select 1 from {consentevent} x where x.consent_id = c.id and x.kind = 'given') order by 1
"""
SIGNATURES: Final = """
with told as (select about, count(*) as n from vault_ledger where event in ('agreement.signed', 'agreement.in_force') group by about),
here as (select agreement_id, count(*) filter (where signed_at is not null) as n, count(*) as people, max(position) as last from {signatory} group by agreement_id)
select a.id, case when coalesce(here.n, 0) < coalesce(told.n, 0) then 'signature_missing' when coalesce(here.n, 0) > coalesce(told.n, 0) then 'signature_of_no_event'
  when here.people is distinct from here.last then 'signatories_missing' end
from {agreement} a left join told on told.about = a.id left join here on here.agreement_id = a.id order by 1
"""
STEPS: Final = """
with told as (select about, substr(event, 11) as kind, count(*) as n from vault_ledger where kind = 'agreement' group by 1, 2),
here as (select agreement_id, kind, count(*) as n from {agreementevent} group by 1, 2)
select a.id, 'steps_' || k.kind || '_differ' from {agreement} a cross join unnest(%(kinds)s::text[]) as k (kind)
left join told on told.about = a.id and told.kind = k.kind left join here on here.agreement_id = a.id and here.kind = k.kind
where coalesce(told.n, 0) <> coalesce(here.n, 0)
union all
select agreement_id, 'step_missing' from {agreementevent} group by agreement_id having count(*) <> max(number) order by 1
"""
KINDS: Final = (  # of steps that the ledger tells of under the same name
    "drafted", "cancelled", "expired", "reminded", "opened", "read_to_the_end", "code_asked", "code_sent", "question", "answer",
    "paper_asked", "declined", "in_force", "superseded", "completed", "renounced", "terminated",
)  # fmt: skip


def checks(at: datetime) -> Iterator[Check]:
    """Every check. All but the keyring's see the same moment; nothing is written and nothing opened."""
    yield from verification.keyring(at)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read read only")
        yield from of_the_main_database()


def of_the_main_database() -> Iterator[Check]:
    """The checks that need the main database alone."""
    yield verification.chains()
    yield _asked("practices", Practice, PRACTICES, removed=verification.REMOVED)
    yield from (verification.rows(kind) for kind in ROWS)
    yield from (verification.stored(kind) for kind in BYTES)
    yield _asked("texts kept aside", NoteVersion, KEPT_ASIDE)
    yield from (verification.states(kind) for kind in STATES)
    yield _asked("signatures of agreements", Signatory, SIGNATURES)
    yield _asked("steps of agreements", AgreementEvent, STEPS, kinds=list(KINDS))
    yield from verification.grants()
    yield _asked("keys of engagements", Engagement, KEYS)
    yield _asked("keys of notebooks", Notebook, NOTEBOOKS)
    yield _asked("permissions", EngagementUserPermission, PERMISSIONS, coach_may=COACH, client_may=FOLLOW)
    yield _asked("copies", Disclosure, DISCLOSURES)
    yield _asked("events of consents", Consent, EVENTS)


def _asked(name: str, model: type[Model], query: str, **facts: Any) -> Check:
    return Check(name, verification.count(table(model)), verification.found(query.format(**TABLES), facts))
