"""A client's details, for the coach. Another address makes a link to sign that is out lead nowhere: said beforehand, and what to do then."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.doors import admits
from clients import actions
from clients.forms import ClientForm
from clients.models import Client, Coach
from consent import addresses


@require_http_methods(["GET", "POST"])
@admits(Coach)
def client_edit(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Change a client's details. Where an agreement is out to the address of before, its page follows: it is sent again from there."""
    client = get_object_or_404(Client.objects.for_coach(coach), pk=pk)
    form, out = ClientForm(request.POST or None, initial={**client.details, "language": client.language}), addresses.out_at(client)
    if request.method == "POST" and form.is_valid():
        before, details = client.address, dict(form.cleaned_data)
        actions.change_client(client=client, language=details.pop("language"), details=details, by=coach)
        messages.success(request, _("Saved."))
        if out and client.address.strip().casefold() != before.strip().casefold():
            messages.warning(request, _("The link to sign went to the address of before, and leads nowhere now. Send the agreement again."))
            return redirect("agreement_page", out[0].pk)
        return redirect("client_page", client.pk)
    return render(request, "clients/client_form.html", {"form": form, "client": client, "out": out})
