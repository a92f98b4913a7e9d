"""From the socket to the page: hosts, proxies, cookies over http and https, and requests that no browser would send. Closed where in doubt."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler

from coachvault.serve import BASE
from tests.cast import PASSPHRASE, Cast
from tests.coachvault.walker import Walker
from tests.live import running

pytestmark = pytest.mark.timeout(120)
COOKIES = {"login": "Lax", "csrf": "Lax", "vault": "Strict", "language": "Lax", "theme": "Lax", "discreet": "Lax"}


def cookies_of(walker: Walker, address: str) -> dict[str, Morsel[str]]:
    """Every cookie that is set from the first page to an open vault, and for language and appearance."""
    found: dict[str, Morsel[str]] = {}

    def taken() -> None:
        for name, value in walker.headers:
            if name == "Set-Cookie":
                found.update(SimpleCookie(value))

    walker.get("/accounts/login/")
    taken()
    assert walker.post("/accounts/login/", login=address, password=PASSPHRASE) == 302
    taken()
    walker.get("/accounts/help/")
    assert walker.post("/accounts/language/", language="fr") == 302
    taken()
    assert walker.post("/accounts/appearance/", theme="dark", discreet="on") == 302
    taken()
    return found


def test_cookies_on_this_machine_carry_the_port_and_go_nowhere_else(live: str) -> None:
    port, address = live.rpartition(":")[2], Cast().camille.person.address

    found = cookies_of(Walker(live), address)

    assert set(found) == {f"{name}-{port}" for name in COOKIES}
    for name, sent in COOKIES.items():
        cookie = found[f"{name}-{port}"]
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "", sent, "/", ""), (
            name
        )


@pytest.fixture
def https(own_databases: dict[str, str], live_data: Path) -> Iterator[str]:
    """The product as it stands behind a proxy that ends TLS."""
    with running(own_databases, live_data, COACHVAULT_URL="https://coach.example", COACHVAULT_PROXIES="1") as url:
        yield url


BEHIND = {"Host": "coach.example", "Origin": "https://coach.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


def test_cookies_over_https_are_bound_to_the_host(https: str) -> None:
    address, walker = Cast().camille.person.address, Walker(https, **BEHIND)

    found = cookies_of(walker, address)

    assert set(found) == {f"__Host-{name}" for name in COOKIES}
    for name, sent in COOKIES.items():
        cookie = found[f"__Host-{name}"]
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
            True,
            True,
            sent,
            "/",
            "",
        ), name
    assert walker.header("Strict-Transport-Security") == "max-age=31536000; includeSubDomains"


def test_https_is_believed_from_the_proxy_alone_and_a_form_from_elsewhere_is_refused(https: str) -> None:
    plain = Walker(https, **{**BEHIND, "X-Forwarded-Proto": "http"})
    assert plain.ask("GET", "/accounts/login/") == 301
    assert plain.header("Location") == "https://coach.example/accounts/login/"

    elsewhere = Walker(https, **{**BEHIND, "Origin": "https://evil.example"})
    elsewhere.get("/accounts/login/")
    assert elsewhere.post("/accounts/login/", login="a@example.org", password="b") == 403
    assert "Traceback" not in elsewhere.page.decode()
    without = Walker(https, **{name: value for name, value in BEHIND.items() if name != "X-Forwarded-For"})
    without.get("/accounts/login/")
    assert without.post("/accounts/login/", login="a@example.org", password="b") in {200, 403}, (
        "no address of the network, no way in, and no error"
    )
    assert Walker(https, **{**BEHIND, "Host": "127.0.0.1"}).ask("GET", "/accounts/login/") == 400, "loopback is no name of this instance"


def test_without_a_proxy_nothing_that_says_https_is_believed(own_databases: dict[str, str], live_data: Path) -> None:
    with running(own_databases, live_data, COACHVAULT_URL="https://coach.example") as url:
        assert Walker(url, **BEHIND).ask("GET", "/accounts/login/") == 301


# Settings that would open something


def started(**more: str) -> subprocess.CompletedProcess[str]:
    """What the settings say of an environment."""
    code = "import django; django.setup(); from django.conf import settings; print(settings.ALLOWED_HOSTS)"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "coachvault.settings", **more}
    return subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=env, cwd=BASE, capture_output=True, text=True, timeout=60)


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("url", "proxies"),
    [
        ("http://coach.example", "0"),
        ("http://127.0.0.1.coach.example", "0"),
        ("http://localhost.example:8000", "0"),
        ("http://0.0.0.0:8000", "0"),
        ("https://*", "0"),
        ("https://.example.org", "0"),
        ("https://", "0"),
        ("https://coach.example/app", "0"),
        ("https://somebody@coach.example", "0"),
        ("ftp://coach.example", "0"),
        ("coach.example", "0"),
        ("https://coach.example", "-1"),
        ("https://coach.example", "two"),
    ],
)
def test_an_address_that_would_open_something_refuses_to_start(url: str, proxies: str) -> None:
    said = started(COACHVAULT_URL=url, COACHVAULT_PROXIES=proxies)

    assert said.returncode != 0
    assert "COACHVAULT_" in said.stderr


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://coach.example", ["coach.example"]),
        ("HTTPS://Coach.example:8443", ["coach.example"]),
        ("http://127.0.0.1:8000", ["127.0.0.1", "127.0.0.1", "localhost"]),
        ("http://[::1]:8000", ["[::1]", "127.0.0.1", "localhost"]),
    ],
)
def test_an_instance_answers_to_its_own_name_alone(url: str, hosts: list[str]) -> None:
    said = started(COACHVAULT_URL=url)

    assert said.stdout.strip() == str(hosts), said.stderr


@pytest.mark.no_database
def test_no_upload_is_written_to_the_disk() -> None:
    assert [f"{MemoryFileUploadHandler.__module__}.{MemoryFileUploadHandler.__name__}"] == settings.FILE_UPLOAD_HANDLERS


# Requests that no browser sends


def told(live: str, request: bytes) -> bytes:
    """What comes back over a bare socket."""
    host, port = live.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as end:
        end.sendall(request.replace(b"HOST", f"{host}:{port}".encode()))
        end.shutdown(socket.SHUT_WR)
        parts = []
        while part := end.recv(65536):
            parts.append(part)
    return b"".join(parts)


LINE = "Host: HOST\r\nConnection: close\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
ODD = {
    "an unknown host": ("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", {400}),
    "no host": ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", {302, 400}),
    "two hosts": (f"GET / HTTP/1.1\r\nHost: evil.example\r\n{LINE}\r\n", {400}),
    "a host that is forwarded": (f"GET / HTTP/1.1\r\n{LINE}X-Forwarded-Host: evil.example\r\n\r\n", {302}),
    "an address of elsewhere": (f"GET http://evil.example/ HTTP/1.1\r\n{LINE}\r\n", {302, 400}),
    "two slashes": (f"GET //evil.example/coach HTTP/1.1\r\n{LINE}\r\n", {404}),
    "a null in the path": (f"GET /link/%00/ HTTP/1.1\r\n{LINE}\r\n", {404}),
    "a bare null in the path": (f"GET /link/\0/ HTTP/1.1\r\n{LINE}\r\n", {400, 404}),
    "a null among the files": (f"GET /static/%00 HTTP/1.1\r\n{LINE}\r\n", {404}),
    "no UTF-8 in the path": (f"GET /link/%ff%fe/ HTTP/1.1\r\n{LINE}\r\n", {404}),
    "bytes in the path": (f"GET /link/\xff/ HTTP/1.1\r\n{LINE}\r\n", {400, 404}),
    "a surrogate in the path": (f"GET /link/%ED%A0%80/ HTTP/1.1\r\n{LINE}\r\n", {404}),
    "a line feed in the path": (f"GET /link/%0d%0aSet-Cookie:%20a=b/ HTTP/1.1\r\n{LINE}\r\n", {404}),
    "up and away": (f"GET /static/../../secrets/django.key HTTP/1.1\r\n{LINE}\r\n", {404}),
    "up and away, hidden": (f"GET /static/%2e%2e%2f%2e%2e%2fsecrets%2fdjango.key HTTP/1.1\r\n{LINE}\r\n", {404}),
    "a long address": (f"GET /link/{'a' * 3900}/ HTTP/1.1\r\n{LINE}\r\n", {404}),
    "a longer address": (f"GET /link/{'a' * 9000}/ HTTP/1.1\r\n{LINE}\r\n", {414}),
    "a long query": (f"GET /accounts/login/?next=/{'a' * 3900} HTTP/1.1\r\n{LINE}\r\n", {200}),
    "a long header": (f"GET / HTTP/1.1\r\n{LINE}X-Long: {'a' * 9000}\r\n\r\n", {431}),
    "many headers": ("GET / HTTP/1.1\r\n" + LINE + "".join(f"X-{n}: a\r\n" for n in range(200)) + "\r\n", {431}),
    "bytes in a cookie": (f"GET /accounts/login/ HTTP/1.1\r\n{LINE}Cookie: login=\xff\xfe; csrf=%00; \x01=2\r\n\r\n", {200, 400}),
    "a null in a cookie": (f"GET /accounts/login/ HTTP/1.1\r\n{LINE}Cookie: login=a\0b\r\n\r\n", {200, 400}),
    "a header within a header": (f"GET / HTTP/1.1\r\n{LINE}X-A: b\rSet-Cookie: c=d\r\n\r\n", {302, 400}),
    "a header with an underscore": (f"GET / HTTP/1.1\r\n{LINE}X_Forwarded_Proto: https\r\n\r\n", {302, 400}),
    "TRACE": (f"TRACE / HTTP/1.1\r\n{LINE}\r\n", {405}),
    "no method of ours": (f"FROB / HTTP/1.1\r\n{LINE}\r\n", {405}),
    "no method at all": (f"\x01\x02 / HTTP/1.1\r\n{LINE}\r\n", {400}),
    "no version": ("GET /\r\n\r\n", {400}),
    "an unknown version": (f"GET / HTTP/9.9\r\n{LINE}\r\n", {400, 505}),
    "a length that is none": (f"POST /accounts/login/ HTTP/1.1\r\n{LINE}Content-Length: many\r\n\r\n", {400}),
    "a negative length": (f"POST /accounts/login/ HTTP/1.1\r\n{LINE}Content-Length: -5\r\n\r\n", {400}),
    "two lengths": (f"POST /accounts/login/ HTTP/1.1\r\n{LINE}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", {400}),
    "a length and chunks": (
        f"POST /accounts/login/ HTTP/1.1\r\n{LINE}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        {400},
    ),
    "less than promised": (f"POST /accounts/login/ HTTP/1.1\r\n{LINE}{FORM}Content-Length: 500\r\n\r\nlogin=a", {400, 403}),
    "chunks of no size": (
        f"POST /accounts/login/ HTTP/1.1\r\n{LINE}{FORM}Transfer-Encoding: chunked\r\n\r\nzz\r\na\r\n0\r\n\r\n",
        {400, 403},
    ),
    "chunks": (f"POST /accounts/login/ HTTP/1.1\r\n{LINE}{FORM}Transfer-Encoding: chunked\r\n\r\n7\r\nlogin=a\r\n0\r\n\r\n", {403}),
    "an encoding that nobody knows": (f"POST /accounts/login/ HTTP/1.1\r\n{LINE}Transfer-Encoding: rot13\r\n\r\n", {400, 501}),
    "no form of ours": (f"POST /accounts/login/ HTTP/1.1\r\n{LINE}{FORM}Content-Length: 7\r\n\r\nlogin=a", {403}),
}


def test_requests_that_no_browser_sends_are_refused_and_told_nothing(
    own_databases: dict[str, str], live_data: Path, tmp_path: Path
) -> None:
    wrong = []

    with running(own_databases, live_data, tmp_path / "said") as url:
        for what, (request, statuses) in ODD.items():
            answer = told(url, request.encode("latin-1"))
            head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
            status = int(head.split()[1]) if head.startswith("HTTP/") else 0
            if status not in statuses or b"Traceback" in answer:
                wrong.append(f"{what}: {head[:200] or answer[:200]!r}")
            if re.search(r"(?im)^(Location:.*evil|Set-Cookie: [ac]=)", head):
                wrong.append(f"{what} is followed: {head}")

    assert not wrong, "\n".join(wrong)
    said = (tmp_path / "said").read_text()
    assert "Traceback" not in said
    assert not re.search("evil|rot13|many|FROB|aaaa", said)
