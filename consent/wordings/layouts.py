"""Which clauses make up each kind of agreement, and in what order. A published layout never changes; a change is a new version."""

from __future__ import annotations

from datetime import date
from typing import Final

from consent.wordings.kinds import Item, Kind, Layout

FIRST_DAY: Final = date(2026, 11, 25)


def row(*codes: str) -> tuple[Item, ...]:
    """Clauses in order; a question mark before a code makes it one to be chosen."""
    return tuple(Item(code.removeprefix("?"), is_optional=code.startswith("?")) for code in codes)


SUPERVISION: Final = row(
    "supervision_a", "?pseudonymised_supervision_a", "?no_supervision_a", "supervision_b", "?pseudonymised_supervision_b"
)
PAYER: Final = row("organisation_a", "?no_summary", "attendance_a", "?no_attendance", "organisation_b", "payer_absent_a", "payer_absent_b")
PROMISE: Final = (*row("promise_a", "promise_b", "no_own_interest", "naming_a", "naming_b"), *PAYER)
CARE: Final = (
    *row("notes", "room", "recordings", "?no_recordings", "special_data", "colleagues"),
    *SUPERVISION,
    *row("law", "retention", "your_data"),
)
PRICE: Final = row("price", "?without_price", "price_organisation", "price_shared", "cancelling", "?insurance")

CONFIDENTIALITY: Final = Layout(
    Kind.CONFIDENTIALITY,
    "2",
    FIRST_DAY,
    (*row("parties"), *PROMISE, *CARE, *row("code_of_conduct", "signature", "ending")),
    own_before="code_of_conduct",
)
COACHING: Final = Layout(
    Kind.COACHING,
    "1",
    FIRST_DAY,
    (
        *row("coaching_parties", "consumer_identity", "nature", "means", "?goals", "sessions", "period", "?between_sessions"),
        *PRICE,
        *row("consumer_withdrawal", "consumer_begin"),
        *PROMISE,
        *CARE,
        *row("code_of_conduct", "signature", "ending", "consumer_mediator", "withdrawal_form"),
    ),
    own_before="code_of_conduct",
)
THREE_WAY: Final = Layout(
    Kind.THREE_WAY,
    "1",
    FIRST_DAY,
    row(
        "three_way_parties", "three_way_nature", "three_way_goals", "three_way_sessions", "three_way_room", "three_way_promise",
        "three_way_channels", "three_way_feedback", "three_way_attendance", "three_way_undertakings", "three_way_naming",
        "three_way_notes", "three_way_recordings", "?three_way_no_recordings", "three_way_special_data", "three_way_colleagues",
        "three_way_supervision", "?three_way_pseudonymised_supervision", "three_way_law", "three_way_retention", "three_way_price",
        "three_way_cancelling", "?three_way_insurance", "three_way_code", "three_way_signature", "three_way_ending",
    ),
    own_before="three_way_code",
)  # fmt: skip
AMENDMENT: Final = Layout(
    Kind.AMENDMENT,
    "1",
    FIRST_DAY,
    (
        *row("amendment_subject", "amendment_to_a", "amendment_follows_a", "amendment_to_b", "amendment_follows_b", "naming_a", "naming_b"),
        *PAYER,
        *SUPERVISION,
        *row("amendment_rest", "signature"),
    ),
    own_before="amendment_rest",
)
ELSEWHERE: Final = Layout(Kind.ELSEWHERE, "1", FIRST_DAY, row("elsewhere_declaration", "elsewhere_a", "elsewhere_b", "elsewhere_answer"))

LAYOUTS: Final = (CONFIDENTIALITY, COACHING, THREE_WAY, AMENDMENT, ELSEWHERE)  # the newest of each kind first
