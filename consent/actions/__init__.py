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
from consent.actions.templates import (
    delete_draft,
    publish_template,
    retire_template,
    revise_template,
    start_template,
    write_template,
)

__all__ = [
    "answer_question",
    "ask_code",
    "ask_for_paper",
    "ask_question",
    "cancel_agreement",
    "complete_agreement",
    "countersign_agreement",
    "decline_agreement",
    "delete_draft",
    "draft_agreement",
    "expire_agreement",
    "note_incomplete",
    "note_opening",
    "note_read",
    "offer_space",
    "publish_template",
    "remind_signatory",
    "renounce_agreement",
    "resend_agreement",
    "retire_template",
    "revise_template",
    "send_agreement",
    "set_code",
    "sign_agreement",
    "start_template",
    "terminate_agreement",
    "try_code",
    "write_template",
]
