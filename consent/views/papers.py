"""What pages of coach, client and contact make of a summary's text: two versions compared, and the file that each keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from consent import differences
from consent.actions.summaries import unsalted
from consent.models import Disclosure, Proposal
from consent.views.answers import pdf_answer
from support import pdf
from support.pdf import PdfFailed


@sensitive_variables()
def compared(request: HttpRequest, older: Proposal, newer: Proposal) -> dict[str, Any]:
    """The words that lead from one proposed text to the next, for coach or client."""
    vault: Any = request.vault  # type: ignore[attr-defined]
    texts = [unsalted(vault.open(row.body, row.place()))[0] for row in (older, newer)]
    return {"pieces": differences.words(*texts)}


@sensitive_variables()
def own_copy(request: HttpRequest, proposal: Proposal, text: str, *, for_whom: str, back: str) -> HttpResponse:
    """The file of a proposed text for the coach or the client, marked with their name, or the way back with a sentence."""
    facts = {
        "text": text,
        "proposal": proposal,
        "contact": proposal.contact,
        "coach": proposal.summary.engagement.coach,
        "is_copy": False,
    }
    return _file(
        request, facts, f"CV-{proposal.id.hex[:8].upper()}", for_whom=for_whom, at=timezone.now(), back=redirect(back, proposal.pk)
    )


@sensitive_variables()
def contact_copy(request: HttpRequest, disclosure: Disclosure, text: str, *, at: datetime) -> HttpResponse:
    """The file of a copy for its contact, who is named with the time on each page, or the way back with a sentence."""
    consent = disclosure.consent
    facts = {"text": text, "consent": consent, "coach": consent.engagement.coach, "client": consent.engagement.client, "is_copy": True}
    return _file(
        request,
        facts,
        f"CV-{disclosure.id.hex[:8].upper()}",
        for_whom=disclosure.contact.name,
        at=at,
        back=redirect("contact_summary", disclosure.pk),
    )


@sensitive_variables()
def _file(request: HttpRequest, facts: dict[str, Any], name: str, *, for_whom: str, at: datetime, back: HttpResponse) -> HttpResponse:
    """Set the text as a PDF: it goes to the process that sets it through a pipe, and nowhere else."""
    try:
        document = pdf.document(
            "consent/pdf_summary.html", facts | {"for_whom": for_whom, "at": at}, title=_("Summary"), language=get_language() or "fr"
        )
    except PdfFailed:
        messages.error(request, _("The file could not be made. Please try again in a moment."))
        return back
    return pdf_answer(document, name, download=True)
