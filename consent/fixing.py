"""The PDF of an agreement, from the fixed text to the last signature. Each step takes its time, so never inside a transaction.

The file only grows: what was fixed when it was sent is the beginning of what everybody holds at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consent import documents
from consent.models import Agreement, Signatory
from pades import writing
from pades.refusals import SigningRefused
from support.pdf import PdfFailed


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file with one more signature, and the SHA-256 of the one that it was made from."""

    document: bytes
    base: str


def fix(agreement: Agreement, text: documents.Text, *, at: datetime) -> bytes:
    """The agreement's PDF, certified: from here on only the signatures that it has places for can be added. Raises `PdfFailed`.

    What was signed elsewhere stays as it came.
    """
    if agreement.kind == Agreement.Kind.ELSEWHERE:
        return agreement.document or b""
    rendered = documents.render_text(text, reference=documents.reference(agreement))
    try:
        return writing.certify(rendered, reason=documents.reference(agreement), at=at)
    except SigningRefused as no:
        raise PdfFailed("The document could not be fixed.") from no


def sign(agreement: Agreement, signatory: Signatory, evidence: Mapping[str, Any], *, at: datetime) -> SignedFile:
    """The file with this person's signature in its place; the last one locks it. Raises `pdf.PdfFailed`."""
    base = agreement.signed_document or agreement.document or b""
    stamp = documents.render_stamp(documents.text_of(agreement), signatory, evidence)
    try:
        signed = writing.sign(
            base,
            field=signatory.field,
            name=str(evidence["name"]),
            address="",  # a client's own address is nothing that the organisation should find in the file
            reason=f"{evidence['statement']} sha256:{documents.evidence_digest(evidence)}",
            stamp=stamp,
            is_last=signatory.role == Signatory.Role.COACH,
            at=at,
        )
    except SigningRefused as no:
        raise PdfFailed("The signature could not be put into the document.") from no
    return SignedFile(signed, documents.digest(base))


def as_it_stands(agreement: Agreement) -> SignedFile:
    """The file as it is: what was signed elsewhere is confirmed, and stays as it came."""
    document = agreement.signed_document or agreement.document or b""
    return SignedFile(document, documents.digest(document))
