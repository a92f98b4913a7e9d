"""What a contact types when they ask for information."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.actions.requests import LATEST, SOONEST

QUIET = {"spellcheck": "false", "autocomplete": "off"}


def _in_two_weeks() -> date:
    return timezone.localdate() + timedelta(days=14)


class InformationForm(forms.Form):
    """A question, what it is for, and its last day."""

    question = forms.CharField(
        label=_("What would you like to know?"),
        max_length=1000,
        help_text=_("Word for word what the person coached will read."),
        widget=forms.Textarea(attrs={"rows": 4, **QUIET}),
    )
    purpose = forms.CharField(
        label=_("What do you need it for?"), max_length=300, widget=forms.TextInput(attrs=QUIET), help_text=_("They will read this too.")
    )
    deadline = forms.DateField(
        label=_("Until when does your question stand?"),
        initial=_in_two_weeks,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Between seven and sixty days from today. After that day it is closed, whether there was an answer or not."),
    )

    def clean_deadline(self) -> date:
        chosen, today = self.cleaned_data["deadline"], timezone.localdate()
        if not today + SOONEST <= chosen <= today + LATEST:
            raise ValidationError(_("Please choose a day between seven and sixty days from today."))
        return date(chosen.year, chosen.month, chosen.day)
