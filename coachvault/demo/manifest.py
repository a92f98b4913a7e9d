"""The demo's manifest: who signs in how, and who can read which phrase at this moment. It opens nothing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from coachvault.demo import ROWS, texts
from coachvault.demo.build import COACH_OF
from coachvault.demo.people import PEOPLE, passphrase, recovery_code
from consent.models import Agreement, Consent, Disclosure, Signatory, Summary


def manifest(at: datetime) -> dict[str, Any]:
    """The manifest as outside.md describes it, for this moment."""
    people = [{"email": p.address, "passphrase": passphrase(p), "role": p.role, "recovery_code": recovery_code(p)} for p in PEOPLE.values()]
    return {
        "people": people,
        "secrets": [
            *_names(at),
            *_agreements(),
            *_engagements(),
            *_notes(),
            *_marks(),
            *_summaries(at),
            *_wishes(),
            *_legal(),
            _pledge(),
            _barrier(),
            *_notebooks(),
            *_questions(),
            *_rights(),
        ],
        "base_url": settings.URL,
    }


def _secret(phrase: str, kind: str, *readers: str) -> dict[str, Any]:
    return {"phrase": phrase, "kind": kind, "readable_by": [PEOPLE[key].address for key in readers]}


def _pair(key: str) -> tuple[str, str]:
    """The coach and the client of an engagement."""
    client = key.rstrip("2")
    return COACH_OF[client], client


def _open_disclosures(at: datetime) -> dict[str, set[str]]:
    """Which contacts read which summary now: summary id to the contacts' keys."""
    by_address = {person.address: person.key for person in PEOPLE.values()}
    rows = Disclosure.objects.filter(
        opens_at__lte=at, closed_at__isnull=True, consent__until_date__gte=timezone.localdate(at), contact__left_at__isnull=True
    )
    found: dict[str, set[str]] = {}
    for row in rows.select_related("contact", "consent__proposal"):
        found.setdefault(str(row.consent.proposal.summary_id), set()).add(by_address[row.contact.address])
    return found


def _names(at: datetime) -> list[dict[str, Any]]:
    """A client's name: their coach, themselves, and a contact while a text is open to them, they were asked to sign, or the engagement is listed."""
    shown, asked, listed = _open_disclosures(at), _asked_to_sign(), _listed()
    clients = {str(pk): person for pk, person in _clients_of(shown).items()}
    readers = {
        key: {reader for pk, people in shown.items() if clients.get(pk) == key for reader in people}
        | asked.get(key, set())
        | listed.get(key, set())
        for key in COACH_OF
    }
    return [_secret(PEOPLE[key].name, "name", coach, key, *sorted(readers[key])) for key, coach in COACH_OF.items()]


def _asked_to_sign() -> dict[str, set[str]]:
    """Which contacts were asked to sign a three-way agreement about whom: the client's key to the contacts'."""
    by_address = {person.address: person.key for person in PEOPLE.values()}
    rows = Signatory.objects.filter(contact__isnull=False, contact__left_at__isnull=True, asked_at__isnull=False)
    found: dict[str, set[str]] = {}
    for one in rows.select_related("contact", "agreement__engagement__client"):
        found.setdefault(by_address[one.agreement.engagement.client.address], set()).add(by_address[one.contact.address])
    return found


def _listed() -> dict[str, set[str]]:
    """Which contacts see that somebody is coached: by a consent to that, or since a three-way agreement in force names their organisation."""
    by_address = {person.address: person.key for person in PEOPLE.values()}
    found: dict[str, set[str]] = {}
    for one in Consent.objects.filter(purpose="sponsor.listing").standing().select_related("contact", "engagement__client"):
        found.setdefault(by_address[one.engagement.client.address], set()).add(by_address[one.contact.address])  # type: ignore[union-attr]
    agreed = Agreement.objects.in_force().filter(kind=Agreement.Kind.THREE_WAY).without_documents()
    for agreement in agreed.select_related("engagement__client", "engagement__sponsor"):
        for contact in agreement.engagement.sponsor.contacts.filter(left_at__isnull=True):  # type: ignore[union-attr]
            found.setdefault(by_address[agreement.engagement.client.address], set()).add(by_address[contact.address])
    return found


def _questions() -> list[dict[str, Any]]:
    """What a contact asked: themselves, the client and the coach."""
    return [_secret(text.phrase, "other", *_pair(key), {"anais": "helene", "priya": "ruth"}[key]) for key, text in texts.QUESTIONS.items()]


def _agreements() -> list[dict[str, Any]]:
    """What a three-way agreement aims at: coach and client, and each contact once asked to sign."""
    asked = _asked_to_sign()
    return [_secret(text.phrase, "agreement", COACH_OF[key], key, *sorted(asked.get(key, set()))) for key, text in texts.GOALS.items()]


def _clients_of(summaries: dict[str, set[str]]) -> dict[str, str]:
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


def _marks() -> list[dict[str, Any]]:
    """People marked in notes, and the words of a coach's own list: the coach alone."""
    marked = [_secret(name.phrase, "name", _pair(key)[0]) for key, people in texts.MARKS.items() for name, _role in people]
    return [*marked, *(_secret(words.phrase, "other", coach) for coach, words in texts.OWN_WORDS.items())]


def _summaries(at: datetime) -> list[dict[str, Any]]:
    """A draft: the coach. Proposed: the client too. Open: the contact too."""
    rows = json.loads((Path(settings.DATA) / ROWS).read_text())
    shown, proposed = _open_disclosures(at), set(Summary.objects.filter(proposals__isnull=False).values_list("pk", flat=True))
    about = dict.fromkeys(("shown", "withdrawn", "draft", "to_mend"), "anais") | dict.fromkeys(("proposed", "refused", "lapsed"), "karim")
    found = []
    for name, text in texts.SUMMARIES.items():
        coach, client = _pair(about.get(name, "priya"))
        readers = [
            coach,
            *([client] if any(str(pk) == rows[name] for pk in proposed) else []),
            *sorted(shown.get(rows[name], set())),
        ]
        found.append(_secret(text.phrase, "summary", *readers))
    return [*found, *(_secret(text.phrase, "summary", *_pair("priya")) for text in (texts.WANTED, texts.WANTED_COMMENT))]


def _wishes() -> list[dict[str, Any]]:
    """What a client would like to be said, and why the coach declines: the two of them, no contact."""
    wishes = [_secret(text.phrase, "summary", *_pair(key)) for key, text in texts.WISHES.items()]
    return [*wishes, _secret(texts.WISH_DECLINED.phrase, "summary", *_pair("karim"))]


def _notebooks() -> list[dict[str, Any]]:
    """Private texts: the client alone. Shared ones: the coach too."""
    private = [_secret(text.phrase, "notebook", key) for key, written in texts.PRIVATE.items() for text in written]
    return [*private, *(_secret(text.phrase, "notebook", *_pair(key)) for key, text in texts.SHARED.items())]


def _rights() -> list[dict[str, Any]]:
    """What was asked about data, and answered: coach and client. What was masked: the coach alone."""
    asked = [_secret(text.phrase, "other", *_pair(name.partition("_")[0])) for name, text in texts.RIGHTS.items()]
    return [*asked, _secret(texts.MASKED, "note", "camille")]


def _pledge() -> dict[str, Any]:
    """The draft of the pledge: its coach alone. What is published is public, and no secret."""
    return _secret(texts.PLEDGE_DRAFT.phrase, "other", "camille")


def _legal() -> list[dict[str, Any]]:
    """What was given and why: the client too, once told. Why less would not do, and what is not told yet: the coach alone."""
    told = [_secret(texts.LEGAL[name].phrase, "legal", "camille", "solene") for name in ("given", "why")]
    return told + [_secret(texts.LEGAL[name].phrase, "legal", "camille") for name in ("less", "danger", "why_not")]


def _barrier() -> dict[str, Any]:
    """Why two clients are walled: their coach alone."""
    return _secret(texts.BARRIER.phrase, "other", "camille")
