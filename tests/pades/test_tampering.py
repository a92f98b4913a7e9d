"""What was done to a signed file after, or between, its signatures is found: the attacks that other readers let pass, and chance."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from pades import certificates, revisions, verify_proof, verifying, writing
from pades.authority import Opened, authority
from pades.models import Authority
from support import pdf
from tests.pades.samples import NAMES, NOW, TWO, agreement, sign, stamp, steps

FIELDS = ["Sent", *TWO, "Archive"]


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    """What the first test of this module makes, for all: files of one authority, and that authority's row."""
    return {}


@pytest.fixture
def made(kept: dict[str, Any]) -> list[bytes]:
    """The file after each step, under the authority that is in the database."""
    if not kept:
        kept["steps"] = steps(TWO)
        with connection.cursor() as cursor:
            cursor.execute("select * from pades_authority")
            kept["row"] = cursor.fetchone()
    elif not Authority.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute(f"insert into pades_authority values ({', '.join(['%s'] * len(kept['row']))})", kept["row"])
    return list(kept["steps"])


def problems(file: bytes, fields: list[str] = FIELDS) -> tuple[str, ...]:
    """What our check says."""
    return verifying.check(file, fields=fields, at=NOW).problems


def changed(file: bytes, change: Callable[[Any], None]) -> bytes:
    """The file with one more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(file))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def annotate(writer: Any) -> None:
    """Write something across the first page."""
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    note = {"/Type": pdf_name("/Annot"), "/Subtype": pdf_name("/FreeText"), "/Contents": generic.pdf_string("sauf pour le DRH")}
    note |= {"/Rect": generic.ArrayObject(map(generic.NumberObject, (50, 50, 200, 80))), "/DA": generic.pdf_string("/Helv 12 Tf")}
    annotation = generic.DictionaryObject({pdf_name(key): value for key, value in note.items()})
    page[pdf_name("/Annots")] = generic.ArrayObject([*page.get("/Annots", []), writer.add_object(annotation)])
    writer.update_container(page)


def attach(writer: Any) -> None:
    """Put a file inside."""
    data = embed.EmbeddedFileObject.from_file_data(writer, b"{}", mime_type="application/json")
    embed.embed_file(writer, embed.FileSpec("audit.json", embedded_data=data))


def swap(writer: Any) -> None:
    """Show the coach's stamp in the client's field."""
    fields = {one.get_object()["/T"]: one.get_object() for one in writer.root["/AcroForm"]["/Fields"]}
    fields["Client"][pdf_name("/AP")] = fields["Coach"].raw_get("/AP")
    writer.update_container(fields["Client"])


def rewrite(writer: Any) -> None:
    """Put another text on the page."""
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=page["/Contents"].data + b"\n"))
    writer.update_container(page)


@pytest.mark.parametrize("attack", [annotate, attach, swap, rewrite])
def test_whatever_is_added_after_the_end_is_found(made: list[bytes], attack: Callable[[Any], None]) -> None:
    found = problems(changed(made[-1], attack))

    assert "Archive: something was added at the end" in found


@pytest.mark.parametrize("attack", [annotate, attach, swap, rewrite])
def test_whatever_is_changed_between_two_signatures_is_found_after_the_rest_was_signed_over_it(
    made: list[bytes], attack: Callable[[Any], None]
) -> None:
    file = changed(made[1], attack) if attack is not swap else changed(made[2], attack)
    if attack is not swap:
        file = sign(file, "Coach", is_last=True)

    found = problems(writing.close(file, at=NOW))

    assert "Sent: changed after it was signed" in found or "Client: changed after it was signed" in found


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_file_rolled_back_to_an_earlier_step_is_not_the_final_one(made: list[bytes], step: int) -> None:
    assert "fields" in problems(made[step])


def test_a_field_that_was_not_there_when_the_file_was_sent_is_found(made: list[bytes]) -> None:
    def intrude(writer: Any) -> None:
        from pyhanko.sign import fields

        fields.append_signature_field(writer, fields.SigFieldSpec("Intruder"))

    assert "form" in problems(changed(made[-1], intrude))


def test_the_same_fields_in_another_order_are_not_the_same(made: list[bytes]) -> None:
    assert "fields" in problems(made[-1], ["Sent", "Coach", "Client", "Archive"])


def test_a_file_of_another_authority_is_not_ours_whatever_its_own_root_says(made: list[bytes]) -> None:
    period = certificates.Period(NOW - timedelta(days=30), NOW + timedelta(days=30))
    root = certificates.root("other", period)
    issuing = certificates.issuing(root, "other", period)
    lists = tuple(certificates.crl(one, at=NOW, until=NOW + timedelta(days=30), number=1) for one in (root, issuing))
    leaves = certificates.seal(issuing, "other", period), certificates.timestamp(issuing, "other", period)
    other = Opened(root, issuing, *leaves, (lists[0], lists[1]))

    facts = {"opened": other, "at": NOW}
    file = writing._apart(
        lambda: revisions.certified(agreement(TWO), field="Sent", reason="r", may_be_signed=True, **facts)  # type: ignore[arg-type]
    )

    trust = verify_proof.Trust(root.certificate, issuing.certificate, list(lists))
    assert verify_proof.examine(file, ["Sent"], trust, NOW)[1][0].wrong == ""
    assert problems(file, ["Sent"]) == ("Sent: does not hold",)


def test_a_field_is_signed_once_in_its_turn_and_never_after_the_lock(made: list[bytes]) -> None:
    refused = [
        (made[0], "Coach", True, "Others have to sign before"),
        (made[0], "Coach", False, "signs in the field that closes"),
        (made[0], "Client", True, "signs in the field that closes"),
        (made[1], "Client", False, "no empty signature field"),
        (made[2], "Client", False, "closed"),
        (made[3], "Coach", True, "closed"),
        (made[0], "HR", False, "no empty signature field"),
        (agreement(TWO), "Client", False, "not fixed"),
        (b"%PDF-1.7 rubbish", "Client", False, "cannot be read"),
    ]

    for file, field, is_last, words in refused:
        with pytest.raises(writing.SigningRefused, match=words):
            sign(file, field, is_last=is_last)


def test_a_file_is_certified_first_and_closed_last_and_once(made: list[bytes]) -> None:
    for file in (made[0], made[3]):
        with pytest.raises(writing.SigningRefused, match="signed already"):
            writing.certify(file, reason="r", at=NOW)
    for file in (agreement(TWO), made[0], made[1], made[3]):
        with pytest.raises(writing.SigningRefused, match="only once"):
            writing.close(file, at=NOW)


def test_a_stamp_is_one_page(made: list[bytes]) -> None:
    two = pdf.render("<p style='break-after: page'>a<p>b", title="s", language="fr")
    facts = {"field": "Client", "name": NAMES["Client"], "address": "", "reason": "r", "is_last": False, "at": NOW}

    with pytest.raises(writing.SigningRefused, match="one page"):
        writing.sign(made[0], stamp=two, **facts)  # type: ignore[arg-type]
    assert writing.sign(made[0], stamp=stamp("Client"), **facts)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_bit_flipped_anywhere_is_found(made: list[bytes], place: float, bit: int) -> None:
    file = bytearray(made[-1])
    file[int(place * len(file))] ^= 1 << bit

    assert problems(bytes(file)) != ()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_bit_flipped_in_the_last_timestamp_which_no_other_signature_covers_is_found(made: list[bytes], place: float, bit: int) -> None:
    last = PdfFileReader(io.BytesIO(made[-1])).embedded_signatures[-1]
    file = bytearray(made[-1])
    file[last.byte_range[1] + int(place * (last.byte_range[2] - last.byte_range[1]))] ^= 1 << bit

    assert problems(bytes(file)) != ()


def nested(depth: int) -> bytes:
    """A PDF whose catalogue is a list in a list in a list."""
    body = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /AcroForm " + b"[" * depth + b"]" * depth + b" >>\nendobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + table


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"%PDF-1.7", b"\0" * 4_000_000, b"[" * 4_000_000, nested(100), nested(1_000_000), b"x" * (9 * 1024 * 1024)],
    ids=["empty", "head", "zeros", "brackets", "nested", "deeply nested", "too long"],
)
def test_rubbish_is_unreadable_and_neither_raises_nor_hangs(rubbish: bytes) -> None:
    assert verifying.check(rubbish, fields=FIELDS, at=NOW).problems[0] in ("unreadable", "fields")


def test_a_file_without_a_signature_is_not_good_even_if_none_was_wanted() -> None:
    plain = pdf.render("<p>x", title="t", language="fr")

    assert problems(plain, ["Sent"]) == ("fields",)
    assert problems(plain, []) == ("fields",)


def test_two_years_later_a_file_is_good_with_fresh_lists_and_not_without(made: list[bytes]) -> None:
    later, opened = NOW + timedelta(days=730), authority(NOW)
    stale = verify_proof.Trust(opened.root.certificate, opened.issuing.certificate, list(opened.crls))

    found = verify_proof.examine(made[-1], FIELDS, stale, later)[1]

    assert verifying.check(made[-1], fields=FIELDS, at=later).is_good
    assert [one.wrong for one in found] == ["does not hold"] * 4
