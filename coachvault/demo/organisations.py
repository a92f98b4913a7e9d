"""What the demo's contacts see beside texts: engagements and attendance by consent, and the questions that they ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from coachvault.demo import texts
from consent.actions import consents, requests
from consent.models import Consent, InformationRequest

if TYPE_CHECKING:
    from coachvault.demo.build import Demo

DAY: Final = timedelta(days=1)

# whose, for whom, for what, data chosen, asked and answered how many days ago, the answer
CONSENTS: Final = (
    ("karim", "helene", "sponsor.listing", (), 40, 39, "give"),
    ("karim", "marc", "sponsor.listing", (), 37, 36, "refuse"),
    ("anais", "helene", "sponsor.attendance", ("dates", "number"), 34, 33, "give"),
)


def planned(demo: Demo) -> None:
    """Put each question, and each answer, into the demo's past."""
    for key, contact, purpose, data, asked, answered, answer in CONSENTS:
        made: list[Consent] = []
        demo.on(asked, lambda at, k=key, c=contact, p=purpose, d=data, m=made: m.append(_asked(demo, k, c, p, d, at)))
        demo.on(answered, lambda at, k=key, a=answer, m=made: _answered(demo, k, m[0], a, at))
    demo.on(3, lambda at: _question(demo, "anais", "helene", 21, at))
    closed: list[InformationRequest] = []
    demo.on(22, lambda at: closed.append(_question(demo, "priya", "ruth", 7, at)))
    demo.on(20, lambda at: requests.refuse_request(request=closed[0], by=demo.clients["priya"], at=at))


def _asked(demo: Demo, key: str, contact: str, purpose: str, data: tuple[str, ...], at: datetime) -> Consent:
    engagement = demo.engagements[key]
    terms: dict[str, Any] = {"data": sorted(data)} if data else {}
    return consents.ask(engagement=engagement, purpose=purpose, contact=demo.contacts[contact], terms=terms, by=engagement.coach, at=at)


def _answered(demo: Demo, key: str, consent: Consent, answer: str, at: datetime) -> None:
    by, evidence = demo.clients[key], {"network": "192.0.2.7", "browser": "Demo/1.0"}
    if answer == "refuse":
        consents.refuse(consent=consent, by=by, at=at)
        return
    until = timezone.localdate(at + 300 * DAY) if consent.data else None
    consents.give(consent=consent, data=consent.data, until=until, evidence=evidence, vault=demo.vaults[key], by=by, at=at)


def _question(demo: Demo, key: str, contact: str, days: int, at: datetime) -> InformationRequest:
    asked = texts.QUESTIONS[key]
    return requests.ask_for_information(
        engagement=demo.engagements[key],
        question=asked.text,
        purpose=texts.PURPOSES["fr" if key == "anais" else "en"],
        deadline=timezone.localdate(at + days * DAY),
        by=demo.contacts[contact],
        at=at,
    )
