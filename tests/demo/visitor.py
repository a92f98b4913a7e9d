"""Signs in over HTTP as a person would and follows every link: what can this person read?"""

from __future__ import annotations

import html
import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar, DefaultCookiePolicy

LINK = re.compile(r'(?:href|data-href|src|hx-get)="(/[^"#]*)')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
NEVER = ("/static/", "/accounts/logout", "/mail/")


class Visitor:
    """One browser without scripts."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar(DefaultCookiePolicy())))

    def fetch(self, path: str, data: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and text of an address; POST when there is data."""
        body = None if data is None else urllib.parse.urlencode(data).encode()
        request = urllib.request.Request(self.base_url + path, data=body, headers={"Referer": self.base_url + path})
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, html.unescape(answer.read().decode("utf-8", "replace"))
        except urllib.error.HTTPError as no:
            return no.code, html.unescape(no.read().decode("utf-8", "replace"))

    def post(self, path: str, form_at: str | None = None, **data: str) -> tuple[int, str]:
        """Send a form that stands at `form_at` (or at the address itself)."""
        _status, page = self.fetch(form_at or path)
        token = TOKEN.search(page)
        assert token, f"no form at {form_at or path}"
        return self.fetch(path, {**data, "csrfmiddlewaretoken": token[1]})

    def sign_in(self, address: str, passphrase: str) -> None:
        """Sign in as outside.md says: fields `login` and `password`."""
        status, page = self.post("/accounts/login/", login=address, password=passphrase)
        assert status == 200, f"{address}: {status} after signing in"
        assert 'name="login"' not in page, f"{address} could not sign in"

    def crawl(self, start: str = "/", most: int = 400) -> dict[str, tuple[int, str]]:
        """Every page that links lead to from here."""
        seen: dict[str, tuple[int, str]] = {}
        waiting = [start]
        while waiting and len(seen) < most:
            path = waiting.pop()
            if path in seen or path.startswith(NEVER):
                continue
            seen[path] = self.fetch(path)
            waiting += [link for link in LINK.findall(seen[path][1]) if link not in seen]
        return seen
