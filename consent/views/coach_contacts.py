"""A contact of an organisation, for the coach: their details and rights, their leaving, and the questions that they put to clients."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.forms import ContactRightsForm, LeaveForm
from clients.models import Coach, SponsorContact
from consent.actions import contacts as actions
from consent.actions.requests import decline_request
from consent.models import InformationRequest


def _contact(coach: Coach, pk: UUID) -> SponsorContact:
    """A contact of this coach who has not left."""
    rows = SponsorContact.objects.for_coach(coach).filter(left_at__isnull=True).select_related("sponsor")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
@admits(Coach)
def contact_edit(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Change a contact's details, and what they may do. A right that is taken away closes at once what it had opened."""
    contact = _contact(coach, pk)
    first = {**contact.details, "role": contact.role, "language": contact.language, "rights": sorted(contact.rights)}
    form = ContactRightsForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(contact=contact, by=coach, **form.cleaned_data)
        except Refused:
            form.add_error("address", _("This contact has joined with their address; only they can change it."))
        else:
            messages.success(request, _("Saved."))
            return redirect("sponsor_page", contact.sponsor_id)
    return render(request, "clients/contact_form.html", {"form": form, "sponsor": contact.sponsor, "contact": contact})


@require_http_methods(["GET", "POST"])
@admits(Coach)
def contact_leave(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Say that a contact has left: their name typed once more, then everything is closed to them, for good."""
    contact = _contact(coach, pk)
    form = LeaveForm(request.POST or None, contact=contact)
    if request.method == "POST" and form.is_valid():
        actions.leave(contact=contact, by=coach)
        messages.success(request, _("This contact has left. Nothing is open to them any more, and their copies are destroyed."))
        return redirect("sponsor_page", contact.sponsor_id)
    return render(request, "consent/contact_leave.html", {"form": form, "contact": contact}, status=422 if form.errors else 200)


@require_POST
@admits(Coach)
def request_decline(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Write no text on a question. Its contact does not learn it."""
    row = get_object_or_404(InformationRequest.objects.for_coach(coach), pk=pk)
    try:
        decline_request(request=row, by=coach)
        messages.success(request, _("It is noted. Your client is told; whoever asked is not."))
    except Refused as no:
        messages.error(request, str(no.sentence))
    return redirect("engagement_page", row.engagement_id)
