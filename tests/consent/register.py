"""Entries of the register of legal disclosures, brought to a state as a coach brings them there, for tests."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from clients.models import Engagement
from consent import law
from consent.actions import law as actions
from consent.actions.tasks import add_task
from consent.models import LegalDisclosure, Task
from tests.consent import agreements
from vault.unlocked import Unlocked


def entry(way: str = "requisition", text: str = "Les dates des séances de mars", **more: Any) -> law.Entry:
    """What a complete entry says; `more` says otherwise."""
    now = timezone.now()
    said = {
        "ground": "court_or_authority",
        "authority": "Tribunal de Nantes",
        "reference": "RG 26/0417",
        "less": "Les dates seules suffisaient",
    }
    if way == "immediate_danger":
        said = {"ground": "serious_danger", "called": "SAMU, le 15"}
    said |= {"given": text, "given_at": now - timedelta(hours=1), "told": "later", "why_not": "Le juge l’interdit"}
    said |= {"review_on": timezone.localdate() + timedelta(days=60)} | more
    return law.Entry(**{"way": way, "statement": str(law.STATEMENTS[said["ground"]]), **said})  # type: ignore[arg-type]


def recorded(engagement: Engagement, vault: Unlocked, said: law.Entry, **more: Any) -> LegalDisclosure:
    """The entry, recorded by the engagement's coach."""
    more.setdefault("once", uuid4())
    return actions.record_by_law(engagement=engagement, entry=said, vault=vault, by=engagement.coach, **more)


def requisition(engagement: Engagement, vault: Unlocked, text: str, *, told: bool = False, **more: Any) -> LegalDisclosure:
    """A requisition; `told` puts the client's notice into the shared space."""
    facts = {"told": "now", "why": "Le juge me l’a demandé", "why_not": "", "review_on": None} if told else {}
    return recorded(engagement, vault, entry(text=text, **facts, **more))


def danger(engagement: Engagement, vault: Unlocked, text: str) -> LegalDisclosure:
    """An immediate danger with a document, recorded with little; its papers are to come."""
    return recorded(engagement, vault, entry("immediate_danger", text, document=pdf()))


def completed(row: LegalDisclosure, vault: Unlocked, text: str) -> LegalDisclosure:
    """The same with its papers."""
    papers = law.Papers("Préfecture", "2026-118", text, "Il fallait le nom et le lieu", pdf())
    actions.complete_papers(entry=row, papers=papers, vault=vault, by=row.engagement.coach)
    return row


def recall(engagement: Engagement, place: str) -> Task:
    """A task to take a name down."""
    return add_task(coach=engagement.coach, engagement=engagement, kind="recall", about=uuid4(), details={"place": place}, by=None)


def pdf() -> str:
    """A document of two empty pages, as an entry keeps it."""
    return base64.b64encode(agreements.blank()).decode()
