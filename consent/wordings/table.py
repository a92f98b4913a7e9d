"""The library as one table of clauses × kinds × effects, for docs/clauses.md."""

from __future__ import annotations

from consent.wordings.kinds import EFFECTS, Clause, Item, Kind
from consent.wordings.layouts import LAYOUTS
from consent.wordings.library import CLAUSES

INTRO = """# Clauses

Drawn from consent/wordings/ by `python -m consent.wordings > docs/clauses.md`; a test compares. The words themselves are in `fr/` and `en/` there.

`●` stands always where its conditions hold and stays whatever the coach edits; `○` stands unless one chosen takes its place; `+` stands if chosen. Conditions: wording A or B; `pays`: an organisation pays (`–`: none does); `consumer`: a private client who pays. An effect is all that the product's rules read of a clause."""


def _mark(clause: Clause, item: Item | None) -> str:
    if item is None:
        return ""
    return "+" if item.is_optional else "●" if clause.is_locked else "○"


def _conditions(clause: Clause) -> str:
    paid = {None: "", True: "pays", False: "– pays"}[clause.is_paid_for]
    consumer = {None: "", True: "consumer", False: "– consumer"}[clause.is_consumer]
    return ", ".join(filter(None, (clause.wording, paid, consumer)))


def _row(clause: Clause) -> str:
    items = {(layout.kind, item.code): item for layout in LAYOUTS for item in layout.items}
    marks = [_mark(clause, items.get((kind, clause.code))) for kind in Kind]
    effect = ", ".join(f"{key}: {value}" for key, value in clause.effect.items())
    cells = [f"`{clause.code}`", clause.version, *marks, _conditions(clause), effect, ", ".join(sorted(clause.instead_of))]
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)


def table() -> str:
    """The whole of docs/clauses.md."""
    head = ["clause", "version", *Kind, "when", "effect", "takes the place of"]
    effects = [f"| {key} | {', '.join(effect.values)} | {effect.read_by} |" for key, effect in EFFECTS.items()]
    rows = [_row(clause) for clause in CLAUSES if clause.language == "en"]
    parts = [
        INTRO,
        "## Effects",
        "\n".join(["| key | values | read for |", "| --- | --- | --- |", *effects]),
        "A key that an agreement does not set grants nothing. An amendment's effects take the place of the same keys of what it changes.",
        "## Clauses by kind",
        "\n".join([f"| {' | '.join(head)} |", "|" + " --- |" * len(head), *rows]),
    ]
    return "\n\n".join(parts) + "\n"
