"""A contact's side of a three-way agreement: read and sign in their turn, keep the signed copy. Of the engagement nothing else is here."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.doors import admits
from clients.models import SponsorContact
from consent import documents
from consent.models import Agreement
from consent.views import answering, own_agreement
from consent.views.answering import Answerer
from consent.views.answers import pdf_answer
from consent.who_sees import general, stays_confidential


@require_http_methods(["GET", "POST"])
@admits(SponsorContact)
def contact_agreement(request: HttpRequest, contacts: list[SponsorContact], pk: UUID) -> HttpResponse:
    """Show a three-way agreement; in this contact's turn, take a signature, a refusal or a question."""
    answerer = _answerer(contacts, pk)
    show = own_agreement.page if request.method == "GET" else own_agreement.answer
    return show(request, answerer, "contact_agreement")


@require_GET
@admits(SponsorContact)
def contact_agreement_pdf(request: HttpRequest, contacts: list[SponsorContact], pk: UUID) -> HttpResponse:
    """The document as it was sent; to keep, only once all is complete."""
    agreement, download = _answerer(contacts, pk).agreement, "download" in request.GET
    if download and agreement.completed_at is None:
        raise Http404
    document = agreement.signed_document if agreement.completed_at else agreement.document
    return pdf_answer(document or b"", documents.reference(agreement), download=download)


@require_GET
@admits(SponsorContact)
def contact_agreement_picture(request: HttpRequest, contacts: list[SponsorContact], pk: UUID, number: int) -> HttpResponse:
    """One page of the document, as a picture."""
    return answering.page_picture(_answerer(contacts, pk).agreement, number)


@require_GET
@admits(SponsorContact)
def contact_agreement_sees(request: HttpRequest, contacts: list[SponsorContact], pk: UUID) -> HttpResponse:
    """The drawer of an agreement: who reads it."""
    answerer = _answerer(contacts, pk)
    agreement = answerer.agreement
    contact = next(one for one in contacts if one.pk == answerer.signatory.contact_id)
    facts = {"lines": general.of_agreement(agreement), "sentences": stays_confidential(agreement.engagement, contact, timezone.now())}
    return render(request, "consent/_who_sees_contact.html", facts)


def _answerer(contacts: list[SponsorContact], pk: UUID) -> Answerer:
    """The agreement of these contacts, with the one of them who signs it."""
    agreement = get_object_or_404(Agreement.objects.for_sponsor(contacts).select_related(*own_agreement.PARTIES), pk=pk)
    signatory = agreement.signatories.select_related("contact").filter(contact__in=contacts, asked_at__isnull=False).first()
    if signatory is None:
        raise Http404
    signatory.agreement = agreement
    if not signatory.is_in_place:
        raise Http404
    me = next(contact for contact in contacts if contact.pk == signatory.contact_id)
    return Answerer(signatory, way="space", by=me)
