"""P9: a client approves a summary, the contact reads it; the client withdraws, and the contact's next request finds nothing."""

from __future__ import annotations

import re
import statistics
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.figures import Row, timed
from bench.people import PARAGRAPH, PASSPHRASE, People
from bench.stage import Server, Stage
from bench.visitor import Visitor

TIMES = 9
HIDDEN = re.compile(r'name="(fingerprint|keys|contact)" value="([^"]+)"')


def rows(stage: Stage, server: Server, people: People) -> list[Row]:
    """The figures. The minute in which an approval can be taken back unread is set to nothing, so that the next request is the test."""
    client, contact = (Visitor(server.port, network=f"192.0.2.{number}") for number in (11, 12))
    client.sign_in(people.addresses[1], PASSPHRASE)
    client.get("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSPHRASE})  # approving asks for it; what it costs is P8's figure
    contact.sign_in(people.addresses[2], PASSPHRASE)
    approved, withdrawn, holds = [], [], True
    for number in range(TIMES + 1):
        phrase = f"Repère {number} : elle tient ses trois jalons."
        proposal = propose(people, phrase + "\n\n" + PARAGRAPH)
        form = answers(client.get(f"/client/summaries/{proposal.pk}/"))
        approved.append(timed(lambda form=form, pk=proposal.pk: client.post(f"/client/summaries/{pk}/approve/", form)))
        consent = proposal.consents.select_related("disclosure").get()
        shown = f"/contact/summaries/{consent.disclosure.pk}/"
        holds &= phrase in contact.get(shown)
        withdrawn.append(timed(lambda pk=consent.pk: client.post(f"/client/authorisations/{pk}/withdraw/", {})))
        holds &= contact.ask("GET", shown)[0] == 404
    note = (
        "at the contact’s next request the text was there after approving, and gone after withdrawing"
        if holds
        else "THE NEXT REQUEST DID NOT AGREE"
    )
    figures = [statistics.median(found[1:]) for found in (approved, withdrawn)]
    return [
        Row("P9", "approve and disclose", figures[0], None, "ms", "≤ 50 ms", figures[0] <= 50 and holds),
        Row("P9", "withdraw", figures[1], None, "ms", "≤ 50 ms", figures[1] <= 50 and holds, note),
    ]


def propose(people: People, text: str) -> Any:
    """A summary that waits for the client's answer."""
    from consent.actions import summaries
    from sessions import leak_facts

    summary = summaries.start_summary(engagement=people.engagement, contact=people.contact, text=text, vault=people.vault, by=people.coach)
    findings = leak_facts.found_in(text, people.engagement, people.vault, people.coach)
    reading = leak_facts.reading(text, people.engagement, findings, {one.key for one in findings})
    return summaries.propose(summary=summary, text=text, reading=reading, vault=people.vault, by=people.coach)


def answers(page: str) -> dict[str, str]:
    """What the form on the client's page would send: what was shown, and until when."""
    return dict(HIDDEN.findall(page)) | {"until": (datetime.now(UTC).date() + timedelta(days=30)).isoformat()}
