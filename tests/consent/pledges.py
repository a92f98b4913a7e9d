"""Pledges brought to a state as people bring them there, for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone

from clients.models import Client, Coach
from consent import actions, pledges
from consent.models import Pledge, PledgeReceipt
from consent.pledges import Part, Text

FACTS = {
    "code_of_conduct": "le code de déontologie de l’Association des Tilleuls",
    "supervision": "chaque mois, par une superviseure extérieure",
    "complaint": "la commission d’éthique des Tilleuls",
}


def text(coach: Coach, *, language: str = "fr", own: str = "") -> Text:
    """A text in which nothing is missing, with a part of the coach's own if one is given."""
    before = Pledge.objects.filter(coach=coach, language=language, state="published").first()
    first = pledges.first_text(coach, language, before)
    parts = [*first.parts, *([Part("own_1", "Une promesse de plus", own, is_own=True)] if own else [])]
    return pledges.write_text(coach=coach, language=language, parts=parts, facts=FACTS)


def drafted(coach: Coach, *, language: str = "fr", own: str = "") -> Pledge:
    """The next version, which its coach alone sees."""
    return actions.write_pledge(coach=coach, text=text(coach, language=language, own=own), expected=None, by=coach)


def published(coach: Coach, *, language: str = "fr", own: str = "", document: bytes = b"%PDF-1.7 a pledge") -> Pledge:
    """The next version, published. The bytes are not a PDF unless given."""
    draft = drafted(coach, language=language, own=own)
    return actions.publish_pledge(pledge=draft, text=pledges.text_of(draft), document=document, expected=draft.saved_at, by=coach)


def evidence(pledge: Pledge, **other: Any) -> dict[str, Any]:
    """The evidence of an acknowledgement, as a page would gather it."""
    kept = {
        "statement": pledge.details["statement"],
        "at": timezone.now().isoformat(),
        "sha256": pledge.sha256,
        "network": "192.0.2.7",
        "browser": "Firefox",
        "language": pledge.language,
        "way": "space",
    }
    return kept | other


def acknowledged(pledge: Pledge, client: Client) -> PledgeReceipt:
    """A client's receipt."""
    return actions.acknowledge_pledge(pledge=pledge, client=client, evidence=evidence(pledge), by=client)


def without_facts(written: Text) -> Text:
    """The text as it is before its coach fills in anything."""
    return replace(written, facts=written.facts | dict.fromkeys(FACTS, ""))
