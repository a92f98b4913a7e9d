"""The list, found as guardian's own pages say."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from guardian.shortcuts import get_objects_for_user

from bench.twin.views import shown


@login_required
def client_list(request: HttpRequest) -> HttpResponse:
    """List the coach's clients by name."""
    mine = get_objects_for_user(request.user, "stock.view_client")
    engagements = get_objects_for_user(request.user, "stock.view_engagement").select_related("sponsor")
    found = mine.filter(archived_at=None).prefetch_related(Prefetch("engagements", engagements, to_attr="shown"))
    rows = sorted(found, key=lambda row: row.name.casefold())
    return shown(request, rows, has_archived=mine.exclude(archived_at=None).exists())
