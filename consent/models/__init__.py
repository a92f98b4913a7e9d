"""What was promised (agreements), what is permitted (consents), what went out (disclosures)."""

from consent.models.agreements import Agreement
from consent.models.signing import AgreementEvent, KnownFile, Signatory
from consent.models.summaries import Consent, ConsentEvent, Disclosure, Proposal, Summary
from consent.models.templates import AgreementTemplate

__all__ = [
    "Agreement",
    "AgreementEvent",
    "AgreementTemplate",
    "Consent",
    "ConsentEvent",
    "Disclosure",
    "KnownFile",
    "Proposal",
    "Signatory",
    "Summary",
]
