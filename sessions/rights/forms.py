"""What a coach fills in to answer a client's request. Plain forms: they check, and touch no row."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent import rights
from consent.models import RightsAnswer
from consent.rights import LEFT_OUT, MASKED, Part, Reply
from sessions.rights.sources import Source
from sessions.texts import TooLong, cleaned

LATEST: Final = timedelta(days=31)  # for an erasure that is promised: without undue delay (article 17(1))


def _lines(label: Any, *, rows: int = 5, required: bool = True, help_text: Any = "") -> forms.CharField:
    """A text of several lines."""
    widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false", "autocomplete": "off"})
    return forms.CharField(label=label, required=required, max_length=rights.LONGEST, widget=widget, help_text=help_text)


class PutOffForm(forms.Form):
    """Why the client must wait longer."""

    reason = _lines(
        _("Why it takes longer, for your client"),
        rows=3,
        help_text=_("How complex it is, or how many requests there are (GDPR, article 12(3))."),
    )


class HandOverForm(forms.Form):
    """What goes with the copy."""

    text = _lines(_("A word that goes with the copy (optional)"), required=False)


class PartForm(forms.Form):
    """What becomes of one text."""

    outcome = forms.ChoiceField(choices=list(rights.OUTCOMES.items()), error_messages={"required": _("Please choose one.")})
    text = forms.CharField(
        label=_("The copy that your client reads"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("A copy: your note stays as it is. Put [masked] where a passage is about somebody else."),
    )
    reason = forms.ChoiceField(label=_("Why"), required=False, choices=[("", "—"), *rights.REASONS.items()])
    explained = _lines(_("In a sentence for your client"), rows=2, required=False)

    def clean_text(self) -> str:
        """The copy, as a note would be saved."""
        try:
            return cleaned(self.cleaned_data["text"])
        except TooLong as no:
            raise ValidationError(str(no.sentence)) from no

    def clean(self) -> dict[str, Any]:
        """A reason for whatever is not given as it stands."""
        said = self.cleaned_data
        outcome = said.get("outcome")
        if outcome in (MASKED, LEFT_OUT) and not said.get("reason"):
            self.add_error("reason", _("Please say why: your client has a right to know."))
        if outcome == LEFT_OUT and not said.get("explained", "").strip():
            self.add_error("explained", _("Please say in a sentence why masking is not enough."))
        return said

    def part(self, source: Source, original: str) -> Part:
        """The decision. What is given as it stands is the text itself, whatever was typed beside it."""
        said = self.cleaned_data
        outcome = said["outcome"]
        is_whole = outcome == rights.GIVEN
        text = original if is_whole else said["text"] if outcome == MASKED else ""
        reasons = {} if is_whole else {"reason": said["reason"], "explained": said["explained"].strip()}
        return Part(
            what=source.what,
            at=source.at.isoformat(),
            outcome=outcome,
            text=text,
            session=source.session,
            version=source.version,
            **reasons,
        )


class AnswerForm(forms.Form):
    """The answer to a request for a correction."""

    outcome = forms.ChoiceField(
        label=_("Your answer"),
        choices=RightsAnswer.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )
    text = _lines(
        _("What you did, or why not, for your client"), help_text=_("If something stays as it is, your client has a right to the reason.")
    )

    def reply(self, **facts: Any) -> Reply:
        """What is sealed."""
        return Reply(text=self.cleaned_data["text"], **facts)


class CorrectionForm(AnswerForm):
    """The same, and whether the client's own words are kept beside what stays."""

    is_statement_kept = forms.BooleanField(
        label=_("Keep my client’s words as their statement, beside what stays"),
        required=False,
        help_text=_("It stands on the engagement’s page from then on."),
    )


class ErasureForm(AnswerForm):
    """The same for an erasure, and until when it is carried out."""

    by_date = forms.DateField(
        label=_("Done by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "On this day everything in the list is destroyed by itself, and the engagement ends if it goes on. Your client reads the day."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """A day, soon, unless nothing is erased."""
        said, today = self.cleaned_data, timezone.localdate()
        chosen: date | None = said.get("by_date")
        if said.get("outcome") == RightsAnswer.Outcome.REFUSED:
            said["by_date"] = None
        elif "by_date" in said and (chosen is None or not today <= chosen <= today + LATEST):
            self.add_error("by_date", _("Please choose a day from today on, and within a month: erasing is owed without delay."))
        return said

    def reply(self, **facts: Any) -> Reply:
        """What is sealed."""
        chosen: date | None = self.cleaned_data.get("by_date")
        return super().reply(by=chosen.isoformat() if chosen else "", **facts)
