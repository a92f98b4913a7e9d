"""What is signed is what was sent: real PDFs, read back, kept byte for byte and encrypted."""

from __future__ import annotations

import hashlib
import io
import re

import pypdf
import pytest
from django.db import connection

from clients import actions as clients
from consent import documents
from consent.models import Agreement
from tests.consent.agreements import drafted, evidence, sent, signed

BOTH = pytest.mark.parametrize("language", ["fr", "en"])
WORDINGS = pytest.mark.parametrize("wording", ["A", "B"])
HARD = 'Zoé-Élodie "Cœur" d’Œuvrard <b>& fils</b> ' + "Maximilienne-Barthélemy " * 3 + "É'l"


def read(document: bytes) -> str:
    """The PDF's words, on one line."""
    pages = pypdf.PdfReader(io.BytesIO(document)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def without_breaks(text: str) -> str:
    """The text without spaces and the hyphens of broken words, for comparing with what a PDF gives back."""
    return re.sub(r"[\s\u00ad\u2010-]", "", text)


@BOTH
@WORDINGS
def test_the_pdf_says_every_sentence_of_the_page(cast, language: str, wording: str) -> None:
    engagement = cast.engagement(cast.anais, wording=wording)
    text = documents.write_text(engagement=engagement, wording=wording, language=language, years=3)

    said = without_breaks(read(documents.render_text(text, reference="CV-1")))

    # a paragraph may go on overleaf: the head and the foot of the pages are no part of it
    body = re.sub(rf"CoachVaultConfiden(?:tial|tiel)|{without_breaks(text.title)}·CV1\d/\d", "", said)
    for clause in text.clauses:
        for line in (clause["title"], *clause["paragraphs"]):
            assert without_breaks(line) in body
    assert "3ans" in body or "3years" in body


@BOTH
def test_names_stand_as_they_are_written_and_are_never_read_as_html_or_as_a_template(cast, language: str) -> None:
    assert len(HARD) <= 120
    for name in (HARD, "N" * 120, "{coach} {0} {% now 'Y' %} {{ agreement }}"):
        client = clients.add_client(
            coach=cast.camille, name=name, address="z@elsewhere.example", phone="", job="", language=language, by=cast.camille
        )
        text = documents.write_text(engagement=cast.engagement(client), wording="A", language=language, years=1)

        said = read(documents.render_text(text, reference="CV-1"))

        assert text.parties["client"] == name
        assert without_breaks(name) in without_breaks(said)


def test_the_same_text_gives_the_same_bytes_and_a_draft_says_that_it_is_one(cast) -> None:
    text = documents.write_text(engagement=cast.engagement(cast.anais), wording="A", language="fr", years=3)

    assert documents.render_text(text, reference="CV-1") == documents.render_text(text, reference="CV-1")
    assert "Brouillon, à ne pas signer" in read(documents.render_text(text, reference="CV-1", is_draft=True))


def test_the_signed_copy_holds_both_signatures_their_evidence_and_the_very_bytes_that_were_signed(cast) -> None:
    engagement = cast.engagement(cast.anais)
    fixed = documents.render_text(documents.text_of(drafted(engagement)), reference="CV-1")
    agreement = signed(engagement, document=fixed)
    theirs = evidence(agreement, name="Anaïs Œ. Lefort", at="2026-11-24T13:05:09.123456+00:00")
    ours = evidence(agreement, "coach", name="Camille Aubry", network="198.51.100.4")

    copy = documents.render_signed_copy(agreement, client=theirs, coach=ours)

    said = without_breaks(read(copy))
    for shown in (
        "Anaïs Œ. Lefort",
        "Camille Aubry",
        "192.0.2.7",
        "198.51.100.4",
        "Firefox",
        agreement.sha256,
        theirs["statement"],
        ours["statement"],
    ):
        assert without_breaks(shown) in said
    enclosed = pypdf.PdfReader(io.BytesIO(copy)).attachments[f"{documents.reference(agreement)}.pdf"][0]
    assert enclosed == fixed
    assert hashlib.sha256(enclosed).hexdigest() == agreement.sha256


def test_a_signed_copy_is_not_made_of_other_bytes_than_those_signed(cast) -> None:
    agreement = signed(cast.engagement(cast.anais))
    agreement.document = b"%PDF-1.7 another"

    with pytest.raises(documents.pdf.PdfFailed):
        documents.render_signed_copy(agreement, client=evidence(agreement), coach=evidence(agreement, "coach"))


def test_the_stored_document_is_the_one_given_and_its_hash_stands_beside(cast) -> None:
    agreement = Agreement.objects.get(pk=sent(cast.engagement(cast.anais), document=b"%PDF-1.7 \x00\xff exactly").pk)

    assert agreement.document == b"%PDF-1.7 \x00\xff exactly"
    assert agreement.sha256 == hashlib.sha256(b"%PDF-1.7 \x00\xff exactly").hexdigest()


def test_a_changed_template_or_name_changes_nothing_of_what_was_sent(cast) -> None:
    agreement = sent(cast.engagement(cast.anais))
    clients.change_client(client=cast.anais, details={"name": "Somebody Else"}, language="en", by=cast.camille)

    text = documents.text_of(Agreement.objects.get(pk=agreement.pk))

    assert text.parties["client"] == "Anaïs Lefort"
    assert text.language == "fr"


def test_nothing_readable_of_an_agreement_lies_in_the_tables(cast) -> None:
    agreement = signed(cast.engagement(cast.anais), document=b"%PDF-1.7 the words of the document")

    with connection.cursor() as cursor:
        cursor.execute(
            "select row_to_json(a)::text from consent_agreement a union all select row_to_json(s)::text from consent_signature s"
        )
        stored = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("select details, document from consent_agreement union all select evidence, evidence from consent_signature")
        raw = b" ".join(bytes(value) for row in cursor.fetchall() for value in row)

    for secret in (
        "Anaïs",
        "Lefort",
        "Camille",
        "Horizon",
        "192.0.2.7",
        "Firefox",
        "confidential",
        "%PDF",
        agreement.sha256,
        "words of the document",
    ):
        assert secret not in stored
        assert secret.encode() not in raw
        assert secret.encode().hex() not in stored
