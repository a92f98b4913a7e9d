"""The notebook's pages: what is said before the first line, what the autosave hears, what can be undone, and the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients import actions as clients
from clients.models import Engagement
from sessions.models import Notebook, PrivateEntry, SharedEntry
from sessions.notebook import actions
from tests.cast import PASSPHRASE, signed_in
from tests.sessions.book import PRIVATE, SHARED, Book
from vault.models import KeyGrant, Unlock

PROMISE = "Personne d’autre que vous ne peut le lire"


@pytest.fixture
def anais(book: Book) -> Browser:
    return signed_in(book.client.person)


def autosave(browser: Browser, name: str, entry: Any, text: str, version: int) -> Any:
    """What the page's script sends."""
    headers = {"If-Match": f'"{version}"', "X-Requested-With": "autosave"}
    return browser.post(reverse(name, args=[entry.pk]), {"text": text, "version": "1"}, headers=headers)


def shown(browser: Browser, name: str, *args: Any) -> str:
    return browser.get(reverse(name, args=args)).content.decode()


def test_before_the_first_private_line_it_says_who_reads_it_and_what_is_lost(book: Book, anais: Browser) -> None:
    assert f'href="{reverse("notebook_private_new")}"' in shown(anais, "notebook")
    page = shown(anais, "notebook_private_new")

    assert PROMISE in page
    assert "votre phrase de passe et votre fiche de secours" in page
    assert not Notebook.objects.exists()

    answer = anais.post(reverse("notebook_private_new"))
    assert answer["Location"] == reverse("notebook_private", args=[PrivateEntry.objects.get().pk])


def test_a_private_text_is_written_listed_and_badged_for_her_alone(book: Book, anais: Browser) -> None:
    entry = book.private("")

    answer = autosave(anais, "notebook_private_write", entry, PRIVATE, 1)

    assert answer.status_code == 200
    assert answer.json()["version"] == 2
    assert answer.headers["Cache-Control"] == "no-store"
    page = shown(anais, "notebook")
    assert PRIVATE in page
    assert "Lisible par vous uniquement" in page
    assert "Vous et votre coach" not in page
    assert PRIVATE in shown(anais, "notebook_private", entry.pk)


@pytest.mark.parametrize("name", ["notebook_private_write", "notebook_shared_write"])
def test_a_conflict_is_answered_with_the_other_text(book: Book, anais: Browser, name: str) -> None:
    entry = book.private("D’un onglet") if "private" in name else book.draft("D’un onglet")

    answer = autosave(anais, name, entry, "De l’autre", 1)

    assert answer.status_code == 409
    assert (answer.json()["text"], answer.json()["version"]) == ("D’un onglet", 2)


def test_without_scripts_a_conflict_gives_both_texts_back(book: Book, anais: Browser) -> None:
    entry = book.private("D’un onglet")

    answer = anais.post(reverse("notebook_private_write", args=[entry.pk]), {"text": "De l’autre", "version": "1"})

    assert answer.status_code == 409
    assert "De l’autre" in answer.content.decode()
    assert "D’un onglet" in answer.content.decode()


def test_without_scripts_a_save_comes_back_to_the_text(book: Book, anais: Browser) -> None:
    entry = book.private()

    answer = anais.post(reverse("notebook_private_write", args=[entry.pk]), {"text": "Encore", "version": "2"}, follow=True)

    assert "Enregistré" in answer.content.decode()
    assert book.text(entry) == "Encore"


@pytest.mark.parametrize("headers", [{}, {"X-Requested-With": "autosave"}])
def test_a_text_deleted_in_another_tab_gives_back_what_was_typed_or_leaves_it_on_screen(book: Book, anais: Browser, headers: dict) -> None:
    entry = book.private()
    actions.delete_entry(entry=entry, by=book.client)

    answer = anais.post(reverse("notebook_private_write", args=[entry.pk]), {"text": "Ce que je tapais", "version": "2"}, headers=headers)

    assert answer.status_code == 410
    assert headers or "Ce que je tapais" in answer.content.decode()
    assert not headers or "supprimé" in answer.json()["error"]


def test_a_text_that_is_too_long_gets_a_sentence(book: Book, anais: Browser) -> None:
    answer = autosave(anais, "notebook_private_write", book.private(), "é" * 600_000, 2)

    assert answer.status_code == 413
    assert answer.json()["error"]


@pytest.mark.parametrize("name", ["notebook_private_write", "notebook_shared_write"])
def test_a_locked_vault_answers_423_and_saves_nothing(book: Book, anais: Browser, name: str) -> None:
    entry = book.private() if "private" in name else book.draft()
    Unlock.objects.all().delete()

    assert autosave(anais, name, entry, "x", 2).status_code == 423
    assert book.fresh(entry).version == 2


def test_a_request_without_a_text_is_bad(book: Book, anais: Browser) -> None:
    assert anais.post(reverse("notebook_private_write", args=[book.private().pk])).status_code == 400
    assert anais.post(reverse("notebook_shared_share", args=[book.draft().pk])).status_code == 400


def test_a_text_for_the_coach_begins_with_a_copy_and_the_private_one_stays(book: Book, anais: Browser) -> None:
    private = book.private()
    page = shown(anais, "notebook_shared_new") + anais.get(f"{reverse('notebook_shared_new')}?from={private.pk}").content.decode()
    assert str(private.pk) in page

    anais.post(reverse("notebook_shared_start", args=[book.engagement.pk]), {"from": private.pk})

    copy = SharedEntry.objects.get()
    assert copy.shared_at is None
    assert PRIVATE in shown(anais, "notebook_shared", copy.pk)
    anais.post(reverse("notebook_shared_share", args=[copy.pk]), {"text": "Une part seulement.", "version": "2"})
    assert book.read(copy) == "Une part seulement."
    assert book.text(private) == PRIVATE


@pytest.mark.parametrize("sent", ["x", "5d0a4f36-9d65-4d53-8b0e-7f1f9b6f0a11"])
def test_a_copy_of_nothing_is_not_found(book: Book, anais: Browser, sent: str) -> None:
    assert anais.get(f"{reverse('notebook_shared_new')}?from={sent}").status_code == 404
    assert anais.post(reverse("notebook_shared_start", args=[book.engagement.pk]), {"from": sent}).status_code == 404


def test_she_chooses_for_whom_only_where_there_are_several(book: Book, anais: Browser) -> None:
    assert "Pour qui est-ce" not in shown(anais, "notebook_shared_new")

    book.cast.engagement(book.client)

    assert "Pour qui est-ce" in shown(anais, "notebook_shared_new")


def test_with_two_coaches_each_reads_their_own_and_nothing_else(book: Book, anais: Browser) -> None:
    bruno, person = book.cast.bruno, book.client.person
    hers = clients.add_client(coach=bruno, name="A", address=person.address, phone="", job="", language="fr", by=bruno)
    clients.join(invited=hers, person=person, by=person)
    facts = {"sponsor": None, "wording": "A", "title": "Autre", "objective": "", "planned_sessions": None, "by": bruno}
    other = clients.open_engagement(coach=bruno, vault=book.cast.vault("Bruno Keller"), client=hers, **facts)
    book.private(), book.shared()

    anais.post(reverse("notebook_shared_start", args=[other.pk]))
    entry = SharedEntry.objects.get(engagement=other)
    anais.post(reverse("notebook_shared_share", args=[entry.pk]), {"text": "Pour Bruno.", "version": "1"})

    assert "Pour Bruno." in shown(signed_in(bruno.person), "shared_entry", entry.pk)
    assert signed_in(book.camille.person).get(reverse("shared_entry", args=[entry.pk])).status_code == 404
    page = shown(anais, "notebook")
    assert PRIVATE in page
    assert "Bruno Keller" in page
    assert Notebook.objects.count() == 2


def test_without_the_shared_key_it_says_so_and_private_texts_work(book: Book, anais: Browser) -> None:
    KeyGrant.objects.filter(holder=book.client.person_id).delete()

    assert "n’a pas ouvert son coffre" in shown(anais, "notebook_shared_new")
    anais.post(reverse("notebook_private_new"))
    entry = PrivateEntry.objects.get()
    assert autosave(anais, "notebook_private_write", entry, PRIVATE, 1).status_code == 200
    draft = book.draft()
    answer = anais.post(reverse("notebook_shared_share", args=[draft.pk]), {"text": SHARED, "version": "2"})
    assert answer.status_code == 410
    assert SHARED in answer.content.decode()


def test_the_coach_finds_reads_and_has_read_it(book: Book, anais: Browser) -> None:
    entry, camille = book.shared(), signed_in(book.camille.person)
    for name, args in (("today", []), ("engagement_page", [book.engagement.pk])):
        page = shown(camille, name, *args)
        assert reverse("shared_entry", args=[entry.pk]) in page
        assert "À lire" in page
    assert "pas encore lu" in shown(anais, "notebook")

    assert SHARED in shown(camille, "shared_entry", entry.pk)

    assert reverse("shared_entry", args=[entry.pk]) not in shown(camille, "today")
    assert "À lire" not in shown(camille, "engagement_page", book.engagement.pk)
    assert "lu par votre coach le" in shown(anais, "notebook")
    assert "lu le" in shown(anais, "notebook_shared", entry.pk)


def test_a_deleted_text_is_offered_back_for_ten_seconds(book: Book, anais: Browser) -> None:
    entry = book.private()

    page = anais.post(reverse("notebook_private_delete", args=[entry.pk]), follow=True).content.decode()
    assert PRIVATE not in page
    undo = f"{reverse('notebook_private_delete', args=[entry.pk])}?undo"
    assert undo in page
    assert anais.get(reverse("notebook_private", args=[entry.pk]))["Location"] == reverse("notebook")

    assert PRIVATE in anais.post(undo, follow=True).content.decode()
    actions.delete_entry(entry=entry, by=book.client, at=None)
    PrivateEntry.objects.update(deleted_at=timezone.now() - timedelta(seconds=11))
    assert undo not in shown(anais, "notebook")


def test_destroying_asks_for_the_passphrase_and_the_word(book: Book, anais: Browser) -> None:
    book.private()
    address = reverse("notebook_destroy")
    session = anais.session
    session["account_authentication_methods"] = []
    session.save()
    assert anais.get(address)["Location"].startswith(reverse("account_reauthenticate"))
    assert anais.post(address, {"word": "détruire"})["Location"].startswith(reverse("account_reauthenticate"))
    anais.post(reverse("account_reauthenticate"), {"password": PASSPHRASE})

    for typed in ("", "oui", "destroy"):
        answer = anais.post(address, {"word": typed})
        assert answer.status_code == 422
        assert Notebook.objects.filter(destroyed_at__isnull=True).exists()

    answer = anais.post(address, {"word": " Détruire "}, follow=True)
    assert "est détruit" in answer.content.decode()
    assert not PrivateEntry.objects.exists()
    assert anais.get(address)["Location"] == reverse("notebook")


def test_a_text_of_an_ended_engagement_is_only_read(book: Book, anais: Browser) -> None:
    entry, never = book.shared(), book.draft("Jamais partagé")
    Engagement.objects.update(ended_at=timezone.now())

    page = shown(anais, "notebook_shared", entry.pk)
    assert SHARED in page
    assert "<textarea" not in page
    assert "Jamais partagé" in shown(anais, "notebook_shared", never.pk)
    assert autosave(anais, "notebook_shared_write", entry, "x", 3).status_code == 410
    assert "Aucun accompagnement en cours" in shown(anais, "notebook_shared_new")
    anais.post(reverse("notebook_shared_delete", args=[entry.pk]))
    assert book.fresh(entry).deleted_at is None


def test_a_text_that_does_not_open_is_said_to_and_the_others_are_shown(book: Book, anais: Browser) -> None:
    bad, _good = book.private("Mauvais"), book.private("Bon")
    PrivateEntry.objects.filter(pk=bad.pk).update(version=9)

    page = shown(anais, "notebook")
    assert "Bon" in page
    assert "ne s’ouvre pas" in page
    assert anais.get(reverse("notebook_private", args=[bad.pk])).status_code == 409


def test_a_long_notebook_has_pages(book: Book, anais: Browser) -> None:
    for number in range(31):
        book.private(f"Texte numéro {number:02}")

    first = shown(anais, "notebook")
    older = first.partition('href="?before=')[2].partition('"')[0]

    assert "Texte numéro 30" in first
    assert "Texte numéro 00" not in first
    assert "Texte numéro 00" in anais.get(f"{reverse('notebook')}?before={older}").content.decode()


def test_no_title_names_anybody(book: Book, anais: Browser) -> None:
    entry = book.shared()
    for page in (shown(anais, "notebook_shared", entry.pk), shown(signed_in(book.camille.person), "shared_entry", entry.pk)):
        title = page.partition("<title>")[2].partition("</title>")[0]
        assert "Anaïs" not in title
        assert "Camille" not in title
