"""The confidentiality reading stands before each proposal: what it finds is shown beside the text, answered on one page, and not kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach, SponsorContact
from consent import policies
from consent.actions import summaries as actions
from consent.models import Proposal, Summary
from consent.reading import Reading
from consent.wanted import Wanted
from sessions import leak_facts, leak_page
from sessions.leak_check import Finding, Kind, part_cleared
from sessions.people import actions as people
from sessions.views.summaries import answered, contact_of, summary_of


@require_POST
@admits(Coach)
@sensitive_variables()
def summary_propose(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Show the client exactly the text that is on the coach's screen, for one contact, unless the reading finds something."""
    summary = summary_of(coach, pk)
    contact = contact_of(request.POST.get("contact"), summary, coach)
    if not _is_the_text_shown(request, summary, "finish"):
        return redirect("summary_page", pk)
    done = _("Your client will find this text in their space. Nothing goes out without their yes.")
    return _read_and_proposed(request, summary, contact, coach, done)


@require_POST
@admits(Coach)
@sensitive_variables()
def summary_take_answer(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Propose the text as the client would have it: one click, unless the reading finds something."""
    summary = summary_of(coach, pk)
    vault: Any = request.vault  # type: ignore[attr-defined]
    proposal = answered(request, summary, coach)
    text = Wanted.read(vault.open(proposal.answer, proposal.place("proposal.answer"))).text
    saved = actions.write_summary(summary=summary, text=text, expected=summary.version, vault=vault, by=coach)
    done = _("Your client’s text is proposed as it stands.")
    return _read_and_proposed(request, summary_of(coach, str(saved.pk)), proposal.contact, coach, done)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@admits(Coach)
@sensitive_variables()
def summary_check(request: HttpRequest, coach: Coach, pk: str) -> HttpResponse:
    """Show what the reading found beside the text; propose once nothing stops it and all that asks is answered."""
    summary = summary_of(coach, pk)
    contact = contact_of(request.POST.get("contact") or request.GET.get("contact"), summary, coach)
    if request.method == "POST" and not _is_the_text_shown(request, summary, "version"):
        return redirect("summary_page", pk)
    text, sentence = _text_to_propose(request, summary, contact, coach)
    if sentence:
        messages.info(request, sentence)
        return redirect("summary_page", pk)
    vault: Any = request.vault  # type: ignore[attr-defined]
    ticked = set(request.POST.getlist("answered"))
    findings = leak_facts.found_in(text, summary.engagement, vault, coach)
    if "clear" in request.POST:
        _clear(request, summary, text, findings, coach)
        findings = leak_facts.found_in(text, summary.engagement, vault, coach)
    elif request.method == "POST":
        reading = leak_facts.reading(text, summary.engagement, findings, ticked)
        if reading.lets_go:
            done = _("Your client will find this text in their space. Nothing goes out without their yes.")
            return _proposed(request, summary, contact, text, reading, coach, done)
    is_short = request.method == "POST" and "clear" not in request.POST
    shown = leak_page.shown(text, findings, ticked)
    facts = {"summary": summary, "contact": contact, "shown": shown, "is_short": is_short}
    return render(request, "sessions/summary_check.html", facts, status=422 if is_short else 200)


def _is_the_text_shown(request: HttpRequest, summary: Summary, field: str) -> bool:
    """Whether the page that was sent held the version that stands here now; says so if not."""
    if request.POST.get(field) == str(summary.version):
        return True
    messages.error(request, _("The text was changed since this page was opened, so nothing was proposed. Please read it again."))
    return False


@sensitive_variables()
def _text_to_propose(request: HttpRequest, summary: Summary, contact: SponsorContact, coach: Coach) -> tuple[str, str]:
    """The text of a summary, and the sentence that says why it is not for proposing now, or an empty one."""
    if why_not := policies.allows(policies.check_may_propose, summary, contact):
        return "", why_not
    text = request.vault.open(summary.body, summary.place())  # type: ignore[attr-defined]
    if not text.strip():
        return "", _("There is nothing to propose yet: the text is empty.")
    waiting = Proposal.objects.for_coach(coach).filter(summary=summary, version=summary.version, contact=contact)
    if waiting.filter(state=Proposal.State.PROPOSED).exists():
        return "", _("This text waits for your client’s answer already.")
    return text, ""


@sensitive_variables()
def _read_and_proposed(request: HttpRequest, summary: Summary, contact: SponsorContact, coach: Coach, done: str) -> HttpResponse:
    """Read the text; propose it if nothing is found, else lead to what was."""
    policies.check_may_propose(summary, contact)
    text, sentence = _text_to_propose(request, summary, contact, coach)
    if sentence:
        messages.info(request, sentence)
        return redirect("summary_page", summary.pk)
    findings = leak_facts.found_in(text, summary.engagement, request.vault, coach)  # type: ignore[attr-defined]
    if findings:
        return redirect(f"{reverse('summary_check', args=[summary.pk])}?{urlencode({'contact': contact.pk})}")
    reading = leak_facts.reading(text, summary.engagement, findings, set())
    return _proposed(request, summary, contact, text, reading, coach, f"{_('The confidentiality reading found nothing.')} {done}")


@sensitive_variables()
def _proposed(
    request: HttpRequest, summary: Summary, contact: SponsorContact, text: str, reading: Reading, coach: Coach, done: str
) -> HttpResponse:
    """Propose what was read, and say so, or say why not."""
    try:
        actions.propose(summary=summary, text=text, reading=reading, contact=contact, vault=request.vault, by=coach)  # type: ignore[attr-defined]
        messages.success(request, done)
    except Refused as no:
        if not no.sentence:
            raise
        messages.error(request, str(no.sentence))
    return redirect("summary_page", summary.pk)


@sensitive_variables()
def _clear(request: HttpRequest, summary: Summary, text: str, findings: list[Finding], coach: Coach) -> None:
    """Keep that the name at one of the findings is another person's."""
    finding = next((one for one in findings if one.kind == Kind.NAME and one.key == request.POST["clear"]), None)
    if finding is None:
        raise Refused(code="no_such_name")
    part = part_cleared(text, finding)
    people.clear_name(engagement=summary.engagement, part=part, clients=finding.clients, vault=request.vault, by=coach)  # type: ignore[attr-defined]
    messages.success(request, _("Noted: in this engagement that name is another person’s. You will not be asked again."))
