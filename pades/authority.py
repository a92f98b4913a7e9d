"""The instance's own authority: made once, found again by everyone, and its revocation lists kept fresh."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from pades import certificates
from pades.certificates import Pair, Period
from pades.models import Authority
from vault import ledger

MEMBERS: Final = ("root", "issuing", "seal", "timestamp")
# A demo practice signs agreements dated months ago: the authority must have been valid then, whenever it was made
BEFORE: Final = timedelta(days=5 * 365)
AFTER: Final = timedelta(days=30 * 365)  # nothing renews it: it lasts longer than any agreement is kept
CRL_FRESH: Final = timedelta(days=1)
CRL_VALID: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Opened:
    """The authority with its keys, and revocation lists (root's, issuing's; DER) that are valid at the moment asked for."""

    root: Pair
    issuing: Pair
    seal: Pair
    timestamp: Pair
    crls: tuple[bytes, bytes]


def authority(at: datetime) -> Opened:
    """Return the authority with revocation lists valid at `at`; the first call makes it."""
    row = Authority.objects.first() or _made_once(at)
    root, issuing, seal, timestamp = (_pair(row, name) for name in MEMBERS)
    is_covered = row.crls_issued_at <= at <= row.crls_end_at
    crls = (bytes(row.root_crl), bytes(row.issuing_crl)) if is_covered else _lists(root, issuing, at)
    return Opened(root, issuing, seal, timestamp, crls)


def refresh_crls(at: datetime) -> bool:
    """Issue new revocation lists if there is an authority and its lists are a day old; return whether it did."""
    with transaction.atomic():
        row = Authority.objects.select_for_update().first()
        if row is None or row.crls_issued_at > at - CRL_FRESH:
            return False
        row.root_crl, row.issuing_crl = _lists(_pair(row, "root"), _pair(row, "issuing"), at)
        row.crls_issued_at, row.crls_end_at = at, at + CRL_VALID
        row.save(update_fields=["root_crl", "issuing_crl", "crls_issued_at", "crls_end_at"])
    return True


def crl(which: str, at: datetime) -> bytes:
    """Return the revocation list (DER) of "root" or "issuing", valid at `at`; raise ValueError for any other name."""
    return authority(at).crls[("root", "issuing").index(which)]


def root_certificate() -> bytes:
    """Return the root's certificate (PEM)."""
    return certificates.pem(authority(timezone.now()).root.certificate)


def root_fingerprint() -> str:
    """Return the SHA-256 of the root's certificate, in hex, by which people compare it."""
    return certificates.fingerprint(authority(timezone.now()).root.certificate)


def crl_address(which: str) -> str:
    """Return where a list can be fetched; nowhere for an instance that only this machine can reach."""
    return f"{settings.URL}/pki/{which}.crl" if settings.HTTPS else ""


def _made_once(at: datetime) -> Authority:
    """Make the authority, unless another process has just done so; return the one that is."""
    at = at.replace(microsecond=0)
    period, label = Period(at - BEFORE, at + AFTER), secrets.token_hex(4)
    root = certificates.root(label, period)
    issuing = certificates.issuing(root, label, period, crl_address=crl_address("root"))
    made = {
        "root": root,
        "issuing": issuing,
        "seal": certificates.seal(issuing, label, period, crl_address=crl_address("issuing")),
        "timestamp": certificates.timestamp(issuing, label, period, crl_address=crl_address("issuing")),
    }
    root_crl, issuing_crl = _lists(root, issuing, at)
    row = Authority(
        certificates={name: base64.b64encode(pair.certificate).decode() for name, pair in made.items()},
        keys={name: base64.b64encode(pair.key).decode() for name, pair in made.items()},
        made_at=at,
        root_crl=root_crl,
        issuing_crl=issuing_crl,
        crls_issued_at=at,
        crls_end_at=at + CRL_VALID,
    )
    with transaction.atomic():
        Authority.objects.bulk_create([row], ignore_conflicts=True)  # waits for another process that is about to, and gives way to it
        present = Authority.objects.get()
        if present.certificates["root"] == base64.b64encode(root.certificate).decode():
            ledger.record("authority.made", chain=ledger.INSTANCE, by=None, kind="authority", stored=root.certificate)
    return present


def _pair(row: Authority, name: str) -> Pair:
    """One certificate of the authority, and its key."""
    return Pair(base64.b64decode(row.certificates[name]), base64.b64decode(row.keys[name]))


def _lists(root: Pair, issuing: Pair, at: datetime) -> tuple[bytes, bytes]:
    """New lists of both authorities. Their number is the second in which they begin, so that a later one has a higher number."""
    begins = at.replace(microsecond=0)
    made = [certificates.crl(one, at=begins, until=begins + CRL_VALID, number=int(begins.timestamp())) for one in (root, issuing)]
    return made[0], made[1]
