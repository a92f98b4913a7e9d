"""What was promised (agreements, pledges), what is permitted (consents), what went out (disclosures), what clients ask about their data."""

from consent.models.agreements import Agreement
from consent.models.attendance import Attendance
from consent.models.consents import Consent, ConsentEvent
from consent.models.law import LegalAddition, LegalDisclosure
from consent.models.pledges import Pledge, PledgeReceipt
from consent.models.requests import InformationRequest
from consent.models.retention import Destruction, Hold, RetentionNotice
from consent.models.rights import RightsAnswer, RightsPart, RightsRequest
from consent.models.signing import AgreementEvent, KnownFile, Signatory
from consent.models.summaries import Disclosure, Proposal, Summary
from consent.models.tasks import Task
from consent.models.templates import AgreementTemplate
from consent.models.wishes import Wish

__all__ = [
    "Agreement",
    "AgreementEvent",
    "AgreementTemplate",
    "Attendance",
    "Consent",
    "ConsentEvent",
    "Destruction",
    "Disclosure",
    "Hold",
    "InformationRequest",
    "KnownFile",
    "LegalAddition",
    "LegalDisclosure",
    "Pledge",
    "PledgeReceipt",
    "Proposal",
    "RetentionNotice",
    "RightsAnswer",
    "RightsPart",
    "RightsRequest",
    "Signatory",
    "Summary",
    "Task",
    "Wish",
]
