"""allauth's way to check a passphrase, with the same cost for an address that nobody has."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from vault import slots
from vault.primitives import Closed


class PassphraseBackend(AuthenticationBackend):
    """`User.check_password` opens the slot; an unknown address costs the same run."""

    def _mitigate_timing_attack(self, password: str) -> None:
        try:
            slots.open_with_passphrase(None, password)
        except Closed:
            return
