"""What a coach fills in before something is destroyed, or kept for longer. Plain forms: they touch no row."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.models import Hold
from consent.retention import LONGEST_HOLD


class HoldForm(forms.Form):
    """On which ground, why, and until when."""

    ground = forms.ChoiceField(
        label=_("On which ground"),
        choices=Hold.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
        help_text=_("Your client reads it."),
    )
    reason = forms.CharField(
        label=_("Why, for you alone"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("Your client sees that a hold stands, its ground and its last day, not these words."),
    )
    until = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most a year from today; a hold can be put again."),
    )

    def clean_until(self) -> Any:
        """A day from today on, within a year."""
        chosen, today = self.cleaned_data["until"], timezone.localdate()
        if not today <= chosen <= today + LONGEST_HOLD:
            raise forms.ValidationError(_("Choose a last day from today on, and within a year: a hold can be put again."))
        return chosen
