"""What changes what was promised, permitted and shown."""

from consent.actions.agreements import (
    cancel_agreement,
    countersign_agreement,
    decline_agreement,
    draft_agreement,
    expire_agreement,
    note_opening,
    offer_space,
    resend_agreement,
    send_agreement,
    sign_agreement,
)

__all__ = [
    "cancel_agreement",
    "countersign_agreement",
    "decline_agreement",
    "draft_agreement",
    "expire_agreement",
    "note_opening",
    "offer_space",
    "resend_agreement",
    "send_agreement",
    "sign_agreement",
]
