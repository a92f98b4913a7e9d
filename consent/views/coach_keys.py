"""A client or contact has a new key: the coach asks them by voice, compares the figures, and says so with her passphrase."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.act import Refused
from accounts.doors import admits
from accounts.views.vault import stepped_up
from clients import keys
from clients.models import Client, Coach, SponsorContact
from consent.actions import keys as actions


def _whom(coach: Coach, pk: UUID) -> Client | SponsorContact:
    """A client of this coach, or a contact who has not left, or 404."""
    client = Client.objects.for_coach(coach).filter(pk=pk).first()
    contacts = SponsorContact.objects.for_coach(coach).filter(left_at__isnull=True).select_related("sponsor")
    return client or get_object_or_404(contacts, pk=pk)


@require_http_methods(["GET", "POST"])
@admits(Coach)
def keys_confirm(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Show both keys as figures; on POST keep that the coach knows the new one, and give a client what they share again."""
    row = _whom(coach, pk)
    is_client = isinstance(row, Client)
    back = redirect("client_page", row.pk) if isinstance(row, Client) else redirect("sponsor_page", row.sponsor_id)
    changed = keys.changed([row]).get(row.pk)
    if changed is None:
        return back
    return _confirm(request, coach, row, changed, is_client, back)


@stepped_up
def _confirm(
    request: HttpRequest, coach: Coach, row: Client | SponsorContact, changed: keys.Changed, is_client: bool, back: HttpResponse
) -> HttpResponse:
    if request.method == "POST":
        try:
            actions.confirm(row=row, shown=request.POST.get("keys", ""), vault=request.vault, by=coach)  # type: ignore[attr-defined]
        except Refused as no:
            messages.error(request, str(no.sentence))
            return redirect("keys_confirm", row.pk)
        messages.success(
            request,
            _("Confirmed. What you share with this client is open to them again.")
            if is_client
            else _("Confirmed. Your clients can now show this person again what they had authorised."),
        )
        return back
    return render(request, "consent/keys_confirm.html", {"row": row, "changed": changed, "is_client": is_client})
