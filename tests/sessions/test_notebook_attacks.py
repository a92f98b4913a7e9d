"""Whoever writes to the database, and whoever sends another's ids, gets nothing out of a notebook and nothing into it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.act import Refused
from accounts.models import User
from clients import actions as clients
from clients import permissions
from clients.models import Client, Engagement
from coachvault.verification import of_the_main_database
from sessions.models import Notebook, PrivateEntry, SharedEntry
from sessions.notebook import actions, reading
from tests.cast import signed_in
from tests.demo.visitor import LINK
from tests.sessions.book import PRIVATE, SHARED, Book, sql
from vault.models import DataKey, KeyGrant, LedgerEntry
from vault.primitives import Closed
from vault.unlocked import NotYours

TOKENS = re.compile(r'[A-Za-z0-9]{64}|data-(?:now|lock-at)="\d*"')


@pytest.fixture
def karim(book: Book) -> Book:
    """Her colleague's notebook."""
    return Book(book.cast, book.cast.karim)


def test_a_body_put_into_another_row_does_not_open(book: Book) -> None:
    one, other = book.private(), book.private("Un autre")
    sql("update coaching_sessions_privateentry set body = (select body from coaching_sessions_privateentry where id = %s)", one.pk)

    with pytest.raises(Refused) as no:
        reading.private_text(book.fresh(other), book.hers["vault"])
    assert no.value.code == "does_not_open"


def test_a_body_put_from_private_to_shared_does_not_open(book: Book) -> None:
    private, shared = book.private(), book.shared()
    sql("update coaching_sessions_sharedentry set body = (select body from coaching_sessions_privateentry where id = %s)", private.pk)

    with pytest.raises(Refused):
        book.read(shared)


def test_a_draft_put_where_the_shared_text_stands_is_not_read(book: Book) -> None:
    entry = book.shared()
    actions.write_shared(entry=entry, text=PRIVATE, expected_version=3, notebook=book.notebook, **book.hers)
    sql("update coaching_sessions_sharedentry set body = draft, shared_version = version")

    with pytest.raises(Refused):
        book.read(entry)


def test_an_entry_moved_to_another_client_does_not_open_and_takes_nothing(book: Book, karim: Book) -> None:
    entry = book.private()
    sql("update coaching_sessions_privateentry set notebook_id = %s where id = %s", karim.notebook.pk, entry.pk)
    moved = book.fresh(entry)

    for reader in (karim, book):
        with pytest.raises(Refused):
            reading.private_text(moved, reader.hers["vault"])
    with pytest.raises(Refused):
        actions.write_private(entry=moved, text="x", expected_version=2, keep=False, **book.hers)
    with pytest.raises(Refused):
        actions.write_private(entry=moved, text="x", expected_version=2, keep=False, **karim.hers)


def test_a_shared_text_moved_to_another_engagement_is_not_read(book: Book, karim: Book) -> None:
    entry = book.shared()
    sql("update coaching_sessions_sharedentry set engagement_id = %s", karim.engagement.pk)

    with pytest.raises(Refused):
        book.read(entry)
    with pytest.raises(Refused):
        reading.shared_text(book.fresh(entry), karim.hers["vault"])


def test_a_notebook_pointed_at_another_key_of_hers_seals_nothing_with_it(book: Book) -> None:
    """Anaïs coaches too: the key of her client's shared space is one that she made, holds and gave away."""
    cast, entry = book.cast, book.private()
    anais = clients.open_practice(person=cast.anais.person, name="Lefort Coaching", by=None)
    client = clients.add_client(coach=anais, name="K", address="karim@example.org", phone="", job="", language="fr", by=anais)
    clients.join(invited=client, person=cast.karim.person, by=cast.karim.person)
    facts = {"sponsor": None, "wording": "A", "title": "T", "objective": "", "planned_sessions": None, "by": anais}
    hers = clients.open_engagement(coach=anais, vault=book.hers["vault"], client=client, **facts)
    assert KeyGrant.objects.filter(key__series=hers.shared_key, holder=cast.karim.person_id).exists()
    sql("update coaching_sessions_notebook set key = %s", hers.shared_key)

    with pytest.raises(Refused) as no:
        book.private("Ceci irait à Karim.")

    assert no.value.code == "another_notebook"
    for act in (
        lambda: actions.write_private(entry=entry, text="Ceci irait à Karim.", expected_version=2, keep=False, **book.hers),
        lambda: book.draft("Ceci aussi."),
        lambda: reading.private_text(book.fresh(entry), book.hers["vault"]),
    ):
        with pytest.raises(Refused):
            act()


def test_a_notebook_pointed_at_the_engagement_s_shared_key_seals_nothing(book: Book) -> None:
    entry = book.private()
    sql("update coaching_sessions_notebook set key = %s", book.engagement.shared_key)

    with pytest.raises(Refused):
        actions.write_private(entry=entry, text="x", expected_version=2, keep=False, **book.hers)


def test_destroying_a_notebook_pointed_at_another_key_shreds_its_own_only(book: Book, karim: Book) -> None:
    mine, theirs = book.notebook, karim.notebook
    sql("update coaching_sessions_notebook set key = %s where id = %s", theirs.key, mine.pk)

    actions.destroy_notebook(notebook=mine, by=book.client)

    assert DataKey.objects.get(series=mine.key).shredded_at is not None
    assert DataKey.objects.get(series=theirs.key).shredded_at is None


def test_another_s_notebook_written_in_as_hers_is_not_destroyed(book: Book, karim: Book) -> None:
    theirs = karim.notebook
    sql("update coaching_sessions_notebook set client_id = %s where id = %s", book.client.pk, theirs.pk)

    with pytest.raises(Refused):
        actions.destroy_notebook(notebook=theirs, by=book.client)
    assert DataKey.objects.get(series=theirs.key).shredded_at is None


def test_a_key_called_shared_in_the_database_is_still_not_given(book: Book) -> None:
    entry, notebook = book.fresh(book.private()), book.notebook
    sql("update vault_datakey set kind = 'shared' where series = %s", notebook.key)

    with pytest.raises(Closed):
        book.hers["vault"].grant(notebook.key, to=book.camille.person_id, at=entry.saved_at)
    assert not KeyGrant.objects.filter(key__series=notebook.key, holder=book.camille.person_id).exists()


def test_the_coach_s_unlock_gives_no_notebook_key_whatever_the_engagement_says(book: Book) -> None:
    notebook = book.notebook
    sql("update clients_engagement set shared_key = %s", notebook.key)

    signed_in(book.camille.person)

    assert set(KeyGrant.objects.filter(key__series=notebook.key).values_list("holder", flat=True)) == {book.client.person_id}
    with pytest.raises(NotYours):
        book.cast.vault("Camille Aubry").grant(notebook.key, to=book.camille.person_id, at=notebook.made_at)


def test_nothing_is_shared_with_another_engagement_s_key_written_in(book: Book) -> None:
    other, entry = book.cast.engagement(book.client), book.draft()
    sql("update clients_engagement set shared_key = %s where id = %s", other.shared_key, book.engagement.pk)

    with pytest.raises(Refused) as no:
        book.share(entry, SHARED)
    assert no.value.code == "other_parties"


def test_another_coach_written_into_the_engagement_is_given_nothing(book: Book) -> None:
    entry, bruno = book.shared(), book.cast.bruno
    sql("update clients_engagement set coach_id = %s where id = %s", bruno.pk, book.engagement.pk)
    permissions.give(permissions.COACH, bruno.person, book.engagement)

    with pytest.raises(Refused):
        actions.read_shared(entry=book.fresh(entry), vault=book.cast.vault("Bruno Keller"), by=bruno)
    with pytest.raises(Refused):
        book.share(entry, "Encore")


def test_a_colleague_written_in_as_the_client_reads_and_writes_nothing(book: Book) -> None:
    entry, cast = book.private(), book.cast
    karim = cast._person("Karim Benali")[0]
    sql("update clients_client set person_id = %s where id = %s", karim.pk, book.client.pk)
    written_in = Client.objects.get(pk=book.client.pk)

    with pytest.raises(Refused):
        reading.private_text(book.fresh(entry), cast.vault("Karim Benali"))
    with pytest.raises(Refused):
        actions.make_notebook(vault=cast.vault("Karim Benali"), by=written_in)


def test_a_person_written_in_as_a_client_makes_no_notebook(book: Book) -> None:
    karim = book.cast._person("Karim Benali")[0]
    sql("update clients_client set person_id = %s where id = %s", karim.pk, book.client.pk)

    with pytest.raises(Refused) as no:
        actions.make_notebook(vault=book.cast.vault("Karim Benali"), by=Client.objects.get(pk=book.client.pk))
    assert no.value.code == "another_notebook"


def found() -> set[tuple[str, str]]:
    """What `manage.py verify` finds in the main database: ids and codes."""
    return {(one.where, one.why) for check in of_the_main_database() for one in check.found}


def test_an_old_version_put_back_is_found(book: Book) -> None:
    private, shared = book.private("Avant"), book.shared("Avant")
    before = book.fresh(private).body.stored(), book.fresh(shared).body.stored()
    actions.write_private(entry=private, text="Après", expected_version=2, keep=True, **book.hers)
    book.share(shared, "Après")
    assert found() == set()

    sql("update coaching_sessions_privateentry set body = %s, version = 2", before[0])
    sql("update coaching_sessions_sharedentry set body = %s, shared_version = 3", before[1])

    assert found() == {(str(private.pk), "older"), (str(shared.pk), "other_bytes")}


# Over the pages


def everything(browser: Browser, start: str) -> dict[str, str]:
    """Every page that links lead to from here, without what differs by itself."""
    pages, waiting = {}, [start]
    while waiting:
        path = waiting.pop()
        if path in pages or path.startswith(("/static/", "/accounts/logout", "/mail/", "/accounts/recovery")):
            continue
        with transaction.atomic():
            answer = browser.get(path)
            transaction.set_rollback(True)  # each look at a shared text would write a line into the log
        text = answer.content.decode("utf-8", "replace") if not answer.streaming else ""
        pages[path] = f"{answer.status_code} {answer.get('Location', '')} {TOKENS.sub('', text)}"
        waiting += LINK.findall(text) + ([answer["Location"]] if answer.status_code == 302 else [])
    return pages


@pytest.mark.parametrize(
    ("who", "start"), [("camille", "/coach/"), ("dominique", "/admin/"), ("helene", "/contact/"), ("karim", "/client/")]
)
def test_every_page_of_others_is_the_same_to_the_last_byte_with_no_private_text_and_with_three(
    book: Book, who: str, start: str, time_machine: Any
) -> None:
    cast = book.cast
    time_machine.move_to(timezone.now(), tick=False)  # some pages say what time it is
    assert [cast.helene, cast.karim, cast.dominique]
    somebody = getattr(cast, who)
    book.read(book.shared())
    browser = signed_in(getattr(somebody, "person", somebody))
    everything(browser, start)
    before = everything(browser, start)

    for number in range(3):
        book.private(f"{PRIVATE} {number}")
    book.draft("Ce que je n’envoie pas encore")
    actions.delete_entry(entry=book.private("Et effacé"), by=book.client)

    after = everything(browser, start)
    assert len(before) > 4
    assert before.keys() == after.keys()
    assert [path for path in before if before[path] != after[path]] == []


def test_the_client_sees_in_her_log_that_the_coach_read(book: Book) -> None:
    book.read(book.shared())

    page = signed_in(book.client.person).get(reverse("client_log", args=[book.engagement.pk])).content.decode()

    assert "Texte du carnet lu" in page
    assert "Votre coach" in page


@pytest.mark.parametrize("who", ["karim", "camille", "bruno", "helene", "dominique"])
def test_nobody_else_gets_past_any_address(book: Book, who: str) -> None:
    cast, private, shared = book.cast, book.private(), book.draft()
    somebody = getattr(cast, who)
    browser = signed_in(getattr(somebody, "person", somebody))
    names = {"notebook_private": private, "notebook_private_write": private, "notebook_private_delete": private}
    names |= {f"notebook_shared{part}": shared for part in ("", "_write", "_share", "_delete")} | {"shared_entry": shared}

    for name, entry in names.items():
        address = reverse(name, args=[entry.pk])
        for answer in (browser.get(address), browser.post(address, {"text": "x", "version": "2"})):
            assert answer.status_code in {404, 405}, name
            assert PRIVATE not in answer.content.decode()

    assert browser.get(f"{reverse('notebook_shared_new')}?from={private.pk}").status_code == 404
    assert browser.post(reverse("notebook_shared_start", args=[book.engagement.pk]), {"from": private.pk}).status_code == 404
    assert book.text(private) == PRIVATE
    assert book.fresh(shared).shared_at is None


def test_a_colleague_cannot_copy_her_private_text_into_his_own(book: Book, karim: Book) -> None:
    entry, browser = book.private(), signed_in(karim.client.person)

    answer = browser.post(reverse("notebook_shared_start", args=[karim.engagement.pk]), {"from": entry.pk})

    assert answer.status_code == 404
    assert not SharedEntry.objects.exists()


def test_somebody_else_s_act_on_her_text_is_refused_below_the_pages_too(book: Book, karim: Book) -> None:
    private, shared = book.private(), book.shared()

    for entry in (private, shared):
        with pytest.raises(Refused):
            actions.delete_entry(entry=entry, by=karim.client)
    with pytest.raises(Refused):
        actions.write_private(entry=private, text="x", expected_version=2, keep=False, **karim.hers)
    with pytest.raises(Refused):
        actions.share(entry=shared, text="x", expected_version=3, notebook=karim.notebook, **karim.hers)
    with pytest.raises(Refused):
        actions.start_shared(engagement=book.engagement, text="x", notebook=karim.notebook, **karim.hers)
    with pytest.raises(Refused):
        actions.start_private(notebook=book.notebook, **karim.hers)
    with pytest.raises(Refused):
        actions.destroy_notebook(notebook=book.notebook, by=karim.client)


def test_nothing_of_a_text_stands_in_the_database_in_clear(book: Book) -> None:
    book.private(), book.shared(), book.draft("Ce que je n’envoie pas encore")

    for model in (Notebook, PrivateEntry, SharedEntry, LedgerEntry, User, Engagement):
        with connection.cursor() as cursor:
            cursor.execute(f'select t::text from "{model._meta.db_table}" t')
            rows = "\n".join(row[0] for row in cursor.fetchall())
        for phrase in (PRIVATE, SHARED, "Ce que je n’envoie pas encore"):
            assert phrase not in rows
            assert phrase.encode().hex() not in rows
