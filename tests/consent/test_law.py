"""The register of legal disclosures as rules and actions: complete or refused, sealed, told or silent, and never written over."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.act import Refused
from clients.models import Engagement
from consent import law
from consent.actions import law as actions
from consent.models import Disclosure, LegalAddition, LegalDisclosure, Task
from sessions import journal
from tests.consent import register
from tests.consent.register import entry, recorded
from tests.consent.test_at_once import at_once
from vault.models import LedgerEntry
from vault.primitives import Closed
from vault.sealed import Sealed

LONG_AGO = timedelta(days=400)


@pytest.fixture
def engagement(cast) -> Engagement:
    """Camille's engagement with Anaïs."""
    return cast.engagement(cast.anais)


@pytest.fixture
def vault(cast, engagement):
    """Camille's open vault."""
    return cast.vault("Camille Aubry")


def told(text: str = "Les dates", **more) -> law.Entry:
    return entry(text=text, told="now", why="Le juge me l’a demandé", why_not="", review_on=None, **more)


# What is complete


@pytest.mark.no_database
@pytest.mark.parametrize("way", ["requisition", "immediate_danger"])
@pytest.mark.parametrize("when", ["now", "later"])
def test_a_complete_entry_has_nothing_against_it(way: str, when: str) -> None:
    facts = {"told": when, "why": "Parce que"} if when == "now" else {}

    assert law.problems(entry(way, **facts), timezone.now()) == {}


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("way", "facts", "field"),
    [
        ("requisition", {"ground": "curiosity", "statement": ""}, "ground"),
        ("requisition", {"authority": " "}, "authority"),
        ("requisition", {"reference": ""}, "reference"),
        ("requisition", {"given": "\n"}, "given"),
        ("requisition", {"less": ""}, "less"),
        ("requisition", {"given_at": None}, "day"),
        ("requisition", {"given_at": timezone.now() + timedelta(hours=1)}, "day"),
        ("requisition", {"told": ""}, "told"),
        ("requisition", {"told": "now", "why": ""}, "why"),
        ("requisition", {"why_not": ""}, "why_not"),
        ("requisition", {"review_on": None}, "review_on"),
        ("requisition", {"review_on": timezone.localdate()}, "review_on"),
        ("requisition", {"review_on": timezone.localdate() + timedelta(days=366)}, "review_on"),
        ("immediate_danger", {"called": ""}, "called"),
        ("immediate_danger", {"given": ""}, "given"),
        ("immediate_danger", {"ground": "tax", "statement": ""}, "ground"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(way: str, facts: dict, field: str) -> None:
    said = replace(entry(way), **facts)

    assert list(law.problems(said, timezone.now())) == [field]


@pytest.mark.no_database
def test_an_immediate_danger_needs_less_at_once_and_an_unknown_way_is_none() -> None:
    assert law.problems(entry("immediate_danger", authority="", reference="", less=""), timezone.now()) == {}
    assert list(law.problems(replace(entry(), way="rumour"), timezone.now())) == ["way"]


@pytest.mark.no_database
def test_an_entry_reads_back_as_it_was_kept() -> None:
    said = entry()

    assert law.entry_of(json.loads(json.dumps(said.kept()))) == said


# Recording


@pytest.mark.parametrize("wording", ["A", "B"])
def test_neither_wording_stands_against_the_law(cast, wording: str) -> None:
    engagement = cast.engagement(cast.anais, wording=wording, sponsor=False)

    row = recorded(engagement, cast.vault("Camille Aubry"), entry())

    assert law.ground_of(row) == law.LegalGround(row.pk, engagement.pk, "requisition", "court_or_authority", is_confirmed=True)


def test_it_never_passes_the_sponsor_s_door(engagement, vault) -> None:
    recorded(engagement, vault, told())

    assert not Disclosure.objects.exists()


def test_an_engagement_that_is_over_may_still_be_asked_about(engagement, vault) -> None:
    engagement.ended_at = timezone.now() - LONG_AGO
    engagement.save(update_fields=["ended_at"])

    assert recorded(engagement, vault, entry()).pk


def test_what_is_not_complete_is_refused_and_leaves_nothing(engagement, vault) -> None:
    for facts in ({"given": ""}, {"statement": "Autre chose"}, {"ground": "tax"}):
        with pytest.raises(Refused) as no:
            recorded(engagement, vault, replace(entry(), **facts))
        assert no.value.sentence

    assert not LegalDisclosure.objects.exists()
    assert not Task.objects.exists()


def test_another_coach_is_refused_by_every_action(cast, engagement, vault) -> None:
    row = recorded(engagement, vault, entry("immediate_danger"))
    notice = law.notice_from(entry(), why="Parce que")

    for act in (
        lambda: actions.record_by_law(engagement=engagement, entry=entry(), once=uuid4(), vault=vault, by=cast.bruno),
        lambda: actions.complete_papers(entry=row, papers=law.Papers("a", "b", "c", "d"), vault=vault, by=cast.bruno),
        lambda: actions.put_off_telling(entry=row, review=law.Review("x", timezone.localdate() + timedelta(9)), vault=vault, by=cast.bruno),
        lambda: actions.tell_client(entry=row, notice=notice, vault=vault, by=cast.bruno),
        lambda: actions.read_entry(entry=row, vault=vault, by=cast.bruno),
    ):
        with pytest.raises(Refused) as no:
            act()
        assert no.value.code == "not_your_engagement"


def test_confirming_the_same_page_again_gives_the_same_entry(cast, engagement, vault) -> None:
    once, said = uuid4(), told()

    first = recorded(engagement, vault, said, once=once)
    again = recorded(engagement, vault, said, once=once)

    assert first == again
    assert (LegalDisclosure.objects.count(), LegalAddition.objects.count()) == (1, 1)
    with pytest.raises(Refused) as no:
        recorded(cast.engagement(cast.karim), vault, said, once=once)
    assert no.value.code == "law_of_another"


def test_two_clicks_at_the_same_instant_make_one_entry(own_databases, cast) -> None:
    engagement, once, said = cast.engagement(cast.anais), uuid4(), told()

    results = at_once(*[lambda: recorded(engagement, cast.vault("Camille Aubry"), said, once=once)] * 3)

    assert {type(one).__name__ for one in results} == {"LegalDisclosure"}
    assert LegalDisclosure.objects.count() == LegalAddition.objects.count() == 1
    assert LedgerEntry.objects.filter(event="law.recorded").count() == 1


def test_the_ledger_names_the_ground_and_no_engagement_before_the_client_is_told(engagement, vault) -> None:
    row = recorded(engagement, vault, entry(ground="tax", statement=str(law.STATEMENTS["tax"])))

    event = LedgerEntry.objects.get(event="law.recorded")
    assert (event.about, event.code, event.subject) == (row.pk, "tax", None)


def test_a_destroyed_key_and_another_s_key_are_refused(cast, engagement, vault) -> None:
    other = cast.engagement(cast.karim)
    Engagement.objects.filter(pk=engagement.pk).update(notes_key=other.notes_key)
    engagement.refresh_from_db()

    with pytest.raises(Refused) as no:
        recorded(engagement, vault, entry())
    assert no.value.code == "other_parties"


def test_what_no_key_can_seal_any_more_is_said(engagement, vault) -> None:
    from vault import shredding

    shredding.shred({engagement.notes_key, engagement.shared_key}, timezone.now())
    row = recorded(engagement, vault, entry())  # under a key of its own: the register outlives the notes

    with pytest.raises(Refused) as no:
        actions.tell_client(entry=row, notice=law.notice_from(entry(), why="Il le fallait"), vault=vault, by=engagement.coach)
    assert no.value.code == "no_key"
    assert no.value.sentence


# What follows


def test_a_danger_asks_for_its_papers_within_72_hours_and_ends_with_them(cast, engagement, vault) -> None:
    said = entry("immediate_danger")
    row = recorded(engagement, vault, said)
    task = Task.objects.get(kind="law_papers", about=row.pk)
    before = bytes(row.body.stored())
    assert task.due_at == said.given_at + timedelta(hours=72)

    register.completed(row, vault, "Le courrier envoyé")

    task.refresh_from_db()
    row.refresh_from_db()
    assert task.done_at is not None
    assert row.body.stored() == before
    with pytest.raises(Refused, match="complètes"):
        register.completed(row, vault, "Encore")


def test_papers_belong_to_a_danger_and_are_complete_or_refused(engagement, vault) -> None:
    requisition, danger = recorded(engagement, vault, entry()), recorded(engagement, vault, entry("immediate_danger"))
    right = law.Papers("Préfecture", "2026-118", "Le courrier", "Rien de moins")

    with pytest.raises(Refused):
        actions.complete_papers(entry=requisition, papers=right, vault=vault, by=engagement.coach)
    for wrong in ({"authority": ""}, {"reference": ""}, {"written": ""}, {"less": ""}):
        with pytest.raises(Refused) as no:
            actions.complete_papers(entry=danger, papers=replace(right, **wrong), vault=vault, by=engagement.coach)
        assert no.value.code == f"law_{next(iter(wrong))}"


def test_telling_later_reminds_on_the_day_and_each_delay_is_a_row_of_its_own(engagement, vault) -> None:
    said = entry()
    row = recorded(engagement, vault, said)
    day = timezone.localdate() + timedelta(days=100)
    first = Task.objects.get(kind="law_review")
    assert timezone.localdate(first.due_at) == said.review_on

    actions.put_off_telling(entry=row, review=law.Review("L’enquête dure", day), vault=vault, by=engagement.coach)

    assert [timezone.localdate(task.due_at) for task in Task.objects.open()] == [day]
    with pytest.raises(Refused):
        actions.put_off_telling(entry=row, review=law.Review("", day), vault=vault, by=engagement.coach)
    actions.tell_client(entry=row, notice=law.notice_from(said, why="L’enquête est close"), vault=vault, by=engagement.coach)
    assert not Task.objects.open().exists()
    assert [one.kind for one in row.additions.all()] == ["review", "told"]


def test_the_client_is_told_once_with_a_reason_and_reads_it_with_their_own_key(cast, engagement, vault) -> None:
    row = recorded(engagement, vault, entry(text="Les dates de mars"))
    with pytest.raises(Refused):
        actions.tell_client(entry=row, notice=law.notice_from(entry(), why=" "), vault=vault, by=engagement.coach)

    said, _added = actions.read_entry(entry=row, vault=vault, by=engagement.coach)
    actions.tell_client(entry=row, notice=law.notice_from(said, why="C’est permis"), vault=vault, by=engagement.coach)

    notice = law.open_notice(LegalAddition.objects.for_client([cast.anais]).get(), cast.vault("Anais Lefort"))
    assert (notice.what, notice.whom, notice.why, notice.ground) == (
        "Les dates de mars", "Tribunal de Nantes", "C’est permis", "court_or_authority",
    )  # fmt: skip
    with pytest.raises(Refused, match="informée"):
        actions.tell_client(entry=row, notice=notice, vault=vault, by=engagement.coach)


def test_the_log_that_a_client_reads_has_no_line_until_they_are_told(cast, engagement, vault) -> None:
    from consent import law_pages

    def log() -> list[str]:
        readers = journal.for_the_client(cast.anais.person_id, cast.camille.person_id)
        seen = law_pages.seen_by_client([cast.anais], engagement)
        return [line.what for line in journal.lines(chain=engagement.practice_id, subject=engagement.pk, readers=readers, legal=seen)[0]]

    before = log()
    silent, row = recorded(engagement, vault, entry("immediate_danger")), recorded(engagement, vault, entry())
    register.completed(silent, vault, "x")
    assert log() == before

    actions.tell_client(entry=row, notice=law.notice_from(entry(), why="Oui"), vault=vault, by=engagement.coach)

    assert len(log()) == len(before) + 2
    assert LegalAddition.objects.for_client([cast.anais]).count() == 1


# What nobody changes


@pytest.mark.parametrize("change", [{"ground": "tax"}, {"way": "immediate_danger"}, {"review_on": None}, {"made_at": timezone.now()}])
def test_the_application_s_role_cannot_change_an_entry(engagement, vault, change: dict) -> None:
    row = recorded(engagement, vault, entry())

    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        LegalDisclosure.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        row.save(update_fields=["body"])


def test_nor_what_was_added_nor_delete_either_nor_empty_a_table(engagement, vault) -> None:
    row = recorded(engagement, vault, told())

    for statement in (
        "update consent_legaladdition set at = now()",
        "delete from consent_legaladdition",
        "delete from consent_legaldisclosure",
    ):
        with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("truncate consent_legaladdition")
    assert row.additions.count() == 1


def test_another_ground_another_entry_s_text_or_another_engagement_does_not_open(cast, engagement, vault) -> None:
    row, other = recorded(engagement, vault, entry()), recorded(engagement, vault, entry())
    elsewhere = cast.engagement(cast.karim)

    for planted in ({"ground": "tax"}, {"body": other.body}, {"engagement": elsewhere}):
        forged = LegalDisclosure.objects.select_related("engagement__coach").get(pk=row.pk)
        for name, value in planted.items():
            setattr(forged, name, value)
        with pytest.raises(Closed):
            actions.read_entry(entry=forged, vault=vault, by=cast.camille)


def test_a_row_that_was_put_into_the_table_by_hand_counts_as_none(engagement, vault) -> None:
    row = recorded(engagement, vault, entry())
    forged = LegalDisclosure(engagement=engagement, way=row.way, ground=row.ground, body=row.body, made_at=timezone.now())
    forged.save(force_insert=True)

    assert law.is_confirmed(row)
    assert not law.is_confirmed(forged)
    assert not law.is_confirmed(LegalDisclosure(pk=row.pk, engagement=engagement, way=row.way, ground=row.ground, body=Sealed(b"\0" * 99)))


def test_nobody_but_the_coach_opens_an_entry(cast, engagement, vault) -> None:
    row = recorded(engagement, vault, told())
    assert cast.bruno

    for name in ("Anais Lefort", "Bruno Keller"):
        with pytest.raises(Closed):
            cast.vault(name).open(row.body, row.place())
