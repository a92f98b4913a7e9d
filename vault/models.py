"""What the vault keeps. People are named by UUID and never by foreign key: the vault does not know who they are."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models

from vault.encrypted import EncryptedBytes, EncryptedDetails
from vault.primitives import PublicKeys


class Slot(models.Model):
    """One way to a person's root key: a passphrase, a recovery code, or a passkey that knows a secret (one slot for each passkey)."""

    class Kind(models.TextChoices):
        PASSPHRASE = "passphrase"
        RECOVERY = "recovery"
        PASSKEY = "passkey"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    salt = models.BinaryField()
    memory = models.PositiveIntegerField(null=True)
    passes = models.PositiveSmallIntegerField(null=True)
    lanes = models.PositiveSmallIntegerField(null=True)
    credential = models.BinaryField(null=True)  # SHA-256 of a passkey's id
    root_key = EncryptedBytes()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_slot_of_a_kind", fields=["person", "kind"], condition=~models.Q(kind="passkey")),
            models.UniqueConstraint(name="one_slot_of_a_passkey", fields=["person", "credential"]),
            models.CheckConstraint(
                name="passkey_slots_name_theirs",
                condition=models.Q(kind="passkey", credential__isnull=False)
                | (~models.Q(kind="passkey") & models.Q(credential__isnull=True)),
            ),
        ]


class PersonKeys(models.Model):
    """A person's public keys, encrypted so that nobody puts in their own, and the private ones under the root key."""

    person = models.UUIDField(primary_key=True)
    sealing = EncryptedBytes()
    signing = EncryptedBytes()
    private = models.BinaryField()
    former: Mapping[str, Any] = EncryptedDetails(null=True)  # lost, replaced: signing keys of before; vouched: signatures. In hex
    made_at = models.DateTimeField()

    def public(self) -> PublicKeys:
        """The public keys, with the signing keys of before. Raises `Closed` where somebody wrote over them."""
        before = self.former or {}
        lost, replaced, vouched = (tuple(bytes.fromhex(one) for one in before.get(name, ())) for name in ("lost", "replaced", "vouched"))
        return PublicKeys(sealing=self.sealing, signing=self.signing, lost=lost, replaced=replaced, vouched=frozenset(vouched))


class Unlock(models.Model):
    """An open vault of one sign-in. The table is UNLOGGED: a crash or a restore locks every vault."""

    cookie = models.CharField(primary_key=True, max_length=64)  # SHA-256 of the cookie, in hex
    person = models.UUIDField()
    sign_in = models.CharField(max_length=64)  # SHA-256 of the sign-in's random id, in hex
    is_pending = models.BooleanField(default=True)  # until every step of signing in is done
    root_key = EncryptedBytes()
    opened_at = models.DateTimeField()
    used_at = models.DateTimeField()
    locks_at = models.DateTimeField()
    keep_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="unlock_person", fields=["person"]), models.Index(name="unlock_sign_in", fields=["sign_in"])]


class DataKey(models.Model):
    """One epoch of a key: a secret held by people (KeyGrant) and a half held by the instance (keyring.Half)."""

    class Kind(models.TextChoices):
        OWN = "own"  # its maker alone, and nobody may give it
        SHARED = "shared"  # its maker, who may give it
        COPY = "copy"  # made for one other person; its maker keeps no grant

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    series = models.UUIDField()
    epoch = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    practice = models.UUIDField()
    maker = models.UUIDField()
    made_at = models.DateTimeField()
    shredded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_key_per_epoch", fields=["series", "epoch"])]
        indexes = [models.Index(name="datakey_shredded", fields=["shredded_at"], condition=models.Q(shredded_at__isnull=False))]


class Renewal(models.Model):
    """A new epoch of a key, from its making until everything is sealed under it and the epochs before are destroyed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    series = models.UUIDField()
    epoch = models.PositiveIntegerField()  # the new one
    maker = models.UUIDField()
    resealed = models.PositiveIntegerField(default=0)  # texts so far
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_renewal_at_a_time", fields=["series"], condition=models.Q(done_at__isnull=True)),
            models.UniqueConstraint(name="one_renewal_per_epoch", fields=["series", "epoch"]),
        ]
        indexes = [models.Index(name="renewal_open", fields=["maker"], condition=models.Q(done_at__isnull=True))]


class KeyGrant(models.Model):
    """One person's hold on a DataKey's secret: their own under the root key, or one given and signed by the maker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.ForeignKey(DataKey, on_delete=models.CASCADE, related_name="grants")
    holder = models.UUIDField()
    giver = models.UUIDField()
    wrapped = models.BinaryField()
    signature = models.BinaryField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_grant_per_holder", fields=["key", "holder"]),
            models.CheckConstraint(
                name="given_grants_are_signed",
                condition=models.Q(holder=models.F("giver"), signature__isnull=True)
                | (~models.Q(holder=models.F("giver")) & models.Q(signature__isnull=False)),
            ),
        ]
        indexes = [models.Index(name="grant_holder", fields=["holder"])]


class LedgerEntry(models.Model):
    """One event, as the database's own function wrote it. Nobody inserts, changes or deletes it here."""

    id = models.BigAutoField(primary_key=True)
    chain = models.UUIDField()
    position = models.BigIntegerField()
    event = models.TextField()
    kind = models.TextField()
    about = models.UUIDField(null=True)
    subject = models.UUIDField(null=True)
    other = models.UUIDField(null=True)
    by = models.UUIDField(null=True)
    code = models.TextField()
    version = models.BigIntegerField(null=True)
    digest = models.BinaryField(null=True)
    at = models.DateTimeField()
    previous = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        managed = False
        db_table = "vault_ledger"
        ordering = ["chain", "position"]


class LedgerSignature(models.Model):
    """The head of a chain, signed by somebody who saw it: rewriting what came before would show."""

    chain = models.UUIDField()
    position = models.BigIntegerField()
    hash = models.BinaryField()
    person = models.UUIDField()
    signature = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "vault_ledger_signature"
        indexes = [models.Index(name="signature_person_chain", fields=["person", "chain", "-position"])]
