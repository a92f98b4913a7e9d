"""New keys for a person: after everything was lost, or because the old ones may have leaked. What only the old keys opened stays shut for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F, Max
from django.views.decorators.debug import sensitive_variables

from vault import primitives, shredding, slots
from vault.models import DataKey, KeyGrant, PersonKeys, Slot
from vault.primitives import Closed, KeyPair, PublicKeys
from vault.unlocked import NotYours, Unlocked, given_message, own_place, private_place, public_keys_of

Signed = tuple[bytes, bytes]  # a message and the signature over it
LOST: Final = "lost"
REPLACED: Final = "replaced"


@sensitive_variables()
def start_again(person: UUID, passphrase: slots.Stretched, at: datetime) -> Unlocked:
    """Make a person new keys in place of those that nobody can open any more, in a transaction; the open vault.

    What they alone held is shredded, what was given to them is theirs no longer. What they signed, and gave to others, still counts.
    Raises `NotYours` for whoever holds what others rely on: a coach cannot start again.
    """
    row = _alone(person)
    mine = DataKey.objects.filter(maker=person, shredded_at__isnull=True)
    if mine.filter(kind=DataKey.Kind.SHARED).exists():
        raise NotYours("others hold keys that only this person can give")
    root_key, _pair = _replace(row, LOST, at)
    slots.set_passphrase(person, root_key, passphrase, at)
    KeyGrant.objects.filter(holder=person).delete()
    shredding.shred(mine.filter(kind=DataKey.Kind.OWN).values_list("series", flat=True), at)
    return Unlocked(person, root_key)


@sensitive_variables()
def renew(vault: Unlocked, passphrase: slots.Stretched, stands: Iterable[Signed], bound: Mapping[UUID, bytes], at: datetime) -> Unlocked:
    """Make a person new keys in place of those that may have leaked, in a transaction; the open vault.

    What they hold themselves is sealed under the new root key. What they gave to others they sign again, where the old signature holds;
    `bound` says, by series, what a copy's grant is bound to. Of what else they signed, `stands` still counts, where the old key signed it.
    What was given to them cannot be kept: its giver wrapped it for the old key.
    """
    row = _alone(vault.person)
    vault.current()  # raises `Closed` for a root key that was replaced meanwhile
    before = row.public()
    vouched = [primitives.voucher(message, signature) for message, signature in stands if _is_signed(before, message, signature)]
    own = _opened(KeyGrant.objects.filter(holder=vault.person, giver=vault.person).select_related("key"), vault)
    root_key, pair = _replace(row, REPLACED, at, vouched)
    _seal_again(own, vault.person, root_key)
    _sign_again(KeyGrant.objects.filter(giver=vault.person).exclude(holder=vault.person).select_related("key"), before, pair, bound)
    KeyGrant.objects.filter(holder=vault.person).exclude(giver=F("holder")).delete()
    slots.set_passphrase(vault.person, root_key, passphrase, at)
    return Unlocked(vault.person, root_key)


def _alone(person: UUID) -> PersonKeys:
    """The row of a person's keys, which nobody uses to give, sign or make a key until the transaction ends. Raises `Closed`."""
    row = PersonKeys.objects.select_for_update().filter(pk=person).first()
    if row is None:
        raise Closed("this person's keys are gone")
    return row


@sensitive_variables()
def _replace(row: PersonKeys, why: str, at: datetime, vouched: Iterable[bytes] = ()) -> tuple[bytes, KeyPair]:
    """Put a new root key's new pair into the row. Every slot of the old one goes; of the old pair the signing key stays, as `why` says."""
    root_key, seed, before = primitives.random_key(), KeyPair.new_seed(), dict(row.former or {})
    pair = KeyPair(seed)
    if why == REPLACED:  # what was lost before may have leaked as well
        before = {REPLACED: [*before.get(REPLACED, []), *before.get(LOST, [])], "vouched": [one.hex() for one in vouched]}
    before[why] = [*before.get(why, []), row.signing.hex()]
    newest = DataKey.objects.filter(grants__holder=row.person).aggregate(at=Max("made_at"))["at"]
    if newest is not None:  # later than all that the old keys hold, whatever the clock did
        at = max(at, newest + timedelta(microseconds=1))
    row.former, row.made_at = before, at
    row.sealing, row.signing = pair.public.sealing, pair.public.signing  # type: ignore[assignment]
    row.private = primitives.seal(root_key, seed, private_place(row.person))
    row.save(update_fields=["former", "sealing", "signing", "private", "made_at"])
    Slot.objects.filter(person=row.person).delete()
    return root_key, pair


@sensitive_variables()
def _opened(own: Iterable[KeyGrant], vault: Unlocked) -> list[tuple[KeyGrant, bytes]]:
    """What this person holds themselves, with its secrets. What does not open is left out, and stays as it is."""
    found = []
    for grant in own:
        with suppress(Closed):
            found.append((grant, vault.secret_of(grant)))
    return found


@sensitive_variables()
def _seal_again(own: list[tuple[KeyGrant, bytes]], person: UUID, root_key: bytes) -> None:
    """Seal these secrets under the new root key."""
    for grant, secret in own:
        grant.wrapped = primitives.seal(root_key, secret, own_place(grant.key, person))
    KeyGrant.objects.bulk_update([grant for grant, _secret in own], ["wrapped"])


def _sign_again(given: Iterable[KeyGrant], before: PublicKeys, pair: KeyPair, bound: Mapping[UUID, bytes]) -> None:
    """Sign with the new key what was given with the old one. What the old one did not sign is left without a signature that counts."""
    rows, signed = list(given), []
    receivers = public_keys_of({grant.holder for grant in rows})
    for grant in rows:
        to = receivers.get(grant.holder)
        message = given_message(grant, to, bound.get(grant.key.series, b"")) if to else b""
        if to is not None and _is_signed(before, message, bytes(grant.signature or b"")):
            grant.signature = pair.sign(message)
            signed.append(grant)
    KeyGrant.objects.bulk_update(signed, ["signature"])


def _is_signed(public: PublicKeys, message: bytes, signature: bytes) -> bool:
    try:
        primitives.check_signature(public, message, signature)
    except Closed:
        return False
    return True
