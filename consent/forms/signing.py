"""What those who sign type, and the coach who answers them. Plain forms that validate a dict."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consent import drawing

LONGEST_DRAWING = 40_000
LONGEST_PASSKEY = 20_000


class SendForm(forms.Form):
    """Whether the coach has seen what was said about the address."""

    is_address_seen = forms.BooleanField(required=False)


class SignForm(forms.Form):
    """A signature: one's name, typed and perhaps drawn, and a statement that is not accepted beforehand."""

    name = forms.CharField(
        label=_("Your first and last name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false", "autocapitalize": "words"}),
        error_messages={"required": _("Type your name to sign.")},
    )
    drawing = forms.CharField(required=False, max_length=LONGEST_DRAWING, widget=forms.HiddenInput)
    passkey = forms.CharField(required=False, max_length=LONGEST_PASSKEY, widget=forms.HiddenInput)
    express_request = forms.BooleanField(
        required=False,
        label=_("I expressly ask that the coaching begin before the fourteen days are over."),
        help_text=_(
            "If you withdraw from the agreement afterwards, you owe what was done until then, in proportion. Without this the coaching begins after the fourteen days."
        ),
    )
    is_accepted = forms.BooleanField(error_messages={"required": _("Accept the statement to sign, or decline.")})

    def __init__(self, *args: Any, statement: str = "", is_consumer: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_accepted"].label = statement
        if not is_consumer:
            del self.fields["express_request"]

    def clean_drawing(self) -> list[list[list[float]]]:
        """The strokes of a drawn name, or none: points from 0 to 1 across and down."""
        try:
            return drawing.strokes(self.cleaned_data["drawing"])
        except ValueError as no:
            raise ValidationError(_("The drawing could not be read. Draw it again, or type your name alone.")) from no


class CodeForm(forms.Form):
    """The six digits that came by mail."""

    code = forms.RegexField(
        r"^\s*[0-9]{3}\s?[0-9]{3}\s*$",
        label=_("The code from the message"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "7"}),
        error_messages={"required": _("Type the six digits of the code."), "invalid": _("Type the six digits of the code.")},
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())


class QuestionForm(forms.Form):
    """A question about the agreement, or the coach's answer."""

    question = forms.CharField(
        label=_("Your question"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": _("Write your question, in at most 2,000 characters.")},
    )


class AnswerForm(forms.Form):
    """What the coach answers."""

    answer = forms.CharField(label=_("Your answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}))


class DeclineForm(forms.Form):
    """What a client who declines wants to say about it. Saying nothing is fine."""

    reason = forms.CharField(
        label=_("What would you like to tell your coach?"),
        help_text=_("You may leave this empty. Only your coach reads it."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
