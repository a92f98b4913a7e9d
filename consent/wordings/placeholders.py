"""What may stand in braces in a clause, and how it is filled: in one pass, each value as it is, never read as a template or as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, cast

from consent.wordings.kinds import Clause, Kind
from support import words

FIELD: Final = re.compile(r"\{([^{}]*)\}")
BRACE: Final = re.compile(r"[{}]")


class UnknownPlaceholder(LookupError):
    """A text asks for something that there is not, or that was not given. `name` says what."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One thing that an agreement is filled with: its type, what a form calls it, the kinds that use it.

    Types and their values: text (str), years and number (int), money (int, cents), hours (int, minutes), date (date), names (list of str).
    """

    name: str
    type: str
    labels: Mapping[str, str]
    kinds: frozenset[Kind]

    def worded(self, value: Any, language: str) -> str:
        """The value as the text of that language says it."""
        return WRITERS[self.type](value, language)


def _years(value: Any, language: str) -> str:
    unit = ("an", "ans") if language == "fr" else ("year", "years")
    return f"{value}{words.NO_BREAK}{unit[value != 1]}"


def _hours(value: Any, language: str) -> str:
    whole, rest = divmod(cast(int, value), 60)
    unit = ("heure", "heures") if language == "fr" else ("hour", "hours")
    return words.span(value, language) if rest or not whole else f"{whole}{words.NO_BREAK}{unit[whole != 1]}"


WRITERS: Final[Mapping[str, Callable[[Any, str], str]]] = MappingProxyType(
    {
        "text": lambda value, language: str(value),
        "years": _years,
        "number": lambda value, language: str(value),
        "money": words.euros,
        "hours": _hours,
        "date": lambda value, language: words.day(cast(date, value), language),
        "names": words.listed,
    }
)

TWO: Final = frozenset({Kind.CONFIDENTIALITY, Kind.COACHING})
PRICED: Final = frozenset({Kind.COACHING, Kind.THREE_WAY})
LASTING: Final = TWO | PRICED
PAYER_NAMED: Final = LASTING | {Kind.AMENDMENT}
EVERY: Final = frozenset(Kind)
ROWS: Final = (
    ("coach", "text", "Votre nom", "Your name", EVERY),
    ("client", "text", "Personne accompagnée", "Person coached", EVERY),
    ("organisation", "text", "Organisation qui paie", "Organisation that pays", PAYER_NAMED),
    ("years", "years", "Durée de conservation des notes", "How long notes are kept", LASTING),
    ("code_of_conduct", "text", "Code de déontologie suivi", "Code of conduct followed", LASTING),
    ("goals", "text", "Objectifs", "Goals", PRICED),
    ("session_count", "number", "Nombre de séances", "Number of sessions", PRICED),
    ("session_length", "hours", "Durée d'une séance", "Length of a session", PRICED),
    ("place", "text", "Lieu des séances", "Place of the sessions", PRICED),
    ("start_date", "date", "Début de l'accompagnement", "Start of the coaching", PRICED),
    ("end_date", "date", "Fin au plus tard", "End at the latest", PRICED),
    ("total_price", "money", "Prix total", "Total price", PRICED),
    ("payment_terms", "text", "Conditions de paiement", "Terms of payment", PRICED),
    ("cancel_notice", "hours", "Délai pour annuler une séance", "Notice for cancelling a session", PRICED),
    ("insurance", "text", "Assureur", "Insurer", PRICED),
    ("sponsor_signatories", "names", "Signataires de l'organisation", "Who signs for the organisation", frozenset({Kind.THREE_WAY})),
    ("coach_address", "text", "Votre adresse professionnelle", "Your professional address", frozenset({Kind.COACHING})),
    ("coach_contact", "text", "Votre courriel et votre téléphone", "Your e-mail and telephone", frozenset({Kind.COACHING})),
    ("coach_registration", "text", "Numéro SIREN et régime de TVA", "Registration number and VAT status", frozenset({Kind.COACHING})),
    (
        "mediator",
        "text",
        "Médiateur de la consommation, adresse et site",
        "Consumer mediator, address and site",
        frozenset({Kind.COACHING}),
    ),
    ("base_reference", "text", "Référence du contrat modifié", "Reference of the agreement changed", frozenset({Kind.AMENDMENT})),
    ("base_date", "date", "Date du contrat modifié", "Date of the agreement changed", frozenset({Kind.AMENDMENT})),
    ("signed_date", "date", "Date de signature", "Date of signature", frozenset({Kind.ELSEWHERE})),
)
REGISTRY: Final[Mapping[str, Placeholder]] = MappingProxyType(
    {
        name: Placeholder(name, kind_of, {"fr": words.typographic(french, "fr"), "en": words.typographic(english, "en")}, kinds)
        for name, kind_of, french, english, kinds in ROWS
    }
)


def fill(body: Iterable[str], values: Mapping[str, str]) -> list[str]:
    """The paragraphs with the values put in as they are, in one pass. Raises `UnknownPlaceholder`, also for a brace that stands alone."""

    def put(found: re.Match[str]) -> str:
        name = found[1]
        if name not in REGISTRY or name not in values:
            raise UnknownPlaceholder(name)
        return values[name]

    paragraphs = list(body)
    for paragraph in paragraphs:
        if alone := BRACE.search(FIELD.sub("", paragraph)):
            raise UnknownPlaceholder(alone[0])
    return [FIELD.sub(put, paragraph) for paragraph in paragraphs]


def worded(values: Mapping[str, Any], language: str) -> dict[str, str]:
    """Typed values (see `Placeholder`) as words of that language, ready for `fill`. Raises `UnknownPlaceholder`."""
    for name in values:
        if name not in REGISTRY:
            raise UnknownPlaceholder(name)
    return {name: REGISTRY[name].worded(value, language) for name, value in values.items()}


def named_in(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """The names in braces, each once, in the order in which they are read."""
    return tuple(dict.fromkeys(name for paragraph in paragraphs for name in FIELD.findall(paragraph)))


def needed(clauses: Iterable[Clause]) -> tuple[str, ...]:
    """What must be given to fill these clauses: what a form asks for."""
    return named_in(paragraph for clause in clauses for paragraph in clause.body)
