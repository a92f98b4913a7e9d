"""Sealing again in the coach's own requests: a few batches at a time, each a transaction of its own, until nothing is left."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.act import Refused
from accounts.models import User
from clients.models import Coach, Engagement
from sessions.destroying import actions
from vault import epochs
from vault.models import Renewal
from vault.unlocked import Unlocked

SECONDS: Final = 1.0  # for one request


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a new epoch stands: of how many texts, how many are still to be sealed again, and how many do not open."""

    renewal: Renewal
    total: int
    left: int
    closed: int = 0

    @property
    def done(self) -> int:
        """How many are sealed under the new epoch."""
        return self.total - self.left

    @property
    def is_done(self) -> bool:
        """Whether the epochs before are destroyed."""
        return self.renewal.done_at is not None

    @property
    def is_stuck(self) -> bool:
        """Whether nothing but what does not open is left."""
        return not self.is_done and self.left > 0 and self.left == self.closed


def stand(renewal: Renewal, closed: int = 0) -> Stand:
    """Where it stands now."""
    return Stand(renewal, epochs.total(renewal), epochs.left(renewal), closed)


def engagement_of(renewal: Renewal, by: Coach) -> Engagement | None:
    """The engagement whose key this is, if it is this coach's."""
    rows = Engagement.objects.for_coach(by).select_related("client", "coach")
    return rows.filter(Q(notes_key=renewal.series) | Q(shared_key=renewal.series)).first()


def of_coach(coach: Coach, pk: UUID) -> Renewal | None:
    """A new epoch that this coach began, or None."""
    renewal = Renewal.objects.filter(pk=pk, maker=coach.person_id).first()
    return renewal if renewal is not None and engagement_of(renewal, coach) is not None else None


def under_way(coach: Coach, engagement: Engagement | None = None) -> list[Renewal]:
    """What this coach began and has not finished, of one engagement or of all."""
    rows = epochs.under_way(coach.person_id)
    return list(rows.filter(series__in=[engagement.notes_key, engagement.shared_key]) if engagement else rows)


def go_on(renewal: Renewal, vault: Unlocked, by: Coach) -> Stand:
    """Seal again for a second, and destroy the epochs before once nothing is left under them."""
    until, closed = time.monotonic() + SECONDS, set[UUID]()
    while time.monotonic() < until:
        batch = actions.reseal(renewal=renewal, vault=vault, without=closed, by=by)
        closed |= batch.closed
        if not batch.done and not batch.closed:
            if not closed:
                renewal = _finished(renewal, by)
            break
    return stand(renewal, len(closed))


def _finished(renewal: Renewal, by: Coach) -> Renewal:
    try:
        return actions.finish_renewal(renewal=renewal, by=by)
    except Refused:  # somebody saved a text at this moment
        return renewal


def at_unlock(request: HttpRequest, user: User, vault: Unlocked) -> None:
    """Go on with what was interrupted, and say so while it is not done."""
    coach = Coach.of(user)
    if coach is None:
        return
    for renewal in epochs.under_way(user.pk):
        if not go_on(renewal, vault, coach).is_done:
            messages.info(request, _("A new key is being put in place: texts are being sealed again. See “What is kept, and until when”."))
            break
