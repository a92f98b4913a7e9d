"""One engagement: its sessions, what stands around it, and its access log."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.doors import admits
from clients.barriers import Barriers
from clients.models import Coach, Engagement
from consent import law_pages, policies, readers, rights
from consent import overview as consent
from consent.models.retention import destroyed_at
from sessions import journal, overview
from sessions.models import Session
from sessions.notebook.reading import shared_in


def page_number(request: HttpRequest) -> int | None:
    """Where the asked-for page of a log begins, or None for the first."""
    before = request.GET.get("before", "")
    return int(before) if before.isascii() and before.isdigit() and len(before) < 17 else None


@require_GET
@admits(Coach)
def engagement_page(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Show an engagement with its sessions and notes."""
    hers = Engagement.objects.for_coach(coach).select_related("client", "sponsor").annotate(destroyed_at=destroyed_at())
    engagement = get_object_or_404(hers, pk=pk)
    meetings = overview.meetings_of(engagement)
    held = sum(meeting.session.state == Session.State.HELD for meeting in meetings)
    context = {
        "engagement": engagement,
        "destroyed_at": engagement.destroyed_at,
        "meetings": meetings,
        "held": held,
        "agreements": consent.agreements_of(engagement),
        "summaries": readers.summaries_of(engagement, timezone.now()),
        "wishes": readers.wishes_of(engagement),
        "requests": consent.requests_of(engagement),
        "today": timezone.localdate(),
        "is_walled": bool(Barriers(coach.pk).others(engagement.client_id)),
        "shared": [] if engagement.destroyed_at else shared_in(engagement, coach),
        **rights.card_of(engagement, timezone.localdate()),
        "why_no_summary": policies.allows(policies.check_may_write_summary, engagement),
    }
    return render(request, "sessions/engagement.html", context)


@require_GET
@admits(Coach)
def engagement_log(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Show who opened or changed what in an engagement, fifty events a page."""
    engagement = get_object_or_404(Engagement.objects.for_coach(coach).select_related("client"), pk=pk)
    readers = journal.for_the_coach(coach.person_id, engagement.client.person_id)
    lines, after = journal.lines(
        chain=coach.practice_id,
        subject=engagement.id,
        readers=readers,
        legal=law_pages.seen_by_coach(engagement),
        before=page_number(request),
    )
    return render(
        request, "sessions/log.html", {"engagement": engagement, "lines": lines, "after": after, "first": page_number(request) is None}
    )
