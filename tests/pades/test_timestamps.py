"""A timestamp server that is slow, down or lying is an error, and the local clock never stands in for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from asn1crypto import cms, tsp

from pades import certificates, timestamps, verifying, writing
from pades.timestamps import Local
from tests.pades.samples import NOW, agreement, sign

PERIOD = certificates.Period(NOW - timedelta(days=1), NOW + timedelta(days=1))
ROOT = certificates.root("outside", PERIOD)
CLOCK = certificates.timestamp(ROOT, "outside", PERIOD)


def honest(request: bytes, at=NOW, pair=CLOCK) -> bytes:
    """What a good server answers."""
    import asyncio

    return asyncio.run(Local(pair, ROOT.certificate, at).async_request_tsa_response(tsp.TimeStampReq.load(request))).dump()


def other_digest(request: bytes) -> bytes:
    asked = tsp.TimeStampReq.load(request)
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": b"\1" * 32}
    return honest(tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": asked["nonce"], "cert_req": True}).dump())


def other_nonce(request: bytes) -> bytes:
    asked = tsp.TimeStampReq.load(request)
    asked["nonce"] = cms.Integer(7)
    return honest(asked.dump(force=True))


def broken_signature(request: bytes) -> bytes:
    answer = tsp.TimeStampResp.load(honest(request))
    answer["time_stamp_token"]["content"]["signer_infos"][0]["signature"] = certificates.sign(CLOCK, b"something else")
    return answer.dump(force=True)


def stranger(request: bytes) -> bytes:
    return honest(request, pair=certificates.timestamp(certificates.root("stranger", PERIOD), "stranger", PERIOD))


def no_clock(request: bytes) -> bytes:
    return honest(request, pair=certificates.seal(ROOT, "outside", PERIOD))


def refused(request: bytes) -> bytes:
    return bytes.fromhex("3005 3003 020102")  # status: rejection, and no token


LIES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "another digest": (other_digest, "something else"),
    "another nonce": (other_nonce, "old answer"),
    "an hour ago": (lambda request: honest(request, at=NOW - timedelta(hours=1)), "clock"),
    "in an hour": (lambda request: honest(request, at=NOW + timedelta(hours=1)), "clock"),
    "a broken signature": (broken_signature, "does not hold"),
    "a stranger": (stranger, "none of COACHVAULT_TSA_ROOTS|cannot be checked"),
    "no clock's certificate": (no_clock, "does not hold"),
    "a refusal": (refused, "refused|cannot be read"),
    "rubbish": (lambda request: b"<html>hello", "cannot be read"),
    "nothing": (lambda request: b"", "cannot be read"),
    "too much": (lambda request: b"x" * 100_000, "too long"),
}


class Server(ThreadingHTTPServer):
    """A server on this machine that answers as it is told."""

    answer: Callable[[bytes], bytes] = staticmethod(honest)
    status, drip, asked = 200, 0.0, 0


@pytest.fixture
def server(tmp_path: Path, settings) -> Iterator[Server]:
    """The server that the settings name."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            here.asked += 1
            answer = here.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(here.status)
            self.send_header("Content-Length", str(len(answer)))
            self.send_header("Location", f"http://127.0.0.1:{here.server_port}/again")
            self.end_headers()
            try:
                for byte in answer if here.drip else [answer]:
                    self.wfile.write(bytes([byte]) if here.drip else answer)
                    self.wfile.flush()
                    time.sleep(here.drip)
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Answering) as here:
        Thread(target=here.serve_forever, daemon=True).start()
        (tmp_path / "roots.pem").write_bytes(certificates.pem(ROOT.certificate))
        settings.TSA_URL, settings.TSA_ROOTS_FILE = f"http://127.0.0.1:{here.server_port}/tsa", str(tmp_path / "roots.pem")
        yield here
        here.shutdown()


def ready() -> bytes:
    """A file that waits to be closed."""
    return sign(writing.certify(agreement(["Coach"]), reason="r", at=NOW), "Coach", is_last=True)


def test_an_honest_server_closes_the_file_and_the_check_believes_it(server: Server) -> None:
    file = writing.close(ready(), at=NOW)

    report = verifying.check(file, fields=["Sent", "Coach", "Archive"], at=NOW + timedelta(days=400))
    assert report.problems == ()
    assert server.asked == 2  # one before, to know how much room its answer takes


def test_a_file_closed_by_a_server_that_is_no_longer_named_is_not_good(server: Server, settings) -> None:
    file = writing.close(ready(), at=NOW)
    settings.TSA_URL, settings.TSA_ROOTS_FILE = "", ""

    assert verifying.check(file, fields=["Sent", "Coach", "Archive"], at=NOW).problems == ("Archive: does not hold",)


def test_a_file_closed_here_stays_good_when_a_server_is_named_later(server: Server) -> None:
    file = writing.close(ready(), at=NOW, server="")

    assert verifying.check(file, fields=["Sent", "Coach", "Archive"], at=NOW).problems == ()
    assert server.asked == 0


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_server_is_an_error(server: Server, lie: str) -> None:
    server.answer, words = LIES[lie]  # type: ignore[method-assign]

    with pytest.raises(writing.TimestampFailed, match=words):
        writing.close(ready(), at=NOW)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 404, 500])
def test_a_server_that_sends_elsewhere_or_fails_is_an_error_and_is_not_followed(server: Server, status: int) -> None:
    server.status = status

    with pytest.raises(writing.TimestampFailed, match=str(status)):
        writing.close(ready(), at=NOW)
    assert server.asked == 1


def test_a_server_that_drips_is_left_after_its_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timestamps, "SECONDS", 1)
    server.drip = 0.3
    file = ready()

    began = time.monotonic()
    with pytest.raises(writing.TimestampFailed, match="within 1 seconds"):
        writing.close(file, at=NOW)
    assert time.monotonic() - began < 5


def test_a_server_that_is_down_is_an_error(server: Server) -> None:
    file = ready()

    with pytest.raises(writing.TimestampFailed, match="reached"):
        writing.close(file, at=NOW, server="http://127.0.0.1:9/")


@pytest.mark.no_database
@pytest.mark.parametrize(("url", "roots"), [("ftp://clock.example.org", __file__), ("https://clock.example.org", ""), ("clock", __file__)])
def test_a_server_without_roots_or_of_another_kind_stops_the_start(url: str, roots: str) -> None:
    known = os.environ | {"COACHVAULT_TSA": url, "COACHVAULT_TSA_ROOTS": roots}

    done = subprocess.run([sys.executable, "-c", "import coachvault.settings"], env=known, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "COACHVAULT_TSA is the http or https address of a timestamp server" in done.stderr
