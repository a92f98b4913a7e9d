"""What a client fills in to ask about their data. Nothing but what a correction needs is required."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import Engagement
from consent.models import RightsRequest
from consent.rights import LONGEST, Wish

ALL = "all:"


def _lines(label: Any, *, required: bool = True, rows: int = 4) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false", "autocomplete": "off"})
    return forms.CharField(label=label, required=required, max_length=LONGEST, widget=widget)


class AskForm(forms.Form):
    """One request: about what, and in the client's words."""

    def __init__(self, kind: str, spaces: Sequence[Engagement], data: Any = None) -> None:
        choices = _choices(spaces)
        super().__init__(data, initial={"about": choices[0][0]} if len(choices) == 1 else None)
        self.spaces = spaces
        self.fields["about"] = forms.ChoiceField(
            label=gettext_lazy("About"),
            choices=choices,
            widget=forms.RadioSelect,
            error_messages={"required": gettext_lazy("Please choose one.")},
        )
        if kind == RightsRequest.Kind.RECTIFICATION:
            self.fields["wrong"] = _lines(gettext_lazy("What is wrong"))
            self.fields["right"] = _lines(gettext_lazy("What it should be"))
        else:
            self.fields["text"] = _lines(gettext_lazy("A word to your coach (optional)"), required=False)

    @property
    def engagement(self) -> Engagement:
        """In whose shared space the request lies: the one chosen, or the newest with that coach."""
        chosen = self.cleaned_data["about"].removeprefix(ALL)
        return next(one for one in self.spaces if chosen in (str(one.pk), str(one.client_id)))

    @property
    def covers_all(self) -> bool:
        """Whether it is about every engagement with that coach."""
        return bool(self.cleaned_data["about"].startswith(ALL))

    @property
    def wish(self) -> Wish:
        """What is sealed."""
        return Wish(**{name: self.cleaned_data.get(name, "").strip() for name in ("text", "wrong", "right")})


def _choices(spaces: Sequence[Engagement]) -> list[tuple[str, str]]:
    """Each engagement; before them, where there are several with one coach, all of these at once."""
    per_coach: dict[object, list[Engagement]] = {}
    for one in spaces:
        per_coach.setdefault(one.client_id, []).append(one)
    found = []
    for mine in per_coach.values():
        if len(mine) > 1:
            found.append((f"{ALL}{mine[0].client_id}", _("Everything with %(coach)s") % {"coach": mine[0].coach.name}))
        found += [(str(one.pk), f"{one.title} ({one.coach.name})") for one in mine]
    return found
