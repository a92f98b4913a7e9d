"""Reading and signing by a mailed link, without an account. A GET shows, and consumes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_GET, require_http_methods

from accounts import links
from accounts.act import Refused
from accounts.doors import Anyone, admits
from consent import actions, documents, evidence, signing
from consent.forms import DeclineForm, SignForm
from consent.signing import Standing
from consent.views.answers import pdf_answer


@require_http_methods(["GET", "POST"])
@admits(Anyone)
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """Say who invites and why, then show the document, then take a signature or a refusal."""
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
    """The document as a PDF: the fixed bytes, and once it is in force the signed copy."""
    now = timezone.now()
    standing = signing.look(token, now)
    if standing is None or not _may_read(request, standing, now):
        raise Http404
    agreement = standing.agreement
    document = agreement.signed_document or agreement.document
    return pdf_answer(document or b"", documents.reference(agreement), download="download" in request.GET)


def _may_read(request: HttpRequest, standing: Standing, now: datetime) -> bool:
    """Whether this browser may read the document by this link: it opened it and the link lives, or it has just signed by it."""
    lives = standing.can_sign or standing.can_fetch
    return (lives and signing.has_opened(request, standing.link)) or _has_signed(request, standing, now)


def _has_signed(request: HttpRequest, standing: Standing, now: datetime) -> bool:
    return standing.over == "signed" and signing.has_just_signed(request, standing.link, now)


def _show(request: HttpRequest, token: str, standing: Standing, now: datetime, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page that fits where the link leads and what this browser has done so far."""
    agreement = standing.agreement
    facts = _facts(token, standing)
    if _has_signed(request, standing, now):
        return render(request, "consent/sign_done.html", facts)
    if standing.over:
        return render(request, "consent/sign_over.html", {"why": standing.over}, status=410)
    if not signing.has_opened(request, standing.link):
        return render(request, "consent/sign_start.html", facts)
    if standing.can_fetch:
        return render(request, "consent/sign_done.html", facts)
    text = documents.text_of(agreement)
    more = {"text": text, "sign_form": SignForm(statement=text.statements["client"]), "decline_form": DeclineForm(), **forms}
    return render(request, "consent/sign_document.html", facts | more, status=status)


def _facts(token: str, standing: Standing) -> dict[str, Any]:
    """What the holder of a living link is told."""
    engagement = standing.agreement.engagement
    return {
        "token": token,
        "standing": standing,
        "agreement": standing.agreement,
        "coach": engagement.coach,
        "client": engagement.client,
        "reference": documents.reference(standing.agreement),
    }


def _open(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Open the document on purpose."""
    if standing.can_sign or standing.can_fetch:
        signing.note(request, standing.link, "opened", now)
        actions.note_opening(agreement=standing.agreement, by=None)
    return redirect("sign", token)


def _sign(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Take the signature. Whoever comes second, or too late, is told why."""
    if not standing.can_sign or not signing.has_opened(request, standing.link):
        return redirect("sign", token)
    agreement = standing.agreement
    form = SignForm(request.POST, statement=agreement.details["statements"]["client"])
    if not form.is_valid():
        return _show(request, token, standing, now, status=422, sign_form=form)
    kept = evidence.of_signing(request, agreement=agreement, role="client", typed_name=form.cleaned_data["name"], way="link", at=now)
    try:
        actions.sign_agreement(agreement=agreement, evidence=kept, link=standing.link, by=None)
    except Refused:
        return redirect("sign", token)
    signing.note(request, standing.link, "signed", now)
    return redirect("sign", token)


def _decline(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Take the refusal, and the reason if there is one."""
    if not standing.can_sign or not signing.has_opened(request, standing.link):
        return redirect("sign", token)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _show(request, token, standing, now, status=422, decline_form=form)
    try:
        actions.decline_agreement(agreement=standing.agreement, reason=form.cleaned_data["reason"], link=standing.link, by=None)
    except Refused:
        return redirect("sign", token)
    return render(request, "consent/sign_over.html", {"why": "just_declined"})


def _make_space(request: HttpRequest, token: str, standing: Standing, now: datetime) -> HttpResponse:
    """Lead whoever signed to the page on which their space is made."""
    may = _has_signed(request, standing, now) or (standing.can_fetch and signing.has_opened(request, standing.link))
    if not may:
        return redirect("sign", token)
    way_in = links.new_token()
    try:
        actions.offer_space(agreement=standing.agreement, token=way_in, by=None)
    except Refused:
        return redirect("account_login")
    return redirect("enrol", way_in)


STEPS = {"open": _open, "sign": _sign, "decline": _decline, "space": _make_space}
