"""The second step of signing in: a code from the app, a spare one, a passkey, or a code that was mailed."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.stages import LoginStageController
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.act import Refused
from accounts.doors import Anyone, admits
from accounts.factors import actions, codes, passkeys
from accounts.factors.stages import MailedCodeStage
from accounts.forms import CodeForm, MailedCodeForm
from accounts.views.vault import options


def _stage(request: HttpRequest, key: str) -> Any:
    """The step at which this browser's sign-in stands, if it is this one."""
    return None if request.user.is_authenticated else LoginStageController.enter(request, key)


@require_http_methods(["GET", "POST"])
@admits(Anyone)
@sensitive_post_parameters()
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for what only this person's phone or passkey can give, or for one of their spare codes."""
    stage = _stage(request, AuthenticateStage.key)
    if stage is None or not is_mfa_enabled(stage.login.user, codes.STRONGER):
        return redirect("home" if request.user.is_authenticated else "account_login")
    user, step = stage.login.user, request.POST.get("step")
    known = passkeys.of(user) if passkeys.site(request)[0] else []
    if step == "ask":
        return options(passkeys.ask(request, "second", timezone.now(), person=user, passkeys=known))
    form = CodeForm(request.POST or None, user=user) if step is None else CodeForm(user=user)
    if step == "passkey":
        try:
            shown = passkeys.shown(request, "second", request.POST.get("answer", ""), timezone.now(), person=user)
            actions.use_passkey(person=user, shown=shown, what="second", by=user)
        except Refused as no:
            messages.error(request, str(no.sentence) or _("This passkey was not recognised. Try again, or use your passphrase."))
        else:
            record_authentication(request, user, method="mfa", id=shown.passkey.row, type="webauthn")
            return stage.exit()
    elif request.method == "POST" and form.is_valid():
        form.save()
        return stage.exit()
    has_app = is_mfa_enabled(user, ["totp"])
    return render(request, "mfa/authenticate.html", {"form": form, "passkey": bool(known), "has_app": has_app})


@require_http_methods(["GET", "POST"])
@admits(Anyone)
@sensitive_post_parameters()
def mailed_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was mailed, and mail another when asked."""
    stage = _stage(request, MailedCodeStage.key)
    if stage is None:
        return redirect("home" if request.user.is_authenticated else "account_login")
    user, attempt = stage.login.user, stage.state["attempt"]
    if request.POST.get("step") == "again":
        try:
            actions.send_code(person=user, attempt=attempt, by=user)
            messages.success(request, _("A new code is on its way. The one before is no longer valid."))
        except Refused as no:
            messages.error(request, str(no.sentence))
        return redirect("mailed_code")
    form = MailedCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if actions.try_code(person=user, attempt=attempt, code=form.cleaned_data["code"], by=user):
                record_authentication(request, user, method="code")
                return stage.exit()
            form.add_error("code", _("This is not the code. Look at the newest message and try again."))
        except Refused as no:
            form.add_error("code", str(no.sentence))
    return render(request, "accounts/mailed_code.html", {"form": form})
