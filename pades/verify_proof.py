#!/usr/bin/env python3
"""Checks a proof file without the product that made it: python3 verify.py PROOF.pdf [--crl FILE]...

Needs Python 3.11 and pyHanko 0.38 (pip install pyhanko). One line for each thing checked, exit status 1 if any is BAD.
Without --crl, all is checked as of the moment at which the proof was closed, with the revocation lists inside it. A list
fetched since (DER or PEM) lets the same be checked as of now.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import logging
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from asn1crypto import algos, cms, crl, keys, parser, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.sig_validate import DEFAULT_SIGNATURE_VALIDATOR

PROOF = ["Proof", "Archive"]
PASSKEYS = {"ec": "sha256_ecdsa", "rsa": "sha256_rsa", "ed25519": "ed25519"}


@dataclass
class Trust:
    """What is believed: one root, the authority below it, their revocation lists, and roots of outside timestamp servers (DER)."""

    root: bytes
    issuing: bytes
    crls: list[bytes]
    timestamp_roots: list[bytes] = field(default_factory=list)

    def at(self, moment: datetime, *, outside: bool = False) -> ValidationContext:
        """Return what is believed at a moment; a list issued later holds for it too."""
        roots = [self.root, *(self.timestamp_roots if outside else [])]
        return ValidationContext(
            trust_roots=[x509.Certificate.load(one) for one in roots],
            other_certs=[x509.Certificate.load(self.issuing)],
            crls=[crl.CertificateList.load(one) for one in self.crls],
            moment=moment,
            allow_fetching=False,
            revocation_mode="soft-fail" if outside else "require",
            retroactive_revinfo=True,
        )


@dataclass
class Signed:
    """What one signature says, and what is wrong with it (nothing, if it is good)."""

    field: str
    name: str = ""
    reason: str = ""
    signed_at: datetime | None = None
    timestamped_at: datetime | None = None
    wrong: str = ""


def examine(pdf: bytes, wanted: list[str], trust: Trust, moment: datetime | None) -> tuple[list[str], list[Signed]]:
    """Return what is wrong with a file as a whole, and each of its signatures. They must be exactly these, in this order."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        found = reader.embedded_signatures
        empty = [name for name, _, _ in enumerate_sig_fields(reader, filled_status=False)]
        form = sorted(str(one.get_object().get("/T")) for one in reader.root["/AcroForm"]["/Fields"]) if found else []
        problems = [] if found and [one.field_name for one in found] == wanted else ["fields"]
        is_closed = bool(found) and found[-1].sig_object_type == "/DocTimeStamp"
        if "fields" not in problems and form != sorted(wanted + ([] if is_closed else empty)):
            problems.append("form")
        certified = reader.root["/Perms"].raw_get("/DocMDP").reference if found else None
        if found and certified != found[0].sig_field.raw_get("/V").reference:
            problems.append("not certified")
        clock = moment or _time(found[-1].signed_data)
        return problems, [_examined(pdf, one, trust, clock, is_last=one is found[-1]) for one in found]
    except Exception:
        return ["unreadable"], []


def _time(token: Any) -> datetime:
    """Return the time that a timestamp names."""
    at = token["encap_content_info"]["content"].parsed["gen_time"].native
    assert isinstance(at, datetime)
    return at


def _examined(pdf: bytes, one: Any, trust: Trust, moment: datetime, *, is_last: bool) -> Signed:
    """Return what one signature says, and whether it holds at the moment of its own timestamp, and that timestamp at `moment`."""
    said = Signed(str(one.field_name))
    try:
        said.name, said.reason = str(one.sig_object.get("/Name", "")), str(one.sig_object.get("/Reason", ""))
        if one.sig_object_type == "/DocTimeStamp":
            said.timestamped_at = said.signed_at = _time(one.signed_data)
            outside = bool(trust.timestamp_roots) and one.signer_cert.issuer.dump() != x509.Certificate.load(trust.issuing).subject.dump()
            status: Any = asyncio.run(async_validate_pdf_timestamp(one, trust.at(said.signed_at if outside else moment, outside=outside)))
            holds = is_last and status.intact and status.valid and status.trusted and (outside or _is_as_written(one, trust))
        else:
            tokens = [
                part["values"][0] for part in one.signer_info["unsigned_attrs"] if part["type"].native == "signature_time_stamp_token"
            ]
            said.signed_at = one.self_reported_timestamp
            said.timestamped_at = _time(tokens[0]["content"]) if tokens else None
            if not said.timestamped_at:
                said.wrong = "without a timestamp"
                return said
            status = asyncio.run(async_validate_pdf_signature(one, trust.at(said.timestamped_at), trust.at(moment)))
            holds = status.bottom_line and status.timestamp_validity is not None
            if not status.docmdp_ok:
                said.wrong = "changed after it was signed"
        if not holds:
            said.wrong = said.wrong or "does not hold"
        elif is_last and status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
            said.wrong = "something was added at the end"
        elif not _is_tight(pdf, one):
            said.wrong = "something is hidden beside it"
    except Exception as broken:
        said.wrong = f"cannot be checked ({type(broken).__name__})"
    return said


def _is_as_written(one: Any, trust: Trust) -> bool:
    """Whether a local timestamp has nothing around what it signs but what the product writes there."""
    own, issuing, sha256 = one.signer_cert, x509.Certificate.load(trust.issuing), {"algorithm": "sha256"}
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}}),
        "digest_algorithm": sha256,
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signed_attrs": one.signer_info["signed_attrs"],
        "signature": one.signer_info["signature"].native,
    }
    content = {
        "version": "v3",
        "digest_algorithms": [sha256],
        "encap_content_info": one.signed_data["encap_content_info"],
        "certificates": [own, issuing],
        "signer_infos": [signer],
    }
    again: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content)}).dump()
    return bool(one.pkcs7_content[: parser.peek(one.pkcs7_content)] == again)


def _is_tight(pdf: bytes, one: Any) -> bool:
    """Whether the gap that a signature leaves for itself holds its bytes, zeros, and nothing else."""
    start, end, content = one.byte_range[1], one.byte_range[2], one.pkcs7_content
    return pdf[start:end] == b"<" + content.hex().upper().encode() + b">" and not content[parser.peek(content) :].strip(b"\0")


def canonical(value: Any) -> bytes:
    """Return the one way to write a value as JSON."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of a value, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def der(text: str | bytes) -> bytes:
    """Return the bytes of a PEM text, or of what is DER already."""
    raw = text.encode() if isinstance(text, str) else text
    return bytes(pem.unarmor(raw)[2]) if pem.detect(raw) else raw


def attachments(pdf: bytes) -> dict[str, bytes]:
    """Return the files embedded in a PDF, by name."""
    names = PdfFileReader(io.BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    return {str(names[i + 1]["/UF"]): names[i + 1]["/EF"]["/F"].data for i in range(0, len(names), 2)}


def chain_holds(events: list[dict[str, Any]]) -> bool:
    """Whether each event carries the hash of the one before, and its own."""
    previous = "0" * 64
    for number, event in enumerate(events, 1):
        bare = {key: value for key, value in event.items() if key != "hash"}
        if event["n"] != number or event["previous"] != previous or event["hash"] != digest(bare):
            return False
        previous = event["hash"]
    return True


def asked_of_passkey(*, agreement: str, field: str, document: str, statement: str, nonce: str, at: str) -> bytes:
    """Return what a passkey signs: which agreement, for whom, which bytes (SHA-256), which statement, and what the server asked when."""
    asked = {"v": 1, "agreement": agreement, "field": field, "document": document, "statement": statement, "nonce": nonce, "at": at}
    return hashlib.sha256(canonical(asked)).digest()


def passkey_holds(reference: str, document: str, signature: dict[str, Any]) -> bool:
    """Whether the passkey kept with a signature signed this document, for this signatory (WebAuthn level 2, section 7.2)."""
    try:
        kept, statement = signature["evidence"]["passkey"], signature["evidence"]["statement"]
        said, data, signed = (_raw(kept[name]) for name in ("client_data", "authenticator_data", "signature"))
        client, name = json.loads(said), kept["rp_id"]
        challenge = asked_of_passkey(
            agreement=reference,
            field=signature["field"],
            document=document,
            statement=statement,
            nonce=kept["nonce"],
            at=kept["nonce_at"],
        )
        key = keys.PublicKeyInfo.load(der(kept["public_key_pem"]))
        algorithm = algos.SignedDigestAlgorithm({"algorithm": PASSKEYS[key.algorithm]})
        DEFAULT_SIGNATURE_VALIDATOR.validate_signature(signed, data + hashlib.sha256(said).digest(), key, algorithm)
        is_here = urlsplit(client["origin"]).hostname == name and data[:32] == hashlib.sha256(name.encode()).digest()
        is_asked = client["type"] == "webauthn.get" and _raw(client["challenge"]) == challenge
        return is_here and is_asked and bool(data[32] & 1) and bool(data[32] & 4) == kept["user_verified"]
    except Exception:
        return False


def _raw(text: str) -> bytes:
    """Return the bytes of a base64url text."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Report:
    """Prints a line for each thing checked, and remembers whether all were good."""

    good = True

    def line(self, is_good: bool, text: str) -> None:
        """Print one line."""
        self.good = self.good and is_good
        print(f"{'good' if is_good else 'BAD '}  {text}")

    def file(self, pdf: bytes, wanted: list[str], trust: Trust, moment: datetime | None, what: str) -> list[Signed]:
        """Check every signature of a file."""
        problems, found = examine(pdf, wanted, trust, moment)
        self.line(not problems, f"{what}: signed in the fields {', '.join(wanted)}, in this order{_why(problems)}")
        for one in found:
            self.line(not one.wrong, f"{what}: {one.field} ({one.name or 'timestamp'}), {one.timestamped_at}{_why([one.wrong])}")
        return found


def _why(problems: list[str]) -> str:
    """Return what is wrong, in words for the end of a line."""
    return f" — {', '.join(problems)}" if any(problems) else ""


def check_agreement(report: Report, record: dict[str, Any], agreement: bytes, trust: Trust, moment: datetime) -> None:
    """Check the agreement that the proof is about."""
    report.line(
        hashlib.sha256(agreement).hexdigest() == record["agreement"]["sha256"], f"agreement: SHA-256 {record['agreement']['sha256']}"
    )
    if not record.get("fields"):
        print("note  the agreement was signed elsewhere: its signatures are not checked here")
        return
    fixed = hashlib.sha256(agreement[: record["fixed_bytes"]]).hexdigest()
    report.line(fixed == record["fixed_sha256"], f"agreement: begins with the text as it was sent, SHA-256 {record['fixed_sha256']}")
    found = report.file(agreement, record["fields"], trust, moment, "agreement")
    reasons = {one.field: one.reason for one in found if not one.wrong}
    for one in record["signatures"]:
        same = digest(one["evidence"]) == one["evidence_sha256"] and reasons.get(one["field"], "").endswith(
            "sha256:" + one["evidence_sha256"]
        )
        report.line(same, f"evidence of {one['field']} is what was signed, SHA-256 {one['evidence_sha256']}")


def check_passkeys(report: Report, record: dict[str, Any], agreement: bytes) -> None:
    """Check what passkeys signed, where somebody added one."""
    for one in record["signatures"]:
        if "passkey" in one["evidence"]:
            fixed = hashlib.sha256(agreement[: record["fixed_bytes"]]).hexdigest()
            report.line(passkey_holds(record["reference"], fixed, one), f"passkey of {one['field']} signed the text as it was sent")


def check(pdf: bytes, fresh: list[bytes]) -> bool:
    """Check a proof file, print what was found, and return whether all is good."""
    report = Report()
    files = attachments(pdf)
    record = json.loads(files["proof.json"])
    report.line(
        record["format"] == "coachvault-proof-1" and files.keys() == {"proof.json", "verify.py", record["agreement"]["file"]}, "files"
    )
    lists = fresh or [der(one) for one in record["crls"]]
    trust = Trust(der(record["root"]), der(record["issuing"]), lists, [der(one) for one in record.get("timestamp_roots", [])])
    moment = datetime.now(UTC) if fresh else _time(PdfFileReader(io.BytesIO(pdf)).embedded_signatures[-1].signed_data)
    print(f"note  the root's SHA-256, to be compared: {hashlib.sha256(trust.root).hexdigest()}")
    print(f"note  checked as of {moment:%Y-%m-%d %H:%M:%S} UTC{'' if fresh else ', when the proof was closed'}")
    report.file(pdf, PROOF, trust, moment, "proof")
    check_agreement(report, record, files[record["agreement"]["file"]], trust, moment)
    check_passkeys(report, record, files[record["agreement"]["file"]])
    report.line(chain_holds(record["events"]), f"{len(record['events'])} events, each joined to the one before")
    return report.good


def main(words: list[str]) -> int:
    """Check the file that is named."""
    logging.disable(logging.CRITICAL)
    if not words or len(words) % 2 == 0 or any(word != "--crl" for word in words[1::2]):
        print(__doc__)
        return 2
    try:
        is_good = check(Path(words[0]).read_bytes(), [der(Path(word).read_bytes()) for word in words[2::2]])
    except Exception as broken:
        print(f"BAD   the proof cannot be read ({type(broken).__name__})")
        return 1
    print("good  everything" if is_good else "BAD   something is not as it was: see above")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
