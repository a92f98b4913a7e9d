"""Reading and signing by a mailed link, without an account. A GET shows, and consumes nothing; before the code nothing of the text is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import links
from accounts.act import Refused
from accounts.doors import Anyone, admits
from consent import actions, documents, evidence, signing
from consent.forms import CodeForm
from consent.models import Signatory
from consent.signing import Standing
from consent.views import answering
from consent.views.answering import Answerer
from consent.views.answers import pdf_answer
from support.pdf import PdfFailed


@require_http_methods(["GET", "POST"])
@admits(Anyone)
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """Say who invites and why, ask for the code, show the document, then take a signature, a refusal, a question."""
    now = timezone.now()
    standing = signing.look(token, now)
    if standing is None:
        return render(request, "consent/sign_over.html", {"why": "unknown"}, status=404)
    with translation.override(standing.agreement.language):
        step = STEPS.get(request.POST.get("step", "")) if request.method == "POST" else None
        answer = step(request, token, standing, now) if step else _show(request, token, standing, now)
    answer.headers["Content-Language"] = standing.agreement.language
    return answer


@require_GET
@admits(Anyone)
def sign_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The document as a PDF: the fixed bytes to read before signing; to keep, only once all is complete."""
    now = timezone.now()
    standing = signing.look(token, now)
    if standing is None:
        raise Http404
    agreement, download = standing.agreement, "download" in request.GET
    if standing.can_sign and not download and signing.has_proven(request, standing.link, now):
        return pdf_answer(agreement.document or b"", documents.reference(agreement))
    if _may_fetch(request, standing, now):
        return pdf_answer(agreement.signed_document or b"", documents.reference(agreement), download=download)
    raise Http404


@require_GET
@admits(Anyone)
def sign_proof(request: HttpRequest, token: str) -> HttpResponse:
    """The proof file, once all is complete."""
    now = timezone.now()
    standing = signing.look(token, now)
    if standing is None or standing.signatory.role != Signatory.Role.CLIENT or not _may_fetch(request, standing, now):
        raise Http404  # it holds the client's address and network: coach and client alone have it
    agreement = standing.agreement
    return pdf_answer(agreement.proof or b"", f"{documents.reference(agreement)}-preuve", download=True)


@require_GET
@admits(Anyone)
def sign_page(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """One page of the fixed document, as a picture."""
    now = timezone.now()
    standing = signing.look(token, now)
    if standing is None or not standing.can_sign or not signing.has_proven(request, standing.link, now):
        raise Http404
    return answering.page_picture(standing.agreement, number)


def _may_fetch(request: HttpRequest, standing: Standing, now: datetime) -> bool:
    """Whether this browser may have the finished file: by a living link and its code, or because it has just signed here."""
    if standing.agreement.completed_at is None:
        return False
    return (standing.can_fetch and signing.has_proven(request, standing.link, now)) or _has_signed(request, standing, now)


def _has_signed(request: HttpRequest, standing: Standing, now: datetime) -> bool:
    return standing.over == "signed" and signing.has_just_signed(request, standing.link, now)


def _answerer(standing: Standing) -> Answerer:
    return Answerer(standing.signatory, way="link", link=standing.link)


def _show(request: HttpRequest, token: str, standing: Standing, now: datetime, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page that fits where the link leads and what this browser has done so far."""
    shown = _facts(token, standing)
    if _has_signed(request, standing, now):
        return render(request, "consent/sign_done.html", shown)
    if standing.over:
        return render(request, "consent/sign_over.html", {"why": standing.over}, status=410)
    if not signing.has_opened(request, standing.link):
        return render(request, "consent/sign_start.html", shown)
    if not signing.has_proven(request, standing.link, now):
        return render(request, "consent/sign_code.html", shown | {"form": forms.get("code_form", CodeForm())}, status=status)
    if standing.can_fetch:
        return render(request, "consent/sign_done.html", shown)
    return render(request, "consent/sign_document.html", shown | answering.facts(_answerer(standing), **forms), status=status)


def _facts(token: str, standing: Standing) -> dict[str, Any]:
    """What the holder of a living link is told."""
    engagement = standing.agreement.engagement
    return {
        "token": token,
        "standing": standing,
        "agreement": standing.agreement,
        "signatory": standing.signatory,
        "is_client": standing.signatory.role == Signatory.Role.CLIENT,
        "coach": engagement.coach,
        "client": engagement.client,
        "address": standing.link.address,
        "reference": documents.reference(standing.agreement),
        "may_renounce": standing.can_fetch and standing.agreement.can_be_renounced(timezone.now()),
    }


def _open(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Open the link on purpose: a code is mailed to where the link went."""
    if standing.can_sign or standing.can_fetch:
        if not signing.has_opened(request, standing.link):
            signing.note(request, standing.link, "opened", now)
        _mail_code(request, standing)
    return redirect("sign", token)


def _mail_code(request: HttpRequest, standing: Standing) -> None:
    try:
        actions.ask_code(signatory=standing.signatory, by=None)
    except Refused as no:
        messages.error(request, no.sentence or _("No code was sent. Open the link in the message once more."))


def _code(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Compare the code; with the right one the document is opened."""
    if not (standing.can_sign or standing.can_fetch) or not signing.has_opened(request, standing.link):
        return redirect("sign", token)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            if actions.try_code(signatory=standing.signatory, code=form.cleaned_data["code"], by=None):
                signing.note(request, standing.link, "proven", now)
                actions.note_opening(signatory=standing.signatory, where=evidence.where(request), by=None)
                return redirect("sign", token)
            form.add_error("code", _("This is not the code. Look at the newest message and try again."))
        except Refused as no:
            form.add_error("code", str(no.sentence))
    return _show(request, token, standing, now, status=422, code_form=form)


def _ready(request: HttpRequest, standing: Standing, now: datetime) -> bool:
    return standing.can_sign and signing.has_proven(request, standing.link, now)


def _read(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Keep that the last page was on screen."""
    if _ready(request, standing, now):
        actions.note_read(signatory=standing.signatory, pages=standing.agreement.details.get("pages", 0), by=None)
    return HttpResponse(status=204)


def _passkey(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Say what a passkey is asked to sign."""
    if not _ready(request, standing, now):
        raise Http404
    return answering.ask_passkey(request, standing.signatory)


def _sign(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Take the signature. Whoever comes second, or too late, is told why."""
    if not _ready(request, standing, now):
        return redirect("sign", token)
    try:
        form = answering.take_signature(request, _answerer(standing), now)
    except PdfFailed:
        messages.error(request, _("Your signature could not be put into the document. Nothing was signed; please try again."))
        return redirect("sign", token)
    except Refused as no:
        messages.error(request, no.sentence)
        return redirect("sign", token)
    if form is not None:
        return _show(request, token, standing, now, status=422, sign_form=form)
    signing.note(request, standing.link, "signed", now)
    return redirect("sign", token)


def _decline(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Take the refusal, and the reason if there is one."""
    if not _ready(request, standing, now):
        return redirect("sign", token)
    try:
        form = answering.take_refusal(request, _answerer(standing))
    except Refused:
        return redirect("sign", token)
    if form is not None:
        return _show(request, token, standing, now, status=422, decline_form=form)
    return render(request, "consent/sign_over.html", {"why": "just_declined"})


def _question(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Pass a question on to the coach."""
    if not _ready(request, standing, now):
        return redirect("sign", token)
    form = answering.take_question(request, _answerer(standing))
    return redirect("sign", token) if form is None else _show(request, token, standing, now, status=422, question_form=form)


def _paper(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Tell the coach that paper is preferred."""
    if _ready(request, standing, now):
        answering.take_wish_for_paper(request, _answerer(standing))
    return redirect("sign", token)


def _renounce(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Take the withdrawal of a private client who has no space, within the fourteen days."""
    client = standing.agreement.engagement.client
    may = standing.can_fetch and signing.has_proven(request, standing.link, now)
    if not may or standing.signatory.role != Signatory.Role.CLIENT:
        return redirect("sign", token)
    try:
        actions.renounce_agreement(agreement=standing.agreement, text=request.POST.get("text", ""), by=client)
    except Refused as no:
        messages.error(request, no.sentence)
        return redirect("sign", token)
    return render(request, "consent/sign_over.html", {"why": "just_renounced"})


def _make_space(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Lead the client who just signed to the page on which their space is made."""
    may = _has_signed(request, standing, now) or (standing.can_fetch and signing.has_proven(request, standing.link, now))
    if not may or standing.signatory.role != Signatory.Role.CLIENT:
        return redirect("sign", token)
    way_in = links.new_token()
    try:
        actions.offer_space(agreement=standing.agreement, token=way_in, by=None)
    except Refused:
        return redirect("account_login")
    return redirect("enrol", way_in)


STEPS = {
    "open": _open,
    "code": _code,
    "read": _read,
    "passkey": _passkey,
    "sign": _sign,
    "decline": _decline,
    "question": _question,
    "paper": _paper,
    "renounce": _renounce,
    "space": _make_space,
}
