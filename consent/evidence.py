"""The evidence of one signature: who typed what, accepted what, when, from where, over which bytes. Kept encrypted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from consent.models import Agreement

LONGEST_BROWSER = 400


def of_signing(request: HttpRequest, *, agreement: Agreement, role: str, typed_name: str, way: str, at: datetime) -> dict[str, Any]:
    """What is kept of signing `agreement` in this request. `way` is how they came: by link, or in their space."""
    details = agreement.details
    return {
        "name": typed_name,
        "statement": details["statements"][role],
        "at": at.isoformat(),
        "network": str(get_adapter().get_client_ip(request)),  # counts COACHVAULT_PROXIES
        "browser": request.headers.get("User-Agent", "")[:LONGEST_BROWSER],
        "language": details["language"],
        "way": way,
        "sha256": agreement.sha256,
        "template": f"{details['code']} {details['version']}",
        "wording": agreement.wording,
        "method": "simple electronic signature",  # a code by e-mail, a drawn name or a passkey would say so here
    }
