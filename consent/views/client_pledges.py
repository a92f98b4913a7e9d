"""The pledge at hand in a client's space: read it, keep it, say that one has received and read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Client
from consent import actions, evidence, pledges, receipts
from consent.models import Pledge, PledgeReceipt
from consent.receipts import AtHand
from consent.views.answers import pdf_answer


@require_GET
@admits(Client)
def client_pledge(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Show what the coach behind this row has published."""
    hand, pledge = _chosen(request, clients, pk)
    facts: dict[str, Any] = {
        "client": hand.client,
        "coach": pledge.coach,
        "pledge": pledge,
        "text": pledges.text_of(pledge),
        "holder": hand.holder,
        "earlier": hand.earlier,
        "languages": [(code, name) for code, name in pledges.LANGUAGES.items() if code in hand.pledges and code != pledge.language],
        "language_name": pledges.LANGUAGES[pledge.language],
    }
    return render(request, "consent/client_pledge.html", facts)


@require_GET
@admits(Client)
def client_pledge_pdf(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The published document, byte for byte."""
    _hand, pledge = _chosen(request, clients, pk)
    return pdf_answer(pledge.document or b"", pledges.file_name(pledge), download="download" in request.GET)


@require_GET
@admits(Client)
def client_pledge_received(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The document that this receipt is of, whether or not it was replaced since."""
    pledge = get_object_or_404(PledgeReceipt.objects.for_client(clients).select_related("pledge"), pk=pk).pledge
    return pdf_answer(pledge.document or b"", pledges.file_name(pledge), download="download" in request.GET)


@require_POST
@admits(Client)
def client_pledge_acknowledge(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Keep that the client has received and read the version that was shown."""
    hand, pledge = _chosen(request, clients, pk)
    kept = evidence.of_receipt(request, pledge=pledge, language=get_language() or "", at=timezone.now())
    try:
        kept["sha256"] = request.POST.get("sha256", "")  # what the page showed, not what stands there now
        actions.acknowledge_pledge(pledge=pledge, client=hand.client, evidence=kept, by=hand.client)
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("Noted, with today’s date. The pledge stays here, always at hand."))
    return redirect(f"{reverse('client_pledge', args=[pk])}?language={pledge.language}")


def _chosen(request: HttpRequest, clients: list[Client], pk: UUID) -> tuple[AtHand, Pledge]:
    """The pledge of the coach behind this row, in the language asked for, else the page's."""
    mine = [client for client in clients if client.pk == pk]
    hand = next(iter(receipts.at_hand(mine)), None) if mine else None
    if hand is None:
        raise Http404
    asked = request.POST.get("language") or request.GET.get("language")
    pledge = pledges.in_language(hand.pledges, asked, get_language())
    if pledge is None:
        raise Http404
    return hand, pledge
