"""Makes tagged PDFs of HTML and pictures, and pictures of PDFs, in a process that reaches no network, no file of others and no disk.

Run by support/pdf.py. Messages in both directions are a length and that many bytes; an answer begins with one letter:
R ready, U libraries missing, P what was asked for, E an error's code. Knows no Django.
"""

import ctypes
import gc
import hashlib
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

SUPPORT: Final = Path(__file__).resolve().parent
BUNDLED: Final = [*(SUPPORT.parent / "templates" / "pdf").glob("*.css"), *(SUPPORT / "assets").glob("*.svg")]
HERE: Final = "https://bundled.invalid/"  # an address that exists nowhere; the fetcher below knows what lies there
MEMORY_BYTES: Final = 1 << 30
LENGTH: Final = struct.Struct(">Q")
PAGES: Final = 80
PAGE_SIDE: Final = 4000  # pixels, whatever size the page claims
PIXELS: Final = 50_000_000  # of a picture before it is unpacked: 0.8 of the memory, if all see-through
PICTURE_SIDE: Final = 2480  # pixels: A4's longer side at 210 dots an inch
Answer = Callable[[bytes], bytes]
PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4


class Refused(Exception):
    """An order that will not be done; `kind` says why."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def close_in() -> None:
    """Give up memory beyond the limit, core dumps, files on disk, and life without the parent."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        system = ctypes.CDLL(None)
        system.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        system.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if os.getppid() != int(sys.argv[1]):  # the parent went before the line above
        sys.exit()


def read(pipe: BinaryIO) -> bytes | None:
    """Return the next message, or None when the parent has closed the pipe."""
    head = pipe.read(LENGTH.size)
    return pipe.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def write(pipe: BinaryIO, kind: bytes, body: bytes = b"") -> None:
    """Send one answer."""
    pipe.write(LENGTH.pack(len(body) + 1) + kind + body)
    pipe.flush()


def fetcher() -> Any:
    """Return the one who fetches for WeasyPrint: bundled files by name, and an end to the document for all else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Bundled(URLFetcher):
        """Opens nothing but what is bundled, and remembers having refused: inside an SVG a refusal is swallowed."""

        refused = False
        given: dict[str, tuple[bytes, str]] = {}  # set for each document

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Return a bundled file, end the document for anything else."""
            if (name := url.removeprefix(HERE)) in self.given:
                return URLFetcherResponse(url, self.given[name][0], {"Content-Type": self.given[name][1]})
            for place in BUNDLED:
                if url == HERE + place.name:
                    kind = "text/css" if place.suffix == ".css" else "image/svg+xml"
                    return URLFetcherResponse(url, place.read_bytes(), {"Content-Type": kind})
            self.refused = True
            raise FatalURLFetchingError("outside")

    return Bundled()


def setter() -> Answer:
    """Return the one who answers orders; raise ImportError or OSError if a library is missing."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError

    fetch, fonts = fetcher(), FontConfiguration()

    def answer(message: bytes) -> bytes:
        """Do one order: its facts as JSON on the first line, then the bytes that it is about."""
        head, _, body = message.partition(b"\n")
        order: dict[str, Any] = json.loads(head)
        fetch.refused, fetch.given = False, {}
        try:
            if order.get("do") == "count":
                return count(body)
            if order.get("do") == "pages":
                return pages(order, body)
            if order.get("do") == "picture":
                order["html"], fetch.given = picture(order, body)
                order["of"] = hashlib.sha256(body).hexdigest()
            made = render(weasyprint, order, fetch, fonts)
        except FatalURLFetchingError:
            raise Refused("FatalURLFetchingError") from None
        if fetch.refused:
            raise Refused("FatalURLFetchingError")
        return made

    return answer


def render(weasyprint: Any, order: dict[str, str], fetch: Any, fonts: Any) -> bytes:
    """Return the PDF: tagged, with title and language, with empty signature fields if it has any, the same bytes for the same order."""
    document = weasyprint.HTML(string=order["html"], base_url=HERE, url_fetcher=fetch)
    fields = signature_fields(document.etree_element)
    form = bool(fields)
    pages = document.render(font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True, pdf_forms=form)
    pages.metadata.title, pages.metadata.lang = order["title"], order["language"]
    identifier = hashlib.sha256(json.dumps(order, sort_keys=True).encode()).digest()[:16]

    def finish(_: Any, pdf: Any) -> None:
        set_fields(pdf, fields)

    finisher = finish if form else None
    options = {"pdf_variant": "pdf/ua-1", "pdf_tags": True, "pdf_forms": form, "pdf_identifier": identifier, "uncompressed_pdf": form}
    result = pages.write_pdf(finisher=finisher, **options)
    assert isinstance(result, bytes)
    return result


def signature_fields(html: Any) -> dict[str, bool]:
    """Return the names of the signature fields of a document, each with whether it is the last to be signed."""
    found = [one for one in html.iter("input") if "signature-field" in one.get("class", "").split()]
    names = {one.get("name"): one.get("data-last") is not None or one.get("name") == "Coach" for one in found}
    if len(names) < len(found) or not all(names) or any("." in name for name in names):
        raise Refused("SignatureFieldName")
    return names


def set_fields(pdf: Any, fields: dict[str, bool]) -> None:
    """Turn the check boxes of a form into empty signature fields, before the file is written."""
    import pydyf

    def added(thing: Any) -> Any:
        pdf.add_object(thing)
        return thing.reference

    for one in [one for one in pdf.objects if isinstance(one, pydyf.Dictionary) and one.get("Subtype") == "/Widget"]:
        if one["T"].string not in fields:
            raise Refused("OtherFormField")
        set_field(pydyf, one, fields[one["T"].string], added)
    for one in pdf.objects:
        # The difference analysis of pyHanko knows a tagged field that changes only where /K is the reference itself, not a list of one
        if isinstance(one, pydyf.Dictionary) and one.get("S") == "/Form" and isinstance(one.get("K"), pydyf.Array) and len(one["K"]) == 1:
            one["K"] = one["K"][0]
    for name in ("NeedAppearances", "DR"):
        pdf.catalog["AcroForm"].pop(name, None)
    # Each object by itself (uncompressed_pdf), for pyHanko reads one out of a stream of thousands by going through all the others:
    # a document of 70 pages would take minutes to check. What is long is compressed all the same.
    for one in pdf.objects:
        if isinstance(one, pydyf.Stream) and "Filter" not in one.extra and one.extra.get("Type") != "/Metadata":
            one.compress = True


def set_field(pydyf: Any, field: Any, is_last: bool, added: Any) -> None:
    """Make of one widget an empty signature field: printed, blank, and with what it will lock (ISO 32000-2, 12.7.5.5)."""
    x1, y1, x2, y2 = (float(value) for value in field["Rect"])
    left, right, low, high = (round(value, 3) for value in (min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)))
    for name in ("AS", "DA", "Ff", "MK", "MaxLen", "V"):
        field.pop(name, None)
    box = pydyf.Array([0, 0, round(right - left, 3), round(high - low, 3)])
    blank = pydyf.Stream([b""], extra={"Type": "/XObject", "Subtype": "/Form", "BBox": box, "Resources": pydyf.Dictionary()})
    lock = {"Type": "/SigFieldLock", "Action": "/Include", "Fields": pydyf.Array([field["T"]])}
    if is_last:
        lock = {"Type": "/SigFieldLock", "Action": "/All", "P": 1}
    field.update(FT="/Sig", F=4, Rect=pydyf.Array([left, low, right, high]))
    field.update(AP=pydyf.Dictionary({"N": added(blank)}), Lock=added(pydyf.Dictionary(lock)))


def count(pdf: bytes) -> bytes:
    """Return how many pages a PDF has, in figures."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return str(len(document)).encode()
    finally:
        document.close()


def pages(order: dict[str, Any], pdf: bytes) -> bytes:
    """Return pages of a PDF as pictures (PNG), each after its length."""
    import io

    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    if len(document) > PAGES:
        raise Refused("TooManyPages")
    document.init_forms()
    wanted = range(len(document)) if order["number"] is None else [order["number"] - 1]
    if not all(0 <= number < len(document) for number in wanted):
        raise Refused("NoSuchPage")
    result = bytearray()
    for number in wanted:
        page = document[number]
        scale = min(order["dots_per_inch"] / 72, PAGE_SIDE / max(*page.get_size(), 1))
        file = io.BytesIO()
        page.render(scale=scale).to_pil().save(file, "PNG")
        result += LENGTH.pack(file.tell()) + file.getvalue()
        page.close()
    document.close()
    return bytes(result)


def picture(order: dict[str, Any], image: bytes) -> tuple[str, dict[str, tuple[bytes, str]]]:
    """Return the HTML of one page that shows a picture, and the picture: upright, on white, without what it says of camera and place."""
    import io
    from html import escape

    from PIL import Image, ImageFile, ImageOps

    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint would show half a contract
    with Image.open(io.BytesIO(image), formats=["JPEG", "PNG"]) as opened:
        if opened.width * opened.height > PIXELS:
            raise Refused("PictureTooLarge")
        opened.draft("RGB", (PICTURE_SIDE, PICTURE_SIDE))
        upright = ImageOps.exif_transpose(opened)
    upright.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    if upright.mode in ("RGBA", "LA", "PA", "P"):
        upright = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
    plain = Image.new("RGB", upright.size)
    plain.paste(upright.convert("RGB"))
    file = io.BytesIO()
    plain.save(file, "JPEG", quality=85)
    side = "A4 landscape" if plain.width > plain.height else "A4"
    html = (
        f"<html lang='{escape(order['language'])}'><title>{escape(order['title'])}</title>"
        f"<style>@page {{ size: {side}; margin: 0 }} body {{ margin: 0 }}"
        "img { display: block; width: 100vw; height: 100vh; object-fit: contain }</style>"
        f"<body><img src='picture.jpg' alt='{escape(order['title'])}'>"
    )
    return html, {"picture.jpg": (file.getvalue(), "image/jpeg")}


def serve(prepare: Callable[[], Answer]) -> None:
    """Answer until the parent closes the pipe."""
    close_in()
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes where errors go: nowhere
    try:
        answer = prepare()
    except (ImportError, OSError):
        write(answers, b"U")
        return
    gc.freeze()
    write(answers, b"R")
    while (message := read(orders)) is not None:
        gc.disable()  # a fifth of the time otherwise; what a document leaves behind is collected while nobody waits
        try:
            kind, body = b"P", answer(message)
        except Exception as failure:  # noqa: BLE001 — its text may quote the document: only its kind goes back
            kind, body = b"E", (failure.kind if isinstance(failure, Refused) else type(failure).__name__).encode()
        write(answers, kind, body)
        del message, body
        gc.collect()


if __name__ == "__main__":
    serve(setter)
