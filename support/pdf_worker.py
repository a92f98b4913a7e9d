"""Turns HTML into tagged PDFs, one after the other, in a process that reaches no network, no file of others and no disk.

Run by support/pdf.py. Messages in both directions are a length and that many bytes; an answer begins with one letter:
R ready, U libraries missing, P a PDF, E an error's code. Knows no Django.
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
from pathlib import Path
from typing import Any, BinaryIO, Final

SUPPORT: Final = Path(__file__).resolve().parent
BUNDLED: Final = [*(SUPPORT.parent / "templates" / "pdf").glob("*.css"), *(SUPPORT / "assets").glob("*.svg")]
HERE: Final = "https://bundled.invalid/"  # an address that exists nowhere; the fetcher below knows what lies there
MEMORY_BYTES: Final = 1 << 30
LENGTH: Final = struct.Struct(">Q")
PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4


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

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Return a bundled file, end the document for anything else."""
            for place in BUNDLED:
                if url == HERE + place.name:
                    kind = "text/css" if place.suffix == ".css" else "image/svg+xml"
                    return URLFetcherResponse(url, place.read_bytes(), {"Content-Type": kind})
            self.refused = True
            raise FatalURLFetchingError("outside")

    return Bundled()


def render(weasyprint: Any, order: dict[str, str], fetch: Any, fonts: Any) -> bytes:
    """Return the PDF: tagged, with title and language, the same bytes for the same order."""
    document = weasyprint.HTML(string=order["html"], base_url=HERE, url_fetcher=fetch)
    pages = document.render(font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True)
    pages.metadata.title, pages.metadata.lang = order["title"], order["language"]
    identifier = hashlib.sha256(json.dumps(order, sort_keys=True).encode()).digest()[:16]
    result = pages.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=identifier)
    assert isinstance(result, bytes)
    return result


def main() -> None:
    """Answer until the parent closes the pipe."""
    close_in()
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes where errors go: nowhere
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import FatalURLFetchingError
    except (ImportError, OSError):
        write(answers, b"U")
        return
    fetch, fonts = fetcher(), FontConfiguration()
    gc.freeze()
    write(answers, b"R")
    while (message := read(orders)) is not None:
        gc.disable()  # a fifth of the time otherwise; what a document leaves behind is collected while nobody waits
        fetch.refused = False
        try:
            kind, body = b"P", render(weasyprint, json.loads(message), fetch, fonts)
        except (Exception, FatalURLFetchingError) as failure:  # noqa: BLE001 — its text may quote the document: only its kind goes back
            kind, body = b"E", type(failure).__name__.encode()
        write(answers, b"E" if fetch.refused else kind, b"FatalURLFetchingError" if fetch.refused else body)
        del message, body
        gc.collect()


if __name__ == "__main__":
    main()
