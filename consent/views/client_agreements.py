"""The client's side of an agreement, in their own space: read, sign or decline, and keep the signed copy."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Client
from consent import actions, documents, evidence
from consent.forms import DeclineForm, SignForm
from consent.models import Agreement
from consent.moments import moments_of
from consent.views.answers import pdf_answer

PARTIES = ("engagement__coach__person", "engagement__client__person", "engagement__sponsor")


@require_http_methods(["GET", "POST"])
@admits(Client)
def client_agreement(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Show an agreement; while it waits, take a signature or a refusal."""
    agreement = _agreement(clients, pk)
    me = next(client for client in clients if client.pk == agreement.engagement.client_id)
    if request.method == "GET":
        return _page(request, agreement)
    if request.POST.get("step") == "decline":
        return _decline(request, agreement, me)
    return _sign(request, agreement, me)


def _page(request: HttpRequest, agreement: Agreement, *, status: int = 200, **forms: Any) -> HttpResponse:
    text = documents.text_of(agreement)
    facts = {
        "agreement": agreement,
        "coach": agreement.engagement.coach,
        "client": agreement.engagement.client,
        "text": text,
        "reference": documents.reference(agreement),
        "can_sign": agreement.state == Agreement.State.SENT and agreement.expires_at is not None and agreement.expires_at > timezone.now(),
        "moments": moments_of(agreement),
        "sign_form": SignForm(statement=text.statements["client"]),
        "decline_form": DeclineForm(),
        **forms,
    }
    return render(request, "consent/client_agreement.html", facts, status=status)


def _sign(request: HttpRequest, agreement: Agreement, me: Client) -> HttpResponse:
    form = SignForm(request.POST, statement=agreement.details["statements"]["client"])
    if not form.is_valid():
        return _page(request, agreement, status=422, sign_form=form)
    kept = evidence.of_signing(
        request, agreement=agreement, role="client", typed_name=form.cleaned_data["name"], way="space", at=timezone.now()
    )
    try:
        actions.sign_agreement(agreement=agreement, evidence=kept, link=None, by=me)
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("Signed. Your coach signs next; the signed copy will then be here."))
    return redirect("client_agreement", agreement.pk)


def _decline(request: HttpRequest, agreement: Agreement, me: Client) -> HttpResponse:
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _page(request, agreement, status=422, decline_form=form)
    try:
        actions.decline_agreement(agreement=agreement, reason=form.cleaned_data["reason"], link=None, by=me)
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("You declined. Your coach is told; nothing else follows from it."))
    return redirect("client_agreement", agreement.pk)


@require_GET
@admits(Client)
def client_agreement_pdf(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The signed copy, or the document as it was sent while there is none."""
    agreement = _agreement(clients, pk)
    document = agreement.signed_document or agreement.document or b""
    return pdf_answer(document, documents.reference(agreement), download="download" in request.GET)


def _agreement(clients: list[Client], pk: UUID) -> Agreement:
    return get_object_or_404(Agreement.objects.for_client(clients).select_related(*PARTIES), pk=pk)
