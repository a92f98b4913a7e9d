"""The client reads exactly what a contact would read, and says yes, no, or how else. Taking back is one step, with the vault shut too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts.doors import admits
from accounts.forms import UnlockForm
from accounts.views.vault import vault_by_passphrase
from clients.models import Client
from consent import evidence, overview
from consent.actions import summaries as actions
from consent.forms import ApproveForm, ChangesForm
from consent.models import Proposal
from consent.standing import Changed
from vault.unlocked import public_keys

NOTICE = "summary-2026-11"  # version of the sentences that the client is shown before answering


def _proposal(clients: list[Client], pk: str) -> Proposal:
    rows = Proposal.objects.for_client(clients).select_related(
        "summary__engagement__coach__person", "summary__engagement__client", "contact__sponsor"
    )
    return get_object_or_404(rows, pk=pk)


def _client(clients: list[Client], proposal: Proposal) -> Client:
    return next(client for client in clients if client.pk == proposal.summary.engagement.client_id)


@admits(Client)
def proposal(request: HttpRequest, clients: list[Client], pk: str) -> HttpResponse:
    """Show the text word for word, who would read it, and the three answers."""
    return _page(request, clients, _proposal(clients, pk))


def _page(
    request: HttpRequest, clients: list[Client], row: Proposal, *, approve: ApproveForm | None = None, changes: ChangesForm | None = None
) -> HttpResponse:
    """The page of a proposal, with a form that was not right yet, if there is one."""
    vault: Any = request.vault  # type: ignore[attr-defined]
    if not vault.holds(row.summary.engagement.shared_key):
        return render(request, "consent/client_waits_for_key.html")
    text, fingerprint = actions.unsalted(vault.open(row.body, row.place()))
    answer = vault.open(row.answer, row.place("proposal.answer")) if row.answer else ""
    keys = public_keys(row.contact.person_id) if row.contact.person_id else None
    consent = overview.given().for_client(clients).filter(proposal=row).first()
    until = timezone.localdate() + timedelta(days=365)
    return render(
        request,
        "consent/client_proposal.html",
        {
            "proposal": row,
            "text": text,
            "answer": answer,
            "fingerprint": fingerprint.hex(),
            "keys": keys.fingerprint().hex() if keys else "",
            "approve": approve or ApproveForm(initial={"until": until}),
            "changes": changes or ChangesForm(initial={"answer": text}),
            "asks_passphrase": not did_recently_reauthenticate(request),
            "consent": consent,
            "happened": overview.what_happened(consent),
            "is_waiting": row.state == Proposal.State.PROPOSED and row.lapses_at > timezone.now(),
            "now": timezone.now(),
        },
    )


@require_POST
@admits(Client)
@sensitive_variables()
def proposal_approve(request: HttpRequest, clients: list[Client], pk: str) -> HttpResponse:
    """Approve: the client's own vault makes the contact's copy. What was shown must be what stands there now."""
    row = _proposal(clients, pk)
    form = ApproveForm(request.POST)
    if not did_recently_reauthenticate(request):
        check = UnlockForm({"password": request.POST.get("password", "")})
        if vault_by_passphrase(request, check) is None:
            for error in check.errors.get("password", []):
                form.add_error(None, error)
            return _page(request, clients, row, approve=form)
        record_authentication(request, request.user, method="password", reauthenticated=True)
    if not form.is_valid():
        return _page(request, clients, row, approve=form)
    shown = form.cleaned_data
    try:
        if shown["contact"] != row.contact_id:
            raise Changed(code="shown_another")
        actions.approve(
            proposal=row,
            fingerprint=shown["fingerprint"],
            contact=row.contact,
            keys=shown["keys"],
            until=shown["until"],
            evidence=evidence.of_consent(request, notice=NOTICE, language=get_language() or "fr"),
            vault=request.vault,  # type: ignore[attr-defined]
            by=_client(clients, row),
        )
    except Changed:
        messages.error(request, _("Something has changed since you opened this page, so nothing was passed on. Please read it again."))
        return redirect("client_proposal", pk)
    messages.success(
        request,
        _("It is noted. For one minute you can still take it back before anyone reads it; you can also withdraw it later, at any time."),
    )
    return redirect("client_proposal", pk)


@require_POST
@admits(Client)
def proposal_refuse(request: HttpRequest, clients: list[Client], pk: str) -> HttpResponse:
    """Refuse: nothing is passed on, and the contact does not learn that there was a question."""
    row = _proposal(clients, pk)
    try:
        actions.refuse(proposal=row, by=_client(clients, row))
        messages.success(
            request, _("It is noted. Nothing is passed on. The organisation will not know whether you refused or simply did not answer.")
        )
    except Changed:
        messages.error(request, _("Something has changed since you opened this page. Please read it again."))
    return redirect("client_proposal", pk)


@require_POST
@admits(Client)
def proposal_change(request: HttpRequest, clients: list[Client], pk: str) -> HttpResponse:
    """Send the coach the text as the client would have it."""
    row = _proposal(clients, pk)
    form = ChangesForm(request.POST)
    if not form.is_valid():
        return _page(request, clients, row, changes=form)
    try:
        actions.ask_changes(proposal=row, answer=form.cleaned_data["answer"], vault=request.vault, by=_client(clients, row))  # type: ignore[attr-defined]
        messages.success(request, _("Your wish is with your coach. Nothing is passed on."))
    except Changed:
        messages.error(request, _("Something has changed since you opened this page. Please read it again."))
    return redirect("client_proposal", pk)
