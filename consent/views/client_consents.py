"""What a client is asked, what they authorised, and the receipts. Taking back is one step, with the vault shut too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Client, Engagement
from consent import consent_receipts, evidence, permitting
from consent.actions import consents as actions
from consent.forms.consents import GiveForm
from consent.models import Consent
from consent.purposes import PURPOSES
from consent.standing import Changed
from consent.views.answers import pdf_answer
from consent.views.careful import asks_passphrase, is_stepped_up


@require_GET
@admits(Client, even_locked=True)
def consents(request: HttpRequest, clients: list[Client]) -> HttpResponse:
    """What waits for an answer, what stands, each with its withdraw button, and what was. With the vault shut: the buttons, and no names."""
    rows = list(Consent.objects.for_client(clients).with_events())
    is_open = request.vault is not None  # type: ignore[attr-defined]
    facts = {
        "waiting": [row for row in rows if row.state == "requested"],
        "standing": [row for row in rows if row.state == "given"],
        "over": [row for row in rows if row.state not in ("requested", "given")],
        "possible": permitting.possible(clients, timezone.now()) if is_open else [],
        "is_open": is_open,
    }
    return render(request, "consent/client_consents.html", facts)


@require_GET
@admits(Client)
def consent_page(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """One question with its two answers, or one consent with what happened to it."""
    return _page(request, _consent(clients, pk))


@require_POST
@admits(Client)
@sensitive_variables()
def consent_give(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Say yes, signed with the client's own key, to what they chose."""
    row = _consent(clients, pk)
    form = GiveForm(row.about, request.POST)
    if not _is_complete(request, form):
        return _page(request, row, form)
    try:
        _give(request, clients, row, form)
    except Changed:
        messages.error(request, _("Something has changed since you opened this page, so nothing was authorised. Please read it again."))
    return redirect("client_consent", pk)


@require_POST
@admits(Client)
def consent_refuse(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Say no. Nothing follows."""
    row = _consent(clients, pk)
    try:
        actions.refuse(consent=row, by=_client(clients, row.engagement))
        messages.success(request, _("It is noted. Refusing changes nothing in your coaching."))
    except Changed:
        messages.error(request, _("Something has changed since you opened this page. Please read it again."))
    return redirect("client_consents")


@require_POST
@admits(Client, even_locked=True)
def consent_withdraw(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Withdraw in one step. What was read stays read; the next look finds nothing."""
    row = _consent(clients, pk)
    actions.withdraw(consent=row, by=_client(clients, row.engagement))
    messages.success(request, _("Withdrawn, at once. What was already read cannot be erased."))
    return redirect("client_consents")


@require_http_methods(["GET", "POST"])
@admits(Client)
@sensitive_variables()
def consent_start(request: HttpRequest, clients: list[Client], pk: UUID, contact: UUID, purpose: str) -> HttpResponse:
    """Authorise something of one's own accord: what one contact may see."""
    engagement = get_object_or_404(Engagement.objects.for_client(clients).select_related("client", "coach__person", "sponsor"), pk=pk)
    offered = [
        one for one in permitting.possible_in(engagement, timezone.now()) if (one.contact.pk, one.purpose.code) == (contact, purpose)
    ]
    if not offered:
        raise Http404
    one, form = offered[0], GiveForm(PURPOSES[purpose], request.POST or None)
    if request.method == "POST" and _is_complete(request, form):
        client = _client(clients, engagement)
        row = actions.ask(engagement=engagement, purpose=purpose, contact=one.contact, terms={"data": sorted(form.chosen)}, by=client)
        _give(request, clients, row, form)
        return redirect("client_consents")
    facts = {"one": one, "engagement": engagement, "form": form, "asks_passphrase": asks_passphrase(request)}
    return render(request, "consent/client_consent_start.html", facts)


@require_GET
@admits(Client)
def consent_receipt(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The receipt as JSON, after ISO/IEC TS 27560."""
    row = _consent(clients, pk)
    record = consent_receipts.as_json(row, language=get_language() or "fr", salt=permitting.salt_of(row, request.vault))  # type: ignore[attr-defined]
    answer = JsonResponse(record, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.pk}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_GET
@admits(Client)
def consent_receipt_pdf(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The receipt to read and print."""
    row = _consent(clients, pk)
    salt = permitting.salt_of(row, request.vault)  # type: ignore[attr-defined]
    return pdf_answer(
        consent_receipts.as_pdf(row, language=get_language() or "fr", salt=salt), str(row.pk), download="download" in request.GET
    )


@require_GET
@admits(Client)
def consent_paper(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The page that they signed, as the coach kept it."""
    row = _consent(clients, pk)
    if row.page is None:
        raise Http404
    return pdf_answer(row.page, str(row.pk), download="download" in request.GET)


def _consent(clients: list[Client], pk: UUID) -> Consent:
    return get_object_or_404(Consent.objects.for_client(clients).with_events(), pk=pk)


def _client(clients: list[Client], engagement: Engagement) -> Client:
    return next(client for client in clients if client.pk == engagement.client_id)


def _is_complete(request: HttpRequest, form: GiveForm) -> bool:
    """Whether everything is chosen and the passphrase is right; what is not stands in the form."""
    return form.is_valid() and is_stepped_up(request, form)


def _give(request: HttpRequest, clients: list[Client], row: Consent, form: GiveForm) -> None:
    """Give it as the form says, and say so. Raises `Changed`; a rule that says no is told in its own sentence."""
    language = get_language() or "fr"
    kept = evidence.of_consent(request, notice=consent_receipts.notice(row, language), language=language)
    vault: Any = request.vault  # type: ignore[attr-defined]
    facts = {"data": form.chosen, "until": form.cleaned_data.get("until"), "evidence": kept, "vault": vault}
    try:
        actions.give(consent=row, by=_client(clients, row.engagement), **facts)
        messages.success(request, _("It is noted. You can withdraw it at any time, in one step."))
    except Changed:
        raise
    except Refused as no:
        messages.error(request, no.sentence or _("Nothing was authorised."))


def _page(request: HttpRequest, row: Consent, form: GiveForm | None = None) -> HttpResponse:
    if row.proposal_id is not None:
        return redirect("client_proposal", row.proposal_id)
    facts = {
        "consent": row,
        "form": form or GiveForm(row.about),
        "is_waiting": row.state == "requested" and row.lapses_at > timezone.now(),
        "asks_passphrase": asks_passphrase(request),
    }
    return render(request, "consent/client_consent.html", facts)
