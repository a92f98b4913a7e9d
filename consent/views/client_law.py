"""What the law made the coach give, once the client is told: what, to whom, when, why."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.doors import admits
from clients.models import Client
from consent import law
from consent.models import LegalAddition


@require_GET
@admits(Client)
def client_law(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Show the notice. Before it was put into the shared space there is no such page."""
    rows = LegalAddition.objects.for_client(clients).select_related("entry__engagement__coach__person").defer("entry__body")
    told = get_object_or_404(rows, entry=pk)
    vault = request.vault  # type: ignore[attr-defined]
    if not vault.holds(told.entry.engagement.shared_key):
        vault.check_not_destroyed(told.entry.engagement.shared_key)
        return render(request, "consent/client_waits_for_key.html")
    notice = law.open_notice(told, vault)
    facts = {"told": told, "notice": notice, "engagement": told.entry.engagement, "ground": law.Ground(notice.ground).label}
    return render(request, "consent/client_law.html", facts)
