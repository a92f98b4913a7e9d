"""What every answer must carry, and what no page may hold: the strict headers, and nothing inline. The matrix asks it of each answer."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from django.http import HttpResponse

HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-src": "'self'",
    "object-src": "'none'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# A PDF is shown within a page of ours, by a viewer that the browser builds around it with a style of its own
SHOWN_HEADERS = {"X-Frame-Options": "SAMEORIGIN"}
SHOWN_POLICY = {"default-src": "'self'", "style-src": "'self' 'unsafe-inline'", "object-src": "'self'", "frame-ancestors": "'self'"}
NEEDS_NO_DEVICE = ("camera", "microphone", "geolocation", "payment", "usb", "display-capture")
PUBLISHED = {"revocation_list", "root_certificate"}  # for everybody, and for programs that keep them


class Inline(HTMLParser):
    """Notes what a strict policy would stop, and what would leave this host."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        self.found += [f"<{tag} {name}>" for name in has if name.startswith("on") or name == "style"]
        self.found += [f"<{tag}>"] if tag in {"style", "iframe", "object", "embed", "base"} and not self._is_ours(has) else []
        self._script = tag == "script"
        self.found += ["<script> without src"] if self._script and not has.get("src") else []
        loaded = [has.get(name) or "" for name in ("src", "srcset", "action", "formaction", "data", "poster")]
        loaded += [has.get("href") or ""] if tag in {"link", "use", "image"} else []
        self.found += [f"<{tag}> from {url}" for url in loaded if re.match(r"(?i)\s*(\w+:|//)", url) and not url.startswith("data:image/")]
        self.found += [f"<{tag} href={has['href']}>" for _ in [0] if re.match(r"(?i)\s*(javascript|data|vbscript):", has.get("href") or "")]

    def handle_endtag(self, tag: str) -> None:
        self._script = self._script and tag != "script"

    def handle_data(self, data: str) -> None:
        self.found += ["a script in the page"] if self._script and data.strip() else []

    @staticmethod
    def _is_ours(has: dict[str, str | None]) -> bool:
        return (has.get("src") or has.get("data") or "").startswith("/")


def inline(page: HttpResponse) -> list[str]:
    """What of a page a policy without inline would stop."""
    reader = Inline()
    if page["Content-Type"].startswith("text/html"):
        reader.feed(page.content.decode())
    return reader.found


def lacking(answer: HttpResponse, name: str) -> list[str]:
    """The headers that an answer does not have as they should be."""
    is_shown = "inline" in answer.get("Content-Disposition", "") and answer.get("Content-Type") == "application/pdf"
    headers, policy = HEADERS | (SHOWN_HEADERS if is_shown else {}), POLICY | (SHOWN_POLICY if is_shown else {})
    free = {"Cache-Control"} if name in PUBLISHED else set()
    wrong = [one for one, value in headers.items() if value not in answer.get(one, "").split(", ") and one not in free]
    said = dict(part.strip().partition(" ")[::2] for part in answer.get("Content-Security-Policy", "").split(";"))
    wrong += [f"policy {one}: {said.get(one)}" for one in policy | said if said.get(one) != policy.get(one)]
    wrong += [f"may use {one}" for one in NEEDS_NO_DEVICE if f"{one}=()" not in answer.get("Permissions-Policy", "")]
    return wrong
