"""Signing in and what a person sets for themselves. allauth's views are mounted one by one, since others would go round the vault.

Passkeys, the second step and the list of factors are our own pages (docs/adr/0014)."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.recovery_codes import views as codes
from django.urls import path

from accounts.doors import Anyone, SignedIn, marked
from accounts.views import lost, own, passkeys, security, sheet, steps, vault
from accounts.views.second_factor import ActivateSecondFactor, DeactivateSecondFactor, MakeSpareCodes

urlpatterns = [
    path("login/", marked(account.login, Anyone), name="account_login"),
    path("logout/", marked(account.logout, Anyone), name="account_logout"),
    path("inactive/", marked(account.account_inactive, Anyone), name="account_inactive"),
    path("reauthenticate/", vault.step_up, name="account_reauthenticate"),
    path("unlock/", vault.unlock, name="vault_unlock"),
    path("lock/", vault.lock, name="vault_lock"),
    path("lost/", lost.lost, name="lost"),
    path("recover/", lost.recover, name="recover"),
    path("recovery/", sheet.recovery_sheet, name="recovery_sheet"),
    path("settings/", own.own_settings, name="settings_page"),
    path("passphrase/", own.change_passphrase, name="change_passphrase"),
    path("language/", own.set_language, name="set_language"),
    path("restored/", own.restore_seen, name="restore_seen"),
    path("appearance/", own.set_appearance, name="set_appearance"),
    path("help/", own.help_page, name="help"),
    path("passkey/", passkeys.passkey_sign_in, name="passkey_sign_in"),
    path("code/", steps.mailed_code, name="mailed_code"),
    path("2fa/", security.security, name="mfa_index"),
    path("2fa/authenticate/", steps.second_step, name="mfa_authenticate"),
    path("2fa/passkeys/", passkeys.passkey_list, name="passkey_list"),
    path("2fa/mailed/", security.mailed_code_choice, name="mailed_code_choice"),
    path("2fa/sign-ins/", security.sign_in_end, name="sign_in_end"),
    path("2fa/totp/activate/", marked(ActivateSecondFactor.as_view(), SignedIn), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", marked(DeactivateSecondFactor.as_view(), SignedIn), name="mfa_deactivate_totp"),
    path("2fa/codes/", marked(codes.view_recovery_codes, SignedIn), name="mfa_view_recovery_codes"),
    path("2fa/codes/generate/", marked(MakeSpareCodes.as_view(), SignedIn), name="mfa_generate_recovery_codes"),
]
