"""The doors of the house itself: the way to one's space, health, the development mail page, the administrator's page."""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import Error, connections
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import defaults

from accounts.doors import Administrator, Anyone, admits
from coachvault import trouble
from coachvault.context import spaces_of
from coachvault.doctor import page
from support import mail


@admits(Anyone)
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the only space of a person, or ask which."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    spaces = spaces_of(request.user)
    if len(spaces) == 1:
        return redirect(spaces[0].url)
    return render(request, "home.html", {"spaces": spaces})


@admits(Anyone)
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process lives."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@admits(Anyone)
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether database, keyring and worker answer; with `?of=node`, for whoever sends requests to this node, not the worker's part.

    Else the end of the one worker would take every web node out of service.
    """
    missing = [alias for alias in ("default", "keyring") if not _answers(alias)]
    if not missing and request.GET.get("of") != "node" and not _worker_answers():
        missing = ["worker"]
    said = "".join(f"{name}\n" for name in missing) or "ok\n"
    return HttpResponse(said, content_type="text/plain; charset=utf-8", status=503 if missing else 200)


def _answers(alias: str) -> bool:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("select 1")
    except Error:
        return False
    return True


def _worker_answers() -> bool:
    """Whether a worker has given a sign of life in the last minute."""
    with connections["default"].cursor() as cursor:
        cursor.execute("select exists (select 1 from procrastinate_workers where last_heartbeat > now() - interval '60 seconds')")
        return bool(cursor.fetchone()[0])


@admits(Anyone)
def dev_mail(request: HttpRequest) -> HttpResponse:
    """Show the messages that an instance for trying out has written to files. Nowhere else does this page exist."""
    if settings.MAIL != "file" or not settings.LOCAL:
        raise Http404
    return render(request, "dev_mail.html", {"letters": mail.inbox()})


@admits(Administrator)
def administration(request: HttpRequest, person: object) -> HttpResponse:
    """Show how the instance does. No content, no names."""
    checks = page.lines()
    found = {"to_see": [one for one in checks if not one.is_good], "in_order": [one for one in checks if one.is_good]}
    return render(request, "administration.html", administration_facts() | found)


def administration_facts() -> dict[str, object]:
    """Counts and states only."""
    from accounts.models import User
    from clients.models import Client, Coach, SponsorContact
    from support import jobs

    return {
        "coaches": Coach.objects.count(),
        "clients": Client.objects.count(),
        "contacts": SponsorContact.objects.count(),
        "people": User.objects.count(),
        "jobs": jobs.standing(),
        "worker": _worker_answers(),
    }


def server_error(request: HttpRequest) -> HttpResponse:
    """Say what is away for a moment; of anything else only that something went wrong."""
    why = trouble.of(sys.exc_info()[1])
    return trouble.answer(request, why) if why else defaults.server_error(request)


def not_readable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that a request is damaged, or that it is larger than anything this instance takes in."""
    is_too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return render(request, "400.html", {"is_too_large": is_too_large}, status=413 if is_too_large else 400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer alike for what is not there and what is not yours."""
    return render(request, "404.html", status=404)
