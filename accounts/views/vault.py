"""Unlock, lock and step up: the moments at which a person types their passphrase, or uses a passkey in its place."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import opening, turnstile, unlocking
from accounts.act import Refused
from accounts.doors import SignedIn, admits, ask_for_the_cookie, to_step_up, wants_a_page
from accounts.factors import actions, passkeys
from accounts.factors.passkeys import Passkey, Shown
from accounts.forms import UnlockForm
from vault import slots
from vault.primitives import Closed
from vault.unlocked import Unlocked

OPENED_BY_PASSKEY = "opened_by_passkey"  # under which a login session keeps that this is how its vault was opened last


def safe_next(request: HttpRequest, otherwise: str = "/") -> str:
    """Where to go on: an address of this instance, else `otherwise`."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith("/") else otherwise


@sensitive_variables()
def vault_by_passphrase(request: HttpRequest, form: UnlockForm) -> Unlocked | None:
    """The person's vault when the form holds their passphrase; otherwise the form says what is wrong. The sign-in goes on under a new key."""
    if not form.is_valid():
        return None
    try:
        user = get_adapter().authenticate(request, username=request.user.username, password=form.cleaned_data["password"])
    except ValidationError as no:
        form.add_error("password", no)
        return None
    if user is None or user.pk != request.user.pk:
        form.add_error("password", _("This is not your passphrase."))
        return None
    request.session.cycle_key()
    turnstile.tell("passphrase given person", user.pk)
    return Unlocked(user.pk, user.opened)


def options(asked: dict[str, Any] | None) -> HttpResponse:
    """What the page's script is told to ask the browser, or that there is nothing to ask."""
    return JsonResponse(asked) if asked else JsonResponse({"error": _("There is no passkey to ask for here.")}, status=409)


def opening_passkeys(request: HttpRequest) -> tuple[list[Passkey], dict[bytes, bytes]]:
    """The person's passkeys that open the vault here, and what each is asked about for that."""
    known = passkeys.of(request.user) if passkeys.site(request)[0] else []
    salts = slots.passkey_salts(request.user.pk, [one.id for one in known])
    return [one for one in known if one.id in salts], salts


@sensitive_variables()
def _vault_by_passkey(request: HttpRequest) -> Unlocked:
    """Open the vault for this sign-in with what a passkey answered. Raises `Refused`."""
    user = request.user
    shown = passkeys.shown(request, "unlock", request.POST.get("answer", ""), timezone.now(), person=user)
    try:
        root_key = slots.open_with_passkey(user.pk, shown.passkey.id, passkeys.secret(request.POST.get("secret", "")))
    except Closed as no:
        raise Refused(_("This passkey does not open your vault. Your passphrase does."), code="passkey_closed") from no
    vault = Unlocked(user.pk, root_key)
    unlocking.begin(request, vault, pending=False)
    request.session[OPENED_BY_PASSKEY] = True
    try:
        actions.use_passkey(person=user, shown=shown, what="unlock", by=user)
    except Refused:  # copied, or removed at this very moment, which shut every vault but the one that was just begun
        unlocking.lock(request)
        raise
    _stepped_up_by(request, shown)
    return vault


def _stepped_up_by(request: HttpRequest, shown: Shown) -> None:
    request.session.cycle_key()
    turnstile.tell("passkey used person", request.user.pk)
    record_authentication(request, request.user, method="mfa", id=shown.passkey.row, type="webauthn", reauthenticated=True)


@require_http_methods(["GET", "POST"])
@admits(SignedIn, even_locked=True)
@sensitive_post_parameters()
@sensitive_variables()
def unlock(request: HttpRequest) -> HttpResponse:
    """Ask for the passphrase, or for a passkey that opens too, and open the vault for this sign-in."""
    if request.method == "GET" and getattr(request, "vault", None) is not None:
        return redirect(safe_next(request))
    if request.method == "GET" and unlocking.is_open_elsewhere(request) and "again" not in request.GET:
        return ask_for_the_cookie(request)
    step = request.POST.get("step")
    if step == "ask":
        opening_ones, salts = opening_passkeys(request)
        return options(passkeys.ask(request, "unlock", timezone.now(), person=request.user, passkeys=opening_ones, salts=salts))
    if step == "passkey":
        try:
            return _opened(request, _vault_by_passkey(request))
        except Refused as no:
            return _still_locked(request, UnlockForm(), str(no.sentence))
    form = UnlockForm(request.POST or None)
    if request.method == "POST" and (vault := vault_by_passphrase(request, form)):
        unlocking.begin(request, vault, pending=False)
        record_authentication(request, request.user, method="password", reauthenticated=True)
        return _opened(request, vault)
    return _still_locked(request, form, " ".join(e for errors in form.errors.values() for e in errors))


@sensitive_variables()
def _opened(request: HttpRequest, vault: Unlocked) -> HttpResponse:
    opening.opened(request, request.user, vault)
    return redirect(safe_next(request)) if wants_a_page(request) else HttpResponse(status=204)


def _still_locked(request: HttpRequest, form: UnlockForm, problem: str) -> HttpResponse:
    if not wants_a_page(request):
        return JsonResponse({"error": problem}, status=401)
    if problem and not form.is_bound:
        messages.error(request, problem)
    return render(
        request, "accounts/unlock.html", {"form": form, "next": safe_next(request), "passkey": bool(opening_passkeys(request)[0])}
    )


@require_POST
@admits(SignedIn, even_locked=True)
def lock(request: HttpRequest) -> HttpResponse:
    """Lock the vault of this sign-in, after its last use: the ledger's heads are signed."""
    vault = getattr(request, "vault", None)
    if vault is not None:
        opening.locking(request, request.user, vault)
    unlocking.lock(request)
    if not wants_a_page(request):
        return HttpResponse(status=204)
    return redirect(f"{reverse('vault_unlock')}?{urlencode({'next': safe_next(request)})}")


@require_http_methods(["GET", "POST"])
@admits(SignedIn, even_locked=True)
@sensitive_post_parameters()
@sensitive_variables()
def step_up(request: HttpRequest) -> HttpResponse:
    """Ask for the passphrase or a passkey again before something that matters. What was being sent is not kept: the page is opened again."""
    step, known = request.POST.get("step"), passkeys.of(request.user) if passkeys.site(request)[0] else []
    if step == "ask":
        return options(passkeys.ask(request, "step_up", timezone.now(), person=request.user, passkeys=known))
    if step == "passkey":
        return _step_up_by_passkey(request)
    form = UnlockForm(request.POST or None)
    if request.method == "POST" and (vault := vault_by_passphrase(request, form)):
        if getattr(request, "vault", None) is None:
            unlocking.begin(request, vault, pending=False)
            opening.opened(request, request.user, vault)
        record_authentication(request, request.user, method="password", reauthenticated=True)
        return redirect(safe_next(request))
    return render(request, "accounts/step_up.html", {"form": form, "next": safe_next(request), "passkey": bool(known)})


def _step_up_by_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey says who it is; a vault that is shut stays shut."""
    try:
        shown = passkeys.shown(request, "step_up", request.POST.get("answer", ""), timezone.now(), person=request.user)
        actions.use_passkey(person=request.user, shown=shown, what="step_up", by=request.user)
    except Refused as no:
        messages.error(request, str(no.sentence))
        return redirect(f"{request.path}?{urlencode({'next': safe_next(request)})}")
    _stepped_up_by(request, shown)
    return redirect(safe_next(request))


def stepped_up(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view in only when the passphrase was typed, or a passkey used, in the last five minutes. It stands below the door."""

    @wraps(view)
    def careful(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not did_recently_reauthenticate(request):
            return to_step_up(request)
        return view(request, *args, **kwargs)

    return careful
