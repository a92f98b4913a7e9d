"""A client's request about their data: asked, put off once, answered within the month, handed over as a copy; and everybody who tries more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from accounts.act import Refused
from clients.models import Engagement
from consent import rights as rules
from consent.actions import rights as actions
from consent.models import RightsAnswer, RightsPart, RightsRequest
from consent.rights import Reply, Wish
from sessions import actions as notes
from sessions.rights.sources import sources_of, text_of
from support.jobs import run_pending
from tests.cast import Cast
from tests.consent import rights
from tests.consent.readings import read
from tests.databases import as_owner
from vault.models import LedgerEntry
from vault.primitives import Closed

NOTE = "Elle parle de Paul, son voisin, et de sa peur du comité."
MASKED = {"outcome": "masked", "text": "Elle parle de [masqué] et de sa peur du comité.", "reason": "others"}
GAP = {"outcome": "left_out", "text": "", "reason": "others", "explained": "Tout parle de son voisin."}


class Story:
    """Anaïs asks Camille, who wrote one note of one session."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.camille, self.anais = cast, cast.camille, cast.anais
        self.engagement = cast.engagement(self.anais)
        self.vault, self.hers = cast.vault("Camille Aubry"), cast.vault("Anais Lefort")
        facts = {"starts_at": timezone.now(), "minutes": 60, "place": "office", "agenda": ""}
        self.session = notes.plan_session(engagement=self.engagement, by=self.camille, **facts)
        self.note = self.written(NOTE)

    def written(self, text: str):
        note = notes.start_note(session=self.session, vault=self.vault, by=self.camille)
        return notes.finish_note(note=note, text=text, expected_version=note.version, vault=self.vault, by=self.camille)

    def ask(self, kind: str = "access", **more) -> RightsRequest:
        return rights.asked(self.engagement, self.anais, self.hers, kind, **more)

    def copy(self, other=None) -> RightsRequest:
        row = self.ask()
        rights.gone_through(row, self.vault, other)
        rights.handed_over(row, self.vault, "Voici.")
        return rights.fresh(row)


@pytest.fixture
def story(cast: Cast) -> Story:
    return Story(cast)


def refused(code: str, call, *args, **facts) -> None:
    """The call is refused, for this reason."""
    with pytest.raises(Refused) as no:
        call(*args, **facts)
    assert no.value.code == code


# The clock


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("asked", "months", "due"),
    [
        (date(2026, 11, 25), 1, date(2026, 12, 25)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 31), 3, date(2027, 3, 31)),
        (date(2026, 10, 30), 14, date(2027, 12, 30)),
    ],
)
def test_a_month_ends_on_the_same_number_or_on_its_last_day(asked, months, due):
    assert rules.months_after(asked, months) == due


@pytest.mark.no_database
def test_the_last_day_is_a_working_day():
    assert rules.due_after(datetime(2026, 11, 25, 12, tzinfo=UTC)) == date(2026, 12, 28), "Christmas, then a week-end"


def test_a_request_has_a_month_and_the_coach_gets_a_letter(story, mailoutbox):
    row = story.ask(text="Tout, s’il vous plaît")
    run_pending()

    assert row.due_date == rules.due_after(row.asked_at)
    assert rules.wish_of(row, story.vault).text == "Tout, s’il vous plaît"
    assert [mail.to for mail in mailoutbox] == [["camille@example.org"]]
    assert "Tout" not in mailoutbox[0].body


def test_it_can_be_put_off_once_with_a_reason_within_the_month(story):
    row = story.ask()

    rights.put_off(row, story.vault)

    row = rights.fresh(row)
    assert row.due_date == rules.due_after(row.asked_at, 3)
    assert rules.reason_of(row, story.hers) == "Beaucoup de notes"
    refused("other_state", rights.put_off, row, story.vault)


def test_after_the_month_it_can_no_longer_be_put_off_only_answered(story):
    row = story.ask("erasure")
    late = timezone.now() + timedelta(days=45)

    refused("too_late_to_put_off", actions.put_off, request=row, reason="x", vault=story.vault, by=story.camille, at=late)
    assert row.is_overdue(late.date())
    rights.answered(row, story.vault, "refused", text="Rien.")
    assert not rights.fresh(row).is_overdue(late.date())


# A copy of everything


def test_the_copy_says_what_was_given_masked_and_left_out_and_the_note_stays(story):
    other = story.written("Le numéro de Paul est le 06 00 00 00 00.")
    row = story.copy({NOTE: MASKED, "Le numéro de Paul est le 06 00 00 00 00.": GAP})

    copies = rules.copies_of(row, story.hers)

    assert [part.outcome for part in copies if part.what == "note"] == ["masked", "left_out"]
    assert [part.text for part in copies if part.what == "note"] == ["Elle parle de [masqué] et de sa peur du comité.", ""]
    assert copies[0].text == "Nom\u00a0: Anaïs Lefort\nAdresse e-mail\u00a0: anais@example.org\nFonction\u00a0: Responsable logistique"
    assert row.state == "answered"
    assert RightsAnswer.objects.get(request=row).outcome == "partly"
    assert notes.read_note(note=other, vault=story.vault, by=story.camille).startswith("Le numéro")


def test_everything_about_her_is_listed_and_nothing_that_she_has_seen_or_that_is_another_s(story):
    from consent.actions import summaries
    from tests.consent.agreements import in_force

    in_force(story.engagement)
    facts = {"contact": story.cast.helene, "vault": story.vault, "by": story.camille}
    draft = summaries.start_summary(engagement=story.engagement, text="Un brouillon", **facts)
    proposed = summaries.start_summary(engagement=story.engagement, text="Proposé", **facts)
    summaries.propose(
        summary=proposed, text="Proposé", reading=read("Proposé", story.engagement, story.vault), vault=story.vault, by=story.camille
    )
    notes.change_session(session=story.session, starts_at=timezone.now(), minutes=60, place="office", agenda="Le comité", by=story.camille)
    unfinished = notes.start_note(session=story.session, vault=story.vault, by=story.camille)
    karim = Story.__new__(Story)
    karim.__dict__.update(story.__dict__, engagement=story.cast.engagement(story.cast.karim))
    karim.session = notes.plan_session(
        engagement=karim.engagement, starts_at=timezone.now(), minutes=60, place="office", agenda="À lui", by=story.camille
    )
    karim.written("À lui seul")

    listed = {(source.what, source.id) for source in sources_of(story.ask(covers_all=True))}

    assert listed == {
        ("details", story.anais.pk),
        ("agenda", story.session.pk),
        ("note", story.note.pk),
        ("draft", draft.pk),
    }, "an empty note is none"
    notes.write_note(note=unfinished, text="En cours", expected_version=1, keep=False, vault=story.vault, by=story.camille)
    assert ("note", unfinished.pk) in {(source.what, source.id) for source in sources_of(RightsRequest.objects.get())}


def test_all_engagements_with_a_coach_are_gone_through_for_everything(story):
    second = story.cast.engagement(story.anais)
    session = notes.plan_session(
        engagement=second, starts_at=timezone.now(), minutes=60, place="office", agenda="Reprise", by=story.camille
    )

    one, every = story.ask(), rights.asked(second, story.anais, story.hers, covers_all=True)

    assert session.pk not in {source.id for source in sources_of(one)}
    assert {session.pk, story.note.pk} <= {source.id for source in sources_of(every)}
    rights.gone_through(every, story.vault)
    rights.handed_over(every, story.vault)
    assert set(rights.texts_read(every, story.hers)) >= {"Reprise", NOTE}


def test_each_note_that_is_opened_for_it_is_written_down_as_read_for_a_request(story):
    rights.gone_through(story.ask(), story.vault)

    reads = LedgerEntry.objects.filter(event="note.read", about=story.note.pk)

    assert [(one.code, one.subject, one.by) for one in reads] == [("rights", story.engagement.pk, story.camille.person_id)]


def test_she_can_stop_and_go_on_and_decide_anew(story):
    row = story.ask()
    rights.gone_through(row, story.vault)
    rights.gone_through(row, story.cast.vault("Camille Aubry"), {NOTE: GAP})

    rights.handed_over(row, story.vault)

    assert RightsPart.objects.filter(request=row, source=story.note.pk).count() == 1
    assert NOTE not in rights.texts_read(row, story.hers)


def test_nothing_is_handed_over_before_all_is_gone_through_or_after_something_changed(story):
    row = story.ask()
    refused("not_complete", rights.handed_over, row, story.vault)
    rights.gone_through(row, story.vault)
    note = notes.start_note(session=story.session, vault=story.vault, by=story.camille)
    note = notes.write_note(note=note, text="Un ajout", expected_version=1, keep=False, vault=story.vault, by=story.camille)

    refused("not_complete", rights.handed_over, row, story.vault)
    rights.gone_through(row, story.vault)
    notes.write_note(note=note, text="Changé", expected_version=note.version, keep=False, vault=story.vault, by=story.camille)
    refused("not_complete", rights.handed_over, row, story.vault)

    assert not RightsPart.objects.filter(body__isnull=False).exists()
    assert not RightsAnswer.objects.exists()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"outcome": "left_out", "text": "", "explained": "Parce que"}, "no_reason"),
        ({"outcome": "left_out", "text": "", "reason": "others"}, "not_explained"),
        ({"outcome": "left_out", "text": "Resté là", "reason": "others", "explained": "Parce que"}, "not_explained"),
        ({"outcome": "masked", "text": "x"}, "no_reason"),
        ({"outcome": "masked", "text": "x", "reason": "my own thoughts"}, "no_reason"),
        ({"outcome": "given", "text": "x", "reason": "others"}, "no_reason"),
        ({"outcome": "forgotten", "text": "x", "reason": "others"}, "no_reason"),
    ],
)
def test_whatever_is_not_given_has_a_reason_of_the_list_and_a_gap_is_explained(story, facts, code):
    row = story.ask()

    refused(code, rights.gone_through, row, story.vault, {NOTE: facts})

    assert not RightsPart.objects.filter(source=story.note.pk).exists()


def test_what_was_decided_is_readable_by_the_coach_alone_until_it_is_handed_over(story):
    row = story.ask()
    rights.gone_through(row, story.vault)
    part = RightsPart.objects.select_related("engagement__coach").filter(source=story.note.pk).get()

    with pytest.raises(Closed):
        story.hers.open(part.draft, part.draft_place())

    assert list(RightsPart.objects.for_client([story.anais])) == []
    rights.handed_over(row, story.vault)
    assert RightsPart.objects.for_client([story.anais]).count() == 2


# Correction, erasure, taking back


def test_a_correction_is_answered_and_the_statement_kept(story, mailoutbox):
    row = story.ask("rectification", wrong="Je dirige huit personnes", right="J’en dirige dix")

    actions.answer(
        request=row,
        outcome="refused",
        reply=Reply(text="C’est ce que vous avez dit."),
        keeps_statement=True,
        vault=story.vault,
        by=story.camille,
    )

    run_pending()
    answer = rules.answer_of(rights.fresh(row))
    assert rules.reply_of(answer, story.hers).text == "C’est ce que vous avez dit."
    assert [one.pk for one in rules.card_of(story.engagement, timezone.localdate())["statements"]] == [row.pk]
    assert ["anais@example.org"] in [mail.to for mail in mailoutbox]


def test_an_erasure_says_what_goes_until_when_and_what_stays_from_the_rows_that_exist(story):
    from tests.consent.agreements import in_force

    in_force(story.engagement)
    row = story.ask("erasure")
    stays = rules.what_stays([story.engagement])

    rights.answered(row, story.vault, "partly", text="Fait.", by="2026-12-01", goes=[("note", 1)], stays=stays)

    reply = rules.reply_of(rules.answer_of(rights.fresh(row)), story.hers)
    assert dict(stays) == {"agreements": 1, "requests": 1, "log": 0, "invoices": 0}
    assert reply.by_date == date(2026, 12, 1)
    assert [number for _name, _why, number in reply.staying] == [1, 1, 0, 0]


def test_what_is_taken_back_waits_for_nobody_and_leaves_nothing_gone_through(story):
    row = story.ask()
    rights.gone_through(row, story.vault)

    actions.withdraw(request=row, by=story.anais)

    assert not RightsPart.objects.filter(request=row).exists()
    refused("other_state", rights.handed_over, row, story.vault)
    refused("other_state", actions.withdraw, request=row, by=story.anais)
    story.ask()


# Everybody who tries more


def test_the_same_request_twice_is_refused_and_a_second_correction_is_not(story):
    story.ask()
    refused("asked_already", story.ask)
    story.ask("rectification", wrong="a", right="b")
    refused("asked_already", story.ask, "rectification", wrong="a", right="b")
    story.ask("rectification", wrong="c", right="d")


def test_nobody_asks_or_takes_back_for_another(story):
    karim = story.cast.karim
    row = story.ask()

    refused(
        "not_theirs", actions.ask, engagement=story.engagement, covers_all=False, kind="erasure", wish=Wish(), vault=story.hers, by=karim
    )
    refused("not_theirs", actions.withdraw, request=row, by=karim)
    refused("not_theirs", actions.note_copy, request=row, by=karim)
    refused(
        "not_theirs",
        actions.ask,
        engagement=story.engagement,
        covers_all=False,
        kind="other",
        wish=Wish(),
        vault=story.hers,
        by=story.anais,
    )


def test_another_coach_of_the_practice_answers_nothing(story):
    bruno, vault = story.cast.bruno, story.vault
    access, erasure = story.ask(), story.ask("erasure")
    source = next(one for one in sources_of(access) if one.what == "note")
    part = rights.part_of(source, NOTE)

    refused("not_hers", actions.put_off, request=access, reason="x", vault=vault, by=bruno)
    refused("not_hers", actions.answer, request=erasure, outcome="done", reply=Reply(), vault=vault, by=bruno)
    refused("not_hers", actions.hand_over, request=access, sources={}, text="", vault=vault, by=bruno)
    refused("not_hers", actions.decide, request=access, engagement=story.engagement, source=source.id, part=part, vault=vault, by=bruno)
    refused("not_hers", text_of, source, vault, bruno)


def test_a_text_of_another_engagement_is_not_put_into_the_copy(story):
    row, other = story.ask(), story.cast.engagement(story.cast.karim)
    source = sources_of(row)[0]

    refused(
        "not_asked_for",
        actions.decide,
        request=row,
        engagement=other,
        source=source.id,
        part=rights.part_of(source, "x"),
        vault=story.vault,
        by=story.camille,
    )


def test_the_wrong_answer_to_a_kind_is_refused(story):
    access, erasure = story.ask(), story.ask("erasure")
    source = sources_of(access)[0]
    facts = {
        "engagement": story.engagement,
        "source": source.id,
        "part": rights.part_of(source, "x"),
        "vault": story.vault,
        "by": story.camille,
    }

    refused("another_answer", rights.answered, access, story.vault)
    refused("another_answer", rights.answered, erasure, story.vault, "maybe")
    refused("another_answer", rights.handed_over, erasure, story.vault)
    refused("not_asked_for", actions.decide, request=erasure, **facts)


def test_an_answer_is_given_once(story):
    row = story.ask("erasure")
    rights.answered(row, story.vault, text="Une fois")

    refused("other_state", rights.answered, row, story.vault, text="Deux fois")
    refused("other_state", actions.withdraw, request=row, by=story.anais)

    assert RightsAnswer.objects.count() == 1


def test_answering_and_taking_back_at_the_same_instant_one_of_them_stands(own_databases, cast):
    story = Story(cast)
    row = story.ask("erasure")

    def tried(call) -> bool:
        try:
            call()
            return True
        except Refused:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        both = [lambda: rights.answered(row, story.vault, text="Fait"), lambda: actions.withdraw(request=row, by=story.anais)]
        done = list(pool.map(tried, both))

    assert sorted(done) == [False, True]
    assert RightsAnswer.objects.exists() == (rights.fresh(row).state == "answered")


def test_psql_moves_an_answer_or_a_copy_to_nobody_else(own_databases, cast):
    story = Story(cast)
    row = story.copy()
    karims = rights.asked(cast.engagement(cast.karim), cast.karim, cast.vault("Karim Benali"))
    other = story.ask("erasure")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("update consent_rightsanswer set id = %s, request_id = %s where request_id = %s", [karims.pk, karims.pk, row.pk])
        cursor.execute("update consent_rightspart set request_id = %s where request_id = %s", [karims.pk, row.pk])

    karim = cast.vault("Karim Benali")
    with pytest.raises(Closed):
        rules.reply_of(rules.answer_of(rights.fresh(karims)), karim)
    with pytest.raises(Closed):
        rules.copies_of(rights.fresh(karims), karim)

    with as_owner(), connection.cursor() as cursor:  # not even from one of her requests to another
        cursor.execute("update consent_rightspart set request_id = %s where request_id = %s", [other.pk, karims.pk])
    with pytest.raises(Closed):
        rules.copies_of(rights.fresh(other), story.hers)


@pytest.mark.parametrize(
    "lie",
    [
        "kind = 'rectification'",
        "covers_all = true",
        "text = reason",
        "engagement_id = (select id from clients_engagement where id <> engagement_id limit 1)",
    ],
)
def test_psql_cannot_make_another_request_of_one(own_databases, cast, lie):
    story = Story(cast)
    cast.engagement(cast.karim)
    row = story.ask("erasure")
    rights.put_off(row, story.vault)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"update consent_rightsrequest set {lie} where id = %s", [row.pk])

    with pytest.raises(Closed):
        rules.wish_of(rights.fresh(row), story.vault)


def test_psql_cannot_turn_a_refusal_into_an_answer_that_says_done(own_databases, cast):
    story = Story(cast)
    row = story.ask("erasure")
    rights.answered(row, story.vault, "refused", text="Non.")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("update consent_rightsanswer set outcome = 'done'")

    with pytest.raises(Closed):
        rules.reply_of(rules.answer_of(rights.fresh(row)), story.hers)


@pytest.mark.parametrize(
    "statement",
    [
        "update consent_rightsrequest set state = 'asked', closed_at = null",
        "update consent_rightsrequest set due_date = due_date + 90",
        "update consent_rightsanswer set made_at = now()",
        "update consent_rightspart set saved_at = now()",
        "delete from consent_rightspart",
        "delete from consent_rightsanswer",
    ],
)
def test_the_database_refuses_to_change_what_was_answered(story, statement):
    story.copy()

    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("column", ["kind = 'erasure'", "covers_all = true", "asked_at = now()", "text = '\\x00'"])
def test_the_database_refuses_to_change_what_was_asked(story, column):
    story.ask()

    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"update consent_rightsrequest set {column}")
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from consent_rightsrequest")


def test_whoever_lost_the_permission_finds_nothing(story):
    row = story.copy()

    assert list(RightsRequest.objects.for_client([story.cast.karim])) == []
    assert list(RightsRequest.objects.for_coach(story.cast.bruno)) == []
    assert list(RightsAnswer.objects.for_coach(story.cast.bruno)) == []
    assert list(RightsPart.objects.for_client([story.cast.karim])) == []
    assert list(RightsRequest.objects.for_client([story.anais])) == [row]
    assert Engagement.objects.for_client([story.anais]).count() == 1
