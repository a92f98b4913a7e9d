"""What is kept and until when: the coach's list, one engagement's page with its hold, and the client's page of the same facts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Client, Coach, Engagement
from consent import attesting, retention
from consent.actions import retention as actions
from consent.models import Destruction, Hold
from consent.views.answers import pdf_answer
from sessions.destroying import going_on
from sessions.destroying.forms import HoldForm
from sessions.views.meetings import say


def _engagement(coach: Coach, pk: UUID) -> Engagement:
    return get_object_or_404(Engagement.objects.for_coach(coach).select_related("client", "coach"), pk=pk)


@require_GET
@admits(Coach)
def retention_list(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Every engagement with what awaits it: the day first, then what goes on, then what is destroyed."""
    now = timezone.now()
    rows = retention.schedules(Engagement.objects.for_coach(coach).select_related("client", "coach"), now)
    facts = {
        "due": sorted((one for one in rows if one.day and not one.destroyed), key=lambda one: one.day or one.today),
        "open": [one for one in rows if not one.day and not one.destroyed],
        "destroyed": [one for one in rows if one.destroyed],
        "run": going_on.where(coach.person_id),
    }
    return render(request, "sessions/retention_list.html", facts)


@require_GET
@admits(Coach)
def retention_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """What is promised for one engagement, when it goes, what holds it back, what went."""
    return _page(request, coach, _engagement(coach, pk), HoldForm())


def _page(request: HttpRequest, coach: Coach, engagement: Engagement, form: HoldForm) -> HttpResponse:
    facts = {
        "engagement": engagement,
        "found": retention.schedule(engagement, timezone.now()),
        "form": form,
        "destructions": _shown(Destruction.objects.for_coach(coach), engagement),
        "renewals": [going_on.stand(one) for one in going_on.under_way(coach, engagement)],
    }
    return render(request, "sessions/retention_page.html", facts)


def _shown(rows: Any, engagement: Engagement) -> list[dict[str, Any]]:
    """What was destroyed of one engagement, in words."""
    mine = rows.without_documents().filter(engagement=engagement)
    return [{"row": row, "goes": attesting.named(row.details["goes"])} for row in mine]


@require_POST
@admits(Coach)
def hold_put(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Keep the texts for longer, with a ground and a day."""
    engagement, form = _engagement(coach, pk), HoldForm(request.POST)
    if not form.is_valid():
        return _page(request, coach, engagement, form)
    try:
        actions.put_hold(engagement=engagement, by=coach, **form.cleaned_data)
        messages.success(request, _("The hold stands. Your client sees it, with its ground and its last day."))
    except Refused as no:
        say(request, no)
    return redirect("retention_page", pk)


@require_POST
@admits(Coach)
def hold_end(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """End a hold before its day."""
    hold = get_object_or_404(Hold.objects.for_coach(coach).select_related("engagement"), pk=pk)
    actions.end_hold(hold=hold, by=coach)
    messages.success(request, _("The hold has ended."))
    return redirect("retention_page", hold.engagement_id)


@require_GET
@admits(Client)
def client_retention(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The same for the client: until when, what holds it back, what went, and the attestations."""
    rows = Engagement.objects.for_client(clients).select_related("coach__person", "client")
    engagement = get_object_or_404(rows, pk=pk)
    facts = {
        "engagement": engagement,
        "found": retention.schedule(engagement, timezone.now()),
        "hold": Hold.objects.for_client(clients).filter(engagement=engagement).standing(timezone.localdate()).first(),
        "destructions": _shown(Destruction.objects.for_client(clients), engagement),
    }
    return render(request, "sessions/client_retention.html", facts)


# The attestations


def _file(row: Destruction, kind: str) -> HttpResponse:
    """The attestation of a destruction, as it is kept."""
    if row.attested_at is None or row.record is None or row.document is None:
        raise Http404
    if kind == "pdf":
        return pdf_answer(row.document, str(row.pk), download=True)
    answer = HttpResponse(row.record, content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.pk}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_GET
@admits(Coach)
def destruction_file(request: HttpRequest, coach: Coach, pk: UUID, kind: str) -> HttpResponse:
    """The coach's copy of an attestation."""
    return _file(get_object_or_404(Destruction.objects.for_coach(coach), pk=pk), kind)


@require_GET
@admits(Client)
def client_destruction_file(request: HttpRequest, clients: list[Client], pk: UUID, kind: str) -> HttpResponse:
    """The client's copy of the same attestation."""
    return _file(get_object_or_404(Destruction.objects.for_client(clients), pk=pk), kind)
