"""Switching on the second factor: allauth's page, after which every other open vault of the person is shut."""

from __future__ import annotations

from typing import Any

from allauth.mfa.totp.views import ActivateTOTPView
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
