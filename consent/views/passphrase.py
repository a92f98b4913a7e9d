"""Step-up inside a form: the passphrase typed beside the answer, unless it was given within the last minutes."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from accounts.forms import UnlockForm
from accounts.views.vault import vault_by_passphrase

__all__ = ["did_recently_reauthenticate", "what_is_wrong"]


@sensitive_variables()
def what_is_wrong(request: HttpRequest) -> list[str]:
    """Nothing where this person was asked lately or the passphrase that was typed is theirs; otherwise what to say."""
    if did_recently_reauthenticate(request):
        return []
    check = UnlockForm({"password": request.POST.get("password", "")})
    if vault_by_passphrase(request, check) is None:
        return [str(error) for error in check.errors.get("password", check.non_field_errors())]
    record_authentication(request, request.user, method="password", reauthenticated=True)
    return []
