"""The recovery sheet: a code that is made, printed, and typed back in part before it counts. Nothing keeps it."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import actions
from accounts.doors import SignedIn, admits
from accounts.forms import TwoGroupsForm
from accounts.views.vault import stepped_up
from support import pdf
from vault import epochs, slots

SALT = "recovery sheet"
TIME_TO_PRINT = 3600


@require_http_methods(["GET", "POST"])
@admits(SignedIn)
@sensitive_variables()
def recovery_sheet(request: HttpRequest) -> HttpResponse:
    """Make a recovery code, print it, have two of its groups typed back. The code is in the page alone; nothing keeps it."""
    step, code = request.POST.get("step"), request.POST.get("code", "")
    if step not in {"pdf", "confirm"}:
        return _begin(request)
    if not _was_made_here(request, code):
        messages.error(request, _("That sheet took too long. Please make a new one; the one you printed opens nothing."))
        return redirect("recovery_sheet")
    return _printed(request, code) if step == "pdf" else _typed_back(request, code)


@stepped_up
@sensitive_variables()
def _begin(request: HttpRequest) -> HttpResponse:
    """Say what the sheet is for; then, on POST, make its code."""
    if request.method == "GET":
        return render(request, "accounts/recovery_start.html", {"has_recovery": slots.has_recovery(request.user.pk)})
    return _page(request, slots.new_recovery_code(), TwoGroupsForm(groups=_asked(request)))


@sensitive_variables()
def _page(request: HttpRequest, code: str, form: TwoGroupsForm) -> HttpResponse:
    facts = {
        "form": form,
        "code": code,
        "groups": code.split("-"),
        "asked": ",".join(map(str, form.groups)),
        "proof": _proof(request, code),
    }
    return render(request, "accounts/recovery_confirm.html", facts)


@sensitive_variables()
def _printed(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet as a PDF."""
    user, language = request.user, get_language() or "fr"
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    facts: dict[str, Any] = {"groups": code.split("-"), "one_time_codes": codes.wrap().get_unused_codes() if codes else []}
    facts |= {"address": user.address, "url": settings.URL, "at": timezone.now()}  # type: ignore[union-attr]
    document = pdf.document("accounts/recovery_sheet.html", facts, title=_("Recovery sheet"), language=language)
    return HttpResponse(document, content_type="application/pdf", headers={"Content-Disposition": 'attachment; filename="coachvault.pdf"'})


@sensitive_variables()
def _typed_back(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet counts once two of its groups came back."""
    form = TwoGroupsForm(request.POST, groups=_asked(request), code=code)
    if not form.is_valid():
        return _page(request, code, form)
    actions.set_recovery(person=request.user, vault=request.vault, code=code, by=request.user)  # type: ignore[attr-defined,arg-type]
    messages.success(request, _("Your recovery sheet is confirmed. Keep it away from your computer."))
    return redirect("seal_anew" if epochs.old(request.user.pk) else "home")


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


def _about(request: HttpRequest, code: str) -> list[str]:
    return [str(request.user.pk), hashlib.sha256(code.encode()).hexdigest()]


def _proof(request: HttpRequest, code: str) -> str:
    """What shows that this code was made here, for this person, after they gave their passphrase: printing takes longer than a step-up lasts."""
    return signing.dumps(_about(request, code), salt=SALT)


def _was_made_here(request: HttpRequest, code: str) -> bool:
    try:
        return bool(signing.loads(request.POST.get("proof", ""), salt=SALT, max_age=TIME_TO_PRINT) == _about(request, code))
    except signing.BadSignature:
        return False
