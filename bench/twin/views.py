"""The two pages, and the frame around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from bench.twin.models import Client, Engagement, Note
from sessions.markdown import html_of

NAV = (
    ("home", "Today", "house"),
    ("help", "Clients", "users"),
    ("settings_page", "Organisations", "building-2"),
    ("recovery_sheet", "My pledge", "scroll-text"),
    ("dev_mail", "Templates", "files"),
    ("vault_unlock", "Consents", "shield-check"),
    ("vault_lock", "Legal disclosures", "scale"),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """What the product's frame shows, without a question to the database."""
    nav = [{"url": reverse(name), "label": _(label), "icon": icon, "shortcut": "g a"} for name, label, icon in NAV]
    name = request.user.get_username() if request.user.is_authenticated else ""
    return {
        "page": {
            "space": "coach",
            "language": "fr",
            "vault_open": True,
            "lock_at": 1,
            "person_name": name,
            "nav": nav,
            "mail_page": True,
            "who_sees": reverse("help"),
            "spaces": [],
        }
    }


@login_required
def note_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a finished note with its additions."""
    note = get_object_or_404(Note.objects.select_related("session__engagement__client"), pk=pk)
    additions = [{"note": one, "html": html_of(one.body)} for one in Note.objects.filter(adds_to=note)]
    shown = {"note": note, "read": {"note": note, "html": html_of(note.body)}, "additions": additions, "unfinished": None}
    return render(request, "sessions/note_read.html", shown)


@login_required
def client_list(request: HttpRequest) -> HttpResponse:
    """List the coach's clients by name."""
    mine = Client.objects.filter(coach=request.user)
    open_ones = Prefetch("engagements", Engagement.objects.filter(coach=request.user).select_related("sponsor"), to_attr="shown")
    rows = sorted(mine.filter(archived_at=None).prefetch_related(open_ones), key=lambda row: row.name.casefold())
    return shown(request, rows, has_archived=mine.exclude(archived_at=None).exists())


def shown(request: HttpRequest, rows: list[Any], *, has_archived: bool) -> HttpResponse:
    """The product's own template."""
    facts = {"clients": [(row, row.shown) for row in rows], "archived": False, "has_archived": has_archived, "walled": walled(rows)}
    facts["mark"] = render_to_string("clients/_walled.html")
    return render(request, "clients/client_list.html", facts)


def walled(rows: Iterable[Any]) -> set[UUID]:
    """Whose organisation has another client in the list: from what was read already."""
    paid = Counter(one.sponsor_id for row in rows for one in row.shown)
    return {row.pk for row in rows if any(paid[one.sponsor_id] > 1 for one in row.shown)}


def elsewhere(request: HttpRequest, pk: int | UUID = 0) -> HttpResponse:
    """Stand for every other page."""
    return HttpResponse("ok\n", content_type="text/plain")
