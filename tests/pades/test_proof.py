"""The proof file checks itself with the script inside it, without the product, and says what is not as it was."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from pades import authority, certificates, proof, verify_proof, writing
from support import pdf
from tests.pades.samples import NAMES, NOW, TWO, agreement, sign

EVIDENCE = {one: {"role": one.lower(), "name": NAMES[one], "sent_sha256": "ab" * 32, "read_to_end": True, "code_tries": 1} for one in TWO}
EVENTS = [
    {"n": 1, "kind": "sent", "at": "2026-11-20T09:12:03Z", "data": {"to": "Zoé"}},
    {"n": 2, "kind": "signed", "at": "2026-11-20T10:00:00Z", "data": {"by": "client"}},
]


def signed() -> tuple[bytes, bytes]:
    """The agreement as it was sent, and closed, each signature naming its evidence."""
    sent = file = writing.certify(agreement(TWO), reason="Texte figé", at=NOW)
    for one in TWO:
        file = sign(file, one, is_last=one == "Coach", reason=f"Lu et approuvé ; sha256:{proof.evidence_digest(EVIDENCE[one])}")
    return sent, writing.close(file, at=NOW)


def record(sent: bytes) -> dict[str, Any]:
    """What a caller knows."""
    return {
        "reference": "CV-2026-0042",
        "kind": "confidentiality",
        "language": "fr",
        "fixed_sha256": hashlib.sha256(sent).hexdigest(),
        "fixed_bytes": len(sent),
        "fields": ["Sent", *TWO, "Archive"],
        "events": proof.chain(EVENTS),
        "signatures": [
            {"field": one, "role": one.lower(), "evidence": EVIDENCE[one], "evidence_sha256": proof.evidence_digest(EVIDENCE[one])}
            for one in TWO
        ],
    }


def page() -> bytes:
    """A page to read."""
    return pdf.render("<html lang=fr><title>p</title><h1>Dossier de preuve</h1>", title="Dossier de preuve", language="fr")


def made(**changes: Any) -> bytes:
    """A proof, with something else in its record."""
    sent, closed = signed()
    return proof.proof_file(page(), agreement=changes.pop("file", closed), name="CV-2026-0042", record=record(sent) | changes, at=NOW)


def run(tmp_path: Path, file: bytes, *more: str, clock: str = "") -> tuple[int, str]:
    """Exit status and words of the script that lies in the proof, run where nothing of the product can be found."""
    (tmp_path / "p.pdf").write_bytes(file)
    (tmp_path / "verify.py").write_bytes(Path(verify_proof.__file__).read_bytes())
    starter = [sys.executable, "-I", "verify.py"]
    if clock:
        late = f"import time_machine, runpy, sys; time_machine.travel('{clock}', tick=True).start(); sys.argv = sys.argv[1:]; "
        starter = [sys.executable, "-I", "-c", late + "runpy.run_path(sys.argv[0], run_name='__main__')", "verify.py"]
    done = subprocess.run([*starter, "p.pdf", *more], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_script_inside_finds_a_proof_good_and_names_the_root(tmp_path: Path) -> None:
    file = made()

    status, words = run(tmp_path, file)

    assert (status, "BAD" in words) == (0, False), words
    assert authority.root_fingerprint() in words
    assert words.count("evidence of") == 2
    assert words.endswith("good  everything\n")


def test_a_proof_holds_the_agreement_the_record_and_the_script_and_nothing_else() -> None:
    sent, closed = signed()

    files = verify_proof.attachments(proof.proof_file(page(), agreement=closed, name="CV-2026-0042", record=record(sent), at=NOW))

    assert set(files) == {"CV-2026-0042.pdf", "proof.json", "verify.py"}
    assert files["CV-2026-0042.pdf"] == closed
    assert files["verify.py"] == Path(verify_proof.__file__).read_bytes()
    inside = json.loads(files["proof.json"])
    assert files["proof.json"] == proof.canonical(inside) == verify_proof.canonical(inside)
    assert inside["root"].encode() == authority.root_certificate()


def test_a_proof_of_an_agreement_signed_elsewhere_checks_what_there_is(tmp_path: Path) -> None:
    elsewhere = pdf.render("<p>Signé sur papier", title="t", language="fr")
    known = {"reference": "CV-1", "kind": "elsewhere", "language": "fr", "fields": [], "events": proof.chain(EVENTS), "signatures": []}

    status, words = run(tmp_path, proof.proof_file(page(), agreement=elsewhere, name="CV-1", record=known, at=NOW))

    assert (status, "signed elsewhere" in words) == (0, True), words


def test_what_is_not_as_it_was_is_bad(tmp_path: Path) -> None:
    sent, closed = signed()
    other = [dict(one) for one in proof.chain(EVENTS)]
    other[0]["data"] = {"to": "Karim"}
    lied = [one | {"evidence": one["evidence"] | {"read_to_end": False}} for one in record(sent)["signatures"]]
    altered = {
        "evidence of Client": {"signatures": lied},
        "events": {"events": other},
        "begins with": {"fixed_bytes": len(sent) - 1},
        "in this order — fields": {"fields": ["Sent", "Coach", "Client", "Archive"]},
    }

    for expected, changes in altered.items():
        status, words = run(tmp_path, made(**changes))

        assert status == 1, words
        assert re.search(f"BAD .*{expected}", words), words


def test_an_agreement_rolled_back_to_before_the_last_signature_is_bad(tmp_path: Path) -> None:
    _, closed = signed()
    client = PdfFileReader(io.BytesIO(closed)).embedded_signatures[1]
    rolled = closed[: client.byte_range[2] + client.byte_range[3]]

    status, words = run(tmp_path, made(file=rolled))

    assert status == 1
    assert "BAD   agreement: signed in the fields Sent, Client, Coach, Archive" in words


@pytest.mark.parametrize("where", ["page", "end", "record"])
def test_a_proof_that_was_changed_is_bad(tmp_path: Path, where: str) -> None:
    file = bytearray(made())
    if where == "end":
        file += b"\n% later\n"
    else:
        place = file.index(b"stream\n") + 40 if where == "page" else file.rindex(b"/EmbeddedFile") + 200
        file[place] ^= 1

    status, words = run(tmp_path, bytes(file))

    assert (status, "BAD" in words) == (1, True)


@pytest.mark.parametrize("broken", [b"", b"%PDF-1.7 nothing", b"\0" * 100_000])
def test_what_is_no_proof_is_bad_without_a_traceback(tmp_path: Path, broken: bytes) -> None:
    status, words = run(tmp_path, broken)

    assert (status, words.count("\n"), words[:3]) == (1, 1, "BAD")


def test_two_years_later_a_proof_is_good_as_of_its_own_day_and_with_a_fresh_list_as_of_now(tmp_path: Path) -> None:
    file, later = made(), NOW + timedelta(days=730)
    for which in ("root", "issuing"):
        (tmp_path / f"{which}.crl").write_bytes(authority.crl(which, later))
        (tmp_path / f"{which}.stale").write_bytes(certificates.crl_pem(authority.crl(which, NOW)))

    alone = run(tmp_path, file, clock=later.isoformat())
    fresh = run(tmp_path, file, "--crl", "root.crl", "--crl", "issuing.crl", clock=(later + timedelta(hours=2)).isoformat())
    stale = run(tmp_path, file, "--crl", "root.stale", "--crl", "issuing.stale", clock=later.isoformat())

    assert (alone[0], "checked as of 2026-11-20 09:12:03 UTC, when the proof was closed" in alone[1]) == (0, True), alone
    assert (fresh[0], "checked as of 2028-11-" in fresh[1]) == (0, True), fresh
    assert (stale[0], "does not hold" in stale[1]) == (1, True), stale


def test_the_chain_of_events_is_the_documented_one() -> None:
    [first, second] = proof.chain(EVENTS)

    text = '{"at":"2026-11-20T09:12:03Z","data":{"to":"Zoé"},"kind":"sent","n":1,"previous":"' + "0" * 64 + '"}'
    assert first["hash"] == hashlib.sha256(text.encode()).hexdigest()
    assert second["previous"] == first["hash"]
    assert verify_proof.chain_holds([first, second])
    assert not verify_proof.chain_holds([second])
    assert not verify_proof.chain_holds([first, second | {"at": "2026-11-20T10:00:01Z"}])
