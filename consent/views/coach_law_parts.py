"""What is added to an entry of the register: its papers, what the client is told, or a later day to look again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach
from consent import law, law_pages
from consent.actions import law as actions
from consent.forms import PapersForm, ReviewForm, TellForm
from consent.models import LegalDisclosure
from consent.views.careful import asks_passphrase, is_stepped_up
from consent.views.coach_law import entry_of


@require_http_methods(["GET", "POST"])
@admits(Coach)
@sensitive_variables()
def law_complete(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Add the papers of an immediate danger, once."""
    row, facts = _read(request, coach, pk)
    if not facts["line"].needs_papers:
        return redirect("law_page", pk)
    form = PapersForm(request.POST or None, request.FILES or None, entry=facts["entry"])

    def act() -> None:
        actions.complete_papers(entry=row, papers=form.papers(), vault=request.vault, by=coach)  # type: ignore[attr-defined]

    return _added(request, "consent/law_complete.html", facts, form, act, _("The papers are complete. The first part stays as it was."))


@require_http_methods(["GET", "POST"])
@admits(Coach)
@sensitive_variables()
def law_tell(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Put the client's notice into the shared space."""
    row, facts = _read(request, coach, pk)
    if facts["line"].told_at is not None:
        return redirect("law_page", pk)
    form = TellForm(request.POST or None)
    notice = law.notice_from(facts["entry"], why=str(form.data.get("why", "")).strip(), papers=facts["papers"])

    def act() -> None:
        actions.tell_client(entry=row, notice=notice, vault=request.vault, by=coach)  # type: ignore[attr-defined]

    done = _("Your client has been told: the notice stands in your shared space.")
    return _added(request, "consent/law_tell.html", facts | {"notice": notice}, form, act, done)


@require_http_methods(["GET", "POST"])
@admits(Coach)
@sensitive_variables()
def law_review(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Set a later day to look again, with the reason."""
    row, facts = _read(request, coach, pk)
    if facts["line"].told_at is not None:
        return redirect("law_page", pk)
    form = ReviewForm(request.POST or None)

    def act() -> None:
        actions.put_off_telling(entry=row, review=form.review(), vault=request.vault, by=coach)  # type: ignore[attr-defined]

    return _added(request, "consent/law_review.html", facts, form, act, _("Noted. You will be reminded that day."))


def _read(request: HttpRequest, coach: Coach, pk: UUID) -> tuple[LegalDisclosure, dict[str, Any]]:
    row = entry_of(coach, pk)
    entry, added = actions.read_entry(entry=row, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    return row, law_pages.facts(row, entry, added, timezone.now())


def _added(
    request: HttpRequest, template: str, facts: dict[str, Any], form: forms.Form, act: Callable[[], None], done: Any
) -> HttpResponse:
    """Add one part once its form is right and the passphrase was typed; otherwise the page again, with everything on it."""
    if request.method == "POST" and form.is_valid() and is_stepped_up(request, form):
        try:
            act()
        except Refused as no:
            form.add_error(None, str(no.sentence) or str(_("This was refused. Nothing was recorded.")))
        else:
            messages.success(request, done)
            return redirect("law_page", facts["row"].pk)
    facts |= {"form": form, "asks_passphrase": asks_passphrase(request)}
    return render(request, template, facts, status=422 if form.errors else 200)
