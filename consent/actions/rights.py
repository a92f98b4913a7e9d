"""A client's request about their data: asked, put off once, answered or taken back; a copy gone through text by text and handed over.

The client's vault seals what they ask, the coach's what they answer: both in the shared space, so that each reads it and nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.act import Refused, act, person_of
from accounts.jobs import write_to
from clients.models import Client, Coach, Engagement, joined
from consent import rights, states
from consent.actions.tasks import add_task, finish_task
from consent.models import RightsAnswer, RightsPart, RightsRequest, Task
from consent.rights import Kind, NotComplete, Part, Reply, Wish
from vault import ledger
from vault.unlocked import Unlocked

State, Outcome = RightsRequest.State, RightsAnswer.Outcome
LAST_MOMENT: Final = time(23, 59, 59)  # of a day


def _locked(request: RightsRequest) -> RightsRequest:
    """The request, nobody else's until the transaction ends, with what its places need."""
    rows = RightsRequest.objects.select_for_update(of=("self",)).select_related("engagement__coach", "engagement__client")
    return rows.get(pk=request.pk)


def _hers(request: RightsRequest, by: Coach) -> RightsRequest:
    """The same, for its coach alone."""
    row = _locked(request)
    if row.engagement.coach_id != by.pk:
        raise Refused(code="not_hers")
    return row


def _record(event: str, request: RightsRequest, about: Any, by: Any, at: datetime | None, **more: Any) -> None:
    """Write to the ledger what happened with a request; `about` is the row, named by its kind."""
    engagement, kind = request.engagement, type(about).__name__.lower()
    ledger.record(
        event,
        chain=engagement.coach.practice_id,
        by=person_of(by),
        kind=kind,
        about=about.id,
        subject=engagement.id,
        code=request.kind,
        at=at,
        **more,
    )


def _remind(request: RightsRequest, *, due: date, by: Any, at: datetime | None) -> None:
    """Put what there is to do for a request on the coach's list, until the end of a day, in place of what stood there; and let them know."""
    engagement, last = request.engagement, timezone.make_aware(datetime.combine(due, LAST_MOMENT))
    _settle(request, at)
    write_to.defer(person=str(engagement.coach.person_id), letter="something_new")
    add_task(coach=engagement.coach, engagement=engagement, kind=Task.Kind.RIGHTS, about=request.id, due_at=last, by=by, at=at)


def _settle(request: RightsRequest, at: datetime | None) -> None:
    """Take what there was to do for a request off the coach's list."""
    for task in Task.objects.open().filter(kind=Task.Kind.RIGHTS, about=request.pk):
        finish_task(task=task, by=None, at=at)


def _tell(request: RightsRequest) -> None:
    """Let the client know that there is something to read."""
    person = joined(request.engagement.client)
    if person is not None:
        write_to.defer(person=str(person), letter="something_new")


@act
@sensitive_variables()
def ask(
    *, engagement: Engagement, covers_all: bool, kind: str, wish: Wish, vault: Unlocked, by: Client, at: datetime | None = None
) -> RightsRequest:
    """This function will put a client's request to their coach, sealed in the shared space, with its last day. Refuses the same one twice."""
    now = at or timezone.now()
    row = Engagement.objects.select_for_update(of=("self",)).select_related("coach", "client").get(pk=engagement.pk)
    if row.client_id != by.pk or kind not in Kind.values:
        raise Refused(code="not_theirs")
    for other in RightsRequest.objects.open().filter(engagement=row, kind=kind):
        other.engagement = row
        if kind != Kind.RECTIFICATION or rights.wish_of(other, vault) == wish:
            raise Refused(_("You have asked this already, and it waits for an answer."), code="asked_already")
    request = RightsRequest(engagement=row, covers_all=covers_all, kind=kind, asked_at=now, due_date=rights.due_after(now))
    request.text = vault.seal(rights.written(wish), request.place())
    request.save(force_insert=True)
    _remind(request, due=request.due_date, by=by, at=at)
    _record("rights.asked", request, request, by, at, stored=request.text.stored())
    return request


@act
def withdraw(*, request: RightsRequest, by: Client, at: datetime | None = None) -> None:
    """This function will take a client's request back while it waits. What the coach had gone through for it is deleted."""
    row = _locked(request)
    if row.engagement.client_id != by.pk:
        raise Refused(code="not_theirs")
    row.state, row.closed_at = rights.step(row, "withdraw", states.CLIENT), at or timezone.now()
    row.save(update_fields=["state", "closed_at"])
    RightsPart.objects.filter(request=row, body__isnull=True).delete()
    _settle(row, at)
    write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    _record("rights.withdrawn", row, row, by, at)


@act
@sensitive_variables()
def put_off(*, request: RightsRequest, reason: str, vault: Unlocked, by: Coach, at: datetime | None = None) -> None:
    """This function will give the coach two more months, once, and tell the client why. Refuses it after the first month."""
    row, now = _hers(request, by), at or timezone.now()
    rights.check_may_put_off(row, timezone.localdate(now))
    row.state, row.extended_at = rights.step(row, "extend", states.COACH), now
    row.due_date = rights.due_after(row.asked_at, rights.MONTHS + rights.MONTHS_PUT_OFF)
    row.reason = vault.seal(reason, row.place("put_off"))
    row.save(update_fields=["state", "extended_at", "due_date", "reason"])
    _tell(row)
    _remind(row, due=row.due_date, by=by, at=at)
    _record("rights.put_off", row, row, by, at, stored=row.reason.stored())


@act
@sensitive_variables()
def answer(
    *,
    request: RightsRequest,
    outcome: str,
    reply: Reply,
    keeps_statement: bool = False,
    vault: Unlocked,
    by: Coach,
    at: datetime | None = None,
) -> RightsAnswer:
    """This function will answer a request for a correction or an erasure, for good. Access is answered by `hand_over`.

    `keeps_statement`: the client's own words stand beside what stays as it is.
    """
    row = _hers(request, by)
    if row.kind == Kind.ACCESS or outcome not in Outcome.values:
        raise Refused(code="another_answer")
    given = _answer(row, outcome, reply, vault, by, at, keeps_statement=keeps_statement)
    if reply.by_date is not None:
        _remind(row, due=reply.by_date, by=by, at=at)
    return given


def _answer(
    row: RightsRequest, outcome: str, reply: Reply, vault: Unlocked, by: Coach, at: datetime | None, *, keeps_statement: bool = False
) -> RightsAnswer:
    """Keep the answer, close the request and tell the client."""
    now = at or timezone.now()
    _settle(row, at)
    row.state, row.closed_at = rights.step(row, "answer", states.COACH), now
    row.save(update_fields=["state", "closed_at"])
    given = RightsAnswer(id=row.pk, request=row, outcome=outcome, is_statement_kept=keeps_statement, made_at=now)
    given.carry_out_date = reply.by_date if row.kind == Kind.ERASURE and outcome != Outcome.REFUSED else None
    given.body = vault.seal(rights.written(reply), given.place())
    given.save(force_insert=True)
    _tell(row)
    _record("rights.answered", row, given, by, at, stored=given.body.stored())
    return given


# A copy of everything


@act
@sensitive_variables()
def decide(
    *, request: RightsRequest, engagement: Engagement, source: UUID, part: Part, vault: Unlocked, by: Coach, at: datetime | None = None
) -> RightsPart:
    """This function will keep what the coach decided of one text, for the coach alone. It can be decided anew until the copy is handed over.

    `source` is the row that the text stands in, `engagement` the one it belongs to. Refuses a mask or a gap without a reason.
    """
    row = _hers(request, by)
    rights.step(row, "answer", states.COACH)
    if row.kind != Kind.ACCESS or engagement.pk not in {one.pk for one in rights.engagements_of(row)}:
        raise Refused(code="not_asked_for")
    _check_reason(part)
    kept = RightsPart.objects.filter(request=row, source=source).first() or RightsPart(request=row, source=source)
    kept.engagement, kept.saved_at = engagement, at or timezone.now()
    kept.draft = vault.seal(rights.written(part), kept.draft_place())
    kept.save()
    _record("rights.gone_through", row, kept, by, at)
    return kept


def _check_reason(part: Part) -> None:
    """Refuses what is masked or left out without a reason, a gap that is not explained, and a gap that has a text."""
    if part.outcome not in rights.OUTCOMES or (part.outcome != rights.GIVEN) != (part.reason in rights.REASONS):
        raise Refused(_("Please say why."), code="no_reason")
    if part.outcome == rights.LEFT_OUT and (not part.explained.strip() or part.text):
        raise Refused(_("Please say in a sentence why masking is not enough."), code="not_explained")


@act
@sensitive_variables()
def hand_over(
    *, request: RightsRequest, sources: Mapping[UUID, int], text: str, vault: Unlocked, by: Coach, at: datetime | None = None
) -> RightsAnswer:
    """This function will hand the copy over: each text that was gone through, sealed anew in the shared space, for good.

    `sources` are the rows that exist now, each with its version. Raises `NotComplete` where one was not gone through or changed since.
    """
    row, now = _hers(request, by), at or timezone.now()
    rights.step(row, "answer", states.COACH)
    if row.kind != Kind.ACCESS:
        raise Refused(code="another_answer")
    parts = list(RightsPart.objects.filter(request=row, source__in=list(sources)).select_related("engagement__coach"))
    decided = {part.source: rights.draft_of(part, vault) for part in parts}
    if {source: part.version for source, part in decided.items()} != dict(sources):
        raise NotComplete(_("Something was not gone through yet, or has changed since. Nothing was handed over."), code="not_complete")
    RightsPart.objects.filter(request=row).exclude(source__in=list(sources)).delete()  # of what is there no more
    for part in parts:
        part.request = row
        part.draft, part.body, part.saved_at = None, vault.seal(rights.written(decided[part.source]), part.place()), now
        part.save(update_fields=["draft", "body", "saved_at"])
        _record("rights.handed_over", row, part, by, at, stored=part.body.stored())
    whole = all(part.outcome == rights.GIVEN for part in decided.values())
    given = _answer(row, Outcome.DONE if whole else Outcome.PARTLY, Reply(text=text), vault, by, at)
    return given  # noqa: RET504  the ledger is written last


@act
def note_copy(*, request: RightsRequest, by: Client, at: datetime | None = None) -> None:
    """This function will write down that a client downloads what they were handed over."""
    row = RightsRequest.objects.select_related("engagement__coach").get(pk=request.pk)
    if row.engagement.client_id != by.pk:
        raise Refused(code="not_theirs")
    _record("rights.downloaded", row, row, by, at)
