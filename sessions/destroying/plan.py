"""What a destruction takes and what it leaves, counted from the rows that exist. Nothing is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import Model, Q

from clients.models import Engagement
from consent import attesting, rights
from consent.models import (
    Destruction,
    Disclosure,
    LegalAddition,
    LegalDisclosure,
    Proposal,
    RightsAnswer,
    RightsPart,
    RightsRequest,
    Summary,
    Wish,
)
from sessions.models import ClearedName, MarkedPerson, Note, NoteVersion, Session, SharedEntry
from vault import epochs
from vault.models import DataKey

NAMES: Final[Mapping[tuple[type[Model], str], str]] = {  # what stands in each sealed column, as the attestation calls it
    (Note, "body"): "note",
    (NoteVersion, "body"): "version",
    (MarkedPerson, "body"): "mark",
    (ClearedName, "body"): "name",
    (SharedEntry, "body"): "entry",
    (Disclosure, "body"): "copy",
    (LegalDisclosure, "body"): "law",
    (LegalAddition, "body"): "told",
    (Proposal, "answer"): "answer",
    (Proposal, "body"): "proposal",
    (RightsAnswer, "body"): "answer",
    (RightsPart, "body"): "handed",
    (RightsPart, "draft"): "part",
    (RightsRequest, "reason"): "answer",
    (RightsRequest, "text"): "request",
    (Summary, "body"): "draft",
    (Wish, "answer"): "answer",
    (Wish, "body"): "wish",
}


@dataclass
class Going:
    """Codes with their numbers, and the hashes of the sealed bytes."""

    numbers: Counter[str] = field(default_factory=Counter)
    hashes: list[str] = field(default_factory=list)

    def add(self, code: str, digest: bytes) -> None:
        """Count one sealed text."""
        self.numbers[code] += 1
        self.hashes.append(digest.hex())

    @property
    def listed(self) -> list[list[Any]]:
        """The numbers, in the order of the attestation's words."""
        return [[code, self.numbers[code]] for code in attesting.WHAT if self.numbers[code]]

    @property
    def named(self) -> list[tuple[Any, int]]:
        """The same in words."""
        return attesting.named(self.listed)


def copies_of(engagement: Engagement) -> set[UUID]:
    """The keys of the copies made for contacts that are still there."""
    rows = Disclosure.objects.filter(consent__engagement=engagement).defer("body")
    series = {one for row in rows for one in row.every_series()}
    return set(DataKey.objects.filter(series__in=series, shredded_at__isnull=True).values_list("series", flat=True))


def has_old_register(engagement: Engagement) -> bool:
    """Whether an entry of the register is still sealed with the key of the notes, as entries once were."""
    return LegalDisclosure.objects.filter(engagement=engagement, key__isnull=True).exists()


def of_engagement(engagement: Engagement) -> Going:
    """Everything that the engagement's keys seal, found by introspection, save the register; and what is encrypted about it and goes too."""
    going, kept = Going(), _register(engagement)
    for column, row, digest in epochs.seals_of({engagement.notes_key, engagement.shared_key, *copies_of(engagement)}):
        if row not in kept:
            going.add(NAMES.get((column.model, column.field.attname), "text"), digest)
    going.numbers["agenda"] = sum(bool(one.agenda.strip()) for one in Session.objects.filter(engagement=engagement))
    going.numbers["objective"] = int(bool(str(engagement.details.get("objective", "")).strip()))
    return going


def _register(engagement: Engagement) -> set[UUID]:
    """The rows of the register that stay. What the client was told lies in the shared space, and goes with it."""
    entries = LegalDisclosure.objects.filter(engagement=engagement)
    added = [(one.pk, part.pk) for one in entries.without_texts() for part in one.additions.without_texts() if part.kind != part.Kind.TOLD]
    return {one.pk for one in entries.without_texts()} | {part for _entry, part in added}


def shared_texts(engagements: Iterable[Engagement]) -> int:
    """How many texts lie in the shared spaces of these engagements."""
    return sum(column.under(one.shared_key).count() for one in engagements for column in epochs.columns())


def notes_with(note: Note) -> list[Note]:
    """A note with every addition to it, the additions first."""
    return [*Note.objects.filter(adds_to=note), note]


def of_note(notes: Iterable[Note]) -> Going:
    """These notes, their earlier texts, and what was prepared of them to answer a request."""
    going, mine = Going(), list(notes)
    for note in mine:
        going.add("note", note.body.digest())
    for version in NoteVersion.objects.filter(note__in=mine):
        going.add("version", version.body.digest())
    for part in RightsPart.objects.filter(source__in=[note.pk for note in mine], draft__isnull=False):
        assert part.draft is not None
        going.add("part", part.draft.digest())
    return going


def waiting() -> list[Engagement]:
    """The engagements that something may be due for: ended, or with an erasure promised; not destroyed yet."""
    promised = RightsAnswer.objects.filter(carry_out_date__isnull=False).values("request__engagement__client")
    gone = Destruction.objects.filter(scope=Destruction.Scope.ENGAGEMENT).values("engagement")
    rows = Engagement.objects.filter(Q(ended_at__isnull=False) | Q(client__in=promised)).exclude(pk__in=gone)
    return list(rows.select_related("coach", "client").order_by("opened_at"))


def staying(engagement: Engagement) -> list[list[Any]]:
    """What stays, with how many there are."""
    return [[code, number] for code, number in rights.what_stays([engagement])]
