"""Several tabs of one client at the same moment: one key, no text written over, nothing left behind by the end."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from accounts.act import Refused
from sessions.actions import Conflict
from sessions.models import Notebook, PrivateEntry
from sessions.notebook import actions
from tests.cast import Cast
from tests.sessions.book import Book
from tests.sessions.test_parallel import together
from vault.models import DataKey


def test_a_notebook_begun_twice_at_once_is_one_with_one_key(own_databases):
    book = Book(Cast())
    facts = [book.hers for _ in range(3)]

    made = together([partial(actions.make_notebook, **one) for one in facts])

    assert len({one.pk for one in made}) == 1
    assert DataKey.objects.filter(maker=book.client.person_id).count() == 1


def test_of_two_tabs_sharing_at_once_one_is_shared_and_the_other_told(own_databases):
    book = Book(Cast())
    entry, notebook = book.draft("Le début."), book.notebook
    facts = [{"entry": entry, "expected_version": 2, "notebook": notebook, "text": f"Onglet {n}.", **book.hers} for n in range(2)]

    answers = together([partial(actions.share, **one) for one in facts])

    lost = next(n for n, answer in enumerate(answers) if isinstance(answer, Conflict))
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert book.read(entry) == f"Onglet {1 - lost}."


def test_a_text_saved_and_one_begun_while_the_notebook_is_destroyed_leave_nothing_and_block_nobody(own_databases):
    book = Book(Cast())

    def tried(act, **facts):
        with suppress(Refused):
            act(**facts)

    for _ in range(5):
        entry, notebook = book.private("Un texte"), book.notebook
        writing = {"entry": entry, "text": "Encore", "expected_version": 2, "keep": True}
        together(
            [
                partial(tried, actions.write_private, **writing, **book.hers),
                partial(tried, actions.start_private, notebook=notebook, **book.hers),
                partial(tried, actions.destroy_notebook, notebook=notebook, by=book.client),
            ]
        )

        assert Notebook.objects.get(pk=notebook.pk).destroyed_at is not None
        assert not PrivateEntry.objects.filter(notebook=notebook).exists()
