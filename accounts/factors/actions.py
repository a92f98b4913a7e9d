"""What changes a person's second factors, and what each of them does at a sign-in: passkeys, with or without a slot of the vault, and mailed codes."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts import jobs, unlocking
from accounts.act import Refused, act, person_of
from accounts.factors import codes, passkeys
from accounts.factors.passkeys import Passkey, Shown
from accounts.models import Link, User
from vault import ledger, slots
from vault.unlocked import Unlocked

MOST = 10


@act
def add_passkey(*, person: User, passkey: Passkey, request: HttpRequest, by: Any, at: datetime | None = None) -> None:
    """This function will keep a passkey that was just made, shut the person's other open vaults and tell them. With the first factor come spare codes."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    known = passkeys.of(person)
    if any(one.id == passkey.id for one in known):
        raise Refused(_("This passkey is in the list already."), code="passkey_known")
    if len(known) >= MOST:
        raise Refused(_("Ten passkeys are as many as are kept. Remove one first."), code="too_many_passkeys")
    data = passkeys.stored(person.pk, passkey)
    Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=data, created_at=at or timezone.now())
    if not Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).exists():
        RecoveryCodes.activate(person)
    unlocking.lock_others(request)
    _changed("passkey.added", person, by, at)


@act
def rename_passkey(*, person: User, row: int, name: str, by: Any, at: datetime | None = None) -> None:
    """This function will give a passkey another name."""
    found = _locked(person, row)
    found.data = passkeys.stored(person.pk, replace(passkeys.read(found), name=name))
    found.save(update_fields=["data"])
    ledger.record("passkey.renamed", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@act
def remove_passkey(*, person: User, row: int, request: HttpRequest, by: Any, at: datetime | None = None) -> None:
    """This function will take a passkey away, and its slot with it; the vaults that it may have opened elsewhere are shut. Spare codes go with the last factor."""
    found = _locked(person, row)
    slots.drop_passkey(person.pk, passkeys.read(found).id)
    found.delete()
    delete_dangling_recovery_codes(person)
    unlocking.lock_others(request)
    _changed("passkey.removed", person, by, at)


@act
@sensitive_variables()
def let_passkey_open(*, person: User, vault: Unlocked, shown: Shown, secret: bytes, by: Any, at: datetime | None = None) -> None:
    """This function will make the passkey's slot: from now on it opens the vault too. Refuses while there is no recovery sheet: a passkey gets lost."""
    now = at or timezone.now()
    _used(person, shown, now)
    if not slots.has_recovery(person.pk):
        raise Refused(_("Please make your recovery sheet first: a passkey is easily lost with its device."), code="no_recovery")
    vault.set_passkey(shown.passkey.id, shown.salt, secret, now)
    _changed("passkey.opens", person, by, at)


@act
def stop_passkey_opening(*, person: User, row: int, request: HttpRequest, by: Any, at: datetime | None = None) -> None:
    """This function will take away the passkey's slot: it still signs in, and the passphrase opens the vault."""
    found = _locked(person, row)
    if not slots.drop_passkey(person.pk, passkeys.read(found).id):
        raise Refused(code="no_slot")
    unlocking.lock_others(request)
    _changed("passkey.opens_no_more", person, by, at)


@act
def use_passkey(*, person: User, shown: Shown, what: str, by: Any, at: datetime | None = None) -> None:
    """This function will note that a passkey served. Refuses one that was removed meanwhile, or copied."""
    _used(person, shown, at or timezone.now())
    ledger.record("passkey.used", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, code=what, at=at)


@act
def choose_mailed_code(*, person: User, is_on: bool, by: Any, at: datetime | None = None) -> None:
    """This function will ask for a mailed code at each sign-in from now on, or no more, and tell the person."""
    person.has_mailed_code = is_on
    person.save(update_fields=["has_mailed_code"])
    _changed("mailed_code.on" if is_on else "mailed_code.off", person, by, at)


@act
def send_code(*, person: User, attempt: str, by: Any, at: datetime | None = None) -> None:
    """This function will have a code mailed for one attempt to sign in, in place of the one before. Refuses a sixth in an hour, and one within half a minute."""
    now = at or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    sent = Link.objects.filter(kind=Link.Kind.CODE, by=person.pk)
    if sent.filter(made_at__gt=now - timedelta(hours=1)).count() >= codes.AN_HOUR:
        raise Refused(_("Several codes were sent within the hour. Please wait a little, then try again."), code="too_many_codes")
    if sent.filter(about=UUID(attempt), made_at__gt=now - codes.PAUSE).exists():
        raise Refused(_("A code was sent a moment ago. Please wait half a minute before you ask for another."), code="too_soon")
    sent.filter(made_at__lt=now - timedelta(days=1)).delete()
    sent.filter(about=UUID(attempt)).update(expires_at=now)
    link = Link(kind=Link.Kind.CODE, letter="code", details={"address": person.address, "tries": 0}, language=person.language)
    link.about, link.by, link.made_at, link.expires_at = UUID(attempt), person.pk, now, now + codes.LASTS
    link.save()
    jobs.mail_code.defer(link=str(link.pk))
    ledger.record("code.sent", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


@act
@sensitive_variables()
def try_code(*, person: User, attempt: str, code: str, by: Any, at: datetime | None = None) -> bool:
    """This function will compare a code with the one that was mailed for this attempt, and keep that it was tried: five times, for ten minutes, used once."""
    now = at or timezone.now()
    mailed = Link.objects.select_for_update().filter(kind=Link.Kind.CODE, about=UUID(attempt), by=person.pk)
    link = mailed.filter(used_at__isnull=True, expires_at__gt=now).first()
    if link is None or "code" not in link.details or link.details["tries"] >= codes.TRIES:
        raise Refused(_("This code is no longer valid. Ask for a new one."), code="code_over")
    is_right = hmac.compare_digest(link.details["code"], codes.digest(link.pk, code))
    link.details = {**link.details, "tries": link.details["tries"] + 1}
    link.used_at = now if is_right else None
    link.save(update_fields=["details", "used_at"])
    word = "right" if is_right else "wrong"
    ledger.record("code.tried", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, code=word, at=at)
    return is_right


def _locked(person: User, row: int) -> Authenticator:
    """The row of one of this person's passkeys, kept from others until this act is done. Raises `Refused`."""
    rows = Authenticator.objects.select_for_update().filter(pk=row, user=person, type=Authenticator.Type.WEBAUTHN)
    found = rows.first()
    if found is None:
        raise Refused(code="no_passkey")
    return found


def _used(person: User, shown: Shown, now: datetime) -> None:
    """Keep how often the passkey signed, and when."""
    found = _locked(person, shown.passkey.row)
    found.data = passkeys.stored(person.pk, passkeys.after(passkeys.read(found), shown.counter))
    found.last_used_at = now
    found.save(update_fields=["data", "last_used_at"])


def _changed(event: str, person: User, by: Any, at: datetime | None) -> None:
    """Tell the person, and write it down."""
    jobs.write_to.defer(person=str(person.pk), letter="security_changed")
    ledger.record(event, chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)
