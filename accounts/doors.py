"""Who may enter a view. A view that is silent is closed, and `manage.py check` names it.

`@admits(Coach)` hands the coach to the view and puts the open vault on `request.vault`; everyone else gets 404.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import unlocking

View = Callable[..., HttpResponse]


class Audience(Protocol):
    """Somebody a view admits: `of` gives what the view receives, or None."""

    requires_second_factor: bool

    @classmethod
    def of(cls, user: Any) -> Any: ...


class Anyone:
    """Signed in or not."""

    requires_second_factor = False

    @classmethod
    def of(cls, user: Any) -> Any:
        return user


class SignedIn:
    """Any person, whatever they are here."""

    requires_second_factor = False

    @classmethod
    def of(cls, user: Any) -> Any:
        return user if user.is_authenticated else None


class Administrator:
    """Whoever runs the instance. They see no content."""

    requires_second_factor = True

    @classmethod
    def of(cls, user: Any) -> Any:
        return user if user.is_authenticated and user.is_administrator else None


def wants_a_page(request: HttpRequest) -> bool:
    """Whether the browser navigates, rather than a script of ours asking in the background."""
    return request.headers.get("HX-Request") != "true" and request.headers.get("X-Requested-With") is None


def look(request: HttpRequest) -> bool:
    """Put the open vault on `request.vault`, and until when on `request.vault_locks_at`; whether there is one."""
    opened = unlocking.find(request)
    request.vault = opened.vault if opened else None  # type: ignore[attr-defined]
    request.vault_locks_at = opened.locks_at if opened else None  # type: ignore[attr-defined]
    return opened is not None


def ask_for_the_cookie(request: HttpRequest) -> HttpResponse:
    """Let the page fetch itself once: a page reached from a mail carries no Strict cookie, the same page fetched by itself does."""
    query = request.GET.copy()
    query["again"] = "1"
    return render(request, "accounts/again.html", {"url": f"{request.path}?{query.urlencode()}"})


def to_step_up(request: HttpRequest) -> HttpResponse:
    """The way to the passphrase before something that matters. What was being sent is not kept: the page is opened again."""
    target = request.get_full_path() if request.method == "GET" else request.path
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': target})}")


def locked_answer(request: HttpRequest) -> HttpResponse:
    """The way to the passphrase: the unlock page, or 423 for a background request, so that the text on screen stays."""
    if not wants_a_page(request):
        return JsonResponse(
            {"error": _("Your vault is locked. Your text is still on screen; it will be saved once you unlock.")}, status=423
        )
    if unlocking.is_open_elsewhere(request) and "again" not in request.GET:
        return ask_for_the_cookie(request)
    target = request.get_full_path() if request.method == "GET" else request.path
    return redirect(f"{reverse('vault_unlock')}?{urlencode({'next': target})}")


def needs_second_factor(who: Any, user: Any) -> bool:
    """Whether this person must switch on a second factor before entering. Demo people may go without, on a local instance."""
    from allauth.mfa.utils import is_mfa_enabled

    if not who.requires_second_factor or (user.is_demo and settings.LOCAL):
        return False
    return not is_mfa_enabled(user)


def admits(who: type[Audience] | Any, *, even_locked: bool = False) -> Callable[[View], View]:
    """Admit `who` to the view and nobody else. The vault must be open unless `even_locked` says otherwise."""

    def door(view: View) -> View:
        if who is Anyone:
            return marked(view, Anyone)

        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            person = who.of(request.user)
            if person is None:
                raise Http404
            if needs_second_factor(who, request.user):
                return redirect("mfa_activate_totp")
            if not look(request) and not even_locked:
                return locked_answer(request)
            return view(request, *args, **kwargs) if who is SignedIn else view(request, person, *args, **kwargs)

        entered.admits, entered.even_locked = who, even_locked  # type: ignore[attr-defined]
        return entered

    return door


def marked(view: Any, who: Any) -> View:
    """Mark a view with whom it admits, and look only: nothing is handed over, and a locked vault stays out of nobody's way."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            look(request)
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except ReauthenticationRequired:  # allauth's own way would keep what was being sent
            return to_step_up(request)
        return response

    guarded = login_not_required(shown) if who is Anyone else shown
    guarded.admits, guarded.even_locked = who, True  # type: ignore[attr-defined]
    return guarded
