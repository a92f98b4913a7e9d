"""What `manage.py doctor` says of the way to the databases and to the mail server."""

from __future__ import annotations

from typing import Any

import pytest

from coachvault.doctor import transport
from coachvault.doctor.findings import State


def test_the_databases_of_the_tests_are_reached_by_a_socket_of_this_machine() -> None:
    assert [one[:2] for one in transport.databases()] == [("DATABASE_URL", ""), ("KEYRING_URL", "")]
    assert [one.state for one in transport.look()] == [State.GOOD]


@pytest.mark.no_database
@pytest.mark.parametrize("end", ["192.0.2.7", "2001:db8::7", "database.example"])
def test_a_connection_that_others_could_read_is_said_with_the_cure(end: str) -> None:
    found = transport.transport([("DATABASE_URL", "", False), ("KEYRING_URL", end, False)])

    assert (found.state, end in found.said) == (State.WARNING, True)
    assert found.cure == transport.CURES["KEYRING_URL"]


@pytest.mark.no_database
@pytest.mark.parametrize(("end", "encrypted"), [("192.0.2.7", True), ("127.0.0.1", False), ("::1", False), ("localhost", False)])
def test_an_encrypted_one_and_one_that_stays_on_this_machine_are_good(end: str, encrypted: bool) -> None:
    assert transport.transport([("KEYRING_URL", end, encrypted)]).state is State.GOOD


@pytest.mark.no_database
def test_mail_in_clear_to_another_machine_is_said(settings: Any) -> None:
    settings.MAIL, settings.EMAIL_HOST, settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = "smtp", "mail.example", False, False
    assert transport.transport(transport.mail()).state is State.WARNING

    settings.EMAIL_USE_TLS = True
    assert transport.transport(transport.mail()).state is State.GOOD
    settings.MAIL = "file"
    assert [*transport.mail()] == []
