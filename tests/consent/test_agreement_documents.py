"""What is signed is what was sent: real PDFs, read back, kept byte for byte and encrypted."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata

import pypdf
import pytest
from django.db import connection
from django.urls import reverse

from clients import actions as clients
from consent import completing, documents, fixing, wordings
from consent.models import Agreement
from pades import writing
from support import pdf
from support.pdf import PdfFailed
from support.words import typographic
from tests.cast import signed_in
from tests.consent.agreements import choices, completed, drafted, evidence, french, in_force, sent, signed

BOTH = pytest.mark.parametrize("language", ["fr", "en"])
WORDINGS = pytest.mark.parametrize("wording", ["A", "B"])
KINDS = [("confidentiality", "A"), ("confidentiality", "B"), ("coaching", "A"), ("coaching", "B"), ("three_way", "A")]
HARD = 'Zoé-Élodie "Cœur" d’Œuvrard <b>& fils</b> ' + "Maximilienne-Barthélemy " * 3 + "É'l"
NAMES = {
    "œ and ’": "Cœur d’Œuvrard-Lefèvre",
    "Arabic": "ليلى بن سعيد",
    "Chinese": "王小明",
    "emoji": "Zoé 👩‍👩‍👧 🇫🇷 👍🏽",
    "120 characters": "Maximilienne-Barthélemy " * 4 + "de la Tour d’Auvergne œ",
    "as HTML": "<img src=file:///etc/passwd> & {client} {% now 'Y' %}",
}


def read(document: bytes) -> str:
    """The PDF's words, on one line."""
    pages = pypdf.PdfReader(io.BytesIO(document)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def without_breaks(text: str) -> str:
    """The text without spaces and the hyphens of broken words, for comparing with what a PDF gives back."""
    return re.sub(r"[\s\u00ad\u2010-]", "", unicodedata.normalize("NFKC", text))


def text_for(engagement, kind: str = "confidentiality", wording: str = "A", language: str = "fr", **more) -> documents.Text:
    return documents.write_text(engagement=engagement, choices=choices(kind, wording, language, **more))


@BOTH
@pytest.mark.parametrize(("kind", "wording"), KINDS)
def test_the_pdf_says_every_sentence_of_the_page(cast, language: str, kind: str, wording: str) -> None:
    text = text_for(cast.engagement(cast.anais, wording=wording), kind, wording, language)

    said = without_breaks(read(documents.render_text(text, reference="CV-1")))

    # a paragraph may go on overleaf: the head and the foot of the pages are no part of it
    body = re.sub(rf"CoachVaultConfiden(?:tial|tiel)|{re.escape(without_breaks(text.title))}·CV1\d/\d", "", said)
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
        text = text_for(cast.engagement(client), language=language)

        said = read(documents.render_text(text, reference="CV-1"))

        assert text.parties["client"] == name
        assert without_breaks(name) in without_breaks(said)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_goes_the_whole_way_from_the_draft_to_the_proof_as_it_is_written(cast, name: str) -> None:
    assert len(name) <= 120
    client = clients.add_client(
        coach=cast.camille, name=name, address="z@elsewhere.example", phone="", job="", language="fr", by=cast.camille
    )

    agreement = completed(cast.engagement(client, sponsor=False), real=True)

    assert agreement.signatories.get(role="client").evidence["name"] == name
    report = completing.verifying.check(agreement.signed_document, fields=["Sent", "Client", "Coach", "Archive"], at=agreement.completed_at)
    assert report.problems == ()
    assert report.signatures[1].name == writing.certificates.written(name)
    if name not in {NAMES["Arabic"], NAMES["Chinese"], NAMES["emoji"]}:  # the bundled fonts have no letters for these
        assert without_breaks(name) in without_breaks(read(agreement.signed_document))
        assert without_breaks(name) in without_breaks(read(agreement.proof))


def test_a_value_typed_with_html_a_path_or_a_placeholder_stands_as_it_was_typed(cast) -> None:
    typed = "<b>Au cabinet</b> <img src='file:///etc/passwd'> file:///etc/passwd {client} {{ 7|add:7 }} &lt;"
    chosen = choices("coaching")
    chosen = documents.Choices(**{**vars(chosen), "values": {**chosen.values, "place": typed, "goals": typed}})
    text = documents.write_text(engagement=cast.engagement(cast.anais), choices=chosen)

    said = without_breaks(read(documents.render_text(text, reference="CV-1")))

    assert without_breaks(typed) in said
    assert "root:" not in said


@pytest.fixture
def long(cast) -> Agreement:
    """An agreement of sixty pages that both have signed."""
    own = [wordings.OwnClause(f"Article {number}", "\n\n".join(["Une phrase qui dure. " * 60] * 6)) for number in range(1, 26)]
    return in_force(cast.engagement(cast.anais), real=True, own=own)


def test_an_agreement_of_sixty_pages_is_sent_and_signed(long) -> None:
    assert 55 <= long.details["pages"] <= 65
    assert pdf.count(long.signed_document) == long.details["pages"]
    assert long.signed_document.startswith(long.document)


def test_an_agreement_of_sixty_pages_is_complete(long) -> None:
    assert completing.complete(long.pk)


def test_a_text_too_long_for_a_pdf_is_not_sent_and_nothing_is_half_written(cast) -> None:
    own = [wordings.OwnClause(f"Article {number}", "é" * 8_000) for number in range(1, 700)]
    agreement = drafted(cast.engagement(cast.anais), own=own)
    with pytest.raises(PdfFailed):
        fixing.fix(agreement, documents.text_of(agreement), at=agreement.made_at)

    answer = signed_in(cast.camille.person).post(reverse("agreement_send", args=[agreement.pk]))

    row = Agreement.objects.get(pk=agreement.pk)
    assert answer.status_code == 302
    assert (row.state, row.document, row.sent_at, row.files.count()) == ("draft", None, None, 0)
    assert [event.kind for event in row.events.all()] == ["drafted"]


def test_the_same_text_gives_the_same_bytes_and_a_draft_says_that_it_is_one(cast) -> None:
    text = text_for(cast.engagement(cast.anais))

    assert documents.render_text(text, reference="CV-1") == documents.render_text(text, reference="CV-1")
    assert french("Draft, not for signature") in read(documents.render_text(text, reference="CV-1", is_draft=True))


def test_the_signed_file_begins_with_what_was_sent_and_shows_both_names_and_the_proof_holds_the_evidence(cast) -> None:
    agreement = completed(cast.engagement(cast.anais), real=True)

    proof, last = without_breaks(read(agreement.proof)), agreement.details["pages"]

    assert agreement.signed_document.startswith(agreement.document)
    assert hashlib.sha256(agreement.document).hexdigest() == agreement.sha256
    assert hashlib.sha256(agreement.signed_document).hexdigest() == agreement.final_sha256
    assert pdf.page(agreement.signed_document, 1) == pdf.page(agreement.document, 1)
    assert pdf.page(agreement.signed_document, last) != pdf.page(agreement.document, last), "the signatures are seen"
    for one in agreement.signatories.all():
        for shown in (one.evidence["name"], one.evidence["network"], one.evidence["browser"], one.evidence["statement"], agreement.sha256):
            assert without_breaks(shown) in proof
    enclosed = pypdf.PdfReader(io.BytesIO(agreement.proof)).attachments
    assert enclosed[f"{documents.reference(agreement)}.pdf"][0] == agreement.signed_document
    assert set(enclosed) == {f"{documents.reference(agreement)}.pdf", "proof.json", "verify.py"}


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
    assert text.signers[0]["name"] == "Anaïs Lefort"


def test_nothing_readable_of_an_agreement_lies_in_the_tables(cast) -> None:
    agreement = in_force(cast.engagement(cast.anais), document=b"%PDF-1.7 the words of the document")
    tables = ("consent_agreement", "consent_signatory", "consent_agreementevent", "consent_knownfile")

    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(f"select row_to_json(t)::text from {table} t" for table in tables))
        stored = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute(
            "select details, document from consent_agreement union all select details, evidence from consent_signatory "
            "union all select details, details from consent_agreementevent"
        )
        raw = b" ".join(bytes(value) for row in cursor.fetchall() for value in row if value)

    secrets = ("Anaïs", "Lefort", "Camille", "Horizon", "192.0.2.7", "Firefox", "%PDF", agreement.sha256, "words of the document")
    for secret in secrets:
        assert secret not in stored
        assert secret.encode() not in raw
        assert secret.encode().hex() not in stored


def test_a_document_that_was_signed_is_never_rendered_again(cast) -> None:
    agreement = signed(cast.engagement(cast.anais), document=b"%PDF-1.7 as it was then")

    assert agreement.document == b"%PDF-1.7 as it was then"
    assert agreement.signed_document == b"%PDF-1.7 as it was then signed by Client"
    assert evidence(agreement.signatories.get(role="client"))["sha256"] == agreement.sha256


@BOTH
@WORDINGS
@pytest.mark.no_database
def test_each_text_is_well_set_and_has_the_promises_of_its_wording(language: str, wording: str) -> None:
    template = wordings.current(wordings.Kind.CONFIDENTIALITY, language)
    clauses = wordings.compose(wordings.Kind.CONFIDENTIALITY, language, wording=wording, is_paid_for=True, is_consumer=False)
    words = [template.title, template.lead, *template.statements.values(), *(p.text for p in template.key_points[wording])]
    words += [line for clause in clauses for line in (clause.title, *clause.body)]

    expected = {"parties", f"promise_{wording.lower()}", "no_own_interest", f"naming_{wording.lower()}", "colleagues", "law", "retention"}
    assert expected <= {clause.code for clause in clauses}
    assert all(line == typographic(line, language) for line in words)
    assert set(re.findall(r"\{(\w*)\}", " ".join(words))) <= set(wordings.REGISTRY)


@pytest.mark.no_database
def test_a_template_that_was_never_published_is_not_found() -> None:
    with pytest.raises(wordings.UnknownTemplate):
        wordings.find(wordings.Kind.CONFIDENTIALITY, "0", "fr")
