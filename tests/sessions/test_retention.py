"""The promised time is kept by itself: announced twice, held back with a ground, destroyed on its day, whatever the clock does."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.act import Refused
from clients.models import Engagement
from consent import retention
from consent.actions import retention as actions
from consent.actions.attendance import note_session
from consent.actions.engagements import end_engagement
from consent.models import Agreement, Destruction, Hold, RetentionNotice, Task
from consent.rights import months_after
from sessions import jobs
from sessions.destroying.actions import destroy_engagement
from sessions.models import Note
from tests.consent.rights import answered, asked
from tests.house.world import vault_of
from tests.sessions.standing import Standing, own_databases, standing, world
from tests.sessions.test_destroying import broken
from vault.models import DataKey

__all__ = ["own_databases", "standing", "world"]
DAY = timedelta(days=1)


def at(day: date, hour: int = 10) -> datetime:
    """A moment of this day."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


def ended(world: Standing, days_ago: int = 0) -> Engagement:
    """The engagement, ended so many days ago."""
    end_engagement(engagement=world.engagement, by=world.coach)
    Engagement.objects.filter(pk=world.engagement.pk).update(ended_at=timezone.now() - days_ago * DAY)
    return Engagement.objects.select_related("coach", "client").get(pk=world.engagement.pk)


def seen(engagement: Engagement, moment: datetime) -> retention.Schedule:
    """What awaits it at this moment."""
    return retention.schedule(Engagement.objects.select_related("coach", "client").get(pk=engagement.pk), moment)


def run(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> list[str]:
    """What the worker does at this moment, on the spot; the jobs that it queued."""
    queued: list[str] = []
    monkeypatch.setattr(timezone, "now", lambda: moment)
    monkeypatch.setattr(
        jobs.destroy_due.__class__,
        "defer",
        lambda self, **ids: queued.append(self.name) or self(**ids) if self.name == "sessions.destroy_due" else 0,
    )
    try:
        jobs.keep_retention()
    finally:
        monkeypatch.undo()
    return queued


def due(world: Standing) -> date:
    """The day that the agreement promises, if it ends today."""
    return months_after(timezone.localdate(), 12 * retention.promises.retention_years([world.engagement]).get(world.engagement.pk, 0))


def test_it_is_counted_from_the_end_or_the_last_session_held_by_the_shortest_promise(world: Standing):
    engagement, today = ended(world), timezone.localdate()
    assert seen(engagement, timezone.now()).due_date == due(world)

    earlier = timezone.now() - 40 * DAY
    note_session(engagement=engagement, session=world.session.pk, starts_at=earlier, minutes=60, was_held=True, by=world.coach)

    assert seen(engagement, timezone.now()).last_date == today - 40 * DAY
    assert seen(engagement, timezone.now()).due_date == months_after(today - 40 * DAY, 12 * seen(engagement, timezone.now()).years)


def test_while_it_goes_on_or_without_a_promise_nothing_has_a_day(world: Standing):
    far = timezone.now() + 9999 * DAY
    assert (seen(world.engagement, far).due_date, seen(world.engagement, far).notice, seen(world.engagement, far).ground) == (
        None,
        None,
        None,
    )

    engagement = ended(world)
    for one in Agreement.objects.filter(engagement=engagement):
        one.details = {**one.details, "effects": {}}
        one.save(update_fields=["details"])

    assert (seen(engagement, far).years, seen(engagement, far).notice, seen(engagement, far).ground) == (None, None, None)


def test_what_was_promised_holds_after_the_agreement_has_ended(world: Standing):
    years = seen(world.engagement, timezone.now()).years
    assert years

    Agreement.objects.filter(pk=world.agreement.pk).update(state="terminated", closed_at=timezone.now())

    assert seen(world.engagement, timezone.now()).years == years


def test_it_is_announced_thirty_and_seven_days_before_and_goes_on_its_day_by_itself(world: Standing, monkeypatch: pytest.MonkeyPatch):
    ended(world)
    day = due(world)

    assert run(monkeypatch, at(day - 31 * DAY)) == []
    assert not RetentionNotice.objects.exists()
    for before in (30, 30, 12, 7, 7, 1):
        assert run(monkeypatch, at(day - before * DAY)) == []
    assert list(RetentionNotice.objects.values_list("days", "due_date")) == [(30, day), (7, day)]
    assert Task.objects.open().filter(kind=Task.Kind.RETENTION, about=world.engagement.pk).count() == 1
    assert run(monkeypatch, at(day)) == ["sessions.destroy_due"]

    gone = Destruction.objects.get()
    assert (gone.scope, gone.ground, gone.by) == ("engagement", "retention", None)
    assert gone.shredded_at is not None
    assert not Note.objects.filter(session__engagement=world.engagement).exists()
    assert not Task.objects.open().filter(kind=Task.Kind.RETENTION).exists()
    assert run(monkeypatch, at(day + DAY)) == []
    assert broken() == []


def test_a_worker_that_slept_or_a_clock_that_jumps_destroys_nothing_unannounced(world: Standing, monkeypatch: pytest.MonkeyPatch):
    ended(world)
    day = due(world)

    assert run(monkeypatch, at(day + 400 * DAY)) == []
    assert run(monkeypatch, at(day + 401 * DAY)) == []
    assert RetentionNotice.objects.get().days == 7
    assert run(monkeypatch, at(day + 407 * DAY, 9)) == []
    assert run(monkeypatch, at(day + 407 * DAY, 10)) == ["sessions.destroy_due"]


def test_an_announcement_written_while_the_clock_was_a_year_ahead_counts_for_nothing(world: Standing, monkeypatch: pytest.MonkeyPatch):
    ended(world)
    day = due(world)
    run(monkeypatch, at(day + 365 * DAY))

    assert seen(world.engagement, at(day + DAY)).noticed_at is None
    assert run(monkeypatch, at(day + DAY)) == []


def hold(world: Standing, until: date, moment: datetime | None = None, **more: Any) -> Hold:
    """A hold of Camille's."""
    facts = {"ground": "legal_claim", "reason": "Un litige est annoncé", "by": world.coach, **more}
    return actions.put_hold(engagement=world.engagement, until=until, at=None, **facts)


def test_a_hold_put_at_the_last_moment_keeps_everything_and_a_week_follows_its_end(world: Standing, monkeypatch: pytest.MonkeyPatch):
    ended(world)
    day = due(world)
    for before in (30, 7):
        run(monkeypatch, at(day - before * DAY))
    moment = at(day, 0)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    actions.put_hold(engagement=world.engagement, ground="legal_claim", reason="Litige", until=day + 20 * DAY, by=world.coach)
    monkeypatch.undo()

    assert run(monkeypatch, at(day)) == []
    with pytest.raises(Refused) as no:
        destroy_engagement(engagement=world.engagement, ground="retention", by=None, at=at(day))
    assert no.value.code == "held"
    assert Note.objects.filter(session__engagement=world.engagement).exists()

    assert seen(world.engagement, at(day + 21 * DAY)).due_date == day + 27 * DAY
    run(monkeypatch, at(day + 21 * DAY))
    assert run(monkeypatch, at(day + 27 * DAY)) == []
    assert run(monkeypatch, at(day + 28 * DAY)) == ["sessions.destroy_due"]


def test_a_hold_is_one_at_a_time_within_a_year_and_its_coach_s(world: Standing):
    today = timezone.localdate()
    for until in (today - DAY, today + 367 * DAY):
        with pytest.raises(Refused):
            hold(world, until)
    with pytest.raises(Refused):
        hold(world, today, by=world.bruno)
    with pytest.raises(Refused):
        hold(world, today, reason="  ")
    one = hold(world, today + DAY)
    with pytest.raises(Refused):
        hold(world, today + DAY)

    with pytest.raises(Refused):
        actions.end_hold(hold=one, by=world.bruno)
    actions.end_hold(hold=one, by=world.coach)

    assert seen(world.engagement, timezone.now()).hold is None
    assert broken() == []


def test_nobody_s_hand_is_needed_but_the_day_is(world: Standing):
    ended(world)

    for ground in ("retention", "erasure", "decision"):
        with pytest.raises(Refused) as no:
            destroy_engagement(engagement=world.engagement, ground=ground, by=None)
        assert no.value.code == "not_due"


# Erasure


def promised(world: Standing, day: date, outcome: str = "done", **more: Any) -> Any:
    """An erasure that Anaïs asked for, answered by Camille with a day."""
    row = asked(world.engagement, world.client, vault_of(world.client), "erasure", text="Effacez tout", **more)
    return answered(row, vault_of(world.coach), outcome, text="Ce sera fait", by="" if outcome == "refused" else day.isoformat())


@pytest.mark.parametrize("outcome", ["done", "partly"])
def test_an_erasure_is_carried_out_on_the_day_that_was_answered(world: Standing, monkeypatch: pytest.MonkeyPatch, outcome: str):
    day = timezone.localdate() + 9 * DAY
    answer = promised(world, day, outcome)

    assert run(monkeypatch, at(day - DAY, 23)) == []
    assert run(monkeypatch, at(day, 0)) == ["sessions.destroy_due"]

    gone = Destruction.objects.get()
    assert (gone.ground, gone.request_id, gone.by) == ("erasure", answer.pk, None)
    world.engagement.refresh_from_db()
    assert world.engagement.ended_at is not None
    assert not DataKey.objects.filter(series=world.engagement.notes_key, shredded_at__isnull=True).exists()
    assert not Task.objects.open().filter(kind=Task.Kind.RIGHTS, about=answer.pk).exists()
    assert broken() == []


def test_a_refused_erasure_destroys_nothing(world: Standing, monkeypatch: pytest.MonkeyPatch):
    promised(world, timezone.localdate(), "refused")

    assert run(monkeypatch, at(timezone.localdate() + 60 * DAY)) == []


def test_an_erasure_of_everything_covers_the_engagements_there_were_and_no_other_client_s(world: Standing, monkeypatch: pytest.MonkeyPatch):
    cast_engagement = Engagement.objects.create(
        coach=world.coach,
        client=world.client,
        sponsor=None,
        wording="A",
        details=dict(world.engagement.details),
        notes_key=world.engagement.notes_key,
        shared_key=world.engagement.shared_key,
        opened_at=timezone.now() + 3 * DAY,
    )
    day = timezone.localdate() + 5 * DAY
    promised(world, day, covers_all=True)

    assert seen(cast_engagement, at(day)).ground is None
    assert seen(world.engagement, at(day)).ground == "erasure"
