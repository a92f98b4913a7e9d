"""A view that says nothing is closed, and the check names it."""

from __future__ import annotations

import pytest
from allauth.account import views as account
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import get_resolver, path

from accounts.checks import every_view_says_whom_it_admits
from accounts.doors import Administrator, Anyone, SignedIn, admits, needs_second_factor
from accounts.models import User
from tests.cast import PASSPHRASE, Cast, person, signed_in


def shown(request: HttpRequest, *whom: object) -> HttpResponse:
    return HttpResponse("inside")


@pytest.fixture
def addresses():
    """The instance's addresses, to which a test may add."""
    patterns = get_resolver().url_patterns
    kept = list(patterns)
    yield patterns
    patterns[:] = kept


def found() -> list[tuple[str, str]]:
    return [(error.id, error.msg.split()[0]) for error in every_view_says_whom_it_admits(None)]


def test_every_view_says_whom_it_admits():
    assert found() == []


def test_a_view_that_is_silent_is_named_ours_or_allauth_s(addresses):
    addresses += [path("oops/", shown), path("reset/", account.password_reset)]

    assert found() == [("accounts.E001", "/oops/"), ("accounts.E001", "/reset/")]


def test_a_view_whose_login_requirement_says_otherwise_is_named(addresses):
    wrongly_open, wrongly_shut = admits(SignedIn)(shown), admits(Anyone)(shown)
    wrongly_open.login_required = False
    wrongly_shut.login_required = True
    addresses += [path("open/", wrongly_open), path("shut/", wrongly_shut)]

    assert found() == [("accounts.E002", "/open/"), ("accounts.E002", "/shut/")]


def test_marking_one_view_does_not_mark_the_one_it_stands_on():
    admits(Anyone)(shown)

    assert not hasattr(shown, "admits")
    assert getattr(shown, "login_required", True)


def test_whoever_is_not_admitted_gets_404(cast: Cast):
    request = RequestFactory().get("/")
    request.user = cast.anais.person

    with pytest.raises(Http404):
        admits(Administrator)(shown)(request)


def test_whoever_must_have_a_second_factor_sets_it_up_before_entering():
    dominique = person("Dominique Serre", is_administrator=True)[0]
    User.objects.filter(pk=dominique.pk).update(is_demo=False)
    browser = signed_in(dominique)

    assert browser.get("/admin/")["Location"] == "/accounts/2fa/totp/activate/"
    way = browser.get("/accounts/2fa/totp/activate/")["Location"]
    assert way == "/accounts/reauthenticate/?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"
    browser.post(way, {"password": PASSPHRASE})
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200


def test_demo_people_may_go_without_on_this_machine_alone(settings):
    dominique = person("Dominique Serre", is_administrator=True)[0]

    assert not needs_second_factor(Administrator, dominique)
    settings.LOCAL = False
    assert needs_second_factor(Administrator, dominique)


def test_an_answer_is_kept_by_no_browser_and_no_proxy():
    for address in ("/accounts/login/", "/accounts/help/", "/healthz", "/nowhere/"):
        answer = Browser().get(address)
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex"
