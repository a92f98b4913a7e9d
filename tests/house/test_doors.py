"""Fence 1, who may enter: every address says whom it admits, each space admits its own people only, and little is open while locked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver, path

from accounts.checks import every_view
from accounts.doors import Administrator, Anyone, SignedIn, admits
from clients.models import Client, Coach, SponsorContact

SPACES = {"coach/": Coach, "client/": Client, "contact/": SponsorContact, "admin/": Administrator}
OPEN_WHILE_LOCKED = {  # everything else asks for the passphrase first
    "accounts/unlock/": "asks for the passphrase",
    "accounts/lock/": "locking what is locked is no error",
    "accounts/reauthenticate/": "asks for the passphrase",
    "accounts/recover/": "whoever lost the passphrase has a locked vault",
    "accounts/start-again/": "whoever lost passphrase and sheet has a locked vault; a mailed link comes first, and no name is shown",
    "accounts/2fa/totp/activate/": "a coach sets it up before anything else; asks for the passphrase itself",
    "accounts/2fa/totp/deactivate/": "asks for the passphrase itself",
    "accounts/2fa/codes/": "asks for the passphrase itself",
    "accounts/2fa/codes/generate/": "asks for the passphrase itself",
    "client/authorisations/": "withdrawing must work without a passphrase; no name is shown",
    "client/authorisations/<uuid:pk>/withdraw/": "withdrawing must work without a passphrase",
}
OPEN_TO_ANYONE = {
    "": "leads to sign in, or to the person's space",
    "healthz": "a word for the machine that watches",
    "readyz": "a word for the machine that watches",
    "mail/": "the development mail page: only where mail goes to files on a local address",
    "accounts/login/": "signing in",
    "accounts/logout/": "signing out asks first, and does nothing for nobody",
    "accounts/inactive/": "says that the account is closed",
    "accounts/lost/": "asks for a link; the same answer for any address",
    "accounts/signup/": "a coach makes an account",
    "accounts/language/": "the language switch",
    "accounts/appearance/": "light, dark, discreet",
    "accounts/help/": "who can read what, in plain words",
    "accounts/2fa/authenticate/": "the second step of signing in",
    "accounts/code/": "the same, by a mailed code",
    "accounts/passkey/": "signing in with a passkey",
    "link/<str:token>/": "a mailed link",
    "link-again/": "asks for another link where one is over; the same answer for any",
    "sign/<str:token>/": "reading and signing by a mailed link",
    "sign/<str:token>/document.pdf": "the same document as a PDF",
    "sign/<str:token>/proof.pdf": "its proof file, once all have signed, for the client",
    "sign/<str:token>/page/<int:number>.png": "one page of the same document, as a picture",
    "verify/": "says of a PDF, to whoever holds it, whether it is what was signed",
    "pki/root.pem": "our root certificate, to be compared",
    "pki/<slug:which>.crl": "a revocation list, which signed PDFs name",
    "pledge/<uuid:token>/": "what a coach promises to everybody; no client is named",
}


@pytest.fixture
def addresses() -> Iterator[list[Any]]:
    """The instance's addresses, to which a test may add."""
    patterns = get_resolver().url_patterns
    kept = list(patterns)
    yield patterns
    patterns[:] = kept


def silent(request: HttpRequest) -> HttpResponse:
    """A view that says nothing about whom it admits."""
    return HttpResponse("inside")


def test_every_address_says_whom_it_admits() -> None:
    assert [where for where, view in every_view() if not hasattr(view, "admits")] == []


def test_manage_py_check_names_a_silent_view(addresses: list[Any]) -> None:
    call_command("check", tags=["doors"])
    addresses.append(path("coach/planted/", silent))

    with pytest.raises(SystemCheckError, match=r"accounts\.E001\) /coach/planted/"):
        call_command("check", tags=["doors"])


def test_manage_py_check_names_a_view_whose_login_requirement_says_otherwise(addresses: list[Any]) -> None:
    wrongly_open = admits(SignedIn)(silent)
    wrongly_open.login_required = False  # type: ignore[attr-defined]
    addresses.append(path("coach/planted/", wrongly_open))

    with pytest.raises(SystemCheckError, match=r"accounts\.E002\) /coach/planted/"):
        call_command("check", tags=["doors"])


def test_each_space_admits_its_own_people_and_they_have_no_other() -> None:
    for where, view in every_view():
        space = next((space for space in SPACES if where.startswith(space)), None)
        expected = {SPACES[space]} if space else {Anyone, SignedIn}
        assert view.admits in expected, f"/{where} admits {view.admits.__name__}"


def test_what_is_open_to_anyone_is_listed_with_its_reason() -> None:
    assert {where for where, view in every_view() if view.admits is Anyone} == OPEN_TO_ANYONE.keys()


def test_what_is_open_while_locked_is_listed_with_its_reason() -> None:
    open_ones = {where for where, view in every_view() if view.even_locked and view.admits is not Anyone}

    assert open_ones == OPEN_WHILE_LOCKED.keys()
