"""docs/decisions.md is what the decision answers, and says yes only where it should."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from consent import truth_table
from consent.policies import decide
from consent.purposes import PURPOSES

pytestmark = pytest.mark.no_database


def test_the_table_in_the_documentation_is_what_the_rules_answer():
    assert (Path(settings.BASE_DIR) / "docs" / "decisions.md").read_text() == truth_table.whole()


@pytest.mark.parametrize("purpose", PURPOSES.values(), ids=list(PURPOSES))
def test_every_yes_of_the_table_rests_on_a_consent_that_stands_or_on_the_agreement(purpose):
    request = truth_table.request_for(purpose)

    for column in truth_table.columns(purpose):
        for name, consent in truth_table.consents(request):
            facts = truth_table.replace(column.facts, consent=consent)
            if decide(request, facts, truth_table.NOW).code == "consent":
                ways = {"given on paper": "paper", "given orally": "oral"}
                allowed = {"given", "given until today"} | {said for said, way in ways.items() if way in purpose.ways}
                allowed |= {"given without a last day"} if "until" not in purpose.must_name else set()
                assert name in allowed, (column.name, name)
                assert column.name.startswith("A") or not purpose.leaves


def test_the_table_asks_of_every_purpose_every_state_and_every_mismatch():
    written = truth_table.whole()

    assert all(f"## {code}" in written for code in PURPOSES)
    assert written.count("| withdrawn |") >= len(PURPOSES)
