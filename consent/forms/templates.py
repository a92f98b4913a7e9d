"""What coaches type into their templates: a name, which optional clauses stand, clauses of their own and their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consent import tailoring
from consent.models import AgreementTemplate
from consent.tailoring import MOST_NAME, MOST_OWN, Content, Own
from consent.template_pages import Line, lines

KEY: Final = re.compile(r"[a-z0-9]{1,12}")
PLAIN: Final = {"autocomplete": "off"}


class StartForm(forms.Form):
    """A new template."""

    kind = forms.ChoiceField(label=_("Kind of agreement"), choices=AgreementTemplate.Kind.choices)
    language = forms.ChoiceField(label=_("Language"), choices=[("fr", "Français"), ("en", "English")])
    name = forms.CharField(
        label=_("Name of the template"),
        help_text=_("For yourself alone: no client reads it."),
        max_length=MOST_NAME,
        widget=forms.TextInput(PLAIN),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One clause on the page where a template is written; its fields and errors, if it has any."""

    line: Line
    title: BoundField | None = None
    body: BoundField | None = None
    after: BoundField | None = None
    error: str = ""


class TemplateForm(forms.Form):
    """The content of one draft. Rows of own clauses come and go: `own` lists their keys, in the order in which they are read."""

    def __init__(self, data: Any = None, *, template: AgreementTemplate, content: Content) -> None:
        super().__init__(data)
        self.kind, self.spoken_in = template.kind, template.language
        self.fields["name"] = forms.CharField(
            label=_("Name of the template"), required=False, initial=content.name, widget=forms.TextInput(PLAIN | {"maxlength": MOST_NAME})
        )
        choices = [(code, code) for code in sorted(tailoring.options(self.kind))]
        self.fields["options"] = forms.MultipleChoiceField(required=False, initial=list(content.options), choices=choices)
        self.keys = [one.key for one in content.own] if data is None else _keys(data)
        own = {one.key: one for one in content.own}
        places = [(line.code, _place(line)) for line in lines(Content(""), self.kind, self.spoken_in)]
        allowed = set(tailoring.anchors(self.kind))
        for key in self.keys:
            self._add(own.get(key, Own(key)), [place for place in places if place[0] in allowed])
        self.found: dict[str, str] = {}

    def _add(self, own: Own, places: list[tuple[str, str]]) -> None:
        spoken = {"lang": self.spoken_in} | PLAIN
        self.fields[f"{own.key}-title"] = forms.CharField(
            label=_("Title"), required=False, initial=own.title, widget=forms.TextInput(spoken)
        )
        self.fields[f"{own.key}-body"] = forms.CharField(
            label=_("Text"),
            required=False,
            initial=own.body,
            strip=False,
            widget=forms.Textarea(spoken | {"rows": 6, "data-takes-fields": ""}),
        )
        self.fields[f"{own.key}-after"] = forms.ChoiceField(label=_("Stands after"), required=False, initial=own.after, choices=places)

    def typed(self) -> Content:
        """The content as it is typed, right or wrong."""
        own = tuple(
            Own(key, *(str(self[f"{key}-{name}"].value() or "").replace("\r\n", "\n") for name in ("title", "body", "after")))
            for key in self.keys
        )
        return Content(str(self["name"].value() or "").strip(), tuple(self["options"].value() or ()), own)

    def clean(self) -> dict[str, Any]:
        """Find what could not be published, each place with its sentence."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        self.found = tailoring.problems(self.typed(), self.kind, self.spoken_in, get_language() or "fr")
        names = {"name": "name", "own": None} | {
            one.key: f"{one.key}-{'body' if one.title.strip() else 'title'}" for one in self.typed().own
        }
        for place, sentence in self.found.items():
            self.add_error(names.get(place, "options"), sentence)
        return data

    def sentences(self) -> list[str]:
        """Everything that is wrong, each sentence once."""
        return list(dict.fromkeys(str(sentence) for errors in self.errors.values() for sentence in errors))

    def rows(self) -> Iterator[Row]:
        """The clauses in order, the coach's own ones with their fields."""
        for line in lines(self.typed(), self.kind, self.spoken_in):
            error = self.found.get(line.code, "")
            if line.own:
                yield Row(line, self[f"{line.code}-title"], self[f"{line.code}-body"], self[f"{line.code}-after"], error)
            else:
                yield Row(line, error=error)


def _place(line: Line) -> str:
    """A clause as one to stand behind: two of one title are told apart by when they stand."""
    return f"{line.title} ({', '.join(line.conditions)})" if line.conditions else line.title


def _keys(data: Any) -> list[str]:
    """The rows that were sent, each once; one more than may stand, so that too many are refused and not dropped."""
    sent = dict.fromkeys(key for key in data.getlist("own") if KEY.fullmatch(key))
    return list(sent)[: MOST_OWN + 1]
