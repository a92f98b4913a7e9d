"""What happened on the way to an agreement: events that are only ever added, each with the hash of the one before.

The chain is the one the proof file shows: SHA-256 over the canonical JSON of an event without its hash (pades/proof.py).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final

from django.db.models import Max

from consent.models import Agreement, AgreementEvent, Signatory

FIRST: Final = "0" * 64  # stands for the hash before the first event


def note(
    agreement: Agreement, kind: str, at: datetime, signatory: Signatory | None = None, /, *, text: str = "", **data: Any
) -> AgreementEvent:
    """Add an event. The agreement's row is locked by whoever calls, so that numbers follow one another.

    `text` is what somebody wrote: it stays here, and the proof file, which others read, holds its SHA-256 only.
    """
    from pades.verify_proof import digest

    if text:
        data["text_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    last = agreement.events.order_by("-number").first()
    event: dict[str, Any] = {
        "n": (last.number if last else 0) + 1,
        "kind": kind,
        "at": at.isoformat(),
        "data": ({"by": signatory.field} if signatory else {}) | data,
        "previous": last.details["hash"] if last else FIRST,
    }
    event["hash"] = digest(event)
    return AgreementEvent.objects.create(
        agreement=agreement,
        signatory=signatory,
        number=event["n"],
        kind=kind,
        details=event | ({"text": text} if text else {}),
        at=at,
    )


def count(signatory: Signatory, kind: str, since: datetime) -> int:
    """How often something happened to this signatory since a moment."""
    return signatory.events.filter(kind=kind, at__gt=since).count()


def has(signatory: Signatory, kind: str) -> bool:
    """Whether something happened to this signatory."""
    return signatory.events.filter(kind=kind).exists()


def last_at(signatory: Signatory, kind: str) -> datetime | None:
    """When something happened last to this signatory."""
    found: datetime | None = signatory.events.filter(kind=kind).aggregate(at=Max("at"))["at"]
    return found


def holds(agreement: Agreement) -> bool:
    """Whether no step was taken out or changed, and each who signed is still who was asked."""
    from pades.verify_proof import chain_holds

    return chain_holds(told(agreement)) and all(one.is_in_place for one in agreement.signatories.all())


def told(agreement: Agreement) -> list[dict[str, Any]]:
    """The whole trail, as the proof file holds it."""
    return [{name: value for name, value in event.details.items() if name != "text"} for event in agreement.events.all()]
