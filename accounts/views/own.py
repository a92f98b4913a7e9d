"""What a person sets for themselves: settings, passphrase, recovery sheet, language, appearance."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions, unlocking
from accounts.doors import Anyone, SignedIn, admits
from accounts.forms import ChangePassphraseForm, SettingsForm, TwoGroupsForm, UnlockForm
from accounts.views.vault import safe_next, stepped_up, vault_by_passphrase
from support import pdf
from vault import slots
from vault.primitives import Closed


@require_http_methods(["GET", "POST"])
@admits(SignedIn)
def own_settings(request: HttpRequest) -> HttpResponse:
    """Show and keep a person's own settings."""
    user = request.user
    start = {"name": user.name, "language": user.language, "has_shortcuts": user.has_shortcuts}
    form = SettingsForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        actions.change_settings(person=user, by=user, **form.cleaned_data)
        messages.success(request, _("Your settings are saved."))
        return redirect("settings_page")
    second_factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return render(request, "accounts/settings.html", {"form": form, "has_second_factor": second_factor})


@require_http_methods(["GET", "POST"])
@admits(SignedIn)
@sensitive_variables()
def change_passphrase(request: HttpRequest) -> HttpResponse:
    """Replace the passphrase; other sign-ins end, this one stays open."""
    form = ChangePassphraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        check = UnlockForm({"password": form.cleaned_data["password"]})
        vault = vault_by_passphrase(request, check)
        if vault is None:
            form.add_error("password", check.errors.get("password", [""])[0])
        else:
            actions.change_passphrase(person=request.user, vault=vault, new=slots.stretched(form.cleaned_data["passphrase"]), by=request.user)
            update_session_auth_hash(request, request.user)
            unlocking.begin(request, vault, pending=False)
            record_authentication(request, request.user, method="password", reauthenticated=True)
            messages.success(request, _("Your passphrase is changed. Your other sign-ins have ended."))
            return redirect("settings_page")
    return render(request, "accounts/passphrase.html", {"form": form})


def _sheet(user: Any, code: str) -> dict[str, Any]:
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    groups = code.split("-")
    return {
        "code": code,
        "groups": groups,
        "one_time_codes": codes.wrap().get_unused_codes() if codes else [],
        "address": user.address,
        "url": settings.URL,
        "at": timezone.now(),
    }


@require_http_methods(["GET", "POST"])
@admits(SignedIn)
@stepped_up
@sensitive_variables()
def recovery_sheet(request: HttpRequest) -> HttpResponse:
    """Make a recovery code, print it, have two of its groups typed back. The code is in the page alone; nothing keeps it."""
    if request.method == "GET":
        return render(request, "accounts/recovery_start.html", {"has_recovery": slots.has_recovery(request.user.pk)})
    code = request.POST.get("code") or slots.new_recovery_code()
    try:
        slots.recovery_bytes(code)
    except Closed:
        return redirect("recovery_sheet")
    asked = _asked(request)
    sheet = _sheet(request.user, code) | {"asked": f"{asked[0]},{asked[1]}"}
    step = request.POST.get("step")
    if step == "pdf":
        html = render_to_string("accounts/recovery_sheet.html", sheet | {"language": get_language()})
        document = pdf.render(html, title=_("Recovery sheet"), language=get_language() or "fr")
        return HttpResponse(document, content_type="application/pdf", headers={"Content-Disposition": 'attachment; filename="coachvault.pdf"'})
    form = TwoGroupsForm(request.POST if step == "confirm" else None, groups=asked)
    if step == "confirm" and form.is_valid():
        wrong = [n for n in asked if form.cleaned_data[f"group_{n}"].strip().upper() != sheet["groups"][n - 1]]
        if not wrong:
            actions.set_recovery(person=request.user, vault=request.vault, code=code, by=request.user)  # type: ignore[attr-defined]
            messages.success(request, _("Your recovery sheet is confirmed. Keep it away from your computer."))
            return redirect("home")
        for number in wrong:
            form.add_error(f"group_{number}", _("This is not group %(number)s of your sheet.") % {"number": number})
    return render(request, "accounts/recovery_confirm.html", sheet | {"form": form})


def _asked(request: HttpRequest) -> tuple[int, int]:
    """Which two of the eight groups are asked back: the ones of the page, else two at random."""
    try:
        one, two = (int(n) for n in request.POST.get("asked", "").split(","))
        if 1 <= one < two <= 8:
            return one, two
    except ValueError:
        pass
    one, two = sorted(secrets.SystemRandom().sample(range(1, 9), 2))
    return one, two


@require_POST
@admits(Anyone)
def set_language(request: HttpRequest) -> HttpResponse:
    """Change the language: a person's setting when signed in, a cookie otherwise."""
    chosen = request.POST.get("language")
    response = redirect(safe_next(request))
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            user = request.user
            actions.change_settings(person=user, name=user.name, language=chosen, has_shortcuts=user.has_shortcuts, by=user)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, httponly=True, samesite="Lax", secure=settings.HTTPS)
    return response


@require_POST
@admits(Anyone)
def set_appearance(request: HttpRequest) -> HttpResponse:
    """Remember light or dark and discreet mode on this device."""
    response = redirect(safe_next(request))
    for name, allowed in (("theme", {"light", "dark", ""}), ("discreet", {"on", ""})):
        if (value := request.POST.get(name)) in allowed:
            response.set_cookie(name, value, max_age=365 * 86400, httponly=True, samesite="Lax", secure=settings.HTTPS)
    return response


@admits(Anyone)
def help_page(request: HttpRequest) -> HttpResponse:
    """Explain, in plain words, who can read what."""
    return render(request, "accounts/help.html")
