"""The coach's organisations and their contacts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients import actions, invitations, keys
from clients.barriers import Barriers
from clients.forms import ContactForm, SponsorForm
from clients.models import Coach, Engagement, Sponsor, SponsorContact


@admits(Coach)
def sponsor_list(request: HttpRequest, coach: Coach) -> HttpResponse:
    """List the organisations."""
    rows = sorted(Sponsor.objects.for_coach(coach).prefetch_related("contacts"), key=lambda sponsor: sponsor.name.casefold())
    return render(request, "clients/sponsor_list.html", {"sponsors": rows})


@require_http_methods(["GET", "POST"])
@admits(Coach)
def sponsor_add(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Add an organisation."""
    form = SponsorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sponsor = actions.add_sponsor(coach=coach, by=coach, **form.cleaned_data)
        if "engagement" in request.GET:
            return redirect(reverse("engagement_step", args=["sponsor"]) + f"?sponsor={sponsor.pk}")
        return redirect("sponsor_page", sponsor.pk)
    return render(request, "clients/sponsor_form.html", {"form": form})


@admits(Coach)
def sponsor_page(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Show an organisation, its contacts, how far each has been invited, and the engagements it pays."""
    sponsor = get_object_or_404(Sponsor.objects.for_coach(coach), pk=pk)
    contacts = sorted(SponsorContact.objects.for_coach(coach).filter(sponsor=sponsor), key=lambda contact: contact.name.casefold())
    engagements = Engagement.objects.for_coach(coach).filter(sponsor=sponsor).select_related("client")
    invited = invitations.standing(contacts, timezone.now())
    changed = keys.changed([one for one in contacts if one.left_at is None])
    facts = {
        "sponsor": sponsor,
        "contacts": [(one, invited.get(one.id), one.id in changed) for one in contacts if one.left_at is None],
        "left": [one for one in contacts if one.left_at is not None],
        "not_joined": any(one.joined_at is None for one in contacts if one.left_at is None),
        "engagements": engagements,
        "together": [one for one in Barriers(coach.pk).company(sponsor).sponsors if one != sponsor],
    }
    return render(request, "clients/sponsor_page.html", facts)


@require_http_methods(["GET", "POST"])
@admits(Coach)
def sponsor_edit(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Change an organisation's details."""
    sponsor = get_object_or_404(Sponsor.objects.for_coach(coach), pk=pk)
    form = SponsorForm(request.POST or None, initial=dict(sponsor.details))
    if request.method == "POST" and form.is_valid():
        actions.change_sponsor(sponsor=sponsor, by=coach, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("sponsor_page", sponsor.pk)
    return render(request, "clients/sponsor_form.html", {"form": form, "sponsor": sponsor})


@require_http_methods(["GET", "POST"])
@admits(Coach)
def contact_add(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Add a contact to an organisation. They see nothing before a client agrees to something."""
    sponsor = get_object_or_404(Sponsor.objects.for_coach(coach), pk=pk)
    form = ContactForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        actions.add_contact(sponsor=sponsor, by=coach, **form.cleaned_data)
        messages.success(request, _("The contact is added. Nothing is sent to them yet."))
        return redirect("sponsor_page", sponsor.pk)
    return render(request, "clients/contact_form.html", {"form": form, "sponsor": sponsor})


@require_POST
@admits(Coach)
def contact_invite(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Invite a contact to make their space."""
    contact = get_object_or_404(SponsorContact.objects.for_coach(coach), pk=pk, left_at__isnull=True)
    try:
        actions.invite(invited=contact, by=coach)
        messages.success(request, _("An invitation is on its way. It is valid for 14 days."))
    except Refused:
        messages.error(request, _("This person has joined already, or has no address to write to."))
    return redirect("sponsor_page", contact.sponsor_id)
