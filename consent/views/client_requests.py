"""A contact's question, in the client's space: who asks, what and what for; ask the coach to write, refuse, or leave it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Client
from consent import policies
from consent.actions import requests as actions
from consent.models import InformationRequest


def _request(clients: list[Client], pk: UUID) -> InformationRequest:
    rows = InformationRequest.objects.for_client(clients).select_related(
        "contact__sponsor", "engagement__coach__person", "engagement__client"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
@admits(Client)
def client_request(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Show the question word for word, and the answers that there are."""
    row = _request(clients, pk)
    is_over = row.is_over(timezone.now()) or row.state == InformationRequest.State.ENDED
    nothing_can_go = policies.allows(policies.check_may_write_summary, row.engagement)
    return render(request, "consent/client_request.html", {"asked": row, "is_over": is_over, "nothing_can_go": nothing_can_go})


@require_POST
@admits(Client)
def client_request_want(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Ask the coach to write a text on it."""
    sentence = _("Your coach is told. You will read the text first, word for word; nothing is passed on without your yes.")
    return _answered(request, clients, pk, actions.want_text, sentence)


@require_POST
@admits(Client)
def client_request_refuse(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Refuse. Whoever asked sees what they would see without an answer."""
    sentence = _("It is noted. Nothing is passed on. The organisation will not know whether you refused or simply did not answer.")
    return _answered(request, clients, pk, actions.refuse_request, sentence)


def _answered(request: HttpRequest, clients: list[Client], pk: UUID, act: Callable[..., None], sentence: str) -> HttpResponse:
    row = _request(clients, pk)
    try:
        act(request=row, by=next(client for client in clients if client.pk == row.engagement.client_id))
        messages.success(request, sentence)
    except Refused as no:
        messages.error(request, str(no.sentence))
    return redirect("client_request", pk)
