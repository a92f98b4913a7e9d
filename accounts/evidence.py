"""Where an act came from: what is kept, encrypted, beside a signature or a consent."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest


def of_request(request: HttpRequest) -> dict[str, str]:
    """The network address (as trusted proxies say, `COACHVAULT_PROXIES`) and the browser, at most 300 characters."""
    return {"address": str(get_adapter().get_client_ip(request)), "browser": request.headers.get("User-Agent", "")[:300]}
