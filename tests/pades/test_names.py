"""People's names, whatever they are made of, stand in their certificates and signatures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asn1crypto import x509
from hypothesis import given
from hypothesis import strategies as st

from pades import certificates, verifying, writing
from tests.pades.samples import NOW, TWO, agreement, stamp

NAMES = {
    "Zoé Lefèvre-Œuvrard": "Zoé Lefèvre-Œuvrard",
    "Anne-Lise d’Arcy": "Anne-Lise d’Arcy",
    "محمد الأمين بن عبد الله": "محمد الأمين بن عبد الله",
    "王小明": "王小明",
    "Léa 👩\u200d💻": "Léa",
    "Mohamed محمد": "محمد",
    "محمد الأمين (الثاني) 2": "محمد الأمين (الثاني",
    "محمدٌ": "محمد",
    "محمد " * 30: " ".join(["محمد"] * 6) + " محم",
    "A𞤀": "A",
    "A" * 64: "A" * 64,
    "A" * 65: "A" * 61 + "…",
    "王" * 140: "王" * 20 + "…",
    "👩\u200d👩\u200d👧\u200d👦": "—",
    "e\u0301" * 5: "é" * 5,
    "n\u0308" * 60: "n\u0308" * 20 + "…",
    "a\u0308\u0323\u0324" + "\u0324" * 60: "…",
    "Max\nMuster\0man\u202e": "Max Muster man",
    "   ": "—",
    "\ud800x": "x",
}


@pytest.mark.no_database
@pytest.mark.parametrize(("name", "short"), NAMES.items(), ids=range(len(NAMES)))
def test_a_common_name_is_the_name_or_its_beginning_and_the_whole_stands_beside_it(name: str, short: str) -> None:
    period = certificates.Period(NOW - timedelta(days=1), NOW + timedelta(days=1))
    issuing = certificates.issuing(certificates.root("r", period), "i", period)

    made = x509.Certificate.load(certificates.signer(issuing, name=name, address="a@example.net", at=NOW).certificate)

    assert made.subject.native["common_name"] == short
    assert made.subject.native.get("name", short) == certificates.comparable(name)
    assert made.subject.hashable
    assert len(short.encode()) <= 64


@pytest.mark.no_database
@given(name=st.text(max_size=200))
def test_a_certificate_can_be_made_and_compared_whatever_the_name(name: str) -> None:
    subject = x509.Name.load(certificates.subject(name).public_bytes())

    assert subject.hashable
    assert certificates.common_name(certificates.common_name(name)) == certificates.common_name(name)


@pytest.mark.no_database
def test_a_signer_s_certificate_is_for_a_quarter_of_an_hour_and_for_documents_alone() -> None:
    period = certificates.Period(NOW - timedelta(days=1), NOW + timedelta(days=1))
    issuing = certificates.issuing(certificates.root("r", period), "i", period)

    made = x509.Certificate.load(certificates.signer(issuing, name="Zoé", address="zoé@exämple.net", at=NOW).certificate)

    validity = made["tbs_certificate"]["validity"].native
    assert validity["not_after"] - validity["not_before"] == timedelta(minutes=15)
    assert made.extended_key_usage_value.native == ["1.3.6.1.5.5.7.3.36", "email_protection"]
    assert made.key_usage_value.native == {"digital_signature", "non_repudiation"}
    assert made.subject_alt_name_value is None  # an address in other letters has no place there
    assert (made.public_key.curve, made.ca) == (("named", "secp256r1"), False)


@pytest.mark.parametrize("name", ["محمد الأمين بن عبد الله", "王" * 140, "Léa 👩\u200d💻"])
def test_a_signature_says_the_whole_name(name: str) -> None:
    file = writing.certify(agreement(TWO), reason="r", at=NOW)

    file = writing.sign(file, field="Client", name=name, address="x@example.net", reason="r", stamp=stamp("Client"), is_last=False, at=NOW)

    report = verifying.check(file, fields=["Sent", "Client"], at=NOW)
    assert (report.problems, report.signatures[1].name) == ((), name)
