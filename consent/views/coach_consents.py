"""The coach's register of consents: what was asked and answered, asking, taking a question back, receipts, and the list to keep."""

from __future__ import annotations

import csv
import io
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits, to_step_up
from clients.models import Coach, Engagement
from consent import consent_receipts, permitting
from consent.actions import consents as actions
from consent.forms.consents import AskForm, PaperForm
from consent.models import Consent
from consent.purposes import PURPOSES, WITH_SCREENS
from consent.views.answers import pdf_answer
from consent.views.careful import asks_passphrase


@require_GET
@admits(Coach)
def register(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Every consent of every client."""
    return render(request, "consent/consent_register.html", {"consents": permitting.register(coach)})


@require_GET
@admits(Coach)
def register_csv(request: HttpRequest, coach: Coach) -> HttpResponse:
    """The same as a list to keep: an export, so the passphrase is asked for again."""
    if asks_passphrase(request):
        return to_step_up(request)
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(
        [
            _("Client"),
            _("Purpose"),
            _("Recipient"),
            _("What exactly"),
            _("State"),
            _("Asked on"),
            _("Given on"),
            _("Until"),
            pgettext("consent", "Record"),
        ]
    )
    for one in permitting.register(coach):
        days = [timezone.localdate(moment).isoformat() if moment else "" for moment in (one.requested_at, one.given_at)]
        until = one.until_date.isoformat() if one.until_date else ""
        who = [one.engagement.client.name, str(one.about.label), one.recipient_name, "; ".join(one.data_names)]
        rows.writerow([_harmless(cell) for cell in (*who, str(one.get_state_display), *days, until, str(one.pk))])
    answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{timezone.localdate().isoformat()}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


@require_GET
@admits(Coach)
def engagement_consents(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The consents of one engagement, and what can be asked."""
    engagement = _engagement(coach, pk)
    rows = Consent.objects.for_coach(coach).filter(engagement=engagement).with_events()
    facts = {"engagement": engagement, "consents": rows, "askable": permitting.askable(engagement, timezone.now())}
    return render(request, "consent/engagement_consents.html", facts)


@require_http_methods(["GET", "POST"])
@admits(Coach)
def consent_ask(request: HttpRequest, coach: Coach, pk: UUID, purpose: str) -> HttpResponse:
    """Ask the client for one permission."""
    engagement = _engagement(coach, pk)
    if purpose not in WITH_SCREENS:
        raise Http404
    about, contacts = PURPOSES[purpose], permitting.contacts_of(engagement)
    form = AskForm(about, contacts, request.POST or None)
    if request.method == "POST" and form.is_valid():
        contact = next((row for row in contacts if str(row.pk) == form.cleaned_data.get("contact")), None)
        terms = {"data": sorted(form.chosen), "reason": form.cleaned_data["reason"]}
        try:
            row = actions.ask(engagement=engagement, purpose=purpose, contact=contact, terms=terms, by=coach)
        except Refused as no:
            form.add_error(None, no.sentence or _("This cannot be asked now."))
        else:
            messages.success(request, _("Your client finds the question in their space."))
            return redirect("consent_page", row.pk)
    why_not = next(
        (why for one, why in permitting.askable(engagement, timezone.now()) if one.code == purpose), _("This cannot be asked now.")
    )
    return render(request, "consent/consent_ask.html", {"engagement": engagement, "about": about, "form": form, "why_not": why_not})


@require_http_methods(["GET", "POST"])
@admits(Coach)
def consent_paper(request: HttpRequest, coach: Coach, pk: UUID, purpose: str) -> HttpResponse:
    """Keep a yes that the client signed on paper."""
    engagement = _engagement(coach, pk)
    if purpose not in WITH_SCREENS or Consent.Way.PAPER not in PURPOSES[purpose].ways:
        raise Http404
    about, contacts = PURPOSES[purpose], permitting.contacts_of(engagement)
    form = PaperForm(about, contacts, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        contact = next((row for row in contacts if str(row.pk) == form.cleaned_data.get("contact")), None)
        facts = {
            "contact": contact,
            "terms": {"data": sorted(form.chosen)},
            "until": form.cleaned_data.get("until"),
            "way": Consent.Way.PAPER,
        }
        try:
            row = actions.attest(engagement=engagement, purpose=purpose, page=form.cleaned_data["page"], by=coach, **facts)
        except Refused as no:
            form.add_error(None, no.sentence or _("This cannot be asked now."))
        else:
            messages.success(request, _("Kept, with the page. Your client sees it in their space and can withdraw it there."))
            return redirect("consent_page", row.pk)
    return render(request, "consent/consent_paper.html", {"engagement": engagement, "about": about, "form": form})


@require_GET
@admits(Coach)
def consent_paper_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The page that was signed."""
    return _page_of(_consent(coach, pk), request)


def _page_of(row: Consent, request: HttpRequest) -> HttpResponse:
    if row.page is None:
        raise Http404
    return pdf_answer(row.page, str(row.pk), download="download" in request.GET)


@require_GET
@admits(Coach)
def consent_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """One consent with everything it names and what happened to it."""
    return render(request, "consent/consent_page.html", {"consent": _consent(coach, pk)})


@require_POST
@admits(Coach)
def consent_take_back(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Take a question back that nobody has answered."""
    row = _consent(coach, pk)
    try:
        actions.take_back(consent=row, by=coach)
        messages.success(request, _("The question is taken back."))
    except Refused:  # Changed too
        messages.error(request, _("It was answered meanwhile, or belongs to a text: nothing was changed."))
    return redirect("consent_page", pk)


@require_GET
@admits(Coach)
def consent_record(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The record as JSON, after ISO/IEC TS 27560, without what the client alone is given."""
    record = consent_receipts.as_json(_consent(coach, pk), language=get_language() or "fr")
    answer = JsonResponse(record, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer.headers["Content-Disposition"] = f'attachment; filename="{pk}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_GET
@admits(Coach)
def consent_record_pdf(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The record to read and print."""
    document = consent_receipts.as_pdf(_consent(coach, pk), language=get_language() or "fr")
    return pdf_answer(document, str(pk), download="download" in request.GET)


def _engagement(coach: Coach, pk: UUID) -> Engagement:
    return get_object_or_404(Engagement.objects.for_coach(coach).select_related("client", "sponsor", "coach"), pk=pk)


def _consent(coach: Coach, pk: UUID) -> Consent:
    return get_object_or_404(Consent.objects.for_coach(coach).with_events(), pk=pk)
