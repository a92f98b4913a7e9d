"""A file that somebody brings along, read whole and made a PDF: a photograph becomes one page, without what the camera wrote into it."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from consent import fixing
from support import pdf

LARGEST: Final = 10 * 1024 * 1024
MOST_PAGES: Final = 60


def field(label: Any, *, missing: Any) -> forms.Field:
    """The field for such a file; `missing` is said where there is none."""
    return forms.FileField(
        label=label,
        help_text=_("A PDF, or one photograph (JPEG, PNG), of at most 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        error_messages={"required": missing, "empty": _("This file is empty.")},
    )


def as_pdf(sent: Any) -> bytes:
    """The uploaded file as a PDF. Raises `ValidationError` with a sentence."""
    if sent.size > LARGEST:
        raise forms.ValidationError(_("Choose a file of at most 10 MB."))
    content: bytes = sent.read()
    try:
        document = content if content.startswith(b"%PDF-") else pdf.from_picture(content)
        pages = fixing.count_pages(document)
        pdf.page(document, 1)
    except pdf.PdfFailed as no:
        raise forms.ValidationError(_("This file cannot be read. Choose a PDF, a JPEG or a PNG.")) from no
    if not 1 <= pages <= MOST_PAGES:
        raise forms.ValidationError(_("Choose a document of at most 60 pages."))
    return document
