"""The coach's barriers: clients of one company, who is walled by hand, and where two of them would cross."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.doors import admits
from clients.barriers import Barriers
from clients.models import Client, Coach
from clients.views.coach import by_name
from sessions import crossings


@require_GET
@admits(Coach)
def barrier_list(request: HttpRequest, coach: Coach) -> HttpResponse:
    """Show who is walled from whom, and why. This page is the one place that says it."""
    found = Barriers(coach.pk)
    clients = {client.pk: client for client in Client.objects.for_coach(coach).filter(pk__in=found.walled)}
    companies = [
        (company, sorted((clients[pk] for pk in company.clients), key=by_name))
        for company in found.companies.values()
        if len(company.clients) > 1
    ]
    by_hand = [(barrier, clients[barrier.one_id], clients[barrier.other_id]) for barrier in found.by_hand.values()]
    facts = {"companies": companies, "by_hand": by_hand, "crossings": crossings.ahead(coach, timezone.now())}
    return render(request, "sessions/barriers.html", facts)
