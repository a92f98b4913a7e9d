"""What destroys: keys first, then rows. What stays of an engagement is facts: dates, states, signatures, ids.

Order of the locks, so that nobody waits for another in a circle: the engagement, its sessions and notes, its keys, the ledger.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.act import Refused, act, person_of
from accounts.models import User
from clients.models import Client, Coach, Engagement
from consent import jobs, retention
from consent.actions.engagements import end_engagement
from consent.actions.tasks import finish_task
from consent.models import Destruction, RightsPart, RightsRequest, Task
from consent.standing import hold_all
from sessions import policies
from sessions.destroying import plan
from sessions.models import ClearedName, MarkedPerson, Note, Session, SharedEntry
from vault import epochs, ledger, shredding
from vault.epochs import Batch
from vault.models import DataKey, Renewal
from vault.primitives import Closed
from vault.unlocked import Unlocked

Scope, Ground = Destruction.Scope, Destruction.Ground


def _locked(engagement: Engagement, by: Coach | None) -> Engagement:
    """The engagement, on which nobody else holds back or destroys anything until the transaction ends; refuses another coach."""
    rows = Engagement.objects.select_for_update(of=("self",), no_key=True).select_related("coach", "client")
    row = rows.get(pk=engagement.pk)
    if by is not None:
        policies.check_hers(row, by)
    return row


def _record(event: str, row: Any, engagement: Engagement, by: Any, at: datetime | None, *, code: str = "", kind: str = "") -> None:
    ledger.record(
        event,
        chain=engagement.coach.practice_id,
        by=person_of(by),
        kind=kind or type(row).__name__.lower(),
        about=row.pk,
        subject=engagement.pk,
        code=code,
        at=at,
    )


def _told(keys: list[DataKey]) -> list[dict[str, Any]]:
    """Epochs of keys as the attestation names them."""
    return [{"id": str(key.pk), "series": str(key.series), "epoch": key.epoch} for key in keys]


# One note


@act
def destroy_note(*, note: Note, vault: Unlocked, by: Coach, at: datetime | None = None) -> Destruction:
    """This function will delete a note with its additions and earlier texts, and begin the new epoch that the rest is sealed under.

    From this moment nobody is shown it. Once the rest is sealed anew the old epoch is destroyed, and no backup opens the note any more.
    """
    now = at or timezone.now()
    engagement = _locked(note.session.engagement, by)
    retention.check_not_held(retention.schedule(engagement, now))
    mine = _held_notes(note)
    renewal = epochs.begin(engagement.notes_key, vault, now, afresh=True)
    going = plan.of_note(mine)  # after the key is held: what was being saved is among them
    RightsPart.objects.filter(source__in=[one.pk for one in mine], body__isnull=True).delete()
    for one in mine:
        Note.objects.filter(pk=one.pk).delete()  # its earlier texts go with it
    details = {"goes": going.listed, "stays": plan.staying(engagement), "keys": [], "sha256": going.hashes}
    facts = {"scope": Scope.NOTE, "ground": Ground.DECISION, "renewal": renewal.pk, "by": person_of(by), "details": details}
    row = Destruction.objects.create(engagement=engagement, begun_at=now, **facts)
    for one in mine:
        _record("note.destroyed", one, engagement, by, at)
    _record("destruction.begun", row, engagement, by, at, code=row.scope)
    return row


def _held_notes(note: Note) -> list[Note]:
    """The note and its additions as they stand, nobody else's until the transaction ends."""
    list(Note.objects.select_for_update(of=("self",)).filter(pk=note.pk))
    row = Note.objects.filter(pk=note.pk).first()
    if row is None:
        raise Refused(_("This note is no longer there."), code="note_gone")
    list(Note.objects.select_for_update(of=("self",)).filter(adds_to=row).order_by("pk"))
    return plan.notes_with(row)


# New epochs


def _own(renewal: Renewal, by: Coach | User) -> DataKey:
    """The new epoch; refuses what somebody else began."""
    key = DataKey.objects.filter(series=renewal.series, epoch=renewal.epoch, maker=person_of(by)).first()
    if key is None:
        raise Refused(code="not_hers")
    return key


def _tell(event: str, renewal: Renewal, key: DataKey, by: Coach | User, at: datetime | None) -> None:
    """Write an event of a new epoch, under its engagement where it is the key of the notes or of the shared space."""
    of = (
        Engagement.objects.filter(Q(notes_key=key.series) | Q(shared_key=key.series), coach__person=key.maker)
        .only("pk", "notes_key")
        .first()
    )
    code = "" if of is None or event != "key.renewing" else "notes" if of.notes_key == key.series else "shared"
    subject = of.pk if of is not None else None
    ledger.record(event, chain=key.practice, by=person_of(by), kind="renewal", about=renewal.pk, subject=subject, code=code, at=at)


@act
def begin_renewal(*, engagement: Engagement, is_shared: bool, vault: Unlocked, by: Coach, at: datetime | None = None) -> Renewal:
    """This function will make a new epoch of the key of an engagement's notes, or of its shared space; or give back the one under way."""
    row = _locked(engagement, by)
    retention.check_not_destroyed(retention.schedule(row, at or timezone.now()))
    renewal = epochs.begin(row.shared_key if is_shared else row.notes_key, vault, at or timezone.now())
    _tell("key.renewing", renewal, _own(renewal, by), by, at)
    return renewal


@act
def begin_anew(*, vault: Unlocked, by: User, at: datetime | None = None) -> list[Renewal]:
    """This function will make a new epoch of every key of a person that may have leaked. What does not open stays as it is.

    From this moment nothing is saved under a secret that somebody could have copied. Refuses where there is no such key.
    """
    now, begun = at or timezone.now(), []
    list(Engagement.objects.select_for_update(of=("self",), no_key=True).filter(coach__person=by).order_by("pk").values_list("pk"))
    list(Client.objects.select_for_update(of=("self",)).filter(person=by).order_by("pk").values_list("pk"))
    shredding.hold(epochs.old(by.pk))  # all at once, in the order in which whoever destroys holds them
    for series, since in epochs.old(by.pk).items():
        with suppress(Closed):
            begun.append(epochs.begin(series, vault, max(now, since), afresh=True))
    if not begun:
        raise Refused(code="nothing_old")
    for renewal in begun:
        _tell("key.renewing", renewal, _own(renewal, by), by, at)
    return begun


@act
def reseal(*, renewal: Renewal, vault: Unlocked, without: Collection[UUID] = (), by: Coach | User, at: datetime | None = None) -> Batch:
    """This function will seal the next few texts under the new epoch. `without`: rows that are known not to open."""
    key = _own(renewal, by)
    batch = epochs.reseal(renewal, vault, chain=key.practice, by=key.maker, at=at, without=without)
    _tell("key.resealed", renewal, key, by, at)
    return batch


@act
def finish_renewal(*, renewal: Renewal, even_closed: bool = False, by: Coach | User, at: datetime | None = None) -> Renewal:
    """This function will destroy the epochs before the new one, and complete what waited for it. Refuses while one still seals a text.

    `even_closed`: what does not open is left behind and never opens again.
    """
    key, now = _own(renewal, by), at or timezone.now()
    gone = epochs.finish(renewal, now, even_closed=even_closed)
    if gone is None:
        raise Refused(_("Some texts are still to be sealed again."), code="not_all_resealed")
    for row in Destruction.objects.select_for_update(of=("self",)).filter(renewal=renewal.pk, shredded_at__isnull=True):
        row.details = {**row.details, "keys": [*row.details["keys"], *_told(gone)]}
        row.shredded_at = now
        row.save(update_fields=["details", "shredded_at"])
        jobs.attest.defer(destruction=str(row.pk))
    renewal.refresh_from_db()
    _tell("key.renewed", renewal, key, by, at)
    return renewal


# Everything in an engagement


@act
def destroy_engagement(
    *,
    engagement: Engagement,
    ground: str,
    request: RightsRequest | None = None,
    vault: Unlocked | None = None,
    by: Coach | None,
    at: datetime | None = None,
) -> Destruction:
    """This function will destroy everything written in an engagement: its keys, its copies, its texts. It ends first, if it goes on.

    No vault is needed, save where entries of the register are still sealed with the notes' key: what stays is then sealed anew.
    Refuses while a hold stands, and without anybody's hand before its day.
    """
    now = at or timezone.now()
    row = _locked(engagement, by)
    found = retention.schedule(row, now)
    retention.check_not_destroyed(found)
    retention.check_not_held(found)
    if by is None and found.ground != ground:
        raise Refused(code="not_due")
    if ground == Ground.DECISION and row.ended_at is None:
        raise Refused(_("End the engagement first: its client still writes and reads here."), code="goes_on")
    keeps = plan.has_old_register(row)
    if keeps and vault is None:
        raise Refused(code="register_needs_the_vault")
    going, keys, renewal = _closed_for_good(row, keeps, vault, now)
    gone = _delete_texts(row)
    if row.ended_at is None:
        end_engagement(engagement=row, by=by, at=at)
    details = {"goes": going.listed, "stays": plan.staying(row), "keys": _told(keys), "sha256": going.hashes}
    facts = {"scope": Scope.ENGAGEMENT, "ground": ground, "request": request, "by": person_of(by), "details": details}
    waits = {"renewal": renewal.pk} if renewal else {"shredded_at": now}
    destruction = Destruction.objects.create(engagement=row, begun_at=now, **facts, **waits)
    if renewal is None:
        jobs.attest.defer(destruction=str(destruction.pk))
    for task in Task.objects.open().filter(kind__in=[Task.Kind.RETENTION, Task.Kind.RIGHTS], about__in=_about(row, request)):
        finish_task(task=task, by=None, at=at)
    for event, text in gone:
        _record(event, text, row, by, at, kind=event.partition(".")[0])
    _record("engagement.destroyed", destruction, row, by, at, code=ground)
    return destruction


def _about(engagement: Engagement, request: RightsRequest | None) -> list[UUID]:
    """What the tasks that are done with this are about."""
    return [engagement.pk, *([request.pk] if request else [])]


def _closed_for_good(
    engagement: Engagement, keeps: bool, vault: Unlocked | None, now: datetime
) -> tuple[plan.Going, list[DataKey], Renewal | None]:
    """Hold every text, count what goes, and destroy the keys; where the register stays under one of them, begin its new epoch instead."""
    hold_all(engagement)
    list(Session.objects.select_for_update(of=("self",)).filter(engagement=engagement).order_by("pk").values_list("pk"))
    for held in (Note.objects.filter(session__engagement=engagement), SharedEntry.objects.filter(engagement=engagement)):
        list(held.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    series = {engagement.shared_key, *plan.copies_of(engagement)}
    shredding.hold({engagement.notes_key, *series})
    going = plan.of_engagement(engagement)  # after the keys are held: what was being saved is among it
    if keeps and vault is not None:
        return going, shredding.shred(series, now), epochs.begin(engagement.notes_key, vault, now, afresh=True)
    return going, shredding.shred({engagement.notes_key, *series}, now), None


def _delete_texts(engagement: Engagement) -> list[tuple[str, Any]]:
    """Delete what was written, and give each row back with its event. What others refer to stays with its dates; no key opens what is sealed there."""
    gone: list[tuple[str, Any]] = []
    RightsPart.objects.filter(engagement=engagement, body__isnull=True).delete()
    notes = Note.objects.without_text().filter(session__engagement=engagement)
    for event, rows in (
        ("note.destroyed", notes.filter(adds_to__isnull=False)),
        ("note.destroyed", notes.filter(adds_to__isnull=True)),
        ("mark.removed", MarkedPerson.objects.filter(engagement=engagement)),
        ("name.uncleared", ClearedName.objects.filter(engagement=engagement)),
        ("shared_entry.erased", SharedEntry.objects.filter(engagement=engagement, draft__isnull=True)),
    ):
        gone += [(event, row) for row in rows]  # type: ignore[attr-defined]
        rows.delete()  # type: ignore[attr-defined]
    for session in Session.objects.filter(engagement=engagement):
        session.details = {}
        session.save(update_fields=["details"])
    engagement.details = {**engagement.details, "objective": ""}
    engagement.save(update_fields=["details"])
    return gone
