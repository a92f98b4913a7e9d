"""An open vault, alive for one request: seal, open, grant. When it is gone, nothing it read is kept."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.views.decorators.debug import sensitive_variables

from vault import primitives, slots
from vault.keyring import halves
from vault.models import DataKey, KeyGrant, PersonKeys
from vault.primitives import Closed, KeyPair, PublicKeys
from vault.sealed import Place, Sealed

EPOCH_BYTES: Final = 4
HELD: Final = """
SELECT k.id, k.kind, k.practice, g.giver, g.wrapped, g.signature FROM "vault_keygrant" g JOIN "vault_datakey" k ON k.id = g.key_id
WHERE g.holder = %s AND k.series = %s AND k.epoch = %s AND k.maker = %s AND k.shredded_at IS NULL
"""  # written out: every text that is opened asks it


class Destroyed(Closed):
    """The key was destroyed, so that this text never opens again."""


class NotYours(Closed):
    """This person may not give this key: the table of who may give names somebody else, or nobody."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A DataKey after opening: its epoch and the 32 bytes that seal."""

    epoch: int
    key: bytes

    def __repr__(self) -> str:
        return "Opened(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an open key is not stored and not passed on")


def _key_context(key: DataKey, purpose: str) -> bytes:
    return primitives.context(purpose, key.practice.bytes, key.id.bytes, key.series.bytes, key.epoch, key.kind, key.maker.bytes)


def own_place(key: DataKey, holder: UUID) -> bytes:
    return primitives.context("grant.own", _key_context(key, "datakey"), holder.bytes)


def _given_place(key: DataKey, giver: UUID, to: UUID, public: PublicKeys, bound_to: bytes) -> bytes:
    return primitives.context("grant.given", _key_context(key, "datakey"), giver.bytes, to.bytes, public.fingerprint(), bound_to)


def public_keys(person: UUID) -> PublicKeys | None:
    """The public keys of a person, or None while they have not made their vault."""
    row = PersonKeys.objects.filter(pk=person).first()
    return row.public() if row else None


def public_keys_of(people: Iterable[UUID] | QuerySet[Any, Any]) -> dict[UUID, PublicKeys]:
    """The public keys of each of these people who has made their vault, in one statement."""
    rows = PersonKeys.objects.filter(pk__in=people)
    return {row.pk: row.public() for row in rows}


def held_keys(person: UUID) -> PersonKeys | None:
    """The row of a person's keys, which nobody replaces until the transaction ends; None while they have not made their vault."""
    return next(iter(PersonKeys.objects.raw('SELECT * FROM "vault_personkeys" WHERE person = %s FOR SHARE', [person])), None)


def private_place(person: UUID) -> bytes:
    """What the private keys' seal is bound to."""
    return primitives.context("person", person.bytes)


def check_given(grant: KeyGrant, *, giver: PublicKeys, to: PublicKeys, bound_to: bytes) -> bytes:
    """The place of a grant that whoever made its key gave and signed. Opens nothing. Raises `NotYours`, `Closed`."""
    key = grant.key
    if grant.giver != key.maker or key.kind == DataKey.Kind.OWN:
        raise NotYours("given by somebody who may not give it")
    primitives.check_signature(giver, given_message(grant, to, bound_to), bytes(grant.signature or b""))
    return _given_place(key, grant.giver, grant.holder, to, bound_to)


def given_message(grant: KeyGrant, to: PublicKeys, bound_to: bytes) -> bytes:
    """What the giver of a grant signs: its whole place and the wrapped secret."""
    place = _given_place(grant.key, grant.giver, grant.holder, to, bound_to)
    return primitives.context("signed.grant", place_digest(place), bytes(grant.wrapped))


class Unlocked:
    """One person's open vault. Made by `make_vault` or by an unlock row; never stored, never passed on."""

    @sensitive_variables()
    def __init__(self, person: UUID, root_key: bytes) -> None:
        self.person = person
        self._root_key = root_key
        self._pair: KeyPair | None = None
        self._keys: dict[tuple[UUID, int, UUID, bytes], Opened] = {}

    def __repr__(self) -> str:
        return f"Unlocked({self.person})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an open vault is not stored and not passed on")

    # The person's own keys

    def pair(self) -> KeyPair:
        """This person's private keys."""
        if self._pair is None:
            self._pair = self.current()
        return self._pair

    def current(self) -> KeyPair:
        """The private keys as they stand now, held until the transaction ends, so that none is replaced meanwhile. Raises `Closed` once they were."""
        row = held_keys(self.person)
        if row is None:
            raise Closed("this person's keys are gone")
        pair = KeyPair(primitives.unseal(self._root_key, bytes(row.private), private_place(self.person)))
        if pair.public != row.public():
            raise Closed("the public keys on file are not this person's")
        return pair

    def sign(self, purpose: str, *fields: bytes | str | int) -> bytes:
        """This person's signature over a purpose and its fields, 64 bytes."""
        return self.current().sign(primitives.context("signed." + purpose, *fields))

    @sensitive_variables()
    def change_passphrase(self, new: slots.Stretched, at: datetime) -> None:
        """Close the root key under another passphrase. Raises `Closed` once it was replaced."""
        self.current()
        slots.set_passphrase(self.person, self._root_key, new, at)

    @sensitive_variables()
    def set_recovery(self, code: str, at: datetime) -> None:
        """Close the root key under a recovery code too, in place of the one before. Raises `Closed` once it was replaced."""
        self.current()
        slots.set_recovery(self.person, self._root_key, code, at)

    @sensitive_variables()
    def set_passkey(self, credential: bytes, salt: bytes, secret: bytes, at: datetime) -> None:
        """Close the root key under what a passkey answers to a salt too, in place of the slot that it had. Raises `Closed` once it was replaced."""
        self.current()
        slots.set_passkey(self.person, self._root_key, credential, salt, secret, at)

    @sensitive_variables()
    def closed_under(self, key: bytes, place: bytes) -> bytes:
        """The root key, closed under an unlock's cookie."""
        return primitives.seal(key, self._root_key, place)

    # DataKeys

    def make_key(self, *, kind: str, practice: UUID, at: datetime) -> UUID:
        """Make a DataKey that this person holds; its series. Half first, then the main row."""
        key = DataKey(series=uuid.uuid4(), kind=kind, practice=practice, maker=self.person, made_at=at)
        if key.kind == DataKey.Kind.COPY:
            raise NotYours("a copy is made by copy_for")
        self.current()
        secret, half = primitives.random_key(), halves.make(key.id)
        key.save(force_insert=True)
        wrapped = primitives.seal(self._root_key, secret, own_place(key, self.person))
        KeyGrant.objects.create(key=key, holder=self.person, giver=self.person, wrapped=wrapped, made_at=at)
        self._keys[key.series, key.epoch, self.person, b""] = self._derive(key, secret, half)
        return key.series

    def new_epoch(self, series: UUID, at: datetime) -> int:
        """Make the next epoch of a key that this person made; whoever was given the newest one is given it too. Raises `NotYours`, `Closed`.

        Waits for whoever is sealing with the key, and lets nobody seal until the transaction ends.
        """
        living = list(DataKey.objects.select_for_update().filter(series=series, shredded_at__isnull=True).order_by("epoch"))
        if not living:
            raise Closed("this key was destroyed")
        last = living[-1]
        if last.kind == DataKey.Kind.COPY or last.maker != self.person:
            raise NotYours("only its maker makes a new epoch, and a copy has one")
        self.current()
        self._open_key(
            series, last.epoch, self.person, b""
        )  # kind, practice and maker are those that it was made with, or it does not open
        key = DataKey(series=series, epoch=last.epoch + 1, kind=last.kind, practice=last.practice, maker=self.person, made_at=at)
        secret, half = primitives.random_key(), halves.make(key.id)
        key.save(force_insert=True)
        wrapped = primitives.seal(self._root_key, secret, own_place(key, self.person))
        KeyGrant.objects.create(key=key, holder=self.person, giver=self.person, wrapped=wrapped, made_at=at)
        self._keys[series, key.epoch, self.person, b""] = self._derive(key, secret, half)
        for holder, public in _given(last).items():
            self._give(key, secret, holder, public, b"", at)
        return key.epoch

    @staticmethod
    def _derive(key: DataKey, secret: bytes, half: bytes) -> Opened:
        return Opened(key.epoch, primitives.derive(secret + half, _key_context(key, "datakey")))

    def _open_key(self, series: UUID, epoch: int, maker: UUID, bound_to: bytes) -> Opened:
        """The key of one epoch of a series, if this person holds it and `maker` made it. Raises `Closed`."""
        which = (series, epoch, maker, bound_to)
        if which not in self._keys:
            grant = self._held(series, epoch, maker)
            secret = self._open_grant(grant, bound_to)
            self._keys[which] = self._derive(grant.key, secret, halves.read(grant.key.id))
        return self._keys[which]

    def _held(self, series: UUID, epoch: int, maker: UUID) -> KeyGrant:
        """This person's grant on the living key of one epoch of a series, made by `maker`. Raises `Closed`."""
        with connection.cursor() as cursor:
            cursor.execute(HELD, [self.person, series, epoch, maker])
            found = cursor.fetchone()
        if found is None:
            if DataKey.objects.filter(series=series, epoch=epoch, shredded_at__isnull=False).exists():
                raise Destroyed("this key was destroyed")
            raise Closed("no grant")
        key_id, kind, practice, giver, wrapped, signature = found
        key = DataKey(id=key_id, series=series, epoch=epoch, kind=kind, practice=practice, maker=maker)
        return KeyGrant(key=key, holder=self.person, giver=giver, wrapped=wrapped, signature=signature)

    def secret_of(self, grant: KeyGrant) -> bytes:
        """The secret of a grant that this person made for themselves. Raises `Closed`."""
        if not grant.giver == grant.holder == self.person == grant.key.maker:
            raise Closed("not a grant of their own")
        return primitives.unseal(self._root_key, bytes(grant.wrapped), own_place(grant.key, self.person))

    def _open_grant(self, grant: KeyGrant, bound_to: bytes) -> bytes:
        key = grant.key
        if grant.giver == self.person == key.maker:
            return self.secret_of(grant)
        giver = public_keys(grant.giver)
        if giver is None:
            raise Closed("the giver has no keys")
        place = check_given(grant, giver=giver, to=self.pair().public, bound_to=bound_to)
        return self.pair().unwrap(bytes(grant.wrapped), place)

    # Texts

    def seal(self, text: str, place: Place) -> Sealed:
        """Close a text for its place with the newest epoch of its key. Inside a transaction; waits for no shredding to pass it by. Raises `Closed`."""
        # Whoever waited for an epoch to be destroyed finds the next one at the second look, which sees what was committed meanwhile.
        epoch = _newest(place.series) or _newest(place.series)
        if epoch is None:
            raise Closed("this key was destroyed")
        opened = self._open_key(place.series, epoch, place.maker, b"")
        return _sealed(opened, text, place)

    def open(self, sealed: Sealed, place: Place, *, bound_to: bytes = b"") -> str:
        """Open a text at its place, or raise `Closed`."""
        stored = sealed.stored()
        epoch = int.from_bytes(stored[:EPOCH_BYTES], "big")
        opened = self._open_key(place.series, epoch, place.maker, bound_to)
        return primitives.unpad(primitives.unseal(opened.key, stored[EPOCH_BYTES:], place.context(epoch))).decode()

    def holds(self, series: UUID) -> bool:
        """Whether this person has a grant on a key that was not shredded."""
        return KeyGrant.objects.filter(holder=self.person, key__series=series, key__shredded_at__isnull=True).exists()

    def check_not_destroyed(self, series: UUID) -> None:
        """Raise `Destroyed` if no epoch of this key is left, rather than not given yet."""
        keys = DataKey.objects.filter(series=series)
        if keys.exists() and not keys.filter(shredded_at__isnull=True).exists():
            raise Destroyed("this key was destroyed")

    # Giving

    def grant(self, series: UUID, *, to: UUID, at: datetime, known: PublicKeys | None = None) -> None:
        """Give every living epoch of a shared key of ours to one more person. Giving again does nothing. Raises `NotYours`, `Closed`.

        `known` are the keys by which the giver knows them: others are given nothing, were they put there a moment ago.
        """
        row = held_keys(to)
        if row is None:
            raise Closed("they have not made their vault yet")
        public = row.public()
        if known is not None and known != public:
            raise Closed("their keys are not the ones that are known")
        living = list(DataKey.objects.filter(series=series, shredded_at__isnull=True).prefetch_related("grants"))
        if not living:
            raise Closed("this key was destroyed")
        for key in living:
            if key.kind != DataKey.Kind.SHARED or key.maker != self.person:
                raise NotYours("only its maker gives a shared key, and no other kind is given")
            grants = {grant.holder: grant for grant in key.grants.all()}
            if self.person not in grants:
                raise Closed("no grant")
            if to not in grants:
                self._give(key, self._open_grant(grants[self.person], b""), to, public, b"", at)

    def _give(self, key: DataKey, secret: bytes, to: UUID, public: PublicKeys, bound_to: bytes, at: datetime) -> None:
        place = _given_place(key, self.person, to, public, bound_to)
        wrapped = primitives.wrap(secret, public, place)
        signature = self.sign("grant", place_digest(place), wrapped)
        KeyGrant.objects.create(key=key, holder=to, giver=self.person, wrapped=wrapped, signature=signature, made_at=at)

    def copy_for(self, to: UUID, public: PublicKeys, *, practice: UUID, bound_to: bytes, at: datetime) -> Copy:
        """A fresh DataKey that only `to` will hold, open for as long as the copy is being written. Raises `Closed`.

        `public` are the keys that this person was shown; `bound_to` names the consent and the text. We keep no grant.
        """
        if to == self.person:
            raise NotYours("a copy is for somebody else")
        row = held_keys(to)
        if row is None or row.public() != public:
            raise Closed("their keys are not the ones that were shown")
        key = DataKey(series=uuid.uuid4(), kind=DataKey.Kind.COPY, practice=practice, maker=self.person, made_at=at)
        secret, half = primitives.random_key(), halves.make(key.id)
        key.save(force_insert=True)
        self._give(key, secret, to, public, bound_to, at)
        return Copy(series=key.series, maker=self.person, _opened=self._derive(key, secret, half))


def _newest(series: UUID) -> int | None:
    """The newest living epoch of a key, which nobody destroys before the transaction ends; None where all are destroyed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select epoch from vault_datakey where series = %s and shredded_at is null order by epoch desc limit 1 for share", [series]
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy in the making: seals its texts, then is dropped."""

    series: UUID
    maker: UUID
    _opened: Opened

    def seal(self, text: str, place: Place) -> Sealed:
        """Close one text of the copy for its place."""
        if place.series != self.series or place.maker != self.maker:
            raise Closed("another copy's place")
        return _sealed(self._opened, text, place)


def _sealed(opened: Opened, text: str, place: Place) -> Sealed:
    body = primitives.seal(opened.key, primitives.pad(text.encode()), place.context(opened.epoch))
    return Sealed(opened.epoch.to_bytes(EPOCH_BYTES, "big") + body)


def _given(key: DataKey) -> dict[UUID, PublicKeys]:
    """Whom the maker of a shared key gave it, by which keys, held until the transaction ends: a grant that they did not sign for the keys on file gives nothing."""
    if key.kind != DataKey.Kind.SHARED:
        return {}
    giver, found = public_keys(key.maker), {}
    for grant in KeyGrant.objects.filter(key=key).exclude(holder=key.maker).order_by("holder"):
        row = held_keys(grant.holder)
        grant.key = key
        with suppress(Closed):
            if giver is not None and row is not None:
                public = row.public()
                check_given(grant, giver=giver, to=public, bound_to=b"")
                found[grant.holder] = public
    return found


def place_digest(place: bytes) -> bytes:
    """SHA-256 of a place, so that it fits into a context's field."""
    return hashlib.sha256(place).digest()


@sensitive_variables()
def make_vault(person: UUID, passphrase: slots.Stretched, at: datetime) -> Unlocked:
    """Make a person's root key, passphrase slot and key pair, and hand over the open vault. Inside a transaction."""
    root_key, seed = primitives.random_key(), KeyPair.new_seed()
    public = KeyPair(seed).public
    slots.set_passphrase(person, root_key, passphrase, at)
    PersonKeys.objects.create(
        person=person,
        sealing=public.sealing,
        signing=public.signing,
        private=primitives.seal(root_key, seed, private_place(person)),
        made_at=at,
    )
    return Unlocked(person, root_key)
