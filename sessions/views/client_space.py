"""A client's whole space: the access log in sentences, and everything it shows as a file to keep."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import Any
from uuid import uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from accounts.doors import admits, to_step_up
from clients.models import Client, Engagement
from consent.views.answers import pdf_answer
from consent.views.careful import asks_passphrase
from sessions import access, space
from sessions.rights import actions
from sessions.views.engagements import page_number
from support import pdf

PRINTED_LINES = 500  # of the log; the file for machines has them all


class Encoder(DjangoJSONEncoder):
    """Dates, ids and sentences as Django writes them; small frozen facts as mappings."""

    def default(self, o: Any) -> Any:
        """What the standard encoder does not know."""
        return asdict(o) if is_dataclass(o) and not isinstance(o, type) else super().default(o)


@require_GET
@admits(Client)
def access_log(request: HttpRequest, clients: list[Client]) -> HttpResponse:
    """Show who opened or changed what, over every engagement, fifty sentences a page."""
    before = page_number(request)
    lines, after = access.told(clients, before=before)
    engagements = Engagement.objects.for_client(clients)
    facts = {"lines": lines, "after": after, "first": before is None, "engagements": engagements, "several": len(engagements) > 1}
    return render(request, "sessions/client_access.html", facts)


@require_GET
@admits(Client)
@sensitive_variables()
def download(request: HttpRequest, clients: list[Client]) -> HttpResponse:
    """Everything as JSON: an export, so the passphrase is asked for again."""
    if asks_passphrase(request):
        return to_step_up(request)
    content = _gathered(request, clients, "json")
    answer = JsonResponse(content, encoder=Encoder, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer.headers["Content-Disposition"] = f'attachment; filename="{uuid4()}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_GET
@admits(Client)
@sensitive_variables()
def download_pdf(request: HttpRequest, clients: list[Client]) -> HttpResponse:
    """The same to be read and printed."""
    if asks_passphrase(request):
        return to_step_up(request)
    content = _gathered(request, clients, "pdf")
    facts = content | {"log": content["log"][:PRINTED_LINES], "is_cut": len(content["log"]) > PRINTED_LINES}
    document = pdf.document("sessions/pdf_space.html", facts, title=_("What my space shows"), language=content["language"])
    return pdf_answer(document, str(uuid4()), download=True)


@sensitive_variables()
def _gathered(request: HttpRequest, clients: list[Client], code: str) -> dict[str, Any]:
    """Write down that it is downloaded; once that is kept, open everything."""
    actions.note_download(clients=clients, code=code, by=clients[0])
    vault: Any = request.vault  # type: ignore[attr-defined]
    return space.gathered(clients, vault, language=get_language() or "fr", at=timezone.now())
