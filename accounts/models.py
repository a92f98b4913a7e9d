"""Who signs in, where they are signed in, and the one-time links and codes that are mailed to them. What a person is here stands in `clients`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Now
from django.views.decorators.debug import sensitive_variables

from vault import instance, slots
from vault.encrypted import EncryptedDetails
from vault.primitives import Closed


class User(AbstractBaseUser, PermissionsMixin):
    """A person: one address, one passphrase, one vault, however many roles.

    `username` is the keyed digest of the address; `password` is `slot$` and a random value, new at each change of passphrase,
    so that other sign-ins end. Neither tells anything, and neither opens anything.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=64, unique=True)
    details: Mapping[str, Any] = EncryptedDetails()  # address, name
    language = models.CharField(max_length=5, default="fr", choices=[("fr", "fr"), ("en", "en")])
    has_shortcuts = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    has_mailed_code = models.BooleanField(default=False)  # chose a code by mail as the second step, where nothing stronger is asked
    has_acted = models.BooleanField(default=False)  # did something worth keeping: time to ask for the recovery sheet
    recovery_confirmed_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []
    objects = BaseUserManager()

    restored_to = models.DateTimeField(null=True)  # the moment that a restore went back to, until this person has confirmed having read so

    opened: bytes | None = None  # the root key, for the rest of this request, after a right passphrase

    class Meta:
        constraints = [models.CheckConstraint(name="nobody_is_superuser", condition=models.Q(is_superuser=False))]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def name(self) -> str:
        return str(self.details["name"])

    @property
    def address(self) -> str:
        return str(self.details["address"])

    @staticmethod
    def username_of(address: str) -> str:
        """Under which digest this address stands, or would stand: while the instance keys are rotated, either may be in the row."""
        newest, *older = instance.address_digests(address)
        kept = User.objects.filter(username__in=[newest, *older]).values_list("username", flat=True).first() if older else None
        return kept or newest

    def set_password(self, raw_password: str | None) -> None:
        raise TypeError("a passphrase is set by accounts.actions: it takes the open vault")

    @sensitive_variables()
    def check_password(self, raw_password: str) -> bool:
        """Open the slot: one Argon2id run. Right, and the root key is in `opened` for this request. Raises `ration.Busy`."""
        try:
            self.opened = slots.open_with_passphrase(self.pk, raw_password)
        except Closed:
            return False
        return True


def has_acted(person: uuid.UUID) -> None:
    """Note that this person did something worth keeping."""
    User.objects.filter(pk=person, has_acted=False).update(has_acted=True)


class SignIn(models.Model):
    """One sign-in, beside its login session, of which the table tells nobody anything: on what device, from what network, since when, last seen."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session = models.CharField(max_length=40, unique=True)  # digest of the login session's key, as its own table has it
    sign_in = models.CharField(max_length=64)  # SHA-256 of the sign-in's random id, as its open vault has it
    details: Mapping[str, Any] = EncryptedDetails()  # browser, system, network
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    @property
    def device(self) -> str:
        """The browser's family and the system, as far as they are known."""
        return " · ".join(str(self.details[part]) for part in ("browser", "system") if self.details[part])

    @property
    def network(self) -> str:
        return str(self.details["network"])


class Link(models.Model):
    """A one-time link, or code, in a mail. Only its hash is stored; opening a link by GET does nothing, POST consumes it."""

    class Kind(models.TextChoices):
        SIGN_UP = "sign_up"
        JOIN = "join"
        SIGN_IN = "sign_in"
        SIGN = "sign"
        ADMIN = "admin"
        CODE = "code"  # no link: a code, of which `details` hold the keyed digest and the tries; `about` is the attempt to sign in
        ADDRESS = "address"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    letter = models.CharField(max_length=32)
    token = models.CharField(max_length=64, null=True, unique=True)
    about = models.UUIDField(null=True)
    details: Mapping[str, Any] = EncryptedDetails()  # address
    language = models.CharField(max_length=5)
    by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="link_about", fields=["about"])]

    @property
    def address(self) -> str:
        return str(self.details["address"])
