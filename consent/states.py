"""Every state of what people decide here, from agreements to questions, and every way on. What is not in the table cannot happen.

`python -m consent.states > docs/states.md` draws it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Step:
    """One way from a state to another, and who may take it."""

    source: str
    event: str
    target: str
    who: str


class NoSuchStep(ValueError):
    """The table knows no such step from there, or not for this person."""


COACH: Final = "coach"
CLIENT: Final = "client"
SIGNATORY: Final = "signatory"  # whose turn it is: the client, or somebody of the organisation
INSTANCE: Final = "instance"

# Signing leads on to `signed` only with the last before the coach; until then the agreement stays with those who sign.
AGREEMENT: Final = (
    Step("draft", "send", "sent", COACH),
    Step("draft", "cancel", "cancelled", COACH),
    Step("sent", "resend", "sent", COACH),
    Step("sent", "sign", "sent", SIGNATORY),
    Step("sent", "sign_last", "signed", SIGNATORY),
    Step("sent", "confirm", "in_force", SIGNATORY),
    Step("sent", "decline", "declined", SIGNATORY),
    Step("sent", "cancel", "cancelled", COACH),
    Step("sent", "expire", "expired", INSTANCE),
    Step("signed", "countersign", "in_force", COACH),
    Step("signed", "cancel", "cancelled", COACH),
    Step("signed", "expire", "expired", INSTANCE),
    Step("in_force", "complete", "in_force", INSTANCE),
    Step("in_force", "supersede", "superseded", INSTANCE),
    Step("in_force", "renounce", "terminated", CLIENT),
    Step("in_force", "terminate", "terminated", COACH),
    Step("superseded", "complete", "superseded", INSTANCE),
    Step("terminated", "complete", "terminated", INSTANCE),
)
PLEDGE: Final = (
    Step("draft", "publish", "published", COACH),
    Step("draft", "discard", "discarded", COACH),
    Step("published", "replace", "replaced", COACH),
)
TEMPLATE: Final = (
    Step("draft", "publish", "published", COACH),
    Step("draft", "delete", "deleted", COACH),
    Step("published", "replace", "retired", COACH),
    Step("published", "retire", "retired", COACH),
)
# A consent's events bear the names of the states they lead to. What is refused or over is asked anew, never taken up again.
CONSENT: Final = (
    Step("asked", "requested", "requested", COACH),
    Step("asked", "requested", "requested", CLIENT),
    Step("requested", "given", "given", CLIENT),
    Step("requested", "given", "given", COACH),  # on paper or orally, attested; never for a text
    Step("requested", "refused", "refused", CLIENT),
    Step("requested", "superseded", "superseded", COACH),
    Step("requested", "superseded", "superseded", CLIENT),
    Step("requested", "lapsed", "lapsed", INSTANCE),
    Step("requested", "ended", "ended", INSTANCE),
    Step("given", "withdrawn", "withdrawn", CLIENT),
    Step("given", "superseded", "superseded", CLIENT),
    Step("given", "superseded", "superseded", COACH),
    Step("given", "ended", "ended", COACH),
    Step("given", "ended", "ended", INSTANCE),
    Step("given", "expired", "expired", INSTANCE),
)
# A client's wish that a contact be told something.
WISH: Final = (
    Step("asked", "take", "taken", COACH),
    Step("asked", "decline", "declined", COACH),
    Step("asked", "take_back", "taken_back", CLIENT),
)
# A contact's question, for client and coach. Its end is a day fixed on asking, and no state.
REQUEST: Final = (
    Step("passed_on", "want", "wanted", CLIENT),
    Step("passed_on", "refuse", "refused", CLIENT),
    Step("passed_on", "decline", "declined", COACH),
    Step("passed_on", "end", "ended", INSTANCE),
    Step("wanted", "refuse", "refused", CLIENT),
    Step("wanted", "decline", "declined", COACH),
    Step("wanted", "end", "ended", INSTANCE),
    Step("refused", "want", "wanted", CLIENT),
    Step("refused", "end", "ended", INSTANCE),
    Step("declined", "end", "ended", INSTANCE),
)
# The same question as its contact sees it: no answer is an event here, only a text that is open to them, and the day.
REQUEST_SEEN: Final = (
    Step("passed_on", "text_opens", "text", INSTANCE),
    Step("text", "text_closes_before_the_last_day_is_over", "passed_on", INSTANCE),
    Step("text", "text_closes_later", "closed", INSTANCE),
    Step("passed_on", "last_day_is_over", "closed", INSTANCE),
    Step("closed", "text_opens", "text", INSTANCE),
)
# A client's request about their data. It can be put off once (GDPR, article 12(3)); what was answered stays answered.
RIGHTS: Final = (
    Step("asked", "extend", "extended", COACH),
    Step("asked", "answer", "answered", COACH),
    Step("asked", "withdraw", "withdrawn", CLIENT),
    Step("extended", "answer", "answered", COACH),
    Step("extended", "withdraw", "withdrawn", CLIENT),
)
TABLES: Final = {
    "Agreement": AGREEMENT,
    "Template": TEMPLATE,
    "Pledge": PLEDGE,
    "Consent": CONSENT,
    "Wish": WISH,
    "Request about one's data": RIGHTS,
    "Request for information": REQUEST,
    "Request for information, as its contact sees it": REQUEST_SEEN,
}


def after(table: tuple[Step, ...], source: str, event: str, who: str) -> str:
    """The state that this event leads to, or raise `NoSuchStep`."""
    for step in table:
        if (step.source, step.event, step.who) == (source, event, who):
            return step.target
    raise NoSuchStep(f"{event} by {who} from {source}")


def allows(table: tuple[Step, ...], source: str, event: str, who: str) -> bool:
    """Whether the table knows this step: what a template asks before it shows a button."""
    return any((step.source, step.event, step.who) == (source, event, who) for step in table)


def fold(kinds: Iterable[str]) -> str:
    """The state that a consent's events, in their order, lead to; `broken` where they follow no way of the table."""
    state = "asked"
    for kind in kinds:
        if not any((step.source, step.event) == (state, kind) for step in CONSENT):
            return "broken"
        state = kind
    return state


def drawn(name: str, table: tuple[Step, ...]) -> str:
    """One table as a diagram and as rows."""
    arrows = [f"    {step.source} --> {step.target}: {step.event}" for step in table]
    rows = [f"| {step.source} | {step.event} | {step.target} | {step.who} |" for step in table]
    head = [f"    [*] --> {table[0].source}"]
    return "\n".join(
        [
            f"## {name}",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *head,
            *arrows,
            "```",
            "",
            "| from | event | to | who |",
            "| --- | --- | --- | --- |",
            *rows,
        ]
    )


def diagram() -> str:
    """The whole of docs/states.md."""
    intro = "# States\n\nDrawn from consent/states.py by `python -m consent.states > docs/states.md`; a test compares. What is not here is refused."
    return "\n\n".join([intro, *(drawn(name, table) for name, table in TABLES.items())]) + "\n"


if __name__ == "__main__":
    print(diagram(), end="")
