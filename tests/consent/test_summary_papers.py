"""What is kept of a summary as a file, who is told of it, and how a client strikes lines."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from django.urls import reverse

from consent import overview
from consent.actions import consents, copies
from consent.actions import summaries as actions
from consent.models import Proposal
from consent.wanted import Wanted, sentences
from support import pdf
from support.pdf import PdfFailed
from tests.cast import Cast, signed_in
from tests.consent.stages import OTHER, Stage, at
from tests.consent.test_summaries import TEXT, refused
from vault.models import LedgerEntry


def pages_of(document: bytes) -> list[str]:
    """The words of each page, on one line."""
    found = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages]
    return [" ".join(text.replace("\u202f", " ").replace("\xa0", " ").split()) for text in found]


def test_the_contact_s_file_names_them_and_the_time_on_each_page_and_is_told_to_the_client(cast: Cast) -> None:
    stage = Stage(cast)
    long = "\n\n".join(f"{number}. {TEXT} " * 6 for number in range(1, 40))
    stage.written(long)
    stage.proposed(text=long)
    stage.approved()
    disclosure = stage.readable()
    helene = signed_in(cast.helene.person)

    answer = helene.get(reverse("contact_summary_pdf", args=[disclosure.pk]))

    pages = pages_of(answer.content)
    assert len(pages) > 1
    for page in pages:
        assert page.count("Hélène Vasseur") >= 3, "at the head, at the foot, across"
        assert re.search(r"\d{4} à \d+ h \d\d", page)
        assert "Approuvé mot pour mot par la personne accompagnée le" in page
    name = answer["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="CV-[0-9A-F]{8}\.pdf"', name)
    assert answer["Cache-Control"] == "no-store"
    assert not [who for who in ("Anaïs", "Hélène", "Vasseur") if who in str(pypdf.PdfReader(io.BytesIO(answer.content)).metadata)]
    kinds = [one.kind for one in overview.what_happened(stage.consent)]
    assert kinds == ["given", "downloaded"]
    client = signed_in(cast.anais.person).get(reverse("client_proposal", args=[stage.proposal.pk])).content.decode()
    assert "Hélène Vasseur l’a gardée dans un fichier" in client
    coach = signed_in(cast.camille.person).get(reverse("summary_page", args=[stage.summary.pk])).content.decode()
    assert "Gardée en fichier par le contact" in coach


def test_every_look_and_every_file_of_each_contact_is_told_apart(cast: Cast) -> None:
    stage = Stage(cast)
    hers, his = stage.disclosed(stage.helene), stage.disclosed(stage.marc)
    stage.look(hers)
    stage.look(his, "Marc Ondel")
    stage.look(his, "Marc Ondel")
    actions.download(disclosure=his, vault=stage.vault("Marc Ondel"), by=stage.marc)

    looks = {row.consent.contact.name: [one.kind for one in overview.what_happened(row.consent)] for row in (hers, his)}

    assert looks == {"Hélène Vasseur": ["given", "opened"], "Marc Ondel": ["given", "opened", "opened", "downloaded"]}
    log = signed_in(cast.anais.person).get(reverse("client_log", args=[stage.story.engagement.pk])).content.decode()
    assert log.count("Synthèse ouverte par un contact") == 3
    assert log.count("Synthèse gardée en fichier par un contact") == 1


def test_the_file_of_what_was_withdrawn_is_found_by_nobody(cast: Cast) -> None:
    stage = at(cast, "read")
    address, browser = reverse("contact_summary_pdf", args=[stage.disclosure.pk]), signed_in(cast.helene.person)
    consents.withdraw(consent=stage.consent, by=stage.anais)

    assert browser.get(address).status_code == 404
    refused("closed", actions.download, disclosure=stage.disclosure, vault=stage.vault("Helene Vasseur"), by=stage.helene)
    assert not LedgerEntry.objects.filter(event="summary.downloaded").exists()


def test_the_page_says_for_whom_and_when_it_was_opened(cast: Cast) -> None:
    stage = at(cast, "authorised")

    page = signed_in(cast.helene.person).get(reverse("contact_summary", args=[stage.disclosure.pk])).content.decode()

    assert "Pour Hélène Vasseur, et personne d’autre\u202f; ouvert le" in page
    assert page.count("Hélène Vasseur ·") >= 12, "across the text"
    assert "Approuvé mot pour mot" in page


@pytest.mark.parametrize("state", ["waiting", "refused", "lapsed", "void", "withdrawn", "ended"])
def test_client_and_coach_keep_their_own_copy_in_every_state(cast: Cast, state: str) -> None:
    stage = at(cast, state)

    client = signed_in(cast.anais.person).get(reverse("client_proposal_pdf", args=[stage.proposal.pk]))
    coach = signed_in(cast.camille.person).get(reverse("proposal_pdf", args=[stage.proposal.pk]))

    for answer, name in ((client, "Anaïs Lefort"), (coach, "Camille Aubry")):
        (page,) = pages_of(answer.content)
        assert TEXT in page
        assert f"Pour {name}" in page
        assert "Copie personnelle" in page
        assert "Approuvé mot pour mot" not in page
    assert [row.by for row in LedgerEntry.objects.filter(event="summary.copied").order_by("position")] == [
        stage.anais.person_id,
        stage.camille.person_id,
    ]


def test_nobody_else_keeps_a_copy(cast: Cast) -> None:
    stage = at(cast, "waiting")
    facts = {"proposal": Proposal.objects.select_related("summary__engagement__coach").get(pk=stage.proposal.pk)}

    refused("not_the_client", copies.keep_copy, vault=stage.vault("Anais Lefort"), by=cast.karim, **facts)
    refused("not_the_coach", copies.keep_copy, vault=stage.vault("Camille Aubry"), by=cast.bruno, **facts)


def test_a_file_that_cannot_be_made_is_said_and_leads_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = at(cast, "authorised")
    browser = signed_in(cast.helene.person)

    def full(*_args: object, **_facts: object) -> bytes:
        raise PdfFailed("no room")

    monkeypatch.setattr(pdf, "render", full)
    answer = browser.get(reverse("contact_summary_pdf", args=[stage.disclosure.pk]), follow=True)

    assert "Le fichier n’a pas pu être préparé" in answer.content.decode()
    assert TEXT in answer.content.decode()


def test_a_text_that_looks_like_markup_is_only_a_text(cast: Cast) -> None:
    stage = Stage(cast)
    nasty = '<img src="file:///etc/passwd"> {{ 7|add:7 }} <script>alert(1)</script>'
    stage.written(nasty)
    stage.proposed(text=nasty)
    stage.approved()
    stage.readable()
    helene = signed_in(cast.helene.person)

    (page,) = pages_of(helene.get(reverse("contact_summary_pdf", args=[stage.disclosure.pk])).content)
    shown = helene.get(reverse("contact_summary", args=[stage.disclosure.pk])).content.decode()

    assert "<script>alert(1)</script>" in page
    assert "{{ 7|add:7 }}" in page
    assert "<script>alert(1)" not in shown


# What the client would have


@pytest.mark.parametrize(
    "text",
    [
        "Anaïs a posé trois jalons. Elle tient !\n\nM. Dupont l’aide ; J. Martin aussi. Elle dit « oui. » Fin",
        "Une seule ligne",
        "a\nb\r\nc",
        "3. Trois. 4. Quatre…  Puis rien",
        "",
        "\n\n",
    ],
)
def test_sentences_put_together_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text


def test_a_text_is_struck_by_sentences_and_lines() -> None:
    assert sentences("Elle tient ! M. Dupont l’aide. « Bien. » Fin\nPuis") == [
        "Elle tient ! ",
        "M. Dupont l’aide. ",
        "« Bien. » ",
        "Fin\n",
        "Puis",
    ]


def test_text_and_comment_are_kept_as_one_and_read_again() -> None:
    wanted = Wanted('Un « texte » avec "guillemets"\n', "{}")

    assert Wanted.read(wanted.kept()) == wanted


def test_the_client_s_text_and_comment_reach_the_coach_who_sees_the_words_that_differ(cast: Cast) -> None:
    stage = at(cast, "waiting")
    signed_in(cast.anais.person).post(
        reverse("client_proposal_change", args=[stage.proposal.pk]),
        {"text": "Anaïs a posé deux jalons avec son équipe et les tient.", "comment": "Deux, pas trois."},
    )

    page = signed_in(cast.camille.person).get(reverse("summary_page", args=[stage.summary.pk])).content.decode()

    flat = re.sub(r"<span class=\"visually-hidden\">.*?</span>", "", page)
    assert "<del>trois</del><ins>deux</ins>" in flat
    assert "Deux, pas trois." in page


@pytest.mark.parametrize(
    ("text", "comment", "said"),
    [
        (TEXT, "", "Le texte n’a pas changé"),
        (TEXT + "\r\n", " ", "Le texte n’a pas changé"),
        ("  ", "Rien du tout.", "Il ne reste rien du texte"),
        ("", "", "Il ne reste rien du texte"),
        ("x" * 20_001, "", "20000"),
        (OTHER, "y" * 2_001, "2000"),
    ],
)
def test_what_cannot_be_sent_is_said_and_nothing_typed_is_lost(cast: Cast, text: str, comment: str, said: str) -> None:
    stage = at(cast, "waiting")

    answer = signed_in(cast.anais.person).post(
        reverse("client_proposal_change", args=[stage.proposal.pk]), {"text": text, "comment": comment}
    )

    page = answer.content.decode()
    assert said in page
    assert text.strip() in page
    assert comment.strip() in page
    stage.proposal.refresh_from_db()
    assert stage.proposal.state == "proposed"


def test_line_ends_that_a_browser_adds_are_no_change(cast: Cast) -> None:
    stage = Stage(cast)
    browser = signed_in(cast.camille.person)
    browser.post(
        reverse("summary_page", args=[stage.summary.pk]), {"text": "Un.\r\nDeux.", "version": "1"}, headers={"x-requested-with": "fetch"}
    )
    stage.summary.refresh_from_db()

    assert stage.vault("Camille Aubry").open(stage.summary.body, stage.summary.place()) == "Un.\nDeux."
