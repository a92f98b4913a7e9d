"""What a client types of what they would like a contact to know, and how the coach declines it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import SponsorContact
from consent.forms.summaries import LONGEST, one_line_end

OTHER: Final = "other"


class WishForm(forms.Form):
    """One contact whom the client knows of, or somebody whom the text names, and what they should know."""

    contact = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": _("Please choose one.")})
    text = forms.CharField(
        label=_("What you would like this person to know, in your words"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, contacts: Iterable[SponsorContact] = ()) -> None:
        super().__init__(data)
        self.contacts = {str(row.pk): row for row in contacts}
        self.fields["contact"].choices = [*((pk, row.name) for pk, row in self.contacts.items()), (OTHER, OTHER)]  # type: ignore[attr-defined]

    def clean_contact(self) -> SponsorContact | None:
        return self.contacts.get(self.cleaned_data["contact"])

    def clean_text(self) -> str:
        return one_line_end(str(self.cleaned_data["text"]))


class DeclineWishForm(forms.Form):
    """The sentence with which a coach declines."""

    sentence = forms.CharField(
        label=_("A sentence for your client"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": _("Please write a sentence: your client reads it.")},
    )
