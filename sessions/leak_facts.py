"""What the confidentiality reading holds a text against, opened in the coach's own request. Nothing of it is kept, and no read is counted: no one is shown a note."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from clients.barriers import Barriers
from clients.models import Client, Coach, Engagement
from consent.reading import Reading, digest_of
from sessions import leak_check
from sessions.leak_check import Finding, Known
from sessions.models import ClearedName, MarkedPerson, Note, OwnWords
from sessions.people.kept import Cleared, Person
from support.words import day
from vault.unlocked import Unlocked


@dataclass(frozen=True, slots=True)
class Marked:
    """A person marked in an engagement, and the client of the same coach who bears that name, if any."""

    mark: MarkedPerson
    person: Person
    client: Client | None
    is_walled: bool = False  # from the client of this engagement


@dataclass(frozen=True, slots=True)
class Said:
    """A name that was said to be another person's in an engagement."""

    row: ClearedName
    cleared: Cleared


@sensitive_variables()
def other_clients(engagement: Engagement, by: Coach) -> list[Client]:
    """The coach's other clients, archived ones too."""
    return list(Client.objects.for_coach(by).exclude(pk=engagement.client_id))


@sensitive_variables()
def people(engagement: Engagement, vault: Unlocked, by: Coach) -> list[tuple[MarkedPerson, Person]]:
    """Who is marked in an engagement, in the order of marking."""
    rows = list(MarkedPerson.objects.for_coach(by).filter(engagement=engagement))
    for row in rows:
        row.engagement = engagement
    return [(row, Person.kept(vault.open(row.body, row.place()))) for row in rows]


@sensitive_variables()
def marked_in(engagement: Engagement, vault: Unlocked, by: Coach) -> list[Marked]:
    """Who is marked in an engagement, and who of them is also a client of this coach."""
    found = people(engagement, vault, by)
    clients = other_clients(engagement, by) if found else []
    same = {row.pk: next((one for one in clients if leak_check.is_same(one.name, person.name)), None) for row, person in found}
    barriers = Barriers(by.pk) if any(same.values()) else None
    walled = {one.pk for one in same.values() if one and barriers and barriers.stand_between(engagement.client_id, one.pk)}
    return [Marked(row, person, client, client is not None and client.pk in walled) for row, person in found for client in [same[row.pk]]]


@sensitive_variables()
def cleared_in(engagement: Engagement, vault: Unlocked, by: Coach) -> list[Said]:
    """The names that were said to be another person's in an engagement."""
    rows = list(ClearedName.objects.for_coach(by).filter(engagement=engagement))
    for row in rows:
        row.engagement = engagement
    return [Said(row, Cleared.kept(vault.open(row.body, row.place()))) for row in rows]


@sensitive_variables()
def own_words(vault: Unlocked, by: Coach) -> tuple[str, int]:
    """The coach's own list, an entry to a line, and its version: 0 as long as there is none."""
    row = OwnWords.objects.for_coach(by).first()
    if row is None:
        return "", 0
    row.coach = by
    return vault.open(row.body, row.place()), row.version


@sensitive_variables()
def _notes(engagement: Engagement, vault: Unlocked, by: Coach) -> tuple[tuple[str, str], ...]:
    """Every note of an engagement, unfinished ones and additions too, each with what to call it."""
    rows = list(Note.objects.for_coach(by).filter(session__engagement=engagement).select_related("session").order_by("-made_at"))
    found = []
    for row in rows:
        row.session.engagement = engagement
        label = _("Session %(number)s, %(day)s") % {"number": row.session.number, "day": day(row.session.starts_at)}
        found.append((label, vault.open(row.body, row.place())))
    return tuple(found)


@sensitive_variables()
def known(engagement: Engagement, vault: Unlocked, by: Coach) -> Known:
    """Everything that a text about this engagement's client is held against."""
    engagement.take_for_coach(by)
    cleared = (said.cleared for said in cleared_in(engagement, vault, by))
    return Known(
        own=engagement.client.name,
        clients=tuple((client.pk, client.name) for client in other_clients(engagement, by)),
        marked=tuple(person.name for _row, person in people(engagement, vault, by)),
        notes=_notes(engagement, vault, by),
        words=tuple(own_words(vault, by)[0].splitlines()),
        cleared=frozenset((client, one.part) for one in cleared for client in one.clients),
    )


@sensitive_variables()
def found_in(text: str, engagement: Engagement, vault: Unlocked, by: Coach) -> list[Finding]:
    """What the confidentiality reading of a text finds."""
    return leak_check.check(text, known(engagement, vault, by))


def reading(text: str, engagement: Engagement, findings: list[Finding], answered: set[str]) -> Reading:
    """The reading of a text, as the door takes it: without a word of what was found."""
    return Reading(
        engagement=engagement.pk,
        digest=digest_of(text),
        stops=sum(one.stops for one in findings),
        asked=frozenset(one.key for one in findings if not one.stops),
        answered=frozenset(answered),
    )
