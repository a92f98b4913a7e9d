"""Two clients' notebooks in the demo: what they keep to themselves, and what they gave their coach to read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from coachvault.demo import texts
from sessions.notebook import actions

if TYPE_CHECKING:
    from coachvault.demo.build import Demo


def planned(demo: Demo) -> None:
    """Let the notebooks be written; Anaïs's coach has read what she shared, Priya's has not yet."""
    for key, written in texts.PRIVATE.items():
        for number, text in enumerate(written):
            demo.on(21 - 6 * number, lambda at, key=key, text=text: _kept(demo, key, text, at))
    demo.on(4, lambda at: _shared(demo, "anais", at, is_read=True))
    demo.on(3, lambda at: _shared(demo, "priya", at, is_read=False))


def _hers(demo: Demo, key: str, at: datetime) -> dict[str, Any]:
    return {"vault": demo.vaults[key], "by": demo.clients[key], "at": at}


def _kept(demo: Demo, key: str, text: texts.Text, at: datetime) -> None:
    hers = _hers(demo, key, at)
    entry = actions.start_private(notebook=actions.make_notebook(**hers), **hers)
    actions.write_private(entry=entry, text=text.text, expected_version=1, keep=True, **hers)


def _shared(demo: Demo, key: str, at: datetime, *, is_read: bool) -> None:
    engagement, hers = demo.engagements[key], _hers(demo, key, at)
    facts = {"text": texts.SHARED[key].text, "notebook": actions.make_notebook(**hers), **hers}
    entry = actions.start_shared(engagement=engagement, **facts)
    entry = actions.share(entry=entry, expected_version=entry.version, **facts)
    if is_read:
        coach = engagement.coach
        vault = next(demo.vaults[name] for name, one in demo.coaches.items() if one.pk == coach.pk)
        actions.read_shared(entry=entry, vault=vault, by=coach, at=at)
