"""What enters the register of legal disclosures: an entry, confirmed twice, and what is added to it. Nothing of it is ever written over.

The coach's vault seals all of it with a key of the entry's own, so that it outlives the notes; what the client is told, and only that, with the shared one.
Until the client is told no event names the engagement as its `subject`: no log of theirs has a line about it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.act import Refused, act, person_of
from accounts.jobs import write_to
from clients import keys
from clients.models import Coach, Engagement, joined
from consent import law
from consent.actions.tasks import add_task, finish_task
from consent.course import hold, own
from consent.models import LegalAddition, LegalDisclosure, Task
from vault import ledger
from vault.models import DataKey
from vault.primitives import Closed
from vault.sealed import Place, Sealed
from vault.unlocked import Destroyed, Unlocked

Kind = LegalAddition.Kind


@act
@sensitive_variables()
def record_by_law(
    *, engagement: Engagement, entry: law.Entry, once: UUID, vault: Unlocked, by: Coach, at: datetime | None = None
) -> LegalDisclosure:
    """This function will enter what the law made the coach give, after the second confirmation, and tell the client if it says so.

    `once` names the entry: confirming the same page again gives the same entry. Refuses what is not complete, and another's engagement.
    """
    now = at or timezone.now()
    law.check_may_disclose_by_law(entry=entry, engagement=engagement, by=by, at=now)
    hold(engagement)
    same = LegalDisclosure.objects.filter(pk=once).first()
    if same is not None:
        return _same(same, engagement)
    _check_parties(engagement)
    row = LegalDisclosure(id=once, engagement=engagement, way=entry.way, ground=entry.ground, made_at=now)
    row.key = vault.make_key(kind=DataKey.Kind.OWN, practice=engagement.coach.practice_id, at=now)
    row.review_on = entry.review_on if entry.told == law.LATER else None
    row.body = _sealed(entry.kept(), row.place(), vault)
    row.save(force_insert=True)
    if entry.way == law.Way.DANGER and entry.given_at is not None:
        _remind(row, Task.Kind.LAW_PAPERS, entry.given_at + law.PAPERS_WITHIN, by, at)
    if row.review_on is not None:
        _remind(row, Task.Kind.LAW_REVIEW, law.end_of(row.review_on), by, at)
    _write(law.RECORDED, row, by, at, code=row.ground, stored=row.body)
    if entry.told == law.NOW:
        tell_client(entry=row, notice=law.notice_from(entry, why=entry.why), vault=vault, by=by, at=at)
    return row


@act
@sensitive_variables()
def complete_papers(*, entry: LegalDisclosure, papers: law.Papers, vault: Unlocked, by: Coach, at: datetime | None = None) -> LegalAddition:
    """This function will add the papers of an immediate danger, once. Refuses what is not complete, and papers for anything else."""
    row = _held(entry, by)
    if row.way != law.Way.DANGER or row.additions.filter(kind=Kind.PAPERS).exists():
        raise Refused(_("These papers are complete already."), code="law_no_papers")
    _check(law.problems_of_papers(papers, law.entry_of(law.opened(row.body, row.place(), vault))))
    addition = _add(row, Kind.PAPERS, papers.kept(), vault, at)
    _finish(row, Task.Kind.LAW_PAPERS, by, at)
    _write("law.completed", row, by, at, code=row.ground, part=addition)
    return addition


@act
@sensitive_variables()
def put_off_telling(*, entry: LegalDisclosure, review: law.Review, vault: Unlocked, by: Coach, at: datetime | None = None) -> LegalAddition:
    """This function will set a later day to look again whether the client can be told, with the reason. Refuses once they were told."""
    row = _untold(entry, by)
    _check(law.problems_of_review(review, at or timezone.now()))
    addition = _add(row, Kind.REVIEW, review.kept(), vault, at, review_on=review.review_on)
    _finish(row, Task.Kind.LAW_REVIEW, by, at)
    if review.review_on is not None:
        _remind(row, Task.Kind.LAW_REVIEW, law.end_of(review.review_on), by, at)
    _write("law.put_off", row, by, at, code=row.ground, part=addition)
    return addition


@act
@sensitive_variables()
def tell_client(*, entry: LegalDisclosure, notice: law.Notice, vault: Unlocked, by: Coach, at: datetime | None = None) -> LegalAddition:
    """This function will put the client's notice into the shared space and mail that something awaits. Refuses to do so twice, or without a reason."""
    row = _untold(entry, by)
    if not notice.why.strip():
        raise Refused(_("Tell your client why, in your own words."), code="law_why")
    engagement = row.engagement
    _check_parties(engagement)
    addition = _add(row, Kind.TOLD, notice.kept(), vault, at)
    person = joined(engagement.client)
    if person is not None and keys.give(engagement, vault, at or timezone.now()):
        write_to.defer(person=str(person), letter="something_new")
    _finish(row, Task.Kind.LAW_REVIEW, by, at)
    _write("law.told", row, by, at, code=row.ground, part=addition, is_told=True)
    return addition


@act
@sensitive_variables()
def read_entry(
    *, entry: LegalDisclosure, vault: Unlocked, by: Coach, at: datetime | None = None
) -> tuple[law.Entry, list[tuple[Any, Any]]]:
    """This function will open an entry and what was added to it for its coach, and write down that it was read."""
    own(entry.engagement, by)
    ledger.do_not_wait_for_the_disk()
    said = law.entry_of(law.opened(entry.body, entry.place(), vault))
    added = [(one, _read(one, vault)) for one in entry.additions.select_related("entry__engagement__coach")]
    _write("law.read", entry, by, at, code=entry.ground)
    return said, added


def _read(addition: LegalAddition, vault: Unlocked) -> law.Papers | law.Review | law.Notice | None:
    """What was added; None for what the client was told in a shared space that is destroyed."""
    try:
        kept = law.opened(addition.body, addition.place(), vault)
    except Destroyed:
        return None
    if addition.kind == Kind.PAPERS:
        return law.Papers(**kept)
    return law.review_of(kept) if addition.kind == Kind.REVIEW else law.notice_of(kept)


def _same(row: LegalDisclosure, engagement: Engagement) -> LegalDisclosure:
    """The entry that was confirmed already, if it is about this engagement."""
    if row.engagement_id != engagement.pk:
        raise Refused(code="law_of_another")
    return row


def _held(entry: LegalDisclosure, by: Coach) -> LegalDisclosure:
    """The entry as it stands, its engagement held until the end of the transaction: one act on the register ends before the next begins."""
    own(entry.engagement, by)
    hold(entry.engagement)
    return LegalDisclosure.objects.select_related("engagement__coach", "engagement__client").get(pk=entry.pk)


def _untold(entry: LegalDisclosure, by: Coach) -> LegalDisclosure:
    row = _held(entry, by)
    if row.additions.filter(kind=Kind.TOLD).exists():
        raise Refused(_("Your client has been told already."), code="law_told_already")
    return row


def _check(problems: Mapping[str, Any]) -> None:
    """Refuse with the first of these sentences."""
    for name, sentence in problems.items():
        raise Refused(sentence, code=f"law_{name}")


def _check_parties(engagement: Engagement) -> None:
    """Refuse where a column names another client or another key than the engagement was opened with."""
    if engagement.details.get("parties") != engagement.parties:
        raise Refused(code="other_parties")


def _add(
    row: LegalDisclosure, kind: str, kept: Mapping[str, Any], vault: Unlocked, at: datetime | None, *, review_on: date | None = None
) -> LegalAddition:
    addition = LegalAddition(entry=row, kind=kind, review_on=review_on, at=at or timezone.now())
    addition.body = _sealed(kept, addition.place(), vault)
    addition.save(force_insert=True)
    return addition


def _sealed(kept: Mapping[str, Any], place: Place, vault: Unlocked) -> Sealed:
    try:
        return vault.seal(json.dumps(kept, ensure_ascii=False, separators=(",", ":")), place)
    except Closed as no:
        raise Refused(_("The key of this engagement was destroyed: nothing can be sealed with it any more."), code="no_key") from no


def _remind(row: LegalDisclosure, kind: str, due_at: datetime, by: Coach, at: datetime | None) -> None:
    add_task(coach=by, engagement=row.engagement, kind=kind, about=row.pk, due_at=due_at, by=by, at=at)


def _finish(row: LegalDisclosure, kind: str, by: Coach, at: datetime | None) -> None:
    for task in Task.objects.for_coach(by).open().filter(kind=kind, about=row.pk):
        finish_task(task=task, by=by, at=at)


def _write(
    event: str,
    row: LegalDisclosure,
    by: Coach,
    at: datetime | None,
    *,
    code: str,
    stored: Sealed | None = None,
    part: LegalAddition | None = None,
    is_told: bool = False,
) -> None:
    """Write the event: about the entry, or about a part added to it (`other` then names the entry)."""
    ledger.record(
        event,
        chain=by.practice_id,
        by=person_of(by),
        kind="law_part" if part else "law",
        about=part.pk if part else row.pk,
        subject=row.engagement_id if is_told else None,
        other=row.pk if part else None,
        code=code,
        stored=part.body.stored() if part else stored.stored() if stored else None,
        at=at,
    )
