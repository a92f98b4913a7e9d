"""Unusual people and unusual letters: nothing breaks, nothing is lost, and who gets it wrong is told in a sentence."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Link, User
from clients import actions as clients
from clients.models import Client, Sponsor, SponsorContact
from consent.models import Agreement, AgreementEvent
from sessions.models import Note
from support import jobs
from support.words import one_line
from tests.cast import PASSPHRASE, Cast, signed_in
from tests.consent import agreements
from tests.sessions.conftest import Room
from vault.models import LedgerEntry

NAMES = {
    "Anaïs\u202eLefort": "AnaïsLefort",  # turns round what follows
    "\u2066Anaïs\u2069 Lefort\u200f": "Anaïs Lefort",
    "Ana\x00ïs\x1b[31m\n\tLefort": "Ana ïs [31m Lefort",
    "Lefort\ufeff\u00ad\u2060": "Lefort",
    "e\u0301lise": "élise",
    "سارة الحداد": "سارة الحداد",
    "می\u200cخواهم": "می\u200cخواهم",
    "Zoé 👩\u200d👩\u200d👧 🇫🇷 👍🏽": "Zoé 👩\u200d👩\u200d👧 🇫🇷 👍🏽",
    "<b onclick=x>Zoé</b>": "<b onclick=x>Zoé</b>",
    "{{ 7|add:7 }} %(name)s {0}": "{{ 7|add:7 }} %(name)s {0}",
}


@pytest.fixture
def camille(cast: Cast) -> Browser:
    """Camille's browser."""
    return signed_in(cast.camille.person)


def shown(answer: Any) -> str:
    """The text of a page, without its tags."""
    return html.unescape(re.sub(r"<[^>]*>", "", answer.content.decode()))


@pytest.mark.parametrize("typed", NAMES)
def test_a_name_is_one_line_whose_letters_stay_where_they_are(cast: Cast, camille: Browser, typed: str) -> None:
    facts = {"name": typed, "language": "fr", "address": "", "phone": typed[:40], "job": typed}
    camille.post(reverse("client_add"), facts)
    camille.post(reverse("sponsor_add"), {"name": typed, "domain": "", "group": typed})
    sponsor, client = Sponsor.objects.get(), Client.objects.get()
    camille.post(reverse("contact_add", args=[sponsor.pk]), facts | {"address": "c@example.org", "role": "hr"})
    camille.post(reverse("settings_page"), {"name": typed, "language": "fr"})

    kept = NAMES[typed]
    assert (client.name, client.details["job"], sponsor.name, SponsorContact.objects.get().name) == (kept,) * 4
    assert User.objects.get(pk=cast.camille.person_id).name == kept
    for name in ("client_list", "sponsor_list", "settings_page"):
        page = camille.get(reverse(name))
        assert kept in shown(page)
        assert "<b onclick" not in page.content.decode()


def test_a_name_that_nobody_can_see_is_none(camille: Browser) -> None:
    answer = camille.post(reverse("client_add"), {"name": "\u202e\u200f \x00", "language": "fr", "job": "Juriste"})

    assert answer.status_code == 200
    assert "Ce champ est obligatoire" in shown(answer)
    assert "Juriste" in answer.content.decode(), "what was typed beside it is still there"
    assert not Client.objects.exists()


@pytest.mark.parametrize("text", [*NAMES, "a" * 300, "\u202e" * 50])
def test_putting_into_one_line_twice_changes_nothing(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)


def test_a_note_of_a_million_bytes_is_written_read_and_finished_through_the_page(cast: Cast) -> None:
    room, browser = Room(cast), signed_in(cast.camille.person)
    note = room.note()
    text = ("‮א بـ 👩‍👩‍👧 é\n" * 40_000).encode()[:999_990].decode(errors="ignore")

    saved = browser.post(reverse("note_write", args=[note.pk]), {"text": text, "version": "1"}, headers={"x-requested-with": "autosave"})
    page = browser.get(reverse("note_page", args=[note.pk]))
    finished = browser.post(reverse("note_finish", args=[note.pk]), {"text": text, "version": "2"})

    assert saved.json()["version"] == 2
    assert html.unescape(page.content.decode()).count("👩‍👩‍👧") == text.count("👩‍👩‍👧")
    assert finished.status_code == 302
    assert Note.objects.get(pk=note.pk).finished_at is not None
    assert browser.get(reverse("note_page", args=[note.pk])).status_code == 200
    assert room.text(note) == text.replace("\r\n", "\n")


@pytest.mark.parametrize("name", ["note_write", "note_finish"])
def test_a_text_that_is_too_long_comes_back_to_whoever_has_no_scripts(cast: Cast, name: str) -> None:
    room, browser = Room(cast), signed_in(cast.camille.person)
    note = room.note("Avant.")

    answer = browser.post(reverse(name, args=[note.pk]), {"text": "é" * 500_001, "version": "2"})

    assert answer.status_code == 413
    assert "trop longue" in shown(answer)
    assert "é" * 500_001 in answer.content.decode()
    assert room.text(note) == "Avant."


def test_a_client_without_an_address_has_everything_but_letters(cast: Cast, camille: Browser) -> None:
    camille.post(reverse("client_add"), {"name": "Noé Arnal", "address": "", "language": "fr"})
    client = Client.objects.get()
    engagement = cast.engagement(client)
    agreement = agreements.drafted(engagement)
    letters = Link.objects.count()

    invited = camille.post(reverse("client_invite", args=[client.pk]), follow=True)
    sent = camille.post(reverse("agreement_send", args=[agreement.pk]), {"is_address_seen": "on"}, follow=True)
    others = ["client_page", "engagement_page", "agreement_page", "engagement_consents", "who_sees", "agreement_new"]
    ids = {"client_page": client.pk, "agreement_page": agreement.pk}
    pages = [camille.get(reverse(name, args=[ids.get(name, engagement.pk)])) for name in others]

    assert "n’a pas d’adresse" in shown(invited)
    assert (sent.status_code, Agreement.objects.get(pk=agreement.pk).state) == (200, Agreement.State.DRAFT)
    assert "adresse" in shown(sent)
    assert Link.objects.count() == letters
    assert [page.status_code for page in pages] == [200] * len(pages)


def test_one_address_with_two_coaches_is_one_person_and_neither_coach_sees_the_other(cast: Cast) -> None:
    room = Room(cast)
    anais = cast.anais
    second = clients.add_client(
        coach=cast.bruno, name="A. Lefort", address="ANAIS@example.org ", phone="", job="", language="fr", by=cast.bruno
    )
    clients.join(invited=second, person=anais.person, by=anais.person)
    clients.open_engagement(
        coach=cast.bruno, vault=cast.vault("Bruno Keller"), client=second, sponsor=None, wording="B", title="Chez Bruno",
        objective="", planned_sessions=None, by=cast.bruno,
    )  # fmt: skip

    hers = signed_in(anais.person)
    home = shown(hers.get(reverse("client_home")))

    assert ("Camille Aubry" in home, "Bruno Keller" in home) == (True, True)
    for coach, mine, others in ((cast.camille, anais, second), (cast.bruno, second, anais)):
        browser = signed_in(coach.person)
        assert browser.get(reverse("client_page", args=[mine.pk])).status_code == 200
        assert browser.get(reverse("client_page", args=[others.pk])).status_code == 404
        assert others.name not in shown(browser.get(reverse("client_list")))
    assert "Chez Bruno" not in shown(signed_in(cast.camille.person).get(reverse("engagement_page", args=[room.engagement.pk])))
    assert User.objects.filter(username=anais.person.username).count() == 1


def test_whoever_is_client_and_contact_has_two_spaces_that_know_nothing_of_each_other(cast: Cast) -> None:
    room = Room(cast)
    boreal = clients.add_sponsor(coach=cast.bruno, name="Boréal Conseil", domain="", by=cast.bruno)
    as_contact = clients.add_contact(
        sponsor=boreal, name="Anaïs L.", address="anais@example.org", role="hr", language="fr", rights=["receive"], by=cast.bruno
    )
    clients.join(invited=as_contact, person=cast.anais.person, by=cast.anais.person)

    hers = signed_in(cast.anais.person)
    home = shown(hers.get(reverse("home")))
    spaces = {name: shown(hers.get(reverse(name))) for name in ("client_home", "contact_home")}

    assert ("Mon accompagnement" in home, "Mon organisation" in home) == (True, True)
    assert "Boréal" not in spaces["client_home"]
    assert "Prise de poste" not in spaces["contact_home"]
    assert hers.get(reverse("contact_engagement", args=[room.engagement.pk])).status_code == 404


def test_a_scanner_that_follows_every_link_of_every_letter_changes_nothing(cast: Cast, settings: Any, tmp_path: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path
    client = clients.add_client(coach=cast.camille, name="Noé", address="noe@example.org", phone="", job="", language="fr", by=cast.camille)
    clients.invite(invited=client, by=cast.camille)
    agreements.sent(cast.engagement(cast.anais))
    Browser().post(reverse("lost"), {"address": "anais@example.org"})
    jobs.run_pending()
    letters = {link.removeprefix(settings.URL) for letter in agreements.letters(tmp_path, settings) for link in letter.links}
    before = (LedgerEntry.objects.count(), AgreementEvent.objects.count(), User.objects.count())
    links = {row.pk: (row.token, row.used_at, row.expires_at) for row in Link.objects.all()}

    for link in letters:
        for method in ("get", "head", "options", "get", "head"):
            assert getattr(Browser(headers={"user-agent": "SafeLinks"}), method)(link).status_code in {200, 302, 405}, link

    assert {link.split("/")[1] for link in letters} >= {"link", "sign"}
    assert (LedgerEntry.objects.count(), AgreementEvent.objects.count(), User.objects.count()) == before
    assert {row.pk: (row.token, row.used_at, row.expires_at) for row in Link.objects.all()} == links


def test_signing_in_twice_at_once_and_typing_in_two_tabs_of_one_browser_end_nothing(cast: Cast) -> None:
    first, second = signed_in(cast.camille.person), signed_in(cast.camille.person)

    again = first.post(reverse("account_login"), {"login": cast.camille.person.address, "password": PASSPHRASE})

    assert again.status_code == 302
    assert [browser.get(reverse("today")).status_code for browser in (first, second)] == [200, 200]
