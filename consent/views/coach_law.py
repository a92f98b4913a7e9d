"""The register of legal disclosures: the list, a new entry on three pages (way, form, confirmation), one entry, its papers as PDF."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts.act import Refused
from accounts.doors import admits
from accounts.views.vault import stepped_up
from clients.models import Coach, Engagement
from consent import law, law_pages
from consent.actions import law as actions
from consent.forms import ConfirmForm, EntryForm
from consent.models import LegalDisclosure
from consent.views.answers import pdf_answer
from consent.views.careful import asks_passphrase, is_stepped_up
from support import pdf

Way = LegalDisclosure.Way


@require_GET
@admits(Coach)
def law_list(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Show the register over all engagements; nothing sealed is opened."""
    rows = LegalDisclosure.objects.for_coach(coach).without_texts().select_related("engagement__client").prefetch_related("additions")
    engagements = Engagement.objects.for_coach(coach).select_related("client")
    facts = {"lines": [law_pages.Line(row, timezone.now()) for row in rows], "engagements": law_pages.by_client(engagements)}
    return render(request, "consent/law_list.html", facts)


@require_http_methods(["GET", "POST"])
@admits(Coach)
@sensitive_variables()
def law_new(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Choose the way, fill in the entry, confirm it. What was typed travels between the pages in the forms, and is kept nowhere else."""
    engagement = _engagement(coach, pk)
    way = str((request.POST if request.method == "POST" else request.GET).get("way", ""))
    if way not in Way.values:
        return render(request, "consent/law_way.html", {"engagement": engagement}, status=422 if request.method == "POST" else 200)
    if request.method == "GET":
        return _form_page(request, engagement, EntryForm(way=way))
    form = EntryForm(request.POST, way=way)
    if request.POST.get("step") == "edit":
        return _form_page(request, engagement, EntryForm(way=way, initial=dict(form.typed())), is_dirty=True)
    if not form.is_valid():
        return _form_page(request, engagement, form)
    if request.POST.get("step") == "record":
        return _record(request, coach, engagement, form)
    once = uuid4()
    checked = form.seal_of(once, coach.pk, engagement.pk)
    confirm = ConfirmForm(initial={"once": once, "checked": checked}, statement=_statement(form))
    return _confirm_page(request, engagement, form, confirm)


def _record(request: HttpRequest, coach: Coach, engagement: Engagement, form: EntryForm) -> HttpResponse:
    """The second confirmation: only of what the first page checked, by whoever types the passphrase."""
    expected = form.seal_of(request.POST.get("once", ""), coach.pk, engagement.pk)
    confirm = ConfirmForm(request.POST, request.FILES, statement=_statement(form), expected=expected)
    if not confirm.was_checked:
        form.add_error(None, _("This is not what the first page checked. Nothing was recorded; please check it once more."))
        return _form_page(request, engagement, form)
    if not confirm.is_valid() or not is_stepped_up(request, confirm):
        return _confirm_page(request, engagement, form, confirm)
    entry = form.entry(statement=_statement(form), document=confirm.cleaned_data["file"])
    try:
        row = actions.record_by_law(engagement=engagement, entry=entry, once=confirm.cleaned_data["once"], vault=request.vault, by=coach)  # type: ignore[attr-defined]
    except Refused as no:
        confirm.add_error(None, str(no.sentence) or str(_("This was refused. Nothing was recorded.")))
        return _confirm_page(request, engagement, form, confirm)
    messages.success(request, _("Recorded. Nobody can change this entry, and what follows is added below it."))
    return redirect("law_page", row.pk)


def _statement(form: EntryForm) -> str:
    """What the ground asks the coach to say."""
    return str(law.STATEMENTS[form.cleaned_data["ground"]])


def _form_page(request: HttpRequest, engagement: Engagement, form: EntryForm, *, is_dirty: bool = False) -> HttpResponse:
    facts = {"engagement": engagement, "form": form, "way": Way(form.way), "is_dirty": is_dirty or form.is_bound}
    return render(request, "consent/law_form.html", facts, status=422 if form.errors else 200)


def _confirm_page(request: HttpRequest, engagement: Engagement, form: EntryForm, confirm: ConfirmForm) -> HttpResponse:
    facts: dict[str, Any] = {"engagement": engagement, "entry": form.entry(), "typed": form.typed(), "way": Way(form.way)}
    facts |= {"confirm": confirm, "asks_passphrase": asks_passphrase(request), "ground": law.Ground(form.cleaned_data["ground"]).label}
    return render(request, "consent/law_confirm.html", facts, status=422 if confirm.errors else 200)


@require_GET
@admits(Coach)
def law_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """One entry as it was confirmed, and what was added to it."""
    return render(request, "consent/law_page.html", _read(request, coach, pk))


@require_GET
@admits(Coach)
@stepped_up
def law_pdf(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The entry as a PDF for the file: read in one transaction, rendered after it."""
    facts = _read(request, coach, pk)
    reference = facts["line"].reference
    title = str(_("Register of legal disclosures: %(reference)s") % {"reference": reference})
    try:
        made = pdf.document("consent/pdf_law.html", facts, title=title, language=get_language() or "fr")
    except pdf.PdfFailed:
        messages.error(request, _("The document could not be made. Please try again."))
        return redirect("law_page", pk)
    return pdf_answer(made, reference)


@require_GET
@admits(Coach)
@stepped_up
def law_received(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The document received, as it was sealed."""
    facts = _read(request, coach, pk)
    return _document(facts["line"].reference, facts["entry"].document)


@require_GET
@admits(Coach)
@stepped_up
def law_papers(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The document that completed an immediate danger."""
    facts = _read(request, coach, pk)
    return _document(facts["line"].reference + "-2", facts["papers"].document if facts["papers"] else "")


def _document(name: str, kept: str) -> HttpResponse:
    if not kept:
        raise Http404
    return pdf_answer(base64.b64decode(kept), name)


def _read(request: HttpRequest, coach: Coach, pk: UUID) -> dict[str, Any]:
    """An entry opened for its coach, with what was added; that it was read is written down."""
    row = entry_of(coach, pk)
    entry, added = actions.read_entry(entry=row, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    return law_pages.facts(row, entry, added, timezone.now())


def entry_of(coach: Coach, pk: UUID) -> LegalDisclosure:
    """An entry of this coach's, or 404."""
    rows = LegalDisclosure.objects.for_coach(coach).select_related("engagement__coach__person", "engagement__client")
    return get_object_or_404(rows.prefetch_related("additions"), pk=pk)


def _engagement(coach: Coach, pk: UUID) -> Engagement:
    rows: Any = Engagement.objects.for_coach(coach).select_related("coach__person", "client")
    engagement: Engagement = get_object_or_404(rows, pk=pk)
    return engagement
