"""What changes who a person is to the vault and to the door: new keys after a loss or a leak, another address, a vault shut by too much reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import actions as accounts
from accounts import jobs, links, unlocking
from accounts.act import Refused, act, person_of
from accounts.models import Link, User
from vault import ledger, renewal, slots
from vault.unlocked import NotYours, Unlocked


@act
@sensitive_variables()
def start_again(*, person: User, new: slots.Stretched, by: Any, at: datetime | None = None) -> Unlocked:
    """This function will give new keys to a person who can open nothing any more. Refuses whoever holds what others rely on."""
    now = at or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    try:
        vault = renewal.start_again(person.pk, new, now)
    except NotYours as no:
        raise Refused(code="others_rely_on_them") from no
    _shut_what_was(person)
    ledger.record("keys.started_again", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)
    return vault


@act
@sensitive_variables()
def renew(
    *,
    person: User,
    vault: Unlocked,
    new: slots.Stretched,
    stands: Iterable[renewal.Signed],
    bound: Mapping[UUID, bytes],
    by: Any,
    at: datetime | None = None,
) -> Unlocked:
    """This function will give a person new keys in place of those that may have leaked.

    `stands` are messages that they signed and still stand by, `bound` what the copies they gave are bound to, by series.
    """
    now = at or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    after = renewal.renew(vault, new, stands, bound, now)
    _shut_what_was(person)
    ledger.record("keys.renewed", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)
    return after


def _shut_what_was(person: User) -> None:
    """The recovery sheet of before opens nothing, other sign-ins end, every open vault shuts, the person is told."""
    person.password, person.recovery_confirmed_at = accounts.slot_password(), None
    person.save(update_fields=["password", "recovery_confirmed_at"])
    unlocking.lock_all(person.pk)
    jobs.write_to.defer(person=str(person.pk), letter="keys_changed")


@act
def ask_address(*, person: User, address: str, by: User, at: datetime | None = None) -> Link:
    """This function will mail a link by which another address becomes this person's. Nothing changes before; whoever has it already is told."""
    is_taken = User.objects.filter(username=User.username_of(address)).exists()
    letter = "address_taken" if is_taken else "address_confirm"  # the first carries no link
    link = accounts.send_link(
        kind=Link.Kind.ADDRESS, letter=letter, address=address, language=person.language, about=person.pk, by=by, at=at
    )
    ledger.record("address.asked", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)
    return link


@act
def change_address(*, person: User, link: Link, by: User, at: datetime | None = None) -> str:
    """This function will make the address that a link went to this person's; the one before. Refuses one that somebody has meanwhile."""
    row, now = User.objects.select_for_update(no_key=True).get(pk=person.pk), at or timezone.now()
    if link.kind != Link.Kind.ADDRESS or link.about != row.pk:
        raise Refused(code="not_their_link")
    accounts.use_link(link=link, by=by, at=at)
    before = row.address
    person.username, person.details = User.username_of(link.address), {**row.details, "address": link.address}
    person.password = accounts.slot_password()
    try:
        with transaction.atomic():
            person.save(update_fields=["username", "details", "password"])
    except IntegrityError as no:
        raise Refused(code="address_known") from no
    unlocking.lock_all(person.pk)
    links.end_all_to(before, now)
    accounts.send_link(kind=Link.Kind.ADDRESS, letter="address_changed", address=before, language=row.language, about=None, by=None, at=at)
    ledger.record("address.changed", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)
    return before


@act
def ask_for_passphrase(*, person: User, by: User, at: datetime | None = None) -> None:
    """This function will write down that a person was shown so much that their passphrase is asked for again."""
    ledger.record("tripwire.asked", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@act
def shut_every_vault(*, person: User, by: User, at: datetime | None = None) -> None:
    """This function will shut every open vault of a person who was shown far too much at once, and mail them."""
    unlocking.lock_all(person.pk)
    jobs.write_to.defer(person=str(person.pk), letter="vault_locked")
    ledger.record("tripwire.locked", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)
