"""The passphrase on the page itself, beside what it confirms: nothing that was typed is lost on the way to another page."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django import forms
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from accounts.forms import UnlockForm
from accounts.views.vault import vault_by_passphrase


def asks_passphrase(request: HttpRequest) -> bool:
    """Whether the page must ask for the passphrase: it was not typed in the last five minutes."""
    return not did_recently_reauthenticate(request)


@sensitive_variables()
def is_stepped_up(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the passphrase was typed in the last five minutes, or came with this form; otherwise the form says what is wrong."""
    if did_recently_reauthenticate(request):
        return True
    check = UnlockForm({"password": request.POST.get("password", "")})
    if vault_by_passphrase(request, check) is None:
        for error in check.errors.get("password", []):
            form.add_error(None, error)
        return False
    record_authentication(request, request.user, method="password", reauthenticated=True)
    return True
