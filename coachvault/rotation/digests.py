"""The look-up digests: all of a table's in one transaction, under a lock that lets others read, since two keys' digests must not stand side by side.

While a rotation is under way whoever looks something up tries the digest of each key (`instance.digests`).
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts.models import Link, User
from clients.actions import link_owner
from coachvault.archives.files import Unfit
from consent.models import KnownFile
from vault import instance
from vault.primitives import Closed

OWNED = (Link.Kind.SIGN_UP, Link.Kind.ADMIN)  # whose `about` is a digest of the address


def turn() -> int:
    """Make every digest anew; how many were others. Raises `Unfit` where two people would have one address."""
    return _people() + _links() + _files()


def left() -> int:
    """How many digests are not those of the newest key."""
    return sum(1 for _ in _old_people()) + sum(1 for _ in _old_links()) + sum(1 for _ in _old_files())


def _lock(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'lock table "{table}" in share row exclusive mode')


def _old_people() -> Iterator[tuple[UUID, str]]:
    for user in User.objects.iterator():
        try:
            digest = instance.address_digest(user.address)
        except Closed:
            continue  # it does not open: told by the walk
        if user.username != digest:
            yield user.pk, digest


def _people() -> int:
    with transaction.atomic():
        _lock(User._meta.db_table)
        rows = list(_old_people())
        for pk, digest in rows:
            try:
                with transaction.atomic():
                    User.objects.filter(pk=pk).update(username=digest)
            except IntegrityError:
                other = User.objects.get(username=digest).pk
                raise Unfit(
                    f"Two people have the same address: {pk} and {other}. No digest was changed. One of them has to be removed first."
                ) from None
        return len(rows)


def _old_links() -> Iterator[tuple[UUID, UUID]]:
    for link in Link.objects.filter(kind__in=OWNED, about__isnull=False):
        try:
            about = link_owner(link.address)
        except Closed:
            continue
        if link.about != about:
            yield link.pk, about


def _links() -> int:
    with transaction.atomic():
        _lock(Link._meta.db_table)
        rows = list(_old_links())
        for pk, about in rows:
            Link.objects.filter(pk=pk).update(about=about)
        return len(rows)


def _old_files() -> Iterator[tuple[str, str]]:
    """Old and new digest of each known file: its SHA-256 stands in the steps of its agreement."""
    known: dict[UUID, dict[str, str]] = {}
    for file in KnownFile.objects.select_related("agreement").order_by("agreement_id"):
        if file.agreement_id not in known:
            known = {file.agreement_id: _names(file)}
        new = known[file.agreement_id].get(file.digest)
        if new is not None and new != file.digest:
            yield file.digest, new


def _names(file: KnownFile) -> dict[str, str]:
    """Each digest that a file of this agreement may have under any key, with the one it has under the newest."""
    found = {}
    try:
        kept = [event.data for event in file.agreement.events.all()] + [dict(file.agreement.details)]
    except Closed:
        return {}
    for data in kept:
        for name in ("sha256", "proof_sha256", "final_sha256"):
            if data.get(name):
                newest, *older = instance.digests(str(data[name]), "document")
                found |= dict.fromkeys((newest, *older), newest)
    return found


def _files() -> int:
    with transaction.atomic():
        _lock(KnownFile._meta.db_table)
        rows = list(_old_files())
        for old, new in rows:
            if KnownFile.objects.filter(pk=new).exists():
                KnownFile.objects.filter(pk=old).delete()  # written again meanwhile
            else:
                KnownFile.objects.filter(pk=old).update(digest=new)
        return len(rows)
