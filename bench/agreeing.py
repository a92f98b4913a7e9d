"""P7: an agreement rendered and fixed by one signature, then its whole way to the proof file, beside WeasyPrint's bare rendering of it."""

from __future__ import annotations

import statistics
from typing import Any

from bench.figures import Row, alternately, timed
from bench.people import People, sent, signed
from bench.stage import Server, Stage

TIMES, WARM, WHOLE = 15, 3, 7


def rows(stage: Stage, server: Server, people: People) -> list[Row]:
    """The figures. The bare rendering is of the same HTML with the same fonts, warm, in a process of its own as ours is."""
    from django.utils import timezone

    from consent import actions, documents, fixing
    from support import pdf

    text = documents.write_text(engagement=people.engagement, choices=documents.Choices(kind="confidentiality", wording="A", language="fr"))
    agreement = actions.draft_agreement(engagement=people.engagement, text=text, by=people.coach)
    html = bare_html(text)
    fixed, bare = alternately(
        TIMES,
        lambda: fixing.fix(agreement, text, at=timezone.now()),
        lambda: pdf.render(html, title=text.title, language="fr"),
        warm=WARM,
    )
    whole = statistics.median([timed(lambda: whole_way(people)) for _ in range(WHOLE + 1)][1:])
    holds = whole <= 4 * bare and whole <= 1000
    return [
        Row("P7", "agreement: render and one signature / bare render", fixed, bare, "ms", "≤ 1.5 ×", fixed <= 1.5 * bare),
        Row("P7", "whole way to the proof file / bare render", whole, bare, "ms", "≤ 4 × and ≤ 1 s", holds, NOTE),
    ]


NOTE = "whole way: rendered, fixed, signed by two with their stamps, time-stamped, checked as a whole, proof file rendered and fixed; every step saved"


def bare_html(text: Any) -> str:
    """The agreement's page as a draft: the same words without places to sign in."""
    from django.template.loader import render_to_string
    from django.utils.translation import override

    with override("fr"):
        context = {"text": text, "reference": "CV-BENCH", "is_draft": True, "title": text.title, "language": "fr"}
        return render_to_string("consent/pdf_agreement.html", context)


def whole_way(people: People) -> None:
    """From nothing to the copies that each side holds."""
    from consent import completing

    agreement = sent(people)
    for one in list(agreement.signatories.all()):
        signed(people, agreement, one)
        agreement.refresh_from_db()
    if not completing.complete(agreement.pk):
        raise RuntimeError("the agreement is not complete")
