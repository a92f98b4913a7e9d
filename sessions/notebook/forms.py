"""What a client types before the private notebook is destroyed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def word() -> str:
    """The word to type, in the language of the page."""
    return _("destroy")


class DestroyForm(forms.Form):
    """The word, typed."""

    word = forms.CharField(
        label=gettext_lazy("Type this word"),
        max_length=20,
        error_messages={"required": gettext_lazy("Please type the word.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["word"].label = _("To confirm, type: %(word)s") % {"word": word()}

    def clean_word(self) -> str:
        """Return the word; another one is no confirmation."""
        typed = str(self.cleaned_data["word"])
        if typed.strip().casefold() != word().casefold():
            raise forms.ValidationError(_("That is another word. Nothing was destroyed."))
        return typed
