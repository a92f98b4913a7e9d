"""What is chosen when a consent is asked for and when it is given: which data, for whom, until when. Nothing is ever ticked in advance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import SponsorContact
from consent import uploads
from consent.purposes import Kind, Purpose

LONGEST_PERIOD: Final = timedelta(days=2 * 366)
LONGEST_REASON: Final = 500
LARGEST_PAGE: Final = 10 * 1024 * 1024


def _until(help_text: Any = "") -> forms.Field:
    return forms.DateField(label=_("Until when"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), help_text=help_text)


def _clean_until(form: forms.Form) -> date:
    """A day from today on, within two years."""
    chosen, today = form.cleaned_data["until"], timezone.localdate()
    if not today <= chosen <= today + LONGEST_PERIOD:
        raise ValidationError(_("Please choose a day from today on, and within two years."))
    return date(chosen.year, chosen.month, chosen.day)


class _Chosen(forms.Form):
    """The data of one purpose, if it offers any, by check boxes."""

    def __init__(self, purpose: Purpose, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if "data" in purpose.must_name:
            self.fields["data"] = forms.MultipleChoiceField(
                label=_("What exactly"),
                choices=list(purpose.data.items()),
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("Please choose at least one.")},
            )

    @property
    def chosen(self) -> frozenset[str]:
        """What was chosen; empty for a purpose that offers nothing to choose."""
        return frozenset(self.cleaned_data.get("data", ()))


class AskForm(_Chosen):
    """The coach's question: for whom, what, and one sentence why."""

    def __init__(self, purpose: Purpose, contacts: Sequence[SponsorContact], *args: Any, **more: Any) -> None:
        super().__init__(purpose, *args, **more)
        if purpose.kind == Kind.CONTACT:
            self.fields["contact"] = forms.ChoiceField(
                label=_("For whom?"),
                choices=[(str(row.pk), f"{row.name} ({row.get_role_display()})") for row in contacts],
                widget=forms.RadioSelect,
                error_messages={"required": _("Please choose one.")},
            )
            self.order_fields(["contact", "data"])
        self.fields["reason"] = forms.CharField(
            label=_("Why you ask, in a sentence for your client"),
            required=False,
            max_length=LONGEST_REASON,
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        )


class PaperForm(AskForm):
    """A yes that the client signed on paper: what it says, and the page."""

    def __init__(self, purpose: Purpose, contacts: Sequence[SponsorContact], *args: Any, **more: Any) -> None:
        super().__init__(purpose, contacts, *args, **more)
        del self.fields["reason"]
        if "until" in purpose.must_name:
            self.fields["until"] = _until()
        self.fields["page"] = forms.FileField(
            label=_("The page that your client signed"),
            help_text=_("A PDF, or one photograph (JPEG, PNG), of at most 10 MB."),
            widget=forms.ClearableFileInput(attrs={"accept": uploads.ACCEPTED}),
            error_messages={"required": _("Add the page that your client signed."), "empty": _("This file is empty.")},
        )

    clean_until = _clean_until

    def clean_page(self) -> bytes:
        """The page as a PDF."""
        return uploads.read(self.cleaned_data["page"], largest=LARGEST_PAGE)


class GiveForm(_Chosen):
    """The client's yes: what exactly and until when, as they choose."""

    def __init__(self, purpose: Purpose, *args: Any, **more: Any) -> None:
        super().__init__(purpose, *args, **more)
        if "until" in purpose.must_name:
            self.fields["until"] = _until(_("You can withdraw it at any time before."))

    clean_until = _clean_until
