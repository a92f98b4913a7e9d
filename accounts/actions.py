"""What changes a person: making them and their vault, their passphrase, their recovery code, their links."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import jobs, links, logins, sign_ins, unlocking
from accounts.act import Refused, act, person_of
from accounts.models import Link, SignIn, User
from vault import instance, ledger, slots
from vault.unlocked import Unlocked, make_vault


def slot_password() -> str:
    """What stands in Django's password column: no hash, a random value by which other sign-ins end when it changes."""
    return "slot$" + secrets.token_urlsafe(24)


@act
@sensitive_variables()
def make_person(
    *,
    address: str,
    name: str,
    language: str,
    passphrase: slots.Stretched,
    by: Any,
    is_demo: bool = False,
    is_administrator: bool = False,
    at: datetime | None = None,
) -> tuple[User, Unlocked]:
    """This function will make a person and their vault, and hand over both. Refuses an address that somebody has."""
    if User.objects.filter(username=User.username_of(address)).exists():
        raise Refused(code="address_known")
    digest = instance.address_digest(address)
    user = User(username=digest, details={"address": address.strip(), "name": name.strip()}, language=language, password=slot_password())
    user.is_demo, user.is_administrator = is_demo, is_administrator
    user.save()
    vault = make_vault(user.pk, passphrase, at or timezone.now())
    ledger.record("person.made", chain=ledger.INSTANCE, by=user.pk, kind="person", about=user.pk, at=at)
    return user, vault


@act
@sensitive_variables()
def change_passphrase(*, person: User, vault: Unlocked, new: slots.Stretched, by: Any, at: datetime | None = None) -> None:
    """This function will close the vault under a new passphrase and end the person's other sign-ins and open vaults."""
    _new_passphrase(person, vault, new, at or timezone.now())
    ledger.record("passphrase.changed", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@act
@sensitive_variables()
def recover(*, person: User, vault: Unlocked, new: slots.Stretched, by: Any, at: datetime | None = None) -> None:
    """This function will replace a lost passphrase. The sheet that opened the vault was used: it counts until the next one is confirmed."""
    person.recovery_confirmed_at = None
    person.save(update_fields=["recovery_confirmed_at"])
    _new_passphrase(person, vault, new, at or timezone.now())
    ledger.record("passphrase.recovered", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@sensitive_variables()
def _new_passphrase(person: User, vault: Unlocked, new: slots.Stretched, at: datetime) -> None:
    _alone(person)
    vault.change_passphrase(new, at)
    person.password = slot_password()
    person.save(update_fields=["password"])
    unlocking.lock_all(person.pk)
    jobs.write_to.defer(person=str(person.pk), letter="passphrase_changed")


@act
def end_sign_ins(*, person: User, by: Any, at: datetime | None = None) -> None:
    """This function will end every sign-in of a person and shut their open vaults. Their passphrase stays as it is."""
    _alone(person)
    person.password = slot_password()
    person.save(update_fields=["password"])
    _end(person, SignIn.objects.all())
    unlocking.lock_all(person.pk)
    jobs.write_to.defer(person=str(person.pk), letter="security_changed")
    ledger.record("sign_ins.ended", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


def _alone(person: User) -> None:
    """Let no other act replace a slot of this person until this one is done."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


@act
@sensitive_variables()
def raise_cost(*, person: User, vault: Unlocked, new: slots.Stretched, by: Any, at: datetime | None = None) -> None:
    """This function will close the vault under the same passphrase at this program's cost. No sign-in ends. Refuses when that was done meanwhile."""
    _alone(person)
    if not slots.cost_is_old(person.pk):
        raise Refused(code="not_old")
    vault.change_passphrase(new, at or timezone.now())
    ledger.record("passphrase.cost_raised", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@act
@sensitive_variables()
def set_recovery(*, person: User, vault: Unlocked, code: str, by: Any, at: datetime | None = None) -> None:
    """This function will make `code` the person's recovery code. The code is not stored; it counts as kept once two groups were typed back."""
    _alone(person)
    vault.set_recovery(code, at or timezone.now())
    person.recovery_confirmed_at = at or timezone.now()
    person.save(update_fields=["recovery_confirmed_at"])
    ledger.record("recovery.set", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@act
def second_factor_added(*, person: User, request: HttpRequest, by: Any, at: datetime | None = None) -> None:
    """This function will shut the person's other open vaults and write down that a second factor was added."""
    unlocking.lock_others(request)
    jobs.write_to.defer(person=str(person.pk), letter="security_changed")
    ledger.record("second_factor.added", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@act
def second_factor_removed(*, person: User, by: Any, at: datetime | None = None) -> None:
    """This function will write down that the second factor was switched off, and tell the person."""
    jobs.write_to.defer(person=str(person.pk), letter="security_changed")
    ledger.record("second_factor.removed", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@act
def spare_codes_made(*, person: User, by: Any, at: datetime | None = None) -> None:
    """This function will write down that the spare codes were made anew, and tell the person."""
    jobs.write_to.defer(person=str(person.pk), letter="security_changed")
    ledger.record("spare_codes.made", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@act
def end_sign_in(*, person: User, sign_in: SignIn, by: Any, at: datetime | None = None) -> None:
    """This function will end one sign-in of a person and shut its vault at once."""
    _end(person, SignIn.objects.filter(pk=sign_in.pk))
    ledger.record("sign_in.ended", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, code="one", at=at)


@act
def end_other_sign_ins(*, person: User, request: HttpRequest, by: Any, at: datetime | None = None) -> None:
    """This function will end every sign-in of a person but this one, and shut their vaults at once: those too that are not in the list."""
    _end(person, sign_ins.others(request))
    unlocking.lock_others(request)
    person.password = slot_password()
    person.save(update_fields=["password"])
    ledger.record("sign_in.ended", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, code="others", at=at)


def _end(person: User, ended: QuerySet[SignIn]) -> None:
    """End these sign-ins, if they are this person's."""
    rows = list(ended.filter(person=person).select_for_update())
    logins.end(row.session for row in rows)
    unlocking.lock_named(row.sign_in for row in rows)


@act
def change_settings(*, person: User, name: str, language: str, has_shortcuts: bool, by: Any, at: datetime | None = None) -> None:
    """This function will keep what a person chose for themselves."""
    person.details = {**person.details, "name": name}
    person.language, person.has_shortcuts = language, has_shortcuts
    person.save(update_fields=["details", "language", "has_shortcuts"])
    ledger.record("settings.changed", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@act
def tell_restored(*, people: Iterable[User], known_to: datetime, by: None, at: datetime | None = None) -> None:
    """This function will have these people shown that the instance came back as it was at a moment, until each confirms having read so."""
    User.objects.filter(pk__in=[person.pk for person in people]).update(restored_to=known_to)
    ledger.record("restore.told", chain=ledger.INSTANCE, by=None, at=at)


@act
def restore_seen(*, person: User, by: User, at: datetime | None = None) -> None:
    """This function will keep that a person has read up to which moment the instance came back. Doing it again changes nothing."""
    User.objects.filter(pk=person.pk).update(restored_to=None)
    ledger.record("restore.seen", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@act
def send_link(*, kind: str, letter: str, address: str, language: str, about: UUID | None, by: Any, at: datetime | None = None) -> Link:
    """This function will mail a one-time link, in place of any that was sent for the same thing. The worker makes its token."""
    now = at or timezone.now()
    if about is not None:
        Link.objects.filter(kind=kind, about=about, used_at__isnull=True).delete()
    link = Link(kind=kind, letter=letter, details={"address": address.strip()}, language=language, about=about, by=person_of(by))
    link.made_at, link.expires_at = now, now + links.LIFETIMES[Link.Kind(kind)]
    link.save()
    jobs.send_link.defer(link=str(link.pk))
    ledger.record("link.sent", chain=ledger.INSTANCE, by=person_of(by), kind="link", about=link.pk, code=kind, at=at)
    return link


@act
def use_link(*, link: Link, by: Any, at: datetime | None = None) -> None:
    """This function will consume a link; a second use, or a use too late, is refused."""
    now = at or timezone.now()
    if not Link.objects.filter(pk=link.pk, used_at__isnull=True, expires_at__gt=now).update(used_at=now):
        raise Refused(code="link_used")
    ledger.record("link.used", chain=ledger.INSTANCE, by=person_of(by), kind="link", about=link.pk, code=link.kind, at=at)
