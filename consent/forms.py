"""What coaches and clients type about agreements and summaries. Plain forms that validate a dict."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from clients.models import Engagement
from consent.documents import DEFAULT_YEARS, YEARS

LONGEST = 20_000


class AgreementForm(forms.Form):
    """What an agreement is to say: wording, language, how long notes are kept."""

    wording = forms.ChoiceField(label=_("Wording"), choices=Engagement.Wording.choices, widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language of the agreement"), choices=[("fr", "Français"), ("en", "English")])
    years = forms.TypedChoiceField(
        label=_("Notes are kept, after the last session"),
        coerce=int,
        initial=DEFAULT_YEARS,
        choices=[(years, ngettext_lazy("%(years)s year", "%(years)s years", years) % {"years": years}) for years in YEARS],
    )


class SendForm(forms.Form):
    """Whether the coach has seen what was said about the address."""

    is_address_seen = forms.BooleanField(required=False)


class SignForm(forms.Form):
    """A signature: one's name, typed, and a statement that is not accepted beforehand."""

    name = forms.CharField(
        label=_("Your first and last name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false", "autocapitalize": "words"}),
        error_messages={"required": _("Type your name to sign.")},
    )
    is_accepted = forms.BooleanField(error_messages={"required": _("Accept the statement to sign, or decline.")})

    def __init__(self, *args: Any, statement: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_accepted"].label = statement


class DeclineForm(forms.Form):
    """What a client who declines wants to say about it. Saying nothing is fine."""

    reason = forms.CharField(
        label=_("What would you like to tell your coach?"),
        help_text=_("You may leave this empty. Only your coach reads it."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )


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
