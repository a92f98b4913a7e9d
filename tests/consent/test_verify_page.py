"""Whoever holds a PDF learns whether it is exactly what was signed; the file is read in memory and nothing of it stays."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client as Browser
from django.utils import timezone
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from consent import actions, checking, completing
from consent.checking import Verdict
from consent.models import Agreement
from pades import verifying, writing
from tests.consent.agreements import completed, in_force, sent
from tests.consent.test_agreement_uploads import pages

PAGE = "/verify/"


@pytest.fixture
def agreement(cast) -> Agreement:
    """An agreement that all have signed, complete, as a real PDF."""
    return completed(cast.engagement(cast.anais), real=True)


def verdict(document: bytes) -> Verdict:
    return checking.check(document, timezone.now()).verdict


def answer(document: bytes, name: str = "x.pdf"):
    return Browser().post(PAGE, {"document": SimpleUploadedFile(name, document)})


def appended(document: bytes, change) -> bytes:
    """The file with one more revision, as anyone can add one."""
    writer, out = IncrementalPdfFileWriter(io.BytesIO(document)), io.BytesIO()
    change(writer)
    writer.write(out)
    return out.getvalue()


def annotation(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    facts = {"/Type": pdf_name("/Annot"), "/Subtype": pdf_name("/FreeText"), "/Contents": generic.pdf_string("sauf pour le DRH")}
    note = generic.DictionaryObject({pdf_name(key): value for key, value in facts.items()})
    note[pdf_name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, (50, 50, 200, 80)))
    page[pdf_name("/Annots")] = generic.ArrayObject([*page.get("/Annots", []), writer.add_object(note)])
    writer.update_container(page)


def attachment(writer: IncrementalPdfFileWriter) -> None:
    file = embed.EmbeddedFileObject.from_file_data(writer, b"{}", mime_type="application/json")
    embed.embed_file(writer, embed.FileSpec("audit.json", embedded_data=file))


def fields(writer: IncrementalPdfFileWriter) -> dict:
    return {str(one.get_object()["/T"]): one.get_object() for one in writer.root["/AcroForm"]["/Fields"]}


def swapped(writer: IncrementalPdfFileWriter) -> None:
    found = fields(writer)
    found["Client"][pdf_name("/AP")] = found["Coach"].raw_get("/AP")
    writer.update_container(found["Client"])


def content(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    contents = page["/Contents"]
    page[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=contents.data + b"\n"))
    writer.update_container(page)


def another_field(writer: IncrementalPdfFileWriter) -> None:
    field = writer.add_object(generic.DictionaryObject({pdf_name("/FT"): pdf_name("/Sig"), pdf_name("/T"): generic.pdf_string("Intrus")}))
    form = writer.root["/AcroForm"]
    form["/Fields"].append(field)
    writer.update_container(form["/Fields"])


def flipped(document: bytes) -> bytes:
    changed = bytearray(document)
    changed[document.index(b"stream") + 60] ^= 1
    return bytes(changed)


def test_the_exact_file_is_what_all_signed_and_the_proof_is_the_proof(agreement) -> None:
    found = checking.check(agreement.signed_document, timezone.now())

    assert (found.verdict, found.in_force_at) == (Verdict.SIGNED, agreement.in_force_at)
    assert [one.name for one in found.signatures if one.name] == ["CoachVault", "Anaïs Lefort", "Camille Aubry"]
    assert verdict(agreement.proof) is Verdict.PROOF
    page = answer(agreement.signed_document)
    assert page.status_code == 200
    assert "Anaïs Lefort" in page.content.decode()


def test_an_earlier_stage_is_no_agreement_however_valid_its_signatures(cast, agreement) -> None:
    fresh = in_force(cast.engagement(cast.karim), real=True)
    before = fresh.signed_document
    assert verdict(before) is Verdict.EARLIER, "without its time-stamp it is not what each side holds"
    completing.complete(fresh.pk)
    fresh.refresh_from_db()

    for stage in (agreement.document, fresh.document, before):
        assert verdict(stage) is Verdict.EARLIER
        found = checking.check(stage, timezone.now())
        assert not found.signatures
        assert "Karim" not in answer(stage).content.decode()
    assert verdict(fresh.signed_document) is Verdict.SIGNED


ATTACKS = {
    "a byte in the text": flipped,
    "an annotation": lambda document: appended(document, annotation),
    "an attachment": lambda document: appended(document, attachment),
    "a signature's picture": lambda document: appended(document, swapped),
    "the text of a page": lambda document: appended(document, content),
    "another field": lambda document: appended(document, another_field),
    "a byte at the end": lambda document: document + b"\n",
    "cut off": lambda document: document[:-1],
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_each_known_attack_is_seen_on_the_signed_file_and_on_its_proof(agreement, attack) -> None:
    for document in (agreement.signed_document, agreement.proof):
        if attack is ATTACKS["a signature's picture"] and document is agreement.proof:
            continue
        assert verdict(attack(document)) is Verdict.ALTERED


@pytest.mark.parametrize("attack", [content, annotation], ids=["the text of a page", "an annotation"])
def test_a_text_changed_after_it_was_fixed_is_seen_even_if_all_sign_it_afterwards(cast, agreement, attack) -> None:
    changed = appended(agreement.document, attack)
    signed = changed
    for one in agreement.signatories.all():
        facts = {"field": one.field, "name": one.name, "address": "", "reason": "x", "is_last": one.role == "coach"}
        stamp = completing.documents.render_stamp(completing.documents.text_of(agreement), one, one.evidence)
        try:
            signed = writing.sign(signed, stamp=stamp, at=timezone.now(), **facts)
        except writing.SigningRefused:
            break

    assert verdict(signed) is Verdict.ALTERED
    assert not verifying.check(signed, fields=completing.fields_of(agreement), at=timezone.now()).is_good


def test_the_roll_back_to_the_client_s_signature_alone_is_an_earlier_stage_and_cut_in_between_it_is_altered(agreement) -> None:
    document, revisions, start = agreement.signed_document, [], 0
    while (end := document.find(b"%%EOF", start)) >= 0:
        start = end + 5
        revisions.append(document[: start + (document[start : start + 1] == b"\n")])

    verdicts = [verdict(one) for one in revisions]

    assert verdicts[-1] is Verdict.SIGNED
    assert Verdict.SIGNED not in verdicts[:-1]
    assert set(verdicts[:-1]) <= {Verdict.EARLIER, Verdict.ALTERED, Verdict.UNKNOWN}
    assert Verdict.EARLIER in verdicts


def test_replaced_or_ended_the_exact_file_says_so(cast, agreement) -> None:
    actions.terminate_agreement(agreement=agreement, by=cast.camille)

    found = checking.check(agreement.signed_document, timezone.now())

    assert (found.verdict, found.closed_at is not None) == (Verdict.ENDED, True)


@pytest.mark.parametrize(
    "document",
    [b"hello", b"%PDF-1.7\nrubbish", b"\0" * 5000, b"%PDF-1.7\n" + b"<<" * 50_000, "é".encode() * 9],
    ids=["text", "rubbish", "zeros", "deep", "letters"],
)
def test_rubbish_and_what_is_not_known_are_answered_quietly(document: bytes) -> None:
    assert verdict(document) is Verdict.UNKNOWN
    assert answer(document).status_code == 200


def test_a_pdf_from_elsewhere_is_not_known_and_a_file_signed_elsewhere_is_once_confirmed(cast) -> None:
    file = pages(2)
    assert verdict(file) is Verdict.UNKNOWN
    sent(cast.engagement(cast.anais), kind="elsewhere", upload=file, real=True)
    assert verdict(file) is Verdict.EARLIER

    done = completed(cast.engagement(cast.karim), kind="elsewhere", upload=pages(3), real=True)

    assert verdict(done.signed_document) is Verdict.SIGNED


@pytest.mark.parametrize("document", [b"", b"%PDF-1.7\n" + b"x" * (13 * 1024 * 1024)], ids=["empty", "13 MB"])
def test_an_empty_file_and_one_of_thirteen_megabytes_are_refused_with_a_sentence(document: bytes) -> None:
    page = answer(document)

    assert page.status_code == 422
    assert "errorlist" in page.content.decode()
    assert Browser().post(PAGE).status_code == 422


def test_nothing_of_a_file_is_stored_anywhere(agreement) -> None:
    def rows() -> dict[str, int]:
        with connection.cursor() as cursor:
            tables = [name for name in connection.introspection.table_names(cursor) if name != "cache"]
            counts = {}
            for name in tables:
                cursor.execute(f'select count(*) from "{name}"')
                counts[name] = cursor.fetchone()[0]
            return counts

    def files() -> set[str]:
        return {str(path) for path in Path(settings.DATA).rglob("*") if "postgres" not in str(path) and path.is_file()}

    answer(b"%PDF-1.7 warm")
    before = rows(), files(), {str(path) for path in Path("/tmp").glob("*.upload*")}

    for document in (agreement.signed_document, agreement.signed_document + b"\n", b"%PDF-1.7 unknown words"):
        assert answer(document, "Anaïs Lefort.pdf").status_code == 200

    assert (rows(), files(), {str(path) for path in Path("/tmp").glob("*.upload*")}) == before
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(string_agg(cache_key || value, ' '), '') from cache")
        assert "unknown words" not in cursor.fetchone()[0]


def test_the_page_needs_no_sign_in_and_tells_the_name_of_no_file(agreement) -> None:
    assert Browser().get(PAGE).status_code == 200
    assert "Anaïs Lefort.pdf" not in answer(b"%PDF-1.7", "Anaïs Lefort.pdf").content.decode()


def test_one_network_checks_thirty_files_a_minute() -> None:
    codes = [answer(b"%PDF-1.7").status_code for _ in range(32)]

    assert codes[:30] == [200] * 30
    assert codes[30:] == [429, 429]


@pytest.mark.timeout(120)
def test_six_at_once_are_all_answered(own_databases) -> None:
    outcomes: list[int] = []
    document = b"%PDF-1.7 " + b"x" * 100_000

    def ask() -> None:
        try:
            outcomes.append(answer(document).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert outcomes == [200] * 6
