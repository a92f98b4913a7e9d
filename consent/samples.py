"""An agreement between invented parties, so that a coach sees a template filled in before anybody is asked to sign it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from clients.models import Coach
from consent import documents, tailoring, wordings
from consent.models import AgreementTemplate
from consent.tailoring import Content, Situation
from support import pdf
from support.words import spoken

CLIENT: Final = "Claire Exemple"
ORGANISATION: Final = {"fr": "Organisation Exemple", "en": "Example Organisation"}
SIGNATORY: Final = {"fr": ("Hugo Exemple", "RH"), "en": ("Hugo Exemple", "HR")}
FACTS: Final[Mapping[str, Any]] = {
    "session_count": 6,
    "session_length": 90,
    "start_date": date(2027, 1, 12),
    "end_date": date(2027, 6, 30),
    "total_price": 180_000,
    "cancel_notice": 48 * 60,
    "base_reference": "CV-0A1B2C3D",
    "base_date": date(2026, 9, 7),
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "code_of_conduct": "celui de la fédération dont je suis membre",
        "goals": "prendre la parole en réunion, déléguer sans perdre le fil",
        "place": "au cabinet, ou par vidéo si vous le préférez",
        "payment_terms": "à trente jours, sur facture, après chaque séance",
        "insurance": "Assurances Exemple",
        "coach_address": "1 rue de l’Exemple, 38000 Grenoble",
        "coach_contact": "coach@exemple.fr, 04 00 00 00 00",
        "coach_registration": "SIREN 000 000 000, TVA non applicable",
        "mediator": "Médiation Exemple, 2 rue de l’Exemple, 75000 Paris, mediation.exemple.fr",
    },
    "en": {
        "code_of_conduct": "that of the federation to which I belong",
        "goals": "speaking up in meetings, delegating without losing the thread",
        "place": "at my office, or by video if you prefer",
        "payment_terms": "within thirty days of an invoice after each session",
        "insurance": "Example Insurance",
        "coach_address": "1 Example Street, London",
        "coach_contact": "coach@example.org, 020 0000 0000",
        "coach_registration": "No. 00000000, not registered for VAT",
        "mediator": "Example Mediation, 2 Example Street, London, mediation.example.org",
    },
}


def values(kind: str, language: str) -> dict[str, str]:
    """What stands for each field of that kind, in words."""
    language = spoken(language)
    name, job = SIGNATORY[language]
    facts = wordings.worded({**FACTS, "sponsor_signatories": [f"{name} ({job})"]}, language)
    return {name: value for name, value in {**WORDS[language], **facts}.items() if wordings.Kind(kind) in wordings.REGISTRY[name].kinds}


def text(content: Content, *, kind: str, language: str, situation: Situation, coach: Coach, number: int) -> documents.Text:
    """The agreement that this content makes in that situation. Raises `wordings.Incompatible`, `wordings.UnfitOwnClause`."""
    options, own = tailoring.fitted(content, kind, language, situation)
    name, job = SIGNATORY[spoken(language)]
    choices = documents.Choices(
        kind=kind,
        wording=situation.wording,
        language=language,
        options=options,
        values=values(kind, language),
        own=own,
        template={"id": "", "number": number, "name": content.name},
        client_pays=situation.client_pays,
        signers=[{"name": name, "job": job}] if kind == AgreementTemplate.Kind.THREE_WAY else [],
    )
    parties = {"coach": coach.name, "client": CLIENT, "organisation": ORGANISATION[spoken(language)] if situation.is_paid_for else ""}
    return documents.text_for(documents.clauses_for(choices, is_paid_for=situation.is_paid_for), parties=parties, choices=choices)


def document(made: documents.Text) -> bytes:
    """The same as a PDF, marked as a draft; takes its time. Raises `pdf.PdfFailed`."""
    return documents.render_text(made, reference="CV-EXEMPLE", is_draft=True)


def pictures(made: documents.Text) -> list[bytes]:
    """The same as one picture (PNG) a page; takes its time. Raises `pdf.PdfFailed`."""
    return pdf.pages(document(made), dots_per_inch=80)
