"""The coach writes a summary with the notes beside it, and proposes it. The text is its own; nothing is copied by a switch."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits, wants_a_page
from clients.models import Coach, Engagement, SponsorContact
from consent import policies
from consent.actions import summaries as actions
from consent.forms import SummaryForm
from consent.models import Consent, InformationRequest, Proposal, Summary
from sessions.models import Note
from sessions.readership import readership
from support.words import clock


class ContactForm(forms.Form):
    """One contact of the organisation, by name."""

    contact = forms.ChoiceField(
        label=gettext_lazy("Who would read it?"), widget=forms.RadioSelect, error_messages={"required": gettext_lazy("Please choose one.")}
    )


def _engagement(coach: Coach, pk: str) -> Engagement:
    rows = Engagement.objects.for_coach(coach).select_related("client", "sponsor", "coach")
    return get_object_or_404(rows, pk=pk)


def summary_of(coach: Coach, pk: str) -> Summary:
    """The coach's summary, unless it was deleted, with what opening and showing it needs; or 404."""
    rows = Summary.objects.for_coach(coach).filter(deleted_at__isnull=True)
    return get_object_or_404(rows.select_related("engagement__client", "engagement__coach__person", "contact__sponsor"), pk=pk)


@require_http_methods(["GET", "POST"])
@admits(Coach)
def summary_add(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Choose the one contact who would read it, and begin."""
    engagement = _engagement(coach, pk)
    why_not = policies.allows(policies.check_may_write_summary, engagement)
    contacts: list[SponsorContact] = []
    if engagement.sponsor_id:
        rows = SponsorContact.objects.for_coach(coach).filter(sponsor=engagement.sponsor_id, left_at__isnull=True)
        contacts = [row for row in rows if row.may(SponsorContact.Right.RECEIVE)]
    question = _question(request, coach, engagement)
    if question is not None:
        contacts = [row for row in contacts if row.pk == question.contact_id]
    form = ContactForm(request.POST or None)
    form.fields["contact"].choices = [(str(row.pk), row.name) for row in contacts]  # type: ignore[attr-defined]
    if request.method == "POST":
        policies.check_may_write_summary(engagement)
        if form.is_valid():
            contact = next(row for row in contacts if str(row.pk) == form.cleaned_data["contact"])
            vault: Any = request.vault  # type: ignore[attr-defined]
            summary = actions.start_summary(engagement=engagement, contact=contact, text="", answers=question, vault=vault, by=coach)
            return redirect("summary_page", summary.pk)
    facts = {"engagement": engagement, "contacts": contacts, "form": form, "why_not": why_not, "question": question}
    return render(request, "sessions/summary_add.html", facts)


def _question(request: HttpRequest, coach: Coach, engagement: Engagement) -> InformationRequest | None:
    """The contact's question that the address names, if one of this engagement. Raises Http404 for any other."""
    asked = request.GET.get("request", "")
    if not asked:
        return None
    try:
        pk = UUID(asked)
    except ValueError as no:
        raise Http404 from no
    return get_object_or_404(InformationRequest.objects.for_coach(coach).filter(engagement=engagement), pk=pk)


@require_http_methods(["GET", "POST"])
@admits(Coach)
@sensitive_variables()
def summary_page(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Write the draft; see beside it the notes, and what the client answered to what was proposed."""
    summary = summary_of(coach, pk)
    if request.method == "POST":
        return _save(request, summary, coach)
    vault, now = request.vault, timezone.now()  # type: ignore[attr-defined]
    people = readership(summary, vault, coach, now)
    notes = Note.objects.for_coach(coach).filter(session__engagement=summary.engagement).select_related("session").defer("body")
    facts = {
        "summary": summary,
        "text": vault.open(summary.body, summary.place()),
        "people": people,
        "offered": people.askable or (people.for_another_text(summary) if "edit" in request.GET else []),
        "is_written": "edit" in request.GET or not people.is_open_at(summary.version),
        "wish": summary.wishes.first(),
        "why_not": policies.allows(policies.check_may_propose, summary, summary.contact) if not people.askable else "",
        "notes": notes.order_by("-made_at")[:20],
        "now": now,
    }
    return render(request, "sessions/summary_page.html", facts)


@sensitive_variables()
def _save(request: HttpRequest, summary: Summary, coach: Coach) -> HttpResponse:
    """Answer an autosave: 200, 409 with the other text, 422 with a sentence."""
    form = SummaryForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": _("This text is too long for a summary: at most 20,000 characters.")}, status=422)
    try:
        expected = int(request.headers.get("If-Match", request.POST.get("version", "")).strip('"'))
        row = actions.write_summary(summary=summary, text=form.cleaned_data["text"], expected=expected, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    except ValueError:
        return JsonResponse({"error": _("This page is not up to date. Please open it again; your text stays on screen.")}, status=422)
    except actions.Conflict as other:
        return JsonResponse({"version": other.version, "text": other.text, "saved_at": clock(summary.saved_at)}, status=409)
    if wants_a_page(request):
        return redirect("summary_page", summary.pk)
    return JsonResponse({"version": row.version, "saved_at": clock(row.saved_at)})


def contact_of(named: str | None, summary: Summary, coach: Coach) -> SponsorContact:
    """The contact that a page names, else the one for whom it was begun; 404 for somebody of another organisation."""
    asked = named or str(summary.contact_id)
    rows = SponsorContact.objects.for_coach(coach).filter(sponsor=summary.engagement.sponsor_id).select_related("sponsor")
    contact = next((row for row in rows if str(row.pk) == asked), None)
    if contact is None:
        raise Refused(code="contact_of_another")
    return contact


@require_POST
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def summary_preview(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Show what was typed as the contact will read it. Nothing is kept."""
    form = SummaryForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    return render(request, "sessions/_summary_preview.html", {"summary": summary_of(coach, pk), "text": text, "form": form})


def answered(request: HttpRequest, summary: Summary, coach: Coach) -> Proposal:
    """The proposal to which the client answered with another text: the one that the page names, else the last. Raises `Refused`."""
    rows = Proposal.objects.for_coach(coach).filter(summary=summary, state=Proposal.State.CHANGES_ASKED, answer__isnull=False)
    named = request.POST.get("proposal")
    found = [row for row in rows.select_related("summary__engagement__coach", "contact") if named in (None, "", str(row.pk))]
    if not found:
        raise Refused(code="no_answer")
    return found[0]


@require_POST
@admits(Coach)
def summary_hold(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Stop, within the minute, what the client authorised for one contact."""
    summary = summary_of(coach, pk)
    named = request.POST.get("consent")
    rows = Consent.objects.for_coach(coach).filter(proposal__summary=summary, disclosure__closed_at__isnull=True)
    consent = next((row for row in rows.order_by("-given_at") if named in (None, "", str(row.pk))), None)
    try:
        if consent is None:
            raise Refused(code="nothing_to_hold")
        actions.hold(consent=consent, by=coach)
        messages.success(request, _("Held back. Nobody read it."))
    except Refused:
        messages.error(request, _("It is too late to hold it back: it can already be read. Your client can withdraw it."))
    return redirect("summary_page", pk)


@require_POST
@admits(Coach)
def summary_delete(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Delete a draft that was never proposed."""
    summary = summary_of(coach, pk)
    try:
        actions.delete_summary(summary=summary, by=coach)
        messages.success(request, _("The draft is deleted."))
    except Refused:
        messages.error(request, _("Your client has seen this text, so it stays."))
        return redirect("summary_page", pk)
    return redirect("engagement_page", summary.engagement_id)
