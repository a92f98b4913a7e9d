"""Ending an engagement: what happens is said before, and a word is typed."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.act import Refused
from accounts.doors import admits
from clients.models import Coach, Engagement
from consent.actions import engagements as actions
from consent.models import Consent


class EndForm(forms.Form):
    """One word, so that it is no slip of the finger."""

    word = forms.CharField(
        label=gettext_lazy("Type the word “end” to confirm"), max_length=20, widget=forms.TextInput({"autocomplete": "off"})
    )

    def clean_word(self) -> str:
        """The word in the language of the page."""
        typed = str(self.cleaned_data["word"]).strip().casefold()
        if typed != _("end"):
            raise forms.ValidationError(_("This is not the word. Nothing was ended."))
        return typed


@require_http_methods(["GET", "POST"])
@admits(Coach)
def engagement_end(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Say what ending means, and end it."""
    engagement = get_object_or_404(Engagement.objects.for_coach(coach).select_related("client", "coach"), pk=pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_engagement(engagement=engagement, by=coach)
            messages.success(
                request, _("The engagement is over. Nobody outside reads anything of it any more; your notes are still there.")
            )
        except Refused as no:
            messages.error(request, no.sentence)
        return redirect("engagement_page", pk)
    standing = Consent.objects.for_coach(coach).filter(engagement=engagement).standing().with_events()
    return render(request, "consent/engagement_end.html", {"engagement": engagement, "form": form, "standing": standing})
