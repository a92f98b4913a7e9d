"""The pages of a request about data: the client asks, the coach goes through the texts, both read the answer; bad input loses nothing typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from consent.models import RightsAnswer, RightsPart, RightsRequest
from sessions import actions as notes
from tests.cast import PASSPHRASE, Cast, signed_in
from tests.consent import rights
from tests.sessions.test_rights import NOTE, Story
from vault.models import LedgerEntry


@pytest.fixture
def story(cast: Cast) -> Story:
    return Story(cast)


def url(name: str, *ids: object) -> str:
    return reverse(name, args=ids)


def text(answer) -> str:
    return answer.content.decode()


def test_she_asks_and_the_coach_sees_it_with_its_last_day(story):
    anais, camille = signed_in(story.anais.person), signed_in(story.camille.person)

    answer = anais.post(url("client_rights_ask", "access"), {"about": str(story.engagement.pk), "text": "Tout"})

    row = RightsRequest.objects.get()
    assert answer["Location"] == url("client_rights_page", row.pk)
    for page in ("/coach/", url("engagement_page", story.engagement.pk), "/coach/rights/"):
        shown = text(camille.get(page))
        assert "Accès à toutes les données" in shown, page
        assert "jours restants" in shown, page
    assert "Tout" in text(camille.get(url("rights_page", row.pk)))


def test_a_correction_without_what_is_right_loses_nothing_typed(story):
    anais = signed_in(story.anais.person)

    page = text(anais.post(url("client_rights_ask", "rectification"), {"about": str(story.engagement.pk), "wrong": "Huit personnes"}))

    assert "Huit personnes" in page
    assert not RightsRequest.objects.exists()


def test_everything_with_a_coach_is_offered_where_there_are_several_engagements(story):
    anais = signed_in(story.anais.person)
    assert "Tout ce qui existe avec" not in text(anais.get(url("client_rights_ask", "access")))
    second = story.cast.engagement(story.anais)

    anais.post(url("client_rights_ask", "access"), {"about": f"all:{story.anais.pk}"})

    row = RightsRequest.objects.get()
    assert (row.covers_all, row.engagement_id) == (True, second.pk)


@pytest.mark.parametrize("about", ["", "all:", "karim", "all:karim"])
def test_another_s_engagement_cannot_be_chosen(story, about):
    karim = story.cast.karim
    theirs = story.cast.engagement(karim)
    chosen = {"karim": str(theirs.pk), "all:karim": f"all:{karim.pk}"}.get(about, about)

    answer = signed_in(story.anais.person).post(url("client_rights_ask", "access"), {"about": chosen})

    assert answer.status_code == 200
    assert not RightsRequest.objects.exists()


def test_asking_again_says_so_and_a_kind_that_there_is_not_is_nowhere(story):
    anais = signed_in(story.anais.person)
    sent = {"about": str(story.engagement.pk), "text": "Encore"}
    anais.post(url("client_rights_ask", "access"), sent)

    page = text(anais.post(url("client_rights_ask", "access"), sent))

    assert "la réponse est attendue" in page
    assert "Encore" in page
    assert RightsRequest.objects.count() == 1
    assert anais.get(url("client_rights_ask", "portability")).status_code == 404


def test_before_the_coach_gave_the_key_she_is_told_to_come_back(cast):
    page = signed_in(cast.anais.person).get(url("client_rights_ask", "access"))

    assert page.status_code == 200
    assert 'name="about"' not in text(page)
    assert not RightsRequest.objects.exists()


def test_the_coach_goes_through_the_texts_and_hands_the_copy_over(story):
    row = story.ask()
    camille, anais = signed_in(story.camille.person), signed_in(story.anais.person)
    details = url("rights_text", row.pk, story.anais.pk)
    note = url("rights_text", row.pk, story.note.pk)

    listed = text(camille.get(url("rights_texts", row.pk)))
    assert "0 / 2" in listed
    assert camille.get(url("rights_hand_over", row.pk))["Location"] == url("rights_texts", row.pk)
    assert camille.post(details, {"outcome": "given"})["Location"] == note
    for facts, said in (
        ({"explained": "Rien de choisi"}, "Choisissez une réponse."),
        ({"outcome": "masked", "text": "Elle parle de [masqué]."}, "Veuillez dire pourquoi"),
        ({"outcome": "masked", "text": NOTE, "reason": "others"}, "Rien n’est encore masqué"),
        ({"outcome": "left_out", "reason": "others", "text": "Ce que j’avais écrit"}, "pourquoi masquer ne suffit pas"),
    ):
        page = text(camille.post(note, facts))
        assert said in page, facts
        assert facts.get("text", "") in page
    masked = {"outcome": "masked", "text": "Elle parle de [masqué].", "reason": "others"}
    assert camille.post(note, masked)["Location"] == url("rights_texts", row.pk)

    before = text(anais.get(url("client_rights_page", row.pk)))
    summary = text(camille.get(url("rights_hand_over", row.pk)))
    assert "Elle parle de [masqué]." in summary
    assert "Elle parle de" not in before
    camille.post(url("rights_hand_over", row.pk), {"text": "Voici votre copie."})

    after = text(anais.get(url("client_rights_page", row.pk)))
    assert "Voici votre copie." in after
    assert "Elle parle de [masqué]." in after
    assert "Paul" not in after
    assert "la CNIL" in after
    assert camille.get(note).status_code == 404
    assert camille.get(url("rights_texts", row.pk))["Location"] == url("rights_page", row.pk)


def test_opening_a_note_for_the_copy_stands_in_her_log_by_month_and_event_by_event(story):
    row = story.ask()
    signed_in(story.camille.person).get(url("rights_text", row.pk, story.note.pk))
    anais = signed_in(story.anais.person)

    assert "1 fois pour répondre à votre demande" in text(anais.get("/client/log/"))
    assert "Note ouverte pour répondre à une demande" in text(anais.get(url("client_log", story.engagement.pk)))


def test_what_is_typed_beside_a_text_that_is_given_whole_changes_nothing(story):
    row = story.ask()

    signed_in(story.camille.person).post(url("rights_text", row.pk, story.note.pk), {"outcome": "given", "text": "Autre chose"})
    rights_left = [source for source in rights.sources_of(rights.fresh(row)) if source.what == "details"]
    for source in rights_left:
        signed_in(story.camille.person).post(url("rights_text", row.pk, source.id), {"outcome": "given"})
    rights.handed_over(row, story.vault)

    assert NOTE in rights.texts_read(row, story.hers)


def test_a_note_with_markup_is_handed_over_as_text(story):
    wild = "<script>alert(1)</script> & <b>gras</b>"
    story.written(wild)
    row = story.copy()

    page = text(signed_in(story.anais.person).get(url("client_rights_page", row.pk)))

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_an_answer_that_is_not_complete_loses_nothing_typed(story):
    row = story.ask("erasure")
    camille = signed_in(story.camille.person)
    today = timezone.localdate()

    for facts in (
        {"text": "Mes raisons"},
        {"outcome": "done", "text": "Mes raisons"},
        {"outcome": "done", "text": "Mes raisons", "by_date": (today - timedelta(days=1)).isoformat()},
        {"outcome": "done", "text": "Mes raisons", "by_date": (today + timedelta(days=40)).isoformat()},
    ):
        page = text(camille.post(url("rights_answer", row.pk), facts))
        assert "Mes raisons" in page, facts
    assert not RightsAnswer.objects.exists()

    camille.post(url("rights_answer", row.pk), {"outcome": "done", "text": "Mes raisons", "by_date": today.isoformat()})
    page = text(signed_in(story.anais.person).get(url("client_rights_page", row.pk)))
    assert "Ce qui doit rester, et pourquoi" in page
    assert "Note" in page


def test_access_is_not_answered_by_a_sentence(story):
    row = story.ask()

    answer = signed_in(story.camille.person).post(url("rights_answer", row.pk), {"outcome": "refused", "text": "Non"})

    assert answer["Location"] == url("rights_texts", row.pk)
    assert not RightsAnswer.objects.exists()


def test_putting_off_needs_a_reason_and_she_reads_it(story):
    row = story.ask()
    camille = signed_in(story.camille.person)
    camille.post(url("rights_put_off", row.pk), {"reason": " "})
    assert rights.fresh(row).state == "asked"

    camille.post(url("rights_put_off", row.pk), {"reason": "Cent notes à relire"})

    assert "Cent notes à relire" in text(signed_in(story.anais.person).get(url("client_rights_page", row.pk)))
    assert "Reporter de deux mois" not in text(camille.get(url("rights_page", row.pk)))


def test_overdue_is_red_for_the_coach_and_names_the_authority_to_her(story):
    row = story.ask()
    RightsRequest.objects.filter(pk=row.pk).update(due_date=timezone.localdate() - timedelta(days=1))
    anais, camille = signed_in(story.anais.person), signed_in(story.camille.person)

    assert "notice danger" in text(camille.get(url("rights_page", row.pk)))
    assert "badge warn" in text(camille.get("/coach/"))
    page = text(anais.get(url("client_rights_page", row.pk)))
    assert "notice danger" in page
    assert "la CNIL (www.cnil.fr)" in page
    User.objects.filter(pk=story.anais.person_id).update(language="en")
    assert "your data protection authority" in text(anais.get(url("client_rights_page", row.pk)))


def test_her_own_pdf_asks_for_the_passphrase_and_is_written_down(story):
    row = story.copy()
    anais = signed_in(story.anais.person)
    assert anais.get(url("client_rights_copy", row.pk))["Location"].startswith("/accounts/reauthenticate/")

    anais.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    answer = anais.get(url("client_rights_copy", row.pk))

    assert answer.content.startswith(b"%PDF")
    assert answer["Cache-Control"] == "no-store"
    assert LedgerEntry.objects.filter(event="rights.downloaded", about=row.pk).count() == 1
    assert anais.get(url("client_rights_copy", story.ask("erasure").pk)).status_code == 404


def test_replaying_a_form_changes_nothing(story):
    row = story.copy()
    camille, anais = signed_in(story.camille.person), signed_in(story.anais.person)
    count = LedgerEntry.objects.filter(event__startswith="rights.").count()

    camille.post(url("rights_hand_over", row.pk), {"text": "Encore"})
    camille.post(url("rights_put_off", row.pk), {"reason": "Encore"})
    camille.post(url("rights_text", row.pk, story.note.pk), {"outcome": "given"})
    anais.post(url("client_rights_withdraw", row.pk))

    assert rights.fresh(row).state == "answered"
    assert LedgerEntry.objects.filter(event__startswith="rights.").count() == count
    assert RightsPart.objects.filter(request=row).count() == 2


def test_a_text_that_is_not_of_the_request_is_nowhere(story):
    row = story.ask()
    karims = story.cast.engagement(story.cast.karim)
    facts = {"starts_at": timezone.now(), "minutes": 60, "place": "office", "agenda": "À lui"}
    other = notes.plan_session(engagement=karims, by=story.camille, **facts)
    camille = signed_in(story.camille.person)

    assert camille.get(url("rights_text", row.pk, other.pk)).status_code == 404
    assert camille.post(url("rights_text", row.pk, other.pk), {"outcome": "given"}).status_code == 404


def test_a_locked_vault_in_the_midst_of_it_shows_nothing(story):
    row = story.ask()
    camille = signed_in(story.camille.person)
    camille.post(reverse("vault_lock"))

    answer = camille.post(url("rights_text", row.pk, story.note.pk), {"outcome": "given"})

    assert answer["Location"].startswith(reverse("vault_unlock"))
    assert not RightsPart.objects.exists()
