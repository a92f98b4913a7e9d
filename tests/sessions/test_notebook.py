"""The notebook: private texts that the client alone opens, and texts of their own that the coach may read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.act import Refused
from clients.models import Engagement
from sessions import jobs
from sessions.actions import Conflict
from sessions.models import Notebook, PrivateEntry, SharedEntry
from sessions.notebook import actions, reading
from sessions.texts import TooLong
from tests.sessions.book import PRIVATE, SHARED, Book
from vault.models import DataKey, KeyGrant, LedgerEntry
from vault.primitives import Closed
from vault.unlocked import NotYours


def key_of(notebook: Notebook) -> DataKey:
    return DataKey.objects.get(series=notebook.key)


def test_the_key_is_made_on_first_use_by_the_client_who_alone_holds_it(book: Book) -> None:
    assert not Notebook.objects.exists()

    book.private()

    key = key_of(Notebook.objects.get())
    assert (key.kind, key.maker) == (DataKey.Kind.OWN, book.client.person_id)
    assert list(KeyGrant.objects.filter(key=key).values_list("holder", "giver")) == [(book.client.person_id, book.client.person_id)]


def test_the_same_notebook_and_key_serve_every_text(book: Book) -> None:
    book.private(), book.private("Un autre"), book.shared()

    assert Notebook.objects.count() == 1
    assert DataKey.objects.filter(maker=book.client.person_id).count() == 1


def test_nobody_can_be_given_the_key(book: Book) -> None:
    notebook, vault = book.notebook, book.hers["vault"]

    for somebody in (book.camille.person_id, book.cast.karim.person_id):
        with pytest.raises(NotYours):
            vault.grant(notebook.key, to=somebody, at=timezone.now())

    assert KeyGrant.objects.filter(key=key_of(notebook)).count() == 1


@pytest.mark.parametrize("name", ["Camille Aubry", "Karim Benali", "Bruno Keller", "Helene Vasseur", "Dominique Serre"])
def test_nobody_else_s_vault_opens_a_private_text(book: Book, name: str) -> None:
    entry = book.fresh(book.private())
    cast = book.cast
    assert [cast.bruno, cast.karim, cast.helene, cast.dominique]

    with pytest.raises(Closed):
        cast.vault(name).open(entry.body, entry.place())


def test_a_text_is_saved_version_by_version(book: Book) -> None:
    entry = book.private()

    actions.write_private(entry=entry, text="Autrement.", expected_version=2, keep=False, **book.hers)

    assert book.text(entry) == "Autrement."
    assert book.fresh(entry).version == 3


def test_a_text_that_another_tab_changed_is_not_written_over(book: Book) -> None:
    entry = book.private()
    actions.write_private(entry=entry, text="D’un onglet.", expected_version=2, keep=False, **book.hers)

    with pytest.raises(Conflict):
        actions.write_private(entry=entry, text="De l’autre.", expected_version=2, keep=False, **book.hers)

    assert book.text(entry) == "D’un onglet."


def test_the_same_text_sent_again_is_no_conflict(book: Book) -> None:
    entry = book.private()

    assert actions.write_private(entry=entry, text=PRIVATE, expected_version=1, keep=False, **book.hers).version == 2


def test_a_text_that_is_too_long_is_refused(book: Book) -> None:
    with pytest.raises(TooLong):
        book.private("é" * 600_000)


def test_a_blank_text_is_started_once(book: Book) -> None:
    assert book.private("").pk == book.private("").pk
    assert book.draft("").pk == book.draft("").pk


def test_what_is_written_for_the_coach_is_read_only_once_it_is_shared(book: Book) -> None:
    entry = book.draft()
    with pytest.raises(Refused):
        book.read(entry)
    assert not SharedEntry.objects.for_coach(book.camille).exists()

    book.share(entry, SHARED)

    assert book.read(entry) == SHARED


def test_what_is_changed_afterwards_is_read_only_once_it_is_shared_again(book: Book) -> None:
    entry = book.shared()
    actions.write_shared(entry=entry, text="Autre chose.", expected_version=3, notebook=book.notebook, **book.hers)
    assert book.read(entry) == SHARED

    book.share(entry, "Autre chose.")

    assert book.read(entry) == "Autre chose."
    assert book.fresh(entry).draft is None


def test_even_the_coach_s_open_vault_reads_nothing_of_what_is_still_written(book: Book) -> None:
    entry = book.fresh(book.draft())

    with pytest.raises(Closed):
        book.cast.vault("Camille Aubry").open(entry.draft, entry.draft_place(book.notebook))


def test_a_text_that_another_tab_changed_is_not_shared(book: Book) -> None:
    entry = book.draft()
    actions.write_shared(entry=entry, text="D’un onglet.", expected_version=2, notebook=book.notebook, **book.hers)

    with pytest.raises(Conflict):
        actions.share(entry=entry, text="De l’autre.", expected_version=2, notebook=book.notebook, **book.hers)

    assert book.fresh(entry).shared_at is None


def test_an_empty_text_is_not_shared(book: Book) -> None:
    entry = book.draft("")

    with pytest.raises(Refused) as no:
        book.share(entry, "  \n")

    assert no.value.code == "entry_empty"


def test_a_second_click_shares_nothing_twice(book: Book) -> None:
    entry = book.shared()

    book.share(entry, SHARED)

    assert LedgerEntry.objects.filter(event="shared_entry.shared").count() == 1


def test_a_copy_of_a_private_text_is_a_text_of_its_own(book: Book) -> None:
    private = book.private()

    shared = book.shared(PRIVATE)
    actions.write_private(entry=private, text="Plus personnel encore.", expected_version=2, keep=True, **book.hers)

    assert book.read(shared) == PRIVATE
    assert book.text(private) == "Plus personnel encore."
    assert {one.name for one in PrivateEntry._meta.get_fields()} & {"engagement", "shared_at", "draft"} == set()


def test_the_coach_s_reading_is_written_down_and_the_text_is_unread_again_once_it_changes(book: Book) -> None:
    entry = book.shared()
    assert reading.unread_by(book.camille) == [entry]

    book.read(entry)
    assert reading.unread_by(book.camille) == []
    assert LedgerEntry.objects.get(event="shared_entry.read").by == book.camille.person_id
    assert book.fresh(entry).first_read_at is not None

    book.share(entry, "Encore.")
    assert reading.unread_by(book.camille) == [entry]
    assert book.fresh(entry).first_read_at is None


def test_one_mail_a_day_tells_the_coach_whoever_shares(book: Book) -> None:
    karim = Book(book.cast, book.cast.karim)

    def mails() -> int:
        return ProcrastinateJob.objects.filter(task_name="accounts.write_to", args__person=str(book.camille.person_id)).count()

    book.shared(), karim.shared(), book.shared("Encore une chose")

    assert mails() == 1


def test_an_ended_engagement_leaves_what_was_shared_as_it_is(book: Book) -> None:
    entry, other = book.shared(), book.draft("Pas encore")
    Engagement.objects.filter(pk=book.engagement.pk).update(ended_at=timezone.now())
    facts = {"notebook": book.notebook, **book.hers}

    refused = [
        lambda: actions.write_shared(entry=entry, text="x", expected_version=3, **facts),
        lambda: actions.share(entry=other, text="x", expected_version=2, **facts),
        lambda: actions.start_shared(engagement=book.fresh(entry).engagement, text="x", **facts),
        lambda: actions.delete_entry(entry=entry, by=book.client),
    ]
    for act in refused:
        with pytest.raises(Refused) as no:
            act()
        assert no.value.code == "engagement_ended"

    assert book.read(entry) == SHARED
    assert book.text(book.private()) == PRIVATE
    actions.delete_entry(entry=other, by=book.client)


def test_a_deleted_text_comes_back_when_it_is_undone(book: Book) -> None:
    private, shared = book.private(), book.shared()
    for entry in (private, shared):
        actions.delete_entry(entry=entry, by=book.client)
    with pytest.raises(Refused):
        book.read(shared)
    with pytest.raises(Refused):
        actions.write_private(entry=private, text="x", expected_version=2, keep=False, **book.hers)

    for entry in (private, shared):
        actions.restore_entry(entry=entry, by=book.client)

    assert book.text(private) == PRIVATE
    assert book.read(shared) == SHARED


def test_the_worker_erases_what_was_deleted_a_minute_ago_and_nothing_else(book: Book) -> None:
    gone, shared, just_now, kept = book.private(), book.shared(), book.private("Un autre"), book.private("Un tiers")
    book.deleted_long_ago(gone), book.deleted_long_ago(shared)
    actions.delete_entry(entry=just_now, by=book.client)

    jobs.erase_entries()

    assert set(PrivateEntry.objects.values_list("pk", flat=True)) == {just_now.pk, kept.pk}
    assert not SharedEntry.objects.exists()
    with pytest.raises(Refused):
        actions.erase_entry(entry=kept, by=None)


def test_destroying_takes_every_private_text_and_the_key_for_ever(book: Book) -> None:
    private, shared, draft = book.private(), book.shared(), book.draft("Pas encore")
    notebook, row = book.notebook, book.fresh(private)
    actions.write_shared(entry=shared, text="Changé depuis.", expected_version=3, notebook=notebook, **book.hers)

    actions.destroy_notebook(notebook=notebook, by=book.client)

    assert not PrivateEntry.objects.exists()
    assert list(SharedEntry.objects.values_list("pk", "draft")) == [(shared.pk, None)]
    assert draft.pk != shared.pk
    assert key_of(notebook).shredded_at is not None
    assert not KeyGrant.objects.filter(key=key_of(notebook)).exists()
    with pytest.raises(Closed):
        book.hers["vault"].open(row.body, row.place())
    assert book.read(shared) == SHARED


def test_after_the_end_a_new_notebook_has_a_new_key(book: Book) -> None:
    book.private()
    first = book.notebook
    actions.destroy_notebook(notebook=first, by=book.client)

    again = book.private("Un nouveau début.")

    assert book.text(again) == "Un nouveau début."
    assert book.notebook.key != first.key
    with pytest.raises(Refused):
        actions.destroy_notebook(notebook=first, by=book.client)


def test_a_text_still_open_in_a_tab_when_the_notebook_is_destroyed_is_refused_with_a_sentence(book: Book) -> None:
    entry, shared, notebook = book.private(), book.shared(), book.notebook
    actions.destroy_notebook(notebook=notebook, by=book.client)

    for act in (
        lambda: actions.write_private(entry=entry, text="x", expected_version=2, keep=False, **book.hers),
        lambda: actions.write_shared(entry=shared, text="x", expected_version=3, notebook=notebook, **book.hers),
    ):
        with pytest.raises(Refused) as no:
            act()
        assert no.value.sentence


def test_the_database_keeps_one_living_notebook_and_no_half_shared_text(book: Book) -> None:
    notebook, entry = book.notebook, book.shared()

    with pytest.raises(IntegrityError), transaction.atomic():
        Notebook.objects.create(client=book.client, key=notebook.key, details={}, made_at=timezone.now())
    for half in ({"body": None}, {"shared_at": None}, {"shared_version": None}, {"read_at": timezone.now()}, {"version": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SharedEntry.objects.filter(pk=entry.pk).update(**half)


def test_events_of_what_the_coach_never_saw_do_not_stand_under_the_engagement(book: Book) -> None:
    entry = book.private()
    actions.delete_entry(entry=entry, by=book.client)
    draft = book.draft()
    actions.delete_entry(entry=draft, by=book.client)
    book.deleted_long_ago(book.private("Encore"))
    jobs.erase_entries()
    actions.destroy_notebook(notebook=book.notebook, by=book.client)

    events = set(LedgerEntry.objects.filter(subject=book.engagement.pk).values_list("event", flat=True))
    assert events == {"engagement.opened"}
    assert LedgerEntry.objects.filter(event="private_entry.erased").count() == 2


def test_a_mail_goes_again_after_a_day(book: Book) -> None:
    book.shared()
    later = timezone.now() + timedelta(days=1, minutes=1)

    assert actions._tell_coach(book.engagement, later) == "told"
