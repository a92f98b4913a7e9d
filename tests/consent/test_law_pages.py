"""The register's pages: two pages before anything is recorded, nothing typed is lost, and nobody else finds a trace."""

from __future__ import annotations

import base64
import io
import re
from datetime import timedelta
from uuid import uuid4

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients.models import Engagement
from consent import law
from consent.models import LegalAddition, LegalDisclosure, Task
from tests.cast import PASSPHRASE, signed_in
from tests.consent import agreements, register
from vault.models import LedgerEntry

HIDDEN = re.compile(r'name="(once|checked)" value="([^"]+)"')
TYPED = {
    "way": "requisition",
    "ground": "court_or_authority",
    "authority": "Tribunal de Nantes",
    "reference": "RG 26/0417",
    "given": "Les dates\r\ndes séances",
    "day": "2026-03-04",
    "time": "09:30",
    "less": "Les dates seules",
    "told": "later",
    "why": "",
    "why_not": "Le juge l’interdit",
    "review_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
}
SAID = {"step": "record", "is_said": "on", "word": "Consigner "}
PHOTO = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@pytest.fixture
def engagement(cast) -> Engagement:
    """Camille's engagement with Anaïs."""
    return cast.engagement(cast.anais)


@pytest.fixture
def hers(cast, engagement) -> Browser:
    """Camille’s browser, the passphrase just typed."""
    found = signed_in(cast.camille.person)
    found.post(reverse("account_reauthenticate"), {"password": PASSPHRASE})
    return found


def address(engagement: Engagement) -> str:
    return reverse("law_new", args=[engagement.pk])


def checked(hers: Browser, engagement: Engagement, **more: str) -> dict[str, str]:
    """What the second page sends, after the first one checked it."""
    answer = hers.post(address(engagement), TYPED | {"step": "check"} | more)
    assert answer.status_code == 200
    return TYPED | more | dict(HIDDEN.findall(answer.content.decode())) | SAID


def forget_the_passphrase(hers: Browser) -> None:
    """As if it had been typed long ago."""
    session = hers.session
    session["account_authentication_methods"] = []
    session.save()


# Two pages


def test_two_pages_make_one_entry_word_for_word(hers, engagement) -> None:
    answer = hers.post(address(engagement), checked(hers, engagement) | {"file": SimpleUploadedFile("x.pdf", agreements.blank(2))})

    row = LegalDisclosure.objects.get()
    assert answer["Location"] == reverse("law_page", args=[row.pk])
    page = hers.get(answer["Location"]).content.decode()
    assert "Tribunal de Nantes" in page
    assert "Le document reçu" in page
    received = hers.get(reverse("law_received", args=[row.pk]))
    assert len(pypdf.PdfReader(io.BytesIO(received.content)).pages) == 2
    assert received["Cache-Control"] == "no-store"


def test_nothing_is_recorded_by_the_first_page_alone(hers, engagement) -> None:
    checked(hers, engagement)

    assert not LegalDisclosure.objects.exists()
    assert not LedgerEntry.objects.filter(event__startswith="law.").exists()


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"once": str(uuid4()), "checked": "0" * 64},
        {"once": "not one", "checked": "x"},
    ],
)
def test_a_second_page_without_the_first_records_nothing_and_keeps_what_was_typed(hers, engagement, forged: dict) -> None:
    answer = hers.post(address(engagement), TYPED | SAID | forged)

    assert answer.status_code == 422
    assert "RG 26/0417" in answer.content.decode()
    assert not LegalDisclosure.objects.exists()


@pytest.mark.parametrize(
    "change", [{"given": "Tout le dossier"}, {"ground": "tax"}, {"once": str(uuid4())}, {"way": "immediate_danger", "called": "x"}]
)
def test_what_was_changed_after_the_check_is_not_recorded(hers, engagement, change: dict) -> None:
    answer = hers.post(address(engagement), checked(hers, engagement) | change)

    assert answer.status_code == 422
    assert not LegalDisclosure.objects.exists()


def test_a_check_counts_for_this_engagement_and_this_coach_alone(cast, hers, engagement) -> None:
    sent = checked(hers, engagement)
    other = cast.engagement(cast.karim)

    assert hers.post(address(other), sent).status_code == 422
    assert signed_in(cast.bruno.person).post(address(engagement), sent).status_code == 404
    assert not LegalDisclosure.objects.exists()


def test_sending_the_second_page_twice_makes_one_entry(hers, engagement) -> None:
    sent = checked(hers, engagement, told="now", why="Il le fallait")

    answers = [hers.post(address(engagement), sent) for _ in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]
    assert (LegalDisclosure.objects.count(), LegalAddition.objects.count()) == (1, 1)


@pytest.mark.parametrize("wrong", [{"word": "oui"}, {"word": ""}, {"is_said": ""}])
def test_without_the_word_or_the_statement_nothing_is_recorded(hers, engagement, wrong: dict) -> None:
    answer = hers.post(address(engagement), checked(hers, engagement) | wrong)

    assert answer.status_code == 422
    assert 'name="given" value="Les dates' in answer.content.decode()
    assert not LegalDisclosure.objects.exists()


def test_the_passphrase_is_asked_on_the_page_itself(hers, engagement) -> None:
    sent = checked(hers, engagement)
    forget_the_passphrase(hers)

    refused = [hers.post(address(engagement), sent | more) for more in ({}, {"password": "not my passphrase at all"})]
    assert [answer.status_code for answer in refused] == [422, 422]
    assert "Tribunal de Nantes" in refused[1].content.decode()
    assert not LegalDisclosure.objects.exists()

    assert hers.post(address(engagement), sent | {"password": PASSPHRASE}).status_code == 302
    assert LegalDisclosure.objects.count() == 1


def test_going_back_loses_nothing(hers, engagement) -> None:
    page = hers.post(address(engagement), checked(hers, engagement) | {"step": "edit"}).content.decode()

    for text in ("RG 26/0417", "des séances", "Le juge l’interdit", TYPED["review_on"], "09:30"):
        assert text in page
    assert "errorlist" not in page


def test_what_is_missing_is_said_and_what_is_there_is_kept(hers, engagement) -> None:
    answer = hers.post(address(engagement), TYPED | {"step": "check", "less": "", "given": ""})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "moins n’aurait pas suffi" in page
    assert "RG 26/0417" in page


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.pdf", b"%PDF- broken"), ("x.png", b"no picture"), ("x.pdf", b""), ("x.pdf", b"%PDF-" + b"0" * (4 * 1024 * 1024))],
)
def test_a_document_that_is_none_or_too_large_is_refused(hers, engagement, name: str, content: bytes) -> None:
    answer = hers.post(address(engagement), checked(hers, engagement) | {"file": SimpleUploadedFile(name, content)})

    assert answer.status_code == 422
    assert not LegalDisclosure.objects.exists()


def test_a_photograph_becomes_a_page(hers, engagement) -> None:
    hers.post(address(engagement), checked(hers, engagement) | {"file": SimpleUploadedFile("x.png", PHOTO)})

    received = hers.get(reverse("law_received", args=[LegalDisclosure.objects.get().pk]))
    assert received.content.startswith(b"%PDF-")


def test_an_unknown_way_and_a_foreign_engagement_lead_nowhere(cast, hers, engagement) -> None:
    assert hers.post(address(engagement), TYPED | {"way": "rumour", "step": "record"}).status_code == 422
    assert cast.bruno
    assert hers.get(reverse("law_new", args=[uuid4()])).status_code == 404


# An immediate danger, from the call to the papers


def test_an_immediate_danger_is_recorded_with_little_and_completed_later(hers, engagement) -> None:
    little = {"way": "immediate_danger", "ground": "serious_danger", "called": "SAMU", "authority": "", "reference": "", "less": ""}
    hers.post(address(engagement), checked(hers, engagement, **little))
    row = LegalDisclosure.objects.get()
    complete = reverse("law_complete", args=[row.pk])
    assert Task.objects.open().filter(kind="law_papers", about=row.pk).exists()

    empty = hers.post(complete, {"authority": "", "reference": "", "written": "Ce que j’ai écrit"})
    assert empty.status_code == 422
    assert "Ce que j’ai écrit" in empty.content.decode()
    papers = {"authority": "Préfecture", "reference": "2026-118", "less": "Il fallait l’adresse"}
    assert hers.post(complete, papers | {"file": SimpleUploadedFile("x.pdf", agreements.blank(1))}).status_code == 302

    assert not Task.objects.open().filter(kind="law_papers").exists()
    assert hers.get(complete).status_code == 302
    assert hers.get(reverse("law_papers", args=[row.pk])).content.startswith(b"%PDF-")
    assert hers.get(reverse("law_received", args=[row.pk])).status_code == 404


@pytest.mark.parametrize("name", ["law_complete", "law_tell", "law_review"])
def test_each_addition_asks_for_the_passphrase_too(cast, hers, engagement, name: str) -> None:
    row = register.recorded(engagement, cast.vault("Camille Aubry"), register.entry("immediate_danger"))
    forget_the_passphrase(hers)
    sent = {"authority": "a", "reference": "b", "written": "c", "less": "d", "why": "e", "why_not": "f"}
    sent["review_on"] = (timezone.localdate() + timedelta(days=9)).isoformat()

    refused = hers.post(reverse(name, args=[row.pk]), sent)

    assert refused.status_code == 422
    assert not row.additions.exists()
    assert hers.post(reverse(name, args=[row.pk]), sent | {"password": PASSPHRASE}).status_code == 302
    assert row.additions.count() == 1


@pytest.mark.parametrize("name", ["law_pdf", "law_received", "law_papers"])
def test_a_document_leaves_only_after_the_passphrase(cast, hers, engagement, name: str) -> None:
    row = register.completed(register.danger(engagement, cast.vault("Camille Aubry"), "x"), cast.vault("Camille Aubry"), "y")
    forget_the_passphrase(hers)

    answer = hers.get(reverse(name, args=[row.pk]))

    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_the_pdf_holds_both_parts_and_its_name_tells_nothing(cast, hers, engagement) -> None:
    vault = cast.vault("Camille Aubry")
    row = register.completed(register.danger(engagement, vault, "Il a dit qu’il partait"), vault, "Le courrier du lendemain")

    answer = hers.get(reverse("law_pdf", args=[row.pk]))

    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    assert "Il a dit qu’il partait" in text
    assert "Le courrier du lendemain" in text
    assert answer["Content-Disposition"] == f'inline; filename="CV-{row.pk.hex[:8].upper()}.pdf"'


def test_every_reading_is_written_down(cast, hers, engagement) -> None:
    row = register.recorded(engagement, cast.vault("Camille Aubry"), register.entry())

    hers.get(reverse("law_page", args=[row.pk]))
    hers.get(reverse("law_list"))

    assert LedgerEntry.objects.filter(event="law.read", about=row.pk).count() == 1


# What the client sees


SECOND = re.compile(rb'data-(?:now|lock-at)="\d*"|[A-Za-z0-9]{64}')
LINKS = re.compile(r'href="(/(?:client|contact)[^"#]*)"')


def jobs_waiting() -> int:
    """How many jobs were ever deferred: letters among them."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs")
        return int(cursor.fetchone()[0])


def space(theirs: Browser, start: str) -> dict[str, bytes]:
    """Every page of a space that links lead to, to the byte, but for tokens and seconds."""
    seen: dict[str, bytes] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            answer = theirs.get(path)
            seen[path] = SECOND.sub(b"", answer.content)
            waiting += LINKS.findall(answer.content.decode("utf-8", "replace"))
    return seen


def test_until_they_are_told_the_spaces_of_client_and_contact_are_the_same_to_the_byte(cast, engagement) -> None:
    people = [(signed_in(cast.anais.person), "/client/"), (signed_in(cast.helene.person), "/contact/")]
    vault = cast.vault("Camille Aubry")
    before, mails = [space(theirs, start) for theirs, start in people], jobs_waiting()

    row = register.completed(register.danger(engagement, vault, "a"), vault, "b")
    register.recorded(engagement, vault, register.entry())

    assert [space(theirs, start) for theirs, start in people] == before
    assert jobs_waiting() == mails
    anais = people[0][0]
    assert anais.get(reverse("client_law", args=[row.pk])).status_code == 404
    for name in ("law_page", "law_tell", "law_pdf"):
        assert anais.get(reverse(name, args=[row.pk])).status_code == 404


def test_once_told_the_client_reads_what_to_whom_when_and_why_and_the_contact_nothing(cast, hers, engagement) -> None:
    row = register.recorded(engagement, cast.vault("Camille Aubry"), register.entry(text="Les dates de mars"))
    contact = signed_in(cast.helene.person)
    before = space(contact, "/contact/")

    hers.post(reverse("law_tell", args=[row.pk]), {"why": "L’enquête est close"})

    pages = space(signed_in(cast.anais.person), "/client/")
    page = pages[reverse("client_law", args=[row.pk])].decode()
    for text in ("Les dates de mars", "Tribunal de Nantes", "L’enquête est close", "juge ou une autorité"):
        assert text in page
    assert "Les dates seules" not in page
    assert "Personne accompagnée informée" in pages[reverse("client_log", args=[engagement.pk])].decode()
    assert space(contact, "/contact/") == before
    assert signed_in(cast.karim.person).get(reverse("client_law", args=[row.pk])).status_code == 404


def test_told_once_is_told(cast, hers, engagement) -> None:
    row = register.requisition(engagement, cast.vault("Camille Aubry"), "x", told=True)

    for name in ("law_tell", "law_review"):
        assert hers.post(reverse(name, args=[row.pk]), {"why": "encore"}).status_code == 302

    assert row.additions.count() == 1


def test_the_page_says_what_the_ledger_does_not_know(cast, hers, engagement) -> None:
    row = register.recorded(engagement, cast.vault("Camille Aubry"), register.entry())
    said = "ne connaît pas cette entrée"
    assert said not in hers.get(reverse("law_page", args=[row.pk])).content.decode()

    forged = LegalDisclosure(engagement=engagement, way=row.way, ground=row.ground, review_on=row.review_on, made_at=timezone.now())
    forged.body = cast.vault("Camille Aubry").seal('{"way":"requisition","ground":"tax","given_at":null,"review_on":null}', forged.place())
    forged.save(force_insert=True)

    assert said in hers.get(reverse("law_page", args=[forged.pk])).content.decode()


def test_a_client_without_a_space_is_told_when_they_come(cast, hers) -> None:
    from clients import actions as clients

    noe = clients.add_client(
        coach=cast.camille, name="Noé Arnal", address="noe@example.org", phone="", job="", language="fr", by=cast.camille
    )
    engagement = cast.engagement(noe)

    row = register.requisition(engagement, cast.vault("Camille Aubry"), "x", told=True)

    assert row.additions.count() == 1
    assert law.is_confirmed(row)
