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
from consent.actions.pledges import (
    acknowledge_pledge,
    deliver_pledge,
    discard_pledge,
    publish_pledge,
    renew_address,
    write_pledge,
)

__all__ = [
    "acknowledge_pledge",
    "cancel_agreement",
    "countersign_agreement",
    "decline_agreement",
    "deliver_pledge",
    "discard_pledge",
    "draft_agreement",
    "expire_agreement",
    "note_opening",
    "offer_space",
    "publish_pledge",
    "renew_address",
    "resend_agreement",
    "send_agreement",
    "sign_agreement",
    "write_pledge",
]
