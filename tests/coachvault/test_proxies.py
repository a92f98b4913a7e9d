"""What a request says of where it came from counts only as far as the proxies in front are trusted: none by default, or so many.

The real web server answers, with an https address, as it stands behind a proxy.
"""

from __future__ import annotations

import http.client
import os
import re
import time
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from coachvault.serve import Child, spawn, web_command
from tests.cluster import free_port
from tests.databases import NAMES, copies
from tests.live import UNSAFE

own_databases = pytest.fixture(copies, scope="module")
HOST = "coach.example"
FORM = "----form"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LIMIT = 30  # files that one network may have checked in a minute


class Outside:
    """Somebody who writes every header by hand."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.token = port, "", ""

    def ask(self, method: str, path: str, *headers: tuple[str, str], host: str = HOST, body: bytes = b"") -> http.client.HTTPResponse:
        """One request over a connection of its own; the answer has been read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, path, skip_host=True)
        for name, value in (("Host", host), ("Cookie", self.cookies), ("Content-Length", str(len(body))), *headers):
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def check_a_file(self, *headers: tuple[str, str]) -> int:
        """Have a file checked, which each network may thirty times a minute; the status."""
        parts = [f'form-data; name="csrfmiddlewaretoken"\r\n\r\n{self.token}', 'form-data; name="document"; filename="x.pdf"\r\n\r\nno PDF']
        body = ("".join(f"--{FORM}\r\nContent-Disposition: {part}\r\n" for part in parts) + f"--{FORM}--\r\n").encode()
        kind = ("Content-Type", f"multipart/form-data; boundary={FORM}")
        return self.ask("POST", "/verify/", kind, ("Origin", f"https://{HOST}"), *headers, body=body).status

    def arrive(self, *headers: tuple[str, str]) -> None:
        """Get the page with the form, over https as the proxy says."""
        page = self.ask("GET", "/verify/", *headers)
        assert page.status == 200
        self.cookies = "; ".join(line.partition(";")[0] for line in page.headers.get_all("Set-Cookie") or [])
        self.token = TOKEN.search(page.text)[1]  # type: ignore[attr-defined,index]


@pytest.fixture(scope="module")
def nodes(own_databases: dict[str, str]) -> Iterator[dict[int, Outside]]:
    """Two web servers: one without a proxy that it trusts, one with one."""
    env = {name: value for name, value in os.environ.items() if name != UNSAFE} | {"COACHVAULT_URL": f"https://{HOST}"}
    for alias, names in NAMES.items():
        env |= {name: f"{os.environ[name].rpartition('/')[0]}/{own_databases[alias]}" for name in names}
    children, found = [], {}
    try:
        for proxies in (0, 1):
            port = free_port()
            child = Child("web server", web_command(f"127.0.0.1:{port}"), env | {"COACHVAULT_PROXIES": str(proxies)})
            child.process = spawn(child.command, child.env)
            children.append(child)
            found[proxies] = Outside(port)
        for one in found.values():
            wait_for(one)
        yield found
    finally:
        for child in children:
            child.ask_to_end()
        for child in children:
            child.end()


def wait_for(node: Outside) -> None:
    """Return once a web server answers."""
    for _ in range(600):
        try:
            node.ask("GET", "/healthz")
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the web server did not start; it says why above")


FORGED = [
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Ssl", "on"),
    ("X-Forwarded-Protocol", "ssl"),
    ("X_Forwarded_Proto", "https"),
    ("Forwarded", "proto=https;for=192.0.2.9;host=coach.example"),
]


@pytest.mark.parametrize("header", FORGED, ids=lambda header: header[0])
def test_without_a_trusted_proxy_nothing_makes_a_request_secure(nodes: dict[int, Outside], header: tuple[str, str]) -> None:
    answer = nodes[0].ask("GET", "/accounts/login/", header)

    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/accounts/login/")
    assert answer.headers.get_all("Set-Cookie") is None


@pytest.mark.parametrize("header", FORGED[1:], ids=lambda header: header[0])
def test_with_one_trusted_proxy_only_the_header_it_sets_counts(nodes: dict[int, Outside], header: tuple[str, str]) -> None:
    assert nodes[1].ask("GET", "/accounts/login/", header).status == 301
    assert nodes[1].ask("GET", "/accounts/login/", ("X-Forwarded-Proto", "http")).status == 301
    assert nodes[1].ask("GET", "/accounts/login/", ("X-Forwarded-Proto", "https")).status == 200


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize("host", ["evil.example", f"{HOST}.evil.example", "127.0.0.1", f"{HOST}@evil.example", ""])
def test_another_host_is_refused(nodes: dict[int, Outside], proxies: int, host: str) -> None:
    answer = nodes[proxies].ask("GET", "/accounts/login/", ("X-Forwarded-Proto", "https"), host=host)

    assert answer.status == 400
    assert answer.headers["Location"] is None


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_forged_host_beside_the_right_one_changes_nothing(nodes: dict[int, Outside], proxies: int) -> None:
    forged = [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Port", "8443"),
        ("X-Host", "evil.example"),
        ("X-Forwarded-Server", "evil"),
    ]

    answer = nodes[proxies].ask("GET", "/accounts/login", *forged)  # without its slash, and without https: it leads elsewhere

    assert (answer.status, answer.headers["Location"].partition("/accounts")[0]) == (301, f"https://{HOST}")
    assert "evil" not in answer.text  # type: ignore[attr-defined]


def test_with_one_proxy_it_says_from_which_network_a_request_came_and_what_stood_before_is_forged(nodes: dict[int, Outside]) -> None:
    node, https = nodes[1], ("X-Forwarded-Proto", "https")
    node.arrive(https)

    forged = [node.check_a_file(https, ("X-Forwarded-For", f"192.0.2.{number}, 198.51.100.1")) for number in range(LIMIT + 1)]
    another = node.check_a_file(https, ("X-Forwarded-For", "198.51.100.2"))

    assert set(forged[:LIMIT]) == {200}
    assert forged[LIMIT] == 429
    assert another == 200


def test_headers_of_other_proxies_say_nothing_of_the_network(nodes: dict[int, Outside]) -> None:
    node, https, here = nodes[1], ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "198.51.100.3")
    node.arrive(https)

    names = ("X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "X_Forwarded_For", "Client-IP")
    forged = [node.check_a_file(https, here, *((name, f"192.0.2.{number}") for name in names)) for number in range(LIMIT + 1)]

    assert forged[LIMIT] == 429


def test_without_a_trusted_proxy_the_network_is_that_of_the_connection(own_databases: dict[str, str]) -> None:
    def check_a_file(number: int) -> int:
        forged = {"X-Forwarded-For": f"192.0.2.{number}", "X-Real-IP": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"}
        return Browser(headers=forged).post("/verify/", {"document": SimpleUploadedFile("x.pdf", b"no PDF")}).status_code

    answers = [check_a_file(number) for number in range(LIMIT + 1)]

    assert set(answers[:LIMIT]) == {200}
    assert answers[LIMIT] == 429
