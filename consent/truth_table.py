"""The whole decision as tables: every purpose, every promise in force, every state of a consent, every way in which one can fail to match.

`manage.py decisions > docs/decisions.md` writes it, by asking `policies.decide` each time; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from consent.policies import AGREED, ConsentFacts, Facts, Request, decide
from consent.purposes import PURPOSES, Kind, Purpose

NOW: Final = datetime(2026, 11, 25, 12, tzinfo=UTC)
TEXT: Final = b"t" * 32
VALUES: Final = ("consent", "minimum", "pseudonymised", "never", None)
HISTORIES: Final = {
    "asked": ("requested",),
    "given": ("requested", "given"),
    "refused": ("requested", "refused"),
    "not answered": ("requested", "lapsed"),
    "withdrawn": ("requested", "given", "withdrawn"),
    "expired": ("requested", "given", "expired"),
    "ended": ("requested", "given", "ended"),
    "replaced": ("requested", "given", "superseded"),
    "never asked, yet given": ("given",),
    "withdrawn, then given again": ("requested", "given", "withdrawn", "given"),
}
CHANGES: Final[Mapping[str, dict[str, Any]]] = {
    "given, signature does not hold": {"is_signed": False},
    "given on paper, not as it was attested": {"way": "paper", "is_signed": False},
    "given on paper": {"way": "paper"},
    "given orally": {"way": "oral"},
    "given for another purpose": {"purpose": "another"},
    "given for another recipient": {"recipient": "another"},
    "given for another text": {"fingerprint": b"u" * 32},
    "given for other data": {"data": frozenset({"another"})},
    "given from tomorrow on": {"given_at": NOW + timedelta(days=1)},
    "given, opens in a minute": {"opens_at": NOW + timedelta(minutes=1)},
    "given until yesterday": {"until": date(2026, 11, 24)},
    "given until today": {"until": date(2026, 11, 25)},
    "given without a last day": {"until": None},
    "given, used up": {"uses_left": 0},
}


@dataclass(frozen=True, slots=True)
class Column:
    """A promise in force, or another circumstance, under which every row is asked."""

    name: str
    facts: Facts


def request_for(purpose: Purpose, data: frozenset[str] | None = None) -> Request:
    """Exactly what a purpose must name, or other data."""
    chosen = frozenset(list(purpose.data)[:1]) if "data" in purpose.must_name else frozenset()
    text = TEXT if "text" in purpose.must_name else b""
    return Request(purpose.code, purpose.kind, "somebody", text, chosen if data is None else data)


def columns(purpose: Purpose) -> Iterator[Column]:
    """Each promise that can be in force for this purpose, then what makes all of them void."""
    for wording in ("A", "B"):
        for value in VALUES if purpose.effect else (None,):
            effects = {purpose.effect: value} if purpose.effect and value else {}
            name = f"{wording}, {value or 'not said'}" if purpose.effect else wording
            yield Column(name, Facts(client="client", wording=wording, effects=effects))
    best = Facts(client="client", wording="A", effects={purpose.effect: "consent"} if purpose.effect else {})
    if purpose.kind == Kind.CONTACT:
        yield Column("A, three-way agreement", replace(best, names_sponsor=True))
        yield Column("contact gone", replace(best, has_recipient_left=True))
        yield Column("contact without the right", replace(best, names_sponsor=True, may_recipient_receive=False))
        minimum = {purpose.effect: "minimum"} if purpose.effect else {}
        yield Column("three-way agreement, engagement over", replace(best, effects=minimum, names_sponsor=True, is_engagement_open=False))
    yield Column("no agreement", replace(best, wording=None))
    yield Column("engagement over", replace(best, is_engagement_open=False))


def consents(request: Request) -> Iterator[tuple[str, ConsentFacts | None]]:
    """Each state of a consent that matches in every field, then each way in which a given one can fail to."""
    matching = ConsentFacts(
        purpose=request.purpose,
        recipient=request.recipient,
        given_at=NOW - timedelta(days=2),
        opens_at=NOW - timedelta(days=2),
        until=date(2027, 1, 1),
        events=(),
        way="space",
        is_signed=True,
        fingerprint=request.fingerprint,
        data=request.data,
        uses_left=1,
    )
    yield "none", None
    for name, kinds in HISTORIES.items():
        yield name, replace(matching, events=_events(kinds))
    given = replace(matching, events=_events(HISTORIES["given"]))
    named = {"fingerprint": bool(request.fingerprint), "data": bool(request.data), "uses_left": _is_counted(request)}
    for name, change in CHANGES.items():
        if all(named.get(field, True) for field in change):  # what the purpose does not name cannot be another
            yield name, replace(given, **change)


def _is_counted(request: Request) -> bool:
    return "uses" in PURPOSES[request.purpose].must_name


def _events(kinds: tuple[str, ...]) -> tuple[tuple[UUID, str], ...]:
    return tuple((UUID(int=number), kind) for number, kind in enumerate(kinds))


def cell(request: Request, facts: Facts) -> str:
    """`yes` and why, or the word of the no."""
    decision = decide(request, facts, NOW)
    return f"**yes** ({decision.code})" if decision.is_permitted else decision.code


def table(purpose: Purpose, request: Request) -> str:
    """One purpose as a table."""
    across = list(columns(purpose))
    rows = [f"| the consent | {' | '.join(column.name for column in across)} |", f"| --- |{' --- |' * len(across)}"]
    for name, consent in consents(request):
        rows.append(f"| {name} | {' | '.join(cell(request, replace(column.facts, consent=consent)) for column in across)} |")
    return "\n".join(rows)


def special_doors() -> str:
    """What never rests on a consent: the client's own copy, recourse to law, and recipients that do not exist."""
    nothing = Facts(client="client", wording="B", is_engagement_open=False)
    asked = [
        ("the client, of their own", Request("", Kind.CLIENT, "client"), nothing),
        ("somebody else as the client", Request("", Kind.CLIENT, "another"), nothing),
        ("an authority, an entry confirmed in the register", Request("", Kind.AUTHORITY, "court"), replace(nothing, has_legal_entry=True)),
        ("an authority, no entry", Request("", Kind.AUTHORITY, "court"), nothing),
    ]
    asked += [(f"{kind}", Request("sponsor.summary", kind, "x", TEXT), replace(nothing, has_legal_entry=True)) for kind in NOBODY]
    rows = [f"| {who} | {cell(request, facts)} |" for who, request, facts in asked]
    return "\n".join(["| who asks, under wording B with the engagement over | answer |", "| --- | --- |", *rows])


NOBODY: Final = ("family", "friend", "colleague", "media")


def whole() -> str:
    """The whole of docs/decisions.md."""
    parts = [
        "# Decisions",
        "Written by `manage.py decisions > docs/decisions.md`, which asks `consent.policies.decide` for every cell; a test compares.",
        "A column is the promise in force: the wording, and what its clauses say about this purpose (docs/clauses.md). A row is the consent.",
        "## Without a consent\n\n" + special_doors(),
    ]
    for purpose in PURPOSES.values():
        parts.append(f"## {purpose.code}\n\n{table(purpose, request_for(purpose))}")
        parts += [
            f"### {purpose.code}: {', '.join(sorted(data))}\n\n{table(purpose, request_for(purpose, data))}"
            for code, _value, data in sorted(AGREED, key=str)
            if code == purpose.code
        ]
    return "\n\n".join(parts) + "\n"
