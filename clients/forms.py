"""What a coach types about clients, organisations, contacts and engagements. Plain forms that validate a dict."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import AddressField, EnrolForm, LineField
from clients.models import Engagement, SponsorContact

LANGUAGES = [("fr", "Français"), ("en", "English")]
PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class PersonName(LineField):
    """A first and last name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("First and last name"), max_length=120, widget=forms.TextInput(attrs=PLAIN), **kwargs)


class ClientForm(forms.Form):
    """A client's details. An address is needed only to send something."""

    name = PersonName()
    address = AddressField(required=False, help_text=_("Their own address, rather than one at the organisation that pays."))
    phone = LineField(label=_("Telephone"), max_length=40, required=False, widget=forms.TextInput(attrs={**PLAIN, "type": "tel"}))
    job = LineField(label=_("Job"), max_length=120, required=False, widget=forms.TextInput(attrs=PLAIN))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class SponsorForm(forms.Form):
    """An organisation's details."""

    name = LineField(label=_("Name of the organisation"), max_length=120, widget=forms.TextInput(attrs=PLAIN))
    domain = forms.CharField(
        label=_("Domain of its mail addresses"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_("For example organisation.com. You are warned before something for your client goes to an address there."),
    )
    group = LineField(
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
    role = forms.ChoiceField(
        label=_("Role"),
        choices=SponsorContact.Role.choices,
        help_text=_("The role decides at first what they may do: human resources everything, a manager receive and ask, a buyer nothing."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class ContactRightsForm(ContactForm):
    """The same, and what this contact may do, once they are there."""

    role = forms.ChoiceField(label=_("Role"), choices=SponsorContact.Role.choices)
    rights = forms.MultipleChoiceField(
        label=_("What this person may do"),
        choices=SponsorContact.Right.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("This alone shows them nothing: each client decides, one by one, what this person sees."),
    )

    def clean_rights(self) -> frozenset[str]:
        """Whoever asks, or sees figures, is somebody to whom something may be shown."""
        rights, right = frozenset(self.cleaned_data["rights"]), SponsorContact.Right
        if rights & {right.ASK, right.PORTFOLIO} and right.RECEIVE not in rights:
            raise ValidationError(_("Whoever may ask or see figures must also be somebody to whom a client can authorise something."))
        return rights


class LeaveForm(forms.Form):
    """The name of whoever leaves, typed once more."""

    name = LineField(label=_("Type their first and last name to confirm"), max_length=120, widget=forms.TextInput(attrs=PLAIN))

    def __init__(self, *args: Any, contact: SponsorContact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contact = contact

    def clean_name(self) -> str:
        typed = str(self.cleaned_data["name"])
        if typed.casefold().split() != self.contact.name.casefold().split():
            raise ValidationError(_("This is not the name of this contact, so nothing was done."))
        return typed


class TitleForm(forms.Form):
    """What the engagement is about."""

    title = LineField(
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
    reason = LineField(
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

    practice = LineField(
        label=_("Name of your practice"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    field_order = ["name", "practice", "passphrase", "again"]
