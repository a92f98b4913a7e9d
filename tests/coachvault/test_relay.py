"""What a mail server's address says of TLS is done, and neither password nor letter leaves before."""

from __future__ import annotations

import base64
import smtplib
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured

from coachvault import relay
from coachvault.doctor import services
from coachvault.doctor.findings import State

pytestmark = pytest.mark.no_database


class Server(socketserver.ThreadingTCPServer):
    """A mail server that keeps each line it hears, and whether it came over TLS. With a certificate it offers STARTTLS."""

    daemon_threads = True

    def __init__(self, certificate: Path | None) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.heard: list[tuple[bool, str]] = []
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)


class Conversation(socketserver.BaseRequestHandler):
    """SMTP, as much of it as one letter takes."""

    server: Server

    def handle(self) -> None:
        self.request.sendall(b"220 here\r\n")
        self.talk(self.request, over=False)

    def talk(self, line: socket.socket, *, over: bool) -> None:
        """Answer until the other end has had enough, and go on over TLS once it wants that."""
        offer = b"250-here\r\n250 STARTTLS\r\n" if self.server.tls and not over else b"250-here\r\n250 AUTH PLAIN\r\n"
        answers = {"ehlo": offer, "STAR": b"220 go on\r\n", "AUTH": b"235 in\r\n", "data": b"354 go on\r\n"}
        with line.makefile("rwb", buffering=0) as stream:
            while said := stream.readline().decode().strip():
                self.server.heard.append((over, said))
                stream.write(answers.get(said[:4], b"250 ok\r\n"))
                if said == "data":
                    [*iter(stream.readline, b".\r\n")]
                    stream.write(b"250 kept\r\n")
                if said == "STARTTLS" and self.server.tls:
                    with suppress(OSError), self.server.tls.wrap_socket(line, server_side=True) as closed:
                        self.talk(closed, over=True)
                    return


@contextmanager
def listening(certificate: Path | None = None) -> Iterator[Server]:
    """The mail server, running."""
    with Server(certificate) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine that nobody vouches for, with its key."""
    path = tmp_path / "server.pem"
    made = ["-keyout", str(path), "-out", str(tmp_path / "certificate"), "-subj", "/CN=here", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    subprocess.run(["openssl", "req", *kind, *made], check=True, capture_output=True)
    with path.open("a") as file:
        file.write((tmp_path / "certificate").read_text())
    return path


def use(settings: Any, server: Server, scheme: str) -> None:
    """Mail goes there."""
    settings.MAIL = f"{scheme}://post:trombone@127.0.0.1:{server.server_address[1]}"
    for name, value in relay.server(settings.MAIL).items():
        setattr(settings, name, value)


def letter() -> None:
    """Send one."""
    connection = mail.get_connection()
    try:
        mail.EmailMessage("subject", "text", "from@coach.example", ["to@coach.example"], connection=connection).send()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp+tls://post:p%40ss@mail.example:2587", 2587, True, False),
        ("smtp+tls://post:p%40ss@mail.example", 587, True, False),
        ("smtp+ssl://post:p%40ss@mail.example", 465, False, True),
        ("smtp://post:p%40ss@mail.example", 25, False, False),
    ],
)
def test_an_address_says_how_the_server_is_reached(url: str, port: int, starttls: bool, tls: bool) -> None:
    found = relay.server(url)

    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (starttls, tls)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example", port)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("post", "p@ss")
    assert "EMAIL_TIMEOUT" not in found


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:",
        "starttls://a:secret@h",
        "smtp+tls://a:sec#ret@h",
        "smtp+tls://a:secret@h/x",
        "smtp://a:secret@h?tls=1",
        "smtp://a:sec/ret@h",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="COACHVAULT_MAIL is no address of a mail server") as refused:
        relay.server(url)

    assert "secret" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_without_the_tls_that_was_asked_for_nothing_is_told(settings: Any) -> None:
    with listening() as server:
        use(settings, server, "smtp+tls")
        with pytest.raises(smtplib.SMTPNotSupportedError):
            letter()

    assert {said[:4] for _, said in server.heard} <= {"ehlo", "quit"}


def test_password_and_letter_go_over_tls(settings: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with listening(certificate) as server:
        use(settings, server, "smtp+tls")
        letter()
        assert services.mail().state is State.GOOD

    password = base64.b64encode(b"\0post\0trombone").decode()
    assert [over for over, said in server.heard if password in said or said == "data"] == [True, True]


def test_a_mail_server_whose_certificate_nobody_vouches_for_is_missing(settings: Any, certificate: Path) -> None:
    with listening(certificate) as server:
        use(settings, server, "smtp+tls")

        assert services.mail().state is State.MISSING
