"""What changes the marks, the cleared names and the coach's own words. They come in with her open vault, and leave sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.act import Refused, act, person_of
from clients.models import Coach, Engagement
from sessions import policies
from sessions.leak_check import words_of
from sessions.models import ClearedName, MarkedPerson, OwnWords
from sessions.people.kept import Cleared, Person, entries, listed
from vault import ledger
from vault.models import DataKey
from vault.unlocked import Unlocked


class Changed(Exception):
    """The list was saved elsewhere since this page was opened. It says nothing of either."""


def _locked(engagement: Engagement, by: Coach) -> Engagement:
    """The engagement's row, so that the same name is not kept twice at the same moment."""
    row = Engagement.objects.select_for_update(of=("self",), no_key=True).select_related("coach").get(pk=engagement.pk)
    policies.check_hers(row, by)
    return row


@sensitive_variables()
def _already(engagement: Engagement, person: Person, vault: Unlocked) -> tuple[MarkedPerson, Person | None]:
    """The mark of somebody of this name with what it says, or a new one."""
    for row in MarkedPerson.objects.filter(engagement=engagement):
        row.engagement = engagement
        there = Person.kept(vault.open(row.body, row.place()))
        if words_of(there.name) == words_of(person.name):
            return row, there
    return MarkedPerson(engagement=engagement, version=0), None


def _about(row: MarkedPerson | ClearedName, by: Coach, kind: str) -> dict[str, Any]:
    """How the ledger names a mark or a cleared name."""
    return {"chain": by.practice_id, "by": person_of(by), "kind": kind, "about": row.id, "subject": row.engagement_id}


@act
@sensitive_variables()
def mark_person(*, engagement: Engagement, name: str, role: str, vault: Unlocked, by: Coach, at: datetime | None = None) -> MarkedPerson:
    """This function will mark somebody as a person of whom an engagement's notes speak; whoever is marked already gets the role that is given."""
    person, engagement = Person.typed(name, role), _locked(engagement, by)
    row, there = _already(engagement, person, vault)
    if there is not None and person.role in {"", there.role}:
        return row
    text = Person(there.name if there else person.name, person.role).text()
    row.made_at = row.made_at or at or timezone.now()
    row.body, row.version = vault.seal(text, row.place(row.version + 1)), row.version + 1
    row.save(force_insert=row.version == 1)
    ledger.record(
        "mark.made" if row.version == 1 else "mark.changed", **_about(row, by, "mark"), version=row.version, stored=row.body.stored(), at=at
    )
    return row


@act
def remove_mark(*, mark: MarkedPerson, by: Coach, at: datetime | None = None) -> None:
    """This function will take a mark away. The notes stay as they are."""
    policies.check_hers(mark.engagement, by)
    facts = _about(mark, by, "mark")
    if not MarkedPerson.objects.filter(pk=mark.pk).delete()[0]:
        raise Refused(code="mark_gone")
    ledger.record("mark.removed", **facts, at=at)


@act
@sensitive_variables()
def clear_name(
    *, engagement: Engagement, part: str, clients: frozenset[UUID], vault: Unlocked, by: Coach, at: datetime | None = None
) -> ClearedName:
    """This function will keep that a first name or surname, which these clients bear too, is somebody else's in this engagement."""
    engagement = _locked(engagement, by)
    row = ClearedName(engagement=engagement, made_at=at or timezone.now())
    row.body = vault.seal(Cleared(part, clients).text(), row.place())
    row.save(force_insert=True)
    ledger.record("name.cleared", **_about(row, by, "name"), version=1, stored=row.body.stored(), at=at)
    return row


@act
def ask_again(*, cleared: ClearedName, by: Coach, at: datetime | None = None) -> None:
    """This function will let a name be asked about again."""
    policies.check_hers(cleared.engagement, by)
    facts = _about(cleared, by, "name")
    if not ClearedName.objects.filter(pk=cleared.pk).delete()[0]:
        raise Refused(code="name_gone")
    ledger.record("name.uncleared", **facts, at=at)


@act
@sensitive_variables()
def write_words(*, typed: str, expected: int, vault: Unlocked, by: Coach, at: datetime | None = None) -> OwnWords:
    """This function will keep the coach's own list, its key made with the first one. Raises `Changed` when another was saved since `expected`."""
    text, now = listed(entries(typed)), at or timezone.now()
    Coach.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    row = OwnWords.objects.filter(coach=by).first()
    if (row.version if row else 0) != expected:
        raise Changed
    if row is None:
        row = OwnWords(coach=by, version=0, key=vault.make_key(kind=DataKey.Kind.OWN, practice=by.practice_id, at=now))
    row.coach = by
    row.body, row.version, row.saved_at = vault.seal(text, row.place(row.version + 1)), row.version + 1, now
    row.save(force_insert=row.version == 1)
    facts = {"chain": by.practice_id, "by": person_of(by), "kind": "words", "about": row.id}
    ledger.record("words.started" if row.version == 1 else "words.written", **facts, version=row.version, stored=row.body.stored(), at=at)
    return row
