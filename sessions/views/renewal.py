"""Starting again: for whoever signed in by a mailed link and has neither passphrase nor recovery sheet."""

from __future__ import annotations

import time
from typing import Final

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import opening, sign_ins, unlocking
from accounts.act import Refused
from accounts.changes.forms import NewKeysForm, word_to_start_again
from accounts.doors import SignedIn, admits
from clients.models import Client, Coach, SponsorContact
from sessions.renewal import actions
from vault import slots

LINK_COUNTS_FOR: Final = 3600  # seconds


def came_by_link(request: HttpRequest, now: float) -> bool:
    """Whether this sign-in was made with a mailed link, lately. Whoever finds an open screen with a locked vault did not."""
    return any(
        one.get("method") == "link" and now - one.get("at", 0) < LINK_COUNTS_FOR
        for one in get_authentication_records(request, request.user)
    )


@require_http_methods(["GET", "POST"])
@admits(SignedIn, even_locked=True)
@sensitive_variables()
def start_again(request: HttpRequest) -> HttpResponse:
    """Say what is lost and what comes back; then, once the word is typed, make new keys under a new passphrase."""
    person = request.user
    facts = {
        "is_coach": Coach.of(person) is not None,
        "is_client": Client.of(person) is not None,
        "is_contact": SponsorContact.of(person) is not None,
        "came_by_link": came_by_link(request, time.time()),
    }
    may = facts["came_by_link"] and not facts["is_coach"]
    own = (person.name, person.address)  # type: ignore[union-attr]
    form = NewKeysForm(request.POST if request.method == "POST" and may else None, word=word_to_start_again(), own=own)
    if form.is_bound and form.is_valid():
        return _started(request, form)
    return render(request, "sessions/start_again.html", facts | {"form": form}, status=422 if form.errors else 200)


@sensitive_variables()
def _started(request: HttpRequest, form: NewKeysForm) -> HttpResponse:
    person = request.user
    try:
        vault = actions.start_again(person=person, new=slots.stretched(form.cleaned_data["passphrase"]), by=person)
    except Refused as no:
        messages.error(request, str(no.sentence))
        return redirect("start_again")
    update_session_auth_hash(request, person)
    sign_ins.only_this(request)
    unlocking.begin(request, vault, pending=False)
    record_authentication(request, person, method="password", reauthenticated=True)
    opening.opened(request, person, vault)
    messages.success(request, _("Your vault is new. Please make a recovery sheet now, so that this need not happen again."))
    return redirect("recovery_sheet")
