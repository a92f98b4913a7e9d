"""Opening an engagement, one question a page. Answers wait in the login session, which is sealed, until the last page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.doors import admits
from clients import actions, barriers
from clients.forms import TitleForm, WordingForm
from clients.models import Client, Coach, Sponsor
from clients.views.coach import by_name

STEPS = ["client", "sponsor", "title", "wording", "check"]
KEY = "new_engagement"
PRIVATE = "private"


class ChoiceForm(forms.Form):
    """One of the rows offered."""

    choice = forms.ChoiceField(
        widget=forms.RadioSelect, error_messages={"required": _("Please choose one."), "invalid_choice": _("Please choose one.")}
    )

    def __init__(self, *args: Any, rows: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = rows  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@admits(Coach)
def engagement_new(request: HttpRequest, coach: Coach, step: str = "client") -> HttpResponse:
    """Ask one question, keep its answer, go on to the next; the last page opens the engagement."""
    if step not in STEPS:
        return redirect("engagement_new")
    answers: dict[str, Any] = request.session.get(KEY, {})
    if step == "client" and request.method == "GET" and "client" in request.GET:
        answers = {"client": request.GET["client"]}
        request.session[KEY] = answers
    if step == "sponsor" and request.method == "GET" and "sponsor" in request.GET:
        answers["sponsor"] = request.GET["sponsor"]
    missing = next((s for s in STEPS[: STEPS.index(step)] if s not in answers), None)
    if missing:
        return redirect("engagement_step", missing)
    if step == "check":
        return _check(request, coach, answers)
    form = _form(request, coach, step, answers)
    if request.method == "POST" and form.is_valid():
        answers[step] = (
            form.cleaned_data["choice"] if isinstance(form, ChoiceForm) else form.cleaned_data.get("wording") or form.cleaned_data
        )
        request.session[KEY] = answers
        return redirect("engagement_step", STEPS[STEPS.index(step) + 1])
    facts = _facts(step) | {"form": form, "answers": answers, "choices": _choices(form, coach, step, answers)}
    return render(request, f"clients/engagement_{step}.html", facts)


def _facts(step: str) -> dict[str, Any]:
    number = STEPS.index(step) + 1
    back = reverse("engagement_step", args=[STEPS[number - 2]]) if number > 1 else reverse("client_list")
    return {"step": step, "number": number, "total": len(STEPS), "back": back}


def _clients(coach: Coach) -> dict[str, Client]:
    rows = sorted(Client.objects.for_coach(coach).filter(archived_at__isnull=True), key=by_name)
    return {str(row.pk): row for row in rows}


def _sponsors(coach: Coach) -> dict[str, Sponsor]:
    rows = sorted(Sponsor.objects.for_coach(coach).filter(archived_at__isnull=True), key=lambda row: row.name.casefold())
    return {str(row.pk): row for row in rows}


def _form(request: HttpRequest, coach: Coach, step: str, answers: dict[str, Any]) -> forms.Form:
    typed = request.POST or None
    if step == "client":
        return ChoiceForm(typed, rows=[(pk, row.name) for pk, row in _clients(coach).items()], initial={"choice": answers.get("client")})
    if step == "sponsor":
        rows = [(PRIVATE, str(_("The client, privately")))] + [(pk, row.name) for pk, row in _sponsors(coach).items()]
        return ChoiceForm(typed, rows=rows, initial={"choice": answers.get("sponsor")})
    if step == "title":
        return TitleForm(typed, initial=answers.get("title"))
    return WordingForm(typed, initial={"wording": answers.get("wording")})


def _choices(form: forms.Form, coach: Coach, step: str, answers: dict[str, Any]) -> list[dict[str, Any]]:
    """What may be chosen, with whether the client is walled from others and how many an organisation would wall them from."""
    if not isinstance(form, ChoiceForm):
        return []
    found, chosen = barriers.Barriers(coach.pk), form["choice"].value()
    if step == "client":
        there = {str(client): 1 for client in found.walled}
    else:
        payers = {str(sponsor): found.companies[circle].clients for sponsor, circle in found.circles.items()}
        there = {payer: sum(str(client) != answers["client"] for client in clients) for payer, clients in payers.items()}
    rows = form.fields["choice"].choices  # type: ignore[attr-defined]
    return [{"value": pk, "label": label, "checked": pk == chosen, "walled": there.get(pk, 0)} for pk, label in rows]


def _check(request: HttpRequest, coach: Coach, answers: dict[str, Any]) -> HttpResponse:
    """Show the answers; on POST open the engagement."""
    client, sponsor = _clients(coach).get(answers["client"]), _sponsors(coach).get(answers["sponsor"])
    if client is None or (sponsor is None and answers["sponsor"] != PRIVATE):
        request.session.pop(KEY, None)
        return redirect("engagement_new")
    if request.method == "POST":
        engagement = actions.open_engagement(
            coach=coach,
            vault=request.vault,  # type: ignore[attr-defined]
            client=client,
            sponsor=sponsor,
            wording=answers["wording"],
            by=coach,
            **answers["title"],
        )
        request.session.pop(KEY, None)
        return redirect("engagement_page", engagement.pk)
    facts = {"client": client, "sponsor": sponsor, "title": answers["title"], "wording": answers["wording"]}
    facts |= {"walls": barriers.once_opened(client, sponsor), "declining": barriers.declining(client.language)}
    return render(request, "clients/engagement_check.html", _facts("check") | facts)
