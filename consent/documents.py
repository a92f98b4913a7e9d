"""What an agreement says, as a page and as a PDF. Once fixed, both come from the stored text and bytes, never from today's templates."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import pypdf
from django.utils import timezone
from django.utils.translation import gettext, override

from clients.models import Engagement
from consent import wordings
from consent.models import Agreement
from support import pdf

YEARS: Final = (1, 2, 3, 5)
DEFAULT_YEARS: Final = 3


@dataclass(frozen=True)
class Text:
    """An agreement's words, names put in. Everything the page and the PDF show of it."""

    code: str
    version: str
    language: str
    wording: str
    published: str
    title: str
    lead: str
    parties: Mapping[str, str]
    key_points: list[dict[str, str]]
    clauses: list[dict[str, Any]]
    statements: Mapping[str, str]
    years: int

    def kept(self) -> dict[str, Any]:
        """The text as the agreement's details keep it."""
        return asdict(self)


def text_of(agreement: Agreement) -> Text:
    """The text that this agreement keeps."""
    return Text(**{name: agreement.details[name] for name in Text.__dataclass_fields__})


def write_text(*, engagement: Engagement, wording: str, language: str, years: int) -> Text:
    """The confidentiality agreement for this engagement, from today's template. Names are put in as they are, never read as templates."""
    template = wordings.current(wordings.Kind.CONFIDENTIALITY, language)
    sponsor = engagement.sponsor.name if engagement.sponsor else ""
    names = {"coach": engagement.coach.name, "client": engagement.client.name, "organisation": sponsor}
    code = wordings.default("code_of_conduct", template.language)
    values = wordings.worded({**names, "years": years, "code_of_conduct": code}, template.language)
    clauses = wordings.compose(template.code, template.language, wording=wording, is_paid_for=bool(sponsor), is_consumer=False)
    return Text(
        code=str(template.code),
        version=template.version,
        language=template.language,
        wording=wording,
        published=template.published.isoformat(),
        title=template.title,
        lead=template.lead,
        parties=names,
        key_points=[{"title": point.title, "text": point.text} for point in template.key_points[wording]],
        clauses=[{"code": c.code, "title": c.title, "paragraphs": wordings.fill(c.body, values)} for c in clauses],
        statements=dict(template.statements),
        years=years,
    )


def digest(document: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(document).hexdigest()


def render_text(text: Text, *, reference: str, is_draft: bool = False) -> bytes:
    """The agreement as a PDF, the same bytes each time; takes its time, so never inside a transaction. Raises `pdf.PdfFailed`."""
    with override(text.language):
        title = text.title if not is_draft else gettext("%(title)s (draft)") % {"title": text.title}
    context = {"text": text, "reference": reference, "is_draft": is_draft}
    return pdf.document("consent/pdf_agreement.html", context, title=title, language=text.language)


def render_signed_copy(agreement: Agreement, *, client: Mapping[str, Any], coach: Mapping[str, Any]) -> bytes:
    """The agreement with its page of signatures, from the evidence of both. Raises `pdf.PdfFailed`.

    The fixed PDF is enclosed byte for byte, so that whoever holds the copy can check its SHA-256.
    """
    text, fixed = text_of(agreement), agreement.document
    if fixed is None or digest(fixed) != agreement.sha256:
        raise pdf.PdfFailed("The fixed document is not the one that was signed.")
    context = {
        "text": text,
        "reference": reference(agreement),
        "signatures": [_signature(text.parties[who], kept) for who, kept in (("client", client), ("coach", coach))],
        "sha256": agreement.sha256,
    }
    rendered = pdf.document("consent/pdf_signed.html", context, title=text.title, language=text.language)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(rendered))
    writer.add_attachment(f"{reference(agreement)}.pdf", fixed)
    signed = io.BytesIO()
    writer.write(signed)
    return signed.getvalue()


def _signature(name: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """One signature as the page of signatures shows it."""
    at = timezone.localtime(datetime.fromisoformat(kept["at"]))
    return {**kept, "party": name, "at": at, "exactly": at.isoformat(timespec="seconds")}


def reference(agreement: Agreement) -> str:
    """What the document and its file are called: it tells nobody's name."""
    return f"CV-{agreement.id.hex[:8].upper()}"
