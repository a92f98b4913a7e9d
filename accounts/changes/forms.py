"""What a person types before their keys are made anew: a new passphrase, and a word that shows that they read what is lost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.forms import NewPassphraseForm


class NewKeysForm(NewPassphraseForm):
    """A new passphrase, and the word of the page."""

    word = forms.CharField(
        max_length=40,
        error_messages={"required": gettext_lazy("Please type the word.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    field_order = ["word", "passphrase", "again"]

    def __init__(self, *args: Any, word: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = word
        self.fields["word"].label = _("To confirm, type: %(word)s") % {"word": word}

    def clean_word(self) -> str:
        typed = " ".join(str(self.cleaned_data["word"]).casefold().split())
        if typed != self.expected.casefold():
            raise ValidationError(_("That is another word. Nothing was changed."))
        return typed


def word_to_start_again() -> str:
    """The word to type, in the language of the page."""
    return pgettext("word to type", "start again")


def word_to_renew() -> str:
    """The word to type, in the language of the page."""
    return pgettext("word to type", "new keys")
