"""The demo's register of legal disclosures: a requisition that the client was told of, and an immediate danger not told yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.utils import timezone

from coachvault.demo import texts
from consent import law
from consent.actions.law import record_by_law

if TYPE_CHECKING:
    from coachvault.demo.build import Demo


def planned(demo: Demo) -> None:
    """Put both entries into the demo's past."""
    demo.on(18, lambda at: _recorded(demo, "solene", _requisition(at), at))
    demo.on(1.4, lambda at: _recorded(demo, "karim", _danger(at), at))


def _recorded(demo: Demo, key: str, entry: law.Entry, at: datetime) -> None:
    coach = demo.coaches["camille"]
    record_by_law(engagement=demo.engagements[key], entry=entry, once=uuid4(), vault=demo.vaults["camille"], by=coach, at=at)


def _requisition(at: datetime) -> law.Entry:
    return law.Entry(
        way=law.Way.REQUISITION, ground=law.Ground.AUTHORITY, authority="Tribunal judiciaire de Grenoble", reference="RG 26/01734, 2 novembre",
        given=texts.LEGAL["given"].text, given_at=at - timedelta(hours=1), less=texts.LEGAL["less"].text, told=law.NOW,
        why=texts.LEGAL["why"].text, statement=str(law.STATEMENTS[law.Ground.AUTHORITY]),
    )  # fmt: skip


def _danger(at: datetime) -> law.Entry:
    return law.Entry(
        way=law.Way.DANGER, ground=law.Ground.DANGER, called="SAMU, le 15", given=texts.LEGAL["danger"].text, given_at=at - timedelta(minutes=20),
        told=law.LATER, why_not=texts.LEGAL["why_not"].text, review_on=timezone.localdate(at + timedelta(days=21)),
        statement=str(law.STATEMENTS[law.Ground.DANGER]),
    )  # fmt: skip
