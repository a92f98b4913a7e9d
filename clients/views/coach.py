"""The coach's list of clients and each client's page."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients import actions, invitations, keys
from clients.barriers import Barriers
from clients.forms import ClientForm
from clients.models import Client, Coach, Engagement


def by_name(row: Client) -> str:
    """Sort key: the name, case folded. Names are encrypted, so the database cannot sort them."""
    return row.name.casefold()


@admits(Coach)
def client_list(request: HttpRequest, coach: Coach) -> HttpResponse:
    """List the coach's clients; the archived ones apart."""
    archived = request.GET.get("archived") == "1"
    mine = Client.objects.for_coach(coach).filter(archived_at__isnull=not archived)
    barriers, hers = Barriers(coach.pk), defaultdict[UUID, list[Engagement]](list)
    for engagement in Engagement.objects.for_coach(coach):  # all of them: naming two hundred clients takes PostgreSQL ten times as long
        engagement.sponsor = barriers.sponsors.get(engagement.sponsor_id)  # one object for all that it pays for, opened once
        hers[engagement.client_id].append(engagement)
    rows = [(client, hers[client.pk]) for client in sorted(mine, key=by_name)]
    has_archived = archived or Client.objects.for_coach(coach).filter(archived_at__isnull=False).exists()
    facts = {"clients": rows, "archived": archived, "has_archived": has_archived, "walled": barriers.walled}
    facts["mark"] = render_to_string("clients/_walled.html")  # the same two hundred times
    return render(request, "clients/client_list.html", facts)


@require_http_methods(["GET", "POST"])
@admits(Coach)
def client_add(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Add a client. Nothing is sent to them."""
    form = ClientForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        client = actions.add_client(coach=coach, by=coach, **form.cleaned_data)
        if "engagement" in request.GET:
            return redirect(reverse("engagement_new") + f"?client={client.pk}")
        return redirect("client_page", client.pk)
    return render(request, "clients/client_form.html", {"form": form})


@admits(Coach)
def client_page(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Show a client: details, engagements, whether they were invited and have joined."""
    client = get_object_or_404(Client.objects.for_coach(coach), pk=pk)
    engagements = Engagement.objects.for_coach(coach).filter(client=client).select_related("sponsor")
    invitation = invitations.standing([client], timezone.now()).get(client.id)
    is_walled = bool(Barriers(coach.pk).others(client.pk))
    facts = {"client": client, "engagements": engagements, "invitation": invitation, "is_walled": is_walled}
    facts["changed"] = keys.changed([client]).get(client.pk)
    return render(request, "clients/client_page.html", facts)


@require_POST
@admits(Coach)
def client_archive(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Put a client out of the list, or back."""
    client = get_object_or_404(Client.objects.for_coach(coach), pk=pk)
    archived = request.POST.get("archived") == "1"
    actions.archive_client(client=client, archived=archived, by=coach)
    messages.success(
        request, _("The client is archived. You find them under “Archived”.") if archived else _("The client is back in your list.")
    )
    return redirect("client_page", client.pk)


@require_POST
@admits(Coach)
def client_invite(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Invite a client to make their space."""
    client = get_object_or_404(Client.objects.for_coach(coach), pk=pk)
    try:
        actions.invite(invited=client, by=coach)
        messages.success(request, _("An invitation is on its way. It is valid for 14 days."))
    except Refused:
        messages.error(request, _("This person has joined already, or has no address to write to."))
    return redirect("client_page", client.pk)
