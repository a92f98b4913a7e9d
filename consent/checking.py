"""Whether a PDF that somebody holds is exactly what was signed. Read in memory, stored nowhere; nothing is told that the file does not show.

Good is only the very file: its SHA-256 is the one kept, its signatures hold, and the agreement's state says so. For any other file the
signatures in it may still all look valid (an earlier stage, something added at the end): the answer says which of these it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from consent import completing, documents
from consent.models import Agreement, KnownFile
from pades import verifying
from pades.authority import authority
from vault import instance

LARGEST = 12 * 1024 * 1024


class Verdict(StrEnum):
    """What a file is."""

    SIGNED = "signed"  # the file that all signed, and that stands
    PROOF = "proof"  # the proof file of one
    ENDED = "ended"  # the file that all signed; the agreement has been replaced or ended since
    EARLIER = "earlier"  # a stage before the last signature
    ALTERED = "altered"  # it bears signatures made here, and is not what was signed
    UNKNOWN = "unknown"  # nothing of it was made here


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of a file: only to somebody who holds it."""

    verdict: Verdict
    sha256: str
    reference: str = ""
    in_force_at: datetime | None = None
    closed_at: datetime | None = None
    signatures: tuple[verifying.Signed, ...] = ()


def check(document: bytes, at: datetime) -> Answer:
    """Say what this file is. Raises `PdfBusy`, `PdfUnavailable` when nothing can be checked now."""
    sha256 = documents.digest(document)
    known = KnownFile.objects.select_related("agreement").filter(digest__in=instance.digests(sha256, "document")).first()
    if known is None:
        return Answer(Verdict.ALTERED if bears_ours(document, at) else Verdict.UNKNOWN, sha256)
    agreement = known.agreement
    kept = {KnownFile.Stage.FINAL: agreement.final_sha256, KnownFile.Stage.PROOF: agreement.details.get("proof_sha256")}
    if kept.get(KnownFile.Stage(known.stage), sha256) != sha256:  # the row says more than the agreement does
        return Answer(Verdict.ALTERED, sha256)
    if known.stage in {KnownFile.Stage.FIXED, KnownFile.Stage.SIGNED} and agreement.final_sha256 != sha256:
        return _answer(Verdict.EARLIER, sha256, agreement)
    if known.stage == KnownFile.Stage.PROOF:
        return _answer(Verdict.PROOF, sha256, agreement)
    fields = completing.fields_of(agreement)
    report = verifying.check(document, fields=fields, at=at) if fields else verifying.Report(True, (), ())
    if not report.is_good:
        return Answer(Verdict.ALTERED, sha256)
    verdict = Verdict.SIGNED if agreement.state == Agreement.State.IN_FORCE else Verdict.ENDED
    return _answer(verdict, sha256, agreement, report.signatures)


def _answer(verdict: Verdict, sha256: str, agreement: Agreement, signatures: tuple[verifying.Signed, ...] = ()) -> Answer:
    return Answer(verdict, sha256, documents.reference(agreement), agreement.in_force_at, agreement.closed_at, signatures)


def bears_ours(document: bytes, at: datetime) -> bool:
    """Whether it holds a signature of this instance's authority, whole or not: each carries the issuing certificate, in hex."""
    return authority(at).issuing.certificate.hex().encode() in document.lower()
