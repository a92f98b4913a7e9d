"""A client's data and rights: what can be downloaded or asked, what was asked and answered, and the copy that was handed over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits, to_step_up
from clients.models import Client, Engagement
from consent import rights
from consent.actions import rights as actions
from consent.forms.rights import AskForm
from consent.models import RightsRequest
from consent.views.answers import pdf_answer
from consent.views.careful import asks_passphrase
from support import pdf

Kind = RightsRequest.Kind


@require_GET
@admits(Client)
def rights_home(request: HttpRequest, clients: list[Client]) -> HttpResponse:
    """What can be downloaded, what can be asked, and what was asked."""
    mine = RightsRequest.objects.for_client(clients).select_related("engagement__coach__person")
    facts = {"clocks": rights.clocks(mine, timezone.localdate()), "kinds": Kind.choices, "authority": rights.authority()}
    return render(request, "consent/client_rights.html", facts)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@admits(Client)
@sensitive_variables()
def rights_ask(request: HttpRequest, clients: list[Client], kind: str) -> HttpResponse:
    """Ask for everything, for a correction, or for erasure."""
    if kind not in Kind.values:
        raise Http404
    vault: Any = request.vault  # type: ignore[attr-defined]
    spaces = rights.spaces_of(clients, vault)
    if not spaces:
        return render(request, "consent/client_waits_for_key.html")
    form = AskForm(kind, spaces, request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.engagement
        facts = {"engagement": chosen, "covers_all": form.covers_all, "kind": kind, "wish": form.wish}
        try:
            row = actions.ask(**facts, vault=vault, by=_client(clients, chosen))
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, _("It is with your coach, and nobody else reads it."))
            return redirect("client_rights_page", row.pk)
    due = rights.due_after(timezone.now())
    return render(request, "consent/client_rights_ask.html", {"form": form, "kind": kind, "label": Kind(kind).label, "due": due})


@require_GET
@admits(Client)
@sensitive_variables()
def rights_page(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """One request, until when it must be answered, and the answer with the copy."""
    return render(request, "consent/client_rights_page.html", _facts(request, _request(clients, pk)))


@require_POST
@admits(Client)
def rights_withdraw(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Take a request back while it waits."""
    row = _request(clients, pk)
    try:
        actions.withdraw(request=row, by=_client(clients, row.engagement))
        messages.success(request, _("Your request is taken back. You can ask again at any time."))
    except Refused as no:
        messages.error(request, no.sentence)
    return redirect("client_rights_page", pk)


@require_GET
@admits(Client)
@sensitive_variables()
def rights_copy(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The answer and what was handed over, to keep: an export, so the passphrase is asked for again."""
    row = _request(clients, pk)
    if rights.answer_of(row) is None:
        raise Http404
    if asks_passphrase(request):
        return to_step_up(request)
    actions.note_copy(request=row, by=_client(clients, row.engagement))
    language = get_language() or "fr"
    document = pdf.document("consent/pdf_rights.html", _facts(request, row), title=str(row.get_kind_display()), language=language)
    return pdf_answer(document, str(row.pk), download="download" in request.GET)


def _request(clients: list[Client], pk: UUID) -> RightsRequest:
    rows = RightsRequest.objects.for_client(clients).select_related("engagement__client", "engagement__coach__person")
    return get_object_or_404(rows, pk=pk)


def _client(clients: list[Client], engagement: Engagement) -> Client:
    return next(client for client in clients if client.pk == engagement.client_id)


@sensitive_variables()
def _facts(request: HttpRequest, row: RightsRequest) -> dict[str, Any]:
    """What the page and the printed copy show."""
    vault: Any = request.vault  # type: ignore[attr-defined]
    given = rights.answer_of(row)
    return {
        "row": row,
        "clock": rights.clock(row, timezone.localdate()),
        "wish": rights.wish_of(row, vault),
        "reason": rights.reason_of(row, vault),
        "given": given,
        "reply": rights.reply_of(given, vault) if given else None,
        "copies": rights.copies_of(row, vault) if given and row.kind == Kind.ACCESS else [],
        "authority": rights.authority(),
    }
