"""Where a coach writes a template, with the agreement that it makes beside: as a text, or page by page as its PDF."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach
from consent import actions, documents, samples, tailoring, template_pages, wordings
from consent.forms import TemplateForm
from consent.models import AgreementTemplate
from consent.tailoring import MOST_OWN, Content
from consent.views.answers import pdf_answer
from consent.views.coach_templates import moment_sent, of_coach
from support.pdf import PdfFailed


@require_http_methods(["GET", "POST"])
@admits(Coach)
def template_edit(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Write a draft. Buttons beside a clause change the page alone; saving keeps it, unless another window has saved meanwhile."""
    draft = _draft(coach, pk)
    kept = tailoring.content_of(draft)
    if request.method == "GET":
        return _desk(request, coach, draft, TemplateForm(template=draft, content=kept), expected=draft.saved_at.isoformat())
    form, expected = TemplateForm(request.POST, template=draft, content=kept), request.POST.get("expected", "")
    if pressed := request.POST.get("press"):
        content = _after(form.typed(), draft.kind, pressed)
        again = TemplateForm(template=draft, content=content)
        for key in set(again.keys) - set(form.keys):
            again.fields[f"{key}-title"].widget.attrs["autofocus"] = True
        return _desk(request, coach, draft, again, expected=expected, pressed=pressed, is_dirty=True)
    if not form.is_valid():
        return _desk(request, coach, draft, form, expected=expected, status=422)
    seen = request.POST.get("replace") or expected
    try:
        actions.write_template(template=draft, content=form.typed(), expected=moment_sent(seen), by=coach)
    except Refused as no:
        draft.refresh_from_db()
        meanwhile = template_pages.changes(tailoring.content_of(draft), form.typed(), draft.kind, draft.language)
        facts = {"problem": no.sentence, "meanwhile": meanwhile, "replace": draft.saved_at.isoformat()}
        return _desk(request, coach, draft, form, expected=expected, is_dirty=True, status=409, **facts)
    if "check" in request.POST:
        return redirect("template_page", pk)
    messages.success(request, _("Saved."))
    return redirect("template_edit", pk)


def _after(content: Content, kind: str, pressed: str) -> Content:
    """The content as a button beside a clause would have it."""
    what, _colon, key = pressed.partition(":")
    if what == "add":
        return tailoring.in_order(tailoring.with_own(content, kind, uuid4().hex[:8]), kind)
    if what in {"up", "down"}:
        return tailoring.moved(content, kind, key, up=what == "up")
    if what == "remove":
        content = tailoring.without(content, key)
    return tailoring.in_order(content, kind)


def _desk(
    request: HttpRequest, coach: Coach, draft: AgreementTemplate, form: TemplateForm, *, status: int = 200, **facts: Any
) -> HttpResponse:
    """The page on which a draft is written."""
    situation = template_pages.situation(draft.kind, request.POST.get("shown", ""))
    given: dict[str, Any] = {
        "template": draft,
        "form": form,
        "rows": list(form.rows()),
        "is_full": len(form.keys) >= MOST_OWN,
        "fields": template_pages.fields(draft.kind, draft.language),
        "situations": template_pages.labelled(draft.kind),
        "shown": situation.key,
        "view": "pages" if request.POST.get("view") == "pages" else "text",
        **_preview(request, coach, draft, form),
        **facts,
    }
    return render(request, "consent/template_edit.html", given, status=status)


@require_POST
@admits(Coach)
def template_preview(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The agreement that the draft would make as typed so far; `pdf` as a file. Nothing is saved."""
    draft = _draft(coach, pk)
    form = TemplateForm(request.POST, template=draft, content=tailoring.content_of(draft))
    facts = _preview(request, coach, draft, form)
    if "pdf" in request.POST and "text" in facts:
        try:
            return pdf_answer(samples.document(facts["text"]), "CV-EXEMPLE")
        except PdfFailed:
            facts = {"sentences": [_("The document could not be made. Please try again.")]}
    return render(request, "consent/_template_preview.html", facts)


def _preview(request: HttpRequest, coach: Coach, draft: AgreementTemplate, form: TemplateForm) -> dict[str, Any]:
    """The text, or its pages as pictures, or why there is none."""
    if form.is_bound and not form.is_valid():
        return {"sentences": form.sentences()}
    try:
        text = samples.text(
            form.typed(),
            kind=draft.kind,
            language=draft.language,
            situation=template_pages.situation(draft.kind, request.POST.get("shown", "")),
            coach=coach,
            number=draft.number,
        )
    except wordings.Incompatible as no:
        return {"sentences": [str(no)]}
    except wordings.UnfitOwnClause:
        return {"sentences": [_("A clause of your own is not finished yet.")]}
    return {"text": text} | (_pages(text) if request.POST.get("view") == "pages" and "pdf" not in request.POST else {})


def _pages(text: documents.Text) -> dict[str, Any]:
    """The pages of the PDF, as addresses that hold the picture itself: nothing is kept for a second request."""
    try:
        return {"pages": [f"data:image/png;base64,{base64.b64encode(picture).decode()}" for picture in samples.pictures(text)]}
    except PdfFailed:
        return {"sentences": [_("The document could not be made. Please try again.")]}


def _draft(coach: Coach, pk: UUID) -> AgreementTemplate:
    """A draft of this coach's, or 404: what is published is read, never written."""
    template = of_coach(coach, pk)
    if template.state != AgreementTemplate.State.DRAFT:
        raise Http404
    return template
