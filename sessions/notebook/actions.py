"""What changes a client's notebook. Private texts are sealed with a key of the client's alone; what the coach reads is a text of its own, shared by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.act import Refused, act, person_of
from accounts.jobs import write_to
from accounts.models import has_acted
from clients.models import Client, Coach, Engagement
from sessions.actions import Conflict
from sessions.notebook import policies
from sessions.notebook.models import Notebook, PrivateEntry, SharedEntry
from sessions.notebook.reading import opened
from sessions.texts import cleaned
from vault import ledger, shredding
from vault.models import DataKey, LedgerEntry
from vault.primitives import Closed
from vault.sealed import Place, Sealed
from vault.unlocked import Unlocked

UNDO_FOR: Final = timedelta(minutes=1)
ONE_MAIL_IN: Final = timedelta(days=1)


def _locked_client(by: Client) -> Client:
    """The client's row, nobody else's until the transaction ends: what one person does in several tabs comes one after the other."""
    return Client.objects.select_for_update(of=("self",)).select_related("coach").get(pk=by.pk)


def _practice(entry: PrivateEntry | SharedEntry) -> UUID:
    coach = entry.notebook.client.coach if isinstance(entry, PrivateEntry) else entry.engagement.coach
    return coach.practice_id


def _write(event: str, entry: PrivateEntry | SharedEntry, by: Any, at: datetime | None, **more: Any) -> None:
    """Write an event. Of what the coach was never shown nothing stands under the engagement, whose log the coach reads."""
    kind, subject = f"{entry.kind}_entry", entry.id
    if isinstance(entry, SharedEntry) and entry.shared_at is not None:
        subject = entry.engagement_id
    ledger.record(f"{kind}.{event}", chain=_practice(entry), by=person_of(by), kind=kind, about=entry.id, subject=subject, at=at, **more)


@sensitive_variables()
def _seal(text: str, place: Place, vault: Unlocked) -> Sealed:
    try:
        return vault.seal(text, place)
    except Closed:
        raise Refused(_("This text cannot be sealed: its key does not open. Nothing was saved."), code="no_key") from None


# The key


def _living(notebook: Notebook, by: Client) -> Notebook:
    """The client's notebook as it stands now, if it is still there and as it was made."""
    client = _locked_client(by)
    row = Notebook.objects.filter(pk=notebook.pk, client=client, destroyed_at__isnull=True).first()
    if row is None:
        raise Refused(_("The private notebook was destroyed meanwhile. Nothing was saved."), code="notebook_gone")
    row.client = client
    policies.check_as_made(row)
    return row


@act
def make_notebook(*, vault: Unlocked, by: Client, at: datetime | None = None) -> Notebook:
    """This function will make the client's notebook and its key, which nobody else ever holds; or give back the one there is."""
    client, now = _locked_client(by), at or timezone.now()
    if found := Notebook.objects.filter(client=client, destroyed_at__isnull=True).first():
        found.client = client
        policies.check_as_made(found)
        return found
    key = vault.make_key(kind=DataKey.Kind.OWN, practice=client.coach.practice_id, at=now)
    notebook = Notebook(client=client, key=key, made_at=now)
    notebook.details = {"made_as": notebook.made_as}
    policies.check_as_made(notebook)
    notebook.save(force_insert=True)
    has_acted(by.person_id)  # type: ignore[arg-type]
    facts = {"chain": client.coach.practice_id, "by": person_of(by), "kind": "notebook", "about": notebook.id, "subject": notebook.id}
    ledger.record("notebook.made", **facts, at=at)
    return notebook


@act
def destroy_notebook(*, notebook: Notebook, by: Client, at: datetime | None = None) -> None:
    """This function will destroy the private notebook: its key, and every text that it sealed. What the coach was given to read stays."""
    client, now = _locked_client(by), at or timezone.now()
    row = Notebook.objects.select_for_update(of=("self",)).filter(client=client, pk=notebook.pk, destroyed_at__isnull=True).first()
    if row is None:
        raise Refused(code="notebook_gone")
    policies.check_made_for(row, client)
    _destroy(row, client, by, now, at)
    facts = {"chain": client.coach.practice_id, "by": person_of(by), "kind": "notebook", "about": row.id, "subject": row.id}
    ledger.record("notebook.destroyed", **facts, at=at)


@act
def notebook_destroyed(*, notebook: Notebook, by: None, at: datetime | None = None) -> None:
    """This function will take away what is left of a notebook whose key was destroyed after the backup that it came back from. Run by a restore."""
    row = Notebook.objects.select_for_update(of=("self",)).select_related("client__coach").get(pk=notebook.pk)
    _destroy(row, row.client, None, at or timezone.now(), at)
    facts = {"chain": row.client.coach.practice_id, "by": None, "kind": "notebook", "about": row.id, "subject": row.id}
    ledger.record("notebook.destroyed", **facts, at=at)


def _destroy(row: Notebook, client: Client, by: Client | None, now: datetime, at: datetime | None) -> None:
    """Erase every text that the notebook sealed, and shred its key."""
    for entry in PrivateEntry.objects.select_for_update(of=("self",)).select_related("notebook__client__coach").filter(notebook=row):
        _erase(entry, by, at)
    mine = SharedEntry.objects.select_for_update(of=("self",)).select_related("engagement__coach").filter(engagement__client=client)
    for draft in mine.filter(shared_at__isnull=True):
        _erase(draft, by, at)
    SharedEntry.objects.filter(engagement__client=client, draft__isnull=False).update(draft=None)
    row.destroyed_at = now
    row.save(update_fields=["destroyed_at"])
    shredding.shred([row.made_with], now)


# Private texts


def _locked_private(entry: PrivateEntry, by: Client) -> PrivateEntry:
    """The row, locked, after checking that it is hers and that its notebook is as it was made."""
    _locked_client(by)
    rows = PrivateEntry.objects.select_for_update(of=("self",)).select_related("notebook__client__coach")
    row = rows.filter(pk=entry.pk, notebook__destroyed_at__isnull=True).first()
    if row is None:
        raise Refused(_("This text is no longer there. Nothing was saved."), code="entry_gone")
    policies.check_hers(row, by)
    policies.check_as_made(row.notebook)
    return row


@act
@sensitive_variables()
def start_private(*, notebook: Notebook, vault: Unlocked, by: Client, at: datetime | None = None) -> PrivateEntry:
    """This function will start a private text, or give back the one in which nothing was written yet."""
    notebook, now = _living(notebook, by), at or timezone.now()
    if blank := PrivateEntry.objects.filter(notebook=notebook, version=1, deleted_at__isnull=True).first():
        return blank
    entry = PrivateEntry(notebook=notebook, made_at=now, saved_at=now)
    entry.body = _seal("", entry.place(), vault)
    entry.save(force_insert=True)
    _write("started", entry, by, at, version=1, stored=entry.body.stored())
    return entry


@act
@sensitive_variables()
def write_private(
    *, entry: PrivateEntry, text: str, expected_version: int, keep: bool, vault: Unlocked, by: Client, at: datetime | None = None
) -> PrivateEntry:
    """This function will save a private text as its next version; an event only where the client asked for it (`keep`). Raises `Conflict`, `TooLong`."""
    text, row = cleaned(text), _locked_private(entry, by)
    policies.check_there(row)
    same = opened(row.body, row.place(), vault) == text
    if not same and row.version != expected_version:
        raise Conflict
    if not same:
        row.version, row.saved_at = row.version + 1, at or timezone.now()
        row.body = _seal(text, row.place(), vault)
        row.save(update_fields=["body", "version", "saved_at"])
    if keep:
        _write("kept", row, by, at, version=row.version, stored=row.body.stored())
    return row


# Texts for the coach


def _locked_shared(entry: SharedEntry, by: Client) -> SharedEntry:
    """The row, locked, after checking that it is hers."""
    _locked_client(by)
    rows = SharedEntry.objects.select_for_update(of=("self",)).select_related("engagement__coach", "engagement__client")
    row = rows.filter(pk=entry.pk).first()
    if row is None:
        raise Refused(_("This text is no longer there. Nothing was saved."), code="entry_gone")
    policies.check_hers(row, by)
    return row


@sensitive_variables()
def _written(row: SharedEntry, notebook: Notebook, vault: Unlocked) -> str:
    """The text as its writer last left it: what is being written, else what was shared."""
    if row.draft is not None:
        return opened(row.draft, row.draft_place(notebook), vault)
    assert row.body is not None
    return opened(row.body, row.place(), vault)


@act
@sensitive_variables()
def start_shared(
    *, engagement: Engagement, text: str, notebook: Notebook, vault: Unlocked, by: Client, at: datetime | None = None
) -> SharedEntry:
    """This function will start a text for the coach, empty or with a copy of another text. The coach reads nothing of it until it is shared."""
    notebook, text, now = _living(notebook, by), cleaned(text), at or timezone.now()
    policies.check_may_share(engagement)
    if engagement.client_id != by.id:
        raise Refused(code="not_hers")
    blank = SharedEntry.objects.filter(engagement=engagement, version=1, shared_at__isnull=True, deleted_at__isnull=True).first()
    if not text and blank is not None:
        return blank
    entry = SharedEntry(engagement=engagement, version=2 if text else 1, made_at=now, saved_at=now)
    entry.draft = _seal(text, entry.draft_place(notebook), vault)
    entry.save(force_insert=True)
    _write("started", entry, by, at, version=entry.version)
    return entry


@act
@sensitive_variables()
def write_shared(
    *, entry: SharedEntry, text: str, expected_version: int, notebook: Notebook, vault: Unlocked, by: Client, at: datetime | None = None
) -> SharedEntry:
    """This function will save what the client is writing for the coach, who reads nothing of it yet. No event: writing is not one, sharing is."""
    notebook, text, row = _living(notebook, by), cleaned(text), _locked_shared(entry, by)
    policies.check_there(row)
    policies.check_may_share(row.engagement)
    if _written(row, notebook, vault) == text:
        return row
    if row.version != expected_version:
        raise Conflict
    row.version, row.saved_at = row.version + 1, at or timezone.now()
    row.draft = _seal(text, row.draft_place(notebook), vault)
    row.save(update_fields=["draft", "version", "saved_at"])
    return row


@act
@sensitive_variables()
def share(
    *, entry: SharedEntry, text: str, expected_version: int, notebook: Notebook, vault: Unlocked, by: Client, at: datetime | None = None
) -> SharedEntry:
    """This function will let the coach read exactly this text, sealed in the shared space. Raises `Conflict`, `TooLong`."""
    notebook, text, row = _living(notebook, by), cleaned(text), _locked_shared(entry, by)
    policies.check_there(row)
    policies.check_may_share(row.engagement)
    policies.check_not_empty(text)
    same, now = _written(row, notebook, vault) == text, at or timezone.now()
    if same and row.draft is None:
        return row  # shared already, by the same click
    if not same and row.version != expected_version:
        raise Conflict
    row.version = row.shared_version = row.version + 1
    row.saved_at = row.shared_at = now
    row.body, row.draft = _seal(text, row.place(), vault), None
    row.save(update_fields=["body", "draft", "version", "shared_version", "saved_at", "shared_at"])
    told = _tell_coach(row.engagement, now)
    _write("shared", row, by, at, version=row.version, stored=row.body.stored(), code=told)
    return row


def _tell_coach(engagement: Engagement, now: datetime) -> str:
    """Mail the coach that something awaits, at most once a day whoever shares what; `told` if a mail goes."""
    coach = Coach.objects.select_for_update().get(pk=engagement.coach_id)
    hers = Engagement.objects.filter(coach=coach).values("pk")
    if LedgerEntry.objects.filter(subject__in=hers, event="shared_entry.shared", code="told", at__gt=now - ONE_MAIL_IN).exists():
        return ""
    write_to.defer(person=str(coach.person_id), letter="something_new")
    return "told"


@act
@sensitive_variables()
def read_shared(*, entry: SharedEntry, vault: Unlocked, by: Coach, at: datetime | None = None) -> str:
    """This function will open a shared text for the coach, mark it as read, and write down that it was."""
    rows = SharedEntry.objects.select_for_update(of=("self",)).for_coach(by).select_related("engagement__coach")
    row = rows.filter(pk=entry.pk).first()
    if row is None or row.body is None:
        raise Refused(code="not_shared")
    ledger.do_not_wait_for_the_disk()
    text = opened(row.body, row.place(), vault)
    if row.is_unread:
        row.read_version, row.read_at = row.shared_version, at or timezone.now()
        row.save(update_fields=["read_version", "read_at"])
    _write("read", row, by, at, version=row.shared_version)
    return text


# Both


def _locked(entry: PrivateEntry | SharedEntry, by: Client) -> PrivateEntry | SharedEntry:
    return _locked_private(entry, by) if isinstance(entry, PrivateEntry) else _locked_shared(entry, by)


@act
def delete_entry(*, entry: PrivateEntry | SharedEntry, by: Client, at: datetime | None = None) -> None:
    """This function will take a text away: from the coach at once, for good a minute later."""
    row = _locked(entry, by)
    policies.check_there(row)
    policies.check_may_delete(row)
    row.deleted_at = at or timezone.now()
    row.save(update_fields=["deleted_at"])
    _write("deleted", row, by, at)


@act
def restore_entry(*, entry: PrivateEntry | SharedEntry, by: Client, at: datetime | None = None) -> None:
    """This function will undo a deletion, as long as the text is there."""
    row = _locked(entry, by)
    if row.deleted_at is None:
        return
    policies.check_may_delete(row)
    row.deleted_at = None
    row.save(update_fields=["deleted_at"])
    _write("restored", row, by, at)


def _erase(entry: PrivateEntry | SharedEntry, by: Any, at: datetime | None) -> None:
    """Delete the row. Its event says which, and no more."""
    type(entry).objects.filter(pk=entry.pk).delete()
    _write("erased", entry, by, at)


@act
def erase_entry(*, entry: PrivateEntry | SharedEntry, by: None, at: datetime | None = None) -> None:
    """This function will delete the row of a text that was deleted more than a minute ago. Run by the worker."""
    whose = "notebook__client__coach" if isinstance(entry, PrivateEntry) else "engagement__coach"
    rows: Any = type(entry).objects.select_for_update(of=("self",)).select_related(whose)
    row = rows.filter(pk=entry.pk, deleted_at__lte=(at or timezone.now()) - UNDO_FOR).first()
    if row is None:
        raise Refused(code="not_deleted")
    _erase(row, by, at)
