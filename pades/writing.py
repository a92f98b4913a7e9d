"""A PDF is certified, signed by people, and closed: each step takes the file's bytes and returns them with one more revision.

Bytes that are already there never change. pyHanko is loaded at the first call and runs in a thread of its own, so that it
makes no difference whether an event loop is marked as running where these are called.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from pades import certificates
from pades.authority import authority, crl_address
from pades.refusals import SigningRefused, TimestampFailed

__all__ = ["ARCHIVE", "PROOF", "SENT", "SigningRefused", "TimestampFailed", "certify", "certify_proof", "close", "sign"]

SENT: Final = "Sent"
ARCHIVE: Final = "Archive"
PROOF: Final = "Proof"


def certify(pdf: bytes, *, reason: str, at: datetime) -> bytes:
    """Return the file with a certifying signature that lets nothing but its own signature fields be filled; raise SigningRefused."""
    from pades import revisions

    opened = authority(at)
    return _apart(lambda: revisions.certified(pdf, opened, field=SENT, reason=reason, at=at, may_be_signed=True))


def sign(pdf: bytes, *, field: str, name: str, address: str, reason: str, stamp: bytes, is_last: bool, at: datetime) -> bytes:
    """Return the file signed by one person in an empty field, whose appearance is the page of `stamp`; raise SigningRefused.

    The key is made for this one signature and forgotten. `is_last` must agree with what the field itself says it will lock.
    """
    from pades import revisions

    opened = authority(at)
    pair = certificates.signer(opened.issuing, name=name, address=address, at=at, crl_address=crl_address("issuing"))
    facts = revisions.Facts(field=field, name=certificates.written(name), address=address, reason=reason, stamp=stamp, is_last=is_last)
    return _apart(lambda: revisions.signed(pdf, opened, pair, facts, at))


def close(pdf: bytes, *, at: datetime, server: str | None = None) -> bytes:
    """Return the file with what proves it later and a document timestamp over all (PAdES B-LTA); raise TimestampFailed or SigningRefused.

    `server` is a timestamp server's address, "" for the local one; without it the setting COACHVAULT_TSA decides.
    """
    from pades import revisions

    opened, url = authority(at), settings.TSA_URL if server is None else server
    return _apart(lambda: revisions.closed(pdf, opened, field=ARCHIVE, url=url, roots=timestamp_roots() if url else [], at=at))


def certify_proof(pdf: bytes, *, at: datetime, reason: str = "Proof file", server: str | None = None) -> bytes:
    """Return the file certified against any change and closed as above; raise TimestampFailed or SigningRefused."""
    from pades import revisions

    opened = authority(at)
    fixed = _apart(lambda: revisions.certified(pdf, opened, field=PROOF, reason=reason, at=at, may_be_signed=False))
    return close(fixed, at=at, server=server)


def timestamp_roots() -> list[bytes]:
    """Return the roots (DER) of outside timestamp servers; none without the setting COACHVAULT_TSA_ROOTS."""
    return certificates.from_pem(Path(settings.TSA_ROOTS_FILE).read_bytes()) if settings.TSA_ROOTS_FILE else []


def _apart(work: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes:
    """Return what the work gives in an event loop of its own."""
    with ThreadPoolExecutor(1, thread_name_prefix="pades") as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
