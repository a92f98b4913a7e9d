"""What every answer carries, and the language and vault cookie of the person who asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import sign_ins, tripwire, turnstile
from accounts.doors import wants_a_page
from vault.primitives import Closed
from vault.ration import Busy
from vault.unlocked import Destroyed

GetResponse = Callable[[HttpRequest], HttpResponse]
METHODS: Final = ("GET", "HEAD", "POST")


class Answers:
    """Nothing is stored by a browser or a proxy; too many people at once get 503 and when to come back.

    Every page is asked for by GET, sent to by POST, or both: HEAD is a GET whose text the server keeps to itself, and nothing else is answered.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        method = request.method
        request.method = "GET" if method == "HEAD" else method
        response = self.get_response(request) if method in METHODS else HttpResponseNotAllowed(METHODS)
        request.method = method
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers.setdefault("X-Robots-Tag", "noindex")
            turnstile.answered(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Destroyed):
            return render(request, "accounts/destroyed.html", status=410)
        if isinstance(error, Closed):
            turnstile.tell("does not open what is asked at", request.resolver_match and request.resolver_match.view_name)
            return render(request, "accounts/does_not_open.html", status=409)
        if isinstance(error, tripwire.Tripped):
            return tripwire.answer(request, error)
        if not isinstance(error, Busy):
            return None
        if wants_a_page(request):
            response: HttpResponse = render(request, "503.html", status=503)
        else:
            response = JsonResponse(
                {"error": _("Many people are unlocking at this moment. Please try again in a few seconds.")}, status=503
            )
        response.headers["Retry-After"] = "5"
        return response


class PersonLanguage:
    """A signed-in person reads in the language of their setting; others in the one their browser or the switch says."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        response = self.get_response(request)
        if request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in response.cookies:
            self._remember(request, response)
        return response

    def _remember(self, request: HttpRequest, response: HttpResponse) -> None:
        """Keep the language of somebody signed in on their device too: a page that says the database is away cannot ask it."""
        name, language = settings.LANGUAGE_COOKIE_NAME, request.user.language  # type: ignore[union-attr]
        if request.COOKIES.get(name) != language:
            response.set_cookie(name, language, max_age=365 * 86400, httponly=True, samesite="Lax", secure=settings.HTTPS)


class SeenHere:
    """Keeps when each sign-in was last seen, for the person's own list. Polling does not count."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and "X-Poll" not in request.headers:
            sign_ins.seen(request, timezone.now())
        return self.get_response(request)


class VaultCookie:
    """Sets or forgets the cookie of an open vault, and says until when it stays open."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if cookie := getattr(request, "new_vault_cookie", None):
            response.set_cookie(
                settings.VAULT_COOKIE_NAME, cookie, httponly=True, samesite="Strict", secure=settings.VAULT_COOKIE_SECURE, path="/"
            )
        elif getattr(request, "forget_vault_cookie", False):
            response.delete_cookie(settings.VAULT_COOKIE_NAME, path="/", samesite="Strict")
        if locks_at := getattr(request, "vault_locks_at", None):
            response.headers["X-Lock-At"] = str(int(locks_at.timestamp()))
        return response
