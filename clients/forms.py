"""What a coach types about clients, organisations, contacts and engagements. Plain forms that validate a dict."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import AddressField, EnrolForm
from clients.models import Engagement, SponsorContact

LANGUAGES = [("fr", "Français"), ("en", "English")]
PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class PersonName(forms.CharField):
    """A first and last name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("First and last name"), max_length=120, widget=forms.TextInput(attrs=PLAIN), **kwargs)


class ClientForm(forms.Form):
    """A client's details. An address is needed only to send something."""

    name = PersonName()
    address = AddressField(required=False, help_text=_("Their own address, rather than one at the organisation that pays."))
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False, widget=forms.TextInput(attrs={**PLAIN, "type": "tel"}))
    job = forms.CharField(label=_("Job"), max_length=120, required=False, widget=forms.TextInput(attrs=PLAIN))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class SponsorForm(forms.Form):
    """An organisation's details."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=120, widget=forms.TextInput(attrs=PLAIN))
    domain = forms.CharField(
        label=_("Domain of its mail addresses"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_("For example organisation.com. You are warned before something for your client goes to an address there."),
    )
    group = forms.CharField(
        label=_("Group"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_("Give two organisations the same group if they belong together: their clients are then walled from one another."),
    )

    def clean_domain(self) -> str:
        typed = str(self.cleaned_data["domain"]).strip().casefold().rpartition("@")[2]
        if typed and not re.fullmatch(r"[\w-]+(\.[\w-]+)+", typed):
            raise ValidationError(_("This is not a domain. It looks like organisation.com."))
        return typed


class ContactForm(forms.Form):
    """A contact's details."""

    name = PersonName()
    address = AddressField()
    role = forms.ChoiceField(label=_("Role"), choices=SponsorContact.Role.choices)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class TitleForm(forms.Form):
    """What the engagement is about."""

    title = forms.CharField(
        label=_("What is it called?"),
        max_length=120,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_("For example: taking up a new post."),
    )
    objective = forms.CharField(
        label=_("What is the aim?"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
    )
    planned_sessions = forms.IntegerField(label=_("How many sessions are planned?"), min_value=1, max_value=99, required=False)


class BarrierForm(forms.Form):
    """The other client, and why."""

    other = forms.ChoiceField(
        label=_("From whom?"),
        widget=forms.Select(attrs={"class": "discreet"}),
        error_messages={"required": _("Please choose one."), "invalid_choice": _("Please choose one.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_("For you alone. For example: partners, or boss and report."),
    )

    def __init__(self, *args: Any, others: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = [("", ""), *others]  # type: ignore[attr-defined]


class WordingForm(forms.Form):
    """Which promise of confidentiality is made."""

    wording = forms.ChoiceField(label=_("Which promise do you make?"), choices=Engagement.Wording.choices, widget=forms.RadioSelect)


class SignUpForm(EnrolForm):
    """Who you are, what your practice is called, and the passphrase that makes your vault."""

    practice = forms.CharField(
        label=_("Name of your practice"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    field_order = ["name", "practice", "passphrase", "again"]
