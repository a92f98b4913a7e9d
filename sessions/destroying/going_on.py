"""Sealing again in the person's own requests: a few batches at a time, each a transaction of its own, until nothing is left."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.act import Refused
from accounts.models import User
from clients.models import Coach, Engagement
from sessions.destroying import actions
from vault import epochs
from vault.models import Renewal
from vault.unlocked import Unlocked

SECONDS: Final = 1.0  # for one request, however many keys


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


@dataclass(frozen=True, slots=True)
class Run:
    """Where everything stands that one person began: how many keys, how many in place, texts so far, and the keys that wait for a word."""

    total: int = 0
    done: int = 0
    texts: int = 0
    stuck: list[Stand] = field(default_factory=list)

    @property
    def is_going(self) -> bool:
        """Whether a key is left that more requests bring to its end."""
        return self.total - self.done > len(self.stuck)


def stand(renewal: Renewal, closed: int = 0) -> Stand:
    """Where it stands now."""
    return Stand(renewal, epochs.total(renewal), epochs.left(renewal), closed)


def engagement_of(renewal: Renewal) -> Engagement | None:
    """The engagement whose key this is, if it is one's."""
    rows = Engagement.objects.filter(coach__person=renewal.maker).select_related("client", "coach")
    return rows.filter(Q(notes_key=renewal.series) | Q(shared_key=renewal.series)).first()


def of_coach(coach: Coach, pk: UUID) -> Renewal | None:
    """A new epoch of an engagement's key that this coach began, or None."""
    renewal = Renewal.objects.filter(pk=pk, maker=coach.person_id).first()
    return renewal if renewal is not None and engagement_of(renewal) is not None else None


def under_way(coach: Coach, engagement: Engagement) -> list[Renewal]:
    """What this coach began and has not finished, of one engagement."""
    return list(epochs.under_way(coach.person_id).filter(series__in=[engagement.notes_key, engagement.shared_key]))  # type: ignore[arg-type]


def where(person: UUID, stuck: Collection[UUID] = ()) -> Run:
    """Where everything stands that this person began since the oldest key that is not in place yet. `stuck` are those that wait for a word."""
    left = list(epochs.under_way(person))
    if not left:
        return Run()
    run = Renewal.objects.filter(maker=person, begun_at__gte=left[0].begun_at)
    facts = run.aggregate(done=Count("done_at"), texts=Sum("resealed"))
    waiting = [stand(one) for one in left if one.pk in stuck]
    return Run(len(left) + facts["done"], facts["done"], facts["texts"], waiting)


# One request's part


@dataclass(slots=True)
class Turn:
    """What one request did for one key."""

    renewal: Renewal
    sealed: int = 0
    closed: set[UUID] = field(default_factory=set)
    is_through: bool = False  # every text was tried

    @property
    def is_stuck(self) -> bool:
        """Whether the next request would do no more: what is left does not open."""
        return bool(self.closed) and (self.is_through or not self.sealed)


def go_on(renewal: Renewal, vault: Unlocked, by: Coach) -> Stand:
    """Seal again for a second, and destroy the epochs before once nothing is left under them."""
    turn = _turn(renewal, vault, by, time.monotonic() + SECONDS)
    return stand(turn.renewal, len(turn.closed))


def go_on_with_all(person: User, vault: Unlocked, stuck: Collection[UUID] = ()) -> set[UUID]:
    """The same for one key of this person after the other, for a second in all; those that are stuck. `stuck`: known to be, not tried again."""
    until, found = time.monotonic() + SECONDS, set(stuck)
    for renewal in epochs.under_way(person.pk).exclude(pk__in=found):
        if _turn(renewal, vault, person, until).is_stuck:
            found.add(renewal.pk)
        if time.monotonic() >= until:
            break
    return found


def leave_behind(renewal: Renewal, vault: Unlocked, by: Coach | User) -> None:
    """Destroy the epochs before although some texts do not open: once all that does is sealed again, and nothing else is left."""
    turn = _turn(renewal, vault, by, time.monotonic() + 10 * SECONDS)
    if turn.closed and turn.is_through:
        actions.finish_renewal(renewal=turn.renewal, even_closed=True, by=by)


def _turn(renewal: Renewal, vault: Unlocked, by: Coach | User, until: float) -> Turn:
    """One batch at least, so that something is done however slow the machine is."""
    turn = Turn(renewal)
    while not turn.is_through:
        batch = actions.reseal(renewal=renewal, vault=vault, without=turn.closed, by=by)
        turn.sealed += batch.done
        turn.closed |= batch.closed
        turn.is_through = batch.done + len(batch.closed) < epochs.BATCH
        if time.monotonic() >= until:
            break
    if turn.is_through and not turn.closed and renewal.done_at is None:
        turn.renewal = _finished(renewal, by)
    return turn


def _finished(renewal: Renewal, by: Coach | User) -> Renewal:
    try:
        return actions.finish_renewal(renewal=renewal, by=by)
    except Refused:  # somebody saved a text, or did the same, at this moment
        return renewal


def at_unlock(request: HttpRequest, user: User, vault: Unlocked) -> None:
    """Go on with what was interrupted, and say so while it is not done, or where it is still to be begun."""
    go_on_with_all(user, vault)
    if epochs.under_way(user.pk).exists():
        messages.info(request, _("New keys are being put in place: texts are being sealed again. See “My key” in your settings."))
    elif epochs.old(user.pk):
        messages.warning(
            request, _("Some texts are still sealed with keys that may have leaked. “My key” in your settings seals them again.")
        )
