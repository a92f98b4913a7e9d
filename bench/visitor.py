"""A browser without a screen: one keep-alive connection, cookies, and the CSRF token of the last page."""

from __future__ import annotations

import http.client
import re
import time
from http.cookies import SimpleCookie
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SECONDS = 180
KEPT_ALIVE = 4  # seconds; the server lets go after five


class Visitor:
    """Somebody at one network address."""

    def __init__(self, port: int, network: str = "192.0.2.1", cookies: dict[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        self.host, self.network = f"127.0.0.1:{port}", network
        self.cookies, self.token = dict(cookies or {}), ""
        self.headers: dict[str, str] = {}
        self.more: dict[str, str] = {}  # sent along with each request
        self.last = 0.0

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and text of one request."""
        body = urlencode({**form, "csrfmiddlewaretoken": self.token}) if form is not None else None
        headers = {
            "Host": self.host,
            "X-Forwarded-For": self.network,
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
        } | self.more
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.host}"}
        if time.monotonic() - self.last > KEPT_ALIVE:
            self.connection.close()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        self.last = time.monotonic()
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        self.headers = dict(answer.headers)
        if found := TOKEN.search(text):
            self.token = found[1]
        return answer.status, text

    def get(self, path: str, status: int = 200) -> str:
        """A page; raises if its status is another."""
        found, text = self.ask("GET", path)
        if found != status:
            raise RuntimeError(f"GET {path}: {found}, not {status}")
        return text

    def post(self, path: str, form: dict[str, str], status: int = 302) -> str:
        """Send a form; raises if the answer's status is another."""
        found, text = self.ask("POST", path, form)
        if found != status:
            raise RuntimeError(f"POST {path}: {found}, not {status}")
        return text

    def sign_in(self, address: str, passphrase: str) -> None:
        """Sign in with the vault open."""
        self.get("/accounts/login/")
        self.post("/accounts/login/", {"login": address, "password": passphrase})
