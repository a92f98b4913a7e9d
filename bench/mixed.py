"""P12: the pages of a coach, a client and a contact, mixed, as many as two web processes give to four people who never pause."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from bench.figures import Row, percentile
from bench.people import PASSPHRASE, People
from bench.stage import BASE, Server, Stage
from bench.visitor import Visitor

WARM, SECONDS = 3, 20


def rows(stage: Stage, server: Server, people: People) -> list[Row]:
    """The figures. Each person signed in apart, and begins at another page."""
    there = visits(people)
    somebody = []
    for turn, (address, pages) in enumerate(there):
        visitor = Visitor(server.port, network=f"192.0.2.{20 + turn}")
        visitor.sign_in(address, PASSPHRASE)
        somebody.append({"cookies": visitor.cookies, "pages": pages[turn:] + pages[:turn]})
    looked(server, somebody, WARM)
    told = looked(server, somebody, SECONDS)
    each, slow = len(told["ms"]) / told["seconds"], percentile(told["ms"], 0.95)
    note = f"{len(somebody)} people in a closed loop for {SECONDS} s from a process on the same cores; {len(told['ms'])} pages, none failed"
    return [
        Row("P12", "mixed pages: a second", each, None, "/s", "≥ 200 /s", each >= 200),
        Row("P12", "mixed pages: p95", slow, None, "ms", "≤ 40 ms", slow <= 40, note),
    ]


def visits(people: People) -> list[tuple[str, list[str]]]:
    """Who looks at which pages: a coach twice, a client, a contact."""
    engagement, note = people.engagement.pk, people.note
    coach = [
        "/coach/",
        "/coach/clients/",
        f"/coach/clients/{people.client.pk}/",
        f"/coach/engagements/{engagement}/",
        f"/coach/sessions/{note.session_id}/",
        f"/coach/notes/{note.pk}/",
        "/coach/notes/new/",
        "/coach/consents/",
    ]
    client = ["/client/", "/client/authorisations/", "/client/log/", f"/client/engagements/{engagement}/who-sees/"]
    return [
        (people.addresses[0], coach),
        (people.addresses[0], coach),
        (people.addresses[1], client),
        (people.addresses[2], ["/contact/", "/accounts/settings/"]),
    ]


def looked(server: Server, somebody: list[dict[str, Any]], seconds: int) -> dict[str, Any]:
    """What they found in so many seconds."""
    asked = json.dumps({"port": server.port, "people": somebody, "seconds": seconds})
    done = subprocess.run([sys.executable, "-m", "bench.load"], cwd=BASE, input=asked, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))
