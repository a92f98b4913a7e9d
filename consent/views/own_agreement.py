"""An agreement in one's own space, for the client and for a contact alike: shown, and answered while it is one's turn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.act import Refused
from consent import actions, evidence
from consent.models import Agreement, Signatory
from consent.moments import moments_of
from consent.views import answering
from consent.views.answering import Answerer
from support.pdf import PdfFailed

PARTIES = ("engagement__coach__person", "engagement__client__person", "engagement__sponsor")


def may_sign(signatory: Signatory) -> bool:
    """Whether it is this person's turn, and in time."""
    agreement = signatory.agreement
    is_in_time = agreement.expires_at is not None and agreement.expires_at > timezone.now()
    return agreement.state == Agreement.State.SENT and is_in_time and signatory.asked_at is not None and signatory.signed_at is None


def page(request: HttpRequest, answerer: Answerer, name: str, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The agreement's page in somebody's space."""
    can_sign = may_sign(answerer.signatory)
    if can_sign and answerer.signatory.opened_at is None:
        actions.note_opening(signatory=answerer.signatory, where=evidence.where(request), by=answerer.by)
    shown = answering.facts(answerer, **forms)
    template = {"client_agreement": "consent/client_agreement.html", "contact_agreement": "consent/contact_agreement.html"}[name]
    may_renounce = name == "client_agreement" and answerer.agreement.can_be_renounced(timezone.now())
    moments = moments_of(answerer.agreement, to=answerer.signatory)
    return render(request, template, shown | {"can_sign": can_sign, "moments": moments, "may_renounce": may_renounce}, status=status)


def answer(request: HttpRequest, answerer: Answerer, name: str) -> HttpResponse:
    """Take what was answered on that page."""
    step = request.POST.get("step", "")
    try:
        return _answered(request, answerer, name, step)
    except PdfFailed:
        messages.error(request, _("Your signature could not be put into the document. Nothing was signed; please try again."))
    except Refused as no:
        if not no.sentence:
            raise
        messages.error(request, no.sentence)
    return redirect(name, answerer.agreement.pk)


def _answered(request: HttpRequest, answerer: Answerer, name: str, step: str) -> HttpResponse:
    if step == "read":
        pages = answerer.agreement.details.get("pages", 0)
        actions.note_read(signatory=answerer.signatory, pages=pages, by=answerer.by)
        return HttpResponse(status=204)
    if step == "passkey":
        if not may_sign(answerer.signatory):
            raise Http404
        return answering.ask_passkey(request, answerer.signatory)
    if step == "decline":
        refused = answering.take_refusal(request, answerer)
        if refused is not None:
            return page(request, answerer, name, status=422, decline_form=refused)
        messages.success(request, _("You declined. The coach is told; nothing else follows from it."))
    elif step == "question":
        asked = answering.take_question(request, answerer)
        if asked is not None:
            return page(request, answerer, name, status=422, question_form=asked)
    elif step == "paper":
        answering.take_wish_for_paper(request, answerer)
    else:
        form = answering.take_signature(request, answerer, timezone.now())
        if form is not None:
            return page(request, answerer, name, status=422, sign_form=form)
        messages.success(request, _("Signed. The others sign next; the signed copy will then be here."))
    return redirect(name, answerer.agreement.pk)
