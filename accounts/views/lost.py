"""A lost passphrase: a mailed link signs in once with the vault shut; there the recovery code makes a new passphrase."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import actions, opening, rates, sign_ins, turnstile, unlocking
from accounts.doors import Anyone, SignedIn, admits
from accounts.forms import AddressForm, RecoverForm
from accounts.models import Link, User
from vault import slots
from vault.primitives import Closed
from vault.unlocked import Unlocked


@require_http_methods(["GET", "POST"])
@admits(Anyone)
def lost(request: HttpRequest) -> HttpResponse:
    """Mail a link to sign in once. The answer is the same whether somebody has this address or not."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        digest = User.username_of(address)
        if rates.may_ask_for_mail(request, digest):
            user = User.objects.filter(username=digest, is_active=True).first()
            language, about = (user.language, user.pk) if user else (get_language() or "fr", None)
            # The same work for an address that nobody has; the worker, which nobody can time, sends nothing then
            actions.send_link(kind=Link.Kind.SIGN_IN, letter="sign_in_link", address=address, language=language, about=about, by=None)
        return render(request, "accounts/mail_sent.html", {"what": "sign_in"})
    return render(request, "accounts/lost.html", {"form": form})


def sign_in_by_link(request: HttpRequest, link: Link) -> HttpResponse:
    """Sign in with a mailed link, once; the second factor is still asked, and the vault stays shut."""
    if request.method != "POST":
        return render(request, "accounts/link.html", {"what": "sign_in"})
    user = get_object_or_404(User, pk=link.about, is_active=True)
    if user.address.casefold() != link.address.casefold():
        raise Http404  # a row of the database leads elsewhere than the letter went
    actions.use_link(link=link, by=user)
    if request.user.is_authenticated and request.user.pk != link.about:
        unlocking.lock(request)
        request.session.flush()
    record_authentication(request, user, method="link")
    return perform_login(request, Login(user=user, redirect_url=reverse("recover")))


@require_http_methods(["GET", "POST"])
@admits(SignedIn, even_locked=True)
@sensitive_variables()
def recover(request: HttpRequest) -> HttpResponse:
    """Open the vault with the recovery code and choose a new passphrase; a new code follows, since this one was used."""
    form = RecoverForm(request.POST or None, own=(request.user.name, request.user.address))
    if request.method == "POST" and form.is_valid():
        user = request.user
        if not rates.may_ask_for_mail(request, "recover:" + user.username):
            form.add_error("code", _("Too many tries. Please wait a minute, then try again."))
        else:
            try:
                vault = Unlocked(user.pk, slots.open_with_recovery(user.pk, form.cleaned_data["code"]))
            except Closed:
                turnstile.tell("wrong recovery code person", user.pk)
                form.add_error("code", _("This code does not open your vault. Please compare each group with your sheet."))
            else:
                actions.recover(person=user, vault=vault, new=slots.stretched(form.cleaned_data["passphrase"]), by=user)
                update_session_auth_hash(request, user)
                sign_ins.only_this(request)
                unlocking.begin(request, vault, pending=False)
                record_authentication(request, user, method="password", reauthenticated=True)
                opening.opened(request, user, vault)
                messages.success(
                    request,
                    _(
                        "Your vault is open and your passphrase is new. Please make a new recovery sheet: the one you just used has done its work."
                    ),
                )
                return redirect("recovery_sheet")
    return render(request, "accounts/recover.html", {"form": form, "has_recovery": slots.has_recovery(request.user.pk)})
