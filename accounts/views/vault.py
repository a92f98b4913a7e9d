"""Unlock, lock and step up: the three moments at which a person types their passphrase."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import opening, turnstile, unlocking
from accounts.doors import SignedIn, admits, ask_for_the_cookie, to_step_up, wants_a_page
from accounts.forms import UnlockForm
from vault.unlocked import Unlocked


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


@require_http_methods(["GET", "POST"])
@admits(SignedIn, even_locked=True)
@sensitive_variables()
def unlock(request: HttpRequest) -> HttpResponse:
    """Ask for the passphrase and open the vault for this sign-in."""
    if request.method == "GET" and getattr(request, "vault", None) is not None:
        return redirect(safe_next(request))
    if request.method == "GET" and unlocking.is_open_elsewhere(request) and "again" not in request.GET:
        return ask_for_the_cookie(request)
    form = UnlockForm(request.POST or None)
    if request.method == "POST" and (vault := vault_by_passphrase(request, form)):
        unlocking.begin(request, vault, pending=False)
        record_authentication(request, request.user, method="password", reauthenticated=True)
        opening.opened(request, request.user, vault)
        return redirect(safe_next(request)) if wants_a_page(request) else HttpResponse(status=204)
    if not wants_a_page(request):
        return JsonResponse({"error": " ".join(e for errors in form.errors.values() for e in errors)}, status=401)
    return render(request, "accounts/unlock.html", {"form": form, "next": safe_next(request)})


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
@sensitive_variables()
def step_up(request: HttpRequest) -> HttpResponse:
    """Ask for the passphrase again before something that matters. What was being sent is not kept: the page is opened again."""
    form = UnlockForm(request.POST or None)
    if request.method == "POST" and (vault := vault_by_passphrase(request, form)):
        if getattr(request, "vault", None) is None:
            unlocking.begin(request, vault, pending=False)
            opening.opened(request, request.user, vault)
        record_authentication(request, request.user, method="password", reauthenticated=True)
        return redirect(safe_next(request))
    return render(request, "accounts/step_up.html", {"form": form, "next": safe_next(request)})


def stepped_up(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view in only when the passphrase was typed in the last five minutes. It stands below the door."""

    @wraps(view)
    def careful(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not did_recently_reauthenticate(request):
            return to_step_up(request)
        return view(request, *args, **kwargs)

    return careful
