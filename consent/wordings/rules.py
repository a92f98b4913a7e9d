"""The machine-readable side of the library: for each clause when it stands and what follows from it, in every language alike."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from consent.wordings.kinds import Rule

NEVER_NAMED: Final = {"naming": "never", "reference": "never"}
NAMED_BY_CONSENT: Final = {"naming": "consent", "reference": "consent"}
NOTHING_FOR_THE_PAYER: Final = {"sponsor_text": "never", "attendance": "never"}
BY_CONSENT: Final = {"sponsor_text": "consent", "attendance": "consent"}
OWN_USE: Final = {"recordings": "consent", "special_data": "consent", "barrier": "yes", "law": "yes"}


def replaces(*codes: str) -> frozenset[str]:
    """The ordinary clauses in whose place a chosen one stands."""
    return frozenset(codes)


BETWEEN_TWO: Final = {
    "parties": Rule(is_locked=True),
    "promise_a": Rule({"wording": "A"}, is_locked=True, wording="A"),
    "promise_b": Rule({"wording": "B"}, is_locked=True, wording="B"),
    "no_own_interest": Rule(is_locked=True),
    "naming_a": Rule(NAMED_BY_CONSENT, is_locked=True, wording="A"),
    "naming_b": Rule(NEVER_NAMED, is_locked=True, wording="B"),
    "organisation_a": Rule({"sponsor_text": "consent"}, wording="A", is_paid_for=True),
    "no_summary": Rule({"sponsor_text": "never"}, wording="A", is_paid_for=True, instead_of=replaces("organisation_a")),
    "attendance_a": Rule({"attendance": "consent"}, wording="A", is_paid_for=True),
    "no_attendance": Rule({"attendance": "never"}, wording="A", is_paid_for=True, instead_of=replaces("attendance_a")),
    "organisation_b": Rule(NOTHING_FOR_THE_PAYER, is_locked=True, wording="B", is_paid_for=True),
    "payer_absent_a": Rule(BY_CONSENT, is_locked=True, wording="A", is_paid_for=False),
    "payer_absent_b": Rule(NOTHING_FOR_THE_PAYER, is_locked=True, wording="B", is_paid_for=False),
    "notes": Rule(is_locked=True),
    "room": Rule(is_locked=True),
    "recordings": Rule({"recordings": "consent"}),
    "no_recordings": Rule({"recordings": "never"}, instead_of=replaces("recordings")),
    "special_data": Rule({"special_data": "consent"}, is_locked=True),
    "colleagues": Rule({"barrier": "yes"}, is_locked=True),
    "supervision_a": Rule({"supervision": "consent"}, wording="A"),
    "pseudonymised_supervision_a": Rule({"supervision": "pseudonymised"}, wording="A", instead_of=replaces("supervision_a")),
    "no_supervision_a": Rule({"supervision": "never"}, wording="A", instead_of=replaces("supervision_a")),
    "supervision_b": Rule({"supervision": "never"}, wording="B"),
    "pseudonymised_supervision_b": Rule({"supervision": "pseudonymised"}, wording="B", instead_of=replaces("supervision_b")),
    "law": Rule({"law": "yes"}, is_locked=True),
    "retention": Rule({"retention": "years"}, is_locked=True),
    "your_data": Rule(is_locked=True),
    "code_of_conduct": Rule(is_locked=True),
    "signature": Rule(is_locked=True),
    "ending": Rule(is_locked=True),
}

PRACTICAL: Final = {
    "coaching_parties": Rule(is_locked=True),
    "nature": Rule(is_locked=True),
    "means": Rule(is_locked=True),
    "goals": Rule(),
    "sessions": Rule(is_locked=True),
    "period": Rule(is_locked=True),
    "between_sessions": Rule(),
    "price": Rule(is_paid_for=False),
    "without_price": Rule(is_paid_for=False, is_consumer=False, instead_of=replaces("price")),
    "price_organisation": Rule(is_locked=True, is_paid_for=True, is_consumer=False),
    "price_shared": Rule(is_locked=True, is_paid_for=True, is_consumer=True),
    "cancelling": Rule(is_locked=True),
    "insurance": Rule(),
    "consumer_identity": Rule(is_locked=True, is_consumer=True),
    "consumer_withdrawal": Rule({"consumer_withdrawal": "14"}, is_locked=True, is_consumer=True),
    "consumer_begin": Rule(is_locked=True, is_consumer=True),
    "consumer_mediator": Rule(is_locked=True, is_consumer=True),
    "withdrawal_form": Rule(is_locked=True, is_consumer=True),
}

BETWEEN_THREE: Final = {
    "three_way_parties": Rule({"listing": "yes"}, is_locked=True),
    "three_way_nature": Rule(is_locked=True),
    "three_way_goals": Rule(is_locked=True),
    "three_way_sessions": Rule(is_locked=True),
    "three_way_room": Rule(is_locked=True),
    "three_way_promise": Rule({"wording": "A"}, is_locked=True, wording="A"),
    "three_way_channels": Rule(is_locked=True),
    "three_way_feedback": Rule({"sponsor_text": "consent"}, is_locked=True, wording="A"),
    "three_way_attendance": Rule({"attendance": "minimum"}, is_locked=True, wording="A"),
    "three_way_undertakings": Rule(is_locked=True),
    "three_way_naming": Rule(NAMED_BY_CONSENT, is_locked=True, wording="A"),
    "three_way_notes": Rule(is_locked=True),
    "three_way_recordings": Rule({"recordings": "consent"}),
    "three_way_no_recordings": Rule({"recordings": "never"}, instead_of=replaces("three_way_recordings")),
    "three_way_special_data": Rule({"special_data": "consent"}, is_locked=True),
    "three_way_colleagues": Rule({"barrier": "yes"}, is_locked=True),
    "three_way_supervision": Rule({"supervision": "consent"}, wording="A"),
    "three_way_pseudonymised_supervision": Rule(
        {"supervision": "pseudonymised"}, wording="A", instead_of=replaces("three_way_supervision")
    ),
    "three_way_law": Rule({"law": "yes"}, is_locked=True),
    "three_way_retention": Rule({"retention": "years"}, is_locked=True),
    "three_way_price": Rule(is_locked=True, is_paid_for=True),
    "three_way_cancelling": Rule(is_locked=True),
    "three_way_insurance": Rule(),
    "three_way_code": Rule(is_locked=True),
    "three_way_signature": Rule(is_locked=True),
    "three_way_ending": Rule(is_locked=True),
}

CHANGES: Final = {
    "amendment_subject": Rule(is_locked=True),
    "amendment_to_a": Rule({"wording": "A"}, is_locked=True, wording="A"),
    "amendment_follows_a": Rule(is_locked=True, wording="A"),
    "amendment_to_b": Rule({"wording": "B"}, is_locked=True, wording="B"),
    "amendment_follows_b": Rule(is_locked=True, wording="B"),
    "amendment_rest": Rule(is_locked=True),
    "elsewhere_declaration": Rule(is_locked=True),
    "elsewhere_a": Rule(
        {"wording": "A", **NAMED_BY_CONSENT, **BY_CONSENT, "supervision": "consent", **OWN_USE}, is_locked=True, wording="A"
    ),
    "elsewhere_b": Rule(
        {"wording": "B", **NEVER_NAMED, **NOTHING_FOR_THE_PAYER, "supervision": "never", **OWN_USE}, is_locked=True, wording="B"
    ),
    "elsewhere_answer": Rule(is_locked=True),
}

RULES: Final[Mapping[str, Rule]] = MappingProxyType(BETWEEN_TWO | PRACTICAL | BETWEEN_THREE | CHANGES)

# Clauses of one line pull different ways: none of a camp can stand with any of another camp of its line.
RIVALS: Final[tuple[tuple[frozenset[str], ...], ...]] = (
    (
        frozenset({"promise_a", "three_way_promise", "amendment_to_a", "elsewhere_a"}),
        frozenset({"promise_b", "amendment_to_b", "elsewhere_b"}),
    ),
    (frozenset({"naming_a", "three_way_naming", "elsewhere_a"}), frozenset({"naming_b", "elsewhere_b"})),
    (
        frozenset({"organisation_a", "payer_absent_a", "three_way_feedback", "elsewhere_a"}),
        frozenset({"no_summary", "organisation_b", "payer_absent_b", "elsewhere_b"}),
    ),
    (
        frozenset({"attendance_a", "payer_absent_a", "elsewhere_a"}),
        frozenset({"three_way_attendance"}),
        frozenset({"no_attendance", "organisation_b", "payer_absent_b", "elsewhere_b"}),
    ),
    (
        frozenset({"supervision_a", "three_way_supervision", "elsewhere_a"}),
        frozenset({"pseudonymised_supervision_a", "pseudonymised_supervision_b", "three_way_pseudonymised_supervision"}),
        frozenset({"no_supervision_a", "supervision_b", "elsewhere_b"}),
    ),
    (
        frozenset({"recordings", "three_way_recordings", "elsewhere_a", "elsewhere_b"}),
        frozenset({"no_recordings", "three_way_no_recordings"}),
    ),
    (
        frozenset({"without_price"}),
        frozenset({"price", "price_organisation", "price_shared", "consumer_withdrawal", "consumer_begin", "withdrawal_form"}),
    ),
)


def rivals_of(code: str) -> frozenset[str]:
    """The clauses with which this one cannot stand."""
    lines = [line for line in RIVALS if any(code in camp for camp in line)]
    return frozenset(other for line in lines for camp in line if code not in camp for other in camp)
