"""The drawers of "who sees what?" that show nothing of the room above: a contact's own, and in each space the one in general."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.doors import admits
from clients.models import Client, Coach, SponsorContact
from consent.models import Disclosure
from consent.who_sees import general, stays_confidential


@require_GET
@admits(Coach)
def for_coach(request: HttpRequest, coach: Coach) -> HttpResponse:
    """What holds for a coach everywhere."""
    return render(request, "consent/_who_sees_general.html", general.facts("coach"))


@require_GET
@admits(Client)
def for_client(request: HttpRequest, clients: list[Client]) -> HttpResponse:
    """What holds for a client everywhere."""
    return render(request, "consent/_who_sees_general.html", general.facts("client"))


@require_GET
@admits(SponsorContact)
def for_contact(request: HttpRequest, contacts: list[SponsorContact]) -> HttpResponse:
    """What holds for a contact everywhere: the same page for all of them."""
    return render(request, "consent/_who_sees_general.html", general.facts("contact"))


@require_GET
@admits(SponsorContact)
def summary(request: HttpRequest, contacts: list[SponsorContact], pk: UUID) -> HttpResponse:
    """The drawer of a text that is open to this contact: whose key opens it, until when. Other readers of other copies do not appear."""
    now = timezone.now()
    rows = Disclosure.objects.for_sponsor(contacts, now).select_related("consent__engagement__coach__person", "consent__engagement__client")
    row = get_object_or_404(rows.defer("body"), pk=pk)
    contact = next(one for one in contacts if one.pk == row.contact_id)
    lines = general.of_copy(row, contact, now)
    if lines is None:
        raise Http404
    return render(
        request, "consent/_who_sees_contact.html", {"lines": lines, "sentences": stays_confidential(row.consent.engagement, contact, now)}
    )
