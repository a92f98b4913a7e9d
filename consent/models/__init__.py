"""What was promised (agreements, pledges), what is permitted (consents), what went out (disclosures), what clients ask about their data."""

from consent.models.agreements import Agreement
from consent.models.consents import Consent, ConsentEvent
from consent.models.pledges import Pledge, PledgeReceipt
from consent.models.rights import RightsAnswer, RightsPart, RightsRequest
from consent.models.signing import AgreementEvent, KnownFile, Signatory
from consent.models.summaries import Disclosure, Proposal, Summary
from consent.models.templates import AgreementTemplate

__all__ = [
    "Agreement",
    "AgreementEvent",
    "AgreementTemplate",
    "Consent",
    "ConsentEvent",
    "Disclosure",
    "KnownFile",
    "Pledge",
    "PledgeReceipt",
    "Proposal",
    "RightsAnswer",
    "RightsPart",
    "RightsRequest",
    "Signatory",
    "Summary",
]
