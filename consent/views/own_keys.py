"""New keys for a person whose keys may have leaked: said plainly, confirmed by a word, then a new recovery sheet."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import opening, sign_ins, unlocking
from accounts.changes.forms import NewKeysForm, word_to_renew
from accounts.doors import SignedIn, admits
from accounts.views.vault import stepped_up
from clients.models import Client, Coach, SponsorContact
from consent.actions import keys as actions
from vault import slots


@require_http_methods(["GET", "POST"])
@admits(SignedIn)
@stepped_up
@sensitive_variables()
def renew_keys(request: HttpRequest) -> HttpResponse:
    """Make everything of a person's vault anew, with a new passphrase; the recovery sheet follows."""
    person: Any = request.user
    form = NewKeysForm(request.POST or None, word=word_to_renew(), own=(person.name, person.address))
    if request.method == "POST" and form.is_valid():
        new = slots.stretched(form.cleaned_data["passphrase"])
        vault = actions.renew(person=person, vault=request.vault, new=new, by=person)  # type: ignore[attr-defined]
        update_session_auth_hash(request, person)
        sign_ins.only_this(request)
        unlocking.begin(request, vault, pending=False)
        record_authentication(request, person, method="password", reauthenticated=True)
        messages.success(request, _("Your keys are new. Please make a new recovery sheet now: the old one opens nothing any more."))
        opening.opened(request, person, vault)  # says what comes after the sheet
        return redirect("recovery_sheet")
    is_client, is_contact = Client.of(person) is not None, SponsorContact.of(person) is not None
    facts = {"form": form, "is_coach": Coach.of(person) is not None, "is_client": is_client, "is_contact": is_contact}
    return render(request, "consent/own_keys.html", facts, status=422 if form.errors else 200)
