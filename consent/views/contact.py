"""What a contact sees: the texts shown to them by name, and nothing that tells of anything else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.doors import admits
from clients.models import SponsorContact
from consent.actions import summaries as actions
from consent.models import Agreement, Disclosure

SHOWN_WITH = ("contact__sponsor", "consent__engagement__client", "consent__engagement__coach__person")


@admits(SponsorContact)
def home(request: HttpRequest, contacts: list[SponsorContact]) -> HttpResponse:
    """List what is open to this contact now."""
    rows = Disclosure.objects.for_sponsor(contacts, timezone.now()).select_related(*SHOWN_WITH).defer("body")
    agreements = Agreement.objects.for_sponsor(contacts).select_related("engagement__client", "engagement__coach__person")
    facts = {"disclosures": rows, "contacts": contacts, "agreements": agreements.without_documents()}
    return render(request, "consent/contact_home.html", facts)


@admits(SponsorContact)
def summary(request: HttpRequest, contacts: list[SponsorContact], pk: str) -> HttpResponse:
    """Decide, write it down, open the copy and show it. Closed, foreign and absent all answer 404."""
    now = timezone.now()
    row = get_object_or_404(Disclosure.objects.for_sponsor(contacts, now).select_related(*SHOWN_WITH), pk=pk)
    contact = next(contact for contact in contacts if contact.pk == row.contact_id)
    text = actions.view(disclosure=row, vault=request.vault, by=contact)  # type: ignore[attr-defined]
    return render(request, "consent/contact_summary.html", {"disclosure": row, "text": text, "contact": contact, "now": now})
