"""What changes what was promised, permitted and shown."""

from consent.actions.agreements import (
    cancel_agreement,
    draft_agreement,
    expire_agreement,
    offer_space,
    remind_signatory,
    resend_agreement,
    send_agreement,
)
from consent.actions.ending import complete_agreement, note_incomplete, renounce_agreement, terminate_agreement
from consent.actions.pledges import (
    acknowledge_pledge,
    deliver_pledge,
    discard_pledge,
    publish_pledge,
    renew_address,
    write_pledge,
)
from consent.actions.signing import (
    answer_question,
    ask_code,
    ask_for_paper,
    ask_question,
    countersign_agreement,
    decline_agreement,
    note_opening,
    note_read,
    set_code,
    sign_agreement,
    try_code,
)

__all__ = [
    "acknowledge_pledge",
    "answer_question",
    "ask_code",
    "ask_for_paper",
    "ask_question",
    "cancel_agreement",
    "complete_agreement",
    "countersign_agreement",
    "decline_agreement",
    "deliver_pledge",
    "discard_pledge",
    "draft_agreement",
    "expire_agreement",
    "note_incomplete",
    "note_opening",
    "note_read",
    "offer_space",
    "publish_pledge",
    "remind_signatory",
    "renew_address",
    "renounce_agreement",
    "resend_agreement",
    "send_agreement",
    "set_code",
    "sign_agreement",
    "terminate_agreement",
    "try_code",
    "write_pledge",
]
