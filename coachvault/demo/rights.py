"""The demo's requests about data: a copy handed over with one passage masked and one text left out; a correction that waits."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from coachvault.demo import texts
from consent.actions import rights as actions
from consent.models import RightsRequest
from consent.rights import GIVEN, LEFT_OUT, MASKED, Part, Wish
from sessions.rights.sources import Source, sources_of, text_of

if TYPE_CHECKING:
    from coachvault.demo.build import Demo

PLAIN = {key: text.text for key, text in texts.RIGHTS.items()}


def planned(demo: Demo) -> None:
    """Put the requests into the demo's past."""
    made: list[RightsRequest] = []
    demo.on(20, lambda at: made.append(_asked(demo, "karim", "access", Wish(text=PLAIN["karim"]), at)))
    demo.on(14, lambda at: _handed_over(demo, made[0], at))
    wish = Wish(wrong=PLAIN["anais_wrong"], right=PLAIN["anais_right"])
    demo.on(3, lambda at: _asked(demo, "anais", "rectification", wish, at))


def _asked(demo: Demo, key: str, kind: str, wish: Wish, at: datetime) -> RightsRequest:
    engagement, vault, client = demo.engagements[key], demo.vaults[key], demo.clients[key]
    return actions.ask(engagement=engagement, covers_all=True, kind=kind, wish=wish, vault=vault, by=client, at=at)


def _handed_over(demo: Demo, row: RightsRequest, at: datetime) -> None:
    """Go through every text there is, and hand the copy over."""
    camille, vault = demo.coaches["camille"], demo.vaults["camille"]
    sources = sources_of(row)
    for source in sources:
        part = _decided(source, text_of(source, vault, camille, at=at))
        facts = {"request": row, "engagement": source.engagement, "source": source.id, "part": part}
        actions.decide(**facts, vault=vault, by=camille, at=at)  # type: ignore[arg-type]
    versions = {source.id: source.version for source in sources}
    actions.hand_over(request=row, sources=versions, text=PLAIN["karim_reply"], vault=vault, by=camille, at=at)


def _decided(source: Source, text: str) -> Part:
    """The addition is left out, the passage about a colleague masked, the rest given as it stands."""
    outcome, reason, explained = GIVEN, "", ""
    if source.what == "addition":
        outcome, text, reason, explained = LEFT_OUT, "", "others", PLAIN["karim_gap"]
    elif texts.MASKED in text:
        outcome, text, reason = MASKED, text.replace(texts.MASKED, "[masqué]"), "others"
    return Part(
        what=source.what,
        at=source.at.isoformat(),
        outcome=outcome,
        text=text,
        reason=reason,
        explained=explained,
        session=source.session,
        version=source.version,
    )
