"""What a coach fills in about a session. Plain forms: they check, and touch no row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sessions.models import Session

LENGTHS = (30, 45, 60, 75, 90, 120, 150, 180, 240)


def _lengths() -> list[tuple[int, str]]:
    from support.words import span

    return [(minutes, span(minutes)) for minutes in LENGTHS]


class SessionForm(forms.Form):
    """Day, time, length, place and agenda of a session."""

    day = forms.DateField(label=_("Date"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    minutes = forms.TypedChoiceField(label=_("Length"), choices=_lengths, coerce=int, initial=60)
    place = forms.ChoiceField(label=_("Place"), choices=Session.At.choices, initial=Session.At.OFFICE)
    agenda = forms.CharField(
        label=_("Agenda"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("For you alone: what you want to come back to. What is said belongs into a note."),
    )

    def facts(self) -> dict[str, Any]:
        """What the actions take."""
        said = self.cleaned_data
        starts_at = timezone.make_aware(datetime.combine(said["day"], said["time"]))  # noqa: DTZ011
        return {"starts_at": starts_at, "minutes": said["minutes"], "place": said["place"], "agenda": said["agenda"].strip()}

    def laid_over(self, session: Session) -> Session:
        """The session as it would be, not saved."""
        facts = self.facts()
        session.starts_at, session.minutes, session.place = facts["starts_at"], facts["minutes"], facts["place"]
        return session

    @staticmethod
    def of(session: Session) -> dict[str, Any]:
        """The present values of a session."""
        here = timezone.localtime(session.starts_at)
        return {"day": here.date(), "time": here.time(), "minutes": session.minutes, "place": session.place, "agenda": session.agenda}
