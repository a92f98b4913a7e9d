"""Each check says of how many rows it was asked and names what it finds; what another process does meanwhile is no damage."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connections

from sessions import actions as sessions
from sessions.people import actions as people
from tests.cast import Cast
from tests.databases import as_owner
from tests.vault.chains import CHAIN, write
from tests.vault.people import NOW, a_key, sql, the_key
from vault import shredding, verification
from vault.keyring import halves
from vault.ledger import INSTANCE
from vault.models import LedgerSignature
from vault.unlocked import Unlocked
from vault.verification import Bytes, Check, Found, Rows, States

SESSION = "coaching_sessions_session"


def test_rows_bytes_and_states_are_counted(cast: Cast) -> None:
    engagement = cast.engagement(cast.anais)
    for _ in range(2):
        sessions.plan_session(engagement=engagement, starts_at=NOW, minutes=60, place="office", agenda="", by=cast.camille)
    people.write_words(typed="Projet Tilleul", expected=0, vault=cast.vault("Camille Aubry"), by=cast.camille)
    words = Bytes("lists", "coaching_sessions_ownwords", "body", "words", ("words.started", "words.written"))

    assert verification.rows(Rows("sessions", SESSION, ("session.planned",))) == Check("sessions", 2, ())
    assert verification.rows(Rows("first ones", SESSION, ("session.planned",), where="number = 1")).asked == 1
    assert verification.stored(words) == Check("lists", 1, ())
    assert verification.states(States("states", SESSION, {"session.planned": ("held", "planned")})) == Check("states", 2, ())


def test_where_rows_have_versions_an_older_one_is_found_and_a_newer_one_is_left_to_its_own_event(cast: Cast) -> None:
    coach = cast.camille
    row = people.write_words(typed="Projet Tilleul", expected=0, vault=cast.vault("Camille Aubry"), by=coach)
    plain = Bytes("lists", "coaching_sessions_ownwords", "body", "words", ("words.started", "words.written"))
    drafts = replace(plain, final="false", has_versions=True)

    sql("update coaching_sessions_ownwords set body = body || '\\x00'")
    assert codes(drafts) == codes(plain) == [(str(row.pk), "other_bytes")]
    sql("update coaching_sessions_ownwords set body = %s, version = 0", row.body.stored())
    assert (codes(drafts), codes(plain)) == ([(str(row.pk), "older")], [])
    sql("update coaching_sessions_ownwords set version = 2, body = body || '\\x00'")
    assert (codes(drafts), codes(plain)) == ([], [(str(row.pk), "other_bytes")])


def codes(kind: Bytes) -> list[tuple[str, str]]:
    """What the comparison of bytes finds."""
    return [(one.where, one.why) for one in verification.stored(kind).found]


def test_chains_are_counted_and_a_forged_head_is_told_with_who_signed_it_and_when(coach: Unlocked) -> None:
    write(1)
    write(1, INSTANCE)
    assert verification.chains() == Check("chains", 2, ())

    (hash_,) = sql("select hash from vault_ledger_head where chain = %s", CHAIN)[0]
    LedgerSignature.objects.create(chain=CHAIN, position=1, hash=bytes(hash_), person=coach.person, signature=b"", at=NOW)

    where = f"{CHAIN} 1 signed by {coach.person} on 2027-03-01 09:00:00 UTC:"
    assert verification.chains().found == (Found(where, "a_signature_does_not_hold"),)


def test_a_break_that_nobody_signed_names_chain_and_place_alone(own_databases: dict[str, str]) -> None:
    write(2)
    with as_owner():
        sql("delete from vault_ledger_head")

    assert verification.chains().found == (Found(f"{CHAIN} 2", "the_end_is_not_the_head"),)


def test_a_key_that_nobody_holds_and_one_without_a_half_are_found_by_their_ids(coach: Unlocked) -> None:
    loose, bare = the_key(a_key(coach)), the_key(a_key(coach))
    sql("delete from vault_keygrant where key_id = %s", loose.pk)
    sql("delete from keyring_half where key = %s", bare.pk, alias="keyring")

    assert [check.found for check in verification.grants()] == [(), (Found(str(loose.pk), "nobody_holds_it"),)]
    assert found_in_the_keyring(NOW) == (Found(str(bare.pk), "no_half"),)


def test_grants_keys_and_halves_are_counted(coach: Unlocked) -> None:
    a_key(coach)
    shredding.shred([a_key(coach)], NOW)
    loose = uuid4()
    halves.make(loose)

    assert list(verification.grants()) == [Check("grants", 1, ()), Check("keys are held", 1, ())]
    assert list(verification.keyring(NOW)) == [
        Check("halves", 2, ()),
        Check("halves without a key", 3, (Found(str(loose), "no_key"),), is_remark=True),
    ]


def test_the_worker_has_five_minutes_to_destroy_the_half_of_a_shredded_key(coach: Unlocked) -> None:
    key = the_key(a_key(coach))
    shredding.shred([key.series], NOW)

    assert found_in_the_keyring(NOW + timedelta(minutes=5)) == ()
    assert found_in_the_keyring(NOW + timedelta(minutes=5, seconds=1)) == (Found(str(key.pk), "shredded_yet_has_half"),)


def found_in_the_keyring(at: Any) -> tuple[Found, ...]:
    """What the check of the halves finds."""
    return next(iter(verification.keyring(at))).found


def test_a_key_shredded_while_the_keyring_is_read_is_not_taken_for_one_whose_half_was_stolen(coach: Unlocked) -> None:
    key, other = the_key(a_key(coach)), the_key(a_key(coach))

    def meanwhile(execute: Any, statement: str, *rest: Any) -> Any:
        sql("update vault_datakey set shredded_at = now() where id = %s", key.pk)
        with connections["keyring"].connection.cursor() as beside:
            beside.execute("update keyring_half set half = null, destroyed_at = now() where key = any(%s)", [[key.pk, other.pk]])
        return execute(statement, *rest)

    with connections["keyring"].execute_wrapper(meanwhile):
        found = found_in_the_keyring(NOW)

    assert found == (Found(str(other.pk), "half_destroyed"),)
