"""What a new practice does first, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, why, and where."""

    title: str
    why: str
    url: str
    is_done: bool


def steps(person: User, begun: Mapping[str, Any], *, has_second_factor: bool) -> list[Step]:
    """The steps in the order in which they make sense."""

    engagement = begun["engagement"]

    def step(title: Any, why: Any, name: str, is_done: bool, *, inside: bool = False) -> Step:
        """The page `name`; `inside` the engagement, or where one is opened first."""
        url = reverse(name) if not inside else reverse(name, args=[engagement]) if engagement else reverse("engagement_new")
        return Step(title, why, url, is_done)

    return [
        step(_("Make your vault"), _("Your passphrase opens it, and nobody else’s does."), "settings_page", True),
        step(
            _("Print your recovery sheet"),
            _("The only way back in without your passphrase."),
            "recovery_sheet",
            person.recovery_confirmed_at is not None,
        ),
        step(_("Switch on the second factor"), _("A code from your telephone when you sign in."), "mfa_index", has_second_factor),
        step(_("Add your first client"), _("Only you see their name."), "client_add", begun["client"]),
        step(
            _("Open the first engagement"),
            _("Objective, number of sessions, wording of the agreement."),
            "engagement_new",
            engagement is not None,
        ),
        step(_("Plan the first session"), _("With its place and what to look at there."), "session_add", begun["session"], inside=True),
        step(_("Write the first note"), _("Readable by you alone."), "note_new", begun["note"]),
        step(_("Send the first agreement"), _("Your client reads and signs it online."), "agreement_new", begun["agreement"], inside=True),
    ]
