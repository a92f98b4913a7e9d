"""The demo's pledge: one version replaced, one published in each language, a draft; acknowledged by one client, awaited from others."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from coachvault.demo import texts
from consent import pledges
from consent.actions import pledges as actions
from consent.models import Pledge
from consent.pledges import Part

if TYPE_CHECKING:
    from coachvault.demo.build import Demo


def planned(demo: Demo) -> None:
    """Put the pledge's course into the demo's past."""
    camille, (anais, karim, solene) = demo.coaches["camille"], (demo.clients[key] for key in ("anais", "karim", "solene"))
    demo.on(200, lambda at: _published(demo, "fr", at))
    demo.on(160, lambda at: actions.deliver_pledge(clients=[anais, karim, solene], by=camille, at=at))
    demo.on(119, lambda at: _acknowledged(demo, "anais", at))
    demo.on(148, lambda at: _acknowledged(demo, "solene", at))
    demo.on(60, lambda at: _published(demo, "en", at))
    demo.on(40, lambda at: _published(demo, "fr", at, with_own=True))
    demo.on(38, lambda at: _acknowledged(demo, "anais", at))
    demo.on(1, lambda at: _drafted(demo, "fr", at, texts.PLEDGE_DRAFT.text))


def _drafted(demo: Demo, language: str, at: datetime, own: str) -> Pledge:
    coach = demo.coaches["camille"]
    before = Pledge.objects.for_coach(coach).filter(language=language, state=Pledge.State.PUBLISHED).first()
    first = pledges.first_text(coach, language, before)
    parts = [part for part in first.parts if not part.is_own]
    title = texts.PLEDGE_OWN[language][0]
    if own:
        parts.append(Part("own_between", title, own, is_own=True))
    written = pledges.write_text(coach=coach, language=language, parts=parts, facts=texts.PLEDGE_FACTS[language])
    return actions.write_pledge(coach=coach, text=written, expected=None, by=coach, at=at)


def _published(demo: Demo, language: str, at: datetime, *, with_own: bool = False) -> None:
    draft = _drafted(demo, language, at, texts.PLEDGE_OWN[language][1] if with_own else "")
    text = pledges.text_of(draft)
    document = pledges.render(text, number=draft.number, day=timezone.localdate(at))
    actions.publish_pledge(pledge=draft, text=text, document=document, expected=draft.saved_at, by=draft.coach, at=at)


def _acknowledged(demo: Demo, key: str, at: datetime) -> None:
    client = demo.clients[key]
    pledge = Pledge.objects.for_client([client]).get(language="fr")
    evidence = {
        "statement": pledge.details["statement"], "at": at.isoformat(), "sha256": pledge.sha256, "network": "192.0.2.7",
        "browser": "Demo/1.0", "language": "fr", "way": "space",
    }  # fmt: skip
    actions.acknowledge_pledge(pledge=pledge, client=client, evidence=evidence, by=client, at=at)
