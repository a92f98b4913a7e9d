"""Signing by a mailed link: on purpose, once, by whoever holds it, with evidence; and nothing for anybody else."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.test import Client as Browser
from django.utils import timezone

from accounts.act import Refused
from accounts.models import Link
from clients import actions as clients
from consent import actions, documents
from consent.models import Agreement, Signature
from tests.cast import Cast
from tests.consent.agreements import SIGNED, drafted, evidence, in_force, opened, sent, token


@pytest.fixture
def agreement(cast) -> Agreement:
    """An agreement that is with Anaïs, who has a space, in French."""
    return sent(cast.engagement(cast.anais))


@pytest.fixture
def way(agreement, tmp_path, settings) -> str:
    """The address in the letter."""
    return f"/sign/{token(tmp_path, settings)}/"


@pytest.fixture
def newcomer(cast):
    """A client who has an address and no space yet."""
    return clients.add_client(
        coach=cast.camille, name="Noé Œuvrard", address="noe@elsewhere.example", phone="", job="", language="fr", by=cast.camille
    )


def state_of(agreement: Agreement) -> str:
    return Agreement.objects.get(pk=agreement.pk).state


def test_a_get_shows_who_invites_and_why_and_consumes_nothing(agreement, way) -> None:
    scanner = Browser()

    pages = [scanner.get(way) for _ in range(3)]

    assert {page.status_code for page in pages} == {200}
    page = pages[-1].content.decode()
    assert "Camille Aubry vous invite à lire un contrat" in page
    assert "Anaïs" not in page
    assert agreement.details["clauses"][1]["paragraphs"][0] not in page
    assert scanner.get(f"{way}document.pdf").status_code == 404
    assert Link.objects.get(about=agreement.pk).used_at is None
    assert "opened_at" not in Agreement.objects.get(pk=agreement.pk).details


def test_opening_on_purpose_shows_the_document_in_its_own_language_and_keeps_when(agreement, way) -> None:
    browser = opened(way)

    answer = browser.get(way, headers={"accept-language": "en"})

    page = answer.content.decode()
    assert '<html lang="fr"' in page
    assert answer.headers["Content-Language"] == "fr"
    assert agreement.details["clauses"][1]["title"] in page
    assert "Camille Aubry, pour Anaïs Lefort" in page
    assert "checked" not in page
    assert (
        datetime.now(tz=timezone.get_current_timezone())
        - datetime.fromisoformat(Agreement.objects.get(pk=agreement.pk).details["opened_at"])
    ) < timedelta(minutes=1)
    assert Link.objects.get(about=agreement.pk).used_at is None


def test_the_pdf_is_the_fixed_one_shown_in_place_under_a_name_that_tells_nothing(agreement, way) -> None:
    answer = opened(way).get(f"{way}document.pdf")

    assert answer.content == b"%PDF-1.7 as sent"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{documents.reference(agreement)}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_signing_keeps_the_whole_evidence(agreement, way) -> None:
    browser = opened(way)

    assert browser.post(way, {**SIGNED, "name": "  Anaïs L.  "}).status_code == 302

    signature = Signature.objects.get(agreement=agreement)
    kept = dict(signature.evidence)
    assert timezone.now() - datetime.fromisoformat(kept.pop("at")) < timedelta(minutes=1)
    assert kept == {
        "name": "Anaïs L.",
        "statement": agreement.details["statements"]["client"],
        "network": "203.0.113.9",
        "browser": "Firefox for a telephone",
        "language": "fr",
        "way": "link",
        "sha256": agreement.sha256,
        "template": "confidentiality 2",
        "wording": "A",
        "method": "simple electronic signature",
        "sent_to": "anais@example.org",
        "link": str(Link.objects.get(about=agreement.pk).pk),
    }
    assert (signature.role, signature.person, state_of(agreement)) == ("client", None, "signed")


def test_behind_a_proxy_the_network_address_is_that_of_the_person(agreement, way, settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    browser = opened(way)

    browser.post(way, SIGNED, headers={"x-forwarded-for": "10.0.0.1, 198.51.100.23"})

    assert Signature.objects.get(agreement=agreement).evidence["network"] == "198.51.100.23"


@pytest.mark.parametrize("missing", ["name", "is_accepted"])
def test_a_name_and_the_statement_are_both_needed(agreement, way, missing: str) -> None:
    browser = opened(way)

    for given in ({name: value for name, value in SIGNED.items() if name != missing}, {**SIGNED, missing: " "}):
        if given.get(missing) == " " and missing == "is_accepted":
            continue
        answer = browser.post(way, given)
        assert answer.status_code == 422
        assert "errorlist" in answer.content.decode()
    assert state_of(agreement) == "sent"


def test_a_used_link_says_so_and_nothing_more_and_a_replay_signs_nothing_twice(agreement, way) -> None:
    browser = opened(way)
    browser.post(way, SIGNED)
    forwarded = Browser()

    replayed = browser.post(way, {**SIGNED, "name": "Somebody Else"})
    answers = [forwarded.get(way), forwarded.post(way, {"step": "open"}, follow=True), forwarded.post(way, SIGNED, follow=True)]
    answers += [forwarded.post(way, {"step": "space"}, follow=True), forwarded.post(way, {"step": "decline"}, follow=True)]

    assert replayed.status_code == 302
    assert {answer.status_code for answer in answers} == {410}
    for answer in answers:
        for said in ("Camille", "Anaïs", agreement.title):
            assert said not in answer.content.decode()
    assert forwarded.get(f"{way}document.pdf").status_code == 404
    assert Signature.objects.get(agreement=agreement).evidence["name"] == "Anaïs Lefort"


def test_nothing_is_signed_or_declined_without_having_opened_the_document(agreement, way) -> None:
    for step in (SIGNED, {"step": "decline", "reason": "no"}):
        assert Browser().post(way, step).status_code == 302

    assert state_of(agreement) == "sent"


def test_whoever_signed_keeps_a_copy_and_sees_the_thanks_for_an_hour_in_that_browser(agreement, way, settings) -> None:
    browser = opened(way)
    browser.post(way, SIGNED)

    done = browser.get(way)
    copy = browser.get(f"{way}document.pdf?download=1")

    assert "Merci, c’est signé" in done.content.decode()
    assert copy.content == b"%PDF-1.7 as sent"
    assert copy.headers["Content-Disposition"].startswith("attachment")
    session = browser.session
    session["signing"] = {key: [what, when - 3601] for key, (what, when) in session["signing"].items()}
    session.save()
    assert browser.get(way).status_code == 410


def test_declining_keeps_the_reason_and_ends_the_link(agreement, way, cast) -> None:
    browser = opened(way)

    answer = browser.post(way, {"step": "decline", "reason": "Je préfère en parler d’abord. <b>Merci</b>"})

    assert "Vous avez décliné" in answer.content.decode()
    row = Agreement.objects.get(pk=agreement.pk)
    assert (row.state, row.details["reason"]) == ("declined", "Je préfère en parler d’abord. <b>Merci</b>")
    assert browser.get(way).status_code == 410
    assert browser.post(way, SIGNED, follow=True).status_code == 410
    assert not Signature.objects.exists()


def test_a_link_leads_nowhere_once_it_is_cancelled_expired_replaced_or_wrong(agreement, way, cast, tmp_path, settings) -> None:
    assert Browser().get("/sign/not-a-token/").status_code == 404
    Link.objects.filter(about=agreement.pk).update(expires_at=timezone.now())
    assert "délai pour signer" in Browser().get(way).content.decode()

    actions.resend_agreement(agreement=agreement, is_address_seen=True, by=cast.camille)
    assert Browser().get(way).status_code == 404
    newer = f"/sign/{token(tmp_path, settings)}/"
    assert Browser().get(newer).status_code == 200

    actions.cancel_agreement(agreement=agreement, by=cast.camille)
    answer = Browser().get(newer)
    assert (answer.status_code, "retiré" in answer.content.decode()) == (410, True)


def test_a_link_of_another_kind_does_not_sign_and_a_link_to_sign_does_not_enrol(agreement, way, cast, newcomer) -> None:
    join = Link.objects.create(
        kind="join", letter="invitation_client", token="t" * 64, about=agreement.pk, details={"address": "x@example.org"}, language="fr",
        made_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip

    with pytest.raises(Refused):
        actions.sign_agreement(agreement=agreement, evidence=evidence(agreement), link=join, by=None)

    assert Browser().post(way.replace("/sign/", "/link/"), {"name": "x"}).status_code == 404
    assert state_of(agreement) == "sent"


def test_a_signature_over_other_bytes_or_without_a_name_is_refused(agreement, cast) -> None:
    for wrong, code in (({"sha256": "0" * 64}, "another_document"), ({"name": "  "}, "no_name")):
        with pytest.raises(Refused) as no:
            actions.sign_agreement(agreement=agreement, evidence=evidence(agreement, **wrong), link=None, by=cast.anais)
        assert no.value.code == code


def test_whoever_signs_without_a_space_makes_one_at_once_and_finds_the_agreement_there(cast, newcomer, tmp_path, settings) -> None:
    agreement = sent(cast.engagement(newcomer))
    way = f"/sign/{token(tmp_path, settings)}/"
    browser = opened(way)
    browser.post(way, {**SIGNED, "name": "Noé Œuvrard"})
    ours = evidence(agreement, "coach", name="Camille Aubry")

    to_enrol = browser.post(way, {"step": "space"})

    assert to_enrol.status_code == 302
    assert to_enrol.url.startswith("/link/")
    words = "six plain words make a vault"
    assert browser.post(to_enrol.url, {"name": "Noé Œuvrard", "passphrase": words, "again": words}).status_code == 302
    newcomer.refresh_from_db()
    assert newcomer.person_id is not None
    actions.countersign_agreement(agreement=agreement, evidence=ours, signed_document=b"%PDF-1.7 both", by=cast.camille)
    assert browser.get(f"/client/agreements/{agreement.pk}/document.pdf").content == b"%PDF-1.7 both"
    assert browser.post(way, {"step": "space"}).status_code == 302  # offered once: they have a space now
    assert Link.objects.filter(kind="join", about=newcomer.pk).count() == 1


def test_without_a_space_the_signed_copy_comes_by_a_link_of_its_own(cast, newcomer, tmp_path, settings) -> None:
    agreement = in_force(cast.engagement(newcomer))
    way = f"/sign/{token(tmp_path, settings)}/"

    before = Browser().get(f"{way}document.pdf")
    browser = opened(way)

    assert before.status_code == 404
    assert "Signé par vous deux" in browser.get(way).content.decode()
    assert browser.get(f"{way}document.pdf").content == agreement.signed_document


@pytest.mark.parametrize("second", ["sign", "decline"])
def test_of_two_who_answer_at_the_same_moment_one_is_first_and_the_other_is_refused(own_databases, second: str) -> None:
    cast = Cast()
    agreement = sent(cast.engagement(cast.anais))
    ready, outcomes = threading.Barrier(2), []

    def answer(event: str) -> None:
        try:
            ready.wait(10)
            if event == "sign":
                actions.sign_agreement(agreement=agreement, evidence=evidence(agreement), link=None, by=cast.anais)
            else:
                actions.decline_agreement(agreement=agreement, reason="", link=None, by=cast.anais)
            outcomes.append("done")
        except Refused as no:
            outcomes.append(no.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=answer, args=[event]) for event in ("sign", second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes)[0].startswith("agreement_")
    assert sorted(outcomes)[1:] == ["done"]
    assert Signature.objects.count() == (1 if state_of(agreement) == "signed" else 0)


def test_a_coach_who_countersigns_twice_makes_one_signed_copy(cast) -> None:
    agreement = in_force(cast.engagement(cast.anais))

    with pytest.raises(Refused):
        actions.countersign_agreement(
            agreement=agreement, evidence=evidence(agreement, "coach"), signed_document=b"%PDF other", by=cast.camille
        )

    assert Agreement.objects.get(pk=agreement.pk).signed_document == b"%PDF-1.7 signed"


def test_drafts_are_no_business_of_a_client(cast) -> None:
    engagement = cast.engagement(cast.anais)
    draft = drafted(engagement)
    actions.cancel_agreement(agreement=draft, by=cast.camille)

    assert not Agreement.objects.for_client([cast.anais]).exists()
