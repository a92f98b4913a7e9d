"""The coach's pledge: write it with its page beside, publish it, see who has it."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Client, Coach
from consent import actions, differences, pledges, receipts
from consent.models import Pledge
from consent.pledge_forms import PledgeForm, PublishForm, moment_sent
from consent.views.answers import pdf_answer
from support.pdf import PdfFailed

State = Pledge.State


@require_GET
@admits(Coach)
def pledge_home(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Show what is published in each language, the public page, who has received it, and every version."""
    versions = list(Pledge.objects.for_coach(coach).without_documents())
    holders, without_space = receipts.holders(coach)
    published = {one.language: one for one in versions if one.state == State.PUBLISHED}
    drafts = {one.language: one for one in versions if one.state == State.DRAFT}
    token = next((one.token for one in published.values()), None)
    facts = {
        "languages": [(code, name, published.get(code), drafts.get(code)) for code, name in pledges.LANGUAGES.items()],
        "published": published,
        "public_url": f"{settings.URL}{reverse('pledge_public', args=[token])}" if token else "",
        "public_path": reverse("pledge_public", args=[token]) if token else "",
        "holders": holders,
        "undelivered": sum(one.state == "none" for one in holders),
        "without_space": without_space,
        "versions": versions,
    }
    return render(request, "consent/pledge_home.html", facts)


@require_POST
@admits(Coach)
def pledge_start(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Begin the next version in a language, or go on with the draft that is there."""
    language = request.POST.get("language", "")
    if language not in pledges.LANGUAGES:
        return redirect("pledge_home")
    mine = Pledge.objects.for_coach(coach).filter(language=language).without_documents()
    draft = mine.filter(state=State.DRAFT).first()
    if draft is None:
        text = pledges.first_text(coach, language, mine.filter(state=State.PUBLISHED).first())
        try:
            draft = actions.write_pledge(coach=coach, text=text, expected=None, by=coach)
        except Refused as no:
            messages.error(request, no.sentence)
            return redirect("pledge_home")
    return redirect("pledge_write", draft.pk)


@require_http_methods(["GET", "POST"])
@admits(Coach)
def pledge_write(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Write the draft: each button saves, then moves, adds or takes out a part, or goes on to publishing."""
    draft = _draft(coach, pk)
    kept = pledges.of_today(draft)
    if request.method == "GET":
        return _desk(request, draft, PledgeForm(text=kept), kept, expected=draft.saved_at.isoformat())
    form, expected = PledgeForm(request.POST, text=kept), request.POST.get("expected", "")
    if not form.is_valid():
        return _desk(request, draft, form, kept, expected=expected, status=422)
    text, place = _pressed(request, form.written(coach))
    try:
        actions.write_pledge(coach=coach, text=text, expected=moment_sent(expected), by=coach)
    except Refused as no:
        messages.error(request, no.sentence)
        return _desk(request, draft, form, text, expected=expected, status=409)
    if "check" in request.POST:
        return redirect("pledge_page", pk)
    messages.success(request, _("Saved."))
    return redirect(reverse("pledge_write", args=[pk]) + (f"#part-{place}" if place else ""))


def _desk(request: HttpRequest, draft: Pledge, form: PledgeForm, text: pledges.Text, *, expected: str, status: int = 200) -> HttpResponse:
    facts = {"pledge": draft, "form": form, "text": text, "expected": expected, "is_full": len(text.parts) >= pledges.MOST_PARTS}
    return render(request, "consent/pledge_write.html", facts, status=status)


def _pressed(request: HttpRequest, text: pledges.Text) -> tuple[pledges.Text, str]:
    """The text as the button pressed would have it, and the part to come back to."""
    pressed = request.POST
    if code := pressed.get("up"):
        return pledges.moved(text, code, up=True), code
    if code := pressed.get("down"):
        return pledges.moved(text, code, up=False), code
    if code := pressed.get("remove"):
        return pledges.without_own_part(text, code), ""
    if "add" in pressed:
        code = f"own_{uuid4().hex[:8]}"
        return pledges.with_own_part(text, code), code
    return text, ""


@require_POST
@admits(Coach)
def pledge_preview(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The text as typed so far, for the page beside or as a PDF. Nothing is saved."""
    draft = _draft(coach, pk)
    form = PledgeForm(request.POST, text=pledges.of_today(draft))
    if not form.is_valid():
        return HttpResponse(status=422)
    text = form.written(coach)
    if "pdf" in request.POST:
        return _pdf(request, draft, text)
    return render(request, "consent/_pledge_text.html", {"text": text, "level": 3})


@require_GET
@admits(Coach)
def pledge_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """One version: its text; while it is a draft, what publishing it does."""
    return _page(request, _pledge(coach, pk), PublishForm())


def _page(request: HttpRequest, pledge: Pledge, form: PublishForm, *, status: int = 200) -> HttpResponse:
    is_draft = pledge.state == State.DRAFT
    text = pledges.of_today(pledge) if is_draft else pledges.text_of(pledge)
    found, written_to = receipts.told_by(pledge) if is_draft else (0, 0)
    facts = {
        "pledge": pledge,
        "text": text,
        "form": form,
        "found": found,
        "written_to": written_to,
        "before": _before(pledge),
        "expected": pledge.saved_at.isoformat(),
    }
    return render(request, "consent/pledge_page.html", facts, status=status)


@require_POST
@admits(Coach)
def pledge_publish(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Publish the draft, in the place of the version before."""
    draft = _draft(coach, pk)
    form, expected = PublishForm(request.POST), moment_sent(request.POST.get("expected", ""))
    if not form.is_valid():
        return _page(request, draft, form, status=422)
    text = pledges.of_today(draft)
    try:
        document = pledges.render(text, number=draft.number, day=timezone.localdate())
        actions.publish_pledge(pledge=draft, text=text, document=document, expected=expected, by=coach)
    except PdfFailed:
        messages.error(request, _("The document could not be made. Nothing was published; please try again."))
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("Published. Your clients find it in their space, and everybody on its public page."))
        return redirect("pledge_home")
    return redirect("pledge_page", pk)


@require_POST
@admits(Coach)
def pledge_discard(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Drop a draft."""
    try:
        actions.discard_pledge(pledge=_draft(coach, pk), by=coach)
    except Refused as no:
        messages.error(request, no.sentence)
        return redirect("pledge_page", pk)
    messages.success(request, _("The draft is dropped."))
    return redirect("pledge_home")


@require_GET
@admits(Coach)
def pledge_changes(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """What this version changes in the one before, word by word."""
    pledge = _pledge(coach, pk)
    before = _before(pledge)
    text = pledges.of_today(pledge) if pledge.state == State.DRAFT else pledges.text_of(pledge)
    changed = differences.parts(pledges.text_of(before).said, text.said) if before else []
    facts = {"pledge": pledge, "before": before, "parts": changed, "is_same": all(one.kind == "same" for one in changed)}
    return render(request, "consent/pledge_changes.html", facts)


@require_GET
@admits(Coach)
def pledge_pdf(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The published bytes, or the draft as it would be published."""
    pledge = _pledge(coach, pk)
    if pledge.document is not None:
        return pdf_answer(pledge.document, pledges.file_name(pledge), download="download" in request.GET)
    return _pdf(request, pledge, pledges.of_today(pledge))


def _pdf(request: HttpRequest, draft: Pledge, text: pledges.Text) -> HttpResponse:
    try:
        return pdf_answer(pledges.render(text, number=draft.number, day=None), pledges.file_name(draft))
    except PdfFailed:
        messages.error(request, _("The document could not be made. Please try again."))
        return redirect("pledge_page", draft.pk)


@require_POST
@admits(Coach)
def pledge_deliver(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Put the pledge into one client's space, or into everybody's who has one and lacks it."""
    chosen = request.POST.get("client", "")
    waiting = [one.client for one in receipts.holders(coach)[0] if one.state == "none"]
    clients: list[Client] = [client for client in waiting if str(client.pk) == chosen] if chosen else waiting
    try:
        made = actions.deliver_pledge(clients=clients, by=coach)
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        number = len(made)
        told = ngettext("Delivered to %(number)s client. The mail says only that something is there.", "Delivered to %(number)s clients. The mail says only that something is there.", number)  # fmt: skip
        messages.success(request, told % {"number": number})
    return redirect(reverse("pledge_home") + "#receipts")


@require_POST
@admits(Coach)
def pledge_address(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Give the public page another address."""
    try:
        actions.renew_address(coach=coach, by=coach)
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("The public page has another address. The one before leads nowhere now."))
    return redirect(reverse("pledge_home") + "#public")


def _pledge(coach: Coach, pk: UUID) -> Pledge:
    return get_object_or_404(Pledge.objects.for_coach(coach).select_related("coach__person", "coach__practice"), pk=pk)


def _draft(coach: Coach, pk: UUID) -> Pledge:
    mine = Pledge.objects.for_coach(coach).filter(state=State.DRAFT).select_related("coach__person", "coach__practice")
    return get_object_or_404(mine, pk=pk)


def _before(pledge: Pledge) -> Pledge | None:
    """The version that came before this one in its language."""
    mine = Pledge.objects.for_coach(pledge.coach).filter(language=pledge.language, number__lt=pledge.number)
    return mine.without_documents().order_by("-number").first()
