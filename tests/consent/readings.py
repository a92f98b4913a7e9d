"""A text's confidentiality reading, for the tests that are about something else: the real one, with every question answered yes."""

from __future__ import annotations

from clients.models import Engagement
from consent.reading import Reading
from sessions import leak_facts
from vault.unlocked import Unlocked


def read(text: str, engagement: Engagement, vault: Unlocked) -> Reading:
    """What the coach's page would hand to the door once she ticked everything."""
    findings = leak_facts.found_in(text, engagement, vault, engagement.coach)
    return leak_facts.reading(text, engagement, findings, {one.key for one in findings})
