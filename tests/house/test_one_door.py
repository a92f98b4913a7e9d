"""Fence 5, one door out: a `Disclosure` is made in `consent.actions` by `disclose` alone, never without its consent."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import PROTECT, ProtectedError
from django.utils import timezone

from consent.models import Disclosure
from tests.cast import Cast
from tests.house import tree
from tests.house.world import World

DOOR = ("consent/actions/summaries.py", "disclose")
MAKES = {"create", "bulk_create", "get_or_create", "update_or_create", "acreate", "abulk_create", "aget_or_create", "aupdate_or_create"}


def aliases(path: Path) -> set[str]:
    """The names by which a file calls the class."""
    imported = (node for node in ast.walk(tree.tree(path)) if isinstance(node, ast.ImportFrom))
    return {"Disclosure"} | {alias.asname for node in imported for alias in node.names if alias.name == "Disclosure" and alias.asname}


def made(path: Path) -> Iterator[tuple[str, str]]:
    """Where a file makes a disclosure, or could: (file, function)."""
    names = aliases(path)
    for inside, node in tree.within(path):
        if not isinstance(node, ast.Call):
            continue
        parts = tree.dotted(node.func).split(".")
        is_row = parts[-1] in names
        is_query = parts[-1] in MAKES and (names & set(parts) or "disclosure" in parts or "disclosures" in parts)
        if is_row or is_query:
            yield tree.name(path), inside


def everywhere() -> list[Path]:
    """Every Python file of the product."""
    return [*tree.files(), *(tree.ROOT / "bench").rglob("*.py"), tree.ROOT / "manage.py"]


def test_disclose_alone_makes_a_disclosure() -> None:
    assert {where for path in everywhere() for where in made(path)} == {DOOR}


def test_it_makes_one_at_one_place() -> None:
    door = tree.ROOT / DOOR[0]

    assert list(made(door)) == [DOOR]


def test_no_sql_and_no_look_up_by_name_goes_round_the_door() -> None:
    round_about = [tree.name(path) for path in everywhere() if "consent_disclosure" in path.read_text() or "get_model(" in path.read_text()]

    assert round_about == []


@pytest.mark.parametrize(
    "planted",
    [
        "Disclosure(consent=consent)",
        "models.Disclosure(consent=consent)",
        "Disclosure.objects.create(consent=consent)",
        "Disclosure.objects.for_coach(coach).get_or_create(consent=consent)",
        "Disclosure._base_manager.bulk_create([])",
        "contact.disclosures.create(consent=consent)",
    ],
)
def test_another_door_is_seen(planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "ROOT", tmp_path)
    (tmp_path / "planted.py").write_text(f"def share():\n    return {planted}\n")

    assert list(made(tmp_path / "planted.py")) == [("planted.py", "share")]


def test_another_name_for_the_class_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "ROOT", tmp_path)
    (tmp_path / "planted.py").write_text("from consent.models import Disclosure as Copy\ndef share():\n    return Copy()\n")

    assert list(made(tmp_path / "planted.py")) == [("planted.py", "share")]


def test_the_database_refuses_a_disclosure_without_consent(cast: Cast) -> None:
    disclosure = World.of_anais(cast).disclosure
    field = Disclosure._meta.get_field("consent")

    assert not field.null
    assert field.remote_field.on_delete is PROTECT
    with pytest.raises(IntegrityError), transaction.atomic():
        Disclosure.objects.filter(pk=disclosure.pk).update(consent=None)


def test_a_disclosed_consent_cannot_be_deleted_by_us_or_by_sql(cast: Cast) -> None:
    disclosure = World.of_anais(cast).disclosure

    with pytest.raises(ProtectedError):
        disclosure.consent.delete()
    with connection.cursor() as cursor:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("delete from consent_consentevent where consent_id = %s", [disclosure.consent_id])
        with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
            cursor.execute("delete from consent_consent where id = %s", [disclosure.consent_id])


def test_one_consent_opens_one_disclosure(cast: Cast) -> None:
    disclosure = World.of_anais(cast).disclosure
    another = Disclosure(
        consent=disclosure.consent, contact=disclosure.contact, body=disclosure.body, made_at=timezone.now(), opens_at=timezone.now()
    )
    another.series, another.maker, another.details = disclosure.series, disclosure.maker, dict(disclosure.details)

    with pytest.raises(IntegrityError), transaction.atomic():
        another.save(force_insert=True)
    assert Disclosure.objects.count() == 1
