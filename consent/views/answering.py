"""What a signatory can do with an agreement, by link, in the client's space or in the contact's: shown, and taken from a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.act import Refused
from accounts.models import Link
from clients.models import Client, SponsorContact
from consent import actions, documents, evidence, fixing, passkeys
from consent.forms import DeclineForm, QuestionForm, SignForm
from consent.models import Agreement, Signatory
from consent.overview import conversation
from support import pdf
from support.pdf import PdfFailed


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers, and how they came: by a link and its code, or in their own space."""

    signatory: Signatory
    way: str
    link: Link | None = None
    by: Client | SponsorContact | None = None

    @property
    def agreement(self) -> Agreement:
        return self.signatory.agreement


def sign_form(answerer: Answerer, data: Mapping[str, Any] | None = None) -> SignForm:
    """The form by which this signatory signs."""
    details = answerer.agreement.details
    is_consumer = answerer.signatory.role == Signatory.Role.CLIENT and "consumer_withdrawal" in details.get("effects", {})
    return SignForm(data, statement=details["statements"][answerer.signatory.role], is_consumer=is_consumer)


def facts(answerer: Answerer, **forms: Any) -> dict[str, Any]:
    """What the pages on which somebody answers show."""
    agreement, signatory = answerer.agreement, answerer.signatory
    text = documents.text_of(agreement)
    points = text.sponsor_points if signatory.role == Signatory.Role.SPONSOR and text.sponsor_points else text.key_points
    return {
        "agreement": agreement,
        "signatory": signatory,
        "coach": agreement.engagement.coach,
        "client": agreement.engagement.client,
        "text": text,
        "key_points": points,
        "reference": documents.reference(agreement),
        "page_numbers": range(1, agreement.details.get("pages", 0) + 1),
        "conversation": conversation(agreement, signatory),
        "sign_form": sign_form(answerer),
        "decline_form": DeclineForm(),
        "question_form": QuestionForm(),
        **forms,
    }


def take_signature(request: HttpRequest, answerer: Answerer, now: datetime) -> SignForm | None:
    """Sign, or give back the form that says what is missing. Raises `Refused`, `PdfFailed`."""
    form = sign_form(answerer, request.POST)
    if not form.is_valid():
        return form
    agreement, signatory = answerer.agreement, answerer.signatory
    if signatory.signed_at is not None:
        raise Refused(_("You have signed already."), code="signed_already")
    kept = evidence.of_signing(
        request, agreement=agreement, signatory=signatory, typed=form.cleaned_data, way=answerer.way, link=answerer.link, at=now
    )
    is_elsewhere = agreement.kind == Agreement.Kind.ELSEWHERE
    file = fixing.as_it_stands(agreement) if is_elsewhere else fixing.sign(agreement, signatory, kept, at=now)
    actions.sign_agreement(
        agreement=agreement,
        signatory=signatory,
        evidence=kept,
        document=None if is_elsewhere else file.document,
        base=file.base,
        link=answerer.link,
        by=answerer.by,
    )
    return None


def ask_passkey(request: HttpRequest, signatory: Signatory) -> JsonResponse:
    """What a passkey is asked to sign, for the page's script. Raises Http404 where there is no name to make a passkey for."""
    asked = passkeys.ask(request, signatory, timezone.now())
    if asked is None:
        raise Http404
    return JsonResponse(asked)


def take_refusal(request: HttpRequest, answerer: Answerer) -> DeclineForm | None:
    """Decline, or give back the form that says what is wrong. Raises `Refused`."""
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return form
    actions.decline_agreement(
        agreement=answerer.agreement,
        signatory=answerer.signatory,
        reason=form.cleaned_data["reason"],
        link=answerer.link,
        by=answerer.by,
    )
    return None


def take_question(request: HttpRequest, answerer: Answerer) -> QuestionForm | None:
    """Pass a question on, or give back the form that says what is missing."""
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return form
    try:
        actions.ask_question(signatory=answerer.signatory, text=form.cleaned_data["question"], by=answerer.by)
    except Refused as no:
        form.add_error("question", str(no.sentence))
        return form
    messages.success(request, _("Your question has reached your coach. Nothing is due meanwhile."))
    return None


def take_wish_for_paper(request: HttpRequest, answerer: Answerer) -> None:
    """Tell the coach that this person would rather sign on paper."""
    actions.ask_for_paper(signatory=answerer.signatory, by=answerer.by)
    messages.success(request, _("Your coach is told that you would rather sign on paper. This page stays open to you."))


def page_picture(agreement: Agreement, number: int) -> HttpResponse:
    """One page of the fixed PDF, as it is, for screens whose browser shows no PDF. Raises Http404 where there is no such page."""
    if agreement.document is None or not 1 <= number <= agreement.details.get("pages", 0):
        raise Http404
    try:
        picture = pdf.page(agreement.document, number)
    except PdfFailed as no:
        raise Http404 from no
    answer = HttpResponse(picture, content_type="image/png")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
