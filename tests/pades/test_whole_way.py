"""From the text to the closed file: each step holds, by our own check and by other people's programs."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pypdf
import pytest
from asn1crypto import parser
from django.db import connections
from PIL import Image, ImageChops
from pyhanko.pdf_utils.reader import PdfFileReader

from pades import certificates, revisions, verifying, writing
from pades.authority import authority
from support import pdf
from tests.pades.samples import FOUR, NAMES, NOW, TWO, agreement, steps


def run(place: Path, *words: str) -> str:
    """What a program of this machine says."""
    done = subprocess.run(words, cwd=place, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("people", [TWO, FOUR], ids=["two", "four"])
def test_each_step_is_good_and_only_with_the_fields_signed_so_far(people: list[str]) -> None:
    made = steps(people)
    fields = ["Sent", *people, "Archive"]

    reports = [verifying.check(file, fields=fields[: number + 1], at=NOW) for number, file in enumerate(made)]

    assert [one.problems for one in reports] == [()] * len(made)


def test_other_people_s_programs_find_the_file_good(tmp_path: Path) -> None:
    (tmp_path / "f.pdf").write_bytes(file := steps(TWO)[-1])
    opened = authority(NOW)
    (tmp_path / "root.pem").write_bytes(certificates.pem(opened.root.certificate))
    (tmp_path / "issuing.pem").write_bytes(certificates.pem(opened.issuing.certificate))

    structure = run(tmp_path, "qpdf", "--check", "f.pdf")
    poppler = run(tmp_path, "pdfsig", "-nocert", "f.pdf")

    assert "No syntax or stream encoding errors found" in structure
    assert poppler.count("Signature is Valid.") == 3  # of a document timestamp it says nothing
    assert "Total document signed" in poppler
    clock = ["-attime", str(int(NOW.timestamp())), "-CAfile", "root.pem"]
    for number, one in enumerate(PdfFileReader(io.BytesIO(file)).embedded_signatures):
        start, end = one.byte_range[1], one.byte_range[2]
        (tmp_path / "data").write_bytes(file[:start] + file[end : end + one.byte_range[3]])
        (tmp_path / "cms").write_bytes(one.pkcs7_content[: parser.peek(one.pkcs7_content)])
        if number < 3:
            known = ["-content", "data", "-binary", "-certfile", "issuing.pem", "-purpose", "any", "-cades", "-out", "/dev/null"]
            said = run(tmp_path, "openssl", "cms", "-verify", "-inform", "DER", "-in", "cms", *known, *clock)
        else:
            known = ["-data", "data", "-token_in", "-untrusted", "issuing.pem"]
            said = run(tmp_path, "openssl", "ts", "-verify", "-in", "cms", *known, *clock)
        assert "successful" in said or "Verification: OK" in said


def test_no_revision_changes_title_dates_or_metadata() -> None:
    def told(file: bytes) -> tuple[object, bytes]:
        reader = PdfFileReader(io.BytesIO(file))
        return dict(reader.trailer["/Info"]), reader.root["/Metadata"].data

    plain = agreement(TWO)

    made = [told(file) for file in steps(TWO)]

    assert made == [told(plain)] * 4
    assert b"pdfuaid" in made[0][1]


def test_every_step_begins_with_the_bytes_of_the_one_before() -> None:
    made = [agreement(TWO), *steps(TWO)]

    assert all(later.startswith(earlier) for earlier, later in pairwise(made))


def test_signing_works_where_an_event_loop_is_marked_as_running(own_databases) -> None:
    loop = asyncio.new_event_loop()
    asyncio._set_running_loop(loop)
    try:
        made = steps(["Coach"])
    finally:
        connections.close_all()  # those of this loop, to a database that is about to go
        asyncio._set_running_loop(None)
        loop.close()

    assert verifying.check(made[-1], fields=["Sent", "Coach", "Archive"], at=NOW).is_good


def test_several_threads_sign_at_once(own_databases) -> None:
    plain = agreement(TWO)
    opened = writing.authority(NOW)

    with ThreadPoolExecutor(4) as threads:
        facts = {"field": "Sent", "reason": "r", "at": NOW, "may_be_signed": True}
        made = list(threads.map(lambda _: writing._apart(lambda: revisions.certified(plain, opened, **facts)), range(8)))

    assert [verifying.check(file, fields=["Sent"], at=NOW).problems for file in made] == [()] * 8


def test_the_signatures_say_who_why_and_when() -> None:
    at = NOW - timedelta(days=400)

    report = verifying.check(steps(TWO, at)[-1], fields=["Sent", *TWO, "Archive"], at=NOW)

    assert report.is_good
    client = report.signatures[1]
    assert (client.name, client.reason) == (NAMES["Client"], "Lu et approuvé ; sha256:00")
    assert {client.signed_at, client.timestamped_at, report.signatures[3].timestamped_at} == {at}


def test_a_stamp_lies_in_its_field_and_nothing_else_changes_on_the_page() -> None:
    made = steps(TWO)
    [field] = [one.get_object() for one in pypdf.PdfReader(io.BytesIO(made[0])).pages[0]["/Annots"] if one.get_object()["/T"] == "Client"]
    left, low, right, high = (float(value) for value in field["/Rect"])

    before, after = (Image.open(io.BytesIO(pdf.page(file, 1, dots_per_inch=72))).convert("RGB") for file in made[:2])

    box = ImageChops.difference(before, after).getbbox()
    assert box
    assert left - 1 <= box[0] < box[2] <= right + 1
    assert before.height - high - 1 <= box[1] < box[3] <= before.height - low + 1
    assert box[2] - box[0] > (right - left) / 3


def test_pyhanko_is_loaded_only_when_something_is_signed() -> None:
    script = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'coachvault.settings'; django.setup()\n"
        "import pades.writing, pades.verifying, pades.proof, pades.authority, pades.jobs\n"
        "print([name for name in ('pyhanko', 'aiohttp', 'weasyprint', 'pypdfium2', 'PIL') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout.strip() == "[]", done.stderr
