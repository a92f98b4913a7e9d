"""Fence 4, the way in from outside: imports point one way, and no line that a sponsor can reach has a way to a note."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from tests.house import tree

LINT = Path(sys.executable).with_name("lint-imports")
KEPT_APART = [  # file, a planted import, the contract that it breaks
    ("consent/overview.py", "from sessions.models import Note", "Imports point one way"),
    ("consent/views/contact.py", "import sessions.actions", "Imports point one way"),
    ("clients/models.py", "from consent.models import Agreement", "Imports point one way"),
    ("vault/ledger.py", "from accounts.models import User", "Imports point one way"),
    ("vault/ledger.py", "from support import mail", "Imports point one way"),
    ("sessions/actions.py", "from coachvault import views", "Imports point one way"),
    ("sessions/actions.py", "from cryptography.fernet import Fernet", "Only vault.primitives and pades.certificates touch cryptography"),
    ("vault/sealed.py", "import cryptography", "Only vault.primitives and pades.certificates touch cryptography"),
    ("pades/authority.py", "import cryptography", "Only vault.primitives and pades.certificates touch cryptography"),
    ("consent/documents.py", "from pyhanko.sign import signers", "Only pades uses pyHanko"),
    ("consent/evidence.py", "from fido2 import cbor", "Only accounts.factors.passkeys and consent.passkeys use fido2"),
    ("pades/writing.py", "from accounts.models import User", "Imports point one way"),
    ("consent/policies.py", "from guardian.shortcuts import assign_perm", "Only clients.models and clients.permissions ask guardian"),
    ("clients/actions.py", "from guardian.shortcuts import assign_perm", "Only clients.models and clients.permissions ask guardian"),
    (
        "clients/models.py",
        "from encrypted_model_fields.fields import EncryptedTextField",
        "Only vault.encrypted uses the stock encrypted fields",
    ),
]
TAGS = re.compile(r"{%\s*(?:include|extends)\s+[\"'](\w+)/")
UPPER = {"accounts": {"clients", "consent", "sessions"}, "clients": {"consent", "sessions"}, "consent": {"sessions"}}


def contracts(where: Path) -> tuple[int, str]:
    """What import-linter says of the tree at a place: exit status and words."""
    done = subprocess.run([LINT, "--no-cache"], cwd=where, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rooms' Python files and pyproject.toml, elsewhere."""
    place = tmp_path_factory.mktemp("tree")
    for path in [*tree.files(migrations=True), tree.ROOT / "pyproject.toml"]:
        (place / tree.name(path)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place / tree.name(path))
    return place


def test_imports_point_one_way() -> None:
    status, words = contracts(tree.ROOT)

    assert status == 0, words


@pytest.mark.no_database
@pytest.mark.parametrize(("file", "planted", "contract"), KEPT_APART, ids=[f"{file}: {planted}" for file, planted, _ in KEPT_APART])
def test_a_planted_import_is_seen(copy: Path, file: str, planted: str, contract: str) -> None:
    text = (copy / file).read_text()
    (copy / file).write_text(f"{text}\n\ndef planted():\n    {planted}\n")

    status, words = contracts(copy)
    (copy / file).write_text(text)

    assert status == 1
    assert f"{contract} BROKEN" in words


def test_foreign_keys_out_of_sessions_have_no_way_back() -> None:
    room = apps.get_app_config("coaching_sessions").get_models(include_auto_created=True)

    ways_back = [
        str(field)
        for model in room
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and not field.remote_field.hidden
    ]

    assert ways_back == []


def test_no_row_below_points_to_sessions() -> None:
    below = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label != "coaching_sessions"]

    pointing = [
        str(field)
        for model in below
        for field in model._meta.get_fields()
        if field.is_relation and field.related_model is not None and field.related_model._meta.app_label == "coaching_sessions"
    ]

    assert pointing == []


def test_no_text_below_sessions_names_its_models_tables_or_modules() -> None:
    names = re.compile(r"coaching_sessions|(?<!contrib\.)\bsessions\.\w")
    below = [path for path in tree.files() if path.relative_to(tree.ROOT).parts[0] in tree.BELOW_SESSIONS]

    naming = {tree.name(path) for path in below for text in tree.texts(path) if names.search(text)}

    assert naming == set()
    assert [tree.name(path) for path in below if re.search(r"import_module\(|__import__\(", path.read_text())] == []


def test_a_room_s_templates_include_none_of_a_room_above() -> None:
    above = [
        f"{path.relative_to(tree.ROOT)} → {found}"
        for room, upper in UPPER.items()
        for path in (tree.ROOT / "templates" / room).rglob("*.html")
        for found in TAGS.findall(path.read_text())
        if found in upper
    ]

    assert above == []
