"""The client reads exactly what a contact would read, and says yes, no, or how else. Taking back is one step, with the vault shut too."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.keys import is_known
from clients.models import Client
from consent import consent_receipts, evidence, overview, readers
from consent.actions import copies
from consent.actions import keys as new_keys
from consent.actions import summaries as actions
from consent.forms import ApproveForm, ChangesForm, ShowAgainForm
from consent.models import Consent, Proposal
from consent.standing import Changed
from consent.views.careful import asks_passphrase, is_stepped_up
from consent.views.papers import compared, own_copy
from consent.wanted import Wanted, sentences
from vault.primitives import Closed
from vault.unlocked import public_keys


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


@sensitive_variables()
def _page(
    request: HttpRequest,
    clients: list[Client],
    row: Proposal,
    *,
    approve: ApproveForm | None = None,
    changes: ChangesForm | None = None,
    again: ShowAgainForm | None = None,
) -> HttpResponse:
    """The page of a proposal, with a form that was not right yet, if there is one."""
    vault: Any = request.vault  # type: ignore[attr-defined]
    if not vault.holds(row.summary.engagement.shared_key):
        vault.check_not_destroyed(row.summary.engagement.shared_key)
        return render(request, "consent/client_waits_for_key.html")
    keys = _keys_to_show(row, _client(clients, row))
    text, fingerprint = actions.unsalted(vault.open(row.body, row.place()))
    consent, now = overview.given().for_client(clients).filter(proposal=row).first(), timezone.now()
    facts = {
        "proposal": row,
        "text": text,
        "sentences": sentences(text),
        "wanted": Wanted.read(vault.open(row.answer, row.place("proposal.answer"))) if row.answer else None,
        "fingerprint": fingerprint.hex(),
        "keys": keys,
        "approve": approve or ApproveForm(initial={"until": timezone.localdate() + timedelta(days=365)}),
        "changes": changes or ChangesForm(initial={"text": text}),
        "asks_passphrase": asks_passphrase(request),
        "consent": consent,
        "again": again or ShowAgainForm(),
        "new_key": _new_key(row, consent, keys),
        "happened": overview.what_happened(consent),
        "is_waiting": row.state == Proposal.State.PROPOSED and row.lapses_at > now,
        "now": now,
    }
    return render(request, "consent/client_proposal.html", facts | _around(clients, row, now))


def _around(clients: list[Client], row: Proposal, now: datetime) -> dict[str, Any]:
    """The same summary's other questions: one a contact, and one a version."""
    asked = readers.history(readers.with_answers(Proposal.objects.for_client(clients).filter(summary=row.summary_id)), now)
    this = next(one for one in asked if one.proposal.pk == row.pk)
    others = [one for one in readers.with_each([], asked) if one.contact.pk != row.contact_id]
    return {"asked": asked, "this": this, "others": others}


def _keys_to_show(row: Proposal, client: Client) -> str:
    """SHA-256 of the contact's public keys in hex; empty where there are none. Where those on file do not hold the question ends, and the coach is told."""
    try:
        keys = public_keys(row.contact.person_id) if row.contact.person_id else None
    except Closed:
        _end_for_keys(row, client)
        return ""
    return keys.fingerprint().hex() if keys else ""


def _new_key(row: Proposal, consent: Consent | None, shown: str) -> str:
    """Why an authorised text is closed although the consent stands: `known` or `unknown` for a contact's new key, else empty."""
    copy = getattr(consent, "disclosure", None)
    if consent is None or copy is None or copy.closed_at is None or consent.state != "given" or consent.is_over(timezone.localdate()):
        return ""
    public = public_keys(row.contact.person_id) if shown and row.contact.person_id and row.contact.left_at is None else None
    if public is None:
        return ""
    return "known" if is_known(row.contact, public) else "unknown"


def _end_for_keys(row: Proposal, client: Client) -> None:
    """End a question that waits still, for the keys of its contact; tell the coach."""
    with suppress(Refused):
        copies.void_for_keys(proposal=row, by=client)
        row.state = Proposal.State.SUPERSEDED


def _notice(clients: list[Client], row: Proposal, language: str) -> str:
    """The sentences that stand beside the question."""
    return consent_receipts.notice(Consent.objects.for_client(clients).get(proposal=row), language)


@require_POST
@admits(Client)
@sensitive_variables()
def proposal_approve(request: HttpRequest, clients: list[Client], pk: str) -> HttpResponse:
    """Approve: the client's own vault makes the contact's copy. What was shown must be what stands there now."""
    row = _proposal(clients, pk)
    form = ApproveForm(request.POST)
    if not is_stepped_up(request, form) or not form.is_valid():
        return _page(request, clients, row, approve=form)
    shown, language = form.cleaned_data, get_language() or "fr"
    try:
        if shown["contact"] != row.contact_id:
            raise Changed(code="shown_another")
        actions.approve(
            proposal=row,
            fingerprint=shown["fingerprint"],
            contact=row.contact,
            keys=shown["keys"],
            until=shown["until"],
            evidence=evidence.of_consent(request, notice=_notice(clients, row, language), language=language),
            vault=request.vault,  # type: ignore[attr-defined]
            by=_client(clients, row),
        )
    except Changed as no:
        if no.code == actions.OTHER_KEYS:
            _end_for_keys(row, _client(clients, row))
            return redirect("client_proposal", pk)  # which says what happened
        messages.error(request, _("Something has changed since you opened this page, so nothing was passed on. Please read it again."))
        return redirect("client_proposal", pk)
    messages.success(
        request,
        _("It is noted. For one minute you can still take it back before anyone reads it; you can also withdraw it later, at any time."),
    )
    return redirect("client_proposal", pk)


@require_POST
@admits(Client)
@sensitive_variables()
def proposal_show_again(request: HttpRequest, clients: list[Client], pk: str) -> HttpResponse:
    """Show an authorised text again to a contact whose key is new: the client's own vault makes the copy once more. The consent stands as it is."""
    row, form = _proposal(clients, pk), ShowAgainForm(request.POST)
    if not is_stepped_up(request, form) or not form.is_valid():
        return _page(request, clients, row, again=form)
    consent = get_object_or_404(Consent.objects.for_client(clients), proposal=row)
    try:
        new_keys.show_again(consent=consent, shown=form.cleaned_data["keys"], vault=request.vault, by=_client(clients, row))  # type: ignore[attr-defined]
    except Changed:
        messages.error(request, _("Something has changed since you opened this page, so nothing was passed on. Please read it again."))
    except Refused as no:
        messages.error(request, str(no.sentence) or _("This text can no longer be shown."))
    else:
        messages.success(request, _("It is shown again. For one minute you can still take it back before anyone reads it."))
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
@sensitive_variables()
def proposal_change(request: HttpRequest, clients: list[Client], pk: str) -> HttpResponse:
    """Send the coach the text as the client would have it, and a word about it."""
    row, vault = _proposal(clients, pk), request.vault  # type: ignore[attr-defined]
    proposed, _fingerprint = actions.unsalted(vault.open(row.body, row.place()))
    form = ChangesForm(request.POST, proposed=proposed)
    if not form.is_valid():
        return _page(request, clients, row, changes=form)
    wanted = form.cleaned_data
    try:
        actions.ask_changes(proposal=row, text=wanted["text"], comment=wanted["comment"], vault=vault, by=_client(clients, row))
        messages.success(request, _("Your wish is with your coach. Nothing is passed on."))
    except Changed:
        messages.error(request, _("Something has changed since you opened this page. Please read it again."))
    return redirect("client_proposal", pk)


@require_GET
@admits(Client)
@sensitive_variables()
def proposal_compare(request: HttpRequest, clients: list[Client], pk: str) -> HttpResponse:
    """Compare a version with the one before it, word by word."""
    row = _proposal(clients, pk)
    older = readers.before(row, Proposal.objects.for_client(clients).select_related("summary__engagement__coach"))
    if older is None:
        raise Http404
    return render(
        request,
        "consent/proposal_compare.html",
        {"proposal": row, "older": older, "back": "client_proposal"} | compared(request, older, row),
    )


@require_GET
@admits(Client)
@sensitive_variables()
def proposal_pdf(request: HttpRequest, clients: list[Client], pk: str) -> HttpResponse:
    """The client's own copy of what was proposed, whatever became of it."""
    row = _proposal(clients, pk)
    client = _client(clients, row)
    text = copies.keep_copy(proposal=row, vault=request.vault, by=client)  # type: ignore[attr-defined]
    return own_copy(request, row, text, for_whom=client.name, back="client_proposal")
