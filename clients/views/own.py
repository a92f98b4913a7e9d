"""A person's own address and key figures, whatever they are here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import rates, sign_ins, unlocking
from accounts.act import Refused
from accounts.changes import actions as accounts
from accounts.doors import SignedIn, admits
from accounts.forms import AddressForm
from accounts.models import Link, User
from accounts.views.vault import stepped_up
from clients import keys
from clients.changes import actions
from vault import epochs
from vault.unlocked import public_keys


@require_http_methods(["GET", "POST"])
@admits(SignedIn)
@stepped_up
def change_address(request: HttpRequest) -> HttpResponse:
    """Mail a link to another address; nothing changes before it was followed. The answer is the same whether somebody has it or not."""
    person = request.user
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"].strip()
        if User.username_of(address) == person.username:
            form.add_error("address", _("This is your address already."))
        else:
            if rates.may_ask_for_mail(request, "address:" + str(person.pk)):
                accounts.ask_address(person=person, address=address, by=person)
            return render(request, "accounts/mail_sent.html", {"what": "address"})
    return render(request, "clients/own_address.html", {"form": form})


def confirm_address(request: HttpRequest, link: Link, over: HttpResponse) -> HttpResponse:
    """Follow the link that went to a new address: the person signs in as before, then says yes; `over` where it leads nowhere."""
    if link.about is None:
        return over
    if request.user.pk != link.about:
        facts = {"sign_in": f"{reverse('account_login')}?{urlencode({'next': request.path})}"}
        return render(request, "clients/link_sign_in.html", facts)
    if request.method != "POST":
        return render(request, "clients/own_address_confirm.html", {"link": link})
    person = request.user
    try:
        actions.change_address(person=person, link=link, by=person)
    except Refused:
        return over
    update_session_auth_hash(request, person)
    sign_ins.only_this(request)
    unlocking.lock(request)
    messages.success(request, _("Your new address counts from now on. Your other sign-ins have ended."))
    return redirect("settings_page")


@require_GET
@admits(SignedIn)
def own_key(request: HttpRequest) -> HttpResponse:
    """Show the figures of a person's own key, to be said aloud to whoever asks."""
    person: Any = request.user
    public = public_keys(person.pk)
    figures = keys.spoken(public.fingerprint().hex()) if public else ""
    is_going = epochs.under_way(person.pk).exists()
    return render(request, "clients/own_key.html", {"figures": figures.split(), "is_going": is_going, "old": epochs.old(person.pk)})
