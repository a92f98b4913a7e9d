"""The demo's second contact of one summary, who was refused, and what two clients would like to be said: one waits, one was declined."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from coachvault.demo import texts
from consent.actions import summaries
from consent.actions import wishes as actions
from consent.models import Proposal, Wish

if TYPE_CHECKING:
    from coachvault.demo.build import Demo


def planned(demo: Demo) -> None:
    """Put them into the demo's past."""
    second: list[Proposal] = []
    demo.on(27.5, lambda at: second.append(demo.proposed("shown", "anais", at, demo.contacts["marc"])))
    demo.on(26, lambda at: summaries.refuse(proposal=second[0], by=demo.clients["anais"], at=at))
    demo.on(3, lambda at: _made(demo, "anais", "marc", at))
    demo.on(12, lambda at: _made(demo, "karim", "helene", at))
    demo.on(11, lambda at: _declined(demo, "karim", at))


def _made(demo: Demo, key: str, contact: str, at: datetime) -> None:
    actions.make_wish(
        engagement=demo.engagements[key],
        contact=demo.contacts[contact],
        text=texts.WISHES[key].text,
        vault=demo.vaults[key],
        by=demo.clients[key],
        at=at,
    )


def _declined(demo: Demo, key: str, at: datetime) -> None:
    coach = demo.engagements[key].coach
    wish = Wish.objects.for_coach(coach).waiting().get(engagement=demo.engagements[key])
    actions.decline_wish(wish=wish, sentence=texts.WISH_DECLINED.text, vault=demo.vaults["camille"], by=coach, at=at)
