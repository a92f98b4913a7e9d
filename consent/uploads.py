"""A document that somebody sends: read whole in memory, never written to the disk in clear, and kept only as a PDF."""

from __future__ import annotations

from typing import Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from support import pdf

MOST_PAGES: Final = 60
ACCEPTED: Final = "application/pdf,image/jpeg,image/png"


def read(sent: UploadedFile[bytes], *, largest: int) -> bytes:
    """The file as a PDF: a photograph becomes one page, without what the camera wrote into it. Raises `forms.ValidationError`."""
    if (sent.size or 0) > largest:
        raise forms.ValidationError(_("Choose a file of at most %(size)s MB.") % {"size": largest // (1024 * 1024)})
    content: bytes = sent.read()
    try:
        document = content if content.startswith(b"%PDF-") else pdf.from_picture(content)
        if not 1 <= pdf.count(document) <= MOST_PAGES:
            raise forms.ValidationError(_("Choose a document of at most 60 pages."))
        pdf.page(document, 1)
    except pdf.PdfFailed as no:
        raise forms.ValidationError(_("This file cannot be read. Choose a PDF, a JPEG or a PNG.")) from no
    return document
