"""Rotating the instance keys: everything that the instance reads is closed anew, whatever happens meanwhile, and nothing is lost on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.utils import timezone
from fido2.cose import ES256
from fido2.webauthn import AttestedCredentialData

from accounts.factors import passkeys
from accounts.models import Link, User
from clients import actions as clients
from clients.actions import link_owner
from coachvault import rotation
from coachvault.rotation import columns
from coachvault.verification import checks
from consent import documents
from consent.models import Agreement, KnownFile
from tests.cast import Cast, signed_in
from tests.consent import agreements
from tests.databases import as_owner
from tests.house.world import vault_of
from tests.vault.people import sql
from vault import encrypted, instance, primitives
from vault.models import LedgerEntry, Slot

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Path]:
    """The instance's keys in a file of this test's own."""
    true, own = settings.KEYS_FILE, tmp_path / "instance.keys"
    own.write_text(Path(true).read_text())
    own.chmod(0o600)
    settings.KEYS_FILE = own
    yield own
    settings.KEYS_FILE = true


@pytest.fixture
def in_use(own_databases: dict[str, str], keys: Path, cast: Cast) -> Agreement:
    """A signed agreement, a second factor, an invitation that is out."""
    engagement = cast.engagement(cast.anais)
    Authenticator.objects.create(
        user=cast.camille.person, type="totp", data={"secret": get_adapter().encrypt("JBSWY3DPEHPK3PXP"), "codes": [1, 2]}
    )
    credential = AttestedCredentialData.create(bytes(16), b"a credential", ES256.from_ctap1(bytes(65)))
    kept = passkeys.Passkey(0, "Mon téléphone", credential, 7, True)
    data = passkeys.stored(cast.camille.person_id, kept)
    Authenticator.objects.create(user=cast.camille.person, type="webauthn", data=data)
    clients.invite_coach(address="new@example.org", language="fr", by=None)
    return agreements.completed(engagement, document=agreements.blank())


def rotate(*more: str) -> str:
    said = StringIO()
    with as_owner():
        call_command("rotate_keys", *more, stdout=said)
    return said.getvalue()


def names_in_use() -> set[str]:
    """The names of the keys that closed anything in either database."""
    found = set()
    for model, field in columns.every():
        alias = "keyring" if model._meta.app_label == "keyring" else "default"
        rows = sql(f"select distinct encode(substr({field.column}, 2, 4), 'hex') from {model._meta.db_table}", alias=alias)
        found |= {name for (name,) in rows if name}
    return found


def age(path: Path) -> None:
    """As if ten minutes had gone by."""
    then = path.stat().st_mtime - 600
    os.utime(path, (then, then))


def holds() -> list[object]:
    return [(check.name, check.found) for check in checks(timezone.now()) if check.found and not check.is_remark]


def test_everything_is_closed_anew_and_found_again_and_the_ledger_holds(in_use: Agreement, keys: Path, cast: Cast) -> None:
    old, events = keys.read_text(), LedgerEntry.objects.count()
    document = bytes(in_use.signed_document or b"")
    signed_in(cast.anais.person)
    assert names_in_use() == {old[:8]}

    said = rotate()

    new = keys.read_text().splitlines()[0][:8]
    assert keys.read_text().endswith(old)
    assert keys.stat().st_mode & 0o777 == 0o600
    assert names_in_use() == {new}
    assert "Nothing names an old key any more" in said
    assert holds() == []
    assert LedgerEntry.objects.count() > events
    fresh = Agreement.objects.get(pk=in_use.pk)
    assert bytes(fresh.signed_document or b"") == document
    assert KnownFile.objects.filter(digest=instance.digest(documents.digest(document), "document")).exists()
    assert User.objects.get(username=instance.address_digest("camille@example.org")).pk == cast.camille.person_id
    factor = Authenticator.objects.get(type="totp")
    assert get_adapter().decrypt(factor.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert bytes.fromhex(factor.data["secret"])[1:5].hex() == new
    [passkey] = passkeys.of(cast.camille.person)
    assert (passkey.name, passkey.id, passkey.counter) == ("Mon téléphone", b"a credential", 7)
    assert bytes.fromhex(Authenticator.objects.get(type="webauthn").data["passkey"])[1:5].hex() == new
    assert Link.objects.get(kind="sign_up").about == link_owner("new@example.org")
    assert vault_of(cast.camille).holds(in_use.engagement.notes_key)


def test_the_old_key_goes_only_once_nothing_needs_it(in_use: Agreement, keys: Path, cast: Cast) -> None:
    with pytest.raises(CommandError, match="There is no old key"):
        rotate("--finish")
    rotate()
    both = keys.read_text()
    with pytest.raises(CommandError, match="Wait five minutes"):
        rotate("--finish")
    age(keys)
    planted = encrypted_with(both.splitlines()[1], cast.bruno.practice.pk)
    sql("update clients_practice set details = %s where id = %s", planted, cast.bruno.practice.pk)
    with pytest.raises(CommandError, match="1 values with"):
        rotate("--finish")
    assert keys.read_text() == both

    rotate()
    said = rotate("--finish")

    assert keys.read_text() == both.splitlines()[0] + "\n"
    assert "Archives made before the rotation need it" in said
    assert holds() == []
    assert signed_in(cast.anais.person).get("/client/").status_code == 200


def encrypted_with(line: str, practice: object) -> bytes:
    """What a process that has not read the new file would write."""
    name, key = bytes.fromhex(line[:8]), bytes.fromhex(line[9:])
    place = primitives.context("clients.Practice", "details", str(practice))
    return instance.FORMAT + name + primitives.seal(instance._purpose_key(key, "field"), b'{"name":"Old"}', place)


def test_killed_in_the_middle_it_goes_on_with_the_same_key_and_people_sign_in_meanwhile(
    in_use: Agreement, keys: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    done = []

    def killed(model: type[models.Model], field: encrypted.EncryptedField, row: object, value: bytes) -> bool:
        if len(done) == 9:
            raise Killed
        done.append(row)
        return replace(model, field, row, value)

    def killed_at_once() -> int:
        raise Killed

    replace = columns.replace
    for place, name, instead in ((rotation.digests, "_links", killed_at_once), (columns, "replace", killed)):
        with monkeypatch.context() as patched:
            patched.setattr(place, name, instead)
            with pytest.raises(Killed):
                rotate()
        assert signed_in(cast.anais.person).get("/client/").status_code == 200
        assert holds() == []
    lines = keys.read_text().splitlines()
    assert len(lines) == 2
    assert names_in_use() == {line[:8] for line in lines}

    rotate()

    assert keys.read_text().splitlines() == lines
    assert names_in_use() == {lines[0][:8]}
    assert holds() == []


def test_killed_before_its_digests_were_made_anew_everybody_is_found_by_the_old_ones(in_use: Agreement, keys: Path, cast: Cast) -> None:
    document = bytes(in_use.signed_document or b"")
    rotation.put_in_front()

    assert signed_in(cast.anais.person).get("/client/").status_code == 200
    assert KnownFile.objects.filter(digest__in=instance.digests(documents.digest(document), "document")).exists()
    assert not KnownFile.objects.filter(digest=instance.digest(documents.digest(document), "document")).exists()
    assert User.username_of("CAMILLE@example.org ") == cast.camille.person.username != instance.address_digest("camille@example.org")


def test_what_somebody_writes_meanwhile_is_never_lost(in_use: Agreement, keys: Path, cast: Cast) -> None:
    rotation.put_in_front()
    model, field = next((model, field) for model, field in columns.every() if model is User)
    row, value = next(columns.values(model, field, instance.names()[0]))
    user = User.objects.get(pk=row)
    user.details = {**user.details, "name": "Written meanwhile"}
    user.save(update_fields=["details"])

    with as_owner():
        assert not columns.replace(model, field, row, value)

    assert User.objects.get(pk=row).name == "Written meanwhile"


def test_a_value_that_does_not_open_stays_as_it_is_and_is_named(in_use: Agreement, keys: Path, cast: Cast) -> None:
    row, slot = cast.bruno.practice.pk, Slot.objects.filter(person=cast.bruno.person_id).get()
    damaged = bytes(sql("select details from clients_practice where id = %s", row)[0][0])[:-1] + b"\0"
    sql("update clients_practice set details = %s where id = %s", damaged, row)

    said = rotate()

    assert f"does not open, and stays as it is: clients.Practice.details {row}" in said
    assert sql("select details from clients_practice where id = %s", row) == [(damaged,)]
    assert Slot.objects.get(pk=slot.pk).root_key != slot.__dict__["root_key"]


def test_bytes_that_somebody_put_in_are_not_made_true(in_use: Agreement, keys: Path, cast: Cast) -> None:
    row = Agreement.objects.get(pk=in_use.pk)
    row.signed_document = b"%PDF another"
    row.save(update_fields=["signed_document"])
    assert holds() != []

    rotate()

    assert [check for check, _ in holds()] == ["agreements as signed"]  # type: ignore[misc]


def test_a_column_that_nobody_listed_is_found(in_use: Agreement, keys: Path) -> None:
    class Planted(models.Model):
        word = encrypted.EncryptedText()

        class Meta:
            app_label = "support"

    try:
        with as_owner(), connection.schema_editor() as schema:
            schema.create_model(Planted)
            schema.execute("grant all on support_planted to public; grant all on all sequences in schema public to public")
        row = Planted.objects.create(id=1, word="found")
        before = sql("select word from support_planted")[0][0]

        rotate()

        after = sql("select word from support_planted")[0][0]
        assert before[1:5] != after[1:5]
        assert Planted.objects.get(pk=row.pk).word == "found"
    finally:
        Planted._meta.apps.all_models["support"].pop("planted")
        Planted._meta.apps.clear_cache()
