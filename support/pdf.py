"""HTML and pictures to PDF and PDF to pictures, in a few processes apart that reach no network and are soon replaced."""

import atexit
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import translation

from support.pdf_worker import LENGTH, PAGES, SUPPORT

WORKERS: Final = 2
SECONDS: Final = 20  # for one document, the start of a process included
SECONDS_IN_LINE: Final = 60
LONGEST: Final = 12 * 1024 * 1024  # bytes of HTML, of a picture, or of a PDF to show
DOCUMENTS: Final = 100  # then a process is replaced: what it keeps of them goes with it
LIBRARIES: Final = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

REFUSALS: Final = {
    "FatalURLFetchingError": "The document asks for a file from outside. Only bundled files can be in a PDF.",
    "OtherFormField": "A document with signature fields can have no other form field.",
    "SignatureFieldName": "Each signature field has a name of its own, without a dot.",
    "TooManyPages": f"The document has more than {PAGES} pages.",
    "NoSuchPage": "The document has no such page.",
    "PictureTooLarge": "The picture is too large.",
    "DecompressionBombError": "The picture is too large.",
    "UnidentifiedImageError": "This is neither a JPEG nor a PNG.",
    "PdfiumError": "This PDF cannot be read.",
}


class PdfFailed(Exception):
    """The document could not be made."""


class PdfTooSlow(PdfFailed):
    """The document took longer than its time, and was stopped."""


class PdfBusy(PdfTooSlow):
    """Too many others were waiting."""


class PdfUnavailable(PdfFailed):
    """The system's libraries for text are missing."""


def document(template: str, context: dict[str, Any], *, title: str, language: str) -> bytes:
    """Return a template of templates/pdf as a PDF, its words in `language`; raise PdfFailed."""
    with translation.override(language):
        html = render_to_string(template, context | {"title": title, "language": language})
    return render(html, title=title, language=language)


def render(html: str, *, title: str, language: str) -> bytes:
    """Return the HTML as a tagged PDF, the same bytes each time; raise PdfFailed, PdfTooSlow or PdfUnavailable.

    `<link rel="stylesheet" href="base.css">` finds the files of templates/pdf; anything else from outside, `data:` too, is refused.
    """
    return _pool.render(json.dumps({"html": html, "title": title, "language": language}).encode())


def pages(pdf: bytes, *, dots_per_inch: int = 110) -> list[bytes]:
    """Return each page as a picture (PNG), of at most 80 pages; raise PdfFailed or one of its kinds."""
    return _unpacked(_pool.render(_order(pdf, do="pages", number=None, dots_per_inch=dots_per_inch)))


def page(pdf: bytes, number: int, *, dots_per_inch: int = 110) -> bytes:
    """Return one page, counted from 1, as a picture (PNG); raise PdfFailed or one of its kinds."""
    return _unpacked(_pool.render(_order(pdf, do="pages", number=number, dots_per_inch=dots_per_inch)))[0]


def count(pdf: bytes) -> int:
    """Return how many pages a PDF has; raise PdfFailed or one of its kinds."""
    return int(_pool.render(_order(pdf, do="count")))


def from_picture(image: bytes, *, title: str = "Document", language: str = "fr") -> bytes:
    """Return a JPEG or PNG as a PDF of one page, upright, without a word on camera and place; raise PdfFailed or one of its kinds."""
    return _pool.render(_order(image, do="picture", title=title, language=language))


def _order(body: bytes, **facts: Any) -> bytes:
    """Return an order about some bytes."""
    return json.dumps(facts).encode() + b"\n" + body


def _unpacked(answer: bytes) -> list[bytes]:
    """Return the parts of an answer."""
    parts, start = [], 0
    while start < len(answer):
        end = start + LENGTH.size + LENGTH.unpack_from(answer, start)[0]
        parts.append(answer[start + LENGTH.size : end])
        start = end
    return parts


class Worker:
    """One process, and the pipes to it."""

    def __init__(self, script: Path, more: dict[str, str]) -> None:
        """Start the process."""
        fonts = SUPPORT / "assets" / "fonts" / "fonts.conf"
        self.made = 0
        self.process = subprocess.Popen(
            [sys.executable, "-s", "-P", str(script), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "FONTCONFIG_FILE": str(fonts), **more},
            start_new_session=True,  # Ctrl+C is for the parent
        )

    def greet(self) -> None:
        """Wait until the process can work, raise PdfUnavailable."""
        if self.answer()[:1] != b"R":
            raise PdfUnavailable(f"PDFs need libraries that this system lacks. As root: {LIBRARIES}")

    def ask(self, order: bytes) -> bytes:
        """Return what was asked for, raise PdfFailed."""
        assert self.process.stdin
        try:
            self.process.stdin.write(LENGTH.pack(len(order)) + order)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise PdfFailed("The process that makes PDFs has ended. Try again.") from None
        self.made += 1
        answer = self.answer()
        if answer[:1] == b"P":
            return answer[1:]
        kind = answer[1:].decode()
        raise PdfFailed(REFUSALS.get(kind, f"The document cannot be set as a PDF ({kind})."))

    def answer(self) -> bytes:
        """Return the next answer, raise PdfFailed if the process has ended."""
        assert self.process.stdout
        head = self.process.stdout.read(LENGTH.size)
        if len(head) == LENGTH.size:
            body = self.process.stdout.read(LENGTH.unpack(head)[0])
            if len(body) == LENGTH.unpack(head)[0]:
                return body
        raise PdfFailed("The process that makes PDFs has ended. Try again.")

    def end(self) -> None:
        """Stop the process, at once, and leave no zombie."""
        self.process.kill()
        self.forget()
        self.process.wait()

    def forget(self) -> None:
        """Close the pipes, of a process that is another's child too."""
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                if pipe:
                    pipe.close()
            except BrokenPipeError:
                pass


class Pool:
    """A few workers, started when needed, shared by all threads."""

    def __init__(
        self,
        *,
        workers: int = WORKERS,
        seconds: float = SECONDS,
        documents: int = DOCUMENTS,
        more: dict[str, str] | None = None,
        script: Path = SUPPORT / "pdf_worker.py",
    ) -> None:
        """Start nothing yet; `more` is added to the environment of the processes, `script` is what they run."""
        self.seconds, self.documents, self.more, self.script = seconds, documents, more or {}, script
        self.idle: list[Worker] = []
        self.busy: set[Worker] = set()
        self.places = threading.BoundedSemaphore(workers)
        # A worker dies with the thread that started it (prctl), so one thread, that lives as long as the pool, starts them all
        self.nursery = ThreadPoolExecutor(1, thread_name_prefix="pdf")

    def render(self, order: bytes) -> bytes:
        """Return what a worker makes of the order, raise PdfFailed."""
        if len(order) > LONGEST:
            raise PdfFailed("The document is too long for a PDF.")
        if not self.places.acquire(timeout=SECONDS_IN_LINE):
            raise PdfBusy("Too many documents are being made at once. Try again in a moment.")
        try:
            return self._by(self._take(), order)
        finally:
            self.places.release()

    def _take(self) -> Worker:
        """Return a worker that is alive, new if none waits."""
        while True:
            try:
                worker = self.idle.pop()
            except IndexError:  # asking first whether one is there would leave room for another thread
                return self.nursery.submit(Worker, self.script, self.more).result()
            if worker.process.poll() is None:
                return worker
            worker.end()

    def _by(self, worker: Worker, order: bytes) -> bytes:
        """Return what the worker makes of the order in its time; keep it only if all went well."""
        self.busy.add(worker)
        late, kept = threading.Event(), False

        def stop() -> None:
            late.set()
            worker.process.kill()

        clock = threading.Timer(self.seconds, stop)
        clock.daemon = True
        clock.start()
        try:
            if not worker.made:
                worker.greet()
            pdf = worker.ask(order)
            kept = worker.made < self.documents
        except PdfFailed:
            if late.is_set():
                raise PdfTooSlow(f"The document took longer than {self.seconds:g} seconds and was stopped.") from None
            raise
        finally:
            clock.cancel()
            self.busy.discard(worker)
            if kept and not late.is_set():
                self.idle.append(worker)
            else:
                worker.end()
        return pdf

    def close(self) -> None:
        """End every worker."""
        for worker in [*self.idle, *self.busy]:
            worker.end()
        self.idle.clear()
        self.nursery.shutdown(wait=False)

    def forget(self) -> None:
        """Let go of workers that belong to the process this one was forked from."""
        for worker in [*self.idle, *self.busy]:
            worker.forget()


_pool = Pool()


def _after_fork() -> None:
    """Give a forked process a pool of its own."""
    global _pool
    _pool.forget()
    _pool = Pool()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(lambda: _pool.close())
