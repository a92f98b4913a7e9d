"""The coach looks at a text as it was once proposed: what became of it, what changed since the version before, and a file of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from accounts.doors import admits
from clients.models import Coach
from consent import overview, readers
from consent.actions import copies
from consent.actions import summaries as actions
from consent.models import Proposal
from consent.views.papers import compared, own_copy
from consent.wanted import Wanted

WITH = ("summary__engagement__coach__person", "summary__engagement__client", "contact__sponsor")


def _proposal(coach: Coach, pk: str) -> Proposal:
    return get_object_or_404(Proposal.objects.for_coach(coach).select_related(*WITH), pk=pk)


@admits(Coach)
@sensitive_variables()
def proposal_page(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Show a text as it was once proposed, and what became of it."""
    proposal = _proposal(coach, pk)
    vault: Any = request.vault  # type: ignore[attr-defined]
    asked = readers.history(readers.with_answers(Proposal.objects.for_coach(coach).filter(summary=proposal.summary_id)), timezone.now())
    this = next(one for one in asked if one.proposal.pk == proposal.pk)
    facts = {
        "proposal": proposal,
        "text": actions.unsalted(vault.open(proposal.body, proposal.place()))[0],
        "wanted": Wanted.read(vault.open(proposal.answer, proposal.place("proposal.answer"))) if proposal.answer else None,
        "this": this,
        "asked": asked,
        "happened": overview.what_happened(this.standing.consent),
    }
    return render(request, "sessions/proposal_page.html", facts)


@require_GET
@admits(Coach)
@sensitive_variables()
def proposal_compare(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Compare a version with the one before it, word by word."""
    proposal = _proposal(coach, pk)
    older = readers.before(proposal, Proposal.objects.for_coach(coach).select_related(*WITH))
    if older is None:
        raise Http404
    facts = {"proposal": proposal, "older": older, "back": "proposal_page"}
    return render(request, "consent/proposal_compare.html", facts | compared(request, older, proposal))


@require_GET
@admits(Coach)
@sensitive_variables()
def proposal_pdf(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """The coach's own copy of what was proposed."""
    proposal = _proposal(coach, pk)
    text = copies.keep_copy(proposal=proposal, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    return own_copy(request, proposal, text, for_whom=coach.name, back="proposal_page")
