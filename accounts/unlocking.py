"""The unlock: a random cookie and a row that together give back the root key for one request. Either alone opens nothing.

Idle after 15 minutes (later while a session is under way), shut after 8 hours, shared by all web nodes.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from vault import primitives
from vault.models import Unlock
from vault.primitives import Closed
from vault.unlocked import Unlocked

TOUCH_AFTER = timedelta(seconds=30)
CLOCKS_DIFFER = timedelta(minutes=1)
SIGN_IN = "sign_in"
COUNTS = 'SELECT * FROM "vault_unlock" WHERE sign_in = %s AND person = %s AND NOT is_pending'  # written out: every request asks it


@dataclass(frozen=True, slots=True)
class Open:
    """An open vault and when it shuts by itself."""

    vault: Unlocked
    locks_at: datetime


def _place(person: UUID, sign_in: str) -> bytes:
    return primitives.context("unlock", person.bytes, sign_in)


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def _key(cookie: bytes) -> bytes:
    return primitives.derive(cookie, primitives.context("unlock cookie"))


@sensitive_variables()
def begin(request: HttpRequest, vault: Unlocked, *, pending: bool) -> None:
    """Keep this vault open for this sign-in; pending until every step of signing in is done."""
    cookie, now = secrets.token_bytes(32), timezone.now()
    sign_in = _named(request)
    Unlock.objects.filter(sign_in=_digest(sign_in.encode())).delete()
    row = Unlock.objects.create(
        cookie=_digest(cookie),
        person=vault.person,
        sign_in=_digest(sign_in.encode()),
        is_pending=pending,
        root_key=vault.closed_under(_key(cookie), _place(vault.person, sign_in)),
        opened_at=now,
        used_at=now,
        locks_at=now + timedelta(seconds=settings.VAULT_LONGEST_SECONDS),
    )
    request.new_vault_cookie = cookie.hex()  # type: ignore[attr-defined]
    request.vault_locks_at = None if pending else idle_at(row)  # type: ignore[attr-defined]
    request.forget_vault_cookie = False  # type: ignore[attr-defined]


def _named(request: HttpRequest) -> str:
    """The random id of this sign-in; it is given one when it has none."""
    return str(request.session.setdefault(SIGN_IN, secrets.token_hex(16)))


def name_of(request: HttpRequest) -> str:
    """What tells this sign-in's open vault from others: the digest of its id."""
    return _digest(_named(request).encode())


def confirm(request: HttpRequest, person: UUID) -> None:
    """Every step of signing in is done: what was pending for this sign-in counts now."""
    if sign_in := request.session.get(SIGN_IN):
        fresh = timezone.now() - timedelta(seconds=settings.VAULT_PENDING_SECONDS)
        rows = Unlock.objects.filter(sign_in=_digest(sign_in.encode()), person=person, is_pending=True, opened_at__gt=fresh)
        rows.update(is_pending=False)


def idle_at(row: Unlock) -> datetime:
    """When this vault shuts by itself."""
    idle = row.used_at + timedelta(seconds=settings.VAULT_IDLE_SECONDS)
    return min(row.locks_at, max(idle, row.keep_until) if row.keep_until else idle)


def _row(request: HttpRequest) -> tuple[Unlock | None, str]:
    sign_in = request.session.get(SIGN_IN)
    if not sign_in or not request.user.is_authenticated:
        return None, ""
    row = next(iter(Unlock.objects.raw(COUNTS, [_digest(sign_in.encode()), request.user.pk])), None)
    now = timezone.now()
    # Used at a time that is still to come: the clock was put back, and it would stay open too long
    if row is not None and (idle_at(row) <= now or row.used_at > now + CLOCKS_DIFFER):
        row.delete()
        return None, sign_in
    return row, sign_in


@sensitive_variables()
def find(request: HttpRequest) -> Open | None:
    """The vault of this request, or None when it is shut. What a person does keeps it open; polling (`X-Poll`) does not."""
    row, sign_in = _row(request)
    try:
        cookie = bytes.fromhex(request.COOKIES.get(settings.VAULT_COOKIE_NAME, ""))
    except ValueError:
        return None
    if row is None or not cookie or row.cookie != _digest(cookie):
        return None
    try:
        root_key = primitives.unseal(_key(cookie), row.root_key, _place(row.person, sign_in))
    except Closed:
        return None
    now = timezone.now()
    if now - row.used_at > TOUCH_AFTER and "X-Poll" not in request.headers:
        row.used_at = now
        Unlock.objects.filter(pk=row.pk).update(used_at=now)
    return Open(Unlocked(row.person, root_key), idle_at(row))


def is_open_elsewhere(request: HttpRequest) -> bool:
    """Whether this sign-in's vault is open but the cookie did not come along, as on a page reached from a mail."""
    return settings.VAULT_COOKIE_NAME not in request.COOKIES and _row(request)[0] is not None


def keep_open(person: UUID, until: datetime) -> None:
    """Do not shut this person's open vaults by idleness before `until`: a session is under way."""
    Unlock.objects.filter(person=person).update(keep_until=until)


def lock(request: HttpRequest) -> None:
    """Shut this sign-in's vault now."""
    if sign_in := request.session.get(SIGN_IN):
        Unlock.objects.filter(sign_in=_digest(sign_in.encode())).delete()
    request.forget_vault_cookie = True  # type: ignore[attr-defined]
    request.new_vault_cookie = request.vault = request.vault_locks_at = None  # type: ignore[attr-defined]


def lock_all(person: UUID) -> None:
    """Shut every open vault of a person: a new passphrase, a new factor."""
    Unlock.objects.filter(person=person).delete()


def lock_named(names: Iterable[str]) -> None:
    """Shut the vaults of these sign-ins."""
    Unlock.objects.filter(sign_in__in=list(names)).delete()


def lock_others(request: HttpRequest) -> None:
    """Shut this person's open vaults in every other sign-in: a new factor."""
    sign_in = request.session.get(SIGN_IN, "")
    Unlock.objects.filter(person=request.user.pk).exclude(sign_in=_digest(sign_in.encode())).delete()


def sweep(at: datetime) -> int:
    """Delete the rows of vaults that shut by themselves; how many."""
    idle = at - timedelta(seconds=settings.VAULT_IDLE_SECONDS)
    unused = Q(used_at__lt=idle) & (Q(keep_until__isnull=True) | Q(keep_until__lt=at))
    return int(Unlock.objects.filter(Q(locks_at__lt=at) | unused).delete()[0])
