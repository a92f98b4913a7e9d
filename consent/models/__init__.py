"""What was promised (agreements, pledges), what is permitted (consents), what went out (disclosures)."""

from consent.models.agreements import Agreement, Signature
from consent.models.pledges import Pledge, PledgeReceipt
from consent.models.summaries import Consent, ConsentEvent, Disclosure, Proposal, Summary

__all__ = ["Agreement", "Consent", "ConsentEvent", "Disclosure", "Pledge", "PledgeReceipt", "Proposal", "Signature", "Summary"]
