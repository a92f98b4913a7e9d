"""Where a coach chooses an agreement and what it is to say, with its text beside; nothing is sent from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach, Engagement
from consent import actions, documents, overview, promises, wordings
from consent.forms import DraftForm
from consent.models import Agreement
from consent.policies import allows, check_may_draft
from support.pdf import PdfFailed

Kind = Agreement.Kind

WHAT_FOR: Final = {
    Kind.CONFIDENTIALITY: _("The promise alone, between you and your client, in wording A or B."),
    Kind.COACHING: _("The whole coaching agreement: price, number, place, cancelling, end, with A or B inside."),
    Kind.THREE_WAY: _("With the organisation: what may be shared, what it undertakes, who signs for it. Always wording A."),
    Kind.AMENDMENT: _("Changes the promise in force from A to B, or from B to A. The rest of the agreement stays."),
    Kind.ELSEWHERE: _("A file or a photograph of what you signed together before; your client confirms it."),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One kind of agreement, and why it cannot be chosen now."""

    kind: str
    title: str
    text: str
    on_its_way: Agreement | None
    why_not: str


@require_GET
@admits(Coach)
def agreement_new(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Show which agreements can be written for this engagement, and what is in force."""
    engagement = _engagement(coach, pk)
    promise = promises.in_force(engagement)
    under_way = {one.kind: one for one in overview.agreements_of(engagement) if one.state in {"sent", "signed"}}
    kinds = [
        Offer(kind, str(kind.label), str(text), under_way.get(kind), allows(check_may_draft, engagement, kind))
        for kind, text in WHAT_FOR.items()
    ]
    sentences = promises.sentences(promise, get_language() or "fr")
    facts = {"engagement": engagement, "kinds": kinds, "promise": promise, "sentences": sentences}
    return render(request, "consent/agreement_new.html", facts)


@require_http_methods(["GET", "POST"])
@admits(Coach)
def agreement_draft(request: HttpRequest, coach: Coach, pk: UUID, kind: str) -> HttpResponse:
    """Choose what the agreement says, with its text beside; POST keeps it as a draft."""
    engagement = _engagement(coach, pk)
    check_may_draft(engagement, _kind(kind))
    form = DraftForm(request.POST or None, request.FILES or None, kind=kind, engagement=engagement)
    if request.method == "POST" and form.is_valid():
        try:
            text = documents.write_text(engagement=engagement, choices=form.choices())
            agreement = actions.draft_agreement(
                engagement=engagement, text=text, signers=form.signers(), document=form.document(), by=coach
            )
        except (wordings.Incompatible, PdfFailed) as no:
            form.add_error(None, str(no))
        except Refused as no:
            messages.error(request, no.sentence)
            return redirect("agreement_new", pk)
        else:
            return redirect("agreement_page", agreement.pk)
    facts = {"engagement": engagement, "form": form, "kind": kind, "kind_title": Kind(kind).label, "text": _text(engagement, form)}
    return render(request, "consent/agreement_draft.html", facts, status=422 if form.errors else 200)


@require_http_methods(["POST"])
@admits(Coach)
def agreement_preview(request: HttpRequest, coach: Coach, pk: UUID, kind: str) -> HttpResponse:
    """The text as chosen so far, for the page beside; what is still missing stands in it as a gap."""
    engagement = _engagement(coach, pk)
    check_may_draft(engagement, _kind(kind))
    form = DraftForm(request.POST, kind=kind, engagement=engagement, is_preview=True)
    form.is_valid()
    try:
        text = documents.write_text(engagement=engagement, choices=form.choices())
    except wordings.Incompatible as no:
        return render(request, "consent/_agreement_preview.html", {"sentence": str(no)})
    return render(request, "consent/_agreement_preview.html", {"text": text})


def _text(engagement: Engagement, form: DraftForm) -> documents.Text | None:
    """The text for the page beside, as the form starts or as it was sent."""
    try:
        return documents.write_text(engagement=engagement, choices=form.choices())
    except wordings.Incompatible:
        return None


def _kind(kind: str) -> str:
    if kind not in Kind.values:
        raise Http404
    return kind


def _engagement(coach: Coach, pk: UUID) -> Engagement:
    rows: Any = Engagement.objects.for_coach(coach).select_related("coach__person", "client__person", "sponsor")
    engagement: Engagement = get_object_or_404(rows, pk=pk)
    return engagement
