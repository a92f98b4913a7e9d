"""A person's passkeys: signing in with one, and the page on which they are made, named, removed, and let open the vault."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import rates, sign_ins
from accounts.act import Refused
from accounts.doors import Anyone, SignedIn, admits
from accounts.factors import actions, passkeys
from accounts.forms import PasskeyNameForm
from accounts.views.vault import options, safe_next, stepped_up
from vault import slots
from vault.primitives import Closed


@require_POST
@admits(Anyone)
@sensitive_post_parameters()
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey, without an address and without a passphrase. The vault stays shut."""
    if request.user.is_authenticated:
        return redirect("home")
    now = timezone.now()
    try:
        if not rates.may_try_a_passkey(request):
            raise Refused(_("Too many tries from your network. Please wait a minute, then try again."), code="too_many_passkeys")
        if request.POST.get("step") == "ask":
            return options(passkeys.ask(request, "sign_in", now))
        shown = passkeys.shown(request, "sign_in", request.POST.get("answer", ""), now)
        actions.use_passkey(person=shown.person, shown=shown, what="sign_in", by=shown.person)
    except Refused as no:
        messages.error(request, str(no.sentence))
        return redirect("account_login")
    record_authentication(request, shown.person, method="mfa", id=shown.passkey.row, type="webauthn", passwordless=True)
    response: HttpResponse = perform_login(request, Login(user=shown.person, redirect_url=safe_next(request)))
    return response


@require_http_methods(["GET", "POST"])
@admits(SignedIn)
@stepped_up
@sensitive_post_parameters()
@sensitive_variables()
def passkey_list(request: HttpRequest) -> HttpResponse:
    """Show the person's passkeys, and change one or make one."""
    step = request.POST.get("step", "")
    if step == "ask":
        return options(passkeys.ask_to_make(request, request.user, passkeys.of(request.user), timezone.now()))
    if step == "ask_to_open":
        one = _chosen(request)
        asked = passkeys.ask(
            request, "opens", timezone.now(), person=request.user, passkeys=[one], salts={one.id: slots.new_salt()}
        )  # fmt: skip
        return options(asked)
    if request.method == "POST":
        try:
            messages.success(request, STEPS.get(step, _unknown)(request))
        except Refused as no:
            if not no.sentence:
                raise
            messages.error(request, str(no.sentence))
        return redirect("passkey_list")
    known = passkeys.of(request.user)
    facts = {
        "passkeys": known,
        "opening": set(slots.passkey_salts(request.user.pk, [one.id for one in known])),
        "name_form": PasskeyNameForm(initial={"name": _this_device(request)}),
        "is_named": bool(passkeys.site(request)[0]),
        "has_recovery": slots.has_recovery(request.user.pk),
    }
    return render(request, "accounts/passkeys.html", facts)


def _chosen(request: HttpRequest) -> passkeys.Passkey:
    """The passkey of this person that the form names, or 404."""
    found = next((one for one in passkeys.of(request.user) if str(one.row) == request.POST.get("passkey")), None)
    if found is None:
        raise Http404
    return found


def _unknown(request: HttpRequest) -> str:
    raise Http404


def _this_device(request: HttpRequest) -> str:
    told = sign_ins.device(request)
    return " · ".join(told[part] for part in ("system", "browser") if told[part])


def _add(request: HttpRequest) -> str:
    form = PasskeyNameForm(request.POST)
    name = form.cleaned_data["name"] if form.is_valid() else _this_device(request) or _("Passkey")
    made = passkeys.made(request, request.user, name, request.POST.get("answer", ""), timezone.now())
    actions.add_passkey(person=request.user, passkey=made, request=request, by=request.user)
    return _("Your passkey is ready. You can sign in with it, and it is asked after your passphrase.")


def _rename(request: HttpRequest) -> str:
    form = PasskeyNameForm(request.POST)
    if not form.is_valid():
        raise Refused(" ".join(e for errors in form.errors.values() for e in errors), code="no_name")
    actions.rename_passkey(person=request.user, row=_chosen(request).row, name=form.cleaned_data["name"], by=request.user)
    return _("Your passkey has its new name.")


def _remove(request: HttpRequest) -> str:
    actions.remove_passkey(person=request.user, row=_chosen(request).row, request=request, by=request.user)
    return _("The passkey is removed: it signs in nobody and opens nothing any more.")


@sensitive_variables()
def _open(request: HttpRequest) -> str:
    try:
        shown = passkeys.shown(request, "opens", request.POST.get("answer", ""), timezone.now(), person=request.user)
        secret = passkeys.secret(request.POST.get("secret", ""))
        actions.let_passkey_open(person=request.user, vault=request.vault, shown=shown, secret=secret, by=request.user)  # type: ignore[attr-defined]
    except Closed as no:
        raise Refused(_("This passkey cannot open the vault: its device or this browser does not offer it."), code="no_secret") from no
    return _("This passkey opens your vault too. Your passphrase goes on opening it.")


def _open_no_more(request: HttpRequest) -> str:
    actions.stop_passkey_opening(person=request.user, row=_chosen(request).row, request=request, by=request.user)
    return _("This passkey no longer opens your vault. It still signs you in.")


STEPS = {"add": _add, "rename": _rename, "remove": _remove, "opens": _open, "opens_no_more": _open_no_more}
