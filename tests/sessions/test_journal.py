"""The access log has words for everything that happens in an engagement."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from sessions.journal import BESIDE, SAID

pytestmark = pytest.mark.no_database
NAMED = re.compile(r'"((?:agreement|signature|summary|consent|engagement|key|session|note|law|wish|rights|space)\.[a-z_]+)"')


def test_every_event_of_an_engagement_has_words():
    sources = [path for room in ("clients", "consent", "sessions") for path in (settings.BASE_DIR / room).rglob("actions*/*.py")]
    sources += [settings.BASE_DIR / room / "actions.py" for room in ("clients", "sessions")]
    events = {event for path in sources if Path(path).exists() for event in NAMED.findall(path.read_text())}

    assert "note.read" in events
    assert {event for event in events if event not in {*SAID, *BESIDE}} == {event for event in events if event in PURPOSES}


PURPOSES = {"summary.proposed_text", "wish.answer"}  # places and purposes of seals that read like events
