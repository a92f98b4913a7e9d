"""What coaches and clients type about summaries. Plain forms that validate a dict."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LONGEST = 20_000


class HexField(forms.CharField):
    """32 bytes as 64 hex digits, given back as bytes."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput, min_length=64, max_length=64)

    def clean(self, value: object) -> bytes:
        try:
            return bytes.fromhex(super().clean(value))
        except ValueError as no:
            raise ValidationError("not hexadecimal") from no


class ApproveForm(forms.Form):
    """What the client was shown, and until when it may be read."""

    fingerprint = HexField()
    keys = HexField()
    contact = forms.UUIDField(widget=forms.HiddenInput)
    until = forms.DateField(
        label=_("It can be read until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("You can withdraw it at any time before."),
    )

    def clean_until(self) -> date:
        chosen, today = self.cleaned_data["until"], timezone.localdate()
        if not today <= chosen <= today + timedelta(days=2 * 366):
            raise ValidationError(_("Please choose a day from today on, and within two years."))
        return date(chosen.year, chosen.month, chosen.day)


class ChangesForm(forms.Form):
    """The text as the client would have it, or what should change."""

    answer = forms.CharField(
        label=_("The text as you would have it, or what you would like to change"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )


class SummaryForm(forms.Form):
    """The text of a summary."""

    text = forms.CharField(
        required=False, max_length=LONGEST, strip=False, widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"})
    )
