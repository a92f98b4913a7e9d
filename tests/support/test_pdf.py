"""PDFs are really made, read back, and made by nobody who can reach anything."""

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pypdf
import pytest
from django.conf import settings

from support import pdf

pytestmark = pytest.mark.no_database

TEXT = "<p>Œuvre de l’élève, à 1 234,50 € — « ça », naïf, Ÿ.</p>"


def order(html: str) -> bytes:
    """What a pool is asked."""
    return json.dumps({"html": html, "title": "Titre", "language": "fr"}).encode()


def opened(made: bytes) -> pypdf.PdfReader:
    """The PDF, read back."""
    return pypdf.PdfReader(io.BytesIO(made))


def gone(pid: int) -> bool:
    """Whether the process ends within five seconds."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def pool() -> Iterator[pdf.Pool]:
    """A pool of one's own, of one worker."""
    pool = pdf.Pool(workers=1)
    yield pool
    pool.close()


def test_a_pdf_says_what_the_html_says_in_the_bundled_fonts():
    made = opened(pdf.render(f"<html lang=fr><h1 style='font-family:serif'>Cœur</h1>{TEXT}", title="Titre", language="fr"))

    assert "Œuvre de l’élève, à 1 234,50 € — « ça », naïf, Ÿ." in made.pages[0].extract_text()
    fonts = {font["/BaseFont"].partition("+")[2] for font in (f.get_object() for f in made.pages[0]["/Resources"]["/Font"].values())}
    assert all(font.startswith(("Inter", "Source-Serif", "SourceSerif")) for font in fonts)
    assert len(fonts) == 2


def test_a_pdf_is_tagged_and_knows_its_title_and_language():
    made = opened(pdf.render(TEXT, title="Contrat d’accompagnement", language="fr"))

    root = made.trailer["/Root"]
    assert (made.metadata.title, root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("Contrat d’accompagnement", "fr", True)
    assert "/StructTreeRoot" in root


def test_the_same_html_gives_the_same_bytes_in_every_process():
    again = pdf.Pool(workers=1)

    made = {pool.render(order(TEXT)) for pool in (pdf._pool, again) for _ in range(2)}

    again.close()
    assert len(made) == 1


@pytest.mark.parametrize(("language", "mark"), [("fr", "Confidentiel"), ("en", "Confidential")])
def test_a_document_of_ours_has_head_title_and_numbered_pages(language: str, mark: str):
    made = opened(pdf.document("pdf/base.html", {}, title="Mon titre", language=language))

    text = made.pages[0].extract_text()
    assert all(words in text for words in (mark, "Mon titre", "1/1", "CoachVault"))


@pytest.mark.parametrize(
    "html",
    [
        "<img src='file:///etc/hostname' alt=x>",
        "<img src='../../../../etc/hostname' alt=x>",
        "<img src='data:image/svg+xml,<svg/>' alt=x>",
        "<link rel=stylesheet href='settings.py'>",
        "<style>@import 'file:///etc/hostname';</style>",
        "<link rel=attachment href='file:///etc/hostname'>",
        "<svg width=9 height=9><image width=9 height=9 href='file:///etc/hostname'/></svg>",
    ],
)
def test_nothing_but_bundled_files_is_opened(html: str):
    with pytest.raises(pdf.PdfFailed, match="outside"):
        pdf.render(html, title="x", language="fr")


def test_nothing_is_fetched_from_the_network():
    asked: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with ThreadingHTTPServer(("127.0.0.1", 0), Listening) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(pdf.PdfFailed, match="outside"):
            pdf.render(f"<img src='http://127.0.0.1:{server.server_port}/x.png' alt=x>", title="x", language="fr")
        server.shutdown()

    assert asked == []


def test_a_document_without_end_is_stopped_and_the_next_one_is_made():
    pool = pdf.Pool(workers=1, seconds=4)
    try:
        with pytest.raises(pdf.PdfTooSlow, match="4 seconds"):
            pool.render(order("<p>mot " * 200_000))

        assert pool.render(order(TEXT)).startswith(b"%PDF")
    finally:
        pool.close()


def test_a_document_too_long_is_refused_at_once(pool: pdf.Pool):
    with pytest.raises(pdf.PdfFailed, match="too long"):
        pool.render(order("x" * pdf.LONGEST))

    assert pool.idle == []


def test_a_worker_killed_in_the_middle_is_an_error_that_says_so_and_the_next_one_works(pool: pdf.Pool):
    pool.render(order(TEXT))
    [worker] = pool.idle

    with ThreadPoolExecutor(1) as threads:
        making = threads.submit(pool.render, order("<p>mot " * 200_000))
        while worker not in pool.busy:
            time.sleep(0.01)
        time.sleep(0.3)
        worker.process.kill()
        with pytest.raises(pdf.PdfFailed, match="has ended"):
            making.result()

    assert pool.render(order(TEXT)).startswith(b"%PDF")


def test_a_worker_that_died_while_idle_is_replaced(pool: pdf.Pool):
    pool.render(order(TEXT))
    pool.idle[0].process.kill()
    pool.idle[0].process.wait()

    assert pool.render(order(TEXT)).startswith(b"%PDF")


def test_a_worker_is_replaced_after_some_documents():
    pool = pdf.Pool(workers=1, documents=2)
    pool.render(order(TEXT))
    first = pool.idle[0]

    pool.render(order(TEXT))

    assert (pool.idle, first.process.returncode) == ([], -signal.SIGKILL)
    pool.close()


def test_twenty_at_once_are_each_given_their_own():
    with ThreadPoolExecutor(20) as threads:
        made = list(threads.map(lambda n: pdf.render(f"<p>Document {n}.</p>", title=str(n), language="fr"), range(20)))

    assert [opened(one).pages[0].extract_text().strip() for one in made] == [f"Document {n}." for n in range(20)]
    assert len(pdf._pool.idle) <= pdf.WORKERS


def test_a_worker_leaves_no_core_and_writes_no_file(pool: pdf.Pool):
    pool.render(order(TEXT))

    limits = Path(f"/proc/{pool.idle[0].process.pid}/limits").read_text()

    assert [line.split()[-3:-1] for line in limits.splitlines() if "core file" in line or "Max file size" in line] == [["0", "0"]] * 2
    assert f"{1 << 30}" in limits


def test_workers_die_with_a_parent_that_is_killed_even_while_at_work():
    script = (
        "import sys\nfrom support import pdf\nw = pdf.Pool(); w.render(sys.argv[1].encode())\n"
        "print(w.idle[0].process.pid, flush=True); w.render(sys.argv[1].replace('<p>', '<p>mot ' * 100_000).encode())"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, order(TEXT).decode()],
        stdout=subprocess.PIPE,
        cwd=settings.BASE_DIR,
    )
    with parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        time.sleep(0.5)
        parent.kill()

    assert gone(child)


def test_a_forked_process_has_workers_of_its_own():
    before = pdf.render(TEXT, title="x", language="fr")
    script = (
        "import os\nfrom support import pdf\nmade = lambda: pdf.render('<p>x', title='x', language='fr')\nfirst = made()\n"
        "if not (child := os.fork()): os._exit(0 if made() == first else 1)\n"
        "same = made() == first\nraise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) or not same)"
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=settings.BASE_DIR, timeout=60, check=False)

    assert (done.returncode, before[:4]) == (0, b"%PDF")


def test_missing_libraries_are_named_with_the_line_that_brings_them(tmp_path: Path):
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")
    pool = pdf.Pool(workers=1, more={"PYTHONPATH": str(tmp_path)})

    with pytest.raises(pdf.PdfUnavailable, match="apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"):
        pool.render(order(TEXT))

    pool.close()


def test_an_error_does_not_quote_the_document():
    font = "<style>@font-face { font-family: Secret; src: url(file:///srv/secret) }</style><p>x"

    with pytest.raises(pdf.PdfFailed) as failure:
        pdf.render(font, title="Un secret", language="fr")

    assert "secret" not in str(failure.value).lower()
