"""A small agreement, its stamps, and the steps from the text to the closed file."""

from __future__ import annotations

from datetime import UTC, datetime

from pades import writing
from support import pdf

NOW = datetime(2026, 11, 20, 9, 12, 3, tzinfo=UTC)
NAMES = {"Client": "Zoé Lefèvre-Œuvrard", "Manager": "Karim Ben Saïd", "HR": "Anne-Lise d’Arcy", "Coach": "Camille Aubry"}
TWO = ["Client", "Coach"]
FOUR = ["Client", "Manager", "HR", "Coach"]
STAMP = (
    "<html lang=fr><title>s</title><style>@page { size: 200pt 70pt; margin: 4pt } body { margin: 0; font: 8pt Inter } p { margin: 0 }</style>"
    "<p style='font-size: 13pt'>%s<p>Signé électroniquement le 20/11/2026"
)


def agreement(fields: list[str]) -> bytes:
    """A tagged document of one page with empty signature fields."""
    boxes = "".join(
        f"<div><p>{NAMES[name]}</p><label><input type=checkbox name={name} title='Signature {name}' class=signature-field></label></div>"
        for name in fields
    )
    html = (
        "<html lang=fr><title>t</title><link rel=stylesheet href=base.css><h1>Contrat de confidentialité</h1>"
        f"<p>La coach garde le silence, et le garde encore après.</p><section class=signatures>{boxes}</section>"
    )
    return pdf.render(html, title="Contrat de confidentialité", language="fr")


def stamp(name: str) -> bytes:
    """What stands in a signed field."""
    return pdf.render(STAMP % NAMES[name], title="Signature", language="fr")


def sign(file: bytes, field: str, *, is_last: bool, at: datetime = NOW, reason: str = "Lu et approuvé ; sha256:00") -> bytes:
    """The file signed in one field."""
    name = NAMES[field]
    return writing.sign(file, field=field, name=name, address="a@example.net", reason=reason, stamp=stamp(field), is_last=is_last, at=at)


def steps(fields: list[str], at: datetime = NOW) -> list[bytes]:
    """The file after each step: certified, signed by each, closed."""
    made = [writing.certify(agreement(fields), reason="Texte figé à l’envoi", at=at)]
    for field in fields:
        made.append(sign(made[-1], field, is_last=field == fields[-1], at=at))
    made.append(writing.close(made[-1], at=at))
    return made
