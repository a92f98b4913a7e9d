"""The access log in plain words: who opened or changed what, and when. Ids and codes come in, no name and no text goes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sessions.models import Note, Session
from vault.models import LedgerEntry

PAGE: Final = 50
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

SAID: Final[Mapping[str, Any]] = {
    "engagement.opened": gettext_lazy("Engagement opened"),
    "engagement.changed": gettext_lazy("Engagement changed"),
    "consents.reconsidered": gettext_lazy("Permissions compared with what is in force"),
    "engagement.ended": gettext_lazy("Engagement ended"),
    "key.given": gettext_lazy("Shared space opened to the client"),
    "session.planned": gettext_lazy("Session planned"),
    "session.changed": gettext_lazy("Session changed"),
    "session.held": gettext_lazy("Session marked as held"),
    "session.cancelled": gettext_lazy("Session cancelled"),
    "session.reopened": gettext_lazy("Session planned again"),
    "note.started": gettext_lazy("Note started"),
    "note.read": gettext_lazy("Note opened"),
    "note.finished": gettext_lazy("Note finished"),
    "note.amended": gettext_lazy("Addition to a note started"),
    "note.restored": gettext_lazy("Earlier text of a note restored"),
    "note.kept_aside": gettext_lazy("Text of another tab kept beside a note"),
    "note.deleted": gettext_lazy("Empty note deleted"),
    "note.destroyed": gettext_lazy("Note destroyed"),
    "key.renewing": gettext_lazy("New key begun"),
    "key.renewed": gettext_lazy("New key in place, the one before destroyed"),
    "destruction.begun": gettext_lazy("Destruction begun"),
    "destruction.attested": gettext_lazy("Destruction attested"),
    "engagement.destroyed": gettext_lazy("Everything written in the engagement destroyed"),
    "hold.put": gettext_lazy("Hold put: nothing is destroyed for now"),
    "hold.ended": gettext_lazy("Hold ended"),
    "retention.noticed": gettext_lazy("Announced: texts will be destroyed"),
    "mark.made": gettext_lazy("Somebody marked as a person in the notes"),
    "mark.changed": gettext_lazy("Role of a marked person changed"),
    "mark.removed": gettext_lazy("Mark of a person removed"),
    "name.cleared": gettext_lazy("A name said to be another person’s"),
    "name.uncleared": gettext_lazy("A name to be asked about again"),
    "agreement.drafted": gettext_lazy("Agreement drafted"),
    "agreement.sent": gettext_lazy("Agreement sent"),
    "agreement.resent": gettext_lazy("Agreement sent again"),
    "agreement.opened": gettext_lazy("Agreement opened"),
    "agreement.signed": gettext_lazy("Agreement signed"),
    "agreement.declined": gettext_lazy("Agreement declined"),
    "agreement.in_force": gettext_lazy("Agreement signed by both, in force"),
    "agreement.cancelled": gettext_lazy("Agreement cancelled"),
    "agreement.expired": gettext_lazy("Agreement expired"),
    "agreement.superseded": gettext_lazy("Agreement replaced by a newer one"),
    "agreement.terminated": gettext_lazy("Agreement ended by the coach"),
    "agreement.renounced": gettext_lazy("Agreement withdrawn from within fourteen days"),
    "agreement.completed": gettext_lazy("Agreement time-stamped, with its proof file"),
    "agreement.incomplete": gettext_lazy("Time-stamp or proof file of an agreement not made yet"),
    "agreement.reminded": gettext_lazy("Reminder of an agreement sent"),
    "agreement.read_to_the_end": gettext_lazy("Agreement read to the last page"),
    "agreement.code_asked": gettext_lazy("Code to read an agreement asked for"),
    "agreement.code_sent": gettext_lazy("Code to read an agreement sent"),
    "agreement.code_tried": gettext_lazy("Code to read an agreement typed"),
    "agreement.question": gettext_lazy("Question about an agreement asked"),
    "agreement.answer": gettext_lazy("Question about an agreement answered"),
    "agreement.paper_asked": gettext_lazy("Agreement on paper asked for"),
    "agreement.space_offered": gettext_lazy("Space offered to the client"),
    "summary.started": gettext_lazy("Draft of a summary started"),
    "summary.deleted": gettext_lazy("Draft of a summary deleted"),
    "summary.proposed": gettext_lazy("Summary shown to the client for an answer"),
    "summary.changes_asked": gettext_lazy("Changes to a summary asked for"),
    "summary.refused": gettext_lazy("Passing on of a summary refused"),
    "summary.disclosed": gettext_lazy("Summary passed on to a contact"),
    "summary.viewed": gettext_lazy("Summary opened by a contact"),
    "summary.downloaded": gettext_lazy("Summary kept as a file by a contact"),
    "summary.copied": gettext_lazy("Own copy of a proposed text kept as a file"),
    "summary.keys_differ": gettext_lazy("Question ended: the contact’s key does not hold"),
    "wish.made": gettext_lazy("Wish that a contact be told something"),
    "wish.taken": gettext_lazy("Wish taken up"),
    "wish.declined": gettext_lazy("Wish declined"),
    "wish.taken_back": gettext_lazy("Wish taken back"),
    "engagement.viewed": gettext_lazy("Engagement seen by a contact"),
    "request.asked": gettext_lazy("Information asked for by a contact"),
    "request.wanted": gettext_lazy("Text on a contact’s question asked for"),
    "request.refused": gettext_lazy("Contact’s question refused"),
    "request.declined": gettext_lazy("Contact’s question declined"),
    "request.ended": gettext_lazy("Contact’s question ended"),
    "rights.asked": gettext_lazy("Request about their data asked by the client"),
    "rights.put_off": gettext_lazy("Answer to a request put off, with a reason"),
    "rights.withdrawn": gettext_lazy("Request about their data taken back"),
    "rights.gone_through": gettext_lazy("One text gone through to answer a request"),
    "rights.handed_over": gettext_lazy("One text of a copy handed over to the client"),
    "rights.answered": gettext_lazy("Request about their data answered"),
    "rights.downloaded": gettext_lazy("Answer to a request downloaded by the client"),
    "space.downloaded": gettext_lazy("Everything that the client’s space shows downloaded by the client"),
    "consent.requested": gettext_lazy("Permission asked for"),
    "consent.refused": gettext_lazy("Permission refused"),
    "consent.lapsed": gettext_lazy("Question not answered in time"),
    "law.recorded": gettext_lazy("Something given because the law required it, entered in the register"),
    "law.completed": gettext_lazy("Papers added to an entry of the register"),
    "law.put_off": gettext_lazy("Day to tell the client about an entry put off"),
    "law.told": gettext_lazy("Client told of what was given because the law required it"),
    "law.read": gettext_lazy("Entry of the register opened"),
    "shared_entry.shared": gettext_lazy("Text of the notebook given to the coach to read"),
    "shared_entry.read": gettext_lazy("Text of the notebook read"),
    "shared_entry.deleted": gettext_lazy("Text of the notebook taken back from the coach"),
    "shared_entry.restored": gettext_lazy("Text of the notebook given back to the coach to read"),
    "consent.given": gettext_lazy("Permission given"),
    "consent.withdrawn": gettext_lazy("Permission withdrawn"),
    "consent.expired": gettext_lazy("Permission expired"),
    "consent.ended": gettext_lazy("Permission ended"),
    "consent.superseded": gettext_lazy("Permission replaced by a newer one"),
}

COACH_ALONE: Final = ("summary.started", "summary.deleted")  # of a draft the client learns nothing, not even that it exists
BESIDE: Final = (
    "signature.given",
    "agreement.proven",
    "shared_entry.erased",
    "attendance.noted",
    "key.resealed",
    "attendance.changed",
    "attendance.forgotten",
)  # written beside another event, so that bytes can be compared: no line of their own
FOR_A_REQUEST: Final = gettext_lazy("Note opened to answer a request")


@dataclass(frozen=True, slots=True)
class Line:
    """One event as it is shown."""

    at: datetime
    who: str
    what: str
    where: str


@dataclass(frozen=True, slots=True)
class Readers:
    """Whose page it is: how each person is called on it, everybody else being a contact."""

    called: Mapping[UUID | None, str]
    kept_from: tuple[str, ...] = ()  # events that are not theirs to know

    def of(self, entry: LedgerEntry) -> str:
        """What to call whoever did it."""
        if entry.by is None:
            return _("By a link, or automatically")
        return self.called.get(entry.by) or _("A contact of the organisation")


def for_the_coach(coach: UUID, client: UUID | None) -> Readers:
    """How people are called on a coach's page."""
    return Readers({client: _("Your client"), coach: _("You")})


def for_the_client(client: UUID | None, coach: UUID) -> Readers:
    """How people are called on a client's page."""
    return Readers({coach: _("Your coach"), client: _("You")}, kept_from=COACH_ALONE)


def said(event: str, code: str = "") -> str:
    """Return an event in words."""
    if (event, code) == ("note.read", "rights"):
        return str(FOR_A_REQUEST)
    return str(SAID.get(event) or _("Something was written down"))


def lines(
    *, chain: UUID, subject: UUID, readers: Readers, legal: Iterable[UUID] = (), before: int | None = None, most: int = PAGE
) -> tuple[list[Line], int | None]:
    """The newest events of one engagement, and where the next page begins (microseconds since 1970), or None.

    Events about the register name no engagement until the client is told: `legal` are the entries and parts whose events this reader may see.
    """
    told = Q(about__in=list(legal), event__startswith="law.")
    entries = LedgerEntry.objects.filter(told | Q(subject=subject), chain=chain).exclude(event__in=[*BESIDE, *readers.kept_from])
    entries = entries.only("at", "by", "event", "kind", "about", "code")
    if before is not None:
        entries = entries.filter(at__lt=EPOCH + timedelta(microseconds=before))
    found = list(entries.order_by("-at")[: most + 1])
    numbers = _numbers(found[:most])
    shown = [Line(entry.at, readers.of(entry), said(entry.event, entry.code), _where(numbers.get(entry.about))) for entry in found[:most]]
    return shown, (shown[-1].at - EPOCH) // timedelta(microseconds=1) if len(found) > most else None


def _where(number: int | None) -> str:
    return "" if number is None else _("Session %(number)s") % {"number": number}


def _numbers(entries: Iterable[LedgerEntry]) -> dict[UUID | None, int]:
    """The number of the session that each entry is about, directly or through a note."""
    about = {"session": {e.about for e in entries if e.kind == "session"}, "note": {e.about for e in entries if e.kind == "note"}}
    found: dict[UUID | None, int] = (
        dict(Session.objects.filter(pk__in=about["session"]).values_list("pk", "number")) if about["session"] else {}
    )
    if about["note"]:
        found |= dict(Note.objects.filter(pk__in=about["note"]).values_list("pk", "session__number"))
    return found
