""" "Who sees what?" for the coach and the client: a page for each engagement, and for each page its drawer, computed at each opening."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.doors import admits
from clients.models import Client, Coach, Engagement
from consent.models import Agreement, Consent, Proposal, Summary
from consent.who_sees import Reader, Table
from sessions import who_sees
from sessions.models import Note, Session

PARTIES = ("client", "coach__person", "sponsor")


def _through(way: str) -> list[str]:
    return [f"{way}__{one}" for one in PARTIES]


def _coachs(coach: Coach, pk: UUID) -> Engagement:
    return get_object_or_404(Engagement.objects.for_coach(coach).select_related(*PARTIES), pk=pk)


def _clients(clients: list[Client], pk: UUID) -> Engagement:
    return get_object_or_404(Engagement.objects.for_client(clients).select_related(*PARTIES), pk=pk)


def _drawer(request: HttpRequest, table: Table, page: str, engagement: Engagement) -> HttpResponse:
    """What a drawer shows of one thing, and the way to everything."""
    answer = render(request, "consent/_who_sees.html", {"table": table, "page_at": reverse(page, args=[engagement.pk])})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _by_person(request: HttpRequest, engagement: Engagement, reader: Reader, page: str) -> HttpResponse:
    table = who_sees.table(engagement, reader, timezone.now())
    answer = render(request, "consent/_who_sees_people.html", {"table": table, "page_at": reverse(page, args=[engagement.pk])})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(request: HttpRequest, engagement: Engagement, reader: Reader) -> HttpResponse:
    now = timezone.now()
    facts = {"engagement": engagement, "table": who_sees.table(engagement, reader, now), "now": now, "is_coach": reader == Reader.COACH}
    return render(request, "sessions/who_sees.html", facts)


# The coach


@require_GET
@admits(Coach)
def page_for_coach(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Show the whole table of an engagement."""
    return _page(request, _coachs(coach, pk), Reader.COACH)


@require_GET
@admits(Coach)
def engagement(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The drawer of an engagement: what each person can read."""
    return _by_person(request, _coachs(coach, pk), Reader.COACH, "who_sees")


@require_GET
@admits(Coach)
def consents(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The drawer of an engagement's consents."""
    found = _coachs(coach, pk)
    return _drawer(request, who_sees.of_consents(found, Reader.COACH, timezone.now()), "who_sees", found)


@require_GET
@admits(Coach)
def session(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The drawer of a session."""
    rows = Session.objects.for_coach(coach).select_related(*_through("engagement")).defer("details")
    found = get_object_or_404(rows, pk=pk).engagement
    return _drawer(request, who_sees.of_session(found, timezone.now()), "who_sees", found)


@require_GET
@admits(Coach)
def note(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The drawer of a note."""
    rows = Note.objects.for_coach(coach).without_text().select_related(*_through("session__engagement"))
    found = get_object_or_404(rows, pk=pk).session.engagement
    return _drawer(request, who_sees.of_note(found, timezone.now()), "who_sees", found)


@require_GET
@admits(Coach)
def summary(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The drawer of a summary that is being written."""
    rows = Summary.objects.for_coach(coach).filter(deleted_at__isnull=True).select_related(*_through("engagement")).defer("body")
    found = get_object_or_404(rows, pk=pk)
    proposal = Proposal.objects.for_coach(coach).filter(summary=found).defer("body", "answer").first()
    return _drawer(request, who_sees.of_summary(found.engagement, timezone.now(), proposal), "who_sees", found.engagement)


@require_GET
@admits(Coach)
def proposal(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The drawer of a text that was proposed."""
    rows = Proposal.objects.for_coach(coach).select_related(*_through("summary__engagement")).defer("body", "answer", "summary__body")
    found = get_object_or_404(rows, pk=pk)
    return _drawer(request, who_sees.of_proposal(found, Reader.COACH, timezone.now()), "who_sees", found.summary.engagement)


@require_GET
@admits(Coach)
def agreement(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The drawer of an agreement."""
    rows = Agreement.objects.for_coach(coach).without_documents().select_related(*_through("engagement"))
    found = get_object_or_404(rows, pk=pk)
    return _drawer(request, who_sees.of_agreement(found, Reader.COACH, timezone.now()), "who_sees", found.engagement)


@require_GET
@admits(Coach)
def consent(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """The drawer of a consent."""
    found = get_object_or_404(Consent.objects.for_coach(coach).select_related(*_through("engagement")), pk=pk).engagement
    return _drawer(request, who_sees.of_consents(found, Reader.COACH, timezone.now()), "who_sees", found)


# The client


@require_GET
@admits(Client)
def page_for_client(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Show the whole table of an engagement, with the contacts whom the client knows."""
    return _page(request, _clients(clients, pk), Reader.CLIENT)


@require_GET
@admits(Client)
def client_engagement(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The drawer of an engagement: what each person can read."""
    return _by_person(request, _clients(clients, pk), Reader.CLIENT, "client_who_sees")


@require_GET
@admits(Client)
def client_proposal(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The drawer of a text that was proposed."""
    rows = Proposal.objects.for_client(clients).select_related(*_through("summary__engagement")).defer("body", "answer", "summary__body")
    found = get_object_or_404(rows, pk=pk)
    return _drawer(request, who_sees.of_proposal(found, Reader.CLIENT, timezone.now()), "client_who_sees", found.summary.engagement)


@require_GET
@admits(Client)
def client_agreement(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The drawer of an agreement."""
    rows = Agreement.objects.for_client(clients).without_documents().select_related(*_through("engagement"))
    found = get_object_or_404(rows, pk=pk)
    return _drawer(request, who_sees.of_agreement(found, Reader.CLIENT, timezone.now()), "client_who_sees", found.engagement)


@require_GET
@admits(Client)
def client_consent(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """The drawer of a permission."""
    found = get_object_or_404(Consent.objects.for_client(clients).select_related(*_through("engagement")), pk=pk).engagement
    return _drawer(request, who_sees.of_consents(found, Reader.CLIENT, timezone.now()), "client_who_sees", found)
