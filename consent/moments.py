"""An agreement's course, as a list of moments. A mere GET of a link is none: mail scanners make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from consent.models import Agreement, AgreementEvent, Signatory

State = Agreement.State

TITLES: Final = {
    "drafted": pgettext_lazy("agreement", "Written"),
    "asked": gettext_lazy("Sent for signature"),
    "opened": gettext_lazy("Opened to be read"),
    "read_to_the_end": gettext_lazy("Read to the last page"),
    "question": gettext_lazy("A question was asked"),
    "answer": gettext_lazy("The question was answered"),
    "paper_asked": gettext_lazy("Would rather sign on paper"),
    "reminded": gettext_lazy("Reminded"),
    "signed": pgettext_lazy("agreement", "Signed"),
    "in_force": pgettext_lazy("agreement", "In force"),
    "incomplete": gettext_lazy("The time-stamp or the proof file could not be made yet; it is tried again"),
    "completed": gettext_lazy("Time-stamped; the proof file is made"),
    "declined": pgettext_lazy("agreement", "Declined"),
    "expired": gettext_lazy("Expired without an answer"),
    "cancelled": gettext_lazy("Taken back by the coach"),
    "superseded": gettext_lazy("Replaced by another agreement"),
    "renounced": gettext_lazy("Withdrawn from within fourteen days"),
    "terminated": gettext_lazy("Terminated by the coach"),
}
KINDS: Final = {"signed": "ok", "in_force": "ok", "completed": "ok", "declined": "warn", "incomplete": "warn", "renounced": "warn"}
# What a signatory may know of what the others did: that they signed, and how it ended.
SHARED: Final = {"signed", "in_force", "completed", "expired", "cancelled", "superseded", "renounced", "terminated"}


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, or is awaited (`at` is None)."""

    title: str
    at: datetime | None
    kind: str = ""
    text: str = ""


def moments_of(agreement: Agreement, to: Signatory | None = None) -> list[Moment]:
    """What happened, oldest first, then what is awaited: all of it for the coach, for `to` what concerns them."""
    events = agreement.events.select_related("signatory").order_by("number")
    return [_moment(event) for event in events if event.kind in TITLES and _concerns(event, to)] + _awaited(agreement)


def _concerns(event: AgreementEvent, to: Signatory | None) -> bool:
    return to is None or event.kind in SHARED or (event.signatory_id == to.pk)


def _moment(event: AgreementEvent) -> Moment:
    title = str(TITLES[event.kind])
    if event.signatory is not None:
        title = _("%(what)s: %(name)s") % {"what": title, "name": event.signatory.name}
    return Moment(title, event.at, KINDS.get(event.kind, ""), str(event.details.get("text", "")))


def _awaited(agreement: Agreement) -> list[Moment]:
    """What it waits for."""
    if agreement.state in {State.SENT, State.SIGNED}:
        due = agreement.signatories.filter(signed_at__isnull=True).order_by("position").first()
        if due is not None:
            return [Moment(_("Waiting for %(name)s") % {"name": due.name}, None, "wait")]
    if agreement.is_pending:
        return [Moment(pgettext("agreement", "Waiting for its time-stamp and proof file"), None, "wait")]
    return []
