"""A passkey's signature over an agreement: optional, over this document, for this signatory, once, in ten minutes; anything else signs nothing."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client as Browser
from django.test import RequestFactory
from django.utils import timezone

from accounts.act import Refused
from consent import completing, documents, passkeys
from consent.models import Agreement, Signatory
from pades import certificates, verify_proof
from tests.cast import signed_in
from tests.consent.agreements import SIGNED, french, opened, proven, sent, sign_next, token
from tests.consent.authenticator import ORIGIN, PRESENT, VERIFIED, Passkey, raw, words

HERE = {"host": "localhost:8000"}
NOW = timezone.now()
OVER, WRONG = "passkey_over", "passkey_wrong"


@pytest.fixture
def agreement(cast) -> Agreement:
    """An agreement that is with Anaïs; its bytes are no PDF."""
    return sent(cast.engagement(cast.anais))


@pytest.fixture
def client(agreement) -> Signatory:
    return Signatory.objects.select_related("agreement").get(agreement=agreement, role="client")


@pytest.fixture
def coach(agreement) -> Signatory:
    return Signatory.objects.select_related("agreement").get(agreement=agreement, role="coach")


def request(host: str = "localhost:8000", *, secure: bool = False) -> HttpRequest:
    """A request of a browser that came to this host."""
    made = RequestFactory().post("/", headers={"host": host}, secure=secure)
    made.session = {}
    return made


def asked_of(browser: HttpRequest, signatory: Signatory) -> dict[str, Any]:
    """What the page's script is told, as it arrives there."""
    return json.loads(json.dumps(passkeys.ask(browser, signatory, NOW)))


def kept_of(signatory: Signatory, key: Passkey | None = None, **other: Any) -> dict[str, Any]:
    """What is kept of a passkey that signs for this signatory."""
    browser = request()
    answer = (key or Passkey()).answer(asked_of(browser, signatory), **other)
    return passkeys.verified(browser, signatory, json.dumps(answer), NOW)


def refusal(browser: HttpRequest, signatory: Signatory, answer: Any, at: Any = NOW) -> str:
    """Why an answer is refused, in one word for machines; there is a sentence for people."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    with pytest.raises(Refused) as no:
        passkeys.verified(browser, signatory, text, at)
    assert "signé" in str(no.value.sentence) or "signed" in str(no.value.sentence)
    return str(no.value.code)


def holds(signatory: Signatory, kept: dict[str, Any], **other: Any) -> bool:
    """What the script in the proof file says of it."""
    agreement = signatory.agreement
    statement = agreement.details["statements"][signatory.role]
    told = {
        "reference": documents.reference(agreement),
        "document": agreement.sha256,
        "field": signatory.field,
        "statement": statement,
    } | other
    signature = {"field": told["field"], "evidence": {"statement": told["statement"], "passkey": kept}}
    return verify_proof.passkey_holds(told["reference"], told["document"], signature)


def test_the_page_s_script_is_asked_for_a_key_that_leaves_no_account(agreement, client) -> None:
    asked = asked_of(request(), client)

    assert asked["rp"] == {"id": "localhost", "name": "CoachVault"}
    assert asked["user"]["name"] == asked["user"]["displayName"] == documents.reference(agreement)
    assert asked["attestation"] == "none"
    assert asked["authenticatorSelection"] == {"residentKey": "discouraged", "requireResidentKey": False, "userVerification": "preferred"}
    assert [one["alg"] for one in asked["pubKeyCredParams"]] == [-7, -8, -257] == list(certificates.COSE_ALGORITHMS)


@pytest.mark.parametrize("kind", ["ES256", "EdDSA", "RS256"])
def test_what_it_signed_is_kept_and_holds_by_the_record_alone(client, kind: str) -> None:
    key = Passkey(kind)

    kept = kept_of(client, key)

    assert set(kept) == {
        "credential",
        "public_key",
        "public_key_pem",
        "authenticator_data",
        "client_data",
        "signature",
        "user_verified",
        "nonce",
        "nonce_at",
        "rp_id",
    }
    assert (raw(kept["credential"]), kept["rp_id"], kept["nonce_at"]) == (key.id, "localhost", NOW.isoformat())
    assert json.loads(json.dumps(kept)) == kept
    assert holds(client, kept)


def test_a_device_that_did_not_check_who_holds_it_is_taken_and_that_is_noted(client) -> None:
    kept = kept_of(client, flags=PRESENT)

    assert kept["user_verified"] is False
    assert holds(client, kept)
    assert not holds(client, kept | {"user_verified": True})
    assert kept_of(client)["user_verified"] is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://localhost:9000"},
        {"origin": "https://localhost:8000"},
        {"origin": "http://near.localhost:8000"},
        {"name": "elsewhere.example"},
        {"flags": VERIFIED},
        {"made_flags": VERIFIED},
        {"kind": "webauthn.create"},
        {"challenge": words(bytes(32))},
        {"signer": Passkey()},
    ],
    ids=lambda wrong: "-".join(map(str, wrong)),
)
def test_an_answer_that_says_anything_else_is_refused(client, wrong: dict[str, Any]) -> None:
    browser = request()

    answer = Passkey().answer(asked_of(browser, client), **wrong)

    assert refusal(browser, client, answer) == WRONG


def test_a_key_of_another_kind_is_refused(client) -> None:
    browser = request()

    assert refusal(browser, client, Passkey("ES384").answer(asked_of(browser, client))) == WRONG


def test_any_bit_of_the_assertion_turned_is_refused(client) -> None:
    browser = request()
    answer = Passkey().answer(asked_of(browser, client))
    nonce, bits = browser.session[passkeys.ASKED], 0

    for part in ("clientDataJSON", "authenticatorData", "signature", "rawId"):
        whole = raw(answer["signed"]["rawId"] if part == "rawId" else answer["signed"]["response"][part])
        for place in range(8 * len(whole)):
            turned, altered = copy.deepcopy(answer), bytearray(whole)
            altered[place // 8] ^= 1 << place % 8
            (turned["signed"] if part == "rawId" else turned["signed"]["response"])[part] = words(bytes(altered))
            browser.session[passkeys.ASKED] = nonce
            assert refusal(browser, client, turned) == WRONG, (part, place)
            bits += 1

    assert bits > 1500
    browser.session[passkeys.ASKED] = nonce
    assert passkeys.verified(browser, client, json.dumps(answer), NOW)


@pytest.mark.parametrize(
    "malformed",
    ["x", "null", "[]", "{}", '{"made": 1, "signed": 2}', "9" * 10_000, "[" * 10_000, '{"made": {"rawId": "é"}, "signed": {}}'],
    ids=range(8),
)
def test_what_is_no_answer_at_all_is_refused(client, malformed: str) -> None:
    browser = request()
    passkeys.ask(browser, client, NOW)

    assert refusal(browser, client, malformed) == WRONG


def test_formats_without_end_are_refused(client) -> None:
    browser = request()
    answer = Passkey().answer(asked_of(browser, client))

    answer["made"]["response"]["attestationObject"] = words(b"\x81" * 9000)

    assert refusal(browser, client, answer) == WRONG


def test_it_serves_once_whether_it_held_or_not(client) -> None:
    browser = request()
    answer = Passkey().answer(asked_of(browser, client))
    passkeys.verified(browser, client, json.dumps(answer), NOW)
    other = request()
    later = Passkey().answer(asked_of(other, client))
    refusal(other, client, "x")

    assert refusal(browser, client, answer) == OVER
    assert refusal(other, client, later) == OVER


def test_it_lasts_ten_minutes(client) -> None:
    for late, is_taken in ((timedelta(minutes=10), True), (timedelta(minutes=10, seconds=1), False), (-timedelta(seconds=1), False)):
        browser = request()
        answer = Passkey().answer(asked_of(browser, client))

        if is_taken:
            assert passkeys.verified(browser, client, json.dumps(answer), NOW + late)
        else:
            assert refusal(browser, client, answer, NOW + late) == OVER


def test_what_was_asked_before_is_over_once_something_else_was_asked(client) -> None:
    browser = request()
    first = Passkey().answer(asked_of(browser, client))

    passkeys.ask(browser, client, NOW)

    assert refusal(browser, client, first) == WRONG


def test_it_signs_for_nobody_else_and_over_no_other_document(client, coach) -> None:
    browser = request()
    answer = Passkey().answer(asked_of(browser, client))
    asked = dict(browser.session)

    assert refusal(browser, coach, answer) == OVER
    browser.session = dict(asked)
    client.agreement.details = {**client.agreement.details, "sha256": "0" * 64}
    assert refusal(browser, client, answer) == OVER
    browser.session = {passkeys.ASKED: asked[passkeys.ASKED] | {"document": "0" * 64}}
    assert refusal(browser, client, answer) == WRONG
    browser.session = {passkeys.ASKED: asked[passkeys.ASKED] | {"signatory": str(coach.pk)}}
    assert refusal(browser, coach, answer) == WRONG


def test_it_is_asked_for_only_at_a_name(client, settings) -> None:
    assert passkeys.ask(request("127.0.0.1:8000"), client, NOW) is None
    browser = request()
    answer = Passkey().answer(asked_of(browser, client))
    moved = request("127.0.0.1:8000")
    moved.session = browser.session

    assert refusal(moved, client, answer) == OVER
    settings.LOCAL = False
    for host, url, here in (
        ("coach.example", "https://coach.example", ("coach.example", "https://coach.example")),
        ("coach.example", "https://Coach.example:443", ("coach.example", "https://coach.example")),
        ("coach.example", "https://coach.example:8443", ("coach.example", "https://coach.example:8443")),
        ("192.0.2.1", "https://192.0.2.1", ("", "")),
        ("2001:db8::1", "https://[2001:db8::1]", ("", "")),
    ):
        settings.HOST, settings.URL = host, url
        assert passkeys.site(request("localhost")) == here, "the host that a browser names is not believed here"


def test_the_script_finds_bad_whatever_differs_from_the_record(client, coach) -> None:
    kept, other = kept_of(client), kept_of(client)

    assert not holds(coach, kept)
    for differing in ({"reference": "CV-0"}, {"document": "0" * 64}, {"field": "Coach"}, {"statement": "Another."}):
        assert not holds(client, kept, **differing)
    for name in ("public_key_pem", "authenticator_data", "client_data", "signature", "nonce"):
        if kept[name] != other[name]:
            assert not holds(client, kept | {name: other[name]}), name
        assert not holds(client, {key: value for key, value in kept.items() if key != name}), name
    assert not holds(client, kept | {"rp_id": "elsewhere.example"})
    assert not holds(client, kept | {"nonce_at": (NOW + timedelta(seconds=1)).isoformat()})


def test_the_script_asks_for_presence_place_and_kind_even_of_what_was_signed_so(client) -> None:
    assert holds(client, unchecked(client))
    assert holds(client, unchecked(client, flags=PRESENT) | {"user_verified": False})

    for lie in ({"flags": VERIFIED}, {"origin": "https://elsewhere.example"}, {"name": "elsewhere.example"}, {"kind": "payment.get"}):
        assert not holds(client, unchecked(client, **lie)), lie


def test_the_script_takes_the_fingerprint_of_the_file_itself_whatever_the_record_says(client) -> None:
    agreement, document = client.agreement, bytes(client.agreement.document)
    evidence = {"statement": agreement.details["statements"]["client"], "passkey": kept_of(client)}
    record = {"reference": documents.reference(agreement), "fixed_sha256": agreement.sha256, "fixed_bytes": len(document)}
    record["signatures"] = [{"field": "Client", "evidence": evidence}]

    for file, is_good in ((document + b" signed", True), (b"x" + document, False)):
        report = verify_proof.Report()
        verify_proof.check_passkeys(report, record, file)
        assert report.good is is_good


def unchecked(signatory: Signatory, **lie: Any) -> dict[str, Any]:
    """What would be kept of an answer if nobody had looked at it."""
    browser, key = request(), Passkey()
    signed = key.answer(asked_of(browser, signatory), **lie)["signed"]["response"]
    asked = browser.session[passkeys.ASKED]
    return {
        "public_key_pem": certificates.public_key_pem(key.cose),
        "authenticator_data": signed["authenticatorData"],
        "client_data": signed["clientDataJSON"],
        "signature": signed["signature"],
        "user_verified": True,
        "nonce": asked["nonce"],
        "nonce_at": asked["at"],
        "rp_id": "localhost",
    }


@pytest.fixture
def _mailbox(tmp_path, settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path


@pytest.fixture
def way(cast, _mailbox, tmp_path, settings) -> str:
    """The address in Anaïs's letter about an agreement, a real PDF."""
    sent(cast.engagement(cast.anais), real=True)
    return f"/sign/{token(tmp_path, settings)}/"


def answered(browser: Browser, way: str) -> str:
    """What the page's script puts into the form, having asked at this address."""
    asked = browser.post(way, {"step": "passkey"}, headers=HERE)
    assert asked.status_code == 200
    return json.dumps(Passkey().answer(asked.json(), origin=ORIGIN))


def test_by_link_it_is_offered_after_the_code_and_kept_with_the_signature(way, tmp_path, settings) -> None:
    assert opened(way).post(way, {"step": "passkey"}, headers=HERE).status_code == 404
    phone = proven(way, tmp_path, settings)
    assert phone.post(way, {"step": "passkey"}).status_code == 404, "there is no name"
    assert french("Sign with a passkey too (optional)") in phone.get(way).content.decode()

    answer = answered(phone, way)
    assert phone.post(way, {"step": "sign", "passkey": answer}, headers=HERE).status_code == 422, "no name is typed"
    assert phone.post(way, SIGNED | {"passkey": answer}, headers=HERE).status_code == 302

    one = Signatory.objects.select_related("agreement").get(role="client")
    assert one.evidence["method"] == passkeys.METHOD
    assert holds(one, one.evidence["passkey"])
    assert one.agreement.state == "signed"
    assert phone.post(way, {"step": "passkey"}, headers=HERE).status_code == 404


def test_one_that_does_not_hold_signs_nothing_says_so_and_one_can_go_on_without(way, tmp_path, settings) -> None:
    phone = proven(way, tmp_path, settings)
    replayed = answered(phone, way)
    phone.post(way, SIGNED | {"passkey": "{}"}, headers=HERE)

    for wrong in ("{}", replayed):
        answer = phone.post(way, SIGNED | {"passkey": wrong}, headers=HERE, follow=True)
        assert "Rien n’a été signé" in answer.content.decode() or "Nothing was signed" in answer.content.decode()
        assert wrong not in answer.content.decode()
    one = Signatory.objects.get(role="client")
    assert (one.signed_at, dict(one.evidence or {})) == (None, {})

    phone.post(way, SIGNED, headers=HERE)
    one.refresh_from_db()
    assert one.evidence["method"] == "simple electronic signature"
    assert "passkey" not in one.evidence


@pytest.mark.usefixtures("_mailbox")
def test_client_contact_and_coach_add_one_each_in_their_space_and_the_proof_says_so(cast, tmp_path) -> None:
    agreement = sent(cast.engagement(cast.anais), kind="three_way", contacts=(cast.helene,), real=True)
    coach = signed_in(cast.camille.person)
    countersign = f"/coach/agreements/{agreement.pk}/countersign/"
    assert coach.post(countersign, {"step": "passkey"}, headers=HERE).status_code == 422, "it is not Camille's turn"

    for person, way in ((cast.anais, "client"), (cast.helene, "contact")):
        browser, page = signed_in(person.person), f"/{way}/agreements/{agreement.pk}/"
        answer = answered(browser, page)
        assert browser.post(page, SIGNED | {"name": person.name, "passkey": answer}, headers=HERE).status_code == 302
        assert browser.post(page, {"step": "passkey"}, headers=HERE).status_code == 404
    refused = coach.post(countersign, SIGNED | {"name": "Camille Aubry", "passkey": "{}"}, headers=HERE)
    assert (refused.status_code, Agreement.objects.get().state) == (302, "signed")
    answer = answered(coach, countersign)
    assert coach.post(countersign, SIGNED | {"name": "Camille Aubry", "passkey": answer}, headers=HERE).status_code == 302

    status, said = script(agreement, tmp_path)
    assert (status, said.count("good  passkey of ")) == (0, 3), said
    for field in ("Client", "Sponsor2", "Coach"):
        assert f"good  passkey of {field} signed the text as it was sent" in said


def test_the_proof_s_page_says_it_in_words(client) -> None:
    row = sign_next(client.agreement, passkey=kept_of(client))
    said = [documents._signature(one) for one in row.signatories.filter(role="client")]

    shown = {"text": documents.text_of(row), "agreement": row, "record": {}, "signatures": said, "events": [], "language": "en"}
    page = render_to_string("consent/pdf_proof.html", shown)

    assert french("With a passkey, over the fingerprint of the document") in page
    assert french("The device checked who holds it (finger, face or code)") in page


def test_passkeys_swapped_between_signatories_are_bad_in_the_proof(cast, tmp_path) -> None:
    agreement = sent(cast.engagement(cast.anais), real=True)
    client, coach = agreement.signatories.get(role="client"), agreement.signatories.get(role="coach")
    client.agreement = coach.agreement = agreement
    of_client, of_coach = kept_of(client), kept_of(coach)

    sign_next(agreement, real=True, passkey=of_coach)
    sign_next(agreement, real=True, passkey=of_client)

    status, said = script(agreement, tmp_path)
    assert status == 1
    assert [line[:27] for line in said.splitlines() if "BAD" in line] == [
        "BAD   passkey of Client sig",
        "BAD   passkey of Coach sign",
        "BAD   something is not as i",
    ]


def script(agreement: Agreement, tmp_path: Any) -> tuple[int, str]:
    """What the script inside the proof says, run where nothing of the product can be found."""
    assert completing.complete(agreement.pk)
    proof = tmp_path / "proof.pdf"
    proof.write_bytes(Agreement.objects.get(pk=agreement.pk).proof)
    (tmp_path / "verify.py").write_bytes(verify_proof.attachments(proof.read_bytes())["verify.py"])
    done = subprocess.run([sys.executable, "-I", "verify.py", "proof.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
