"""The pages: what each person gets, what the autosave hears, what the log says."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sessions import actions
from sessions.models import Note, NoteVersion
from tests.cast import signed_in
from vault.models import LedgerEntry, Unlock

SECRET = "Elle veut quitter Horizon avant l’été."
SIGNING_IN = re.compile(
    'FROM "(accounts_|django_session|django_content_type|mfa_|vault_ledger)|(FROM|UPDATE) "vault_unlock"|FROM "clients_(coach|client)" .*"person_id" = |^SAVEPOINT'
)
MOST = {
    "/coach/": 10,
    "/client/": 13,
}  # of statements; each has several lists. The exact figures of all pages: tests/house/test_statements.py


def autosave(browser, note, text, version, **more):
    """What the page's script sends."""
    headers = {"If-Match": f'"{version}"', "X-Requested-With": "autosave", **more}
    return browser.post(reverse("note_write", args=[note.pk]), {"text": text}, headers=headers)


def without_ids(answer):
    """The page without row ids and form tokens."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{64}", "", answer.content.decode())


def addresses(room):
    """Every address of the room that names a row, with a note that has an earlier text."""
    session = room.session()
    note = room.note("Avant", session)
    room.write(note, SECRET, keep=True)
    earlier = NoteVersion.objects.get(note=note).version
    rows = {"engagement": room.engagement.pk, "session": session.pk, "note": note.pk}
    names = {
        "engagement": ["engagement_page", "engagement_log", "session_add"],
        "session": ["session_page", "session_edit", "session_state", "note_start"],
        "note": ["note_page", "note_write", "note_finish", "note_amend", "note_delete", "note_versions"],
    }
    found = [reverse(name, args=[rows[kind]]) for kind, several in names.items() for name in several]
    return found + [reverse(name, args=[note.pk, earlier]) for name in ("note_version", "note_restore")]


@pytest.mark.parametrize("who", ["bruno", "anais", "helene", "dominique"])
def test_nobody_else_gets_past_any_address(room, cast, who):
    whom = getattr(cast, who)
    browser = signed_in(getattr(whom, "person", whom))
    before = list(Note.objects.values_list("version", "finished_at"))

    for address in addresses(room):
        answers = [browser.get(address), browser.post(address, {"text": "x", "version": "3", "event": "hold"})]

        assert {answer.status_code for answer in answers} <= {404, 405}, address
        assert all(SECRET not in answer.content.decode() for answer in answers)
    assert before == []
    assert not Note.objects.filter(finished_at__isnull=False).exists()


@pytest.mark.parametrize("name", ["today", "note_new"])
def test_only_a_coach_has_a_day(cast, name):
    assert signed_in(cast.anais.person).get(reverse(name)).status_code == 404
    assert signed_in(cast.helene.person).get(reverse(name)).status_code == 404


def test_every_page_shows_to_its_coach(room, cast):
    browser = signed_in(room.camille.person)

    for address in [*addresses(room), reverse("today"), reverse("note_new")]:
        assert browser.get(address).status_code in (200, 405), address


def test_a_random_id_and_a_foreign_one_answer_alike(room, cast):
    note = room.note(SECRET)
    bruno = signed_in(cast.bruno.person)

    foreign = bruno.get(reverse("note_page", args=[note.pk]))
    random = bruno.get(reverse("note_page", args=["5d0a4f36-9d65-4d53-8b0e-7f1f9b6f0a11"]))

    assert foreign.status_code == random.status_code == 404
    assert without_ids(foreign) == without_ids(random)


def test_the_autosave_is_answered_with_the_version_and_the_time(room):
    browser, note = signed_in(room.camille.person), room.note()

    answer = autosave(browser, note, SECRET, 1)

    assert answer.status_code == 200
    assert answer.json()["version"] == 2
    assert set(answer.json()) == {"version", "saved_at"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert room.text(note) == SECRET


def test_a_conflict_is_answered_with_the_other_text_and_keeps_this_one(room):
    browser, note = signed_in(room.camille.person), room.note()
    autosave(browser, note, "Du premier onglet", 1)

    answer = autosave(browser, note, "Du second onglet", 1)

    assert answer.status_code == 409
    assert (answer.json()["text"], answer.json()["version"]) == ("Du premier onglet", 2)
    kept = NoteVersion.objects.get(note=note)
    assert room.vault.open(kept.body, room.fresh(note).place(kept.version)) == "Du second onglet"


def test_keeping_mine_keeps_the_other_among_the_earlier_texts(room):
    browser, note = signed_in(room.camille.person), room.note()
    autosave(browser, note, "Du premier onglet", 1)

    autosave(browser, note, "Le mien", 2, **{"X-Keep": "1"})

    kept = NoteVersion.objects.get(note=note)
    assert room.vault.open(kept.body, room.fresh(note).place(kept.version)) == "Du premier onglet"


def test_a_locked_vault_answers_423_and_changes_nothing(room):
    browser, note = signed_in(room.camille.person), room.note("avant")
    Unlock.objects.all().delete()

    answer = autosave(browser, note, "après", 2)

    assert answer.status_code == 423
    assert room.text(note) == "avant"


def test_a_text_that_is_too_long_answers_413_with_a_sentence(room):
    browser, note = signed_in(room.camille.person), room.note("avant")

    answer = autosave(browser, note, "a" * 1_000_001, 2)

    assert answer.status_code == 413
    assert "150" in answer.json()["error"]
    assert room.text(note) == "avant"


def test_a_request_too_large_to_be_read_changes_nothing(room):
    browser, note = signed_in(room.camille.person), room.note("avant")

    answer = autosave(browser, note, "a" * 5_000_000, 2)

    assert answer.status_code in (400, 413)
    assert room.text(note) == "avant"


def test_a_request_without_a_text_empties_nothing(room):
    browser, note = signed_in(room.camille.person), room.note("avant")

    answer = browser.post(reverse("note_write", args=[note.pk]), {"version": "2"})

    assert answer.status_code == 400
    assert room.text(note) == "avant"


def test_what_was_typed_after_the_note_was_finished_elsewhere_is_kept(room):
    browser, note = signed_in(room.camille.person), room.finish(room.note("Fini ici."))

    answer = autosave(browser, note, "Fini ici. Et encore ceci.", 2)

    assert answer.status_code == 410
    assert answer.json()["error"]
    assert room.text(note) == "Fini ici."
    kept = NoteVersion.objects.get(note=note)
    assert room.vault.open(kept.body, room.fresh(note).place(kept.version)) == "Fini ici. Et encore ceci."


def test_a_page_without_scripts_saves_and_finishes_too(room):
    browser, note = signed_in(room.camille.person), room.note()

    browser.post(reverse("note_write", args=[note.pk]), {"text": "un\r\ndeux", "version": "1"})
    browser.post(reverse("note_finish", args=[note.pk]), {"text": "un\r\ndeux\r\ntrois", "version": "2"})

    assert room.text(note) == "un\ndeux\ntrois"
    assert room.fresh(note).finished_at is not None


def test_an_unfinished_note_opens_in_the_editor_and_a_finished_one_to_read(room):
    browser, note = signed_in(room.camille.person), room.note("**Elle** hésite.")

    writing = browser.get(reverse("note_page", args=[note.pk])).content.decode()
    room.finish(note)
    reading = browser.get(reverse("note_page", args=[note.pk])).content.decode()

    assert "**Elle** hésite.</textarea>" in writing
    assert "<strong>Elle</strong> hésite." in reading
    assert "<textarea" not in reading


def test_the_editor_has_the_note_before_beside_it(room):
    room.finish(room.note("Elle hésite.", room.session(hours=-200)))
    note = room.note("Aujourd’hui", room.session())

    page = signed_in(room.camille.person).get(reverse("note_page", args=[note.pk])).content.decode()

    assert "Elle hésite." in page


def test_a_text_that_does_not_open_shows_nothing_and_says_so(room):
    note, other = room.note(SECRET), room.note("Autre")
    Note.objects.filter(pk=other.pk).update(body=room.fresh(note).body)

    answer = signed_in(room.camille.person).get(reverse("note_page", args=[other.pk]))

    assert answer.status_code == 409
    assert SECRET not in answer.content.decode()


def test_additions_stand_below_the_note(room):
    note = room.finish(room.note("C’est dit."))
    browser = signed_in(room.camille.person)

    there = browser.post(reverse("note_amend", args=[note.pk]))
    addition = Note.objects.get(adds_to=note)
    room.finish(addition, "Et ceci encore.")
    page = browser.get(reverse("note_page", args=[note.pk])).content.decode()

    assert there.url == reverse("note_page", args=[addition.pk])
    assert page.index("C’est dit.") < page.index("Et ceci encore.")
    assert browser.get(there.url).url == f"{reverse('note_page', args=[note.pk])}#addition-{addition.pk}"


def test_an_earlier_text_is_read_and_restored(room):
    note = room.note("avant")
    room.write(note, "après", keep=True)
    browser, earlier = signed_in(room.camille.person), NoteVersion.objects.get(note=note).version

    page = browser.get(reverse("note_version", args=[note.pk, earlier])).content.decode()
    browser.post(reverse("note_restore", args=[note.pk, earlier]), {"version": "3"})

    assert "avant" in page
    assert room.text(note) == "avant"


def test_the_preview_is_clean_and_keeps_nothing(room):
    browser = signed_in(room.camille.person)
    before = LedgerEntry.objects.count()

    answer = browser.post(reverse("note_preview"), {"text": "**oui** <script>non</script>"})

    assert "<strong>oui</strong>" in answer.content.decode()
    assert "<script>" not in answer.content.decode()
    assert LedgerEntry.objects.count() == before


def test_a_session_under_way_keeps_the_vault_open(room):
    browser = signed_in(room.camille.person)
    now, before = room.session(hours=-0.5), room.session(hours=-50)

    browser.get(reverse("note_page", args=[room.note(session=before).pk]))
    not_yet = Unlock.objects.get().keep_until
    page = browser.get(reverse("note_page", args=[room.note(session=now).pk]))

    assert not_yet is None
    assert Unlock.objects.get().keep_until == now.ends_at + timedelta(minutes=30)
    assert int(page.headers["X-Lock-At"]) == int((now.ends_at + timedelta(minutes=30)).timestamp())


def test_opening_is_in_the_log_and_writing_is_not(room):
    browser, note = signed_in(room.camille.person), room.note("avant")

    browser.get(reverse("note_page", args=[note.pk]))
    autosave(browser, note, "après", 2)

    assert list(LedgerEntry.objects.filter(about=note.pk).values_list("event", flat=True)) == ["note.started", "note.read"]


def test_the_log_is_read_in_plain_words_page_by_page(room):
    note = room.note("Elle hésite.")
    for _ in range(60):
        actions.read_note(note=room.fresh(note), vault=room.vault, by=room.camille)
    browser = signed_in(room.camille.person)

    first = browser.get(reverse("engagement_log", args=[room.engagement.pk]))
    second = browser.get(reverse("engagement_log", args=[room.engagement.pk]), {"before": first.context["after"]})

    assert (len(first.context["lines"]), first.context["lines"][0].what) == (50, "Note ouverte")
    assert {line.who for line in first.context["lines"]} == {"Vous"}
    assert first.context["lines"][0].where == "Séance 1"
    assert second.context["lines"][-1].what == "Accompagnement ouvert"
    assert len({line.at for line in [*first.context["lines"], *second.context["lines"]]}) == 50 + len(second.context["lines"])
    assert browser.get(reverse("engagement_log", args=[room.engagement.pk]), {"before": "x"}).status_code == 200


def test_the_client_sees_counts_and_dates_and_not_a_word_of_the_notes(room, cast):
    room.finish(room.note(SECRET))
    browser = signed_in(cast.anais.person)

    home = browser.get(reverse("client_home")).content.decode()
    log = browser.get(reverse("client_log", args=[room.engagement.pk]))

    assert "1 note" in home
    assert "Prise de poste" in home
    assert "Le comité de jeudi" not in home
    assert SECRET not in home + log.content.decode()
    assert {line.who for line in log.context["lines"]} == {"Votre coach"}


def test_a_client_sees_only_their_own(room, cast):
    karim = signed_in(cast.karim.person)

    assert karim.get(reverse("client_log", args=[room.engagement.pk])).status_code == 404
    assert "Prise de poste" not in karim.get(reverse("client_home")).content.decode()
    assert signed_in(room.camille.person).get(reverse("client_home")).status_code == 404


def test_a_session_is_planned_changed_and_held_on_its_pages(room):
    browser = signed_in(room.camille.person)
    day = timezone.localdate() + timedelta(days=3)
    sent = {"day": day.isoformat(), "time": "14:05", "minutes": "90", "place": "video", "agenda": "Le comité"}

    there = browser.post(reverse("session_add", args=[room.engagement.pk]), sent).url
    browser.post(there + "edit/", {**sent, "place": "phone"})
    browser.post(there + "state/", {"event": "hold"})
    page = browser.get(there).content.decode()

    assert "14 h 05" in page.replace("\u00a0", " ")
    assert "1 h 30" in page.replace("\u00a0", " ")
    assert "Par téléphone" in page
    assert "Tenue" in page


def test_a_new_practice_is_shown_what_to_do_first(cast):
    page = signed_in(cast.camille.person).get(reverse("today"))

    assert [step.is_done for step in page.context["steps"]] == [True, False, True, False, False, False, False, False]


def test_each_list_stays_within_its_number_of_statements_and_fetches_no_text(room, cast):
    browser = signed_in(room.camille.person)
    other = cast.engagement(cast.karim)
    for engagement in (room.engagement, other):
        for hours in (-1, -30, 30):
            room.note(SECRET, room.session(engagement, hours=hours))
    session = Note.objects.first().session_id
    anais = signed_in(cast.anais.person)

    for who, address in [
        (browser, reverse("today")),
        (browser, reverse("note_new")),
        (browser, reverse("engagement_page", args=[room.engagement.pk])),
        (browser, reverse("session_page", args=[session])),
        (browser, reverse("engagement_log", args=[room.engagement.pk])),
        (anais, reverse("client_home")),
    ]:
        who.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert who.get(address).status_code == 200
        own = [query["sql"] for query in queries if not SIGNING_IN.search(query["sql"])]
        most = MOST.get(address, 15 if address.startswith("/coach/engagements/") and "log" not in address else 7)
        assert len(own) <= most, (address, len(own), own)
        assert not any('"coaching_sessions_note"."body"' in sql for sql in own), address
