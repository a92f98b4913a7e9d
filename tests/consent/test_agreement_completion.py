"""Once all have signed: the time-stamp and the proof are made once, whatever fails on the way, and until then the coach is told."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asn1crypto import tsp
from django.db import connections, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.act import Refused
from accounts.models import Link
from clients import actions as clients
from consent import actions, completing, documents, jobs, trail
from consent.models import Agreement, AgreementEvent, KnownFile, Signatory
from pades import certificates, timestamps
from support.jobs import run_pending
from tests.cast import Cast, signed_in
from tests.consent.agreements import french, in_force, letters
from vault.models import LedgerEntry

VERIFY = Path(__file__).resolve().parents[2] / "pades" / "verify_proof.py"


@pytest.fixture
def agreement(cast) -> Agreement:
    """An agreement that all have signed, as a real PDF."""
    return in_force(cast.engagement(cast.anais), real=True)


def row_of(agreement: Agreement) -> Agreement:
    return Agreement.objects.get(pk=agreement.pk)


def kinds(agreement: Agreement) -> list[str]:
    return list(AgreementEvent.objects.filter(agreement=agreement).order_by("number").values_list("kind", flat=True))


def test_complete_twice_makes_one_file_one_proof_and_one_letter_each(agreement, tmp_path, settings) -> None:
    assert completing.complete(agreement.pk)
    first = row_of(agreement)

    assert completing.complete(agreement.pk)
    jobs.complete(agreement=str(agreement.pk))
    jobs.complete_pending()

    again = row_of(agreement)
    assert (again.signed_document, again.proof, again.completed_at) == (first.signed_document, first.proof, first.completed_at)
    assert kinds(agreement).count("completed") == 1
    assert sorted(KnownFile.objects.filter(agreement=agreement).values_list("stage", flat=True)) == [
        "final",
        "fixed",
        "proof",
        "signed",
        "signed",
    ]
    assert [letter.to for letter in letters(tmp_path, settings)].count("anais@example.org") == 1


def test_a_worker_that_dies_before_its_commit_leaves_nothing_and_the_next_one_does_it(agreement) -> None:
    stands = row_of(agreement).signed_document

    with transaction.atomic():
        assert completing.complete(agreement.pk)
        assert row_of(agreement).signed_document != stands
        transaction.set_rollback(True)  # here it dies

    row = row_of(agreement)
    assert (row.signed_document, row.proof, row.completed_at, row.is_pending) == (stands, None, None, True)
    jobs.complete_pending()
    run_pending()
    assert row_of(agreement).completed_at is not None


def test_the_result_of_a_slow_worker_over_another_file_or_a_shorter_one_is_refused(agreement) -> None:
    stands = row_of(agreement).signed_document
    for base, document in (
        (documents.digest(b"%PDF another"), stands + b" at"),
        (documents.digest(stands), stands[:-1]),
        (documents.digest(stands), b"%PDF another"),
    ):
        with pytest.raises(Refused) as no:
            actions.complete_agreement(agreement=agreement, base=base, document=document, proof=b"%PDF", by=None)
        assert no.value.code == "complete_already"
    assert row_of(agreement).completed_at is None


@pytest.mark.timeout(240)
def test_two_workers_at_once_complete_it_once(own_databases) -> None:
    cast = Cast()
    agreement = in_force(cast.engagement(cast.anais), real=True)
    ready, outcomes = threading.Barrier(2), []

    def work() -> None:
        try:
            ready.wait(20)
            outcomes.append(completing.complete(agreement.pk))
        except Exception as no:
            outcomes.append(no)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    row = row_of(agreement)
    assert outcomes == [True, True]
    assert kinds(agreement).count("completed") == 1
    assert (
        KnownFile.objects.filter(agreement=row, stage="final").count()
        == KnownFile.objects.filter(agreement=row, stage="proof").count()
        == 1
    )
    assert documents.digest(row.signed_document) == row.final_sha256


class Server(ThreadingHTTPServer):
    """A time-stamp server on this machine that does what `mood` says."""

    daemon_threads = True
    mood = "honest"
    pair: certificates.Pair
    root: certificates.Pair


@pytest.fixture
def server(tmp_path, settings) -> Iterator[Server]:
    """The server that the settings name."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            if here.mood == "hangs":
                time.sleep(30)
                return
            answer = b"<html>sold out</html>"
            if here.mood in {"honest", "lies"}:
                at = timezone.now() - (timedelta(days=1) if here.mood == "lies" else timedelta())
                local = timestamps.Local(here.pair, here.root.certificate, at)
                answer = asyncio.run(local.async_request_tsa_response(tsp.TimeStampReq.load(asked))).dump()
            self.send_response(503 if here.mood == "refuses" else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    period = certificates.Period(timezone.now() - timedelta(days=9), timezone.now() + timedelta(days=9))
    with Server(("127.0.0.1", 0), Answering) as here:
        here.root = certificates.root("outside", period)
        here.pair = certificates.timestamp(here.root, "outside", period)
        (tmp_path / "roots.pem").write_bytes(certificates.pem(here.root.certificate))
        settings.TSA_URL, settings.TSA_ROOTS_FILE = f"http://127.0.0.1:{here.server_port}/", str(tmp_path / "roots.pem")
        threading.Thread(target=here.serve_forever, daemon=True).start()
        yield here
        here.shutdown()


@pytest.mark.parametrize("mood", ["hangs", "lies", "refuses", "is rubbish"])
def test_while_the_time_stamp_server_fails_the_agreement_is_in_force_incomplete_and_tried_again_until_it_is_done(
    agreement, cast, server, mood: str
) -> None:
    server.mood = mood
    run_pending()  # its own job fails, and does not stay failed

    row = row_of(agreement)
    assert (row.state, row.is_pending, row.proof) == ("in_force", True, None)
    assert kinds(agreement)[-1] == "incomplete"
    browser, page = signed_in(cast.camille.person), reverse("agreement_page", args=[agreement.pk])
    assert french("The time-stamp or the proof file could not be made yet; it is tried again") in browser.get(page).content.decode()
    jobs.complete_pending()
    if mood != "hangs":
        run_pending()
        assert kinds(agreement).count("incomplete") == 1, "said once, however often it is tried"

    server.mood = "honest"
    jobs.complete_pending()
    run_pending()

    row = row_of(agreement)
    assert (row.is_pending, row.state) == (False, "in_force")
    assert kinds(agreement)[-1] == "completed"
    assert LedgerEntry.objects.filter(about=row.pk, event="agreement.completed").count() == 1


def test_a_server_that_is_down_is_no_reason_to_use_the_own_clock_instead(agreement, server) -> None:
    server.shutdown()
    server.server_close()

    assert completing.complete(agreement.pk) is False

    assert row_of(agreement).is_pending


def test_with_an_outside_time_stamp_the_file_and_the_proof_hold(agreement, server, tmp_path) -> None:
    assert completing.complete(agreement.pk)

    row = row_of(agreement)
    (tmp_path / "proof.pdf").write_bytes(row.proof)
    found = subprocess.run([sys.executable, str(VERIFY), str(tmp_path / "proof.pdf")], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_it_can_be_complete_after_it_was_replaced_or_terminated(cast) -> None:
    engagement = cast.engagement(cast.anais)
    first = in_force(engagement, real=True)
    actions.terminate_agreement(agreement=first, by=cast.camille)

    assert completing.complete(first.pk)

    assert row_of(first).state == "terminated"


@pytest.mark.parametrize("kind", ["confidentiality", "three_way"])
def test_the_proof_checks_itself_without_the_product_and_tells_every_step(cast, tmp_path, kind: str) -> None:
    contacts = (cast.helene,) if kind == "three_way" else ()
    agreement = in_force(cast.engagement(cast.anais), kind=kind, contacts=contacts, real=True)
    assert completing.complete(agreement.pk)
    row = row_of(agreement)
    (tmp_path / "proof.pdf").write_bytes(row.proof)

    found = subprocess.run(
        [sys.executable, str(VERIFY), str(tmp_path / "proof.pdf")], capture_output=True, text=True, cwd=tmp_path, check=False
    )

    assert found.returncode == 0, found.stdout
    assert f"{len(kinds(agreement)) - 1} events" in found.stdout
    assert trail.holds(row)


@pytest.mark.parametrize("damage", ["a step taken out", "a step moved here from elsewhere", "a signatory who is another"])
def test_no_proof_is_made_of_a_trail_that_does_not_hold(cast, damage: str) -> None:
    engagement = cast.engagement(cast.anais)
    agreement = in_force(engagement, kind="three_way", contacts=(cast.helene,), real=True)
    if damage == "a step taken out":
        AgreementEvent.objects.filter(agreement=agreement, number=3).delete()
    elif damage == "a step moved here from elsewhere":
        other = in_force(cast.engagement(cast.karim))
        AgreementEvent.objects.filter(agreement=other, number=5).update(agreement=agreement, number=99)
    else:
        stranger = clients.add_contact(
            sponsor=cast.horizon, name="X", address="x@horizon.example", role="hr", language="fr", by=cast.camille
        )
        Signatory.objects.filter(agreement=agreement, role="sponsor").update(contact=stranger)

    assert completing.complete(agreement.pk) is False

    row = row_of(agreement)
    assert (row.is_pending, row.proof) == (True, None)
    assert AgreementEvent.objects.filter(agreement=agreement, kind="incomplete").exists()


def test_until_it_is_complete_nobody_has_a_copy_to_keep_and_no_link_for_one_is_mailed(agreement, cast) -> None:
    for person, name in ((cast.camille.person, "agreement_pdf"), (cast.anais.person, "client_agreement_pdf")):
        assert signed_in(person).get(f"{reverse(name, args=[agreement.pk])}?download=1").status_code == 404
    assert not Link.objects.filter(letter="agreement_signed").exists()
