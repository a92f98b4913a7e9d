"""The second factor: allauth's pages, with the trace that each change leaves. A new factor shuts every other open vault of the person."""

from __future__ import annotations

from typing import Any

from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import actions


class ActivateSecondFactor(ActivateTOTPView):
    """A code from an authenticator app is asked from now on at each sign-in."""

    def get_success_url(self) -> str:
        return reverse("home")

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        actions.second_factor_added(person=self.request.user, request=self.request, by=self.request.user)
        messages.success(self.request, _("Your second factor is on. A code will be asked each time you sign in."))
        return response


class DeactivateSecondFactor(DeactivateTOTPView):
    """The passphrase alone signs in from now on. Whoever must have a second factor is asked to set one up again."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        actions.second_factor_removed(person=self.request.user, by=self.request.user)
        messages.success(self.request, _("The second step is off."))
        return response


class MakeSpareCodes(GenerateRecoveryCodesView):
    """New codes for the day the phone is missing; the ones before stop working."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        actions.spare_codes_made(person=self.request.user, by=self.request.user)
        messages.success(self.request, _("Your new spare codes are ready. The old ones no longer work."))
        return response
