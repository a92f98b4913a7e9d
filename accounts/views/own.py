"""What a person sets for themselves: settings, passphrase, language, appearance."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions, sign_ins, unlocking
from accounts.doors import Anyone, SignedIn, admits
from accounts.forms import ChangePassphraseForm, SettingsForm, UnlockForm
from accounts.views.vault import safe_next, vault_by_passphrase
from vault import slots


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
    return render(request, "accounts/settings.html", {"form": form, "has_second_factor": is_mfa_enabled(user)})


@require_http_methods(["GET", "POST"])
@admits(SignedIn)
@sensitive_variables()
def change_passphrase(request: HttpRequest) -> HttpResponse:
    """Replace the passphrase; other sign-ins end, this one stays open."""
    form = ChangePassphraseForm(request.POST or None, own=(request.user.name, request.user.address))
    if request.method == "POST" and form.is_valid():
        check = UnlockForm({"password": form.cleaned_data["password"]})
        vault = vault_by_passphrase(request, check)
        if vault is None:
            form.add_error("password", check.errors.get("password", [""])[0])
        else:
            actions.change_passphrase(
                person=request.user, vault=vault, new=slots.stretched(form.cleaned_data["passphrase"]), by=request.user
            )
            update_session_auth_hash(request, request.user)
            sign_ins.only_this(request)
            unlocking.begin(request, vault, pending=False)
            record_authentication(request, request.user, method="password", reauthenticated=True)
            messages.success(request, _("Your passphrase is changed. Your other sign-ins have ended."))
            return redirect("settings_page")
    return render(request, "accounts/passphrase.html", {"form": form})


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
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, httponly=True, samesite="Lax", secure=settings.HTTPS
        )
    return response


@require_POST
@admits(SignedIn)
def restore_seen(request: HttpRequest) -> HttpResponse:
    """Keep that this person has read up to which moment the instance came back."""
    actions.restore_seen(person=request.user, by=request.user)
    return redirect(safe_next(request))


@require_POST
@admits(Anyone)
def set_appearance(request: HttpRequest) -> HttpResponse:
    """Remember light or dark and discreet mode on this device."""
    response = redirect(safe_next(request))
    cookies = {"theme": settings.THEME_COOKIE_NAME, "discreet": settings.DISCREET_COOKIE_NAME}
    for name, allowed in (("theme", {"light", "dark", ""}), ("discreet", {"on", ""})):
        if (value := request.POST.get(name)) in allowed:
            response.set_cookie(cookies[name], value, max_age=365 * 86400, httponly=True, samesite="Lax", secure=settings.HTTPS)
    return response


@admits(Anyone)
def help_page(request: HttpRequest) -> HttpResponse:
    """Explain, in plain words, who can read what."""
    return render(request, "accounts/help.html")
