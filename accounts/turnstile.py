"""One line in the server's log for each attempt to come in and each request turned away: what, who by their id, at which page.

No address, no name, no network.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

log = logging.getLogger("turnstile")
METHODS: Final = "account_authentication_methods"  # where allauth notes by what somebody signed in
TURNED_AWAY: Final = frozenset({400, 403, 404, 405, 413, 429, 503})


def tell(*words: object) -> None:
    """Write a line. Its words are codes and ids; signs that begin a value would be cut (coachvault.error_reports)."""
    log.info(" ".join(str(word) for word in words if word))


def signed_in(request: HttpRequest, user: Any) -> None:
    """Somebody came in, and by what: passphrase, link, code."""
    tell("signed in by", "+".join(sorted({one["method"] for one in request.session.get(METHODS, [])})), "person", user.pk)


def wrong_passphrase(digest: str) -> None:
    """A passphrase was wrong. The beginning of the keyed digest tells tries for one address from those for another, and not which."""
    tell("wrong passphrase for", digest[:12])


def answered(request: HttpRequest, response: HttpResponse) -> None:
    """A request was turned away: by a door, a rule, a limit, or since it could not be read. Asks the database nothing."""
    if response.status_code in TURNED_AWAY:
        person = getattr(getattr(request, "_cached_user", None), "pk", None)
        found = request.resolver_match
        tell("turned away", response.status_code, "at", found.view_name if found else "no address", "person", person or "nobody")
