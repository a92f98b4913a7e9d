"""The instance has one authority, made once by whoever comes first, with lists that are kept fresh."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from asn1crypto import crl, x509
from django.db import IntegrityError, connection, transaction

from pades import authority, certificates, jobs
from pades.models import Authority
from tests.pades.samples import NOW
from vault import ledger
from vault.models import LedgerEntry


def listed(raw: bytes) -> dict:
    """The facts of a revocation list."""
    return crl.CertificateList.load(raw)["tbs_cert_list"].native


def test_the_first_call_makes_the_authority_and_says_so_in_the_instance_s_ledger() -> None:
    first = authority.authority(NOW)

    again = authority.authority(NOW + timedelta(days=3))

    assert (again.root, again.issuing, again.seal, again.timestamp) == (first.root, first.issuing, first.seal, first.timestamp)
    [event] = LedgerEntry.objects.filter(event="authority.made")
    assert (event.chain, event.by, bytes(event.digest).hex()) == (ledger.INSTANCE, None, authority.root_fingerprint())


def test_its_keys_stand_in_no_column_and_in_no_text() -> None:
    opened = authority.authority(NOW)

    with connection.cursor() as cursor:
        cursor.execute("select pades_authority::text from pades_authority")
        text = cursor.fetchone()[0]

    assert opened.root.key.hex() not in text
    assert "key" not in repr(opened.root)


def test_there_is_never_a_second() -> None:
    authority.authority(NOW)
    facts = {"made_at": NOW, "crls_issued_at": NOW, "crls_end_at": NOW, "root_crl": b"", "issuing_crl": b""}

    for is_only in (True, False):
        with pytest.raises(IntegrityError), transaction.atomic():
            Authority.objects.create(is_only=is_only, certificates={}, keys={}, **facts)


def test_its_certificates_were_valid_five_years_before_and_will_be_thirty_years_after() -> None:
    opened = authority.authority(NOW)

    for pair in (opened.root, opened.issuing, opened.seal, opened.timestamp):
        validity = x509.Certificate.load(pair.certificate)["tbs_certificate"]["validity"].native
        assert validity["not_before"] <= NOW - timedelta(days=1825)
        assert validity["not_after"] >= NOW + timedelta(days=10949)


def test_an_act_in_the_past_has_lists_of_that_moment_and_leaves_the_present_ones_alone() -> None:
    present = authority.authority(NOW).crls
    past = NOW - timedelta(days=200)

    lists = authority.authority(past).crls

    for one, now in zip(lists, present, strict=True):
        assert listed(one)["this_update"] == past
        assert listed(one)["crl_extensions"][0]["extn_value"] < listed(now)["crl_extensions"][0]["extn_value"]
    assert authority.authority(NOW).crls == present


def test_lists_are_renewed_once_they_are_a_day_old() -> None:
    assert not authority.refresh_crls(NOW)  # there is no authority yet
    before = authority.authority(NOW).crls

    young = authority.refresh_crls(NOW + timedelta(hours=23))
    old = authority.refresh_crls(NOW + timedelta(hours=25))

    assert (young, old) == (False, True)
    after = [authority.crl(which, NOW + timedelta(hours=26)) for which in ("root", "issuing")]
    assert [listed(one)["this_update"] for one in after] == [NOW + timedelta(hours=25)] * 2
    assert listed(after[0])["next_update"] == NOW + timedelta(days=30, hours=25)
    assert set(after).isdisjoint(before)


def test_the_daily_job_renews_them() -> None:
    authority.authority(NOW - timedelta(days=9000))
    Authority.objects.update(crls_issued_at=NOW - timedelta(days=9000))

    jobs.refresh_crls()

    assert Authority.objects.get().crls_issued_at > NOW - timedelta(days=9000)


def test_no_list_has_another_name() -> None:
    with pytest.raises(ValueError):
        authority.crl("seal", NOW)


@pytest.mark.parametrize("url", ["https://coach.example.org", ""])
def test_certificates_name_the_lists_address_only_where_the_world_can_reach_it(url: str, settings) -> None:
    settings.HTTPS, settings.URL = bool(url), url or "http://127.0.0.1:8000"

    opened = authority.authority(NOW)

    points = [x509.Certificate.load(one.certificate).crl_distribution_points for one in (opened.root, opened.issuing, opened.seal)]
    found = [[point["distribution_point"].chosen[0].native for point in one] for one in points]
    assert found == ([[], [f"{url}/pki/root.crl"], [f"{url}/pki/issuing.crl"]] if url else [[], [], []])


def test_two_at_once_get_the_same_one(own_databases) -> None:
    start, made, errors = threading.Barrier(4), [], []

    def come() -> None:
        try:
            start.wait()
            made.append(authority.authority(NOW).root.certificate)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert (len(made), len(set(made))) == (4, 1)
    assert LedgerEntry.objects.filter(event="authority.made").count() == 1
    assert certificates.fingerprint(made[0]) == authority.root_fingerprint()
