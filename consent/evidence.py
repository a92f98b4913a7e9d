"""The evidence of an act, a signature, a receipt or a consent: who typed or was shown what, when, from where. Kept encrypted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from consent.models import Agreement, Pledge

LONGEST_BROWSER = 400


def where(request: HttpRequest) -> dict[str, str]:
    """Where an act came from: the network address, as the trusted proxies say (COACHVAULT_PROXIES), and the browser."""
    return {"network": str(get_adapter().get_client_ip(request)), "browser": request.headers.get("User-Agent", "")[:LONGEST_BROWSER]}


def of_consent(request: HttpRequest, *, notice: str, language: str) -> dict[str, str]:
    """What is kept of giving a consent in this request: from where, and which version of which sentences was shown."""
    return {**where(request), "notice": notice, "language": language, "way": "space"}


def of_receipt(request: HttpRequest, *, pledge: Pledge, language: str, at: datetime) -> dict[str, str]:
    """What is kept of acknowledging a pledge in this request: which sentence under which document, from where."""
    statement = str(pledge.details["statement"])
    return {"statement": statement, "at": at.isoformat(), "sha256": pledge.sha256, **where(request), "language": language, "way": "space"}


def of_signing(request: HttpRequest, *, agreement: Agreement, role: str, typed_name: str, way: str, at: datetime) -> dict[str, Any]:
    """What is kept of signing `agreement` in this request. `way` is how they came: by link, or in their space."""
    details = agreement.details
    return {
        "name": typed_name,
        "statement": details["statements"][role],
        "at": at.isoformat(),
        **where(request),
        "language": details["language"],
        "way": way,
        "sha256": agreement.sha256,
        "template": f"{details['code']} {details['version']}",
        "wording": agreement.wording,
        "method": "simple electronic signature",  # a code by e-mail, a drawn name or a passkey would say so here
    }
