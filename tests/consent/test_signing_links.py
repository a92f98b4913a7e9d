"""A link to sign shows nothing by itself: a code proves whose it is, and a scanner, a forwarded letter or an old address reach nothing."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client as Browser
from django.utils import timezone

from accounts import links
from accounts.act import Refused
from accounts.models import Link
from clients import actions as clients
from clients.models import SponsorContact
from consent import actions, signing
from consent.models import Agreement, AgreementEvent, Signatory
from support import jobs
from tests.cast import Cast
from tests.consent.agreements import SIGNED, code, evidence, french, letters, opened, proven, sent, sign_next, token
from vault.models import LedgerEntry

pytestmark = pytest.mark.usefixtures("_mailbox")
WRONG = {"step": "code", "code": "000000"}


@pytest.fixture
def _mailbox(tmp_path, settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path


@pytest.fixture
def agreement(cast) -> Agreement:
    """A three-way agreement that is with Anaïs, then with Hélène."""
    return sent(cast.engagement(cast.anais), kind="three_way", contacts=(cast.helene,))


@pytest.fixture
def way(agreement, tmp_path, settings) -> str:
    """The address in the letter to Anaïs."""
    return f"/sign/{token(tmp_path, settings)}/"


def one_of(agreement: Agreement, role: str = "client") -> Signatory:
    return Signatory.objects.select_related("contact", "agreement").get(agreement=agreement, role=role)


def says_nothing_of(agreement: Agreement, answer) -> bool:
    """Whether a page tells no word of the text and no name but the coach's."""
    page = answer.content.decode()
    text = agreement.details
    words = [clause["title"] for clause in text["clauses"]] + [point["title"] for point in text["key_points"]]
    return not [said for said in (*words, "Anaïs", "Lefort", "Hélène", "Horizon", "Prendre la parole") if said in page]


def test_a_mail_scanner_that_gets_and_heads_consumes_nothing_and_is_no_evidence(agreement, way) -> None:
    steps, entries = AgreementEvent.objects.count(), LedgerEntry.objects.count()
    scanner = Browser(headers={"user-agent": "SafeLinks"})

    for _ in range(3):
        page, head = scanner.get(way), scanner.head(way)
        assert (page.status_code, head.status_code, head.content) == (200, 200, b"")
        assert says_nothing_of(agreement, page)
        assert "Camille Aubry" in page.content.decode()
        for file in ("document.pdf", "document.pdf?download=1", "proof.pdf", "page/1.png"):
            assert scanner.get(way + file).status_code == 404

    one = one_of(agreement)
    assert Link.objects.get(about=one.pk).used_at is None
    assert (one.opened_at, one.signed_at) == (None, None)
    assert (AgreementEvent.objects.count(), LedgerEntry.objects.count()) == (steps, entries)
    assert "sessionid" not in "".join(scanner.cookies)


def test_a_forwarded_link_is_met_by_the_question_for_a_code_and_shows_no_word_of_the_text(agreement, way, tmp_path, settings) -> None:
    mine = proven(way, tmp_path, settings)
    assert not says_nothing_of(agreement, mine.get(way))

    thief = opened(way)
    pages = [thief.get(way)]
    pages += [
        thief.post(way, data, follow=True)
        for data in (SIGNED, {"step": "decline"}, {"step": "read"}, {"step": "question", "question": "?"})
    ]
    pages += [thief.post(way, WRONG), thief.post(way, {"step": "code", "code": "abc"}), thief.post(way, {"step": "paper"}, follow=True)]

    assert all(says_nothing_of(agreement, page) for page in pages)
    for file in ("document.pdf", "page/1.png", "proof.pdf"):
        assert thief.get(way + file).status_code == 404
    row = one_of(agreement)
    assert (row.signed_at, row.agreement.state) == (None, "sent")
    assert not AgreementEvent.objects.filter(kind__in=["question", "paper_asked", "declined", "read_to_the_end"]).exists()


def test_a_browser_that_never_opened_the_link_cannot_try_codes(agreement, way, tmp_path, settings) -> None:
    opened(way)
    right = code(tmp_path, settings)

    assert Browser().post(way, {"step": "code", "code": right}).status_code == 302

    assert not AgreementEvent.objects.filter(kind__in=["code_right", "code_wrong"]).exists()


def test_an_expired_or_replaced_or_taken_back_link_leads_nowhere(agreement, way, cast, tmp_path, settings) -> None:
    assert Browser().get("/sign/not-a-token/").status_code == 404
    mine = proven(way, tmp_path, settings)
    Link.objects.filter(about=one_of(agreement).pk).update(expires_at=timezone.now())
    assert mine.get(way).status_code == 410
    assert mine.post(way, SIGNED, follow=True).status_code == 410

    actions.resend_agreement(agreement=agreement, is_address_seen=True, by=cast.camille)
    assert mine.get(way).status_code == 404
    newer = f"/sign/{token(tmp_path, settings)}/"
    assert Browser().get(newer).status_code == 200
    assert says_nothing_of(agreement, mine.get(newer)), "what was proven for one link does not hold for the next"
    assert mine.get(f"{newer}document.pdf").status_code == 404

    actions.cancel_agreement(agreement=agreement, by=cast.camille)
    assert Browser().get(newer).status_code == 410


def test_after_the_time_to_sign_is_over_the_link_says_so_before_the_worker_does(agreement, way, tmp_path, settings) -> None:
    mine = proven(way, tmp_path, settings)
    Agreement.objects.filter(pk=agreement.pk).update(expires_at=timezone.now())

    assert mine.get(way).status_code == 410
    assert mine.get(f"{way}document.pdf").status_code == 404


def test_when_the_address_is_put_right_the_link_mailed_to_the_wrong_one_leads_nowhere_even_once_opened(
    agreement, way, cast, tmp_path, settings
) -> None:
    mine = proven(way, tmp_path, settings)
    clients.change_client(client=cast.anais, details={"address": "anais@elsewhere.example"}, language="fr", by=cast.camille)

    assert mine.get(way).status_code == 404
    assert mine.post(way, SIGNED).status_code == 404
    assert mine.get(f"{way}document.pdf").status_code == 404
    assert one_of(agreement).signed_at is None


def test_the_link_of_a_contact_who_left_leads_nowhere_and_their_space_shows_nothing_of_it(agreement, cast, tmp_path, settings) -> None:
    sign_next(agreement)
    way = f"/sign/{token(tmp_path, settings)}/"
    hers = proven(way, tmp_path, settings)
    SponsorContact.objects.filter(pk=cast.helene.pk).update(left_at=timezone.now())

    assert hers.get(way).status_code == 404
    assert hers.post(way, {**SIGNED, "name": "Hélène Vasseur"}).status_code == 404
    assert not Agreement.objects.for_sponsor([SponsorContact.objects.get(pk=cast.helene.pk)]).exists()
    assert one_of(agreement, "sponsor").signed_at is None


def test_a_link_of_another_kind_of_another_person_or_of_another_agreement_does_not_sign(agreement, way, cast) -> None:
    one, other = one_of(agreement), sent(cast.engagement(cast.karim))
    made = {"letter": "x", "details": {"address": "anais@example.org"}, "language": "fr", "made_at": timezone.now()}
    join = Link.objects.create(kind="join", about=one.pk, expires_at=timezone.now() + timedelta(days=1), **made)
    strangers = [join, Link.objects.get(about=one_of(other).pk)]

    for link in strangers:
        with pytest.raises(Refused) as no:
            actions.sign_agreement(
                agreement=agreement, signatory=one, evidence=evidence(one), document=b"%PDF-1.7 as sent!", base="", link=link, by=None
            )
        assert no.value.code == "another_link"
        with pytest.raises(Refused):
            actions.decline_agreement(agreement=agreement, signatory=one, reason="", link=link, by=None)
    with pytest.raises(Refused) as no:
        actions.sign_agreement(agreement=agreement, signatory=one, evidence=evidence(one), document=b"%PDF", base="", link=None, by=None)
    assert no.value.code == "no_link"
    assert Browser().post(way.replace("/sign/", "/link/"), {"name": "x"}).status_code == 404
    assert one_of(agreement).signed_at is None


def test_only_the_hash_of_a_link_is_stored_and_the_ids_in_the_database_open_nothing(agreement, way) -> None:
    link = Link.objects.get(about=one_of(agreement).pk)

    assert link.token == links.digest(way.split("/")[2])
    for guess in (link.token, str(link.pk), str(one_of(agreement).pk), str(agreement.pk)):
        assert signing.look(guess, timezone.now()) is None


def test_five_wrong_codes_end_a_code_even_for_who_then_types_the_right_one(agreement, way, tmp_path, settings) -> None:
    mine = opened(way)
    right = code(tmp_path, settings)
    wrong = {"step": "code", "code": f"{(int(right) + 1) % 10**6:06d}"}

    for _ in range(5):
        assert mine.post(way, wrong).status_code == 422
    answer = mine.post(way, {"step": "code", "code": right})

    assert answer.status_code == 422
    assert french("This code is no longer valid. Ask for a new one.") in answer.content.decode()
    assert AgreementEvent.objects.filter(kind="code_wrong").count() == 5
    assert proven(way, tmp_path, settings).get(way).status_code == 200, "a new code makes it right"


def test_four_wrong_codes_still_leave_the_fifth_try(agreement, way, tmp_path, settings) -> None:
    mine = opened(way)
    right = code(tmp_path, settings)
    for _ in range(4):
        mine.post(way, {"step": "code", "code": f"{(int(right) + 1) % 10**6:06d}"})

    assert mine.post(way, {"step": "code", "code": f"{right[:3]} {right[3:]}"}).status_code == 302


@pytest.mark.parametrize(("minutes", "is_right"), [(9.9, True), (10.1, False)])
def test_a_code_lasts_ten_minutes(agreement, way, minutes: float, is_right: bool) -> None:
    one, now = one_of(agreement), timezone.now()
    actions.set_code(signatory=one, code="123456", by=None)
    one.refresh_from_db()
    one.details = {**one.details, "code": {**one.details["code"], "at": (now - timedelta(minutes=minutes)).isoformat()}}
    one.save()

    if is_right:
        assert actions.try_code(signatory=one, code="123456", by=None)
    else:
        with pytest.raises(Refused) as no:
            actions.try_code(signatory=one, code="123456", by=None)
        assert no.value.code == "code_over"


def test_a_code_is_used_once_and_a_newer_one_ends_it(agreement, way, tmp_path, settings) -> None:
    mine = opened(way)
    first = code(tmp_path, settings)
    mine.post(way, {"step": "open"})
    second = code(tmp_path, settings)
    if first != second:
        assert mine.post(way, {"step": "code", "code": first}).status_code == 422
    assert mine.post(way, {"step": "code", "code": second}).status_code == 302

    thief = Browser()
    session = thief.session
    session["signing"] = {str(Link.objects.get(about=one_of(agreement).pk).pk): ["opened", timezone.now().timestamp()]}
    session.save()

    assert thief.post(way, {"step": "code", "code": second}).status_code == 422


def test_another_signatory_s_code_is_no_code(agreement, cast) -> None:
    client, sponsor = one_of(agreement), one_of(agreement, "sponsor")
    actions.set_code(signatory=sponsor, code="424242", by=None)
    actions.set_code(signatory=client, code="131313", by=None)

    assert not actions.try_code(signatory=client, code="424242", by=None)
    assert actions.try_code(signatory=client, code="131313", by=None)


def test_the_code_itself_is_nowhere_in_the_database_and_its_letter_says_nothing_else(agreement, way, tmp_path, settings) -> None:
    opened(way)
    digits = code(tmp_path, settings)

    assert digits not in str(one_of(agreement).details)
    letter = next(one for one in letters(tmp_path, settings) if digits in one.text)
    assert letter.to == "anais@example.org"
    assert not [name for name in ("Anaïs", "Camille", "Horizon") if name in letter.text + letter.subject]
    assert not letter.links


def test_a_sixth_code_within_the_hour_is_refused_and_one_after_it_is_sent(agreement, way, tmp_path, settings) -> None:
    mine = opened(way)
    for _ in range(4):
        mine.post(way, {"step": "open"})
    assert AgreementEvent.objects.filter(kind="code_asked").count() == 5

    refused = mine.post(way, {"step": "open"}, follow=True).content.decode()

    assert french("Several codes were sent within the hour. Please wait a little, or ask your coach.") in refused
    assert AgreementEvent.objects.filter(kind="code_asked").count() == 5
    AgreementEvent.objects.filter(kind="code_asked", number__lte=4).update(at=timezone.now() - timedelta(hours=1, seconds=1))
    mine.post(way, {"step": "open"})
    assert AgreementEvent.objects.filter(kind="code_asked").count() == 6


def test_what_was_proven_is_forgotten_after_twelve_hours(agreement, way, tmp_path, settings) -> None:
    mine = proven(way, tmp_path, settings)
    session = mine.session
    session["signing"] = {key: [what, when - 12 * 3600 - 1] for key, (what, when) in session["signing"].items()}
    session.save()

    assert says_nothing_of(agreement, mine.get(way))
    assert mine.post(way, SIGNED).status_code == 302
    assert one_of(agreement).signed_at is None


@pytest.mark.timeout(120)
def test_of_two_tries_of_one_code_at_the_same_instant_one_is_right(own_databases) -> None:
    cast = Cast()
    one = one_of(sent(cast.engagement(cast.anais)))
    actions.set_code(signatory=one, code="271828", by=None)
    ready, outcomes = threading.Barrier(2), []

    def attempt() -> None:
        try:
            ready.wait(10)
            outcomes.append(actions.try_code(signatory=one, code="271828", by=None))
        except Refused as no:
            outcomes.append(no.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes, key=str) == [True, "code_over"]
    assert jobs.standing()["failed"] == 0
