"""An agreement's course, as a list of moments. A mere GET of the link is none: mail scanners make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consent.models import Agreement, Signature

State = Agreement.State


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, or is awaited (`at` is None)."""

    title: str
    at: datetime | None
    kind: str = ""
    text: str = ""


def moments_of(agreement: Agreement) -> list[Moment]:
    """What happened, oldest first, then what is awaited."""
    found = [Moment(pgettext("agreement", "Written"), agreement.made_at)]
    if agreement.sent_at:
        found.append(Moment(pgettext("agreement", "Sent"), agreement.sent_at))
    if opened := agreement.details.get("opened_at"):
        found.append(Moment(_("Opened to be read"), datetime.fromisoformat(opened)))
    names = {Signature.Role.CLIENT: _("Signed by the client"), Signature.Role.COACH: _("Signed by the coach, in force")}
    found += [Moment(names[Signature.Role(one.role)], one.signed_at, "ok") for one in agreement.signatures.all()]
    return found + _ending(agreement)


def _ending(agreement: Agreement) -> list[Moment]:
    """How it ended, or what it waits for."""
    reason = str(agreement.details.get("reason", ""))
    return {
        State.SENT: [Moment(_("Waiting for the client’s answer"), None, "wait")],
        State.SIGNED: [Moment(_("Waiting for the coach’s signature"), None, "wait")],
        State.DECLINED: [Moment(pgettext("agreement", "Declined"), agreement.closed_at, "warn", reason)],
        State.EXPIRED: [Moment(_("Expired without an answer"), agreement.closed_at, "off")],
        State.CANCELLED: [Moment(_("Cancelled by the coach"), agreement.closed_at, "off")],
        State.SUPERSEDED: [Moment(_("Replaced by another agreement"), agreement.closed_at, "off")],
    }.get(State(agreement.state), [])
