"""The coach reads what a client would like a contact to know, begins a summary from it, or declines with a sentence."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach, SponsorContact
from consent import permitting, policies
from consent.actions import wishes as actions
from consent.forms import DeclineWishForm
from consent.models import Wish
from consent.standing import Changed


@require_GET
@admits(Coach)
def coach_wish(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Show a wish, and the two answers."""
    return _page(request, _wish(coach, pk), DeclineWishForm())


@sensitive_variables()
def _page(request: HttpRequest, wish: Wish, form: DeclineWishForm) -> HttpResponse:
    vault = request.vault  # type: ignore[attr-defined]
    facts = {
        "wish": wish,
        "text": vault.open(wish.body, wish.place()),
        "answer": vault.open(wish.answer, wish.place("wish.answer")) if wish.answer else "",
        "why_not": policies.allows(policies.check_may_write_summary, wish.engagement),
        "form": form,
        "contacts": [] if wish.contact else permitting.contacts_of(wish.engagement),
    }
    return render(request, "consent/coach_wish.html", facts, status=422 if form.errors else 200)


@require_POST
@admits(Coach)
@sensitive_variables()
def coach_wish_write(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Begin a summary with the client's own text as its draft."""
    wish = _wish(coach, pk)
    try:
        contact = None if wish.contact else _chosen(request, coach, wish)
        summary = actions.take_wish(wish=wish, contact=contact, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    except Changed:
        return _changed(request, pk)
    except Refused as no:
        if not no.sentence:
            raise
        messages.error(request, no.sentence)
        return redirect("coach_wish", pk)
    messages.success(
        request, _("This draft is your client’s text, word for word. Change it as the two of you need; nothing is proposed yet.")
    )
    return redirect("summary_page", summary.pk)


@require_POST
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def coach_wish_decline(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Decline, with a sentence that the client reads."""
    wish, form = _wish(coach, pk), DeclineWishForm(request.POST)
    if not form.is_valid():
        return _page(request, wish, form)
    try:
        actions.decline_wish(wish=wish, sentence=form.cleaned_data["sentence"], vault=request.vault, by=coach)  # type: ignore[attr-defined]
    except Changed:
        return _changed(request, pk)
    messages.success(request, _("Declined. Your client reads your sentence."))
    return redirect("coach_wish", pk)


def _chosen(request: HttpRequest, coach: Coach, wish: Wish) -> SponsorContact | None:
    """The contact of the organisation whom the coach found, or None."""
    rows = SponsorContact.objects.for_coach(coach).filter(sponsor=wish.engagement.sponsor_id, left_at__isnull=True)
    return next((row for row in rows if str(row.pk) == request.POST.get("contact")), None)


def _changed(request: HttpRequest, pk: UUID) -> HttpResponse:
    messages.error(request, _("Something has changed since you opened this page. Please read it again."))
    return redirect("coach_wish", pk)


def _wish(coach: Coach, pk: UUID) -> Wish:
    rows = Wish.objects.for_coach(coach).select_related("engagement__coach__person", "engagement__client", "engagement__sponsor", "contact")
    return get_object_or_404(rows, pk=pk)
