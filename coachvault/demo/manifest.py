"""The demo's manifest: who signs in how, and who can read which phrase at this moment. It opens nothing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from coachvault.demo import texts
from coachvault.demo.build import COACH_OF, ROWS
from coachvault.demo.people import PEOPLE, passphrase, recovery_code
from consent.models import Disclosure, Signatory, Summary


def manifest(at: datetime) -> dict[str, Any]:
    """The manifest as outside.md describes it, for this moment."""
    people = [{"email": p.address, "passphrase": passphrase(p), "role": p.role, "recovery_code": recovery_code(p)} for p in PEOPLE.values()]
    return {
        "people": people,
        "secrets": [*_names(at), *_engagements(), *_notes(), *_summaries(at), *_rights(), _pledge()],
        "base_url": settings.URL,
    }


def _secret(phrase: str, kind: str, *readers: str) -> dict[str, Any]:
    return {"phrase": phrase, "kind": kind, "readable_by": [PEOPLE[key].address for key in readers]}


def _pair(key: str) -> tuple[str, str]:
    """The coach and the client of an engagement."""
    client = key.rstrip("2")
    return COACH_OF[client], client


def _open_disclosures(at: datetime) -> dict[str, str]:
    """Which contact reads which summary now: summary id to the contact's key."""
    by_address = {person.address: person.key for person in PEOPLE.values()}
    rows = Disclosure.objects.filter(
        opens_at__lte=at, closed_at__isnull=True, consent__until_date__gte=at.date(), contact__left_at__isnull=True
    )
    return {
        str(row.consent.proposal.summary_id): by_address[row.contact.address] for row in rows.select_related("contact", "consent__proposal")
    }


def _names(at: datetime) -> list[dict[str, Any]]:
    """A client's name: their coach, themselves, and a contact while a text about them is open."""
    shown, asked = _open_disclosures(at), _asked_to_sign()
    clients = {str(pk): person for pk, person in _clients_of(shown).items()}
    readers = {key: {reader for pk, reader in shown.items() if clients.get(pk) == key} | asked.get(key, set()) for key in COACH_OF}
    return [_secret(PEOPLE[key].name, "name", coach, key, *sorted(readers[key])) for key, coach in COACH_OF.items()]


def _asked_to_sign() -> dict[str, set[str]]:
    """Which contacts were asked to sign a three-way agreement about whom: the client's key to the contacts'."""
    by_address = {person.address: person.key for person in PEOPLE.values()}
    rows = Signatory.objects.filter(contact__isnull=False, contact__left_at__isnull=True, asked_at__isnull=False)
    found: dict[str, set[str]] = {}
    for one in rows.select_related("contact", "agreement__engagement__client"):
        found.setdefault(by_address[one.agreement.engagement.client.address], set()).add(by_address[one.contact.address])
    return found


def _agreements() -> list[dict[str, Any]]:
    """What a three-way agreement aims at: coach and client, and each contact once asked to sign."""
    asked = _asked_to_sign()
    return [_secret(text.phrase, "agreement", COACH_OF[key], key, *sorted(asked.get(key, set()))) for key, text in texts.GOALS.items()]


def _clients_of(summaries: dict[str, str]) -> dict[str, str]:
    """Whom each of these summaries is about."""
    by_address = {person.address: person.key for person in PEOPLE.values()}
    rows = Summary.objects.filter(pk__in=summaries).select_related("engagement__client")
    return {str(row.pk): by_address[row.engagement.client.address] for row in rows}


def _engagements() -> list[dict[str, Any]]:
    """Titles, aims and reasons for declining: coach and client. Agendas: the coach alone."""
    both = [_secret(text.phrase, "other", *_pair(key)) for table in (texts.TITLES, texts.OBJECTIVES) for key, text in table.items()]
    reasons = [_secret(text.phrase, "agreement", *_pair(key)) for key, text in texts.DECLINE_REASONS.items()]
    return [*both, *reasons, *(_secret(text.phrase, "other", _pair(key)[0]) for key, text in texts.AGENDAS.items())]


def _notes() -> list[dict[str, Any]]:
    """Notes and their additions: the coach alone, and the client who was handed a copy."""
    notes = [
        _secret(note.phrase, "note", *(_pair(key) if (key, index) in texts.HANDED_OVER else _pair(key)[:1]))
        for key, written in texts.NOTES.items()
        for index, note in enumerate(written)
    ]
    return [*notes, *(_secret(addition.phrase, "note", _pair(key)[0]) for (key, _index), addition in texts.ADDITIONS.items())]


def _summaries(at: datetime) -> list[dict[str, Any]]:
    """A draft: the coach. Proposed: the client too. Open: the contact too."""
    rows = json.loads((Path(settings.DATA) / ROWS).read_text())
    shown, proposed = _open_disclosures(at), set(Summary.objects.filter(proposals__isnull=False).values_list("pk", flat=True))
    about = {"shown": "anais", "withdrawn": "anais", "draft": "anais", "proposed": "karim", "refused": "karim", "lapsed": "karim"}
    found = []
    for name, text in texts.SUMMARIES.items():
        coach, client = _pair(about.get(name, "priya"))
        readers = [
            coach,
            *([client] if any(str(pk) == rows[name] for pk in proposed) else []),
            *([shown[rows[name]]] if rows[name] in shown else []),
        ]
        found.append(_secret(text.phrase, "summary", *readers))
    return [*found, _secret(texts.WISH.phrase, "summary", *_pair("priya"))]


def _rights() -> list[dict[str, Any]]:
    """What was asked about data, and answered: coach and client. What was masked: the coach alone."""
    asked = [_secret(text.phrase, "other", *_pair(name.partition("_")[0])) for name, text in texts.RIGHTS.items()]
    return [*asked, _secret(texts.MASKED, "note", "camille")]


def _pledge() -> dict[str, Any]:
    """The draft of the pledge: its coach alone. What is published is public, and no secret."""
    return _secret(texts.PLEDGE_DRAFT.phrase, "other", "camille")
