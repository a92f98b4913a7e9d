"""`manage.py verify` finds a whole story sound, and each damage by the row that it was done to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from coachvault.verification import checks, of_the_main_database
from consent.actions import consents, summaries
from sessions import actions as sessions
from tests.cast import Cast
from tests.coachvault.damages import damages, key_of
from tests.databases import as_owner
from tests.house.world import World, vault_of
from tests.vault.people import sql
from vault import ledger, shredding
from vault.keyring import halves

LOOSENED = """
do $$ declare one record; begin
  for one in select distinct tgrelid::regclass as of from pg_trigger where not tgisinternal loop
    execute format('alter table %s disable trigger user', one.of);
  end loop;
  for one in select conrelid::regclass as of, conname from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace loop
    execute format('alter table %s drop constraint %I', one.of, one.conname);
  end loop;
end $$
"""


def verified() -> tuple[int, str]:
    """Exit status and words of the command."""
    told = StringIO()
    try:
        call_command("verify", stdout=told)
    except SystemExit as end:
        return int(str(end.code)), told.getvalue()
    return 0, told.getvalue()


def says(words: str, word: str, check: str, row: UUID, code: str) -> bool:
    """Whether, below the line of this check, this row is named with this code."""
    told = words.split(f"{word:<7} {check} (")
    return len(told) == 2 and f"          {row} {code}\n" in told[1].partition("\ngood")[0].partition("\nBROKEN")[0] + "\n"


@contextmanager
def without_rules() -> Iterator[None]:
    """As somebody who owns the database: no trigger and no foreign key stands in the way; afterwards everything is as before."""
    with as_owner(), undone():
        with connections["default"].cursor() as cursor:
            cursor.execute(LOOSENED)
        yield


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is done inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def world(own_databases: dict[str, str], cast: Cast) -> World:
    """One engagement with everything around it: a finished note, an addition, a text kept aside, a wish, a deleted draft."""
    world = World.of_anais(cast)
    by, vault = cast.camille, vault_of(cast.camille)
    sessions.hold_session(session=world.session, by=by)
    sessions.keep_aside(note=world.note, text="from another tab", vault=vault, by=by)
    world.note = sessions.finish_note(note=world.note, text="what was said", expected_version=world.note.version, vault=vault, by=by)
    addition = sessions.amend_note(note=world.note, vault=vault, by=by)
    sessions.write_note(note=addition, text="more", expected_version=1, keep=False, vault=vault, by=by)
    empty = sessions.start_note(session=world.session, vault=vault, by=by)
    sessions.delete_note(note=empty, vault=vault, by=by)
    summaries.ask_changes(proposal=world.proposal, text="otherwise", vault=vault_of(cast.anais), by=cast.anais)
    summaries.delete_summary(summary=world.summary, by=by)
    ledger.sign_heads(vault, [by.practice_id, ledger.INSTANCE], timezone.now())
    return world


def test_a_whole_story_holds_is_only_read_and_may_go_on_meanwhile(world: World, cast: Cast) -> None:
    World.of_bruno(cast)
    before = sql("select count(*), max(id) from vault_ledger")

    status, words = verified()

    assert (status, "BROKEN" in words, "REMARK" in words) == (0, False, False), words
    assert "Everything holds." in words
    assert sql("select count(*), max(id) from vault_ledger") == before
    assert not [check for check in walked_while_something_happens(world) if check[1]]


def walked_while_something_happens(world: World) -> list[tuple[str, object]]:
    """What each check found, a session having been planned by another process once the chains were walked."""

    def plan() -> None:
        later = timezone.now() + timedelta(days=7)
        sessions.plan_session(engagement=world.engagement, starts_at=later, minutes=60, place="office", agenda="", by=world.coach)
        connections.close_all()

    found = []
    for check in checks(timezone.now()):
        found.append((check.name, check.found))
        if check.name == "chains":
            thread = threading.Thread(target=plan)
            thread.start()
            thread.join()
    return found


def test_it_finds_every_damage_by_its_row(world: World, cast: Cast) -> None:
    assert cast.bruno.practice_id == world.coach.practice_id
    unseen = []

    with without_rules():
        for damage in damages(world, cast):
            with undone(), connections["default"].cursor() as cursor:
                cursor.execute(damage.statement)
                found = {(check.name, one.where.partition(" ")[0], one.why) for check in of_the_main_database() for one in check.found}
            if (damage.check, str(damage.row), damage.code) not in found:
                unseen.append((damage, found))

    assert not unseen
    assert not [check for check in of_the_main_database() if check.found], "each was undone"


def test_it_finds_a_withdrawal_that_was_taken_out(world: World, cast: Cast) -> None:
    consents.withdraw(consent=world.consent, by=cast.anais)
    assert verified()[0] == 0

    with as_owner():
        sql("delete from consent_consentevent where consent_id = %s and kind = 'withdrawn'", world.consent.pk)

    status, words = verified()
    assert status == 1
    assert says(words, "BROKEN", "events of consents", world.consent.pk, "withdrawn_is_gone"), words


def test_it_finds_keys_and_halves_that_do_not_go_together(world: World) -> None:
    kept, loose = key_of(world.engagement.notes_key), uuid4()
    halves.make(loose)
    status, words = verified()
    assert status == 0
    assert says(words, "REMARK", "halves without a key", loose, "no_key"), words

    sql("update keyring_half set half = null, destroyed_at = now() where key = %s", kept.pk, alias="keyring")
    assert says(verified()[1], "BROKEN", "halves", kept.pk, "half_destroyed")
    sql("delete from keyring_half where key = %s", kept.pk, alias="keyring")
    assert says(verified()[1], "BROKEN", "halves", kept.pk, "no_half")

    key = key_of(world.disclosure.series)
    with transaction.atomic():
        shredding.shred([key.series], timezone.now())
    sql("update keyring_half set half = '\\x00', destroyed_at = null where key = %s", key.pk, alias="keyring")
    assert "shredded_yet_has_half" not in verified()[1], "the worker has a few minutes"
    sql("update vault_datakey set shredded_at = now() - interval '6 minutes' where id = %s", key.pk)

    assert says(verified()[1], "BROKEN", "halves", key.pk, "shredded_yet_has_half")


def test_bytes_sealed_again_hold_once_the_ledger_says_so_and_no_text_is_ever_told(world: World) -> None:
    row = world.agreement.pk
    sql("update consent_agreement set document = '\\x0102' where id = %s", row)
    words = verified()[1]
    assert says(words, "BROKEN", "agreements as sent", row, "other_bytes")
    assert not [phrase for phrase in world.readers() if phrase in words]

    ledger.record("resealed", chain=world.coach.practice_id, by=None, kind="agreement", about=row, code="document", stored=b"\1\2")

    assert verified()[0] == 0
