"""Templates brought to a state as coaches bring them there, for tests."""

from __future__ import annotations

from clients.models import Coach
from consent import actions
from consent.models import AgreementTemplate
from consent.tailoring import Content, Own

LATE = Own("late", "Les retards", "Après quinze minutes, {client} peut déplacer la séance.\n\nSans frais.", "room")


def started(coach: Coach, *, kind: str = "confidentiality", language: str = "fr") -> AgreementTemplate:
    """A draft that holds the library's text alone."""
    return actions.start_template(kind=kind, language=language, name="Mon contrat", by=coach)


def written(draft: AgreementTemplate, *own: Own, options: tuple[str, ...] = (), name: str = "Mon contrat") -> AgreementTemplate:
    """The draft with clauses of one's own."""
    return actions.write_template(template=draft, content=Content(name, options, own), expected=draft.saved_at, by=draft.coach)


def published(draft: AgreementTemplate) -> AgreementTemplate:
    """The draft as a version that never changes."""
    return actions.publish_template(template=draft, expected=draft.saved_at, by=draft.coach)


def drafted(coach: Coach, words: str) -> AgreementTemplate:
    """A draft whose one own clause holds these words."""
    return written(started(coach), Own("phrase", "Une clause", words, "room"))
