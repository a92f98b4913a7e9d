"""Where a session takes place, and what to look at there so that nothing is seen, heard or left behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from sessions.models import Session

HINTS: Final[Mapping[str, Any]] = {
    Session.At.OFFICE: _("One client leaves before the next one arrives. Nothing is heard through the door. Papers are locked away."),
    Session.At.COMPANY: _("A room away from colleagues, the screen turned from the glass. Nothing stays on the table or on the board."),
    Session.At.VIDEO: _("Headphones on, door closed, notifications off. Nobody else sees the screen, on either side."),
    Session.At.PHONE: _("No loudspeaker, no public place. Ask whether your client can speak freely."),
    Session.At.HOME: _("An entrance or an hour of its own. Nobody of the family within hearing. Papers are locked away."),
}
ICONS: Final[Mapping[str, str]] = {
    Session.At.OFFICE: "map-pin",
    Session.At.COMPANY: "building-2",
    Session.At.VIDEO: "video",
    Session.At.PHONE: "phone",
    Session.At.HOME: "house",
}


def choices() -> list[tuple[str, Any, Any]]:
    """Value, name and hint of each place."""
    return [(at.value, at.label, HINTS[at]) for at in Session.At]
