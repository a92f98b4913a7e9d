"""How a document leaves: never stored on the way, under a name that tells nothing, opened in the browser from this site alone."""

from __future__ import annotations

from csp.constants import SELF
from django.http import HttpResponse

# A browser's own viewer of PDFs needs styles and a frame of its own; the document itself runs nothing.
VIEWER = {"default-src": [SELF], "style-src": [SELF, "'unsafe-inline'"], "object-src": [SELF], "frame-ancestors": [SELF]}


def pdf_answer(document: bytes, name: str, *, download: bool = False) -> HttpResponse:
    """The PDF, shown in place unless it is to be kept."""
    answer = HttpResponse(document, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'{"attachment" if download else "inline"}; filename="{name}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if not download:
        answer.headers["X-Frame-Options"] = "SAMEORIGIN"
        answer._csp_replace = VIEWER  # type: ignore[attr-defined]
    return answer
