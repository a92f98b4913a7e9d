"""An open vault makes new ways to itself while its keys stand, and takes nothing for its own that somebody gave."""

from __future__ import annotations

import os
from uuid import uuid4

import pytest

from tests.vault.people import NOW, SHARED, a_key, again
from vault import slots
from vault.models import KeyGrant, PersonKeys, Slot
from vault.primitives import FLOOR, Closed, random_key
from vault.unlocked import Unlocked


def stretched() -> slots.Stretched:
    return slots.Stretched(uuid4(), os.urandom(16), FLOOR, random_key())


def test_a_new_passphrase_and_a_recovery_code_open_the_vault_that_made_them(coach: Unlocked) -> None:
    new, code = stretched(), slots.new_recovery_code()

    coach.change_passphrase(new, NOW)
    coach.set_recovery(code, NOW)

    assert slots.open_stretched(coach.person, new) == slots.open_with_recovery(coach.person, code) == again(coach)._root_key


def test_a_vault_whose_keys_were_replaced_makes_no_way_in(coach: Unlocked) -> None:
    """Whoever still has it open from before would shut its owner out."""
    PersonKeys.objects.filter(pk=coach.person).delete()
    before = list(Slot.objects.values_list("pk"))

    with pytest.raises(Closed):
        coach.change_passphrase(stretched(), NOW)
    with pytest.raises(Closed):
        coach.set_recovery(slots.new_recovery_code(), NOW)
    with pytest.raises(Closed):
        coach.set_passkey(b"a stolen phone", slots.new_salt(), bytes(32), NOW)

    assert list(Slot.objects.values_list("pk")) == before


def test_what_was_given_is_not_taken_for_one_s_own(coach: Unlocked, client_: Unlocked) -> None:
    series = a_key(coach, SHARED)
    coach.grant(series, to=client_.person, at=NOW)
    own, given = (KeyGrant.objects.get(holder=vault.person) for vault in (coach, client_))

    assert len(coach.secret_of(own)) == 32
    for reader, grant in ((client_, given), (client_, own), (coach, given)):
        with pytest.raises(Closed, match="of their own"):
            reader.secret_of(grant)
