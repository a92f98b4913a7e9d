"""What was signed elsewhere: a file is taken only if it can be read, and opens nothing before the client has confirmed it."""

from __future__ import annotations

import io
import resource
import zlib

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from pypdf.generic import NameObject, StreamObject

from accounts.act import Refused
from consent import actions, completing, documents, policies, promises
from consent.models import Agreement
from tests.cast import signed_in
from tests.consent.agreements import SIGNED, drafted, french, sent, signed

CHOICES = {"wording": "A", "language": "fr", "signed_date": "2026-01-12"}


def pages(number: int, more: int = 0) -> bytes:
    """A PDF of so many empty pages, with so many bytes more in it."""
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    if more:
        writer.add_attachment("scan", b"\x7f" * more)
    for _ in range(number):
        writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


def photograph() -> bytes:
    """A JPEG that says where it was taken, and by which camera."""
    exif = Image.Exif()
    exif[0x010F] = "CameraMakerOfMine"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 3.0), 29: "2026:01:12"})
    out = io.BytesIO()
    Image.effect_noise((600, 800), 50).convert("RGB").save(out, "JPEG", exif=exif, comment=b"taken at home")
    assert b"CameraMakerOfMine" in out.getvalue()
    return out.getvalue()


def squeezed(start: bytes, megabytes: int) -> bytes:
    """So many megabytes, packed a thousandfold."""
    packer = zlib.compressobj(9)
    return b"".join([packer.compress(start), *(packer.compress(b" " * 2**20) for _ in range(megabytes)), packer.flush()])


def heavy(megabytes: int) -> bytes:
    """A PDF of one page whose content unpacks to so many megabytes."""
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(595, 842)
    stream = StreamObject()
    stream._data = squeezed(b"", megabytes)
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    page[NameObject("/Contents")] = writer._add_object(stream)
    writer.write(out)
    return out.getvalue()


def flood(megabytes: int) -> bytes:
    """A short PDF whose page tree lies in a stream that unpacks to so many megabytes."""
    packed = squeezed(b"1 0 2 20 ", megabytes)
    body = b"%PDF-1.5\n"
    offset = len(body)
    body += b"3 0 obj\n<</Type/ObjStm/N 2/First 9/Filter/FlateDecode/Length %d>>stream\n%s\nendstream\nendobj\n" % (len(packed), packed)
    start = len(body)
    rows = bytes([0, 0, 0, 0, 0]) + bytes([2, 0, 0, 3, 0]) + bytes([2, 0, 0, 3, 1]) + bytes([1, *offset.to_bytes(3, "big"), 0])
    rows += bytes([1, *start.to_bytes(3, "big"), 0])
    table = zlib.compress(rows)
    body += b"4 0 obj\n<</Type/XRef/Size 5/W[1 3 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n%s\nendstream\nendobj\n" % (
        len(table),
        table,
    )
    return body + b"startxref\n%d\n%%%%EOF\n" % start


@pytest.fixture
def draft(cast):
    """What the coach's page answers to a file, and the agreement that came of it, or None."""
    engagement = cast.engagement(cast.anais)
    browser = signed_in(cast.camille.person)
    here = reverse("agreement_draft", args=[engagement.pk, "elsewhere"])

    def send(content: bytes | None, name: str = "accord.pdf") -> tuple[int, Agreement | None]:
        file = {} if content is None else {"file": SimpleUploadedFile(name, content)}
        answer = browser.post(here, {**CHOICES, **file})
        return answer.status_code, Agreement.objects.filter(kind="elsewhere").order_by("-made_at").first()

    return send


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"hello",
        b"%PDF-1.7\nnothing of a PDF",
        b"%PDF-1.7\n" + b"x" * (11 * 1024 * 1024),
        pages(61),
        b"PK\x03\x04" + b"\0" * 100,
        b"<html><script>alert(1)</script></html>",
        photograph()[:300],
        pages(3)[:-400],
        flood(300),
    ],
    ids=[
        "none",
        "empty",
        "text",
        "only its first line",
        "11 MB",
        "61 pages",
        "zip",
        "HTML",
        "half a picture",
        "cut off",
        "unpacks to 300 MB",
    ],
)
def test_what_cannot_be_read_or_is_too_long_is_refused_with_a_sentence(draft, content: bytes | None) -> None:
    status, agreement = draft(content)

    assert (status, agreement) == (422, None)


@pytest.mark.parametrize("number", [1, 60])
def test_a_pdf_of_up_to_sixty_pages_is_kept_as_it_came(draft, number: int) -> None:
    content = pages(number)

    status, agreement = draft(content)

    assert status == 302
    assert agreement.document == content


def test_a_page_that_unpacks_to_two_gigabytes_harms_nobody(draft) -> None:
    content = heavy(2000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    status, _agreement = draft(content)

    assert status in {302, 422}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


def test_a_pdf_of_nine_megabytes_is_kept_as_it_came(draft) -> None:
    content = pages(1, 9 * 1024 * 1024)

    status, agreement = draft(content)

    assert status == 302
    assert agreement.document == content


def test_a_photograph_becomes_a_page_without_place_camera_or_comment(draft) -> None:
    status, agreement = draft(photograph(), "IMG_0001.JPG")

    assert status == 302
    document = agreement.document
    assert document.startswith(b"%PDF-")
    reader = pypdf.PdfReader(io.BytesIO(document))
    picture = reader.pages[0].images[0].data
    for hidden in (b"CameraMakerOfMine", b"taken at home", b"Exif", b"IMG_0001", b"2026:01:12"):
        assert hidden not in document
        assert hidden not in picture
    assert not Image.open(io.BytesIO(picture)).getexif()


def test_it_opens_nothing_before_the_client_s_own_confirmation(cast) -> None:
    engagement = cast.engagement(cast.anais)
    agreement = sent(engagement, kind="elsewhere", upload=pages(2), real=True)

    assert promises.in_force(engagement).wording is None
    with pytest.raises(Refused):
        policies.check_may_write_summary(engagement)
    assert [one.role for one in agreement.signatories.all()] == ["client"]
    coach = signed_in(cast.camille.person)
    coach.post(reverse("agreement_countersign", args=[agreement.pk]), {"name": "Camille Aubry", "is_accepted": "on"})
    assert Agreement.objects.get(pk=agreement.pk).state == "sent"

    browser, page = signed_in(cast.anais.person), reverse("client_agreement", args=[agreement.pk])
    assert browser.get(page).status_code == 200
    browser.post(page, SIGNED)

    row = Agreement.objects.get(pk=agreement.pk)
    assert (row.state, promises.in_force(engagement).wording) == ("in_force", "A")
    assert row.signed_document == row.document == agreement.document
    assert completing.complete(row.pk)
    row.refresh_from_db()
    assert row.signed_document == agreement.document
    assert row.final_sha256 == row.sha256 == documents.digest(agreement.document)
    assert row.proof.startswith(b"%PDF-")


def test_declined_it_opens_nothing_either(cast) -> None:
    engagement = cast.engagement(cast.anais)
    agreement = sent(engagement, kind="elsewhere", upload=pages(1), real=True)
    one = agreement.signatories.get(role="client")

    actions.decline_agreement(agreement=agreement, signatory=one, reason="ce n’est pas le bon", link=None, by=cast.anais)

    assert promises.in_force(engagement).wording is None


def test_confirmed_with_wording_b_it_ends_what_a_permitted(cast) -> None:
    engagement = cast.engagement(cast.anais)
    before = signed(engagement)
    assert before.state == "signed"

    confirmed = signed(engagement, kind="elsewhere", wording="B", upload=pages(1))

    assert confirmed.state == "in_force"
    assert promises.in_force(engagement).wording == "B"


def test_an_agreement_of_another_kind_takes_no_file_and_this_one_needs_it(cast) -> None:
    engagement = cast.engagement(cast.anais)
    for facts in ({"kind": "elsewhere"}, {"kind": "confidentiality", "upload": pages(1)}):
        with pytest.raises(Refused) as no:
            drafted(engagement, **facts)
        assert no.value.code == "no_file"
    assert french("Add the file that you signed together.")
