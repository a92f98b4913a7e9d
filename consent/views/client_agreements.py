"""The client's side of an agreement, in their own space: read, sign or decline, keep the signed copy, renounce within fourteen days."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Client
from consent import actions, documents
from consent.models import Agreement, Signatory
from consent.views import answering, own_agreement
from consent.views.answering import Answerer
from consent.views.answers import pdf_answer


@require_http_methods(["GET", "POST"])
@admits(Client)
def client_agreement(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Show an agreement; while it waits, take a signature, a refusal or a question."""
    answerer = _answerer(clients, pk)
    show = own_agreement.page if request.method == "GET" else own_agreement.answer
    return show(request, answerer, "client_agreement")


@require_GET
@admits(Client)
def client_agreement_pdf(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The document as it was sent; to keep, only once all is complete."""
    agreement, download = _agreement(clients, pk), "download" in request.GET
    if download and agreement.completed_at is None:
        raise Http404
    document = agreement.signed_document if agreement.completed_at else agreement.document
    return pdf_answer(document or b"", documents.reference(agreement), download=download)


@require_GET
@admits(Client)
def client_agreement_proof(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The proof file."""
    agreement = _agreement(clients, pk)
    if agreement.proof is None:
        raise Http404
    return pdf_answer(agreement.proof, f"{documents.reference(agreement)}-preuve", download=True)


@require_GET
@admits(Client)
def client_agreement_picture(request: HttpRequest, clients: list[Client], pk: UUID, number: int) -> HttpResponse:
    """One page of the document, as a picture."""
    return answering.page_picture(_agreement(clients, pk), number)


@require_http_methods(["GET", "POST"])
@admits(Client)
def client_renounce(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Renounce an agreement within the fourteen days: say what follows, then do it; no reason is asked for."""
    agreement = _agreement(clients, pk)
    me = next(client for client in clients if client.pk == agreement.engagement.client_id)
    if not agreement.can_be_renounced(timezone.now()):
        raise Http404
    if request.method == "GET":
        facts = {"agreement": agreement, "coach": agreement.engagement.coach, "reference": documents.reference(agreement)}
        return render(request, "consent/client_renounce.html", facts)
    try:
        actions.renounce_agreement(agreement=agreement, text=request.POST.get("text", ""), by=me)
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("You have withdrawn from the agreement. A message confirms it, with the date and the time."))
    return redirect("client_agreement", pk)


def _answerer(clients: list[Client], pk: UUID) -> Answerer:
    agreement = _agreement(clients, pk)
    me = next(client for client in clients if client.pk == agreement.engagement.client_id)
    signatory = agreement.signatories.get(role=Signatory.Role.CLIENT)
    signatory.agreement = agreement
    return Answerer(signatory, way="space", by=me)


def _agreement(clients: list[Client], pk: UUID) -> Agreement:
    return get_object_or_404(Agreement.objects.for_client(clients).select_related(*own_agreement.PARTIES), pk=pk)
