"""The pledge for everybody: what one coach promises. Nothing here tells of any client."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from accounts.doors import Anyone, admits
from consent import pledges


@require_GET
@admits(Anyone)
def pledge_public(request: HttpRequest, token: UUID) -> HttpResponse:
    """Show what is published at this address, in the language asked for, else the reader's."""
    found = pledges.at_address(token)
    pledge = pledges.in_language(found, request.GET.get("language"), translation.get_language())
    if pledge is None:
        raise Http404
    with translation.override(pledge.language):
        facts = {
            "pledge": pledge,
            "text": pledges.text_of(pledge),
            "languages": [(code, name) for code, name in pledges.LANGUAGES.items() if code in found and code != pledge.language],
        }
        answer = render(request, "consent/pledge_public.html", facts)
    answer.headers["Content-Language"] = pledge.language
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
