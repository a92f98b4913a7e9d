"""A copy of everything about a client: the coach goes through each text, and hands the copy over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach
from consent import rights
from consent.actions import rights as actions
from consent.models import RightsRequest
from consent.rights import MASKED, Part
from sessions.markdown import html_of
from sessions.rights.forms import HandOverForm, PartForm
from sessions.rights.sources import Entry, Source, entries_of, text_of
from sessions.views.meetings import say
from sessions.views.rights import request_of


def _access(coach: Coach, pk: UUID) -> RightsRequest:
    """A request for access, or 404."""
    row = request_of(coach, pk)
    if row.kind != RightsRequest.Kind.ACCESS:
        raise Http404
    return row


@require_GET
@admits(Coach)
@sensitive_variables()
def rights_texts(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """List every text, and what was decided of each."""
    row = _access(coach, pk)
    if not row.is_open:
        return redirect("rights_page", pk)
    entries = entries_of(row, request.vault)  # type: ignore[attr-defined]
    done = sum(entry.is_done for entry in entries)
    next_one = next((entry for entry in entries if not entry.is_done), None)
    return render(request, "sessions/rights_texts.html", {"row": row, "entries": entries, "done": done, "next": next_one})


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def rights_text(request: HttpRequest, coach: Coach, pk: UUID, source: UUID) -> HttpResponse:
    """Show one text and decide: as it stands, with passages masked, or left out with a reason."""
    row = _access(coach, pk)
    vault: Any = request.vault  # type: ignore[attr-defined]
    entries = entries_of(row, vault) if row.is_open else []
    entry = next((one for one in entries if one.source.id == source), None)
    if entry is None:
        raise Http404
    original = text_of(entry.source, vault, coach)
    form = PartForm(request.POST or None, initial=_so_far(entry.decided, original))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["outcome"] == MASKED and form.cleaned_data["text"] == original:
            form.add_error("text", _("Nothing is masked yet: the copy says the same as the original."))
        elif _kept(request, row, entry.source, form.part(entry.source, original), coach):
            return _on(entries, entry, pk)
    facts = {"row": row, "entry": entry, "html": html_of(original), "form": form, "chosen": form["outcome"].value() or ""}
    return render(request, "sessions/rights_text.html", facts)


def _so_far(decided: Part | None, original: str) -> dict[str, Any]:
    """What the form shows at first: what was decided, or the text itself with nothing chosen."""
    if decided is None:
        return {"text": original}
    return {"outcome": decided.outcome, "text": decided.text or original, "reason": decided.reason, "explained": decided.explained}


def _kept(request: HttpRequest, row: RightsRequest, source: Source, part: Part, coach: Coach) -> bool:
    """Whether the decision was kept; a rule that says no is told in its own sentence."""
    facts = {"request": row, "engagement": source.engagement, "source": source.id, "part": part}
    try:
        actions.decide(**facts, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    except Refused as no:
        say(request, no)
        return False
    return True


def _on(entries: list[Entry], entry: Entry, pk: UUID) -> HttpResponse:
    """To the next text that was not gone through, or back to the list."""
    after = [one for one in entries[entries.index(entry) + 1 :] if not one.is_done]
    return redirect("rights_text", pk, after[0].source.id) if after else redirect("rights_texts", pk)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def rights_hand_over(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Show the whole copy once more, then hand it over for good."""
    row = _access(coach, pk)
    vault: Any = request.vault  # type: ignore[attr-defined]
    if not row.is_open:
        return redirect("rights_page", pk)
    entries = entries_of(row, vault)
    if not all(entry.is_done for entry in entries):
        messages.warning(request, _("Something was not gone through yet, or has changed since. Nothing was handed over."))
        return redirect("rights_texts", pk)
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sources = {entry.source.id: entry.source.version for entry in entries}
        try:
            actions.hand_over(request=row, sources=sources, text=form.cleaned_data["text"], vault=vault, by=coach)
            messages.success(request, _("The copy is in your client’s space. It can no longer be changed."))
        except Refused as no:
            say(request, no)
        return redirect("rights_page", pk)
    parts = sorted((entry.decided for entry in entries if entry.decided), key=lambda part: part.at)
    counts = [(name, sum(part.outcome == code for part in parts)) for code, name in rights.OUTCOMES.items()]
    return render(request, "sessions/rights_hand_over.html", {"row": row, "parts": parts, "counts": counts, "form": form})
