"""The drill: use, back up, withdraw and shred, lose everything, restore. What should opens, and nothing else does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import User
from coachvault.archives import files
from coachvault.verification import checks
from consent.actions import consents
from consent.models import Agreement, Disclosure
from sessions.models import Note, PrivateEntry
from sessions.notebook import actions as notebooks
from sessions.notebook.models import Notebook
from tests.cast import PASSPHRASE, Cast, signed_in
from tests.coachvault.elsewhere import commanded, dumped, looking_into
from tests.databases import as_owner, copies
from tests.house.world import World
from tests.vault.people import sql
from vault import primitives, slots
from vault.keyring.models import Half
from vault.models import DataKey, KeyGrant
from vault.primitives import Closed
from vault.unlocked import Unlocked

pytestmark = pytest.mark.timeout(300)
own_databases = pytest.fixture(copies, scope="module")


class Drill:
    """An engagement in use; a backup; then a summary is withdrawn and a notebook destroyed; then a second backup."""

    def __init__(self, folder: Path) -> None:
        """Use the product and back up, twice."""
        cast = Cast()
        self.anais = World.of_anais(cast)
        signed_in(cast.camille.person)  # an open vault and a sign-in, which no backup may hold
        self.shown = self.anais.disclosure.pk
        self.before = backed_up(folder / "before")
        consents.withdraw(consent=self.anais.consent, by=self.anais.client)
        notebooks.destroy_notebook(notebook=self.anais.private.notebook, by=self.anais.client)
        self.after = backed_up(folder / "after")
        self.phrases = [*self.anais.readers(), self.anais.coach.person.address, PASSPHRASE]


def backed_up(folder: Path) -> Path:
    with as_owner():
        call_command("backup", str(folder), stdout=StringIO())
    return folder


def archive(folder: Path, kind: str) -> Path:
    return files.found(folder, kind)[-1]


@pytest.fixture(scope="module")
def drill(own_databases: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    kept, slots.COST = slots.COST, primitives.FLOOR
    yield Drill(tmp_path_factory.mktemp("archives"))
    slots.COST = kept


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where the instance is to rise again: nothing is there."""
    return tmp_path / "data"


def vault_of(person: object) -> Unlocked:
    """The vault, opened with the passphrase as the person types it."""
    return Unlocked(person, slots.open_with_passphrase(person, PASSPHRASE))  # type: ignore[arg-type]


def reads(pk: object, contact: object) -> str:
    """What a contact reads of a copy. Raises `Closed`."""
    shown = Disclosure.objects.select_related("consent__engagement__coach").get(pk=pk)
    practice = shown.consent.engagement.coach.practice_id
    from consent.actions.summaries import bound_to

    return vault_of(contact).open(shown.body, shown.place(practice), bound_to=bound_to(shown.consent))


def everything_opens(world: World, *, notebook: bool = True) -> None:
    """The coach opens the note, the client what was proposed and their own notebook, and the signed agreement is whole."""
    note = Note.objects.get(pk=world.note.pk)
    assert world.phrase("note") in vault_of(world.coach.person_id).open(note.body, note.place())
    assert world.phrase("proposed") in vault_of(world.client.person_id).open(world.proposal.body, world.proposal.place())
    assert bytes(Agreement.objects.get(pk=world.agreement.pk).signed_document or b"").startswith(b"%PDF")
    assert User.objects.get(pk=world.client.person_id).name == world.client.person.name
    if notebook:
        entry = PrivateEntry.objects.select_related("notebook__client__coach").get(pk=world.private.pk)
        assert world.phrase("private") in vault_of(world.client.person_id).open(entry.body, entry.place())


def all_holds() -> bool:
    return not [(check.name, check.found) for check in checks(timezone.now()) if check.found and not check.is_remark]


def test_what_was_withdrawn_and_shredded_stays_so_even_where_main_is_older(drill: Drill, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "both"
    folder.mkdir()
    shutil.copy(archive(drill.before, "main"), folder)
    shutil.copy(archive(drill.after, "secrets"), folder)

    status, said = commanded(data, "restore", str(folder))

    assert status == 0, said
    assert "2 keys and 1 consents were ended again" in said
    with looking_into(data):
        assert all_holds()
        everything_opens(drill.anais, notebook=False)
        with pytest.raises(Closed):
            reads(drill.shown, drill.anais.contact.person_id)
        assert Disclosure.objects.get(pk=drill.shown).consent.state == "ended"
        assert Notebook.objects.get(pk=drill.anais.private.notebook_id).destroyed_at is not None
        assert not PrivateEntry.objects.exists()
        nothing_more_opens()
        the_coach_is_told(drill)
        a_copy_of_one_half_opens_nothing(drill)


def nothing_more_opens() -> None:
    """No vault is open and nobody is signed in; no key that is destroyed anywhere has a half or a holder."""
    for table in ("vault_unlock", "django_session", "cache"):
        assert sql(f"select count(*) from {table}") == [(0,)]
    gone = list(Half.objects.filter(destroyed_at__isnull=False).values_list("pk", flat=True))
    assert len(gone) == 2
    assert not DataKey.objects.filter(pk__in=gone, shredded_at__isnull=True).exists()
    assert not KeyGrant.objects.filter(key__in=gone).exists()
    marked = list(DataKey.objects.filter(shredded_at__isnull=False).values_list("pk", flat=True))
    assert not Half.objects.filter(half__isnull=False, pk__in=marked).exists()


def the_coach_is_told(drill: Drill) -> None:
    """Until she confirms it, and nobody else is."""
    told = list(User.objects.filter(restored_to__isnull=False).values_list("pk", flat=True))
    assert told == [drill.anais.coach.person_id]
    camille = signed_in(User.objects.get(pk=told[0]))
    assert b"restaur" in camille.get("/coach/").content
    camille.post("/accounts/restored/", {"next": "/coach/"})
    assert b"restaur" not in camille.get("/coach/").content


def a_copy_of_one_half_opens_nothing(drill: Drill) -> None:
    """Main without halves shows no note; main with another instance's keys shows not even a name."""
    with transaction.atomic(using="keyring"):
        Half.objects.all().delete()
        note = Note.objects.get(pk=drill.anais.note.pk)
        with pytest.raises(Closed):
            vault_of(drill.anais.coach.person_id).open(note.body, note.place())
        transaction.set_rollback(True, using="keyring")
    true, other = settings.KEYS_FILE, Path(settings.DATA) / "other.keys"
    other.write_text(f"00000000 {primitives.random_key().hex()}\n")
    settings.KEYS_FILE = other
    for open_it in (lambda: User.objects.get(pk=drill.anais.client.person_id).name, lambda: vault_of(drill.anais.coach.person_id)):
        with pytest.raises(Closed):
            open_it()
    settings.KEYS_FILE = true


def test_what_no_archive_knows_of_comes_back_and_the_moment_is_said(drill: Drill, data: Path) -> None:
    status, said = commanded(data, "restore", str(drill.before))

    assert status == 0, said
    moment = files.read(archive(drill.before, "main")).moment
    assert f"up to {moment:%Y-%m-%d %H:%M:%S} UTC is back" in said
    with looking_into(data):
        assert all_holds()
        everything_opens(drill.anais)
        assert drill.anais.phrase("disclosed") in reads(drill.shown, drill.anais.contact.person_id)
        assert User.objects.get(pk=drill.anais.coach.person_id).restored_to == moment
    assert restored_a_second_time(data, drill) == "not empty"


def restored_a_second_time(data: Path, drill: Drill) -> str:
    """A restore onto what is there is refused, and changes nothing."""
    keys = (data / "secrets" / "instance.keys").read_bytes()
    status, said = commanded(data, "restore", str(drill.after))
    assert status == 1
    assert "Traceback" not in said
    assert (data / "secrets" / "instance.keys").read_bytes() == keys
    with looking_into(data):
        assert Disclosure.objects.get(pk=drill.shown).closed_at is None
    return "not empty" if "This instance is not empty" in said else said


def test_neither_archive_holds_a_phrase_and_each_lacks_what_the_other_has(drill: Drill) -> None:
    main, secrets = archive(drill.after, "main"), archive(drill.after, "secrets")
    key = Path(settings.KEYS_FILE).read_text().split()[1]
    half = sql("select half from keyring_half where half is not null limit 1", alias="keyring")[0][0]
    told = {path: dumped(path) + path.read_bytes().decode(errors="replace") for path in (main, secrets)}

    for text in told.values():
        assert not [phrase for phrase in drill.phrases if phrase in text]
    assert [key in told[path] for path in (main, secrets)] == [False, True]
    assert [bytes(half).hex() in told[path] for path in (main, secrets)] == [False, True]
    assert "COPY public.vault_note" not in told[secrets]
    assert [path.stat().st_mode & 0o777 for path in (main, secrets)] == [0o600, 0o600]
    connections.close_all()
