"""What a client asked about their data: the coach reads it, sees until when, puts it off once, answers."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach
from consent import policies, rights
from consent.actions import rights as actions
from consent.models import RightsRequest
from sessions.destroying import plan
from sessions.rights.forms import AnswerForm, CorrectionForm, ErasureForm, PutOffForm
from sessions.rights.sources import sources_of
from sessions.views.meetings import say

Kind = RightsRequest.Kind


def request_of(coach: Coach, pk: UUID) -> RightsRequest:
    """A request to this coach, or 404."""
    rows = RightsRequest.objects.for_coach(coach).select_related("engagement__client", "engagement__coach__person")
    return get_object_or_404(rows, pk=pk)


@require_GET
@admits(Coach)
def rights_list(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Every request of every client: the open ones first, the most pressing above."""
    mine = RightsRequest.objects.for_coach(coach).select_related("engagement__client")
    day = timezone.localdate()
    facts = {"open": rights.clocks(mine.open(), day), "closed": mine.filter(closed_at__isnull=False)}
    return render(request, "sessions/rights_list.html", facts)


@require_GET
@admits(Coach)
@sensitive_variables()
def rights_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Show one request, and what can be done with it."""
    return _page(request, request_of(coach, pk))


@sensitive_variables()
def _page(request: HttpRequest, row: RightsRequest, *, put_off: PutOffForm | None = None, answer: AnswerForm | None = None) -> HttpResponse:
    """The page of a request, with a form that was not right yet, if there is one."""
    vault: Any = request.vault  # type: ignore[attr-defined]
    given, engagements = rights.answer_of(row), rights.engagements_of(row)
    form = answer or (None if row.kind == Kind.ACCESS or not row.is_open else _form(row))
    facts = {
        "row": row,
        "clock": rights.clock(row, timezone.localdate()),
        "wish": rights.wish_of(row, vault),
        "reason": rights.reason_of(row, vault),
        "engagements": engagements,
        "given": given,
        "reply": rights.reply_of(given, vault) if given else None,
        "copies": rights.copies_of(row, vault) if given and row.kind == Kind.ACCESS else [],
        "goes": [(rights.WHAT[code], number) for code, number in what_goes(row)] if row.kind == Kind.ERASURE and row.is_open else [],
        "stays": [(*rights.STAYS[code], n) for code, n in rights.what_stays(engagements)]
        if row.kind == Kind.ERASURE and row.is_open
        else [],
        "can_put_off": not policies.allows(rights.check_may_put_off, row, timezone.localdate()),
        "put_off": put_off or PutOffForm(),
        "answer": form,
    }
    return render(request, "sessions/rights_page.html", facts)


def _form(row: RightsRequest, data: Any = None) -> AnswerForm:
    return CorrectionForm(data) if row.kind == Kind.RECTIFICATION else ErasureForm(data)


def what_goes(row: RightsRequest) -> list[tuple[str, int]]:
    """What an erasure would destroy, with how many there are: from the texts that exist."""
    found = Counter(source.what for source in sources_of(row) if source.what != "details")
    found["shared"] = plan.shared_texts(rights.engagements_of(row))
    return [(what, number) for what, number in found.items() if number]


@require_POST
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def rights_put_off(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Take two more months, once, and tell the client why."""
    row, form = request_of(coach, pk), PutOffForm(request.POST)
    if not form.is_valid():
        return _page(request, row, put_off=form)
    try:
        actions.put_off(request=row, reason=form.cleaned_data["reason"], vault=request.vault, by=coach)  # type: ignore[attr-defined]
        messages.success(request, _("Your client is told, with your reason."))
    except Refused as no:
        say(request, no)
    return redirect("rights_page", pk)


@require_POST
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def rights_answer(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Answer a request for a correction or an erasure."""
    row = request_of(coach, pk)
    if row.kind == Kind.ACCESS:
        return redirect("rights_texts", pk)
    form = _form(row, request.POST)
    if not form.is_valid():
        return _page(request, row, answer=form)
    lists = {"goes": what_goes(row), "stays": rights.what_stays(rights.engagements_of(row))} if row.kind == Kind.ERASURE else {}
    outcome = form.cleaned_data["outcome"]
    if outcome == "refused":
        lists.pop("goes", None)
    try:
        kept = bool(form.cleaned_data.get("is_statement_kept"))
        facts = {"request": row, "outcome": outcome, "reply": form.reply(**lists), "keeps_statement": kept}
        actions.answer(**facts, vault=request.vault, by=coach)  # type: ignore[attr-defined]
        messages.success(request, _("Your answer is in your client’s space."))
    except Refused as no:
        say(request, no)
    return redirect("rights_page", pk)
