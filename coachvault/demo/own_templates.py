"""The demo's own template: a version that was replaced, the one published, and an agreement drafted from it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from consent import actions, documents, samples, tailoring
from consent.models import AgreementTemplate
from consent.tailoring import Content, Own, Situation

if TYPE_CHECKING:
    from coachvault.demo.build import Demo

LATE: Final = Own("late", "Les retards", "Après quinze minutes de retard, la séance est reportée une fois, sans frais.", "cancelling")
LATE_NOW: Final = Own(
    "late",
    "Les retards",
    "Après dix minutes de retard, {client} peut choisir entre une séance plus courte et un report.\n\nUn report est sans frais la première fois.",
    "cancelling",
)
PHONE: Final = Own("phone", "Les téléphones", "Ils restent éteints pendant la séance, le mien aussi.", "room")


def planned(demo: Demo) -> None:
    """Put the template's course into the demo's past."""
    demo.on(180, lambda at: _first(demo, at))
    demo.on(65, lambda at: _second(demo, at))
    demo.on(0.5, lambda at: _used(demo, at))


def _published(draft: AgreementTemplate, content: Content, at: datetime) -> AgreementTemplate:
    written = actions.write_template(template=draft, content=content, expected=draft.saved_at, by=draft.coach, at=at)
    return actions.publish_template(template=written, expected=written.saved_at, by=draft.coach, at=at)


def _first(demo: Demo, at: datetime) -> None:
    draft = actions.start_template(kind="coaching", language="fr", name="Cadres en prise de poste", by=demo.coaches["camille"], at=at)
    _published(draft, Content(draft.name, ("goals",), (LATE,)), at)


def _second(demo: Demo, at: datetime) -> None:
    camille = demo.coaches["camille"]
    before = AgreementTemplate.objects.for_coach(camille).offered().get()
    draft = actions.revise_template(template=before, by=camille, at=at)
    _published(draft, Content(draft.name, ("goals", "no_recordings"), (LATE_NOW, PHONE)), at)


def _used(demo: Demo, at: datetime) -> None:
    engagement, camille = demo.engagements["karim"], demo.coaches["camille"]
    template = AgreementTemplate.objects.for_coach(camille).offered().get()
    options, own = tailoring.applied(template, Situation("A", True))
    choices = documents.Choices(
        kind="coaching", wording="A", language="fr", options=options, own=own, template=tailoring.reference(template),
        values=samples.values("coaching", "fr"),
    )  # fmt: skip
    text = documents.write_text(engagement=engagement, choices=choices)
    actions.draft_agreement(engagement=engagement, text=text, by=camille, at=at)
