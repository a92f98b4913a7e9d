"""What a coach types into the register of legal disclosures. The rules stand in `consent.law`; the forms put their sentences beside the fields."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from consent import law, uploads
from vault import instance

LONGEST: Final = 20_000
LARGEST_FILE: Final = 4 * 1024 * 1024
TOLD: Final = [
    (law.NOW, _("Now: a notice is put into the shared space when I confirm")),
    (law.LATER, _("Not yet: I look again on a day that I choose")),
]


def _line(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}), **more
    )


def _text(label: Any, rows: int = 3, **more: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows, "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=LONGEST, widget=area, **more)


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more)


class EntryForm(forms.Form):
    """The first page: everything that an entry says but its document."""

    ground = forms.ChoiceField(label=_("Legal ground"), required=False)
    called = _line(_("Whom you called"), help_text=_("Name, service and number, as far as you know them."))
    authority = _line(_("Authority"), help_text=_("Who asks, or who was told."))
    reference = _line(_("Reference"), help_text=_("Number and date of the request."))
    given = _text(
        _("Exactly what is given, word for word"), 8, help_text=_("Copy the text here. What is only described cannot be checked later.")
    )
    day = _day(_("Given on"))
    time = forms.TimeField(label=_("At"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    less = _text(_("Why less would not have been enough"))
    told = forms.ChoiceField(label=_("Is your client told?"), required=False, choices=TOLD, widget=forms.RadioSelect)
    why = _text(
        _("If now: why, in words for your client"), help_text=_("Your client reads this together with what was given, to whom and when.")
    )
    why_not = _text(_("If not yet: why not"), help_text=_("For you alone: the law forbids it, it would endanger somebody…"))
    review_on = _day(_("If not yet: look again on"), help_text=_("Within twelve months. You are reminded that day."))

    def __init__(self, *args: Any, way: str, **kwargs: Any) -> None:
        self.way = way
        now = timezone.localtime()
        kwargs.setdefault("initial", {"day": now.date(), "time": now.time().replace(second=0, microsecond=0)})
        super().__init__(*args, **kwargs)
        choices = [(code, label) for code, label in law.Ground.choices if code in law.GROUNDS[way]]
        self.fields["ground"].choices = [("", _("Choose…")), *choices]  # type: ignore[attr-defined]
        if way == law.Way.DANGER:
            self.fields["given"].label = _("Exactly what you said, word for word")
            for name in ("authority", "reference", "less"):
                self.fields[name].help_text = _("May wait for the papers, within 72 hours.")
        else:
            del self.fields["called"]

    def entry(self, *, statement: str = "", document: bytes = b"") -> law.Entry:
        """The entry as typed."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in {"day", "time"}}
        day, clock = self.cleaned_data.get("day"), self.cleaned_data.get("time")
        given_at = timezone.make_aware(datetime.combine(day, clock)) if day and clock else None  # noqa: DTZ011
        return law.Entry(way=self.way, given_at=given_at, statement=statement, document=base64.b64encode(document).decode(), **said)

    def clean(self) -> dict[str, Any]:
        """Put what the rules say beside the fields."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            _put(self, law.problems(self.entry(), timezone.now()))
        return data

    # The way to the second page and back

    def typed(self) -> list[tuple[str, str]]:
        """Every field as it was sent, for hidden fields."""
        return [(name, self.data.get(name, "").replace("\r\n", "\n")) for name in self.fields]

    def seal_of(self, once: UUID | str, *for_whom: Any) -> str:
        """By which the second page shows that the first one checked exactly this, for this person and engagement."""
        return instance.digest(json.dumps([str(once), self.way, *map(str, for_whom), self.typed()]), "law.checked")


class ConfirmForm(forms.Form):
    """The second page: the document received, what the ground asks to be said, and a word typed by hand."""

    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    checked = forms.CharField(widget=forms.HiddenInput, max_length=64)
    file = forms.FileField(
        label=_("The document received"),
        required=False,
        help_text=_("A PDF, or one photograph (JPEG, PNG), of at most 4 MB. It is sealed together with the entry."),
        widget=forms.ClearableFileInput(attrs={"accept": uploads.ACCEPTED}),
        error_messages={"empty": _("This file is empty.")},
    )
    is_said = forms.BooleanField(error_messages={"required": _("Confirm this, or go back and choose another ground.")})
    word = forms.CharField(
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, statement: str, expected: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["is_said"].label = statement
        self.fields["word"].label = _("To confirm, type: %(word)s") % {"word": _confirming()}

    def clean_file(self) -> bytes:
        return uploads.read(self.cleaned_data["file"], largest=LARGEST_FILE) if self.cleaned_data.get("file") else b""

    def clean_word(self) -> str:
        typed = str(self.cleaned_data["word"]).strip().casefold()
        if typed != _confirming():
            raise ValidationError(_("Type this word to confirm: %(word)s") % {"word": _confirming()})
        return typed

    @property
    def was_checked(self) -> bool:
        """Whether the first page checked exactly what comes with this one."""
        return constant_time_compare(self.data.get("checked", ""), self.expected)


def _confirming() -> str:
    """The word that is typed by hand."""
    return str(_("record"))


class PapersForm(forms.Form):
    """What completes an immediate danger."""

    authority = _line(_("Authority"), help_text=_("Who was told, or to whom you reported."))
    reference = _line(_("Reference"), help_text=_("Number and date of the request."))
    written = _text(_("What you sent in writing, word for word"), 6)
    less = _text(_("Why less would not have been enough"))
    file = forms.FileField(
        label=_("The document sent or received"),
        required=False,
        help_text=_("A PDF, or one photograph (JPEG, PNG), of at most 4 MB. It is sealed together with the entry."),
        widget=forms.ClearableFileInput(attrs={"accept": uploads.ACCEPTED}),
        error_messages={"empty": _("This file is empty.")},
    )

    def __init__(self, *args: Any, entry: law.Entry, **kwargs: Any) -> None:
        self.entry = entry
        kwargs.setdefault("initial", {"authority": entry.authority, "reference": entry.reference, "less": entry.less})
        super().__init__(*args, **kwargs)

    def clean_file(self) -> bytes:
        return uploads.read(self.cleaned_data["file"], largest=LARGEST_FILE) if self.cleaned_data.get("file") else b""

    def papers(self) -> law.Papers:
        """The papers as typed."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        return law.Papers(document=base64.b64encode(self.cleaned_data.get("file") or b"").decode(), **said)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            _put(self, law.problems_of_papers(self.papers(), self.entry))
        return data


class ReviewForm(forms.Form):
    """Why the client is not told yet, and when to look again."""

    why_not = _text(_("Why your client cannot be told yet"), help_text=_("For you alone: the law forbids it, it would endanger somebody…"))
    review_on = _day(_("Look again on"), help_text=_("Within twelve months. You are reminded that day."))

    def review(self) -> law.Review:
        """The review as typed."""
        return law.Review(self.cleaned_data.get("why_not", ""), self.cleaned_data.get("review_on"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            _put(self, law.problems_of_review(self.review(), timezone.now()))
        return data


class TellForm(forms.Form):
    """Why it was given, in words for the client."""

    why = forms.CharField(
        label=_("Why, in words for your client"),
        help_text=_("Your client reads this together with what was given, to whom and when."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Tell your client why, in your own words.")},
    )


def _put(form: forms.Form, problems: Mapping[str, Any]) -> None:
    for name, sentence in problems.items():
        form.add_error(name if name in form.fields else None, sentence)
