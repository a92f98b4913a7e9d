"""Agreements brought to a state as people bring them there, for tests."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client as Browser
from django.utils import timezone

from clients.models import Engagement
from consent import actions, documents
from consent.models import Agreement
from support import jobs, mail

SIGNED = {"step": "sign", "name": "Anaïs Lefort", "is_accepted": "on"}
LINK = re.compile(r"/sign/([\w-]+)/")


def evidence(agreement: Agreement, role: str = "client", **other: Any) -> dict[str, Any]:
    """The evidence of a signature, as a page would gather it."""
    kept = {
        "name": "Anaïs Lefort",
        "statement": agreement.details["statements"][role],
        "at": timezone.now().isoformat(),
        "network": "192.0.2.7",
        "browser": "Firefox",
        "language": agreement.language,
        "way": "link",
        "sha256": agreement.sha256,
        "template": "confidentiality 2",
        "wording": agreement.wording,
        "method": "simple electronic signature",
    }
    return kept | other


def drafted(engagement: Engagement, *, wording: str | None = None, language: str = "fr") -> Agreement:
    """An agreement that its coach has written."""
    text = documents.write_text(engagement=engagement, wording=wording or engagement.wording, language=language, years=3)
    return actions.draft_agreement(engagement=engagement, text=text, by=engagement.coach)


def sent(engagement: Engagement, *, document: bytes = b"%PDF-1.7 as sent", is_address_seen: bool = True, **more: str) -> Agreement:
    """An agreement that is with the client. The bytes are not a PDF unless given."""
    agreement = drafted(engagement, **more)
    text = documents.text_of(agreement)
    return actions.send_agreement(agreement=agreement, text=text, document=document, is_address_seen=is_address_seen, by=engagement.coach)


def signed(engagement: Engagement, **more: Any) -> Agreement:
    """An agreement that the client signed, and that awaits the coach."""
    agreement = sent(engagement, **more)
    return actions.sign_agreement(agreement=agreement, evidence=evidence(agreement), link=None, by=engagement.client)


def in_force(engagement: Engagement, **more: Any) -> Agreement:
    """An agreement signed by both."""
    agreement = signed(engagement, **more)
    ours = evidence(agreement, "coach", name=engagement.coach.name)
    return actions.countersign_agreement(agreement=agreement, evidence=ours, signed_document=b"%PDF-1.7 signed", by=engagement.coach)


def token(folder: Any, settings: Any) -> str:
    """The token in the newest letter, once the worker has sent what waits."""
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", folder
    jobs.run_pending()
    return next(found[1] for letter in mail.inbox() for link in letter.links if (found := LINK.search(link)))


def opened(way: str) -> Browser:
    """A browser in which the document behind this address was opened on purpose."""
    browser = Browser(headers={"user-agent": "Firefox for a telephone"}, REMOTE_ADDR="203.0.113.9")
    assert browser.post(way, {"step": "open"}).status_code == 302
    return browser
