"""What is away for a moment, and the sentence for it: the database, the keyring, room on the disk. Nothing of it was saved by half."""

from __future__ import annotations

import errno
from enum import StrEnum

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.doors import wants_a_page
from vault.keyring.halves import Away

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NO_ROOM_IN_THE_DATABASE = {"53100", "58030"}  # disk_full, io_error
READ_ONLY = "25006"  # it has become a stand-by
SECONDS = "10"


class Trouble(StrEnum):
    """What is away."""

    DATABASE = "database"
    KEYRING = "keyring"
    DISK = "disk"


def of(error: BaseException | None) -> Trouble | None:
    """What this failure says is away for a moment; None for a failure of our own."""
    state = _state(error)
    if isinstance(error, Away) and state not in NO_ROOM_IN_THE_DATABASE:
        return Trouble.KEYRING
    if state in NO_ROOM_IN_THE_DATABASE or (isinstance(error, OSError) and error.errno in NO_ROOM):
        return Trouble.DISK
    if isinstance(error, OperationalError | InterfaceError) or (isinstance(error, InternalError) and state == READ_ONLY):
        return Trouble.DATABASE
    return None


def _state(error: BaseException | None) -> str | None:
    """PostgreSQL's code for this failure, or for the one that it was made of."""
    while error is not None:
        if state := getattr(error, "sqlstate", None):
            return str(state)
        error = error.__cause__
    return None


def answer(request: HttpRequest, why: Trouble) -> HttpResponse:
    """503 with the sentence, as a page or for a script of ours. No context processor runs: it would ask the database."""
    if wants_a_page(request):
        response: HttpResponse = HttpResponse(render_to_string("503.html", {"why": str(why)}), status=503)
    else:
        response = JsonResponse({"error": sentence(why)}, status=503)
    response.headers["Retry-After"] = SECONDS
    return response


def sentence(why: Trouble) -> str:
    """One sentence for a script that shows it beside what was typed."""
    if why is Trouble.DISK:
        return _(
            "There is no room left on the server: nothing was saved. Your text is still on screen. Please tell whoever runs this instance."
        )
    if why is Trouble.KEYRING:
        return _("What is sealed cannot be opened or sealed at this moment. Nothing is lost; your text is still on screen.")
    return _("The database does not answer at this moment. Nothing is lost; your text is still on screen.")
