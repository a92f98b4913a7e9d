"""What a client is told, in sentences, of everything opened or changed about them: contacts each time, the coach's own reads by month.

The log of one engagement, event by event, is `sessions.journal`. Ids come in from the ledger; names are those that the client knows already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clients.models import Client, Engagement
from consent.models import Consent, Disclosure, Proposal
from sessions.journal import EPOCH, PAGE
from sessions.rights.sources import READ_FOR
from support.words import month
from vault.models import LedgerEntry

SENTENCES: Final[Mapping[str, Any]] = {
    "engagement.opened": gettext_lazy("Your coach opened the engagement."),
    "engagement.ended": gettext_lazy("Your coach ended the engagement. Every permission ended with it."),
    "key.given": gettext_lazy("Your coach opened the space that you share."),
    "agreement.in_force": gettext_lazy("An agreement signed by all came into force."),
    "agreement.superseded": gettext_lazy("An agreement was replaced by a newer one."),
    "agreement.terminated": gettext_lazy("Your coach ended an agreement."),
    "agreement.renounced": gettext_lazy("You withdrew from an agreement."),
    "summary.proposed": gettext_lazy("Your coach proposed a summary for %(who)s."),
    "summary.changes_asked": gettext_lazy("You asked for changes to a summary for %(who)s."),
    "summary.refused": gettext_lazy("You refused that a summary be passed on to %(who)s."),
    "summary.disclosed": gettext_lazy("With your permission a summary was passed on to %(who)s."),
    "summary.viewed": gettext_lazy("%(who)s opened a summary that you had authorised."),
    "consent.requested": gettext_lazy("A permission was asked for: %(what)s."),
    "consent.given": gettext_lazy("You gave a permission: %(what)s."),
    "consent.refused": gettext_lazy("You refused a permission: %(what)s."),
    "consent.withdrawn": gettext_lazy("You withdrew a permission: %(what)s."),
    "consent.expired": gettext_lazy("A permission came to its last day: %(what)s."),
    "consent.ended": gettext_lazy("A permission ended: %(what)s."),
    "consent.lapsed": gettext_lazy("You did not answer, so the answer was no: %(what)s."),
    "consent.superseded": gettext_lazy("A permission or a question was replaced: %(what)s."),
    "summary.downloaded": gettext_lazy("%(who)s kept as a file a summary that you had authorised."),
    "engagement.viewed": gettext_lazy("A contact of the organisation looked at what is shown to them of your coaching."),
    "request.asked": gettext_lazy("A contact of the organisation asked for information."),
    "request.refused": gettext_lazy("You refused to answer a contact."),
    "wish.made": gettext_lazy("You asked that a contact be told something."),
    "wish.declined": gettext_lazy("Your coach declined to pass on what you wished."),
    "shared_entry.shared": gettext_lazy("You gave your coach a text of your notebook to read."),
    "shared_entry.read": gettext_lazy("Your coach read a text of your notebook."),
    "law.told": gettext_lazy("Your coach told you of something given because the law required it."),
    "rights.asked": gettext_lazy("You asked your coach about your data."),
    "rights.put_off": gettext_lazy("Your coach put off the answer to your request, with a reason."),
    "rights.withdrawn": gettext_lazy("You took back a request about your data."),
    "rights.answered": gettext_lazy("Your coach answered your request about your data."),
    "rights.downloaded": gettext_lazy("You downloaded the answer to your request."),
    "space.downloaded": gettext_lazy("You downloaded everything that your space shows."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence of the log; `is_count` where it sums up a month."""

    at: datetime
    sentence: str
    engagement: Engagement
    is_count: bool = False


def told(clients: list[Client], *, before: int | None = None, most: int | None = PAGE) -> tuple[list[Told], int | None]:
    """The newest sentences about the person behind these rows, and where the next page begins (microseconds since 1970), or None.

    `most` None: all of them.
    """
    engagements = {one.pk: one for one in Engagement.objects.for_client(clients).select_related("coach__person", "client")}
    chains = {one.practice_id for one in engagements.values()}
    mine = LedgerEntry.objects.filter(chain__in=chains, subject__in=engagements).order_by("-at")
    until = EPOCH + timedelta(microseconds=before) if before is not None else None
    rows = mine.filter(event__in=SENTENCES, **({"at__lt": until} if until else {}))
    entries = list(rows.only("at", "event", "about", "subject")[: None if most is None else most + 1])
    names = _Names(entries)
    lines = [Told(one.at, names.sentence(one), engagements[one.subject]) for one in entries if one.subject]  # every one has
    lines += [one for one in _by_month(mine, engagements) if until is None or one.at < until]
    lines.sort(key=lambda line: line.at, reverse=True)
    shown = lines if most is None else lines[:most]
    return shown, (shown[-1].at - EPOCH) // timedelta(microseconds=1) if len(lines) > len(shown) else None


def _by_month(mine: QuerySet[LedgerEntry], engagements: Mapping[UUID, Engagement]) -> Iterable[Told]:
    """How often the coach opened notes of each engagement in each month, and how often to answer a request."""
    reads = mine.filter(event="note.read").order_by().annotate(month=TruncMonth("at"))
    for answering in (False, True):
        some = reads.filter(code=READ_FOR) if answering else reads.exclude(code=READ_FOR)
        for found in some.values("month", "subject").annotate(times=Count("pk"), last=Max("at")):
            yield Told(found["last"], _reads(found["times"], found["month"], answering), engagements[found["subject"]], is_count=True)


def _reads(times: int, moment: datetime, answering: bool) -> str:
    facts = {"times": times, "month": month(moment)}
    if answering:
        return (
            ngettext(
                "In %(month)s your coach opened a note of yours %(times)s time, to answer your request.",
                "In %(month)s your coach opened notes of yours %(times)s times, to answer your request.",
                times,
            )
            % facts
        )
    return (
        ngettext(
            "In %(month)s your coach opened their notes about you %(times)s time.",
            "In %(month)s your coach opened their notes about you %(times)s times.",
            times,
        )
        % facts
    )


class _Names:
    """Whom and what some events are about, found in three statements."""

    def __init__(self, entries: Iterable[LedgerEntry]) -> None:
        about = {one.about for one in entries}
        self.consents = {one.pk: one for one in Consent.objects.filter(pk__in=about).select_related("contact__sponsor")}
        rows = [
            *Disclosure.objects.filter(pk__in=about).select_related("contact").defer("body"),
            *Proposal.objects.filter(pk__in=about).select_related("contact").defer("body", "answer"),
        ]
        self.contacts = {one.pk: one.contact.name for one in rows}

    def sentence(self, entry: LedgerEntry) -> str:
        """An event as a sentence."""
        who = self.contacts.get(entry.about) or _("a contact of the organisation")  # type: ignore[call-overload]
        return str(SENTENCES[entry.event]) % {"who": who, "what": self._what(entry.about)}

    def _what(self, about: UUID | None) -> str:
        consent = self.consents.get(about) if about else None
        if consent is None:
            return _("a permission")
        label = str(consent.about.label)
        return f"{label} ({consent.recipient_name})" if consent.recipient_name else label
