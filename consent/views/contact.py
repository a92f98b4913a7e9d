"""What a contact sees: the texts shown to them by name, and nothing that tells of anything else."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from accounts.doors import admits
from clients.models import SponsorContact
from consent.actions import summaries as actions
from consent.models import Agreement, Disclosure
from consent.views.papers import contact_copy

SHOWN_WITH = ("contact__sponsor", "consent__engagement__client", "consent__engagement__coach__person")


@admits(SponsorContact)
def home(request: HttpRequest, contacts: list[SponsorContact]) -> HttpResponse:
    """List what is open to this contact now."""
    rows = Disclosure.objects.for_sponsor(contacts, timezone.now()).select_related(*SHOWN_WITH).defer("body")
    agreements = Agreement.objects.for_sponsor(contacts).select_related("engagement__client", "engagement__coach__person")
    facts = {"disclosures": rows, "contacts": contacts, "agreements": agreements.without_documents()}
    return render(request, "consent/contact_home.html", facts)


@admits(SponsorContact)
@sensitive_variables()
def summary(request: HttpRequest, contacts: list[SponsorContact], pk: str) -> HttpResponse:
    """Decide, write it down, open the copy and show it. Closed, foreign and absent all answer 404."""
    now = timezone.now()
    row, contact = _open_to(contacts, pk, now)
    text = actions.view(disclosure=row, vault=request.vault, by=contact)  # type: ignore[attr-defined]
    return render(request, "consent/contact_summary.html", {"disclosure": row, "text": text, "contact": contact, "now": now})


@require_GET
@admits(SponsorContact)
@sensitive_variables()
def summary_pdf(request: HttpRequest, contacts: list[SponsorContact], pk: str) -> HttpResponse:
    """The same as a file that says on each page who keeps it since when. The decision is written and the copy opened before it is set."""
    now = timezone.now()
    row, contact = _open_to(contacts, pk, now)
    text = actions.download(disclosure=row, vault=request.vault, by=contact)  # type: ignore[attr-defined]
    return contact_copy(request, row, text, at=now)


def _open_to(contacts: list[SponsorContact], pk: str, now: datetime) -> tuple[Disclosure, SponsorContact]:
    row = get_object_or_404(Disclosure.objects.for_sponsor(contacts, now).select_related(*SHOWN_WITH), pk=pk)
    return row, next(contact for contact in contacts if contact.pk == row.contact_id)
