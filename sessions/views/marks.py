"""The people marked in an engagement's notes, and the coach's own words: listed, added, removed. Names pass through, and stand in no address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits, wants_a_page
from clients.models import Coach, Engagement
from sessions import leak_facts
from sessions.models import ClearedName, MarkedPerson
from sessions.people import actions


@sensitive_variables()
def _answered(
    request: HttpRequest, engagement: Engagement, coach: Coach, *, typed: dict[str, str] | None = None, sentence: str = ""
) -> HttpResponse:
    """The list of the marked people: as a page, or for the editor beside which it stands. What was typed in vain comes back."""
    vault: Any = request.vault  # type: ignore[attr-defined]
    facts: dict[str, Any] = {
        "engagement": engagement,
        "marked": leak_facts.marked_in(engagement, vault, coach),
        "typed": typed,
        "sentence": sentence,
    }
    if not wants_a_page(request):
        return render(request, "sessions/_marks.html", facts)
    facts["cleared"] = leak_facts.cleared_in(engagement, vault, coach)
    return render(request, "sessions/marks.html", facts, status=422 if sentence else 200)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def marks(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """List the people marked in an engagement, and mark one more."""
    engagement = get_object_or_404(Engagement.objects.for_coach(coach).select_related("client"), pk=pk)
    engagement.take_for_coach(coach)
    if request.method == "GET":
        return _answered(request, engagement, coach)
    typed = {name: request.POST.get(name, "") for name in ("name", "role")}
    try:
        actions.mark_person(engagement=engagement, vault=request.vault, by=coach, **typed)  # type: ignore[attr-defined]
    except Refused as no:
        if not no.sentence:
            raise
        return _answered(request, engagement, coach, typed=typed, sentence=str(no.sentence))
    return redirect("marks", pk=pk) if wants_a_page(request) else _answered(request, engagement, coach)


@require_POST
@admits(Coach)
@sensitive_variables()
def mark_remove(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Take a mark away."""
    mark = get_object_or_404(MarkedPerson.objects.for_coach(coach).select_related("engagement__client"), pk=pk)
    mark.engagement.take_for_coach(coach)
    actions.remove_mark(mark=mark, by=coach)
    return redirect("marks", pk=mark.engagement_id) if wants_a_page(request) else _answered(request, mark.engagement, coach)


@require_POST
@admits(Coach)
def name_ask_again(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Let the reading ask about a name again."""
    cleared = get_object_or_404(ClearedName.objects.for_coach(coach).select_related("engagement"), pk=pk)
    actions.ask_again(cleared=cleared, by=coach)
    return redirect("marks", pk=cleared.engagement_id)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def own_words(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Edit the coach's own list: an entry to a line."""
    vault: Any = request.vault  # type: ignore[attr-defined]
    stored, version = leak_facts.own_words(vault, coach)
    facts: dict[str, Any] = {"words": stored, "version": version}
    if request.method == "GET":
        return render(request, "sessions/own_words.html", facts)
    facts["words"], held = request.POST.get("words", ""), request.POST.get("version", "")
    try:
        expected = int(held) if held.isascii() and held.isdigit() and len(held) < 10 else -1
        actions.write_words(typed=facts["words"], expected=expected, vault=vault, by=coach)
    except actions.Changed:
        return render(request, "sessions/own_words.html", {**facts, "other": stored}, status=409)
    except Refused as no:
        return render(request, "sessions/own_words.html", {**facts, "version": held, "sentence": no.sentence}, status=422)
    messages.success(request, _("Saved."))
    return redirect("own_words")
