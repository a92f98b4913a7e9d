"""What a coach types into a pledge: facts, titles and texts of parts, which ones stand. A draft may have gaps; publishing it may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from clients.models import Coach
from consent import pledges
from consent.pledges import Part, Text
from consent.wordings.pledge import ASKED

WHY_LOCKED: Final = {
    "what_it_is_not": _("Locked: your client must know what not to expect from you, in the same words everywhere."),
    "code": _("Locked: it names the code by which your conduct may be measured. You say which one above."),
    "limits": _("Locked: a promise without its limits would deceive. They are those of the agreements signed here."),
    "complaint": _("Locked: whoever is not content must find the way, to you and past you. You say to whom above."),
}
FACTS: Final = {
    "code_of_conduct": (_("The code of conduct that you follow"), _("It completes “I follow …”. For example: the code of ethics of EMCC France")),
    "supervision": (_("Your supervision"), _("It completes “My practice is supervised: …”. For example: each month, by a supervisor outside my practice")),
    "complaint": (_("Where a client can complain besides to you"), _("It completes “You may also turn to …”. For example: the ethics board of my association, with its address")),
}  # fmt: skip
PLAIN: Final = {"autocomplete": "off"}


@dataclass(frozen=True, slots=True)
class Row:
    """One part on the page where it is written."""

    part: Part
    title: BoundField | None
    text: BoundField | None
    is_in: BoundField | None
    why: Any


class PledgeForm(forms.Form):
    """The pledge as typed: a field per fact, and title, text and whether it stands for each part that is not locked."""

    def __init__(self, data: Any = None, *, text: Text) -> None:
        super().__init__(data)
        self.kept = text
        for name in ASKED:
            label, help_text = FACTS[name]
            self.fields[name] = forms.CharField(
                label=label, help_text=help_text, required=False, max_length=300, initial=text.facts[name], widget=forms.TextInput(PLAIN)
            )
        for part in text.parts:
            if not part.is_locked:
                self._add(part)

    def _add(self, part: Part) -> None:
        rows = max(4, len(part.text) // 75 + 3)
        self.fields[f"title-{part.code}"] = forms.CharField(
            label=_("Title"), required=False, max_length=120, initial=part.title, widget=forms.TextInput(PLAIN)
        )
        self.fields[f"text-{part.code}"] = forms.CharField(
            label=_("Text"), required=False, max_length=6000, initial=part.text, widget=forms.Textarea(PLAIN | {"rows": rows})
        )
        if not part.is_own:
            self.fields[f"is_in-{part.code}"] = forms.BooleanField(label=_("Stands in the pledge"), required=False, initial=not part.is_out)

    def facts(self) -> list[BoundField]:
        """The fields of the facts."""
        return [self[name] for name in ASKED]

    def rows(self) -> Iterator[Row]:
        """The parts in order, each with its fields."""
        for part in self.kept.parts:
            title, text, is_in = (
                self[name] if (name := f"{kind}-{part.code}") in self.fields else None for kind in ("title", "text", "is_in")
            )
            yield Row(part, title, text, is_in, WHY_LOCKED.get(part.code, ""))

    def written(self, coach: Coach) -> Text:
        """The text as typed."""
        typed = self.cleaned_data
        parts = [part if part.is_locked else self._typed(part) for part in self.kept.parts]
        return pledges.write_text(coach=coach, language=self.kept.language, parts=parts, facts={name: typed[name] for name in ASKED})

    def _typed(self, part: Part) -> Part:
        typed = self.cleaned_data
        is_out = not part.is_own and not typed[f"is_in-{part.code}"]
        return Part(part.code, typed[f"title-{part.code}"], typed[f"text-{part.code}"], is_own=part.is_own, is_out=is_out)


class PublishForm(forms.Form):
    """The coach's yes to what publishing does."""

    is_accepted = forms.BooleanField(
        label=_("I have read the whole text, and publish it as it is."),
        error_messages={"required": _("Tick the box to publish.")},
    )


def moment_sent(typed: str) -> datetime | None:
    """The moment that a page sent back, or None."""
    try:
        return parse_datetime(typed)
    except ValueError:
        return None
