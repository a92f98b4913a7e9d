"""A coach's templates: what there is and who uses it, each version as it reads, what changed between two, publishing and retiring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach
from consent import actions, samples, tailoring, template_pages, wordings
from consent.forms import StartForm
from consent.models import AgreementTemplate
from consent.views.answers import pdf_answer
from support.pdf import PdfFailed

Kind, State = AgreementTemplate.Kind, AgreementTemplate.State


@require_GET
@admits(Coach)
def template_list(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Show the coach's templates by kind, and what the library offers for each."""
    mine = list(template_pages.series(coach))
    offered = wordings.catalogue(get_language() or "fr")
    kinds = [
        {
            "code": kind.value,
            "title": kind.label,
            "series": [one for one in mine if one.newest.kind == kind],
            "offered": [(entry, str(template_pages.REASONS.get(entry.code, ""))) for entry in offered if kind.value in entry.kinds],
        }
        for kind in Kind
    ]
    return render(request, "consent/template_list.html", {"kinds": kinds})


@require_http_methods(["GET", "POST"])
@admits(Coach)
def template_new(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Begin a template."""
    kind = request.GET.get("kind", "")
    start = {"language": get_language(), "kind": kind if kind in Kind.values else Kind.CONFIDENTIALITY}
    form = StartForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            draft = actions.start_template(by=coach, **form.cleaned_data)
        except Refused as no:
            form.add_error("name", str(no.sentence))
        else:
            return redirect("template_edit", draft.pk)
    return render(request, "consent/template_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@admits(Coach)
def template_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """One version: the agreement that it makes, its clauses, who uses it, what can be done with it."""
    template = of_coach(coach, pk)
    content = tailoring.content_of(template)
    situation = template_pages.situation(template.kind, request.GET.get("shown", ""))
    versions = next(one for one in template_pages.series(coach) if one.newest.series == template.series).versions
    facts: dict[str, Any] = {
        "template": template,
        "content": content,
        "lines": [line for line in template_pages.lines(content, template.kind, template.language) if line.own or line.is_chosen],
        "situations": template_pages.labelled(template.kind),
        "shown": situation.key,
        "versions": versions,
        "use": next(use for version, use in versions if version.pk == template.pk),
        "draft": next((version for version, _use in versions if version.state == State.DRAFT), None),
        "expected": template.saved_at.isoformat(),
    }
    try:
        facts["text"] = samples.text(
            content, kind=template.kind, language=template.language, situation=situation, coach=coach, number=template.number
        )
    except (wordings.Incompatible, wordings.UnfitOwnClause) as no:
        facts["sentence"] = str(no)
    return render(request, "consent/template_page.html", facts)


@require_GET
@admits(Coach)
def template_versions(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The versions of a template, and the differences between any two of them."""
    template = of_coach(coach, pk)
    versions = list(AgreementTemplate.objects.for_coach(coach).filter(series=template.series).order_by("-number"))
    numbers = {str(version.number): version for version in versions}
    newer = _asked(request, "newer", numbers, template)
    before = [version for version in versions if version.number < newer.number]
    older = _asked(request, "older", numbers, before[0] if before else newer)
    changes = template_pages.changes(tailoring.content_of(older), tailoring.content_of(newer), template.kind, template.language)
    uses = template_pages.uses(coach)
    facts = {
        "template": template,
        "versions": [(version, uses.get(version.pk, template_pages.Use())) for version in versions],
        "older": older,
        "newer": newer,
        "changes": changes,
    }
    return render(request, "consent/template_versions.html", facts)


def _asked(request: HttpRequest, name: str, numbers: dict[str, AgreementTemplate], otherwise: AgreementTemplate) -> AgreementTemplate:
    """The version that a page's query names by its number."""
    asked = request.GET.get(name)
    if asked is None:
        return otherwise
    if asked not in numbers:
        raise Http404
    return numbers[asked]


@require_GET
@admits(Coach)
def template_pdf(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The agreement that a version makes, between invented parties, as a PDF marked as a draft."""
    template = of_coach(coach, pk)
    situation = template_pages.situation(template.kind, request.GET.get("shown", ""))
    try:
        text = samples.text(
            tailoring.content_of(template),
            kind=template.kind,
            language=template.language,
            situation=situation,
            coach=coach,
            number=template.number,
        )
        return pdf_answer(samples.document(text), "CV-EXEMPLE")
    except (PdfFailed, wordings.Incompatible, wordings.UnfitOwnClause):
        messages.error(request, _("The document could not be made. Please try again."))
        return redirect("template_page", pk)


@require_POST
@admits(Coach)
def template_publish(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Publish the draft as it was read."""
    return _acted(
        request,
        lambda: actions.publish_template(template=of_coach(coach, pk), expected=moment_sent(request.POST.get("expected", "")), by=coach),
        _("Published. You can choose it for your next agreement."),
        pk,
    )


@require_POST
@admits(Coach)
def template_revise(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Begin the next version."""
    template = of_coach(coach, pk)
    try:
        draft = actions.revise_template(template=template, by=coach)
    except Refused as no:
        messages.error(request, no.sentence)
        return redirect("template_page", pk)
    return redirect("template_edit", draft.pk)


@require_POST
@admits(Coach)
def template_retire(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Offer a version no longer."""
    template = of_coach(coach, pk)
    done = _("No longer offered. Agreements made from it keep their text.")
    return _acted(request, lambda: actions.retire_template(template=template, by=coach), done, pk)


@require_POST
@admits(Coach)
def template_delete(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Delete a draft."""
    template = of_coach(coach, pk)
    try:
        actions.delete_draft(template=template, by=coach)
    except Refused as no:
        messages.error(request, no.sentence)
        return redirect("template_page", pk)
    messages.success(request, _("The draft is deleted."))
    return redirect("template_list")


def _acted(request: HttpRequest, act: Callable[[], Any], done: Any, pk: UUID) -> HttpResponse:
    """The page again, with what was done or why not."""
    try:
        act()
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, done)
    return redirect("template_page", pk)


def of_coach(coach: Coach, pk: UUID) -> AgreementTemplate:
    """A version of this coach's, or 404."""
    return get_object_or_404(AgreementTemplate.objects.for_coach(coach), pk=pk)


def moment_sent(typed: str) -> Any:
    """The moment that a page sent back, or None."""
    try:
        return parse_datetime(typed)
    except ValueError:
        return None
