"""A person's own security page: their second steps, their passkeys, and where they are signed in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, sign_ins
from accounts.doors import SignedIn, admits
from accounts.factors import actions as factors
from accounts.factors import codes, passkeys
from accounts.views.vault import stepped_up
from vault import slots


@require_safe
@admits(SignedIn)
def security(request: HttpRequest) -> HttpResponse:
    """Show what signs this person in, and where they are signed in."""
    user, known = request.user, passkeys.of(request.user)
    rows = {row.type: row for row in Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN)}
    spare = rows.get(Authenticator.Type.RECOVERY_CODES)
    here = sign_ins.living(request, timezone.now())
    facts = {
        "has_app": Authenticator.Type.TOTP in rows,
        "passkeys": known,
        "opening": set(slots.passkey_salts(user.pk, [one.id for one in known])),
        "is_named": bool(passkeys.site(request)[0]),
        "is_mfa_enabled": bool(rows or known),
        "spare_left": len(spare.wrap().get_unused_codes()) if spare else None,
        "code_is_demanded": codes.is_demanded(user),
        "this_sign_in": [row for row in here if sign_ins.is_this(request, row)],
        "other_sign_ins": [row for row in here if not sign_ins.is_this(request, row)],
    }
    return render(request, "mfa/index.html", facts)


@require_POST
@admits(SignedIn)
def sign_in_end(request: HttpRequest) -> HttpResponse:
    """End one of this person's other sign-ins, or all of them, at once."""
    user, which = request.user, request.POST.get("sign_in")
    if which == "others":
        actions.end_other_sign_ins(person=user, request=request, by=user)
        update_session_auth_hash(request, user)
        messages.success(request, _("Your other sign-ins have ended, and their vaults are shut."))
        return redirect("mfa_index")
    row = next((one for one in sign_ins.living(request, timezone.now()) if str(one.pk) == which), None)
    if row is None or sign_ins.is_this(request, row):
        raise Http404
    actions.end_sign_in(person=user, sign_in=row, by=user)
    messages.success(request, _("That sign-in has ended, and its vault is shut."))
    return redirect("mfa_index")


@require_http_methods(["GET", "POST"])
@admits(SignedIn)
@stepped_up
def mailed_code_choice(request: HttpRequest) -> HttpResponse:
    """Have a code mailed at each sign-in from now on, or no more."""
    user = request.user
    if request.method == "POST":
        is_on = request.POST.get("is_on") == "on"
        factors.choose_mailed_code(person=user, is_on=is_on, by=user)
        messages.success(
            request, _("From now on a code is mailed to you each time you sign in.") if is_on else _("No code is mailed to you any more.")
        )
        return redirect("mfa_index")
    return render(request, "accounts/mailed_code_choice.html", {"code_is_demanded": codes.is_demanded(user)})
