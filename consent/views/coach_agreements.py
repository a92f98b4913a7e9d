"""The coach's side of an agreement: read it, send it, follow it, answer questions, sign in turn, keep the copy and its proof."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach
from consent import actions, addresses, documents, evidence, fixing, overview, states
from consent.forms import AnswerForm, SendForm, SignForm
from consent.models import Agreement, Signatory
from consent.moments import moments_of
from consent.views import answering
from consent.views.answers import pdf_answer
from consent.views.own_agreement import PARTIES
from support import pdf
from support.pdf import PdfFailed


@require_GET
@admits(Coach)
def agreement_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Where an agreement stands, and what can be done next."""
    return _page(request, _agreement(coach, pk))


def _page(request: HttpRequest, agreement: Agreement, *, status: int = 200, **forms: Any) -> HttpResponse:
    text = documents.text_of(agreement)
    signatories = list(agreement.signatories.select_related("contact"))
    due = next((one for one in signatories if one.signed_at is None), None)
    facts: dict[str, Any] = {
        "agreement": agreement,
        "engagement": agreement.engagement,
        "text": text,
        "key_points": text.key_points,
        "reference": documents.reference(agreement),
        "moments": moments_of(agreement),
        "signatories": signatories,
        "due": due,
        "may": {
            event: states.allows(states.AGREEMENT, agreement.state, event, states.COACH)
            for event in ("send", "resend", "cancel", "countersign", "terminate")
        },
        "concern": addresses.concern(agreement.engagement).value if due and due.role == Signatory.Role.CLIENT else "none",
        "address": addresses.signatory_address(agreement, due) if due else "",
        "questions": overview.open_questions(agreement, signatories),
        "form": _sign_form(text),
        "answer_form": AnswerForm(),
        **forms,
    }
    return render(request, "consent/agreement_page.html", facts, status=status)


def _sign_form(text: documents.Text, data: Any = None) -> SignForm:
    return SignForm(data, statement=text.statements.get("coach", ""))


@require_POST
@admits(Coach)
def agreement_send(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Fix the document and mail its link to who signs first."""
    agreement = _agreement(coach, pk)
    form = SendForm(request.POST)
    form.is_valid()
    text, now = documents.text_of(agreement), timezone.now()
    try:
        document = fixing.fix(agreement, text, at=now)
        pages = pdf.count(document)
        actions.send_agreement(agreement=agreement, text=text, document=document, pages=pages, by=coach, **form.cleaned_data)
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
def agreement_answer(request: HttpRequest, coach: Coach, pk: UUID, signatory: UUID) -> HttpResponse:
    """Answer a question that a signatory asked."""
    agreement = _agreement(coach, pk)
    one = get_object_or_404(agreement.signatories, pk=signatory)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, agreement, status=422, answer_form=form)
    try:
        actions.answer_question(agreement=agreement, signatory=one, text=form.cleaned_data["answer"], by=coach)
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("Your answer stands beside the question, and a new link says that something awaits."))
    return redirect("agreement_page", pk)


@require_POST
@admits(Coach)
def agreement_countersign(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Sign in one's turn: with the last signature the agreement is in force. Before that a passkey may be asked to sign as well."""
    agreement = _agreement(coach, pk)
    due = agreement.signatories.filter(role=Signatory.Role.COACH, asked_at__isnull=False, signed_at__isnull=True).first()
    if due is not None and request.POST.get("step") == "passkey":
        return answering.ask_passkey(request, due)
    form = _sign_form(documents.text_of(agreement), request.POST)
    if not form.is_valid():
        return _page(request, agreement, form=form, status=422)
    if due is None:
        messages.error(request, _("This is no longer possible: the agreement has changed meanwhile."))
        return redirect("agreement_page", pk)
    now = timezone.now()
    try:
        kept = evidence.of_signing(request, agreement=agreement, signatory=due, typed=form.cleaned_data, way="space", link=None, at=now)
        file = fixing.sign(agreement, due, kept, at=now)
        actions.countersign_agreement(agreement=agreement, evidence=kept, document=file.document, base=file.base, by=coach)
    except PdfFailed:
        messages.error(request, _("Your signature could not be put into the document. Nothing was signed; please try again."))
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("The agreement is in force. Each side receives its copy once the time-stamp is in it."))
    return redirect("agreement_page", pk)


@require_POST
@admits(Coach)
def agreement_terminate(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """End an agreement in force, typed out as a confirmation."""
    agreement = _agreement(coach, pk)
    if request.POST.get("reference", "").strip().upper() != documents.reference(agreement):
        messages.error(request, _("Type the reference of the agreement to end it. Nothing was changed."))
        return redirect("agreement_page", pk)
    try:
        actions.terminate_agreement(agreement=agreement, by=coach)
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("The agreement has ended. What it allowed to be passed on has ended with it."))
    return redirect("agreement_page", pk)


@require_GET
@admits(Coach)
def agreement_pdf(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The document: the fixed bytes, or the draft as it would be sent; once complete, with its signatures."""
    agreement, download = _agreement(coach, pk), "download" in request.GET
    if download and agreement.completed_at is None:
        raise Http404
    document = agreement.signed_document if agreement.completed_at else agreement.document
    if document is not None:
        return pdf_answer(document, documents.reference(agreement), download=download)
    try:
        draft = documents.render_text(documents.text_of(agreement), reference=documents.reference(agreement), is_draft=True)
    except PdfFailed:
        messages.error(request, _("The document could not be made. Please try again."))
        return redirect("agreement_page", pk)
    return pdf_answer(draft, documents.reference(agreement))


@require_GET
@admits(Coach)
def agreement_proof(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The proof file."""
    agreement = _agreement(coach, pk)
    if agreement.proof is None:
        raise Http404
    return pdf_answer(agreement.proof, f"{documents.reference(agreement)}-preuve", download=True)


@require_GET
@admits(Coach)
def agreement_picture(request: HttpRequest, coach: Coach, pk: UUID, number: int) -> HttpResponse:
    """One page of the fixed document, as a picture."""
    return answering.page_picture(_agreement(coach, pk), number)


def _agreement(coach: Coach, pk: UUID) -> Agreement:
    return get_object_or_404(Agreement.objects.for_coach(coach).select_related(*PARTIES), pk=pk)
