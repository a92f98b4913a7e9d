"""The client says what they would like a contact to know; the coach writes it or declines. Nothing goes out by this."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Client, Engagement
from consent import permitting, policies
from consent.actions import wishes as actions
from consent.forms import WishForm
from consent.models import Wish
from consent.standing import Changed

PARTIES = ("engagement__coach__person", "engagement__client", "contact__sponsor")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@admits(Client)
@sensitive_variables()
def wish_new(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Choose one contact, say what they should know, send it to the coach. Not there where the agreement in force lets nothing go."""
    rows = Engagement.objects.for_client(clients).select_related("coach__person", "client", "sponsor")
    engagement = get_object_or_404(rows, pk=pk)
    policies.check_may_write_summary(engagement)
    vault: Any = request.vault  # type: ignore[attr-defined]
    if not vault.holds(engagement.shared_key):
        return render(request, "consent/client_waits_for_key.html")
    contacts = permitting.contacts_known(engagement)
    form = WishForm(request.POST if request.method == "POST" else None, contacts=contacts)
    if form.is_valid():
        said, client = form.cleaned_data, next(one for one in clients if one.pk == engagement.client_id)
        try:
            wish = actions.make_wish(engagement=engagement, contact=said["contact"], text=said["text"], vault=vault, by=client)
        except Refused as no:
            if not no.sentence:
                raise
            form.add_error(None, no.sentence)
        else:
            messages.success(request, _("Your coach has your words. Nothing is passed on by this."))
            return redirect("client_wish", wish.pk)
    facts = {"engagement": engagement, "contacts": contacts, "form": form, "chosen": request.POST.get("contact", "")}
    return render(request, "consent/wish_new.html", facts, status=422 if form.errors else 200)


@require_GET
@admits(Client)
@sensitive_variables()
def client_wish(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Show the client their wish and what became of it."""
    wish, vault = _wish(clients, pk), request.vault  # type: ignore[attr-defined]
    if not vault.holds(wish.engagement.shared_key):
        vault.check_not_destroyed(wish.engagement.shared_key)
        return render(request, "consent/client_waits_for_key.html")
    answer = vault.open(wish.answer, wish.place("wish.answer")) if wish.answer else ""
    return render(request, "consent/client_wish.html", {"wish": wish, "text": vault.open(wish.body, wish.place()), "answer": answer})


@require_POST
@admits(Client)
def client_wish_take_back(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Take a wish back that the coach has not answered."""
    wish = _wish(clients, pk)
    try:
        actions.take_back_wish(wish=wish, by=next(one for one in clients if one.pk == wish.engagement.client_id))
        messages.success(request, _("Taken back."))
    except Changed:
        messages.error(request, _("Something has changed since you opened this page. Please read it again."))
    return redirect("client_wish", pk)


def _wish(clients: list[Client], pk: UUID) -> Wish:
    return get_object_or_404(Wish.objects.for_client(clients).select_related(*PARTIES), pk=pk)
