"""Fence 2, whose rows: a view finds rows only through `.for_coach()`, `.for_client()` or `.for_sponsor()`, and no sponsor's way leads to a note."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

from sessions.models import Note, Notebook, NoteVersion, PrivateEntry, Session, Tally
from tests.cast import Cast
from tests.house import tree

ASKED_FOR_SOMEBODY = {"for_coach", "for_client", "for_sponsor"}
ALLOWED = {  # file, function, what it asks: why it may
    ("accounts/views/lost.py", "lost", "User.objects.filter"): "whose address this is; the answer is the same for nobody",
    ("accounts/views/lost.py", "sign_in_by_link", "get_object_or_404(User)"): "the person that a link, found by its token, names",
    ("accounts/views/security.py", "security", "Authenticator.objects.filter"): "the person's own second factors",
    ("accounts/views/sheet.py", "_printed", "Authenticator.objects.filter"): "the person's own spare codes",
    ("clients/views/enrol.py", "signing_up_is_open", "Coach.objects.exists"): "whether the instance has a coach at all",
    ("clients/views/enrol.py", "sign_up", "User.objects.filter"): "whose address this is; the answer is the same for nobody",
    ("clients/views/enrol.py", "enrol", "User.objects.filter"): "the person whose address a link, found by its token, was sent to",
    ("coachvault/views.py", "administration_facts", "Coach.objects.count"): "a number",
    ("coachvault/views.py", "administration_facts", "Client.objects.count"): "a number",
    ("coachvault/views.py", "administration_facts", "SponsorContact.objects.count"): "a number",
    ("coachvault/views.py", "administration_facts", "User.objects.count"): "a number",
    ("coachvault/views.py", "_answers", "cursor"): "select 1",
    ("coachvault/views.py", "_worker_answers", "cursor"): "whether the worker is alive",
}
BY_MODEL = {"get_object_or_404", "get_list_or_404", "aget_object_or_404"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
ROUND_ABOUT = {"cursor", "raw", "extra", "get_model", "get_objects_for_user"}


def is_model(path: Path, word: str) -> bool:
    """Whether a word is a model where it stands."""
    found = getattr(importlib.import_module(tree.module(path)), word, None) if word.isidentifier() else None
    return isinstance(found, type) and issubclass(found, Model)


def asked(path: Path) -> Iterator[tuple[str, str, str]]:
    """Every question to the database in a file that is not asked for somebody: file, function, question."""
    for inside, node in tree.within(path):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr in MANAGERS:
            if node.attr not in ASKED_FOR_SOMEBODY:
                yield tree.name(path), inside, tree.dotted(node)
        elif isinstance(node, ast.Call):
            called, first = tree.dotted(node.func), tree.dotted(node.args[0]) if node.args else ""
            if called in BY_MODEL and is_model(path, first):
                yield tree.name(path), inside, f"{called}({first})"
            elif called.rpartition(".")[2] in ROUND_ABOUT:
                yield tree.name(path), inside, called.rpartition(".")[2]


def bare(path: Path) -> Iterator[tuple[str, str]]:
    """A manager that is handed on, or kept, without a question: what becomes of it cannot be read here."""
    followed = {id(node.value) for node in ast.walk(tree.tree(path)) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree.tree(path)):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS and id(node) not in followed:
            yield tree.name(path), tree.dotted(node)


def test_views_ask_for_somebody() -> None:
    questions = {question for path in tree.views() for question in asked(path)}

    assert questions - ALLOWED.keys() == set()


def test_the_exceptions_are_still_there() -> None:
    questions = {question for path in tree.views() for question in asked(path)}

    assert ALLOWED.keys() - questions == set()


def test_views_hand_no_manager_on() -> None:
    assert [found for path in tree.views() for found in bare(path)] == []


@pytest.mark.parametrize(
    "planted",
    [
        "Client.objects.filter(pk=pk)",
        "Client.objects.get(pk=pk)",
        "Client._default_manager.for_everybody()",
        "get_object_or_404(Client, pk=pk)",
        "Client.objects.raw('select 1')",
    ],
)
def test_a_planted_question_is_seen(planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    view = tmp_path / "clients" / "views" / "coach.py"
    view.parent.mkdir(parents=True)
    view.write_text(f"def client_page(request, coach, pk):\n    return {planted}\n")
    monkeypatch.setattr(tree, "ROOT", tmp_path)

    assert list(asked(view))


def test_nothing_of_sessions_can_be_asked_for_a_sponsor() -> None:
    room = apps.get_app_config("coaching_sessions").get_models()

    assert [model.__name__ for model in room if hasattr(model._default_manager, "for_sponsor")] == []


FOR_A_SPONSOR = {  # engagements and attendance are shown by `consent.listing` alone, which asks the decision about each
    "Agreement": "three-way agreements that they signed, or are asked to sign",
    "Consent": "what stands, by their name",
    "Disclosure": "copies that are open to them by name",
    "InformationRequest": "their own questions; what was answered is not shown",
}


def test_what_a_sponsor_can_be_asked_for_is_what_was_disclosed_or_is_theirs_and_nothing_else() -> None:
    assert {model.__name__ for model in apps.get_models() if hasattr(model._default_manager, "for_sponsor")} == FOR_A_SPONSOR.keys()


def test_nothing_private_of_a_client_can_be_asked_for_a_coach() -> None:
    assert [model.__name__ for model in (Notebook, PrivateEntry) if hasattr(model.objects, "for_coach")] == []


def test_for_a_client_there_are_dates_and_numbers_of_notes_and_no_row_of_one(cast: Cast) -> None:
    cast.engagement(cast.anais)

    notes = Note.objects.for_client([cast.anais])
    sessions = Session.objects.for_client([cast.anais])

    assert isinstance(notes, dict)
    assert Tally.__annotations__.keys() == {"count", "last_at"}
    assert "details" not in str(sessions.query)
    assert not hasattr(NoteVersion.objects, "for_client")
