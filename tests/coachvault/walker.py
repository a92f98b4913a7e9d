"""Somebody at a browser without scripts, who remembers every address, title, header and file name that came by."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
TITLE = re.compile(rb"<title>(.*?)</title>", re.DOTALL)


class Walker:
    """One person's cookies, and what they met on the way. `said` are further headers of each request."""

    def __init__(self, base: str, **said: str) -> None:
        self.netloc, self.said = urlsplit(base).netloc, said
        self.cookies: dict[str, str] = {}
        self.token = self.page = b""
        self.at = ""
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.met: list[tuple[str, bytes]] = []  # what kind of thing, and what it said
        self.files: list[bytes] = []
        self.statuses: Counter[str] = Counter()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> int:
        """Send one request, as it is; the status."""
        connection = http.client.HTTPConnection(self.netloc, timeout=60)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Origin": f"http://{self.netloc}"}
        try:
            connection.request(method, path, body, sent | self.said | headers)
            answer = connection.getresponse()
            self.status, self.headers, self.page, self.at = answer.status, answer.getheaders(), answer.read(), path
        finally:
            connection.close()
        self.statuses[f"{method} {re.sub('[0-9a-f-]{36}', '…', path.partition('?')[0])} {self.status}"] += 1
        self._remember()
        return self.status

    def _remember(self) -> None:
        for name, value in self.headers:
            if name == "Set-Cookie":
                self.cookies |= {one: morsel.value for one, morsel in SimpleCookie(value).items()}
            self.met.append((f"header {name}", value.encode()))
        self.met.append(("address", self.at.encode()))
        self.met += [("title", title) for title in TITLE.findall(self.page)]
        if found := TOKEN.search(self.page):
            self.token = found[1]
        if self.page.startswith(b"%PDF-"):
            self.files.append(self.page)

    def header(self, name: str) -> str:
        """The first header of this name in the last answer."""
        return next((value for one, value in self.headers if one.casefold() == name.casefold()), "")

    def get(self, path: str) -> bytes:
        """The page at an address, wherever that leads."""
        self.ask("GET", path)
        for _ in range(6):
            if self.status not in {301, 302}:
                break
            self.ask("GET", self.header("Location"))
        return self.page

    def post(self, path: str, **form: Any) -> int:
        """Send a form with the token of the last page that had one; the status, not followed."""
        body = urlencode({"csrfmiddlewaretoken": self.token.decode(), **form}, doseq=True)
        return self.ask("POST", path, body, **{"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self, address: str, passphrase: str) -> None:
        """Sign in through the page."""
        self.get("/accounts/login/")
        assert self.post("/accounts/login/", login=address, password=passphrase) == 302, self.page[-2000:]
        self.get(self.header("Location"))

    def id(self) -> str:
        """The UUID in the address where the last answer led or was."""
        return re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", self.header("Location") or self.at)[-1]
