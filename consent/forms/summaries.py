"""What coaches and clients type about summaries. Plain forms that validate a dict."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

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


class ShowAgainForm(forms.Form):
    """The contact's keys that the client was shown."""

    keys = HexField()


def one_line_end(text: str) -> str:
    """The text with the line ends that a browser sends made plain, so that two texts are compared by their words."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class ChangesForm(forms.Form):
    """The text as the client would have it, and what they would say about it."""

    text = forms.CharField(
        label=_("The text as you would have it"),
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off", "data-struck-into": ""}),
        error_messages={"required": _("Nothing is left of the text. To pass on nothing at all, choose “Refuse”.")},
    )
    comment = forms.CharField(
        label=_("A word to your coach"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("Your coach alone reads it."),
    )

    def __init__(self, data: Any = None, *, proposed: str = "", **more: Any) -> None:
        super().__init__(data, **more)
        self.proposed = proposed

    def clean_text(self) -> str:
        text = one_line_end(str(self.cleaned_data["text"]))
        if not text.strip():
            raise ValidationError(self.fields["text"].error_messages["required"])
        return text

    def clean(self) -> None:
        said = self.cleaned_data
        is_same = "text" in said and said["text"].strip() == one_line_end(self.proposed).strip()
        if is_same and not said.get("comment", "").strip():
            raise ValidationError(_("The text is as it was. Please strike or change something, or say what you would like."))


class SummaryForm(forms.Form):
    """The text of a summary."""

    text = forms.CharField(
        required=False, max_length=LONGEST, strip=False, widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"})
    )

    def clean_text(self) -> str:
        return one_line_end(str(self.cleaned_data["text"]))
