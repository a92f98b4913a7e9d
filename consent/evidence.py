"""The evidence of an act, a signature, a receipt or a consent: who typed or was shown what, when, from where. Kept encrypted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from accounts.models import Link
from consent import passkeys, trail
from consent.documents import text_of
from consent.models import Agreement, Pledge, Signatory

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


def of_signing(
    request: HttpRequest,
    *,
    agreement: Agreement,
    signatory: Signatory,
    typed: Mapping[str, Any],
    way: str,
    link: Link | None,
    at: datetime,
) -> dict[str, Any]:
    """What is kept of signing `agreement` in this request, all of it named by its hash in the PDF's signature.

    `typed` is what the form gave: name, drawing, choices, a passkey's answer. `way` is how they came: by `link` and code, or in their
    `space`. Raises `Refused` for a passkey's answer that does not hold.
    """
    details = agreement.details
    kept = {
        "name": typed["name"],
        "statement": details["statements"][signatory.role],
        "at": at.isoformat(),
        **where(request),
        "language": details["language"],
        "way": way,
        "sent_to": signatory.address,
        "sha256": agreement.sha256,
        "template": text_of(agreement).template_name,
        "wording": agreement.wording,
        "method": "simple electronic signature",
    }
    if link is not None:
        code = trail.last_at(signatory, "code_right")
        kept |= {"link": str(link.pk), "code_at": code.isoformat() if code else ""}
    if typed.get("drawing"):
        kept["drawing"] = typed["drawing"]
    if "express_request" in typed:
        kept["express_request"] = typed["express_request"]
    if typed.get("passkey"):
        kept |= {"method": passkeys.METHOD, "passkey": passkeys.verified(request, signatory, typed["passkey"], at)}
    return kept
