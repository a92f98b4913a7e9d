"""The clock of a client's request, and what its sealed texts hold: the wish, the answer, one part of a copy.

General Data Protection Regulation: articles 12(3) and 12(4) (one month, put off once by two), 15(4) (others' rights), 16, 17(3).
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.act import Refused
from clients.models import Client, Engagement
from consent import days, states
from consent.models import Agreement, Consent, Disclosure, LegalAddition, PledgeReceipt, Proposal, RightsAnswer, RightsPart, RightsRequest
from vault.unlocked import Unlocked

MONTHS: Final = 1
MONTHS_PUT_OFF: Final = 2
LONGEST: Final = 20_000
Kind = RightsRequest.Kind

GIVEN, MASKED, LEFT_OUT = "given", "masked", "left_out"
OUTCOMES: Final[Mapping[str, Any]] = {
    GIVEN: pgettext_lazy("part", "As it stands"),
    MASKED: pgettext_lazy("part", "Passages masked"),
    LEFT_OUT: pgettext_lazy("part", "Left out"),
}
REASONS: Final[Mapping[str, Any]] = {
    "others": gettext_lazy("It would harm the rights of another person (GDPR, article 15(4))"),
    "not_about": gettext_lazy("It says nothing about the person who asks"),
    "secret": gettext_lazy("It holds a business secret or somebody’s intellectual property (GDPR, article 15(4))"),
    "law": gettext_lazy("The law forbids giving it (GDPR, article 23)"),
}
WHAT: Final[Mapping[str, Any]] = {
    "note": gettext_lazy("Note"),
    "addition": gettext_lazy("Addition to a note"),
    "agenda": gettext_lazy("Agenda of a session"),
    "draft": gettext_lazy("Draft of a summary that was never proposed"),
    "shared": gettext_lazy("Text that you and your coach share in the space"),
    "details": gettext_lazy("Name, address, telephone, job"),
}
STAYS: Final[Mapping[str, tuple[Any, Any]]] = {
    "agreements": (
        gettext_lazy("Agreements, signatures and their proof files"),
        gettext_lazy(
            "They prove what was promised, for as long as a claim can be brought: five years, as a rule (GDPR, article 17(3)(e))."
        ),
    ),
    "consents": (
        gettext_lazy("Records of what you permitted or refused"),
        gettext_lazy("Your coach must be able to show them (GDPR, articles 7(1) and 17(3)(b))."),
    ),
    "law": (
        gettext_lazy("The register of what the law required"),
        gettext_lazy("It shows that only what had to be given was given (GDPR, article 17(3)(b) and (e))."),
    ),
    "pledges": (
        gettext_lazy("Receipts of the pledge"),
        gettext_lazy("They prove what your coach promised you (GDPR, article 17(3)(e))."),
    ),
    "disclosures": (
        gettext_lazy("What was passed on, to whom and when"),
        gettext_lazy("It shows that nothing else was; the texts themselves are closed (GDPR, articles 5(2) and 17(3)(e))."),
    ),
    "requests": (
        gettext_lazy("Your requests: their kind, their dates and what came of them"),
        gettext_lazy("They show that your rights were respected (GDPR, article 5(2)). Their words go with the rest."),
    ),
    "log": (
        gettext_lazy("The access log: ids, dates and kinds of events"),
        gettext_lazy("It holds no text and no name, and nobody can change it (GDPR, articles 5(2) and 32)."),
    ),
    "invoices": (
        gettext_lazy("Invoices, where your coach keeps any"),
        gettext_lazy("The law asks for ten years in France (Code de commerce, art. L123-22)."),
    ),
}


class NotComplete(Refused):
    """A copy cannot be handed over: something was not gone through, or has changed since."""


# The clock


def months_after(day: date, months: int) -> date:
    """The day of a later month with the same number, or that month's last (Regulation 1182/71, article 3(2)(c))."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def due_after(asked: datetime, months: int = MONTHS) -> date:
    """The last day for an answer: a working day (Regulation 1182/71, article 3(4))."""
    return days.last_of(months_after(timezone.localdate(asked), months))


def step(request: RightsRequest, event: str, who: str) -> str:
    """The state that an event leads to. Refuses what the table of states does not know."""
    if not states.allows(states.RIGHTS, request.state, event, who):
        raise Refused(_("This request has changed since you opened the page. Please read it again."), code="other_state")
    return states.after(states.RIGHTS, request.state, event, who)


def check_may_put_off(request: RightsRequest, day: date) -> None:
    """Refuses once it was put off, and once the first month is over: the client must be told within it."""
    step(request, "extend", states.COACH)
    if day > request.due_date:
        raise Refused(
            _("The month is over: a request can be put off only within it. Please answer as soon as you can."), code="too_late_to_put_off"
        )


@dataclass(frozen=True, slots=True)
class Clock:
    """A request and how long there is left to answer it."""

    request: RightsRequest
    days: int

    @property
    def is_overdue(self) -> bool:
        """Whether its last day is over."""
        return self.request.is_open and self.days < 0


def clock(request: RightsRequest, day: date) -> Clock:
    """A request with the days that are left."""
    return Clock(request, (request.due_date - day).days)


def clocks(requests: Iterable[RightsRequest], day: date) -> list[Clock]:
    """The same for several."""
    return [clock(one, day) for one in requests]


def authority() -> str:
    """Whom a person complains to (GDPR, article 77): in France the CNIL."""
    if (get_language() or "fr").startswith("fr"):
        return _("the CNIL (www.cnil.fr)")
    return _("your data protection authority")


# What the sealed texts hold


@dataclass(frozen=True, slots=True)
class Wish:
    """What the client wrote. For a correction: what is wrong, and what it should be."""

    text: str = ""
    wrong: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the coach wrote. For an erasure: until when it is done, what goes and what stays (code and number)."""

    text: str = ""
    by: str = ""  # a day, YYYY-MM-DD
    goes: list[tuple[str, int]] = field(default_factory=list)
    stays: list[tuple[str, int]] = field(default_factory=list)

    @property
    def by_date(self) -> date | None:
        """The day until which it is carried out."""
        return date.fromisoformat(self.by) if self.by else None

    @property
    def going(self) -> list[tuple[Any, int]]:
        """What goes, in words."""
        return [(WHAT[code], number) for code, number in self.goes]

    @property
    def staying(self) -> list[tuple[Any, Any, int]]:
        """What stays, in words, and why."""
        return [(*STAYS[code], number) for code, number in self.stays]


@dataclass(frozen=True, slots=True)
class Part:
    """One text of a copy, and what the coach decided of it. `version` is that of the row it was made from."""

    what: str
    at: str  # ISO 8601
    outcome: str
    text: str = ""
    reason: str = ""
    explained: str = ""
    session: int | None = None
    version: int = 1

    @property
    def when(self) -> datetime:
        """The moment that the text is of."""
        return datetime.fromisoformat(self.at)

    @property
    def what_name(self) -> Any:
        """What it is, in words."""
        return WHAT[self.what]

    @property
    def outcome_name(self) -> Any:
        """What was decided, in words."""
        return OUTCOMES[self.outcome]

    @property
    def reason_name(self) -> Any:
        """Why, in words; empty where it is given as it stands."""
        return REASONS.get(self.reason, "")


def written(value: Wish | Reply | Part) -> str:
    """One of these as the text that is sealed."""
    return json.dumps(asdict(value), ensure_ascii=False)


def wish_of(request: RightsRequest, vault: Unlocked) -> Wish:
    """What the client wrote. Raises `Closed`."""
    return Wish(**json.loads(vault.open(request.text, request.place())))


def reason_of(request: RightsRequest, vault: Unlocked) -> str:
    """Why it was put off; empty where it was not. Raises `Closed`."""
    return vault.open(request.reason, request.place("put_off")) if request.reason else ""


def reply_of(answer: RightsAnswer, vault: Unlocked) -> Reply:
    """What the coach answered. Raises `Closed`."""
    return Reply(**json.loads(vault.open(answer.body, answer.place())))


def draft_of(part: RightsPart, vault: Unlocked) -> Part:
    """What the coach decided of one text so far. Raises `Closed`."""
    assert part.draft is not None
    return Part(**json.loads(vault.open(part.draft, part.draft_place())))


def copies_of(request: RightsRequest, vault: Unlocked) -> list[Part]:
    """The texts that were handed over, oldest first. Raises `Closed`."""
    found = []
    for row in RightsPart.objects.filter(request=request, body__isnull=False):
        row.request = request
        assert row.body is not None
        found.append(Part(**json.loads(vault.open(row.body, row.place()))))
    return sorted(found, key=lambda part: part.at)


def answer_of(request: RightsRequest) -> RightsAnswer | None:
    """The answer to a request, if there is one."""
    answer = RightsAnswer.objects.filter(request=request).first()
    if answer is not None:
        answer.request = request
    return answer


# Whom and what it is about


def engagements_of(request: RightsRequest) -> list[Engagement]:
    """The engagements that a request is about. Needs request.engagement."""
    rows = Engagement.objects.select_related("coach__person", "client").order_by("opened_at")
    if request.covers_all:
        return list(rows.filter(client=request.engagement.client_id, coach=request.engagement.coach_id))
    return list(rows.filter(pk=request.engagement_id))


def spaces_of(clients: list[Client], vault: Unlocked) -> list[Engagement]:
    """The engagements in whose shared space this person can write, the newest first."""
    rows = Engagement.objects.for_client(clients).select_related("coach__person", "client")
    return [row for row in rows.order_by("-opened_at") if vault.holds(row.shared_key)]


def what_stays(engagements: Iterable[Engagement]) -> list[tuple[str, int]]:
    """What must stay after an erasure, with how many there are: from the rows that exist. The log always; invoices are kept elsewhere."""
    mine = list(engagements)
    clients = {one.client_id for one in mine}
    found = {
        "agreements": Agreement.objects.filter(engagement__in=mine, sent_at__isnull=False).count(),
        "consents": Consent.objects.filter(engagement__in=mine).count(),
        "law": LegalAddition.objects.filter(
            entry__engagement__in=mine, kind=LegalAddition.Kind.TOLD
        ).count(),  # what is not told is not counted
        "pledges": PledgeReceipt.objects.filter(client__in=clients).count(),
        "disclosures": Disclosure.objects.filter(consent__engagement__in=mine).count(),
        "requests": RightsRequest.objects.filter(engagement__in=mine).count(),
    }
    return [(code, number) for code, number in found.items() if number] + [("log", 0), ("invoices", 0)]


def was_proposed() -> Any:
    """The proposals of summaries: what was never proposed is a draft of the coach alone."""
    return Proposal.objects.values("summary")


def card_of(engagement: Engagement, day: date) -> dict[str, Any]:
    """What an engagement's page shows: the open requests with their clock, and the statements that are kept. Nothing is opened."""
    about = Q(engagement=engagement) | Q(engagement__client=engagement.client_id, engagement__coach=engagement.coach_id, covers_all=True)
    mine = RightsRequest.objects.filter(about).select_related("engagement__client")
    return {"rights": clocks(mine.open(), day), "statements": list(mine.filter(answer__is_statement_kept=True))}
