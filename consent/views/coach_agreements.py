"""The coach's side of an agreement: choose its wording, read it, send it, follow it, countersign it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach, Engagement
from consent import actions, addresses, documents, evidence, overview, states
from consent.forms import AgreementForm, SendForm, SignForm
from consent.models import Agreement, Signature
from consent.moments import moments_of
from consent.views.answers import pdf_answer
from support.pdf import PdfFailed

PARTIES = ("engagement__coach__person", "engagement__client__person", "engagement__sponsor")


@require_http_methods(["GET", "POST"])
@admits(Coach)
def agreement_new(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Choose what the agreement says, with its text beside; POST keeps it as a draft."""
    engagement = _engagement(coach, pk)
    start: dict[str, Any] = {"wording": engagement.wording, "language": engagement.client.language, "years": documents.DEFAULT_YEARS}
    form = AgreementForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        text = documents.write_text(engagement=engagement, **form.cleaned_data)
        try:
            agreement = actions.draft_agreement(engagement=engagement, text=text, by=coach)
        except Refused as no:
            messages.error(request, no.sentence)
            return redirect("agreement_new", pk)
        return redirect("agreement_page", agreement.pk)
    facts = {
        "engagement": engagement,
        "form": form,
        "chosen": start["wording"],
        "text": documents.write_text(engagement=engagement, **start),
        "on_its_way": next((a for a in overview.agreements_of(engagement) if a.state in {"sent", "signed"}), None),
        "in_force": overview.agreement_in_force(engagement),
    }
    return render(request, "consent/agreement_new.html", facts)


@require_GET
@admits(Coach)
def agreement_preview(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The text as chosen so far, for the page beside."""
    engagement, form = _engagement(coach, pk), AgreementForm(request.GET)
    if not form.is_valid():
        return HttpResponse(status=422)
    text = documents.write_text(engagement=engagement, **form.cleaned_data)
    return render(request, "consent/_agreement_text.html", {"text": text, "level": 3})


@require_GET
@admits(Coach)
def agreement_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Where an agreement stands, and what can be done next."""
    return _page(request, _agreement(coach, pk))


def _page(request: HttpRequest, agreement: Agreement, *, form: SignForm | None = None, status: int = 200) -> HttpResponse:
    text = documents.text_of(agreement)
    facts: dict[str, Any] = {
        "agreement": agreement,
        "engagement": agreement.engagement,
        "text": text,
        "reference": documents.reference(agreement),
        "moments": moments_of(agreement),
        "may": {
            event: states.allows(states.AGREEMENT, agreement.state, event, states.COACH)
            for event in ("send", "resend", "cancel", "countersign")
        },
        "concern": addresses.concern(agreement.engagement).value,
        "address": addresses.client_address(agreement.engagement),
        "client_signature": agreement.signatures.filter(role=Signature.Role.CLIENT).first(),
        "form": form or SignForm(statement=text.statements["coach"]),
    }
    return render(request, "consent/agreement_page.html", facts, status=status)


@require_POST
@admits(Coach)
def agreement_send(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Fix the document and mail its link."""
    agreement = _agreement(coach, pk)
    form = SendForm(request.POST)
    form.is_valid()
    details = agreement.details
    text = documents.write_text(
        engagement=agreement.engagement, wording=agreement.wording, language=agreement.language, years=details["years"]
    )
    try:
        document = documents.render_text(text, reference=documents.reference(agreement))
        actions.send_agreement(agreement=agreement, text=text, document=document, by=coach, **form.cleaned_data)
    except PdfFailed:
        messages.error(request, _("The document could not be made. Nothing was sent; please try again."))
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("Sent. The mail says only that a document awaits."))
    return redirect("agreement_page", pk)


@require_POST
@admits(Coach)
def agreement_resend(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Mail a new link in place of the one before."""
    agreement = _agreement(coach, pk)
    form = SendForm(request.POST)
    form.is_valid()
    try:
        actions.resend_agreement(agreement=agreement, by=coach, **form.cleaned_data)
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("Sent again. The link mailed before leads nowhere now."))
    return redirect("agreement_page", pk)


@require_POST
@admits(Coach)
def agreement_cancel(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Take the agreement back before it is in force."""
    agreement = _agreement(coach, pk)
    try:
        actions.cancel_agreement(agreement=agreement, by=coach)
    except Refused as no:
        messages.error(request, no.sentence)
        return redirect("agreement_page", pk)
    messages.success(request, _("The agreement is cancelled."))
    return redirect("agreement_page" if agreement.sent_at else "agreement_new", pk if agreement.sent_at else agreement.engagement_id)


@require_POST
@admits(Coach)
def agreement_countersign(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Sign in one's turn: the signed copy is made, then the agreement is in force."""
    agreement = _agreement(coach, pk)
    form = SignForm(request.POST, statement=documents.text_of(agreement).statements["coach"])
    if not form.is_valid():
        return _page(request, agreement, form=form, status=422)
    theirs = agreement.signatures.filter(role=Signature.Role.CLIENT).first()
    if theirs is None:
        messages.error(request, _("This is no longer possible: the agreement has changed meanwhile."))
        return redirect("agreement_page", pk)
    ours = evidence.of_signing(
        request, agreement=agreement, role="coach", typed_name=form.cleaned_data["name"], way="space", at=timezone.now()
    )
    try:
        copy = documents.render_signed_copy(agreement, client=theirs.evidence, coach=ours)
        actions.countersign_agreement(agreement=agreement, evidence=ours, signed_document=copy, by=coach)
    except PdfFailed:
        messages.error(request, _("The signed copy could not be made. Nothing was signed; please try again."))
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("The agreement is in force. You both hold the signed copy."))
    return redirect("agreement_page", pk)


@require_GET
@admits(Coach)
def agreement_pdf(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The document: the fixed bytes, or the draft as it would be sent."""
    agreement = _agreement(coach, pk)
    if agreement.document is not None:
        return pdf_answer(agreement.document, documents.reference(agreement))
    try:
        draft = documents.render_text(documents.text_of(agreement), reference=documents.reference(agreement), is_draft=True)
    except PdfFailed:
        messages.error(request, _("The document could not be made. Please try again."))
        return redirect("agreement_page", pk)
    return pdf_answer(draft, documents.reference(agreement))


@require_GET
@admits(Coach)
def agreement_copy(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The signed copy that both hold."""
    agreement = get_object_or_404(Agreement.objects.for_coach(coach), pk=pk, signed_document__isnull=False)
    return pdf_answer(agreement.signed_document or b"", documents.reference(agreement), download="download" in request.GET)


def _engagement(coach: Coach, pk: UUID) -> Engagement:
    return get_object_or_404(Engagement.objects.for_coach(coach).select_related("coach__person", "client__person", "sponsor"), pk=pk)


def _agreement(coach: Coach, pk: UUID) -> Agreement:
    return get_object_or_404(Agreement.objects.for_coach(coach).select_related(*PARTIES), pk=pk)
