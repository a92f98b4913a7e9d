"""Where words can end up besides where they belong, and whether one stands there."""

from __future__ import annotations

import base64
import io
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connections
from pypdf import PdfReader

Found = list[tuple[str, bytes]]


def forms(phrase: str) -> list[bytes]:
    """How a phrase of plain letters and digits looks in text, in a dump of bytes, in UTF-16, and inside base64."""
    raw = phrase.encode()
    inside = [base64.b64encode(b"." * shift + raw)[4 if shift else 0 : -4] for shift in range(3)]
    return [raw, raw.hex().encode(), phrase.encode("utf-16-le"), json.dumps(phrase).strip('"').encode(), *inside]


def holders(phrase: str, places: Found) -> list[str]:
    """The names of the places where the phrase stands, in whatever form and case."""
    looked_for = [form.lower() for form in forms(phrase)[:4]]
    exact = forms(phrase)[4:]
    return sorted({where for where, data in places if any(f in data.lower() for f in looked_for) or any(f in data for f in exact)})


def tables() -> Found:
    """Every row of both databases, as text."""
    found: Found = []
    for alias in ("default", "keyring"):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names():
                cursor.execute(f'select t::text from "{table}" t')
                found.append((f"table {alias}.{table}", "\n".join(row[0] for row in cursor.fetchall()).encode()))
    return found


def postgres_log() -> Found:
    """What PostgreSQL wrote down."""
    return [("PostgreSQL's log", path.read_bytes()) for path in Path(settings.DATA).glob("postgres.log*")]


def of_pdf(content: bytes) -> bytes:
    """What a PDF says about itself besides its pages and their headings: title, author, dates, names of attachments, XMP."""
    reader = PdfReader(io.BytesIO(content))
    xmp = reader.trailer["/Root"].get("/Metadata")
    return repr((dict(reader.metadata or {}), list(reader.attachments))).encode() + (xmp.get_object().get_data() if xmp else b"")


@contextmanager
def watched(folder: Path) -> Iterator[Found]:
    """Everything that any file under a folder held at any moment meanwhile, as far as a look every few milliseconds sees it."""
    seen: dict[tuple[str, bytes], None] = {}
    over = threading.Event()

    def look() -> None:
        while True:
            last = over.is_set()
            for path in folder.rglob("*"):
                try:
                    seen[(f"temporary file {path.name}", path.name.encode() + b"\n" + path.read_bytes())] = None
                except OSError:
                    continue
            if last:
                return
            over.wait(0.004)

    found: Found = []
    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()
        found += seen


class PostOffice(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is given, and says no, quoting the address, to whoever is called `refused`."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.letters: list[tuple[str, bytes]] = []  # to whom, and the whole message

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Counter(socketserver.StreamRequestHandler):
    """SMTP, as much of it as it takes."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        to = ""
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"RCPT":
                to = line.decode().strip()
                self.wfile.write(f"550 no such {to}\r\n".encode() if "refused" in to else b"250 ok\r\n")
            elif word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.letters.append((to, b"".join(lines)))  # type: ignore[attr-defined]
                self.wfile.write(b"250 kept\r\n")
            else:
                self.wfile.write(b"250 ok\r\n")
            if word == b"QUIT":
                return


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """The mail server, running."""
    with PostOffice() as office:
        threading.Thread(target=office.serve_forever, daemon=True).start()
        yield office
        office.shutdown()
