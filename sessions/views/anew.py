"""After new keys: everything that the old ones held is sealed again, one key after the other, on one page that can be left."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.act import Refused
from accounts.doors import SignedIn, admits
from sessions.destroying import actions, going_on
from sessions.views.destroying import without
from vault import epochs


@require_http_methods(["GET", "POST"])
@admits(SignedIn)
def seal_anew(request: HttpRequest) -> HttpResponse:
    """How far everything has come; a POST begins, goes on for a second, or, where texts do not open and the person says so, goes on without them."""
    person: Any = request.user
    if "begin" in request.POST:
        return _begin(request)
    mine = {str(one.pk): one for one in epochs.under_way(person.pk)} if request.POST else {}
    if "without" in request.POST:
        if request.POST["without"] not in mine:
            raise Http404
        return without(request, mine[request.POST["without"]], person)
    stuck = {one.pk for name, one in mine.items() if name in request.POST.getlist("stuck")}
    if request.method == "POST":
        stuck = going_on.go_on_with_all(person, request.vault, stuck)  # type: ignore[attr-defined]
    run = going_on.where(person.pk, stuck)
    stuck_in = [(stand, going_on.engagement_of(stand.renewal)) for stand in run.stuck]
    facts = {"run": run, "stuck": stuck_in, "old": {} if run.total else epochs.old(person.pk)}
    part = request.headers.get("HX-Request") == "true"
    return render(request, "sessions/_anew.html" if part else "sessions/anew.html", facts)


def _begin(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    with suppress(Refused):  # begun already, or nothing opens
        actions.begin_anew(vault=request.vault, by=person)  # type: ignore[attr-defined]
    if left := len(epochs.old(person.pk)):
        sentence = ngettext(
            "%(number)s key does not open and stays as it is. Please tell whoever runs this instance.",
            "%(number)s keys do not open and stay as they are. Please tell whoever runs this instance.",
            left,
        )
        messages.warning(request, sentence % {"number": left})
    return redirect("seal_anew")
