"""What a client sees of what exists about them: dates, counts, agreements, summaries, and who opened what."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.doors import admits
from clients.models import Client, Engagement
from consent import law_pages, policies, readers, receipts
from consent import overview as consent
from consent.models import Agreement
from sessions import journal, overview
from sessions.views.engagements import page_number


@require_GET
@admits(Client)
def client_home(request: HttpRequest, clients: list[Client]) -> HttpResponse:
    """Show what exists about the client, engagement by engagement."""
    agreements = consent.agreements_for(clients)
    followed = overview.followed_by(clients)
    context = {
        "followed": followed,
        "agreements": agreements,
        "to_sign": any(agreement.state == Agreement.State.SENT for agreement in agreements),
        "proposals": readers.proposals_for(clients, timezone.now()),
        "wishes": readers.wishes_for(clients),
        "may_wish": [one.engagement for one in followed if not policies.allows(policies.check_may_write_summary, one.engagement)],
        "pledges": receipts.at_hand(clients),
    }
    return render(request, "sessions/client_home.html", context)


@require_GET
@admits(Client)
def client_log(request: HttpRequest, clients: list[Client], pk: UUID) -> HttpResponse:
    """Show a client who opened or changed what in their engagement, fifty events a page."""
    engagement = get_object_or_404(Engagement.objects.for_client(clients).select_related("coach", "client"), pk=pk)
    readers = journal.for_the_client(engagement.client.person_id, engagement.coach.person_id)
    lines, after = journal.lines(
        chain=engagement.practice_id,
        subject=engagement.id,
        readers=readers,
        legal=law_pages.seen_by_client(clients, engagement),
        before=page_number(request),
    )
    context = {"engagement": engagement, "lines": lines, "after": after, "first": page_number(request) is None}
    return render(request, "sessions/client_log.html", context)
