"""The ways to a person's root key: what they know, stretched, or what their passkey knows, opens a slot. No hash of a passphrase exists anywhere."""

from __future__ import annotations

import base64
import hashlib
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NoReturn
from uuid import UUID

from django.db.models import Q, QuerySet
from django.views.decorators.debug import sensitive_variables

from vault import primitives, ration
from vault.models import Slot
from vault.primitives import Closed, Cost

COST: Cost = primitives.STANDARD
RECOVERY_BYTES: Final = 20  # 160 bits, 32 letters of base32
PRF_BYTES: Final = 32  # what a passkey answers to a salt: WebAuthn's PRF extension


@dataclass(frozen=True, slots=True)
class Stretched:
    """A passphrase after its Argon2id run, ready to close a new slot: what an action is given, so that it never stretches inside a transaction."""

    slot: UUID
    salt: bytes
    cost: Cost
    key: bytes

    def __repr__(self) -> str:
        return "Stretched(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a stretched passphrase is not stored and not passed on")


def _place(slot: UUID, person: UUID, kind: str, salt: bytes, cost: Cost | None, *credential: bytes) -> bytes:
    numbers = (cost.memory, cost.passes, cost.lanes) if cost else (0, 0, 0)
    return primitives.context("slot", slot.bytes, person.bytes, kind, salt, *numbers, *credential)


@sensitive_variables()
def stretched(passphrase: str) -> Stretched:
    """One Argon2id run for a new slot. Raises `ration.Busy`."""
    slot, salt = uuid.uuid4(), os.urandom(16)
    with ration.place():
        return Stretched(slot, salt, COST, primitives.stretch(passphrase, salt, COST))


@sensitive_variables()
def set_passphrase(person: UUID, root_key: bytes, new: Stretched, at: datetime) -> None:
    """Replace the person's passphrase slot. The one before opens nothing any more."""
    Slot.objects.filter(person=person, kind=Slot.Kind.PASSPHRASE).delete()
    place = _place(new.slot, person, Slot.Kind.PASSPHRASE, new.salt, new.cost)
    Slot.objects.create(
        id=new.slot,
        person=person,
        kind=Slot.Kind.PASSPHRASE,
        salt=new.salt,
        memory=new.cost.memory,
        passes=new.cost.passes,
        lanes=new.cost.lanes,
        root_key=primitives.seal(new.key, root_key, place),
        made_at=at,
    )


@sensitive_variables()
def open_with_passphrase(person: UUID | None, passphrase: str) -> bytes:
    """The root key, in exactly one Argon2id run whether the person exists or not. Raises `Closed`, `ration.Busy`."""
    slot = Slot.objects.filter(person=person, kind=Slot.Kind.PASSPHRASE).first() if person else None
    cost = Cost(slot.memory or 0, slot.passes or 0, slot.lanes or 0) if slot else COST
    salt = bytes(slot.salt) if slot else bytes(16)
    with ration.place():
        key = primitives.stretch(passphrase, salt, cost)
    if slot is None:
        raise Closed("no such slot")
    return primitives.unseal(key, slot.root_key, _place(slot.id, slot.person, slot.kind, salt, cost))


def cost_is_old(person: UUID) -> bool:
    """Whether the person's slot was closed at a lower cost than this program's, so that it is to be closed anew."""
    lower = Q(memory__lt=COST.memory) | Q(passes__lt=COST.passes)
    return Slot.objects.filter(lower, person=person, kind=Slot.Kind.PASSPHRASE).exists()


def new_recovery_code() -> str:
    """A recovery code: 32 letters and digits in eight groups of four. It is shown once and stored nowhere."""
    letters = base64.b32encode(os.urandom(RECOVERY_BYTES)).decode()
    return "-".join(letters[i : i + 4] for i in range(0, 32, 4))


def recovery_bytes(code: str) -> bytes:
    """What a typed recovery code stands for: case, spaces and hyphens do not matter, 0 and 1 are read as O and I. Raises `Closed`."""
    letters = "".join(code.upper().split()).replace("-", "").replace("0", "O").replace("1", "I")
    try:
        raw = base64.b32decode(letters)
    except ValueError as no:
        raise Closed("not a recovery code") from no
    if len(raw) != RECOVERY_BYTES:
        raise Closed("not a recovery code")
    return raw


@sensitive_variables()
def set_recovery(person: UUID, root_key: bytes, code: str, at: datetime) -> None:
    """Replace the person's recovery slot. The code before opens nothing any more."""
    Slot.objects.filter(person=person, kind=Slot.Kind.RECOVERY).delete()
    slot, salt = uuid.uuid4(), os.urandom(16)
    place = _place(slot, person, Slot.Kind.RECOVERY, salt, None)
    key = primitives.derive(recovery_bytes(code), place)
    sealed = primitives.seal(key, root_key, place)
    Slot.objects.create(id=slot, person=person, kind=Slot.Kind.RECOVERY, salt=salt, root_key=sealed, made_at=at)


@sensitive_variables()
def open_with_recovery(person: UUID, code: str) -> bytes:
    """The root key by the recovery code, or `Closed`. 160 bits need no stretching."""
    raw = recovery_bytes(code)
    slot = Slot.objects.filter(person=person, kind=Slot.Kind.RECOVERY).first()
    if slot is None:
        raise Closed("no such slot")
    place = _place(slot.id, person, slot.kind, bytes(slot.salt), None)
    return primitives.unseal(primitives.derive(raw, place), slot.root_key, place)


def has_recovery(person: UUID) -> bool:
    """Whether the person has a recovery code."""
    return Slot.objects.filter(person=person, kind=Slot.Kind.RECOVERY).exists()


@sensitive_variables()
def open_stretched(person: UUID, passphrase: Stretched) -> bytes:
    """The root key by a passphrase that was just stretched for this person's slot, without a second run. Raises `Closed`."""
    slot = Slot.objects.filter(pk=passphrase.slot, person=person, kind=Slot.Kind.PASSPHRASE).first()
    if slot is None:
        raise Closed("no such slot")
    return primitives.unseal(passphrase.key, slot.root_key, _place(slot.id, person, slot.kind, passphrase.salt, passphrase.cost))


def new_salt() -> bytes:
    """What a passkey is asked about: 32 random bytes, new for each slot."""
    return os.urandom(PRF_BYTES)


@sensitive_variables()
def set_passkey(person: UUID, root_key: bytes, credential: bytes, salt: bytes, secret: bytes, at: datetime) -> None:
    """Make the slot of one passkey, in place of the one that it had. `secret` is what it answers to `salt`. Raises `Closed`."""
    drop_passkey(person, credential)
    slot = uuid.uuid4()
    place = _place(slot, person, Slot.Kind.PASSKEY, salt, None, credential)
    sealed = primitives.seal(primitives.derive(_answer(secret), place), root_key, place)
    named = _digest(credential)
    Slot.objects.create(id=slot, person=person, kind=Slot.Kind.PASSKEY, salt=salt, credential=named, root_key=sealed, made_at=at)


@sensitive_variables()
def open_with_passkey(person: UUID, credential: bytes, secret: bytes) -> bytes:
    """The root key by what this passkey answered to its slot's salt, or `Closed`. 256 bits need no stretching."""
    slot = _passkey_slots(person, credential).first()
    if slot is None:
        raise Closed("no such slot")
    place = _place(slot.id, person, slot.kind, bytes(slot.salt), None, credential)
    return primitives.unseal(primitives.derive(_answer(secret), place), slot.root_key, place)


def passkey_salts(person: UUID, credentials: Iterable[bytes]) -> dict[bytes, bytes]:
    """What each of these passkeys that has a slot is to be asked about."""
    rows = Slot.objects.filter(person=person, kind=Slot.Kind.PASSKEY)
    salts = {bytes(row.credential or b""): bytes(row.salt) for row in rows}
    return {one: salts[_digest(one)] for one in credentials if _digest(one) in salts}


def drop_passkey(person: UUID, credential: bytes) -> bool:
    """Take away the slot of one passkey; whether there was one. The other ways stay."""
    return bool(_passkey_slots(person, credential).delete()[0])


def drop_passkeys(person: UUID) -> None:
    """Take away the slot of every passkey: a new root key, which no passkey was asked to close."""
    Slot.objects.filter(person=person, kind=Slot.Kind.PASSKEY).delete()


def _passkey_slots(person: UUID, credential: bytes) -> QuerySet[Slot]:
    return Slot.objects.filter(person=person, kind=Slot.Kind.PASSKEY, credential=_digest(credential))


def _digest(credential: bytes) -> bytes:
    return hashlib.sha256(credential).digest()


@sensitive_variables()
def _answer(secret: bytes) -> bytes:
    if len(secret) != PRF_BYTES:
        raise Closed("not a passkey's secret")
    return secret
