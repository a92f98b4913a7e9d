"""Once all have signed: the time-stamp, the check of the whole file, and the proof file. Run by the worker until it is done, once.

The readable pages and the file inside them are made from what is stored; what fails is noted, shown to the coach, and tried again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.act import Refused
from consent import documents, trail
from consent.models import Agreement, Signatory
from pades import proof, verifying, writing
from pades.refusals import SigningRefused, TimestampFailed
from support.pdf import PdfFailed


def fields_of(agreement: Agreement) -> list[str]:
    """The signature fields that the finished file has, in order; none for what was signed elsewhere."""
    if agreement.kind == Agreement.Kind.ELSEWHERE:
        return []
    return ["Sent", *(one.field for one in agreement.signatories.all()), "Archive"]


def complete(pk: UUID, at: datetime | None = None, server: str | None = None) -> bool:
    """Complete an agreement that all have signed; whether it is complete now. `server` "": the local time-stamp, whatever is set."""
    row = Agreement.objects.select_related("engagement__coach__person", "engagement__client").get(pk=pk)
    if row.completed_at is not None or row.in_force_at is None:
        return row.completed_at is not None
    from consent import actions

    now = at or timezone.now()
    try:
        document, made = _made(row, now, server)
    except TimestampFailed:
        actions.note_incomplete(agreement=row, why="timestamp", by=None, at=at)
    except (PdfFailed, SigningRefused):
        actions.note_incomplete(agreement=row, why="document", by=None, at=at)
    else:
        try:
            base = documents.digest(row.signed_document or b"")
            actions.complete_agreement(agreement=row, base=base, document=document, proof=made, by=None, at=at)
        except Refused:  # somebody else was first
            return Agreement.objects.filter(pk=pk, completed_at__isnull=False).exists()
        return True
    return False


def _made(row: Agreement, now: datetime, server: str | None = None) -> tuple[bytes, bytes]:
    """The finished file and its proof. Raises `TimestampFailed`, `PdfFailed`; a file that does not hold is never handed out."""
    from pades.verify_proof import chain_holds

    document, fields = row.signed_document or b"", fields_of(row)
    if not trail.holds(row):
        raise PdfFailed("The steps do not hold.")
    verdict = None
    if fields:
        document = writing.close(document, at=now, server=server)
        verdict = verifying.begin(document, fields=fields, at=now)  # in its own process, while the pages are set in theirs
    kept = record(row)
    if not chain_holds(kept["events"]):
        raise PdfFailed("A step is missing from the trail.")
    pages = documents.render_proof(row, kept, sha256=documents.digest(document))
    if verdict and not verdict().is_good:
        raise PdfFailed("The signed file does not hold.")
    return document, proof.proof_file(pages, agreement=document, name=documents.reference(row), record=kept, at=now, server=server)


def record(row: Agreement) -> dict[str, Any]:
    """What the proof file says for machines; pades/verify_proof.py reads it without the product."""
    return {
        "reference": documents.reference(row),
        "kind": row.kind,
        "language": row.language,
        "fixed_sha256": row.sha256,
        "fixed_bytes": len(row.document or b""),
        "fields": fields_of(row),
        "events": trail.told(row),
        "signatures": [_signature(one) for one in row.signatories.filter(signed_at__isnull=False)],
    }


def _signature(one: Signatory) -> dict[str, Any]:
    evidence = dict(one.evidence)
    return {
        "field": one.field,
        "role": one.role,
        "name": one.name,
        "evidence": evidence,
        "evidence_sha256": documents.evidence_digest(evidence),
    }
