"""Signature fields in a document, pages as pictures, and a picture as a document."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from contextlib import suppress

import pypdf
import pytest
from PIL import Image

from support import pdf

pytestmark = pytest.mark.no_database

FIELD = "<label><input type=checkbox name='{0}' title='Signature de {0}' class='tall signature-field' {1}></label>"


def document(*fields: tuple[str, str], more: str = "") -> bytes:
    """A document with signature fields."""
    body = "".join(FIELD.format(*one) for one in fields)
    return pdf.render(f"<html lang=fr><link rel=stylesheet href=base.css><h1>Contrat</h1>{body}{more}", title="Contrat", language="fr")


def opened(made: bytes) -> pypdf.PdfReader:
    """The PDF, read back."""
    return pypdf.PdfReader(io.BytesIO(made))


def picture(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object) -> bytes:
    """A picture whose left half is red."""
    image = Image.new(mode, size, "white")
    image.paste("red" if mode.startswith("RGB") else 0, (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def shown(made: bytes) -> Image.Image:
    """The first page of a PDF, looked at."""
    return Image.open(io.BytesIO(pdf.page(made, 1, dots_per_inch=36))).convert("RGB")


def is_red(pixel: object) -> bool:
    red, green, _ = pixel  # type: ignore[misc]
    return red > 200 and green < 60


def test_a_check_box_of_the_class_becomes_an_empty_tagged_signature_field() -> None:
    made = opened(document(("Client", ""), ("Coach", "")))

    form = made.trailer["/Root"]["/AcroForm"]
    assert set(form) == {"/Fields"}
    for number, (one, name) in enumerate(zip(form["/Fields"], ("Client", "Coach"), strict=True)):
        field = one.get_object()
        assert (field["/FT"], field["/T"], field["/TU"], field["/F"]) == ("/Sig", name, f"Signature de {name}", 4)
        assert {"/V", "/DA", "/MK", "/AS", "/Ff"}.isdisjoint(field)
        assert field["/AP"]["/N"].get_object().get_data() == b""
        left, low, right, high = field["/Rect"]
        assert left < right
        assert 68 < high - low < 76
        assert field["/StructParent"] is not None
        tagged = [tag for tag in tags(made) if tag.get("/S") == "/Form"]
        assert tagged[number]["/K"]["/Type"] == "/OBJR"
        assert tagged[number]["/K"].raw_get("/Obj") == one


def tags(made: pypdf.PdfReader) -> list[pypdf.generic.DictionaryObject]:
    """Every structure element."""
    objects = (made.get_object(number) for number in range(1, int(made.trailer["/Size"])))
    return [one for one in objects if isinstance(one, pypdf.generic.DictionaryObject) and one.get("/Type") == "/StructElem"]


@pytest.mark.parametrize(("field", "locks_all"), [(("Client", ""), False), (("Client", "data-last"), True), (("Coach", ""), True)])
def test_a_field_locks_itself_and_the_last_one_the_whole_file(field: tuple[str, str], locks_all: bool) -> None:
    [one] = opened(document(field)).trailer["/Root"]["/AcroForm"]["/Fields"]

    lock = one.get_object()["/Lock"]

    if locks_all:
        assert (lock["/Action"], lock["/P"], "/Fields" in lock) == ("/All", 1, False)
    else:
        assert (lock["/Action"], lock["/Fields"], "/P" in lock) == ("/Include", [field[0]], False)


def test_a_document_without_signature_fields_has_no_form_even_with_check_boxes() -> None:
    made = opened(document(more="<p>signature-field <input type=checkbox name=x> <input name=y>"))

    assert "/AcroForm" not in made.trailer["/Root"]


def test_a_document_with_signature_fields_is_the_same_bytes_each_time_and_tagged() -> None:
    made = {document(("Client", ""), ("Coach", "")) for _ in range(3)}

    [one] = made
    assert "/StructTreeRoot" in opened(one).trailer["/Root"]
    assert b"pdfuaid" in opened(one).trailer["/Root"]["/Metadata"].get_data()


@pytest.mark.parametrize(
    ("fields", "more", "words"),
    [
        ([("Client", "")], "<input name=x>", "no other form field"),
        ([("Client", ""), ("Client", "")], "", "a name of its own"),
        ([("", "")], "", "a name of its own"),
        ([("a.b", "")], "", "a name of its own"),
    ],
)
def test_a_form_that_could_not_be_signed_is_refused(fields: list[tuple[str, str]], more: str, words: str) -> None:
    with pytest.raises(pdf.PdfFailed, match=words):
        document(*fields, more=more)


def test_pages_are_pictures_in_order() -> None:
    two = pdf.render("<p style='break-after: page; background: red; height: 9in'>a</p><p>b", title="t", language="fr")

    made = [Image.open(io.BytesIO(one)) for one in pdf.pages(two, dots_per_inch=72)]

    assert [one.size for one in made] == [(596, 842)] * 2
    assert [is_red(one.convert("RGB").getpixel((300, 400))) for one in made] == [True, False]
    assert pdf.page(two, 2, dots_per_inch=72) == pdf.pages(two, dots_per_inch=72)[1]


def test_a_page_that_claims_to_be_vast_is_a_picture_of_bounded_size() -> None:
    vast = pdf.render("<style>@page { size: 190in 2in }</style><p>x", title="t", language="fr")

    assert Image.open(io.BytesIO(pdf.page(vast, 1, dots_per_inch=300))).size[0] <= 4001


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: pdf.pages(b""), "cannot be read"),
        (lambda: pdf.pages(b"%PDF-1.7\n1 0 obj"), "cannot be read"),
        (lambda: pdf.pages(b"\0" * 4_000_000), "cannot be read"),
        (lambda: pdf.page(pdf.render("<p>x", title="t", language="fr"), 2), "no such page"),
        (lambda: pdf.page(pdf.render("<p>x", title="t", language="fr"), 0), "no such page"),
        (lambda: pdf.pages(pdf.render("<p style='break-after:page'>x" * 81, title="t", language="fr")), "more than 80 pages"),
        (lambda: pdf.from_picture(b"GIF89a"), "neither a JPEG nor a PNG"),
        (lambda: pdf.from_picture(picture("GIF")), "neither a JPEG nor a PNG"),
        (lambda: pdf.from_picture(picture("JPEG", (400, 400))[:-900]), "cannot be set"),
        (lambda: pdf.from_picture(picture("PNG", (9000, 9000), "1")), "too large"),
        (lambda: pdf.from_picture(picture("PNG", (20_000, 20_000), "1")), "too large"),
        (lambda: pdf.from_picture(b"x" * (13 * 1024 * 1024)), "too long"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_sentence(ask: Callable[[], object], words: str) -> None:
    with pytest.raises(pdf.PdfFailed, match=words):
        ask()


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_pdf_is_shown_or_refused_and_the_next_one_is_shown(seed: int) -> None:
    dice, good = random.Random(seed), document(("Client", ""))
    bad = bytearray(good)
    for _ in range(40):
        bad[dice.randrange(len(bad))] = dice.randrange(256)

    with suppress(pdf.PdfFailed):
        pdf.pages(bytes(bad), dots_per_inch=20)

    assert pdf.page(good, 1, dots_per_inch=20)[:4] == b"\x89PNG"


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "1"), ("PNG", "P")])
def test_a_picture_becomes_one_tagged_page(kind: str, mode: str) -> None:
    made = pdf.from_picture(picture(kind, mode=mode), title="Contrat signé", language="fr")

    page = opened(made)
    assert (len(page.pages), page.metadata.title, page.trailer["/Root"]["/Lang"]) == (1, "Contrat signé", "fr")
    assert page.pages[0].mediabox.width > page.pages[0].mediabox.height
    assert pdf.from_picture(picture(kind, mode=mode), title="Contrat signé", language="fr") == made


def test_a_picture_stands_upright_and_says_nothing_of_camera_and_place() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9286] = 6, "SECRET-CAMERA", "SECRET-PLACE"  # turned by a quarter

    made = pdf.from_picture(picture("JPEG", exif=exif, comment=b"SECRET-COMMENT"))

    assert b"SECRET" not in made
    assert b"Exif" not in made
    page = shown(made)
    assert page.height > page.width
    assert is_red(page.getpixel((page.width // 2, 40)))
    assert not is_red(page.getpixel((page.width // 2, page.height - 40)))


def test_what_is_see_through_is_white() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(clear, "PNG")

    page = shown(pdf.from_picture(clear.getvalue()))

    assert page.getpixel((page.width // 2, page.height // 2)) == (255, 255, 255)


def test_a_name_with_signs_of_html_is_only_a_name() -> None:
    made = pdf.from_picture(picture("PNG"), title="</title><img src='file:///etc/hostname' alt='\">", language="fr")

    assert opened(made).metadata.title.startswith("</title>")
