"""What changes sessions and notes. A note's text comes in only with the coach's open vault, and leaves sealed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts import tripwire
from accounts.act import Refused, act, person_of
from accounts.models import has_acted
from clients.models import Coach, Engagement
from consent.actions.attendance import forget_session, note_session
from sessions import policies
from sessions.models import Note, NoteVersion, Session
from sessions.texts import cleaned
from vault import ledger
from vault.primitives import Closed
from vault.sealed import Place, Sealed
from vault.unlocked import Unlocked

KEEP_EVERY: Final = timedelta(minutes=2)


class Conflict(Exception):
    """The note was changed since it was last seen: by another tab, another device. It says nothing of either text."""


def _about(row: Session | Note, by: Coach) -> dict[str, Any]:
    """How the ledger names a session or a note."""
    of = row if isinstance(row, Session) else row.session
    kind = "session" if isinstance(row, Session) else "note"
    return {"chain": by.practice_id, "by": person_of(by), "kind": kind, "about": row.id, "subject": of.engagement_id}


# Sessions


def _note_attendance(session: Session, by: Coach, at: datetime | None) -> None:
    """Write the facts of a session, as they now stand, down where what was agreed of them can be shown; a cancelled one is forgotten there."""
    session = Session.objects.select_related("engagement").get(pk=session.pk)
    if session.state == Session.State.CANCELLED:
        forget_session(engagement=session.engagement, session=session.pk, by=by, at=at)
        return
    note_session(
        engagement=session.engagement,
        session=session.pk,
        starts_at=session.starts_at,
        minutes=session.minutes,
        was_held=session.state == Session.State.HELD,
        by=by,
        at=at,
    )


@act
def plan_session(
    *, engagement: Engagement, starts_at: datetime, minutes: int, place: str, agenda: str, by: Coach, at: datetime | None = None
) -> Session:
    """This function will plan the next session of an engagement."""
    engagement = Engagement.objects.select_for_update(of=("self",)).get(pk=engagement.pk)
    policies.check_hers(engagement, by)
    policies.check_open(engagement)
    last = Session.objects.filter(engagement=engagement).aggregate(last=Max("number"))["last"] or 0
    session = Session(engagement=engagement, number=last + 1, starts_at=starts_at, minutes=minutes, place=place, details={"agenda": agenda})
    session.made_at = at or timezone.now()
    session.save(force_insert=True)
    _note_attendance(session, by, at)
    ledger.record("session.planned", **_about(session, by), at=at)
    return session


@act
def change_session(
    *, session: Session, starts_at: datetime, minutes: int, place: str, agenda: str, by: Coach, at: datetime | None = None
) -> None:
    """This function will keep another time, length, place or agenda of a session."""
    policies.check_hers(session.engagement, by)
    policies.check_changeable(session)
    session.starts_at, session.minutes, session.place = starts_at, minutes, place
    session.details = {**session.details, "agenda": agenda}
    session.save(update_fields=["starts_at", "minutes", "place", "details"])
    _note_attendance(session, by, at)
    ledger.record("session.changed", **_about(session, by), at=at)


def _to_state(session: Session, event: str, by: Coach, at: datetime | None) -> None:
    policies.check_hers(session.engagement, by)
    session.state = policies.state_after(Session.objects.select_for_update(of=("self",)).only("state").get(pk=session.pk), event)
    session.save(update_fields=["state"])
    _note_attendance(session, by, at)


@act
def hold_session(*, session: Session, by: Coach, at: datetime | None = None) -> None:
    """This function will say that a session was held."""
    _to_state(session, "hold", by, at)
    ledger.record("session.held", **_about(session, by), at=at)


@act
def cancel_session(*, session: Session, by: Coach, at: datetime | None = None) -> None:
    """This function will say that a session does not take place. Its notes stay."""
    _to_state(session, "cancel", by, at)
    ledger.record("session.cancelled", **_about(session, by), at=at)


@act
def reopen_session(*, session: Session, by: Coach, at: datetime | None = None) -> None:
    """This function will make a held or cancelled session a planned one again."""
    _to_state(session, "reopen", by, at)
    ledger.record("session.reopened", **_about(session, by), at=at)


# Notes


def _locked(note: Note, by: Coach) -> Note:
    """The note's row, nobody else's until the transaction ends, with what its place needs."""
    row = Note.objects.select_for_update(of=("self",)).select_related("session__engagement__coach").filter(pk=note.pk).first()
    if row is None:
        raise Refused(code="note_gone")
    policies.check_hers(row.session.engagement, by)
    return row


@sensitive_variables()
def _open(sealed: Sealed, place: Place, vault: Unlocked) -> str:
    try:
        return vault.open(sealed, place)
    except Closed:
        raise Refused(
            _("This text does not open: what is stored is not what was saved here. Nothing is shown."), code="does_not_open"
        ) from None


@sensitive_variables()
def _new(session: Session, adds_to: Note | None, vault: Unlocked, now: datetime) -> Note:
    note = Note(session=session, adds_to=adds_to, version=1, made_at=now, saved_at=now)
    note.body = vault.seal("", note.place())
    note.save(force_insert=True)
    return note


def _last_kept(note: Note) -> tuple[int, datetime]:
    """Version and time of the newest earlier text; before there is one, the note's own beginning."""
    return NoteVersion.objects.filter(note=note).values_list("version", "saved_at").first() or (0, note.made_at)


def _keep(note: Note, sealed: Sealed, version: int, saved_at: datetime) -> NoteVersion:
    return NoteVersion.objects.create(note=note, body=sealed, version=version, saved_at=saved_at)


@sensitive_variables()
def _store(note: Note, text: str, vault: Unlocked, now: datetime, *, keep: bool) -> None:
    """Seal a new text for the note's next version, and keep the old one when it is worth it: asked for, two minutes on, or much longer."""
    kept_version, kept_at = _last_kept(note)
    version = max(note.version, kept_version) + 1
    sealed = vault.seal(text, note.place(version))
    shrinks = len(sealed.stored()) * 2 < len(note.body.stored())
    if note.version > 1 and (keep or shrinks or now - kept_at >= KEEP_EVERY):
        _keep(note, note.body, note.version, note.saved_at)
    note.body, note.version, note.saved_at = sealed, version, now
    note.save(update_fields=["body", "version", "saved_at"])


@act
@sensitive_variables()
def start_note(*, session: Session, vault: Unlocked, by: Coach, at: datetime | None = None) -> Note:
    """This function will start a note of a session, or give back the one that is not finished."""
    session = Session.objects.select_for_update(of=("self",)).select_related("engagement__coach").get(pk=session.pk)
    policies.check_hers(session.engagement, by)
    if unfinished := Note.objects.without_text().filter(session=session, adds_to__isnull=True, finished_at__isnull=True).first():
        return unfinished
    note = _new(session, None, vault, at or timezone.now())
    has_acted(by.person_id)
    ledger.record("note.started", **_about(note, by), version=1, stored=note.body.stored(), at=at)
    return note


@act
@sensitive_variables()
def write_note(*, note: Note, text: str, expected_version: int, keep: bool, vault: Unlocked, by: Coach, at: datetime | None = None) -> Note:
    """This function will save a note's text as its next version. No event: writing is not one, finishing is. Raises `Conflict`, `TooLong`."""
    text, row = cleaned(text), _locked(note, by)
    if row.finished_at is not None or row.version != expected_version:
        if _open(row.body, row.place(), vault) == text:
            return row  # the same text, sent again
        policies.check_unfinished(row)
        raise Conflict
    _store(row, text, vault, at or timezone.now(), keep=keep)
    return row


@act
@sensitive_variables()
def keep_aside(*, note: Note, text: str, vault: Unlocked, by: Coach, at: datetime | None = None) -> None:
    """This function will keep a text that was not saved, because another was there before it, among the note's earlier texts."""
    text, row = cleaned(text), _locked(note, by)
    last = NoteVersion.objects.filter(note=row).first()
    if not text.strip() or (last is not None and _open(last.body, row.place(last.version), vault) == text):
        return
    version = max(row.version, last.version if last else 0) + 1
    kept = _keep(row, vault.seal(text, row.place(version)), version, at or timezone.now())
    ledger.record("note.kept_aside", **_about(row, by), version=version, stored=kept.body.stored(), at=at)


@act
@sensitive_variables()
def finish_note(*, note: Note, text: str, expected_version: int, vault: Unlocked, by: Coach, at: datetime | None = None) -> Note:
    """This function will save a note's last text and finish it: from then on it never changes. Raises `Conflict`, `TooLong`."""
    text, row, now = cleaned(text), _locked(note, by), at or timezone.now()
    same = _open(row.body, row.place(), vault) == text
    if row.finished_at is not None and same:
        return row  # finished already, by the same click
    policies.check_unfinished(row)
    if not same and row.version != expected_version:
        raise Conflict
    policies.check_not_empty(text)
    if not same:
        _store(row, text, vault, now, keep=True)
    row.finished_at = now
    row.save(update_fields=["finished_at"])
    ledger.record("note.finished", **_about(row, by), version=row.version, stored=row.body.stored(), at=at)
    return row


@act
@sensitive_variables()
def amend_note(*, note: Note, vault: Unlocked, by: Coach, at: datetime | None = None) -> Note:
    """This function will start an addition to a finished note, or give back the one that is not finished. The note itself stays as it is."""
    row = _locked(note, by)
    policies.check_finished(row)
    first = row if row.adds_to_id is None else _locked(row.adds_to, by)  # type: ignore[arg-type]
    if unfinished := Note.objects.without_text().filter(adds_to=first, finished_at__isnull=True).first():
        return unfinished
    addition = _new(first.session, first, vault, at or timezone.now())
    ledger.record("note.amended", **_about(addition, by), version=1, stored=addition.body.stored(), at=at)
    return addition


@act
@sensitive_variables()
def restore_version(
    *, note: Note, earlier: NoteVersion, expected_version: int, vault: Unlocked, by: Coach, at: datetime | None = None
) -> Note:
    """This function will make an earlier text the note's text again, as a new version; the text that it replaces is kept. Raises `Conflict`."""
    row = _locked(note, by)
    policies.check_unfinished(row)
    if earlier.note_id != row.id or row.version != expected_version:
        raise Conflict
    _store(row, _open(earlier.body, row.place(earlier.version), vault), vault, at or timezone.now(), keep=True)
    ledger.record("note.restored", **_about(row, by), version=row.version, stored=row.body.stored(), at=at)
    return row


@act
@sensitive_variables()
def delete_note(*, note: Note, vault: Unlocked, by: Coach, at: datetime | None = None) -> None:
    """This function will delete a note that is empty and not finished, its earlier texts with it."""
    row = _locked(note, by)
    policies.check_unfinished(row)
    policies.check_empty(_open(row.body, row.place(), vault))
    facts = _about(row, by)
    row.delete()
    ledger.record("note.deleted", **facts, at=at)


# Reading


@act
@sensitive_variables()
def read_note(*, note: Note, vault: Unlocked, by: Coach, code: str = "", at: datetime | None = None) -> str:
    """This function will open a note's text for its coach to read, and write down that it was read; `code` says what for, if not for itself."""
    policies.check_hers(note.session.engagement, by)
    ledger.do_not_wait_for_the_disk()
    text = _open(note.body, note.place(), vault)
    tripwire.check(by.person_id, note.id, at or timezone.now())
    ledger.record("note.read", **_about(note, by), code=code, version=note.version, at=at)
    return text


@act
@sensitive_variables()
def read_version(*, earlier: NoteVersion, vault: Unlocked, by: Coach, at: datetime | None = None) -> str:
    """This function will open an earlier text of a note for its coach to read, and write down that it was read."""
    policies.check_hers(earlier.note.session.engagement, by)
    ledger.do_not_wait_for_the_disk()
    text = _open(earlier.body, earlier.note.place(earlier.version), vault)
    tripwire.check(by.person_id, earlier.note_id, at or timezone.now())
    ledger.record("note.read", **_about(earlier.note, by), code="earlier", version=earlier.version, at=at)
    return text
