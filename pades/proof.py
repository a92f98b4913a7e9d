"""The proof file: a page to read, with the signed agreement, the record of what happened and a script that checks both inside it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pades import certificates, writing
from pades.authority import authority

FORMAT: Final = "coachvault-proof-1"
RECORD: Final = "proof.json"
SCRIPT: Final = "verify.py"
FIRST: Final = "0" * 64


def proof_file(
    page: bytes,
    *,
    agreement: bytes,
    name: str,
    record: Mapping[str, Any],
    at: datetime,
    reason: str = "Proof file",
    server: str | None = None,
) -> bytes:
    """Return the page with agreement, record and script inside, certified and closed; raise SigningRefused or TimestampFailed.

    What the record must say of this instance and of the files (format, agreement, root, issuing, crls, timestamp_roots) is put in here.
    """
    file = f"{name}.pdf"
    whole = {**record, **trust(at), "format": FORMAT, "agreement": {"file": file, "sha256": _sha256(agreement)}}
    inside = [
        (file, agreement, "application/pdf"),
        (RECORD, canonical(whole), "application/json"),
        (SCRIPT, Path(__file__).with_name("verify_proof.py").read_bytes(), "text/x-python"),
    ]
    return writing.certify_proof(_with_files(page, inside, at), at=at, reason=reason, server=server)


def trust(at: datetime) -> dict[str, Any]:
    """Return what a proof carries to be checked by: the root, the authority below, their revocation lists, outside servers' roots (PEM)."""
    opened = authority(at)
    return {
        "root": certificates.pem(opened.root.certificate).decode(),
        "issuing": certificates.pem(opened.issuing.certificate).decode(),
        "crls": [certificates.crl_pem(one).decode() for one in opened.crls],
        "timestamp_roots": [certificates.pem(one).decode() for one in writing.timestamp_roots()],
    }


def chain(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the events (n, kind, at, data), each with the hash of the one before and its own."""
    previous, chained = FIRST, []
    for event in events:
        joined = {**event, "previous": previous}
        joined["hash"] = previous = _sha256(canonical(joined))
        chained.append(joined)
    return chained


def evidence_digest(evidence: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a signature's evidence, in hex: what the signature's reason must end with, after `sha256:`."""
    return _sha256(canonical(dict(evidence)))


def canonical(value: Any) -> bytes:
    """Return the one way to write a value as JSON; the script in the proof says the same."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _sha256(data: bytes) -> str:
    """The digest of a file, in hex."""

    return hashlib.sha256(data).hexdigest()


def _with_files(page: bytes, inside: list[tuple[str, bytes, str]], at: datetime) -> bytes:
    """The page with files inside it: name, bytes and kind of each."""
    from pyhanko.pdf_utils import embed

    from pades.revisions import Appending

    writer = Appending(io.BytesIO(page))
    params = embed.EmbeddedFileParams(creation_date=at, modification_date=at)
    for name, data, kind in sorted(inside):  # a name tree is sorted
        stream = embed.EmbeddedFileObject.from_file_data(writer, data, mime_type=kind, params=params)
        spec = embed.FileSpec(name, file_name=name, embedded_data=stream)
        embed.embed_file(writer, spec)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()
